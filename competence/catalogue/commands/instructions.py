"""A new version of a written instruction, what its author asks, and the answer "read and understood"."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.accounts.queries import names_of
from competence.audit.commands import record
from competence.catalogue.commands.common import may_keep
from competence.catalogue.models import InstructionReading, InstructionVersion
from competence.catalogue.queries.instructions import before_the_first, get_instruction, has_read, versions_of
from competence.catalogue.queries.tasks import get_task
from competence.catalogue.rules import Asks
from competence.catalogue.rules.tasks import checked_url
from competence.foundation.changes import command, touched
from competence.foundation.clock import now, today
from competence.foundation.errors import Overtaken, RuleBroken
from competence.foundation.text import N_, looks_like_cpr, sentence, squeeze


@dataclass(frozen=True)
class NewInstruction:
    """A version of an instruction as its author writes it."""

    name: str
    version: str
    url: str
    valid_from: date
    asks: Asks
    grace_through: date | None = None
    """The last day before signatures from before it stop counting, or the unread is shown. None for KEEP."""
    what_is_new: str = ""
    closes_unread: bool = False
    """With READ: after the grace the task is closed for whoever has not read it."""


@command
def publish_instruction(
    session: Session, task_id: int, new: NewInstruction, *, seen: int, by: Actor
) -> InstructionVersion:
    """The version, counting from its first day. `seen`: the number of the newest that the author had on her page, 0 = none.

    SIGN_AGAIN: through the grace all signatures count as before, then only those given since the version's first day.
    READ with `closes_unread`: after the grace the task is closed for each who has neither read it nor been signed since.
    RuleBroken at the field; Overtaken when somebody else wrote one meanwhile.
    """
    may_keep(session, by)
    task = get_task(session, task_id, lock=True)
    earlier = versions_of(session, task.id)
    number = earlier[0].number if earlier else 0
    if number != seen:
        names = names_of(session, [earlier[0].recorded_by] if earlier and earlier[0].recorded_by else [])
        raise Overtaken(
            sentence(
                N_("%(name)s wrote version %(version)s while you had the page open. Nothing was written."),
                name=next(iter(names.values()), "") or sentence(N_("Somebody")),
                version=earlier[0].version if earlier else "",
            )
        )
    name, version, what_is_new = squeeze(new.name), squeeze(new.version), new.what_is_new.strip()
    for field, text in (("name", name), ("version", version), ("what_is_new", what_is_new)):
        if looks_like_cpr(text):
            raise RuleBroken(N_("Never write a citizen's name or CPR number. Take the number out."), field=field)
    if not name:
        raise RuleBroken(N_("Write what the instruction is called."), field="name")
    if not version:
        raise RuleBroken(N_("Write the version, for instance 3 or 2026-11."), field="version")
    last = before_the_first(task) if not earlier else None
    said = [one.version.casefold() for one in earlier] + ([last.version.casefold()] if last and last.version else [])
    if version.casefold() in said:
        raise RuleBroken(N_("Version %(version)s is there already. Write another."), field="version", version=version)
    url = checked_url(new.url)
    if new.valid_from < today():
        raise RuleBroken(N_("The day must be today or later."), field="valid_from")
    if earlier and new.valid_from < earlier[0].valid_from:
        raise RuleBroken(
            N_("Version %(version)s counts from %(day)s. Choose that day or a later one."),
            field="valid_from", version=earlier[0].version, day=earlier[0].valid_from,
        )  # fmt: skip
    if new.closes_unread and new.asks is not Asks.READ:
        raise RuleBroken(
            N_("Only a version that is to be read and understood can close the task unread. Choose that, or take the tick away."),
            field="closes_unread",
        )  # fmt: skip
    row = InstructionVersion(
        task_id=task.id, number=number + 1, name=name, url=url, version=version, valid_from=new.valid_from, asks=new.asks,
        closes_on=_closes_on(new), closes_unread=new.closes_unread, what_is_new=what_is_new,
        recorded_at=now(), recorded_by=by.person_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(
        session, by=by.person_id, action="publish_instruction", subject="task", subject_id=task.id,
        detail={"instruction": row.id, "asks": new.asks.value, "from": new.valid_from.isoformat()},
    )  # fmt: skip
    if new.asks is Asks.SIGN_AGAIN or row.closes_unread:
        touched(session, task_id=task.id)
    return row


def _closes_on(new: NewInstruction) -> date | None:
    if new.asks is Asks.KEEP:
        return None
    if new.grace_through is None:
        raise RuleBroken(N_("Choose the last day of the grace."), field="grace_through")
    if new.grace_through < new.valid_from:
        raise RuleBroken(
            N_("The grace ends on the version's first day, %(day)s, at the earliest."),
            field="grace_through", day=new.valid_from,
        )  # fmt: skip
    return new.grace_through + timedelta(days=1)


@command
def confirm_reading(session: Session, instruction_id: int, *, by: Actor) -> InstructionReading:
    """Her own "read and understood", dated now; the first one stands when she says it twice."""
    authorise(by, Permission.OWN_ANSWER)
    version = get_instruction(session, instruction_id)
    if version.asks != Asks.READ or version.valid_from > today():
        raise RuleBroken(N_("Nobody is asked to read this version now."))
    known = has_read(session, version.id, by.person_id)
    if known is not None:
        return known
    reading = InstructionReading(person_id=by.person_id, instruction_id=version.id, confirmed_at=now())
    session.add(reading)
    session.flush()
    record(
        session, by=by.person_id, action="read_instruction", subject="instruction_reading", subject_id=reading.id,
        person_id=by.person_id, detail={"instruction": version.id, "task": version.task_id},
    )  # fmt: skip
    touched(session, person_id=by.person_id, task_id=version.task_id)
    return reading
