"""Newcomers' programmes as the pages show them: each item with its day, its ticks and what it opens."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, Reach
from competence.accounts.queries import names_of
from competence.catalogue.queries.tasks import task_names
from competence.foundation.clock import local, today
from competence.foundation.editions import remembered
from competence.foundation.errors import NotFound
from competence.learning.models import Talk, TalkTaker
from competence.learning.rules import TalkKind
from competence.onboarding.models import FirstShiftYes, Onboarding, OnboardingItem, OnboardingPace
from competence.onboarding.queries.gates import Opens, gates, passed
from competence.onboarding.queries.templates import groups_looked_for
from competence.onboarding.rules import TALKS, WEEKS, ItemKind, Side, Ticked, Ticks, needs_yes
from competence.onboarding.rules.pace import PaceSet, due_on, pace_on, talk_on, week_on, weeks_in_all
from competence.organisation.models import Unit
from competence.people.models import Employment, PersonIdentity, StaffGroup

UNSKILLED = "UFA"
"""Code of the staff group whose newcomers, and those of the groups that follow it, need the leader's yes first."""
BUDDY, MENTOR = "makker", "mentor"
"""The words by which an item names them, as the templates of the reference data do."""
FOLLOWERS = (Permission.ONBOARDING_KEEP, Permission.ONBOARDING_TICK)
"""Who has one of them over a unit follows its newcomers."""


@dataclass(frozen=True)
class Item:
    """An item of a programme, as it stands."""

    row: OnboardingItem
    ticked: Ticked
    due: date
    opens: tuple[str, ...]
    """The tasks that it opens together with their other gates, by name."""
    talk: Talk | None
    responsible_name: str
    """Who ticked it as the one who is responsible; "" while nobody has, or when she is forgotten."""

    @property
    def is_left_out(self) -> bool:
        """Whether the leader has left it out."""
        return self.row.left_out_at is not None

    @property
    def done_on(self) -> date | None:
        """The day on which all of it came in place."""
        return self.ticked.done_on

    @property
    def is_done(self) -> bool:
        """Whether nothing of it is missing."""
        return not self.ticked.missing

    def waits_for(self, side: Side) -> bool:
        """Whether the side's tick is what it still needs."""
        return not self.is_left_out and side in self.ticked.missing

    @property
    def newcomer_on(self) -> date | None:
        """The day of the newcomer's tick."""
        return self.ticked.newcomer_on

    @property
    def responsible_on(self) -> date | None:
        """The day of the responsible one's tick."""
        return self.ticked.responsible_on


@dataclass(frozen=True)
class Opening:
    """A task that the programme helps to open: how many of all the gates that name it for her group have been passed."""

    task: str
    passed: int
    needed: int

    @property
    def is_open(self) -> bool:
        """Whether nothing but training and a signature is left."""
        return self.passed >= self.needed


@dataclass(frozen=True)
class Programme:
    """A newcomer's programme with all that belongs to it."""

    row: Onboarding
    employment: Employment
    unit: Unit
    group: StaffGroup
    name: str
    items: tuple[Item, ...]
    paces: tuple[OnboardingPace, ...]
    talks: tuple[Talk, ...]
    """Those after 4, 8 and 12 weeks, in their order."""
    yes: FirstShiftYes | None
    """The leader's standing yes to the first shift."""
    needs_yes: bool
    openings: tuple[Opening, ...] = ()
    names: dict[int, str] = field(default_factory=dict)
    """Of all who are named in it."""

    @property
    def id(self) -> int:
        """Of its row."""
        return self.row.id

    @property
    def first_name(self) -> str:
        """As daily speech has it."""
        return self.name.split(" ")[0] if self.name else ""

    @cached_property
    def pace_sets(self) -> tuple[PaceSet, ...]:
        """As the rules take them."""
        return tuple(PaceSet(one.from_day, one.percent) for one in self.paces)

    @cached_property
    def week(self) -> int:
        """The week that today lies in: 1 from the first day, below 0 before it."""
        return week_on(today(), self.row.first_day, self.pace_sets)

    @property
    def percent(self) -> int:
        """How long a week is today, per cent of one."""
        return pace_on(self.pace_sets, max(today(), self.row.first_day))

    @property
    def calendar_weeks(self) -> int:
        """How many weeks of the calendar the introduction takes."""
        return weeks_in_all(WEEKS, self.row.first_day, self.pace_sets)

    @cached_property
    def counted(self) -> list[Item]:
        """What belongs to the introduction itself, without what was left out."""
        return [one for one in self.items if not one.is_left_out and one.row.week <= WEEKS]

    @property
    def done(self) -> int:
        """How many of those are in place."""
        return sum(one.is_done for one in self.counted)

    @cached_property
    def next(self) -> Item | None:
        """What comes next: the first in order that is not in place."""
        return next((one for one in self.items if not one.is_left_out and not one.is_done), None)

    @property
    def first_shift(self) -> list[Item]:
        """The smallest safe set."""
        return [one for one in self.items if one.row.first_shift and not one.is_left_out]

    @property
    def lacks_yes(self) -> bool:
        """Whether the first shift waits for the leader's yes."""
        return self.needs_yes and self.yes is None

    def asked(self, item: Item) -> str:
        """Who is asked to see to the item: by name where somebody is known, else in the template's words."""
        known = {BUDDY: self.row.buddy_id, MENTOR: self.row.mentor_id}
        who = item.row.responsible_id or known.get(item.row.responsible.casefold())
        return self.names.get(who or 0, "") or item.row.responsible

    def talk_of(self, week: int) -> Talk | None:
        """The talk after so many weeks."""
        return next((one for one in self.talks if one.kind == TALKS.get(week)), None)


