"""The rows that identity adds to the table of errors."""

from api.kit.errors import Unauthenticated


class WrongCredentials(Unauthenticated):
    """Unknown account, wrong password, unconfirmed or blocked: the answer does not tell which."""

    code, title = "wrong_credentials", "Login or password is wrong"
    saves_work = True


class WrongCode(Unauthenticated):
    """The code is wrong, used, too old, or was tried too often."""

    code, title = "wrong_code", "The code is wrong or too old: ask for a new one"
    saves_work = True


class SessionOver(Unauthenticated):
    """The refresh token belongs to a session that has ended."""

    code, title = "session_over", "The session has ended: sign in again"
    saves_work = True
