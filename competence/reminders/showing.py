"""What to do again after a time away, as the person's page and her leader's page show it."""

from dataclasses import dataclass
from datetime import date

from flask import url_for
from flask_babel import gettext as _

from competence.foundation.clock import today
from competence.foundation.web import db, say
from competence.reminders.returning import Again, pack_of
from competence.reminders.words import again, why_first


@dataclass(frozen=True)
class ToRedo:
    """One task, with the one thing the reader can do about it."""

    task: str
    text: str
    why: str
    task_id: int
    asks: bool
    """Whether the button asks the guides."""
    asked: bool
    link: str
    """Where the new instruction is read; empty where there is none for the reader."""


@dataclass(frozen=True)
class Back:
    """The list, for herself or for her leader."""

    employment_id: int
    back_on: date
    is_back: bool
    lines: list[ToRedo]


def back_shown(person_id: int, *, own: bool) -> Back | None:
    """The list for the person's page; None when there is nothing to do again, or she has not been away."""
    pack = pack_of(db.session, person_id, on=today())
    if pack is None or not pack.lines:
        return None
    lines = []
    for one in pack.lines:
        reads = one.again is Again.READ
        why = why_first(one, own=own)
        lines.append(
            ToRedo(
                one.task, say(again(one)), _(why) if why else "", one.task_id, not reads and not one.asked,
                not reads and one.asked,
                url_for("instructions.one", instruction_id=one.instruction_id) if reads and own else "",
            )
        )  # fmt: skip
    return Back(pack.employment_id, pack.back_on, pack.is_back, lines)