def follows_her(programme: Programme, actor: Actor) -> bool:
    """Whether the reader follows the newcomer: by her role there, or as her buddy or mentor."""
    return any(actor.may(one, programme.unit.path) for one in FOLLOWERS) or actor.person_id in (
        programme.row.buddy_id, programme.row.mentor_id
    )  # fmt: skip


def unskilled_groups(session: Session) -> frozenset[int]:
    """The staff groups whose newcomers have no education for the work: the unskilled, and who follows them, students apart."""
    return remembered(session, "unskilled groups", _read_unskilled)


def _read_unskilled(session: Session) -> frozenset[int]:
    groups = session.scalars(select(StaffGroup).order_by(StaffGroup.id)).all()
    codes = {one.id: one.code for one in groups}
    return frozenset(
        one.id
        for one in groups
        if not one.is_student and UNSKILLED in {codes.get(g or 0) for g in groups_looked_for(session, one.id)}
    )


def newcomers(session: Session, actor: Actor) -> list[Programme]:
    """The running programmes of those whom she follows, the newest first: by her roles, and as buddy or mentor."""
    roots = sorted({root for one in FOLLOWERS for root in actor.reach(one).roots})
    return read_programmes(
        session,
        Onboarding.ended_on.is_(None),
        or_(Employment.valid_to.is_(None), Employment.valid_to > today()),
        Employment.person_id != actor.person_id,
        or_(
            false(), *(Unit.path.startswith(root, autoescape=True) for root in roots),
            Onboarding.buddy_id == actor.person_id, Onboarding.mentor_id == actor.person_id,
        ),
    )  # fmt: skip


def get_programme(session: Session, onboarding_id: int, *, actor: Actor) -> Programme:
    """The programme. NotFound when there is none by that id of somebody whom she follows."""
    found = read_programmes(session, Onboarding.id == onboarding_id)
    if not found or found[0].employment.person_id == actor.person_id or not follows_her(found[0], actor):
        raise NotFound
    return found[0]


def own_programmes(session: Session, person_id: int) -> list[Programme]:
    """The person's own running programmes, the newest first."""
    return read_programmes(
        session, Onboarding.ended_on.is_(None), Employment.person_id == person_id,
        or_(Employment.valid_to.is_(None), Employment.valid_to > today()),
    )  # fmt: skip


