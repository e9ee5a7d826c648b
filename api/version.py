"""The version of Hermod that runs; `pyproject.toml` says the same."""

VERSION = "0.1.0"
