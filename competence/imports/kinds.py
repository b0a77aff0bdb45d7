"""The kinds of files that can be brought in, in the order in which a municipality begins with them."""

from collections.abc import Mapping
from enum import StrEnum

from competence.access.rules import Permission
from competence.foundation.text import N_


class Kind(StrEnum):
    """What a file holds."""

    UNITS = "units"
    PEOPLE = "people"
    MATRIX = "matrix"
    SIGNOFFS = "signoffs"
    REQUIREMENTS = "requirements"
    PROFILES = "profiles"
    ROSTER = "roster"


PERMISSIONS: Mapping[Kind, Permission] = {
    Kind.UNITS: Permission.IMPORT_UNITS,
    Kind.PEOPLE: Permission.IMPORT_PEOPLE,
    Kind.MATRIX: Permission.IMPORT_MATRIX,
    Kind.SIGNOFFS: Permission.IMPORT_SIGNOFFS,
    Kind.REQUIREMENTS: Permission.IMPORT_REQUIREMENTS,
    Kind.PROFILES: Permission.PROFILE_WRITE,
    Kind.ROSTER: Permission.ROSTER_IMPORT,
}

OWN_MATRIX, OWN_PROFILES, OWN_ROSTER = "own_matrix", "own_profiles", "own_roster"
"""As the kind of an uploaded file: one that is being gone through step by step."""
_STEPS: Mapping[str, Kind] = {OWN_MATRIX: Kind.MATRIX, OWN_PROFILES: Kind.PROFILES, OWN_ROSTER: Kind.ROSTER}


def permission_of(kind: str) -> Permission:
    """What a file of the kind asks for, one that is gone through step by step too."""
    return PERMISSIONS[_STEPS.get(kind) or Kind(kind)]


NAMES: Mapping[Kind, str] = {
    Kind.UNITS: N_("Organisation"),
    Kind.PEOPLE: N_("Employees"),
    Kind.MATRIX: N_("Your own division of tasks"),
    Kind.SIGNOFFS: N_("Signatures on paper"),
    Kind.REQUIREMENTS: N_("Staffing needs"),
    Kind.PROFILES: N_("Competence profiles"),
    Kind.ROSTER: N_("Duty roster"),
}

HOLDS: Mapping[Kind, str] = {
    Kind.UNITS: N_("Districts, teams and other units, and what lies below what."),
    Kind.PEOPLE: N_("Who works where, in which staff group, on which shifts, from when to when."),
    Kind.MATRIX: N_("Tasks down and staff groups across. It becomes a draft that somebody approves by name."),
    Kind.SIGNOFFS: N_("What lies signed in ring binders. It counts at once, and lapses unless the employee says yes."),
    Kind.REQUIREMENTS: N_("How many of a shift must hold a task, for a unit or for all units of a kind."),
    Kind.PROFILES: N_(
        "What each staff group is expected to master. Each group in it gets a draft that somebody approves by name."
    ),
    Kind.ROSTER: N_(
        "Who is on duty when in the coming weeks, as a list or a calendar (.ics). Load it again whenever it changes."
    ),
}
"""What each file brings, in a line."""

NEXT: Mapping[Kind, str] = {
    Kind.UNITS: N_("Next: load the employees."),
    Kind.PEOPLE: N_("Next: load your own division of tasks, or approve the draft that ships."),
    Kind.MATRIX: N_("Next: read the draft, state the grounds it asks for, and approve it. Then load the signatures."),
    Kind.SIGNOFFS: N_("Next: ask the employees to say yes to what was transferred, and load the staffing needs."),
    Kind.REQUIREMENTS: N_("Next: open the coverage of a team, and see where it is thin."),
    Kind.PROFILES: N_("Next: read the drafts, and approve them."),
    Kind.ROSTER: N_("Next: see the week, and which shifts lack somebody."),
}
"""What to do when the file is in."""
