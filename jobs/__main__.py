"""Run the job worker: `python -m jobs`."""

from api.integrations.error_reports import reporting
from api.kit import logs, program
from api.settings import read_settings
from jobs import worker


def main() -> None:
    """Work until told to stop."""
    settings = read_settings()
    logs.configure("jobs", settings.log_level)
    with reporting(settings, "jobs"):
        program.run(worker.run(settings))


if __name__ == "__main__":
    main()
