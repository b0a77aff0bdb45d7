"""The introduction programme that ships becomes the municipality's own templates: drafts, until somebody named approves them."""

from collections.abc import Mapping
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.catalogue.models import TaskGate
from competence.foundation.clock import now
from competence.onboarding.commands import check_gates
from competence.onboarding.models import OnboardingLine, OnboardingTemplate
from competence.onboarding.rules import ItemKind, Ticks
from competence.organisation.models import Unit

KINDS = {
    "information": ItemKind.INFORMATION, "praktisk": ItemKind.PRACTICAL, "kontrol": ItemKind.CONTROL, "samtale": ItemKind.TALK,
    "e-læring": ItemKind.E_LEARNING, "dialog": ItemKind.DIALOGUE, "følgevagt": ItemKind.SHADOWING,
    "praktisk prøve": ItemKind.PRACTICE_CHECK, "undervisning": ItemKind.TEACHING, "sidemandsoplæring": ItemKind.BESIDE,
    "sign-off": ItemKind.SIGN_OFF,
}  # fmt: skip
BY_OTHERS = frozenset({ItemKind.INFORMATION, ItemKind.PRACTICAL, ItemKind.CONTROL})
"""What is seen to for the newcomer, mostly before she is there to tick it herself."""
HERSELF = "Medarbejder"
BESIDE_HER = "Læringsvejleder"
"""Who ticks beside the newcomer what opens tasks and is hers to do."""
ALL = "ALLE"
WELCOME = (
    "Velkommen til os. Vi glæder os til at få dig som kollega.\n\n"
    "Her er dit introforløb. Det følger dig uge for uge, og du kan altid sige til, hvis tempoet skal være et andet. Din makker "
    "hjælper dig i hverdagen, og du må spørge om alt.\n\n"
    "Du udfører først en opgave hos en borger, når du er oplært i den, og det er aftalt."
)


class Files(Protocol):
    """The reference files of one version."""

    @property
    def version(self) -> str:
        """Of the reference data."""
        ...

    def __getitem__(self, name: str) -> tuple[Mapping[str, str], ...]: ...


def load_templates(session: Session, files: Files, groups: Mapping[str, int]) -> None:
    """Nothing; the municipality's top unit has a draft for all newcomers and one for each staff group that the file names.

    What exists is left alone. RuleBroken when a set of items would open a task by e-learning alone.
    """
    top = session.scalars(select(Unit).where(Unit.parent_id.is_(None)).order_by(Unit.id)).first()
    if top is None or session.scalars(select(OnboardingTemplate.id).limit(1)).first() is not None:
        return
    known = set(session.scalars(select(TaskGate.code)))
    templates: dict[str, OnboardingTemplate] = {}
    for place, row in enumerate(files["onboarding_programme"]):
        for code in row["profession_codes"].split(";"):
            if code not in templates:
                templates[code] = OnboardingTemplate(
                    unit_id=top.id, staff_group_id=None if code == ALL else groups[code], number=1,
                    welcome=WELCOME if code == ALL else "", reference_version=files.version, recorded_at=now(),
                )  # fmt: skip
                session.add(templates[code])
                session.flush()
            session.add(_line(templates[code].id, place, row, known))
    session.flush()
    for template in templates.values():
        check_gates(session, template, top)


def _line(template_id: int, place: int, row: Mapping[str, str], known: set[str]) -> OnboardingLine:
    kind, week = KINDS[row["type"]], int(row["week"])
    opens = row["gate"] == "yes" and row["code"] in known
    ticks = Ticks.BOTH
    if not opens and row["responsible_da"] == HERSELF:
        ticks = Ticks.NEWCOMER
    elif not opens and (kind in BY_OTHERS or week < 0):
        ticks = Ticks.RESPONSIBLE
    responsible = BESIDE_HER if opens and row["responsible_da"] == HERSELF else row["responsible_da"]
    return OnboardingLine(
        template_id=template_id, code=row["code"], position=place, name=row["item_da"], week=week, kind=kind,
        responsible=responsible, ticks=ticks, gate=row["gate"] == "yes", gate_code=row["code"] if opens else "",
        first_shift=row["first_shift"] == "yes", source=row["source"],
    )  # fmt: skip
