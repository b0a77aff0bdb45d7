"""A proposal in plain sentences: which gap, why her, why that teacher, what it takes, and what it would take otherwise."""

from collections.abc import Mapping
from datetime import date

from competence.coverage.rules import SHIFT_NAMES
from competence.coverage.signs import Shape, Sign
from competence.coverage.statements import spoken_count
from competence.delegation.rules import CellRule
from competence.foundation.text import N_, Sentence, sentence
from competence.foundation.web import as_pattern, number, short_day
from competence.training.queries.runs import Day
from competence.training.rules.problem import Relaxation, Unclosable, WhyNot
from competence.training.rules.rows import Content, Row
from competence.training.rules.spots import Spot

WHY_NOT: Mapping[WhyNot, str] = {
    WhyNot.NOBODY_MAY: N_("Nobody with this fixed shift is in a staff group that may do the task."),
    WhyNot.ALL_HOLD: N_(
        "All with this fixed shift who may come to do the task do so already, are on the way, or are away in these weeks. "
        "It takes one more colleague."
    ),
    WhyNot.NO_TEACHER: N_("Nobody who may sign the task can teach it in these weeks."),
    WhyNot.NO_TIME: N_("There is not time enough within the weeks and limits."),
    WhyNot.NO_SEAT: N_("The course that it takes has no free seat."),
    WhyNot.TURNED_OFF: N_("The proposal that would close it is turned off."),
    WhyNot.BUDGET: N_("The money that has been set does not reach that far."),
}
RELAXED: Mapping[str, str] = {
    "budget": N_("What you keep takes %(more)s kroner more than the limit."),
    "at_once": N_("What you keep takes %(more)s more trainings at once for %(name)s than the limit."),
    "person_minutes": N_("What you keep takes %(hours)s hours more of %(name)s than the limit."),
    "teacher": N_("What you keep takes %(hours)s hours a week more of %(name)s, who teaches."),
    "course": N_("What you keep takes %(more)s more seats on a course."),
    "weeks": N_("What you keep takes %(more)s weeks more than the limit."),
}


def hours(minutes: int) -> str:
    """As "1,5"."""
    return number(round(minutes / 60, 2))


def sign_of(row: Row) -> Sign:
    """How she stands today, as the board draws it."""
    shape: Shape = "diamond" if row.rule == CellRule.DELEGATION_ONLY else "circle"
    match row.state:
        case "training":
            return Sign(shape, "training", done=row.done, of=max(row.of, row.done, 1))
        case "lapsed":
            return Sign(shape, "lapsed")
        case "low":
            return Sign(shape, "low", level=max(1, row.level - 1))
        case _:
            return Sign(shape, "must_not_begun" if row.rule == CellRule.MUST else "not_begun")


def sign_words(row: Row) -> Sentence:
    """The same, spoken."""
    match row.state:
        case "training":
            return sentence(N_("In training: %(done)s of %(of)s times."), done=row.done, of=row.of)
        case "lapsed":
            return sentence(N_("The signature has lapsed and can be renewed."))
        case "low":
            return sentence(N_("May do it at a lower level and can be lifted."))
        case _:
            return sentence(N_("Not begun."))


def reasons(
    row: Row, content: Content, names: Mapping[int, str], employees: Mapping[int, str], *, wishes: bool
) -> list[Sentence]:
    """Why this proposal. `names`: person -> name; `employees`: employment -> the name of whoever has it."""
    spots = {spot.id: spot for spot in content.spots}
    name, teacher = _first(names.get(row.person_id, "")), names.get(row.teacher_id, "")
    said = [_gives(spots[gift.seat_id], closes=bool(gift.closes)) for gift in row.gives if gift.seat_id in spots]
    if row.for_tasks:
        said.append(sentence(N_("It must be held before another task that is proposed for her.")))
    if row.wish and wishes:
        said.append(sentence(N_("%(name)s has asked for it."), name=name))
    said.append(_way(row, name))
    if row.gates:
        said.append(sentence(N_("First it takes: %(gates)s."), gates=list(row.gates)))
    if row.same_shift:
        said.append(sentence(N_("%(teacher)s may sign it and works the same shift."), teacher=teacher))
    else:
        said.append(
            sentence(
                N_("%(teacher)s may sign it. They work different shifts, so one of them must move."), teacher=teacher
            )
        )
    said.append(_otherwise(row, employees))
    return said


