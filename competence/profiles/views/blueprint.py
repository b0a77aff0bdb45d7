"""The blueprint of the profiles' pages, and what several of them need."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint
from flask_babel import gettext as _

from competence.access.rules import ROLE_NAMES, Actor, Permission, Role
from competence.catalogue.queries.scales import level_names_on
from competence.catalogue.rules import ScaleKind
from competence.foundation.clock import last_day, today
from competence.foundation.errors import NotFound
from competence.foundation.web import day, db, say
from competence.people.models import StaffGroup
from competence.profiles import queries
from competence.profiles.queries import Version
from competence.profiles.rules import Content

bp = Blueprint("profiles", __name__, url_prefix="/profiles")


@dataclass(frozen=True)
class Read:
    """A version with its staff group and what it says."""

    group: StaffGroup
    version: Version
    content: Content
    listed: list[Version]
    """All versions of the group, the newest first."""
    asked: date | None = None
    """The day that is asked about, on which the version was in force."""

    def levels(self, scale: ScaleKind) -> dict[int, str]:
        """Rank -> name by which the version names the levels of the scale."""
        return level_names_on(db.session, self.asked or self.version.asked_on, scale)


def read(staff_group_id: int, number: int, *, asked: date | None = None) -> Read:
    """The version of the group, as on the day `asked` when it was in force then. NotFound when there is none."""
    group = queries.get_group(db.session, staff_group_id)
    listed = queries.versions(db.session, group.id)
    version = next((one for one in listed if one.number == number), None)
    if version is None:
        raise NotFound
    asked = asked if asked and version.in_force(asked) else None
    return Read(group, version, queries.content_of(db.session, version.id, on=asked), listed, asked)


def may(actor: Actor, permission: Permission) -> bool:
    """Whether she has the permission over the whole municipality, which profiles are for."""
    return actor.may(permission, queries.root_path(db.session))


def standing_of(version: Version) -> str:
    """In words where the version stands: a draft, coming, in force, over."""
    if version.is_draft:
        return str(_("draft"))
    if version.is_coming(today()):
        return str(_("in force from %(day)s", day=day(version.valid_from)))
    if version.in_force(today()):
        return str(_("in force since %(day)s", day=day(version.valid_from)))
    return str(_("through %(day)s", day=day(last_day(version.valid_to))))


def approval_of(version: Version) -> str:
    """Who approved it, as what, and when; "" for a draft."""
    if version.approved_at is None:
        return ""
    role = say(ROLE_NAMES[Role(version.approved_as)]) if version.approved_as in set(Role) else ""
    who = ", ".join(part for part in (version.approved_by or _("Name erased"), role) if part)
    return str(_("Approved by %(who)s, %(day)s.", who=who, day=day(version.approved_at)))
