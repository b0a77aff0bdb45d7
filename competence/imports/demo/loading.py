"""Loads a demonstration municipality: its facts written set-based as events, with a clock relative to today."""

from typing import Any

from sqlalchemy import select

from competence.audit.commands import record
from competence.decision.commands import recompute_all
from competence.foundation.clock import now, today
from competence.foundation.orm import begin_writing, open_session, tenant_id, work_for
from competence.imports.demo.daily import write_daily
from competence.imports.demo.evidence import write_evidence, write_observations
from competence.imports.demo.learning import write_learning
from competence.imports.demo.meeting import write_meetings
from competence.imports.demo.months import write_months
from competence.imports.demo.onboarding import write_onboarding
from competence.imports.demo.people import write_employments, write_people, write_roles, write_units
from competence.imports.demo.roster import write_roster
from competence.imports.demo.strategy import write_strategy
from competence.imports.demo.teaching import write_teaching
from competence.imports.demo.training import write_teachers
from competence.imports.demo.vocabulary import load_rules
from competence.imports.demo.writing import Writing
from competence.imports.demonstration.generate import generate
from competence.imports.reference import read_files
from competence.organisation.models import Municipality
from competence.reminders.commands import add_reminders
from competence.reminders.matters import find
from competence.signoffs import projection

NAME = "Fjordby Kommune"


def load_demo(
    bind: Any, employees: int = 286, *, name: str = NAME, wide: bool = False, host: str | None = None, seed: int = 1
) -> int:
    """The id of the demonstration municipality, committed; of the one that is there when it has been loaded before.

    One transaction: whoever ends the program on the way finds nothing, and the next start loads it whole.
    """
    with open_session(bind, None) as session:
        there = session.scalars(select(Municipality).where(Municipality.name == name)).first()
        if there is not None:
            return there.id
        begin_writing(session)
        municipality = Municipality(
            name=name, is_demo=True, settings={}, salt=f"demonstration-{name}", created_at=now(), host=host
        )
        session.add(municipality)
        session.flush()
        work_for(session, municipality.id)
        Loader(session, generate(employees, seed, wide=wide), wide=wide).load()
        add_reminders(session, find(session, on=today()))  # as the first `competence remind` does
        write_months(session)
        write_strategy(session)
        session.commit()
        return municipality.id


class Loader(Writing):
    """Writes one demonstration."""

    def load(self) -> None:
        """Nothing; everything is written and the stored answers are made."""
        write_units(self)
        write_people(self)
        self.rules = load_rules(
            self.session,
            read_files(),
            self.demo,
            wide=self.wide,
            day=self.day,
            moment=self.moment,
            persons=self.persons,
        )
        write_employments(self)
        write_roles(self)
        write_evidence(self)
        write_observations(self)
        write_daily(self)
        write_meetings(self)
        write_onboarding(self)
        write_teachers(self)
        write_learning(self)
        write_teaching(self, read_files())
        record(
            self.session,
            by=None,
            action="load_demonstration",
            subject="municipality",
            subject_id=tenant_id(self.session),
        )
        self.session.flush()
        projection.rebuild(self.session, self.persons.values(), on=self.today)
        recompute_all(self.session)
        write_roster(self)
