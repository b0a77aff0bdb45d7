"""All newcomers whom one follows, who is still without a programme, and the students; and how a programme begins."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, looked_at_all, requires
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.web import db, say, show, transaction
from competence.onboarding import commands
from competence.onboarding.forms import ProgrammeForm, people
from competence.onboarding.models import Onboarding
from competence.onboarding.queries.ahead import colleagues, proposed
from competence.onboarding.queries.programmes import newcomers, reach_of
from competence.onboarding.queries.students import students
from competence.onboarding.queries.templates import holding, lines_of
from competence.onboarding.rules import TALKS, ItemKind
from competence.onboarding.rules.pace import talk_on
from competence.onboarding.views.showing import cards, group_word
from competence.people.queries import get_employment

bp = Blueprint("onboarding", __name__, url_prefix="/onboarding")


@bp.get("")
@requires(any_of=(Permission.ONBOARDING_KEEP, Permission.ONBOARDING_TICK))
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Introforløb: the newcomers by when they begin, whoever has no programme yet, and the students."""
    found = newcomers(db.session, actor)
    learning = students(db.session, reach_of(actor), supervised_by=actor.person_id)
    asked = proposed(db.session, actor.reach(Permission.ONBOARDING_KEEP))
    looked_at_all(
        sorted(
            {one.employment.person_id for one in found}
            | {one.person_id for one in asked}
            | {one.employment.person_id for one in learning}
        )
    )
    shown = cards(found)
    return render_template(
        "onboarding/index.html", coming=[one for one in shown if one.programme.row.first_day > today()][::-1],
        running=[one for one in shown if one.programme.row.first_day <= today()],
        lacking=[one for one in found if one.lacks_yes and one.row.first_day <= today()], proposed=asked,
        students=learning, group_word=group_word, today=today(),
    )  # fmt: skip


@bp.route("/begin/<int:employment_id>", methods=["GET", "POST"])
@requires(Permission.ONBOARDING_KEEP)
def begin(employment_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A leader begins a newcomer's programme: from when, with whom, and what it holds."""
    facts = get_employment(db.session, employment_id, within=within)
    employment = facts.employment
    if employment.person_id == actor.person_id:
        raise NotFound
    looked_at(person_id=employment.person_id)
    there = db.session.scalar(
        select(Onboarding.id).where(Onboarding.employment_id == employment_id, Onboarding.ended_on.is_(None))
    )
    if there is not None:
        return redirect(url_for("programme.one", onboarding_id=there))
    form = ProgrammeForm(
        people(colleagues(db.session, actor, facts.unit.path, but=employment.person_id)),
        data={"first_day": employment.valid_from},
    )
    if form.validate_on_submit():
        try:
            with transaction() as session:
                made = commands.begin_onboarding(session, employment_id, form.programme(), by=actor)
        except Overtaken as broken:
            flash(say(broken.message), "error")
            return redirect(url_for(".index"))
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The introduction programme of %(name)s has begun.", name=facts.name))
            return redirect(url_for("programme.one", onboarding_id=made.id))
    templates = holding(db.session, facts.unit.path, employment.staff_group_id)
    lines = lines_of(db.session, [one.id for one in templates])
    if employment.is_external:
        lines = [one for one in lines if one.first_shift]
    first = form.first_day.data or employment.valid_from
    weeks = {one.week for one in lines if one.kind == ItemKind.TALK}
    return render_template(
        "onboarding/begin.html", form=form, facts=facts, templates=templates, lines=lines, group_word=group_word,
        talks=[(week, talk_on(week, first)) for week in TALKS if week in weeks and not employment.is_external],
    ), 422 if form.errors else 200  # fmt: skip