def read_programmes(session: Session, *where: ColumnElement[bool]) -> list[Programme]:
    """The programmes for which the conditions hold, the newest first, with all that belongs to each."""
    rows = session.execute(
        select(Onboarding, Employment, Unit, StaffGroup, PersonIdentity.name)
        .join(Employment, Employment.id == Onboarding.employment_id)
        .join(Unit, Unit.id == Employment.unit_id)
        .join(StaffGroup, StaffGroup.id == Employment.staff_group_id)
        .outerjoin(PersonIdentity, PersonIdentity.person_id == Employment.person_id)
        .where(*where)
        .order_by(Onboarding.first_day.desc(), PersonIdentity.name, Onboarding.id)
    ).all()
    if not rows:
        return []
    ids = [row.Onboarding.id for row in rows]
    items = session.scalars(
        select(OnboardingItem)
        .where(OnboardingItem.onboarding_id.in_(ids))
        .order_by(OnboardingItem.week, OnboardingItem.position, OnboardingItem.code, OnboardingItem.id)
    ).all()
    paces = session.scalars(
        select(OnboardingPace).where(OnboardingPace.onboarding_id.in_(ids)).order_by(OnboardingPace.id)
    ).all()
    given = session.scalars(
        select(FirstShiftYes).where(FirstShiftYes.onboarding_id.in_(ids), FirstShiftYes.withdrawn_at.is_(None))
    ).all()
    talks = talks_of(session, [row.Employment.id for row in rows])
    there = passed(session, [row.Employment.person_id for row in rows])
    opened, tasks = gates(session), task_names(session, on=today())
    people = {one.responsible_by for one in items} | {one.responsible_id for one in items}
    people |= {one.left_out_by for one in items} | {p.set_by for p in paces}
    people |= {row.Onboarding.buddy_id for row in rows} | {row.Onboarding.mentor_id for row in rows}
    people |= {row.Onboarding.begun_by for row in rows} | {one.given_by for one in given}
    people |= {talk.held_by for some in talks.values() for talk in some}
    names = names_of(session, [one for one in people if one is not None])
    unskilled = unskilled_groups(session)
    made = []
    for row in rows:
        onboarding, employment, group = row.Onboarding, row.Employment, row.StaffGroup
        own = talks.get(employment.id, [])
        sets = [PaceSet(p.from_day, p.percent) for p in paces if p.onboarding_id == onboarding.id]

        def item(
            one: OnboardingItem, onboarding: Onboarding = onboarding, employment: Employment = employment,
            own: Sequence[Talk] = own, sets: Sequence[PaceSet] = sets,
        ) -> Item:  # fmt: skip
            gate = opened.get((one.gate_code, employment.staff_group_id)) if one.gate_code else None
            seen = there.get((employment.person_id, one.gate_code)) if one.gate_code else None
            kind = TALKS.get(one.week) if one.kind == ItemKind.TALK else None
            talk = next((t for t in own if t.kind == kind), None) if kind is not None else None
            return Item(
                row=one,
                ticked=Ticked(
                    Ticks(one.ticks),
                    newcomer_on=local(one.newcomer_at).date() if one.newcomer_at else None,
                    responsible_on=local(one.responsible_at).date() if one.responsible_at else None,
                    passed_on=seen.observed_on if seen is not None and gate is not None else None,
                    held_on=talk.held_on if talk is not None else None,
                ),
                due=day_for(one.week, kind, onboarding.first_day, sets, talk),
                opens=tuple(tasks[t] for t in gate.tasks if t in tasks) if gate is not None else (),
                talk=talk,
                responsible_name=names.get(one.responsible_by or 0, ""),
            )

        made.append(
            Programme(
                row=onboarding, employment=employment, unit=row.Unit, group=group, name=row.name or "",
                items=tuple(item(one) for one in items if one.onboarding_id == onboarding.id),
                paces=tuple(p for p in paces if p.onboarding_id == onboarding.id), talks=tuple(own),
                yes=next((one for one in given if one.onboarding_id == onboarding.id), None),
                needs_yes=needs_yes(external=employment.is_external, unskilled=group.id in unskilled), names=names,
                openings=_openings(
                    {one.gate_code for one in items if one.onboarding_id == onboarding.id and one.gate_code}, employment,
                    opened, {code for person, code in there if person == employment.person_id}, tasks,
                ),
            )
        )  # fmt: skip
    return made


def _openings(
    codes: set[str],
    employment: Employment,
    opened: Mapping[tuple[str, int], Opens],
    there: set[str],
    tasks: Mapping[int, str],
) -> tuple[Opening, ...]:
    """The tasks that the programme's gates name for her group, by name, each with all gates that name it."""
    asked: dict[int, set[str]] = {}
    for (code, group), gate in opened.items():
        if group == employment.staff_group_id:
            for task in gate.tasks:
                asked.setdefault(task, set()).add(code)
    made = [
        Opening(tasks[task], len(some & there), len(some))
        for task, some in asked.items()
        if some & codes and task in tasks
    ]
    return tuple(sorted(made, key=lambda one: one.task))


def day_for(
    week: int, kind: TalkKind | None, first_day: date, paces: Sequence[PaceSet], talk: Talk | None = None
) -> date:
    """The day by which an item of the week should be in place; of a talk the day that it is planned for."""
    if kind is not None:
        return talk.planned_on if talk is not None else talk_on(week, first_day, paces)
    return due_on(week, first_day, paces)


def talks_of(session: Session, employment_ids: Iterable[int]) -> dict[int, list[Talk]]:
    """Employment -> its talks after 4, 8 and 12 weeks that were not called off, one of each, in their order."""
    rows = session.execute(
        select(TalkTaker.employment_id, Talk)
        .join(Talk, Talk.id == TalkTaker.talk_id)
        .where(
            TalkTaker.employment_id.in_(sorted(set(employment_ids))), Talk.kind.in_(list(TALKS.values())),
            Talk.cancelled_on.is_(None),
        )
        .order_by(Talk.planned_on.desc(), Talk.id.desc())
    ).all()  # fmt: skip
    found: dict[int, dict[str, Talk]] = {}
    for employment_id, talk in rows:
        found.setdefault(employment_id, {})[talk.kind] = talk
    return {
        employment_id: sorted(some.values(), key=lambda one: (one.planned_on, one.id))
        for employment_id, some in found.items()
    }


def reach_of(actor: Actor) -> Reach:
    """The units whose newcomers she follows by her roles."""
    return Reach(tuple(sorted({root for one in FOLLOWERS for root in actor.reach(one).roots})))
