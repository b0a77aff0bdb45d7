"""The queue of a guide with 200 open matters, against the same lines from strings in memory by a plain template."""

from datetime import timedelta

from sqlalchemy import Engine, or_, select

from competence.access.rules import Role
from competence.accounts.commands import begin_session
from competence.accounts.models import Account, RoleAssignment
from competence.catalogue.models import Task
from competence.delegation.models import Cell, MatrixVersion
from competence.delegation.rules import CellRule
from competence.foundation.clock import now, today
from competence.foundation.orm import begin_writing, open_session
from competence.people.models import Employment
from competence.signoffs.models import SignOffRequest

MATTERS = 200


def a_guide(engine: Engine, municipality_id: int, team: int) -> tuple[str, int]:
    """(a guide's sign-in, how many requests are open for her): colleagues in the team have asked for 200 sign-offs."""
    on = today()
    with open_session(engine, municipality_id) as session:
        begin_writing(session)
        running = (Employment.valid_from <= on, or_(Employment.valid_to.is_(None), Employment.valid_to > on))
        guide = session.scalars(
            select(RoleAssignment.person_id)
            .where(RoleAssignment.role == Role.GUIDE, RoleAssignment.unit_id == team)
            .order_by(RoleAssignment.id)
        ).first()
        assert guide is not None
        people = session.execute(
            select(Employment.id, Employment.person_id, Employment.staff_group_id)
            .where(Employment.unit_id == team, *running, Employment.person_id != guide)
            .order_by(Employment.id)
        ).all()
        version = session.scalars(
            select(MatrixVersion.id)
            .where(MatrixVersion.approved_at.is_not(None), MatrixVersion.valid_from <= on)
            .order_by(MatrixVersion.number.desc())
        ).first()
        tasks = session.execute(
            select(Cell.task_id, Cell.staff_group_id)
            .join(Task, Task.id == Cell.task_id)
            .where(Cell.version_id == version, Cell.rule == CellRule.MAY_GENERAL)
            .order_by(Cell.id)
        ).all()
        asked = set(
            session.execute(
                select(SignOffRequest.employment_id, SignOffRequest.task_id)
                .where(SignOffRequest.closed_at.is_(None), SignOffRequest.employment_id.in_([one.id for one in people]))
            ).tuples()
        )  # fmt: skip
        wanted = [
            (one, task) for task, group in tasks for one in people
            if one.staff_group_id == group and (one.id, task) not in asked
        ]  # fmt: skip
        session.add_all(
            SignOffRequest(
                employment_id=one.id, task_id=task, asked_by=one.person_id, asked_at=now() - timedelta(days=at % 40)
            )
            for at, (one, task) in enumerate(wanted[: max(0, MATTERS - len(asked))])
        )  # fmt: skip
        account = session.scalars(select(Account).where(Account.person_id == guide)).first()
        if account is None:
            account = Account(person_id=guide, email=f"guide{guide}@maalt.example", recorded_at=now())
            session.add(account)
            session.flush()
        token = begin_session(session, account, on_phone=False)
        session.commit()
        return token, min(MATTERS, len(asked) + len(wanted))
