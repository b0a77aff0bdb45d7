"""A team with a leader, a guide and a helper; a newcomer who is unskilled; and templates that open the hoist by three gates."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from competence.access.rules import Role
from competence.catalogue.models import TaskGate
from competence.catalogue.rules import GateKind
from competence.delegation.rules import CellRule
from competence.foundation.clock import now, today
from competence.onboarding import commands
from competence.onboarding.models import OnboardingItem, OnboardingLine, OnboardingTemplate
from competence.onboarding.queries.programmes import Programme, get_programme
from competence.onboarding.rules import ItemKind, Ticks
from competence.organisation.models import Unit
from competence.signoffs.queries import readiness, terms_to_sign
from tests.factories import Someone, World

GATES = (
    ("G1", GateKind.E_LEARNING, ItemKind.E_LEARNING, "E-læring: forflytning"),
    ("G2", GateKind.DIALOGUE, ItemKind.DIALOGUE, "Dialog om forflytning"),
    ("G3", GateKind.PRACTICE_CHECK, ItemKind.PRACTICE_CHECK, "Prøve med lift og sejl"),
)


class Havnen:
    """The team, and what its newcomers go through."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.lift = world.task("Loftlift og personlift")
        for group, rule in (("SPL", CellRule.CORE), ("SSA", CellRule.CORE), ("UFA", CellRule.MUST)):
            world.cell(self.lift, group, rule)
        ufa = world.groups["UFA"].id
        world.session.add_all(
            TaskGate(task_id=self.lift.id, staff_group_id=ufa, code=code, kind=kind, name=name)
            for code, kind, _item, name in GATES
        )
        self.for_all = self.template(world.root, None)
        self.line(self.for_all, "A1", "Velkomst og rundvisning", week=0, kind=ItemKind.TALK, first_shift=True)
        self.line(self.for_all, "A2", "Adgange er bestilt", week=-1, kind=ItemKind.PRACTICAL, ticks=Ticks.RESPONSIBLE)
        for week in (4, 8, 12):
            self.line(self.for_all, f"T{week}", f"{week}-ugers samtale", week=week, kind=ItemKind.TALK)
        self.unskilled = self.template(world.root, ufa)
        for code, _kind, item, name in GATES:
            self.line(self.unskilled, code, name, kind=item, gate=True, gate_code=code)
        office = world.unit("Staben", "stab", under=world.root)
        self.leader = world.role(
            world.person("Dorthe Nygaard", "UFA", unit=office, shifts=""), Role.LEADER, over=world.team
        )
        self.nurse = world.role(
            world.person("Marianne Holm", "SPL", unit=world.root), Role.DEVELOPMENT_NURSE, over=world.root
        )
        self.guide = world.role(world.person("Hanne Lykke", "SSA"), Role.GUIDE)
        self.helper = world.person("Camilla Brandt", "SSH")
        self.new = world.person("Emil Bruun", "UFA", since=today())
        world.settle()

    def template(self, unit: Unit, group: int | None, number: int = 1) -> OnboardingTemplate:
        """An approved template, without items."""
        row = OnboardingTemplate(
            unit_id=unit.id, staff_group_id=group, number=number, welcome="Velkommen.", recorded_at=now(), approved_at=now(),
            approved_by=self.world.person("Tine Abildgaard", "SPL", unit=self.world.root).person.id,
        )  # fmt: skip
        self.world.session.add(row)
        self.world.session.flush()
        return row

    def line(self, template: OnboardingTemplate, code: str, name: str, **said: object) -> OnboardingLine:
        """One item of it: both tick it, in the first week, unless said otherwise."""
        usual = {"week": 1, "kind": ItemKind.INFORMATION, "ticks": Ticks.BOTH, "position": 0, "responsible": "Makker"}
        row = OnboardingLine(template_id=template.id, code=code, name=name, **(usual | said))
        self.world.session.add(row)
        self.world.session.flush()
        return row

    def begin(self, someone: Someone | None = None) -> int:
        """The id of a programme that has begun, with helper and guide as buddy and mentor; committed."""
        one = someone or self.new
        new = commands.NewProgramme(
            max(today(), one.employment.valid_from), self.helper.person.id, self.guide.person.id
        )
        row = commands.begin_onboarding(self.world.session, one.employment.id, new, by=self.leader.actor)
        self.world.session.commit()
        return row.id

    def item(self, onboarding_id: int, code: str) -> OnboardingItem:
        """The programme's item."""
        return self.world.session.scalars(
            select(OnboardingItem).where(OnboardingItem.onboarding_id == onboarding_id, OnboardingItem.code == code)
        ).one()

    def tick(self, onboarding_id: int, code: str, *by: Someone) -> OnboardingItem:
        """The item, ticked by each in turn."""
        item = self.item(onboarding_id, code)
        for one in by:
            item = commands.tick(self.world.session, onboarding_id, item.id, by=one.actor)
        return item

    def programme(self, onboarding_id: int) -> Programme:
        """As its leader sees it."""
        return get_programme(self.world.session, onboarding_id, actor=self.leader.actor)

    def left(self, someone: Someone | None = None) -> Sequence[str]:
        """The gates that stand before a signature for the hoist."""
        session, one = self.world.session, someone or self.new
        cell, _first = terms_to_sign(session, one.employment, self.lift.id, on=today())
        return readiness(session, one.employment, self.lift, cell, (), ticked=(), on=today()).gates


@pytest.fixture
def havnen(world: World) -> Havnen:
    return Havnen(world)
