"""The lists of delegations and task transfers as PDF: one's own, a colleague's, and those for one citizen."""

from collections.abc import Mapping

from flask import Blueprint, Response, g
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.delegation.agreements import KIND_NAMES, SCOPE_NAMES, STATUS_NAMES
from competence.delegation.giving_forms import CitizenForm
from competence.delegation.queries import DelegationLine, texts_of, works_within
from competence.delegation.views.giving import citizen_page, citizens_of, given_for, given_to
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound
from competence.foundation.web import day, db, say
from competence.reports.delegation_list import DelegationList, ListRow, delegation_list_pdf

bp = Blueprint("delegation_lists", __name__, url_prefix="/delegations")


@bp.get("/mine.pdf")
@requires(Permission.OWN_READ)
def mine(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One's own list, A4."""
    return _of(actor.person_id, actor)


@bp.get("/person/<int:person_id>.pdf")
@requires(any_of=(Permission.DELEGATION_READ, Permission.CITIZEN_READ))
def person(person_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """All that a person was given, A4."""
    if not works_within(db.session, person_id, within=within):
        raise NotFound
    looked_at(person_id=person_id)
    return _of(person_id, actor)


@bp.post("/citizen.pdf")
@requires(Permission.CITIZEN_READ)
def citizen(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """All that was given for one citizen to those within reach, A4. The reference comes in the body only."""
    form = CitizenForm()
    if not form.validate_on_submit():
        return citizen_page(form, None, actor)
    reference = form.citizen.data or ""
    lines = given_for(reference, within)
    title = _("Delegations and task transfers for %(reference)s", reference=reference)
    rows = _rows(lines, actor, reads=bool(actor.reach(Permission.DELEGATION_READ)), names=True)
    return _sheet(title, rows, _("Nobody in your units has a delegation or a task transfer for that citizen."))


def _of(person_id: int, actor: Actor) -> Response:
    name, lines, reads = given_to(person_id, actor)
    title = _("Delegations and task transfers to %(name)s", name=name or _("Somebody"))
    rows = _rows(lines, actor, reads=reads, names=False)
    return _sheet(title, rows, _("Nothing is delegated or transferred."))


def _rows(lines: list[DelegationLine], actor: Actor, *, reads: bool, names: bool) -> tuple[ListRow, ...]:
    texts = texts_of(db.session, [line.event_id for line in lines])
    citizens = {} if names else citizens_of(lines, actor)
    return tuple(
        _row(line, texts.get(line.event_id, {}), citizens.get(line.citizen_id or 0, ""), reads=reads, names=names)
        for line in lines
    )


def _row(line: DelegationLine, said: Mapping[str, str], citizen: str, *, reads: bool, names: bool) -> ListRow:
    kind, on = say(KIND_NAMES[line.kind]), today()
    who = [line.person or _("Somebody")] if names else []
    given = [line.giver or _("Somebody")] if reads else ["–"]
    if reads and line.instructed_on:
        given.append(_("Instructed on %(day)s", day=day(line.instructed_on)))
    if instruction := said.get("instruction"):
        version = said.get("instruction_version", "")
        given.append(_("%(name)s, version %(version)s", name=instruction, version=version) if version else instruction)
    state = [say(STATUS_NAMES[line.status(on)])]
    if line.supervise_on and not line.has_ended(on):
        state.append(_("supervision by %(day)s", day=day(line.supervise_on)))
    last = _("through %(day)s", day=day(line.last_day)) if line.last_day else _("until somebody ends it")
    if line.never_counted:
        last = _("it never came to count")
    return ListRow(
        what=(*who, line.task, kind),
        for_whom=tuple(
            text
            for text in (
                citizen or say(SCOPE_NAMES[line.scope]), said.get("group", ""), said.get("conditions", "")
            )
            if text
        ),
        given=tuple(given),
        dates=(day(line.valid_from), last),
        state=tuple(state),
    )  # fmt: skip


def _sheet(title: str, rows: tuple[ListRow, ...], empty: str) -> Response:
    locale = get_locale()
    page = DelegationList(
        municipality=g.municipality.name,
        title=title,
        standing=_("As it stands on %(day)s", day=day(today())),
        rows=rows,
        empty=empty,
        notice=_("Citizens' references belong on no noticeboard."),
        issued_at=now(),
    )
    body = delegation_list_pdf(page, _, language=locale.language if locale else "da")
    return Response(
        body,
        mimetype="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{_("delegations")}.pdf"',
            "Cache-Control": "no-store",
        },
    )
