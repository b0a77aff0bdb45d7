"""Calendar links: the page where one has them, and the calendar that is read by the link alone."""

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import public, requires
from competence.audit.commands import log_access
from competence.coverage.queries.places import tree
from competence.foundation.addresses import address
from competence.foundation.clock import today
from competence.foundation.errors import NotFound
from competence.foundation.limits import limited
from competence.foundation.orm import tenant_id
from competence.foundation.web import after_reading, db, say, transaction
from competence.organisation.queries import units_within
from competence.teaching import commands
from competence.teaching.calendars import as_ical
from competence.teaching.forms import ButtonForm, FeedForm
from competence.teaching.models import CalendarFeed
from competence.teaching.queries import feeds as reads
from competence.teaching.rules import FEED_NAMES, FeedKind

bp = Blueprint("calendars", __name__)
MOST_A_MINUTE = 300
"""A town hall's calendars ask from one address, each every few hours."""
PRIVATE = {
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-cache",
    "Content-Disposition": 'inline; filename="kompetencetavlen.ics"',
}


@bp.get("/me/calendar")
@requires(Permission.OWN_READ)
def own(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Her calendar links, and those that she can make."""
    return _page(actor)


def _choices(actor: Actor) -> list[tuple[str, str]]:
    """(value, name) of the calendars she can have a link for."""
    found = [(FeedKind.OWN.value, say(FEED_NAMES[FeedKind.OWN]))]
    if reads.may_have(actor, FeedKind.GUIDE, None):
        found.append((FeedKind.GUIDE.value, say(FEED_NAMES[FeedKind.GUIDE])))
    roots = sorted(
        {root for one in (Permission.TEACHING_SIGN_UP, Permission.TEACHING_BEDSIDE) for root in actor.reach(one).roots}
    )
    found += [(str(unit.id), unit.name) for unit in units_within(db.session, within=Reach(tuple(roots)))]
    return found


def _page(actor: Actor, *, link: str = "", form: FeedForm | None = None) -> ResponseReturnValue:
    form = form or FeedForm(_choices(actor))
    return render_template(
        "teaching/calendars.html", form=form, feeds=reads.feeds_of(db.session, actor.person_id), names=FEED_NAMES, link=link,
        button=ButtonForm(),
    ), 422 if form.errors else 200  # fmt: skip


@bp.post("/me/calendar/make")
@requires(Permission.OWN_READ)
def make(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A new link, shown this once; the one there was for the same calendar is dead."""
    form = FeedForm(_choices(actor))
    if not form.validate_on_submit():
        return _page(actor, form=form)
    what = form.what.data
    kind, unit = (FeedKind.TEAM, int(what)) if what.isdecimal() else (FeedKind(what), None)
    with transaction() as session:
        _feed, secret = commands.make_feed(session, kind, unit_id=unit, by=actor)
    return _page(actor, link=address("calendars.read", link=secret))


@bp.post("/me/calendar/<int:feed_id>/renew")
@requires(Permission.OWN_READ)
def renew(feed_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Another link for the same calendar; the old one is dead at once."""
    found = next((one for one, _unit in reads.feeds_of(db.session, actor.person_id) if one.id == feed_id), None)
    if found is None:
        raise NotFound
    with transaction() as session:
        _feed, secret = commands.make_feed(session, FeedKind(found.kind), unit_id=found.unit_id, by=actor)
    return _page(actor, link=address("calendars.read", link=secret))


@bp.post("/me/calendar/<int:feed_id>/close")
@requires(Permission.OWN_READ)
def close(feed_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The link is dead."""
    with transaction() as session:
        commands.close_feed(session, feed_id, by=actor)
    return redirect(url_for(".own"))


@bp.get("/calendar/<link>.ics")
@public
@limited(MOST_A_MINUTE)
def read(link: str) -> ResponseReturnValue:
    """The calendar of the link, for a calendar program. Nobody is signed in by it, and it opens nothing else."""
    living = reads.living_feed(db.session, link)
    if living is None:
        return current_app.response_class(f"{_('The link is closed.')}\n", 404, PRIVATE, mimetype="text/plain")
    if living.feed.used_on != today():
        after_reading(lambda session: _used(session, living))
    with force_locale(living.locale):
        name = _name(living)
        written = as_ical(
            reads.entries(db.session, living), name=name,
            uid=f"calendar-{living.feed.kind}-{living.feed.person_id}-{living.feed.unit_id or 0}",
            place=f"{tenant_id(db.session)}.kompetencetavlen", site=address("own_classes.index"),
        )  # fmt: skip
    answer = make_response(written, 200, PRIVATE)
    answer.mimetype = "text/calendar"
    answer.add_etag()
    return answer.make_conditional(request)


def _name(living: reads.Living) -> str:
    if living.unit is not None:
        node = tree(db.session, on=today()).by_id.get(living.unit.id)
        return str(_("Kompetencetavlen: %(unit)s", unit=node.name if node else living.unit.name))
    return str(_("Kompetencetavlen: I teach") if living.feed.kind == FeedKind.GUIDE else _("Kompetencetavlen"))


def _used(session: Session, living: reads.Living) -> None:
    """Once a day it is noted that the link is in use, and that her people were looked at by it."""
    row = session.get(CalendarFeed, living.feed.id)
    if row is not None:
        row.used_on = today()
        if living.unit is not None:
            log_access(
                session, by=row.person_id, role=living.actor.home_role, page="calendars.read", unit_id=living.unit.id
            )
