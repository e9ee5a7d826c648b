"""What every test may use: plugins of ours, each in a file of its own under tests/support/."""

pytest_plugins = (
    "tests.support.servers",
    "tests.support.databases",
    "tests.support.programs",
    "tests.support.cast",
)
