"""A person's profile levels in words, and the leader's confirmation of one in a talk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.catalogue.queries import level_names
from competence.catalogue.queries.scales import level_names_at
from competence.catalogue.rules import ScaleKind
from competence.development import commands, queries
from competence.development.forms import ConfirmForm
from competence.development.queries import AreaStanding, Confirmed, Levels, Mine
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.web import day, db, show, transaction
from competence.people.queries import get_employment
from competence.profiles.queries import tasks_by_id

bp = Blueprint("levels", __name__)


@dataclass(frozen=True)
class AreaShown:
    """An area as it is read: the level, what is missing for the next, and what the next expects."""

    area: str
    level: str
    """The name of the level; "not yet basis" below the first; "" where there is nothing to compute it from."""
    following: str
    """The name of the next level; "" when there is none."""
    missing: tuple[str, ...]
    expected: tuple[str, ...]


@dataclass(frozen=True)
class TalkShown:
    """A confirmed level as it is read."""

    area: str
    level: str
    computed: str
    missing: int
    held: str
    note: str


def areas_shown(own: Mine, levels: Levels) -> list[AreaShown]:
    """The areas in words, each with what is missing for its next level."""
    names = level_names(db.session, ScaleKind.PROFILE)
    tasks = {task: row.name for task, row in tasks_by_id(db.session).items()}
    practice = {rank: level.name for rank, level in own.levels.items()}
    return [_shown(one, names, tasks, practice, own.held) for one in levels.areas]


def _shown(
    one: AreaStanding, names: Mapping[int, str], tasks: Mapping[int, str], practice: Mapping[int, str],
    held: Mapping[int, int],
) -> AreaShown:  # fmt: skip
    if one.standing is None:
        return AreaShown(one.area, "", "", (), one.expected)
    missing = []
    for asked in one.standing.missing:
        wanted = practice.get(asked.practice_level, str(asked.practice_level))
        has = held.get(asked.task_id, 0)
        task = tasks.get(asked.task_id, "")
        if has:
            missing.append(
                _("%(task)s: %(wanted)s (now %(held)s)", task=task, wanted=wanted, held=practice.get(has, has))
            )
        else:
            missing.append(_("%(task)s: %(wanted)s", task=task, wanted=wanted))
    following = names.get(one.standing.following, "") if one.standing.following else ""
    return AreaShown(one.area, level_word(one.standing.level, names), following, tuple(missing), one.expected)


def level_word(rank: int, names: Mapping[int, str]) -> str:
    """The level's name; below the first "not yet" it."""
    return names.get(rank, str(rank)) if rank else str(_("not yet %(level)s", level=names.get(1, "1")))


def talks_shown(confirmed: Sequence[Confirmed]) -> list[TalkShown]:
    """What was confirmed in talks, in words; the levels as the scale called them then."""
    return [
        TalkShown(
            row.area_name,
            row.level_name or level_word(row.level, names),
            "" if row.computed_level is None else row.computed_name or level_word(row.computed_level, names),
            row.missing,
            _("%(day)s with %(name)s", day=day(row.held_on), name=one.held_by or _("Name erased")),
            row.note,
        )
        for one in confirmed
        for row in (one.row,)
        for names in (level_names_at(db.session, row.recorded_at, ScaleKind.PROFILE),)
    ]


@bp.route("/employments/<int:employment_id>/level", methods=["GET", "POST"])
@requires(Permission.LEVEL_CONFIRM)
def confirm(employment_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Confirm the level in one area (`?area=`); without one, the areas to choose from."""
    facts = get_employment(db.session, employment_id, within=within)
    employment, person_name = facts.employment, facts.name
    if employment.person_id == actor.person_id:
        raise NotFound
    looked_at(person_id=employment.person_id)
    own = queries.mine(db.session, employment.person_id)
    job = next((one for one in own.jobs if one.employment.id == employment_id), None)
    levels = queries.levels_of(db.session, own, job) if job else None
    back = url_for("persons.person", person_id=employment.person_id)
    if levels is None:
        return redirect(back)
    listed = areas_shown(own, levels)
    name, found = request.args.get("area") or "", levels.of(request.args.get("area") or "")
    if not name:
        return render_template(
            "people/levels.html", name=person_name, back=back, listed=listed, employment_id=employment_id
        )
    if found is None:
        raise NotFound
    names = level_names(db.session, ScaleKind.PROFILE)
    form = ConfirmForm()
    form.level.choices = [(rank, level_word(rank, names)) for rank in (0, *names)]
    if not form.is_submitted():
        form.level.data, form.held_on.data = found.computed, today()
        form.seen.data = "" if found.computed is None else str(found.computed)
    if form.validate_on_submit():
        seen = form.seen.data or ""
        try:
            with transaction() as session:
                commands.confirm_level(
                    session,
                    employment_id,
                    form.to_command(name),
                    seen=int(seen) if seen.isdecimal() else None,
                    by=actor,
                )
        except RuleBroken as broken:
            show(broken, form)
            if isinstance(broken, Overtaken):
                form.seen.data = "" if found.computed is None else str(found.computed)
        else:
            flash(_("Confirmed. %(name)s can see it.", name=person_name.split(" ")[0]))
            return redirect(back)
    return render_template(
        "people/level.html", form=form, name=person_name, area=name, back=back, today=today(),
        shown=next(one for one in listed if one.area == name),
    )  # fmt: skip
