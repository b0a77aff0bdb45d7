"""What can go wrong that a person should hear about."""

from typing import Any

from competence.foundation.text import Sentence


class RuleBroken(Exception):  # noqa: N818 - it reads as what happened
    """A user asked for something that a rule forbids. Carries the sentence to show and the field it belongs to."""

    def __init__(self, message: Sentence | str, *, field: str | None = None, **params: Any) -> None:
        self.message = message if isinstance(message, Sentence) else Sentence(message, params)
        self.field = field
        """The form field at which to show it; None = above the form."""
        super().__init__(str(self.message))


class Overtaken(RuleBroken):
    """Somebody else acted first: nothing was written, and the sentence says who and when."""


class NotFound(Exception):  # noqa: N818
    """There is nothing by that id within reach. Shown as 404, so that out of reach tells nothing."""


class NotAllowed(Exception):  # noqa: N818
    """The person has no role that permits this. Shown as 403."""

    def __init__(self, permission: str) -> None:
        self.permission = permission
        super().__init__(f"not allowed: {permission}")
