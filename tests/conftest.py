"""What every test may use: plugins of ours, each in a file of its own under tests/support/.

Properties are tried on the same examples in every run, and none fails for being slow: whoever looks
for new examples runs `make test ARGS=--hypothesis-profile=search`.
"""

from hypothesis import settings

pytest_plugins = (
    "tests.support.servers",
    "tests.support.databases",
    "tests.support.programs",
    "tests.support.cast",
)

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None)
settings.load_profile("steady")
