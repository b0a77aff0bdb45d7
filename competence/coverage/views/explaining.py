"""An answer's reasons as the why-panel shows them: always in the same order, each with its label."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import current_app, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission
from competence.coverage.cells import TAB_DAYS, face, lapses, sign_of, verdict_of
from competence.coverage.queries.one import Asked
from competence.coverage.queries.staff import Someone, names_of
from competence.coverage.signs import Sign
from competence.decision.rules import Answer, State
from competence.foundation.clock import today
from competence.foundation.text import N_, sentence
from competence.foundation.web import say
from competence.signoffs.rules import Origin

ORDER = (
    "employment", "rule", "authorisation", "ground", "prerequisite", "stop", "training", "signature", "delegation", "acceptance",
    "pause", "validity",
)  # fmt: skip
LABELS: Mapping[str, str] = {
    "employment": N_("Employment"),
    "rule": N_("Rule (division of tasks)"),
    "authorisation": N_("Authorisation"),
    "ground": N_("Ground"),
    "prerequisite": N_("What must come first"),
    "stop": N_("Stop"),
    "training": N_("Training"),
    "signature": N_("Signature"),
    "delegation": N_("Individual delegation"),
    "acceptance": N_("Own acceptance"),
    "pause": N_("Pause"),
    "validity": N_("Valid through"),
}
CAN_BE_ASKED = frozenset({State.NOT_BEGUN, State.TRAINING, State.LAPSED, State.LOW, State.VALID})


@dataclass(frozen=True)
class Step:
    """One reason."""

    label: str
    text: str
    state: str
    """"ok", "soon" (it still holds, but not for long), "missing" or "none"."""
    note: str = ""


@dataclass(frozen=True)
class Explained:
    """The why-panel of a cell."""

    person: str
    task: str
    sign: Sign
    verdict: str
    soon: str
    steps: tuple[Step, ...]
    ask: bool
    """Whether the guide can be asked for a sign-off."""
    sign_url: str
    """Where the reader can sign it herself; empty when she cannot."""
    person_url: str
    employment_id: int
    task_id: int


def signers(session: Session, asked: Iterable[Asked], actor: Actor) -> Mapping[int, str]:
    """Person -> name of those who signed what decides, as far as the reader may see the history."""
    seen = [one for one in asked if actor.may(Permission.PERSON_HISTORY, one.someone.unit_path)]
    deciding = [one.answer.waiting or one.answer.signed for one in seen]
    return names_of(session, [signed.signer_id for signed in deciding if signed and signed.signer_id])


def explained(
    found: Asked, actor: Actor, levels: Mapping[int, str], names: Mapping[int, str], *, tab: int = TAB_DAYS
) -> Explained:
    """The panel in the reader's language; who signed is named to those who may see the history (`names`: `signers`).

    `tab`: so many days before the last one it is said how many are left.
    """
    one, answer, on = found.someone, found.answer, found.on
    shown = face(answer, on, ends=one.valid_to, off_duty=one.worker.absent, tab=tab)
    verdict = say(verdict_of(shown))
    if shown.state is State.VALID and shown.level:
        verdict = _(
            "%(verdict)s Level %(level)s (%(name)s).",
            verdict=verdict,
            level=shown.level,
            name=levels.get(shown.level, ""),
        )
    if one.worker.absent:
        verdict = _("Not in the roster. Does not count.") + " " + verdict
    soon = say(lapses(shown.days)) if shown.days is not None else ""
    here = actor.person_id != one.person_id and on >= today()
    entitles = answer.cell.entitles
    views = current_app.view_functions
    may_sign = here and entitles and actor.may(Permission.SIGNOFF_SIGN, one.unit_path) and answer.state in CAN_BE_ASKED
    return Explained(
        person=one.name,
        task=found.task.name,
        sign=sign_of(shown),
        verdict=verdict,
        soon=soon,
        steps=tuple(
            _steps(answer, names, history=actor.may(Permission.PERSON_HISTORY, one.unit_path), soon=shown.days is not None)
        ),
        ask=here and entitles and answer.state in CAN_BE_ASKED and (not answer.level or shown.days is not None)
        and actor.may(Permission.SIGNOFF_ASK, one.unit_path) and "signoffs.ask" in views,
        sign_url=url_for("signoffs.bedside", employment_id=one.employment_id, task_id=found.task.id)
        if may_sign and "signoffs.bedside" in views else "",
        person_url=person_url(one, actor),
        employment_id=one.employment_id,
        task_id=found.task.id,
    )  # fmt: skip


def person_url(one: Someone, actor: Actor) -> str:
    """The person's own page, for those who may open it; empty for the rest."""
    if "persons.person" in current_app.view_functions and actor.may(Permission.PERSON_READ, one.unit_path):
        return url_for("persons.person", person_id=one.person_id)
    return ""


def steps(answer: Answer, *, soon: bool) -> list[Step]:
    """All reasons of an answer, without who signed: for the person herself."""
    return _steps(answer, {}, history=False, soon=soon)


def _steps(answer: Answer, names: Mapping[int, str], *, history: bool, soon: bool) -> list[Step]:
    said = sorted(answer.reasons, key=lambda reason: ORDER.index(reason.step) if reason.step in ORDER else len(ORDER))
    signer = _signer(answer, names) if history else ""
    found = []
    for reason in said:
        note = ""
        if reason.step == "signature" and signer:
            note, signer = signer, ""
        label = LABELS.get(reason.step, reason.step)
        stands = "missing" if not reason.holds else "soon" if soon and reason.step == "validity" else "ok"
        found.append(Step(say(label), say(reason.text), stands, note))
    return found


def _signer(answer: Answer, names: Mapping[int, str]) -> str:
    """Who vouches: of the signature that waits, else of the one that decides."""
    signed = answer.waiting or answer.signed
    if signed is None:
        return ""
    if signed.origin is Origin.TRANSFERRED:
        return say(
            sentence(N_("On paper by %(name)s."), name=signed.signer_text)
            if signed.signer_text
            else N_("Transferred from paper.")
        )
    if signed.origin is Origin.EXTERNAL_INSTRUCTOR:
        return say(sentence(N_("By an instructor from outside: %(name)s."), name=signed.signer_text or ""))
    name = names.get(signed.signer_id or 0)
    return say(sentence(N_("By %(name)s."), name=name)) if name else ""
