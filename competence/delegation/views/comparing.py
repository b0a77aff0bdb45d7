"""Any two versions side by side."""

from collections import Counter

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.catalogue.queries.scales import changed_between
from competence.delegation import queries
from competence.delegation.queries import ReadVersion
from competence.delegation.queries.comparing import Difference, DifferenceLine
from competence.delegation.queries.comparing import compare as compared
from competence.delegation.queries.drafts import areas
from competence.delegation.views.drafts import numbered
from competence.delegation.views.standing import state_of, title_of
from competence.delegation.views.wording import change_in_words, said_in_words, wording_of
from competence.foundation.clock import today
from competence.foundation.errors import NotFound
from competence.foundation.text import N_
from competence.foundation.web import db, say

bp = Blueprint("comparing", __name__, url_prefix="/matrix/compare")

KINDS = {Difference.ADDED: N_("added"), Difference.REMOVED: N_("taken away"), Difference.CHANGED: N_("changed")}


@bp.get("")
@requires(Permission.MATRIX_READ)
def compare(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What the one says otherwise than the other: without a choice, the newest against the one it takes the place of."""
    versions = queries.read_versions(db.session)
    if not versions:
        raise NotFound
    other = _chosen(versions, "other") or versions[0]
    one = _chosen(versions, "one") or queries.version_before(versions, other, today()) or _next_older(versions, other)
    area_id, group_id = request.args.get("area", type=int), request.args.get("group", type=int)
    lines = compared(db.session, one, other, area_id=area_id, group_id=group_id)
    was, now = queries.levels_in(db.session, one), queries.levels_in(db.session, other)
    later = now if one.asked_on <= other.asked_on else was
    drawn: dict[str, list[tuple[DifferenceLine, str, str, str, str]]] = {}
    for line in lines:
        drawn.setdefault(line.area, []).append(
            (
                line,
                say(KINDS[line.kind]),
                said_in_words(wording_of(line.before) if line.before else None, was),
                said_in_words(wording_of(line.after) if line.after else None, now),
                _details(line, later),
            )
        )
    counts = Counter(line.kind for line in lines)
    return render_template(
        "matrix/compare.html",
        versions=[(v.number, f"{title_of(v)}: {state_of(v)}") for v in versions],
        one=one,
        other=other,
        titles=(title_of(one), title_of(other)),
        states=(state_of(one), state_of(other)),
        areas=areas(db.session),
        groups=[(group.id, group.name) for group in queries.staff_groups(db.session).values()],
        area_id=area_id,
        group_id=group_id,
        drawn=drawn,
        rescaled=changed_between(db.session, one.asked_on, other.asked_on),
        meant_on=max(one.asked_on, other.asked_on),
        total=len(lines),
        counts=[(say(name), counts[kind]) for kind, name in KINDS.items() if counts[kind]],
    )


def _details(line: DifferenceLine, levels: dict[int, str]) -> str:
    """What differs when both have the same rule; "" when the two columns say it all."""
    if line.meant is None or line.meant[0].rule is not line.meant[1].rule:
        return ""
    return change_in_words(wording_of(line.meant[0]), wording_of(line.meant[1]), levels)


def _chosen(versions: list[ReadVersion], name: str) -> ReadVersion | None:
    number = request.args.get(name, type=int)
    return numbered(versions, number) if number is not None else None


def _next_older(versions: list[ReadVersion], version: ReadVersion) -> ReadVersion:
    return next((v for v in versions if v.number < version.number), version)
