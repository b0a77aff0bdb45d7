"""Reading profiles: all staff groups, any version of one, and two versions side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.catalogue.queries.scales import changed_between, level_names_on, turns
from competence.catalogue.rules import ScaleKind
from competence.catalogue.rules.scales import asked_through, held_through, turns_between
from competence.foundation.clock import today
from competence.foundation.errors import NotFound
from competence.foundation.web import db
from competence.profiles import queries
from competence.profiles.queries import Version
from competence.profiles.rules import Asked, Content, compare, rescaled
from competence.profiles.views.blueprint import approval_of, bp, may, read, standing_of


@bp.get("")
@requires(Permission.PROFILE_READ)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Every staff group with the version in force, what is to come, and its draft."""
    by_group: dict[int, list[Version]] = {}
    for version in queries.versions(db.session):
        by_group.setdefault(version.staff_group_id, []).append(version)
    groups, on = queries.groups(db.session), today()
    names, follows = {group.id: group.name for group in groups}, queries.follows(db.session)
    rows = []
    for group in groups:
        listed = by_group.get(group.id, [])
        rows.append(
            {
                "group": group,
                "now": next((one for one in listed if one.in_force(on)), None),
                "coming": [one for one in reversed(listed) if one.is_coming(on)],
                "draft": next((one for one in listed if one.is_draft), None),
                "follows": names.get(follows[group.id].follows_id, "") if group.id in follows else "",
            }
        )
    return render_template("profiles/index.html", rows=rows, may_write=may(actor, Permission.PROFILE_WRITE))


@bp.get("/<int:staff_group_id>/<int:number>")
@requires(Permission.PROFILE_READ)
def version(staff_group_id: int, number: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One version: what the group is there for, and what is expected in each area at each level; on a day (`?on=`)."""
    page = read(staff_group_id, number, asked=request.args.get("on", type=date.fromisoformat))
    shown, draft = page.version, next((one for one in page.listed if one.is_draft), None)
    return render_template(
        "profiles/version.html",
        page=page,
        version=shown,
        tabs_of_versions=[
            (
                _("Version %(number)s", number=one.number),
                standing_of(one),
                url_for(".version", staff_group_id=staff_group_id, number=one.number),
                one.id == shown.id,
            )
            for one in page.listed
        ],
        approved=approval_of(shown),
        levels=page.levels(ScaleKind.PROFILE),
        practice=page.levels(ScaleKind.PRACTICE),
        tasks=queries.tasks_by_id(db.session),
        draft=draft,
        may_write=may(actor, Permission.PROFILE_WRITE),
        may_approve=may(actor, Permission.PROFILE_APPROVE),
    )


@bp.get("/<int:staff_group_id>/compare")
@requires(Permission.PROFILE_READ)
def compared(staff_group_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Two versions of the group's profile side by side; without a choice, the newest beside the one before it."""
    group = queries.get_group(db.session, staff_group_id)
    listed = queries.versions(db.session, group.id)
    if not listed:
        raise NotFound
    if len(listed) < 2:
        return redirect(url_for(".version", staff_group_id=group.id, number=listed[0].number))
    by_number = {one.number: one for one in listed}
    right = by_number.get(request.args.get("right", 0, int), listed[0])
    others = [one for one in listed if one.number < right.number] or [one for one in listed if one is not right]
    left = by_number.get(request.args.get("left", 0, int), others[0])
    before, after = (queries.content_of(db.session, one.id) for one in (left, right))
    sides = _on_one_scale(before, left, right), _on_one_scale(after, right, left)
    found = compare(sides[0].content, sides[1].content)
    days = left.asked_on, right.asked_on
    only_changes = bool(request.args.get("changes"))
    return render_template(
        "profiles/compare.html",
        group=group,
        listed=[(one, standing_of(one)) for one in listed],
        left=left,
        right=right,
        before=before,
        after=after,
        found=[one for one in found if one.changed or not only_changes],
        changes=sum(pair.changed for one in found for pair in (*one.statements, *one.tasks)),
        only_changes=only_changes,
        standing=standing_of,
        levels=level_names_on(db.session, max(days), ScaleKind.PROFILE),
        sides=sides,
        meant_on=max(days) if any(changed_between(db.session, *days, scale) for scale in ScaleKind) else None,
        tasks=queries.tasks_by_id(db.session),
    )


@dataclass(frozen=True)
class Side:
    """A version beside another: what it says in the levels of the later of their days, and its own names for them."""

    content: Content
    levels: Mapping[int, str]
    """Rank on the later profile scale -> the names of the levels that became it."""
    practice: Mapping[Asked, str]
    """What is asked for -> the practice level that the version itself named."""


def _on_one_scale(said: Content, own: Version, other: Version) -> Side:
    """`said` is what the version `own` says in its own levels."""
    profile, practice = (
        turns_between(turns(db.session, scale), own.asked_on, other.asked_on)
        for scale in (ScaleKind.PROFILE, ScaleKind.PRACTICE)
    )
    content, came_from = rescaled(said, partial(held_through, turns=profile), partial(asked_through, turns=practice))
    named: dict[int, list[str]] = {}
    for rank, name in level_names_on(db.session, own.asked_on, ScaleKind.PROFILE).items():
        named.setdefault(held_through(rank, profile), []).append(name)
    words = level_names_on(db.session, own.asked_on)
    return Side(
        content, {rank: _(" and ").join(some) for rank, some in named.items()},
        {one: words.get(rank, str(rank)) for one, rank in came_from.items()},
    )  # fmt: skip
