"""The page about a person: who she is, what she may, how far she is, and the history of what was vouched for."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from competence.access.rules import Actor, Permission, Reach, Role
from competence.access.web import looked_at, requires
from competence.development import queries
from competence.development.queries import Mine
from competence.development.queries import persons as reads
from competence.development.queries.persons import Happened
from competence.development.rules import Pile
from competence.development.views.levels import AreaShown, areas_shown, talks_shown
from competence.development.views.queue import duty
from competence.development.views.showing import Shown, shown
from competence.foundation.clock import last_day, local, today
from competence.foundation.text import N_
from competence.foundation.web import day, db, moment, say
from competence.people.models import Employment
from competence.practice.queries import shown_ratings
from competence.practice.words import RATING_NAMES
from competence.reminders.showing import back_shown
from competence.signoffs.forms import HOW_NAMES, WHERE_NAMES
from competence.signoffs.queries import returned_of
from competence.signoffs.rules import How, Where

bp = Blueprint("persons", __name__)

KINDS = {
    "signed": N_("Signed at level %(level)s"),
    "accepted": N_("Own yes"),
    "not_yet": N_("Not yet"),
    "withdrawn": N_("Taken back by the signer"),
    "revoked": N_("Revoked"),
    "declined": N_("Given back"),
    "suspended": N_("Paused"),
    "resumed": N_("Resumed"),
    "second_approved": N_("Approved by a second"),
    "second_returned": N_("Sent back by a second"),
    "delegated": N_("Delegated"),
    "delegation_accepted": N_("Agreement accepted"),
    "delegation_declined": N_("Agreement declined"),
    "delegation_ended": N_("Agreement ended"),
    "delegation_supervised": N_("Agreement supervised"),
    "delegation_taken_over": N_("Agreement taken over"),
    "agreed": N_("Agreed with the leader"),
    "matrix_approved": N_("Approved a division of tasks"),
    "matrix_withdrawn": N_("Withdrew a coming division of tasks"),
    "saw": N_("Watched"),
    "with_help": N_("With help"),
    "alone": N_("Did it alone"),
    "dialogue": N_("Dialogue held"),
    "course": N_("Course passed"),
    "practice_check": N_("Practice check passed"),
}
PRIVATE = {"not_yet", "declined", "delegation_declined"}
"""Belong to the person and whoever held the talk: never an auditor, director or planner."""


@dataclass(frozen=True)
class Told:
    """A line of the history, ready to be drawn."""

    what: str
    when: str
    task: str
    by: str
    notes: tuple[str, ...]
    seq: int
    kind: str


@dataclass(frozen=True)
class Contract:
    """An employment, as the page says it."""

    group: str
    unit: str
    shifts: str
    period: str
    authorisation: str
    external: str
    floater: bool
    runs: bool


@bp.get("/people/<int:person_id>")
@requires(Permission.PERSON_READ)
def person(person_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Who she is, what she may, her profile levels, and, for those who see it, the history. Out of reach: 404."""
    identity, employments = reads.get_person(db.session, person_id, within=within)
    looked_at(person_id=person_id)
    own = person_id == actor.person_id
    paths = [row.unit.path for row in employments]
    sees_history = own or any(actor.may(Permission.PERSON_HISTORY, path) for path in paths)
    leads = own or any(a.role is Role.LEADER and path.startswith(a.path) for a in actor.roles for path in paths)
    guides = own or any(actor.may(Permission.SIGNOFF_SIGN, path) for path in paths)
    everything = queries.mine(db.session, person_id) if sees_history else None
    areas: dict[str, list[Shown]] = {}
    levels: list[tuple[str, list[AreaShown], str]] = []
    if everything is not None:
        for line in everything.lines:
            if line.pile in (Pile.NOW, Pile.TRAINING, Pile.PAUSED) or line.answer.state.value == "lapsed":
                areas.setdefault(line.task.area.name, []).append(shown(everything, line))
        if own or guides or leads:
            for job in everything.jobs:
                found = queries.levels_of(db.session, everything, job)
                if found:
                    confirms = not own and actor.may(Permission.LEVEL_CONFIRM, job.employment.unit.path)
                    address = url_for("levels.confirm", employment_id=job.employment.id) if confirms else ""
                    levels.append((job.label, areas_shown(everything, found), address))
    happened = reads.history_of(db.session, person_id, with_texts=own or guides) if sees_history else []
    auditor = sees_history and not (own or guides or leads)
    return render_template(
        "people/person.html",
        person_id=person_id,
        name=identity.name if identity else _("Name erased"),
        identity=identity,
        contracts=[_contract(row) for row in employments],
        employments=employments,
        own=own,
        guides=guides and not own,
        brings=not own
        and any(actor.may(Permission.CREDENTIAL_BRING, row.unit.path) for row in employments if _runs(row)),
        files=not own
        and any(actor.may(Permission.EVIDENCE_FILE_ADD, row.unit.path) for row in employments if _runs(row)),
        everything=everything,
        areas=areas,
        levels=levels,
        talks=talks_shown(queries.confirmed_of(db.session, person_id, reader_id=actor.person_id)),
        suspends=not own and any(actor.may(Permission.SIGNOFF_SUSPEND, path) for path in paths),
        returned=_returned(everything, own=own, actor=actor, paths=paths),
        history=[_told(one, own=own) for one in happened if not (auditor and one.kind in PRIVATE)],
        sees_history=sees_history,
        absences=reads.absences_of(db.session, employments) if leads else [],
        back=back_shown(person_id, own=own) if leads else None,
        exemptions=reads.exemptions_of(db.session, person_id) if leads else [],
        leads=leads,
        ratings=shown_ratings(db.session, person_id) if leads and not own else [],
        rating_names=RATING_NAMES,
        last_day=last_day,
        people_url=url_for("people.index") if "people.index" in current_app.view_functions else url_for("home.index"),
    )


