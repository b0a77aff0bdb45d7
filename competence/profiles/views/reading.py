"""Reading profiles: all staff groups, any version of one, and two versions side by side."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.catalogue.queries import level_names
from competence.catalogue.rules import ScaleKind
from competence.foundation.clock import today
from competence.foundation.errors import NotFound
from competence.foundation.web import db
from competence.profiles import queries
from competence.profiles.queries import Version
from competence.profiles.rules import compare
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
    """One version: what the group is there for, and what is expected in each area at each level."""
    page = read(staff_group_id, number)
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
        levels=level_names(db.session, ScaleKind.PROFILE),
        practice=level_names(db.session),
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
    found = compare(before, after)
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
        levels=level_names(db.session, ScaleKind.PROFILE),
        practice=level_names(db.session),
        tasks=queries.tasks_by_id(db.session),
    )
