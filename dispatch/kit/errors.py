"""Refusals the caller can act on; anything else is a bug and stays a 500."""

from typing import ClassVar


class Refusal(Exception):
    """
    A command or an input that the rules do not allow; nothing was changed.

    The class name is the English code, the message is Chinese and says what the operator can do.

    :param message: Chinese sentence for the operator
    :param field: the input field that is wrong, as a dotted path, if there is one
    :param details: facts a program may want (who won, which version, what is allowed)
    """

    status: ClassVar[int] = 409

    def __init__(self, message: str, *, field: str | None = None, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.details = details

    @property
    def code(self) -> str:
        return type(self).__name__


class Invalid(Refusal):
    """The input is wrong in itself, whatever the state of things."""

    status = 422


class NotFound(Refusal):
    """Nothing with that name, or nothing the caller may see."""

    status = 404


class Unavailable(Refusal):
    """The database or another part cannot answer now; the same request may be sent again."""

    status = 503
