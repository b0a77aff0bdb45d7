"""The one blueprint that the pages about sign-offs share, and what each of them begins with."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _

from competence.access.rules import Actor, Reach
from competence.access.web import looked_at
from competence.catalogue.models import Task
from competence.delegation.rules import CellTerms
from competence.foundation.clock import last_day, today
from competence.foundation.errors import NotFound
from competence.foundation.web import db
from competence.organisation.models import Unit
from competence.people.models import Employment
from competence.signoffs.queries import get_employment, get_task, terms_to_sign

bp = Blueprint("signoffs", __name__)


@bp.context_processor
def words() -> dict[str, Any]:
    """What the pages here use besides the formats that all have."""
    return {"last_day": last_day}


@dataclass(frozen=True)
class Place:
    """A person, under one employment, and a task: what every page here is about."""

    employment: Employment
    unit: Unit
    task: Task
    cell: CellTerms
    first_day: date | None
    """The first day it counts, when the cell belongs to a coming version."""

    @property
    def name(self) -> str:
        """The person's name; a word for it when it has been erased."""
        return self.employment.identity.name if self.employment.identity else _("Name erased")

    @property
    def first_name(self) -> str:
        """The first name."""
        return self.name.split(" ")[0]

    @property
    def group(self) -> str:
        """The staff group as it stands behind a name: "hjælper (SSH)"."""
        text = self.employment.staff_group.short_name
        return text[:1].lower() + text[1:]


def place_within(employment_id: int, task_id: int, *, within: Reach, actor: Actor) -> Place:
    """The place, if the employment's unit is within reach. NotFound otherwise, and for what does not exist."""
    employment, unit = get_employment(db.session, employment_id)
    if not within.covers(unit.path):
        raise NotFound
    task = get_task(db.session, task_id)
    cell, first_day = terms_to_sign(db.session, employment, task.id, on=today())
    if employment.person_id != actor.person_id:
        looked_at(person_id=employment.person_id)
    return Place(employment, unit, task, cell, first_day)
