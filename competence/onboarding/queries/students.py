"""Students: which stage each has reached, who supervises her, and what came before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnExpressionArgument, and_, false, or_, select
from sqlalchemy.orm import Session

from competence.access.rules import Reach
from competence.accounts.queries import names_of
from competence.delegation.queries.terms import follows
from competence.foundation.clock import today
from competence.foundation.errors import NotFound
from competence.onboarding.models import StudentStage
from competence.organisation.models import Unit
from competence.people.models import Employment, PersonIdentity, StaffGroup


@dataclass(frozen=True)
class Student:
    """A student's employment with the stage that stands."""

    employment: Employment
    unit: Unit
    group: StaffGroup
    name: str
    stage: StudentStage | None
    supervisor: str
    follows: str
    """The staff group whose tasks the stage opens; "" when she follows none."""
    from_stage: str
    """The stage of the education from which it does, in words; "": from the first day."""

    @property
    def opens_on(self) -> date | None:
        """The day from which the tasks of the followed group are hers to be signed; None while none is said."""
        return self.employment.stage_from


def open_stage(session: Session, employment_id: int) -> StudentStage | None:
    """The stage that stands, also when it is still to begin; None before the first."""
    return session.scalars(
        select(StudentStage).where(StudentStage.employment_id == employment_id, StudentStage.ends_on.is_(None))
    ).one_or_none()


def stages_of(session: Session, employment_id: int) -> Sequence[StudentStage]:
    """All stages of the employment, the newest first."""
    return session.scalars(
        select(StudentStage)
        .where(StudentStage.employment_id == employment_id)
        .order_by(StudentStage.begins_on.desc(), StudentStage.id.desc())
    ).all()


def students(session: Session, within: Reach, *, supervised_by: int | None = None) -> list[Student]:
    """The students within reach whose employment runs or is to come, and those whom the person supervises; by name."""
    on = today()
    conditions = [Unit.path.startswith(root, autoescape=True) for root in within.roots]
    if supervised_by is not None:
        conditions.append(StudentStage.supervisor_id == supervised_by)
    return _read(
        session,
        or_(false(), *conditions),
        or_(Employment.valid_to.is_(None), Employment.valid_to > on),
        StaffGroup.is_student,
    )


def get_student(session: Session, employment_id: int, *, within: Reach, reader_id: int | None = None) -> Student:
    """The student. NotFound when the employment is no student's within reach; `reader_id` is let in as her supervisor."""
    found = _read(session, Employment.id == employment_id, StaffGroup.is_student)
    if not found:
        raise NotFound
    supervises = reader_id is not None and found[0].stage is not None and found[0].stage.supervisor_id == reader_id
    if not within.covers(found[0].unit.path) and not supervises:
        raise NotFound
    return found[0]


def _read(session: Session, *where: ColumnExpressionArgument[bool]) -> list[Student]:
    rows = session.execute(
        select(Employment, Unit, StaffGroup, PersonIdentity.name, StudentStage)
        .join(Unit, Unit.id == Employment.unit_id)
        .join(StaffGroup, StaffGroup.id == Employment.staff_group_id)
        .outerjoin(PersonIdentity, PersonIdentity.person_id == Employment.person_id)
        .outerjoin(StudentStage, and_(StudentStage.employment_id == Employment.id, StudentStage.ends_on.is_(None)))
        .where(*where)
        .order_by(PersonIdentity.name, Employment.id)
    ).all()
    if not rows:
        return []
    names = names_of(session, [row.StudentStage.supervisor_id for row in rows if row.StudentStage is not None])
    known = follows(session)
    groups = {one.id: one.name for one in session.scalars(select(StaffGroup).order_by(StaffGroup.id))}
    made = []
    for row in rows:
        followed, stage = known.get(row.StaffGroup.id, (0, None))
        made.append(
            Student(
                row.Employment, row.Unit, row.StaffGroup, row.name or "", row.StudentStage,
                names.get(row.StudentStage.supervisor_id, "") if row.StudentStage else "", groups.get(followed, ""), stage or "",
            )
        )  # fmt: skip
    return made
