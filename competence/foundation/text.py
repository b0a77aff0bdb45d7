"""Sentences that rules and commands hand out, translated only where they are shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


def N_(msgid: str) -> str:  # noqa: N802 - the name is what the extraction of texts looks for
    """The text unchanged; marks it for translation."""
    return msgid


@dataclass(frozen=True)
class Sentence:
    """A whole sentence in English with `%(name)s` places, translated by whoever shows it.

    A parameter may be a date, a number, a text, or another Sentence, which is then translated first.
    """

    msgid: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.msgid % self.params if self.params else self.msgid

    def __hash__(self) -> int:
        return hash((self.msgid, tuple(sorted((key, str(value)) for key, value in self.params.items()))))


def sentence(msgid: str, **params: Any) -> Sentence:
    """A Sentence; write `sentence(N_("..."), name=...)`, so that the text is found for translation."""
    return Sentence(msgid, params)


_CPR = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{2})[ \-–]?(\d{4})(?!\d)")


def looks_like_cpr(text: str) -> bool:
    """True when the text holds ten digits that begin with a valid day, month and year (a Danish CPR number)."""
    for day, month, year, _serial in _CPR.findall(text):
        for century in (1900, 2000):
            try:
                date(century + int(year), int(month), int(day))
            except ValueError:
                continue
            return True
    return False


def squeeze(text: str) -> str:
    """The text without white space at the ends and with single spaces inside."""
    return " ".join(text.split())
