"""What must hold before somebody vouches for a person, and what the event then freezes: for one signature and for many."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Actor
from competence.audit.chain import NewEvent
from competence.audit.models import CitizenReference
from competence.audit.sealing import chain_hash
from competence.catalogue.models import Task
from competence.catalogue.queries import level_names
from competence.credentials.queries import Brought, get_brought
from competence.delegation.rules import CellRule, CellTerms
from competence.foundation.clock import now
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.text import N_, Sentence, sentence, squeeze
from competence.organisation.queries import settings_of
from competence.signoffs.commands.common import check_dates, no_cpr, refused
from competence.signoffs.queries import Matter, Signer, name_of
from competence.signoffs.rules import (
    LEADS_TO,
    EventKind,
    Origin,
    Signed,
    Stage,
    Step,
    current,
    missing,
    stage_at,
    waiting,
)

ASKED_ALL_THE_SAME = ("gates", "prerequisites")
"""What somebody else's word does not replace: courses to be held here, and other tasks."""


@dataclass(frozen=True)
class ExternalInstructor:
    """The first holder's signer: somebody from outside whom the development nurse records."""

    name: str
    profession: str
    organisation: str
    taught_on: date
    certificate: str


@dataclass(frozen=True)
class NewSignOff:
    """What the signer vouches for. `valid_to` is half-open; None: as the cell says."""

    task_id: int
    level: int
    valid_from: date
    valid_to: date | None = None
    ticked: tuple[int, ...] = ()
    """Positions of the criteria that were shown."""
    note: str = ""
    lower_reason: str = ""
    """Why the level is lower than the one in force; asked for only then."""
    citizen_id: int | None = None
    external: ExternalInstructor | None = None
    credential_id: int | None = None
    """Another municipality's credential that it rests on, instead of what was observed here."""
    expects: int | None = None
    """The seq of the last sign-off that the signer saw on her page; another one means somebody was first. 0 = none."""


def ground_to_sign(signer: Signer, *, level: int, person_id: int) -> Mapping[str, str | int]:
    """The signer's ground as the event freezes it. RuleBroken when she may not sign this (product.md, the rule, point 5)."""
    if signer.person_id == person_id:
        raise RuleBroken(
            sentence(N_("You cannot sign for yourself. Ask a learning guide or a colleague who may sign."))
        )
    if signer.appointed is None and not signer.group_may_sign:
        raise RuleBroken(
            sentence(
                N_(
                    "Only learning guides, development nurses and the staff groups that the municipality has chosen can sign."
                )
            )
        )
    if signer.level == 0:
        raise RuleBroken(
            sentence(N_("You can only sign for tasks that you may do yourself. Ask a colleague who holds the task."))
        )
    if signer.level < level:
        raise RuleBroken(
            sentence(N_("You hold the task at level %(own)s and can sign up to that level."), own=signer.level),
            field="level",
        )
    ground: dict[str, str | int] = {
        "as": signer.appointed.value if signer.appointed else "staff_group", "group": signer.group_code, "own_level": signer.level,
    }  # fmt: skip
    return ground | ({"deputy_for": signer.deputy_for} if signer.appointed and signer.deputy_for else {})


def vouched(
    session: Session, matter: Matter, new: NewSignOff, *, by: Actor, version_on: Callable[[Task, date], str | None]
) -> NewEvent:
    """The event by which `by` vouches for the person. RuleBroken says why not, Overtaken that somebody was first.

    `version_on`: the version of the task's instruction that counts on a day.
    """
    employment, task, cell, on, signed = matter.employment, matter.task, matter.cell, matter.on, matter.signed
    check_dates(employment, new.valid_from, field="valid_from")
    if not cell.entitles:
        raise RuleBroken(refused(cell), field="task")
    if task.archived_on is not None and task.archived_on <= on:
        raise RuleBroken(sentence(N_("The task is no longer in the catalogue.")), field="task")
    _first_come(session, signed, new, by=by, on=on)
    _check_level(session, new, signed, on)
    citizen = _check_citizen(session, cell, new)
    brought = _check_credential(session, employment.person_id, new)
    if new.external is not None:
        _check_instructor(new.external, on)
        ground: Mapping[str, str | int] = {"as": "external_instructor", "recorded_by": by.person_id}
    else:
        assert matter.signer is not None
        ground = ground_to_sign(matter.signer, level=new.level, person_id=employment.person_id)
    ready = matter.ready
    for field, why in missing(ready):
        # The practice has been seen elsewhere, by an instructor or for a credential; the rest is asked for all the same.
        if (new.external is None and brought is None) or field in ASKED_ALL_THE_SAME:
            raise RuleBroken(why, field=field)
    no_cpr(new.note, field="note")
    no_cpr(new.lower_reason, field="lower_reason")
    valid_from, valid_to = _dates(new, cell, matter.first_day)
    settings = settings_of(session)
    fields = {
        "level": new.level, "valid_from": valid_from.isoformat(), "valid_to": valid_to.isoformat() if valid_to else None,
        "answer_before": (on + timedelta(days=settings.accept_within_days)).isoformat(), "employment": employment.id,
        "origin": _origin(new).value, "ground": dict(ground),
        "matrix_version": cell.version, "rule": cell.rule.value, "criteria": sorted(ready.wanted & ready.ticked),
        "observed": [one.frozen() for one in ready.seen],
        "instruction": version_on(task, valid_from),
    }  # fmt: skip
    if task.second_approval and new.external is None:  # an instructor and who records her are two already
        fields["second"] = True
    if brought is not None:
        fields["credential"] = {"hash": brought.hash, "issuer": brought.issuer_did}
    if matter.files:
        fields["files"] = list(matter.files)
    if citizen is not None:
        fields["citizen_hash"] = chain_hash(citizen.lookup or "", citizen.salt)
    if new.external is not None:
        fields["taught_on"] = new.external.taught_on.isoformat()
    texts = {
        name: squeeze(text) for name, text in (("note", new.note), ("lower_reason", new.lower_reason)) if text.strip()
    }
    if new.external is not None:  # a name is never hashed as it stands: it must be possible to erase it
        outside = new.external
        texts["signer"] = ", ".join(squeeze(part) for part in (outside.name, outside.profession, outside.organisation))
        texts["certificate"] = squeeze(outside.certificate)
    return NewEvent(
        employment.person_id,
        EventKind.SIGNED,
        by.person_id,
        task.id,
        citizen_id=new.citizen_id,
        fields=fields,
        texts=texts,
    )


