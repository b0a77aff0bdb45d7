"""The kinds of things in the catalogue."""

from enum import StrEnum


class TaskKind(StrEnum):
    """What a task is."""

    CARE = "care"
    GENERAL = "general"


class Reserved(StrEnum):
    """Whether the law reserves the task to a profession (autorisationsloven §§ 54 and 74)."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class ScaleKind(StrEnum):
    """The two scales. PROFILE: a person's level in an area, computed. PRACTICE: the level of a sign-off."""

    PROFILE = "profile"
    PRACTICE = "practice"


class GateKind(StrEnum):
    """What must be passed. E-learning alone never opens anything."""

    E_LEARNING = "e_learning"
    COURSE = "course"
    DIALOGUE = "dialogue"
    PRACTICE_CHECK = "practice_check"
    OTHER = "other"
