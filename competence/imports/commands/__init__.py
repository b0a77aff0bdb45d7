"""Bringing a municipality's own files in: each checked whole, written whole, and unchanged when read again."""

from competence.imports.commands.matrix import MatrixImported, import_matrix
from competence.imports.commands.needs import import_needs
from competence.imports.commands.papers import PaperPlan, plan_papers
from competence.imports.commands.profiles import ProfilesImported, import_profiles
from competence.imports.commands.staging import OUT_OF_REACH, REPLACED, drop_staged, note_result, stage, take_staged
from competence.imports.commands.transferring import (
    PapersTransferred,
    PreparedPapers,
    import_signoffs,
    prepare_papers,
)

__all__ = [
    "OUT_OF_REACH",
    "REPLACED",
    "MatrixImported",
    "PaperPlan",
    "PapersTransferred",
    "PreparedPapers",
    "ProfilesImported",
    "drop_staged",
    "import_matrix",
    "import_needs",
    "import_profiles",
    "import_signoffs",
    "note_result",
    "plan_papers",
    "prepare_papers",
    "stage",
    "take_staged",
]
