"""The demonstration's strategic plan of this year with its baseline, a draft for the two years that follow, and the pulse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from competence.access.rules import Role
from competence.accounts.models import RoleAssignment
from competence.coverage.queries.places import Node, Tree, tree
from competence.figures.queries.kept import look_kept, months_kept
from competence.foundation.clock import add_months, now, today
from competence.learning.rules import Part
from competence.people.models import StaffGroup
from competence.strategy.commands.planning import frozen
from competence.strategy.models import (
    IndicatorValue,
    Measure,
    NeedChoice,
    PlanFollowUp,
    PlanIndicator,
    PlanPriority,
    PulseRound,
    PulseTally,
    StrategicPlan,
    WheelStep,
)
from competence.strategy.queries.pulse import people_in
from competence.strategy.rules.indicators import USUAL, Indicator
from competence.strategy.rules.planning import USUAL_WHEEL, About, Funding, Meet, PlanKind, WheelKind, Why
from competence.strategy.rules.pulse import Answer

FRAME = (
    "Kommunens ældrestrategi lægger vægt på, at borgeren møder få og kendte medarbejdere, der kan opgaverne.\n"
    "Der bliver flere borgere over 80 år, og sygehusene udskriver tidligere. Flere komplekse opgaver løses i hjemmet.\n"
    "Planen gælder hele ældreplejen. Ikke alle i en faggruppe skal have de samme kompetencer: udvikling aftales med den enkelte."
)
ROLES = (
    "Lederen aftaler udvikling med den enkelte ved MUS og sørger for, at vagten er dækket, når nogen lærer.\n"
    "Læringsvejlederen oplærer, observerer og skriver under.\n"
    "Udviklingssygeplejersken holder hold og følger behovskortet.\n"
    "MED-udvalget drøfter planen, før den besluttes, og følger den to gange om året."
)


@dataclass(frozen=True)
class _Does:
    """A measure of the demonstration; its months are numbers from 1, its owner a role."""

    title: str
    part: Part
    owner: Role
    hours: int
    kroner: int
    funding: Funding
    first: int
    last: int
    criterion: str
    under: int
    stands: str = ""
    """"", "begun" or "done"."""


DOES = (
    _Does("Sidemandsoplæring i aften- og nattevagter", Part.DAILY, Role.LEADER, 420, 84_000, Funding.OWN, 2, 11,
          "Hvert team har mindst to i hver vagt til de kritiske opgaver", 1, "begun"),
    _Does("Faste medicinruter med kollega på sidelinjen", Part.DAILY, Role.LEADER, 260, 0, Funding.OWN, 3, 10,
          "Ti nye underskrifter om måneden", 1, "begun"),
    _Does("Læringsvejledere: to timer om ugen til oplæring", Part.COLLEAGUES, Role.DEVELOPMENT_NURSE, 540, 120_000,
          Funding.OWN, 1, 12, "Dage fra anmodning til underskrift under en uge", 1, "begun"),
    _Does("Borgerkonferencer om demens hver måned", Part.COLLEAGUES, Role.DEVELOPMENT_NURSE, 190, 0, Funding.OWN, 2, 12,
          "Alle teams holder mindst otte", 2, "begun"),
    _Does("Hold i medicinhåndtering for hjælpere", Part.FORMAL, Role.DEVELOPMENT_NURSE, 150, 96_000, Funding.FUND, 3, 6,
          "24 gennemfører, og lederen følger op efter seks uger", 1, "done"),
    _Does("AMU: personer med demens", Part.FORMAL, Role.HR, 220, 140_000, Funding.VEU, 4, 11,
          "18 gennemfører og deler det i teamet", 2, "begun"),
    _Does("Introforløb med makker for alle ufaglærte", Part.DAILY, Role.HR, 320, 60_000, Funding.OWN, 1, 12,
          "Alle nye får dialogen før de åbnede opgaver", 3, "begun"),
    _Does("Samtaler efter 4, 8 og 12 uger", Part.COLLEAGUES, Role.LEADER, 120, 0, Funding.OWN, 1, 12,
          "Ni af ti samtaler holdes til tiden", 3, "begun"),
)  # fmt: skip
SAID = (
    (-180, None, "Behovskortet er gennemgået med alle distrikter. Aften og nat er tyndest."),
    (-95, 4, "Holdet er afsluttet. 22 af 24 gennemførte, og 17 har fået den første underskrift."),
    (-20, None, "Halvårets tal er drøftet i MED-udvalget. Planen holder; næste år lægges vægten på nattevagterne."),
)
"""(days ago, which measure, what was said)."""
ROUNDS = ((-200, -187, (24, 41, 20, 11, 4)), (-62, -49, (29, 45, 15, 8, 3)))
"""(first day, last day, per cent of the five answers) of the rounds that are over."""


def write_strategy(session: Session) -> None:
    """Nothing; the plan, the draft and the pulse are written, as far as the figures and roles that they rest on are there."""
    units = tree(session, on=today())
    tops = units.children.get(None, [])
    people = _people(session, units)
    months = list(months_kept(session))
    if not tops or Role.DIRECTOR not in people or not months:
        return
    top, by = tops[0], people[Role.DIRECTOR]
    look = look_kept(session, [top], months[0])
    if look is None:
        return
    year = today().year
    plan = StrategicPlan(
        unit_id=top.id, kind=PlanKind.YEAR, year=year, title="Kompetencer tæt på borgeren", frame=FRAME, roles=ROLES,
        evaluation="", baseline_month=months[0], baseline=frozen(look, top), decided_on=date(year - 1, 10, 8),
        decided_where="Ældre- og Sundhedsudvalget", decided_by=by, recorded_at=now(), recorded_by=by,
    )  # fmt: skip
    session.add(plan)
    session.flush()
    priorities = _priorities(session, plan)
    measures = _measures(session, plan, priorities, people)
    _indicators(session, plan, by)
    _wheel(session, plan)
    for ago, measure, text in SAID:
        session.add(
            PlanFollowUp(
                strategy_id=plan.id, measure_id=measures[measure].id if measure is not None else None, text=text,
                written_on=today() + timedelta(days=ago), written_by=by,
            )
        )  # fmt: skip
    _draft(session, top, year + 1, people)
    _choices(session, units, top, plan, people.get(Role.DEVELOPMENT_NURSE, by))
    _pulse(session, units, top, people.get(Role.HR, by))
    session.flush()


def _people(session: Session, units: Tree) -> Mapping[Role, int]:
    """Role -> the first who has it."""
    found: dict[Role, int] = {}
    for row in session.scalars(select(RoleAssignment).order_by(RoleAssignment.id)):
        if row.unit_id in units.by_id and (row.valid_to is None or row.valid_to > today()):
            found.setdefault(Role(row.role), row.person_id)
    return found


def _priorities(session: Session, plan: StrategicPlan) -> Sequence[PlanPriority]:
    areas = sorted(plan.baseline["areas"], key=lambda area: (-area[3], -area[4]))[:2]
    on = date.fromisoformat(plan.baseline["on"])
    rows = [
        PlanPriority(
            strategy_id=plan.id, position=at, about=About.AREA, area_id=area[0], title=f"Færre huller i {area[1].lower()}",
            text=text, why=Why.GAPS, value=float(area[3]), value_on=on,
        )
        for at, (area, text) in enumerate(
            zip(areas, ("Her står flest behov åbne, og opgaverne er kritiske om aftenen.", "Få kan opgaverne, og de er spredt."),
                strict=False), 1,
        )
    ]  # fmt: skip
    helpers = session.scalars(select(StaffGroup).where(StaffGroup.code == "UFA")).first()
    if helpers is not None:
        rows.append(
            PlanPriority(
                strategy_id=plan.id, position=len(rows) + 1, about=About.GROUP, staff_group_id=helpers.id,
                title="En tryg begyndelse for nye ufaglærte", why=Why.NONE,
                text="Mange begynder i ferierne. E-læring alene er ikke nok: dialogen med en erfaren kollega kommer først.",
            )
        )  # fmt: skip
    session.add_all(rows)
    session.flush()
    return rows


def _measures(
    session: Session, plan: StrategicPlan, priorities: Sequence[PlanPriority], people: Mapping[Role, int]
) -> Sequence[Measure]:
    rows = []
    for one in DOES:
        begun = date(plan.year, one.first, 6) if one.stands else None
        done = date(plan.year, one.last, 20) if one.stands == "done" else None
        rows.append(
            Measure(
                strategy_id=plan.id, priority_id=priorities[one.under - 1].id if one.under <= len(priorities) else None,
                title=one.title, part=one.part, owner_id=people.get(one.owner), minutes=one.hours * 60, kroner=one.kroner,
                funding=one.funding, first_month=date(plan.year, one.first, 1), last_month=date(plan.year, one.last, 1),
                criterion=one.criterion, begun_on=begun if begun and begun <= today() else None,
                done_on=done if done and done <= today() else None,
            )
        )  # fmt: skip
    session.add_all(rows)
    session.flush()
    return rows


def _indicators(session: Session, plan: StrategicPlan, by: int) -> None:
    for position, (kind, (target, at_least)) in enumerate(USUAL.items(), 1):
        session.add(PlanIndicator(strategy_id=plan.id, position=position, kind=kind, target=target, at_least=at_least))
    own = PlanIndicator(
        strategy_id=plan.id, position=len(USUAL) + 1, kind=Indicator.OWN, title="Stillinger, der slås op igen",
        unit_of_value="%", target=15, at_least=False,
    )  # fmt: skip
    session.add(own)
    session.flush()
    turnover = session.scalars(
        select(PlanIndicator).where(
            PlanIndicator.strategy_id == plan.id, PlanIndicator.kind == Indicator.TURNOVER.value
        )
    ).one()
    # From the national staffing data: the made-up people seldom leave.
    session.add_all(
        IndicatorValue(indicator_id=turnover.id, measured_on=on, value=value, recorded_at=now(), recorded_by=by)
        for on, value in (
            (date(plan.year - 2, 12, 31), 18.4), (date(plan.year - 1, 12, 31), 17.1), (today(), 15.6)
        )
    )  # fmt: skip
    session.add_all(
        IndicatorValue(
            indicator_id=own.id, measured_on=today() - timedelta(days=ago), value=value, recorded_at=now(), recorded_by=by
        )
        for ago, value in ((430, 22.0), (250, 18.0), (70, 13.0))
    )  # fmt: skip


def _wheel(session: Session, plan: StrategicPlan) -> None:
    for at, kind in USUAL_WHEEL:
        month = date(plan.year, at, 1)
        done = add_months(month, 1) - timedelta(days=6)
        session.add(WheelStep(strategy_id=plan.id, month=month, kind=kind, done_on=done if done <= today() else None))
    session.add(
        WheelStep(
            strategy_id=plan.id,
            month=date(plan.year, 10, 1),
            kind=WheelKind.OTHER,
            text="Temadag for læringsvejledere",
            done_on=date(plan.year, 10, 22) if date(plan.year, 10, 22) <= today() else None,
        )
    )


def _draft(session: Session, top: Node, year: int, people: Mapping[Role, int]) -> None:
    """The action plan over the two years that follow, which nobody has decided yet."""
    by = people[Role.DIRECTOR]
    plan = StrategicPlan(
        unit_id=top.id, kind=PlanKind.TWO_YEARS, year=year, title="Handleplan: natten i fokus",
        frame="Nattevagterne er tyndest. Over to år skal hver nattevagt have mindst to til de kritiske opgaver.", baseline={},
        recorded_at=now(), recorded_by=by,
    )  # fmt: skip
    session.add(plan)
    session.flush()
    session.add(
        PlanPriority(
            strategy_id=plan.id, position=1, about=About.THEME, title="Trygge nætter", why=Why.NONE,
            text="Færre akutte opkald om natten, fordi teamet selv kan opgaven.",
        )
    )  # fmt: skip
    session.add(
        Measure(
            strategy_id=plan.id, title="Følgevagter om natten", part=Part.COLLEAGUES, owner_id=people.get(Role.LEADER),
            minutes=300 * 60, kroner=180_000, funding=Funding.STATE, first_month=date(year, 2, 1),
            last_month=date(year + 1, 6, 1), criterion="Hver nattevagt har to til de kritiske opgaver",
        )
    )  # fmt: skip
    session.add(
        PlanIndicator(
            strategy_id=plan.id, position=1, kind=Indicator.COVERAGE, target=USUAL[Indicator.COVERAGE][0], at_least=True
        )
    )
    session.add(WheelStep(strategy_id=plan.id, month=date(year, 1, 1), kind=WheelKind.DECISION))


def _choices(session: Session, units: Tree, top: Node, plan: StrategicPlan, by: int) -> None:
    """How the municipality and its districts meet what they need most."""
    ways: Sequence[tuple[list[Meet], str]] = (
        ([Meet.PEER, Meet.INTERNAL], "Hold i foråret; oplæring i vagten bagefter"),
        ([Meet.PEER], "Læringsvejlederne tager to ad gangen"),
        ([Meet.INTERNAL, Meet.EXTERNAL], "AMU for fire, resten internt"),
        ([Meet.PEER], "Følgevagter med en, der har opgaven"),
        ([Meet.INTERNAL], "Hold sammen med nabodistriktet"),
        ([Meet.PEER, Meet.EXTERNAL], ""),
        ([Meet.PEER], "Oplæring ved borgeren, når opgaven er der"),
        ([Meet.INTERNAL], ""),
    )
    areas = sorted(plan.baseline["areas"], key=lambda area: (-area[3], -area[4]))[: len(ways)]
    for place, node in enumerate((top, *units.children.get(top.id, ()))):
        # The last two areas are left to be chosen, another of them in each district.
        chosen = zip(areas[: len(areas) - place % 2], ways, strict=False)
        for area, (meets, note) in chosen:
            session.add(
                NeedChoice(
                    unit_id=node.id, area_id=area[0], meets=[one.value for one in meets], note=note, chosen_at=now(),
                    chosen_by=by,
                )
            )  # fmt: skip


def _pulse(session: Session, units: Tree, top: Node, by: int) -> None:
    """Two rounds that are over, and one that runs in the first district."""
    nodes = units.below(top)
    people = people_in(session, [node.id for node in nodes], today())
    for first, last, shares in ROUNDS:
        row = _round(session, first, last, by)
        for place, node in enumerate(nodes):
            # Three of four answer; in one team so few that it must stay hidden.
            answered = 3 if place == len(nodes) - 1 else people.get(node.id, 0) * 3 // 4
            for answer, number in zip(Answer, _shared(answered, shares, place), strict=True):
                session.add(PulseTally(round_id=row.id, unit_id=node.id, answer=answer, number=number))
    district = next(iter(units.children.get(top.id, ())), top)
    row = _round(session, -2, 11, by)
    for node in units.below(district):
        session.add_all(PulseTally(round_id=row.id, unit_id=node.id, answer=answer, number=0) for answer in Answer)


def _round(session: Session, first: int, last: int, by: int) -> PulseRound:
    row = PulseRound(
        begins=today() + timedelta(days=first), ends=today() + timedelta(days=last + 1), opened_by=by, opened_at=now()
    )
    session.add(row)
    session.flush()
    return row


def _shared(answered: int, shares: Sequence[int], place: int) -> list[int]:
    """The answers by their shares, a little different from unit to unit."""
    found = [0] * len(shares)
    for at in range(answered):
        point = (at * 37 + place * 11) % 100
        step = 0
        while step < len(shares) - 1 and point >= sum(shares[: step + 1]):
            step += 1
        found[step] += 1
    return found
