"""CannotStart: a program ends at once, with one sentence that says what to do."""


class CannotStart(SystemExit):
    """The program cannot start; the sentence goes to standard error, the exit status is 1."""
