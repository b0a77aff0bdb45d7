"""A newcomer's welcome letter as PDF, for whoever follows her and for herself."""

from flask import Blueprint, Response, g
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.foundation.clock import now
from competence.foundation.errors import NotFound
from competence.foundation.web import day, db, say
from competence.learning.rules import TALK_NAMES, TalkKind
from competence.onboarding.queries.programmes import Programme, get_programme, own_programmes
from competence.onboarding.views.showing import stretches
from competence.reports.welcome_letter import LetterWeek, WelcomeLetter, welcome_letter_pdf

bp = Blueprint("welcome_letters", __name__)


@bp.get("/onboarding/<int:onboarding_id>/welcome.pdf")
@requires(any_of=(Permission.ONBOARDING_KEEP, Permission.ONBOARDING_TICK, Permission.OWN_READ))
def letter(onboarding_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The letter of somebody whom she follows."""
    found = get_programme(db.session, onboarding_id, actor=actor)
    looked_at(person_id=found.employment.person_id)
    return _sheet(found)


@bp.get("/me/intro/<int:onboarding_id>/welcome.pdf")
@requires(Permission.OWN_READ)
def own(onboarding_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One's own letter."""
    found = next((one for one in own_programmes(db.session, actor.person_id) if one.id == onboarding_id), None)
    if found is None:
        raise NotFound
    return _sheet(found)


def letter_of(found: Programme) -> WelcomeLetter:
    """All that stands in the newcomer's letter. What others see to is left out; so is the letter itself."""
    row, names = found.row, found.names
    people = [(_("Your buddy: %(name)s"), row.buddy_id), (_("Your mentor: %(name)s"), row.mentor_id)]
    leader = names.get(found.talks[0].held_by) if found.talks else names.get(row.begun_by)
    said = [text % {"name": names[one]} for text, one in people if one is not None and one in names]
    if leader:
        said.append(_("Your leader: %(name)s", name=leader))
    return WelcomeLetter(
        municipality=g.municipality.name,
        title=_("Welcome, %(name)s", name=found.first_name or _("new colleague")),
        first_day=_("Your first day is %(day)s in %(unit)s.", day=day(row.first_day), unit=found.unit.name),
        paragraphs=tuple(" ".join(part.split()) for part in row.welcome.split("\n\n") if part.strip()),
        people=tuple(said),
        talks=tuple(f"{say(TALK_NAMES[TalkKind(talk.kind)])}: {day(talk.planned_on)}" for talk in found.talks),
        weeks=tuple(
            LetterWeek(f"{part.title} ({part.days})" if part.days else part.title, items)
            for part in stretches(found)
            if (items := tuple(one.row.name for one in part.counted if one.row.week >= 0))
        ),
        foot=_("You can see the programme, and tick it off, on your phone under “My introduction”."),
        issued_at=now(),
    )


def _sheet(found: Programme) -> Response:
    locale, name = get_locale(), _("welcome-letter")
    body = welcome_letter_pdf(letter_of(found), _, language=locale.language if locale else "da")
    return Response(
        body,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "no-store"},
    )