def _contract(row: Employment) -> Contract:
    end = last_day(row.valid_to)
    period = (
        _("%(first)s through %(last)s", first=day(row.valid_from), last=day(end))
        if end
        else _("from %(first)s", first=day(row.valid_from))
    )
    checked = ""
    if row.staff_group.authorised:
        checked = (
            _("Authorisation checked on %(day)s.", day=day(row.authorisation_checked_on))
            if row.authorisation_checked_on
            else _("Authorisation has not been checked.")
        )
    return Contract(
        group=row.staff_group.name,
        unit=row.unit.name,
        shifts=duty(row.shifts),
        period=period,
        authorisation=checked,
        external=(row.agency or _("external")) if row.is_external else "",
        floater=row.is_floater,
        runs=_runs(row),
    )


def _returned(everything: Mine | None, *, own: bool, actor: Actor, paths: list[str]) -> list[tuple[str, date, str]]:
    """(task, day, what there is still to practise) of the requests sent back: for herself, her guides and her leader."""
    if everything is None or not (own or any(actor.may(Permission.SIGNOFF_ASK, path) for path in paths)):
        return []
    names = {line.task.id: line.task.name for line in everything.lines}
    return [
        (names[one.task_id], local(one.closed_at).date(), one.comment)
        for one in returned_of(db.session, [job.employment.id for job in everything.jobs])
        if one.task_id in names and one.closed_at is not None
    ]


def _runs(row: Employment) -> bool:
    return row.valid_from <= today() and (row.valid_to is None or today() < row.valid_to)


def _told(one: Happened, *, own: bool) -> Told:
    fields = one.fields
    notes = []
    what = say(KINDS.get(one.kind, one.kind))
    if one.kind == "delegated" and fields.get("kind") == "transfer":
        what = _("Task transferred")
    if one.kind == "signed":
        what = what % {"level": fields.get("level", "")}
        origin = fields.get("origin")
        if origin == "transferred":
            notes.append(_("Transferred from paper"))
        elif origin == "external_instructor":
            notes.append(_("Instructor from outside"))
        elif origin == "credential":
            notes.append(_("On another municipality's credential"))
        if lay := fields.get("files"):
            notes.append(ngettext("%(num)s evidence file", "%(num)s evidence files", len(lay)))
        if through := fields.get("valid_to"):
            notes.append(_("Valid through %(day)s", day=day(last_day(date.fromisoformat(through)))))
        notes.append(
            _("Division of tasks %(number)s", number=fields.get("matrix_version", ""))
            if fields.get("matrix_version")
            else ""
        )
    if one.seq == 0:
        how, place = How(fields.get("how") or How.OBSERVED), fields.get("place")
        notes.append(say(HOW_NAMES[how]) if how is not How.OBSERVED else "")
        notes.append(say(WHERE_NAMES[Where(place)]) if place else str(fields.get("unit", "")))
    if one.device_of:
        notes.append(_("on %(name)s's phone", name=one.device_of))
    if one.kind == "suspended":
        first, end = date.fromisoformat(fields["valid_from"]), fields.get("valid_to")
        last = last_day(date.fromisoformat(end)) if end else None
        through = _("%(first)s through %(last)s", first=day(first), last=day(last))
        notes.append(through if last else _("from %(first)s", first=day(first)))
    hidden = one.kind == "suspended" and not own  # why is the person's own to read
    for text in (
        text for name, text in (one.texts or {}).items() if name not in ("signer", "certificate") and not hidden
    ):
        notes.append(f"“{text}”")
    when = day(one.at) if one.seq == 0 else moment(one.at)
    return Told(what, when, one.task, one.by, tuple(note for note in notes if note), one.seq, one.kind)