def _first_come(session: Session, signed: Sequence[Signed], new: NewSignOff, *, by: Actor, on: date) -> None:
    stage = stage_at(signed, on=on)
    if (stage, Step.SIGN) not in LEADS_TO:
        waits = waiting([s for s in signed if s.origin is not Origin.TRANSFERRED], on=on)
        if waits is not None and waits.signer_id == by.person_id:
            raise Overtaken(signed_already(stage))
        who = waits and (waits.signer_text or name_of(session, waits.signer_id))
        raise Overtaken(sentence(_SIGNED_ALREADY[stage, False], name=who or ""))
    newest = max((s.seq for s in signed if not s.withdrawn), default=0)
    if new.expects is not None and newest != new.expects:
        last = next((s for s in signed if s.seq == newest), None)
        if last is None:
            raise Overtaken(sentence(N_("What you had on your page has changed. Nothing was written. Look again.")))
        who = last.signer_text or name_of(session, last.signer_id) or ""
        raise Overtaken(
            sentence(N_("%(name)s signed this while you had the page open. Nothing was written. Look again."), name=who)
        )


_SIGNED_ALREADY = {
    (Stage.TO_ANSWER, True): N_("You have already signed this. It waits for the employee's own yes. Nothing was written."),
    (Stage.TO_ANSWER, False): N_(
        "%(name)s has already signed this. It waits for the employee's own yes. Nothing was written."
    ),
    (Stage.TO_APPROVE, True): N_(
        "You have already signed this. It waits for a second approval by another colleague. Nothing was written."
    ),
    (Stage.TO_APPROVE, False): N_(
        "%(name)s has already signed this. It waits for a second approval. Nothing was written."
    ),
}  # fmt: skip


def signed_already(stage: Stage) -> Sentence:
    """What she is told whose own signature waits already, for the yes or for a second approval."""
    return sentence(_SIGNED_ALREADY[stage, True])


def _check_level(session: Session, new: NewSignOff, signed: Sequence[Signed], on: date) -> None:
    if new.level not in level_names(session):
        raise RuleBroken(sentence(N_("Choose the level you have seen.")), field="level")
    held = current(signed, on=on)
    if held is not None and new.level < held.level and not new.lower_reason.strip():
        raise RuleBroken(
            sentence(N_("The level is lower than the one in force (%(level)s). Write why."), level=held.level),
            field="lower_reason",
        )


def _check_citizen(session: Session, cell: CellTerms, new: NewSignOff) -> CitizenReference | None:
    if cell.rule is not CellRule.MAY_CITIZEN:
        if new.citizen_id is not None:
            raise RuleBroken(
                sentence(N_("This task is signed for all citizens. Leave the reference empty.")), field="citizen"
            )
        return None
    if new.citizen_id is None:
        raise RuleBroken(
            sentence(N_("This task is signed for one certain citizen. Write the care system's reference.")),
            field="citizen",
        )
    citizen = session.scalars(select(CitizenReference).where(CitizenReference.id == new.citizen_id)).first()
    if citizen is None or citizen.erased_at is not None:
        raise NotFound
    return citizen


def _origin(new: NewSignOff) -> Origin:
    if new.external is not None:
        return Origin.EXTERNAL_INSTRUCTOR
    return Origin.SIGNED_HERE if new.credential_id is None else Origin.CREDENTIAL


def _check_credential(session: Session, person_id: int, new: NewSignOff) -> Brought | None:
    if new.credential_id is None:
        return None
    brought = get_brought(session, person_id, new.credential_id)
    if brought.task_id != new.task_id:
        raise NotFound
    if not brought.counts(now()):
        raise RuleBroken(
            sentence(N_("The credential has run out, or its issuer is no longer trusted. It cannot be signed on."))
        )
    return brought


def _check_instructor(outside: ExternalInstructor, on: date) -> None:
    for field in ("name", "profession", "organisation", "certificate"):
        text = getattr(outside, field)
        if not text.strip():
            raise RuleBroken(
                sentence(N_("Write name, profession, organisation and certificate of the instructor.")), field=field
            )
        no_cpr(text, field=field)
    if outside.taught_on > on:
        raise RuleBroken(sentence(N_("The date lies ahead. Write the day it was seen.")), field="taught_on")


def _dates(new: NewSignOff, cell: CellTerms, first_day: date | None) -> tuple[date, date | None]:
    valid_from = max(new.valid_from, first_day or new.valid_from)
    last = cell.validity.last_day(valid_from)
    limit_day = last + timedelta(days=1) if last else None
    valid_to = new.valid_to or limit_day
    if limit_day is not None and (valid_to is None or valid_to > limit_day):
        raise RuleBroken(
            sentence(N_("The division of tasks lets it count through %(day)s at most."), day=last),
            field="valid_through",
        )
    if valid_to is not None and valid_to <= valid_from:
        raise RuleBroken(
            sentence(N_("The last day cannot lie before the first, %(day)s."), day=valid_from), field="valid_through"
        )
    return valid_from, valid_to