def class_words(dated: Day | None) -> list[Sentence]:
    """On which class there is a seat, where it takes one that is planned."""
    if dated is None:
        return []
    return [
        sentence(N_("There is a free seat on “%(name)s” on %(day)s."), name=dated.name, day=short_day(dated.begins))
    ]


def _gives(spot: Spot, *, closes: bool) -> Sentence:
    if spot.opens_on is not None and closes:
        return sentence(
            N_("%(shift)s: a gap opens on %(day)s by the forecast."),
            shift=sentence(SHIFT_NAMES[spot.shift]),
            day=short_day(spot.opens_on),
        )
    return spoken_count(spot.shift, spot.count())


def _way(row: Row, name: str) -> Sentence:
    left = max(0, row.of - row.done)
    if row.state == "low":
        return sentence(N_("%(name)s may do it already, at a lower level than is asked for."), name=name)
    if row.state == "lapsed":
        return sentence(N_("%(name)s has held it before: the signature can be renewed."), name=name)
    if row.done and left:
        return sentence(
            N_("%(name)s is on the way: %(left)s of %(of)s times are left."), name=name, left=left, of=row.of
        )
    if not left:
        return sentence(N_("%(name)s only needs a talk and a signature."), name=name)
    return sentence(N_("%(name)s has not begun: it takes %(of)s times."), name=name, of=row.of)


def _otherwise(row: Row, employees: Mapping[int, str]) -> Sentence:
    following = employees.get(row.next_employment or 0)
    if not row.others:
        return sentence(N_("Nobody else with the shift can be trained for it under the division of tasks."))
    if not following:
        return sentence(N_("%(others)s others could be trained for it."), others=row.others)
    if row.next_minutes < row.total:
        text = N_(
            "%(name)s would take %(hours)s hours, but covers fewer spots or learns something else in these weeks."
        )
        return sentence(text, name=following, hours=hours(row.next_minutes))
    return sentence(
        N_("Otherwise %(name)s would be next: %(hours)s hours, where this takes %(own)s."),
        name=following, hours=hours(row.next_minutes), own=hours(row.total),
    )  # fmt: skip


def why_not(one: Unclosable) -> Sentence:
    """Why no training closes it."""
    return sentence(WHY_NOT[one.why])


def relaxed(one: Relaxation, names: Mapping[int, str]) -> Sentence:
    """What the cheapest way out takes."""
    if one.limit == "teacher" and one.who is None:
        return sentence(N_("Nobody who may sign what you keep has said yes to teach it."))
    name = names.get(one.who or 0) or sentence(N_("one person"))
    return sentence(RELAXED[one.limit], more=one.more, hours=hours(one.more), name=name)


def distance(content: Content) -> Sentence:
    """How far from the best the proposal can be."""
    if content.proven and content.gap < 1e-9:
        return sentence(N_("Proven best"))
    if content.proven:
        return sentence(N_("Proven: at most %(share)s %% from the best"), share=_percent(content.gap))
    return sentence(
        N_("Not proven best in the time that was given: at most %(share)s %% from the best"),
        share=_percent(content.gap),
    )


def _percent(share: float) -> str:
    return number(max(0.01, round(share * 100, 2)))


def _first(name: str) -> str:
    return name.split(" ")[0]


def period(begins: date, last: date) -> str:
    """As "juni–august 2026"."""
    first, second = as_pattern(begins, "LLLL"), as_pattern(last, "LLLL")
    if begins.year != last.year:
        return f"{first} {begins.year}–{second} {last.year}"
    return f"{first} {last.year}" if first == second else f"{first}–{second} {last.year}"
