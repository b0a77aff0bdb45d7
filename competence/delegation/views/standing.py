"""Where a version stands, and its cells as the table draws them."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from competence.delegation.queries import ReadVersion
from competence.delegation.rules import CellTerms
from competence.delegation.views.drawing import Look, look_of
from competence.foundation.clock import last_day, today
from competence.foundation.text import N_
from competence.foundation.web import day

STEPS = (N_("Draft"), N_("Hearing"), N_("Approved"), N_("In force"))
LookKey = tuple[object, ...]


def title_of(version: ReadVersion) -> str:
    """As "Version 8 – Autumn 2026"."""
    if version.name:
        return str(_("Version %(number)s – %(name)s", number=version.number, name=version.name))
    return str(_("Version %(number)s", number=version.number))


def state_of(version: ReadVersion) -> str:
    """Where it stands, with its days: draft, in hearing, approved, in force, earlier, or given up."""
    on = today()
    if version.discarded_at is not None:
        return str(_("given up %(day)s", day=day(version.discarded_at)))
    if version.is_draft:
        if version.hearing_until is None:
            return str(_("draft"))
        if version.hearing_until >= on:
            return str(_("in hearing through %(day)s", day=day(version.hearing_until)))
        return str(_("draft, hearing ended %(day)s", day=day(version.hearing_until)))
    if version.in_force(on):
        return str(_("in force now, since %(day)s", day=day(version.valid_from)))
    if version.valid_from and version.valid_from > on:
        return str(_("approved, in force from %(day)s", day=day(version.valid_from)))
    return str(
        _("earlier, %(first)s through %(last)s", first=day(version.valid_from), last=day(last_day(version.valid_to)))
    )


def step_of(version: ReadVersion) -> int:
    """Its place among STEPS, from 1; 0 when it is over or given up."""
    if version.discarded_at is not None:
        return 0
    if version.is_draft:
        return 2 if version.hearing_until and version.hearing_until >= today() else 1
    if version.in_force(today()):
        return 4
    return 3 if version.valid_from and version.valid_from > today() else 0


MOST_TABS = 5
"""With more versions, the rest stand on the page of all versions."""


def tabs_of(versions: list[ReadVersion], current: ReadVersion) -> list[tuple[str, str, str, bool]]:
    """(title, state, address, whether it is the one that is open) of the newest versions that have not been given up.

    The open one and the one in force are always among them; where some are left out, the last leads to all.
    """
    on = today()
    standing = [v for v in versions if v.discarded_at is None or v.id == current.id]
    wanted = {v.id for v in standing if v.id == current.id or v.in_force(on)}
    for version in standing:
        if len(wanted) < MOST_TABS:
            wanted.add(version.id)
    tabs = [
        (title_of(v), state_of(v), url_for("matrix.show_version", number=v.number), v.id == current.id)
        for v in standing
        if v.id in wanted
    ]
    if len(tabs) < len(standing):
        count = ngettext("%(num)s in all", "%(num)s in all", len(versions))
        tabs.append((_("All versions"), count, url_for("drafts.index"), False))
    return tabs


def draw(terms: CellTerms | None, looks: dict[LookKey, Look], levels: dict[int, str]) -> LookKey | None:
    """The key of the cell's look, made when it is the first of its kind: a page has a thousand cells and a dozen looks."""
    if terms is None:
        return None
    level = terms.minimum_level if terms.entitles else 0
    key = (terms.rule, level, levels.get(level), bool(terms.limits), bool(terms.note))
    if key not in looks:
        looks[key] = look_of(terms, levels)
    return key
