"""How the requirements about one thing follow each other in time: of any two, never both hold on a day. Pure.

One thing is a unit (or a kind of unit below it), a task, a shift and a kind of day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from competence.coverage.rules import Need
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.text import N_, Sentence, sentence


@dataclass(frozen=True, slots=True)
class Span:
    """What is said from a first day on."""

    said: Need
    begins: date
    ends: date | None = None
    """The first day on which it no longer holds; None = until somebody says something else."""
    id: int | None = None
    """None: it is not written yet."""

    @property
    def never_held(self) -> bool:
        """Whether it was taken back before its first day, or replaced on it."""
        return self.ends is not None and self.ends <= self.begins

    def holds_on(self, day: date) -> bool:
        """Whether it is what is said on the day."""
        return self.begins <= day and (self.ends is None or day < self.ends)


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of what is written, and what is written anew."""

    ends: Mapping[int, date | None] = field(default_factory=dict)
    """Id -> the first day on which it no longer holds from now on."""
    adds: tuple[Span, ...] = ()
    id: int | None = None
    """What says it, when that is written already."""
    before: Span | None = None
    """What held when it begins, where that said something else."""
    resumes: date | None = None
    """The day from which that holds again."""
    until: date | None = None
    """The day of the next one that is written already: the new one, which named no last day, holds until then."""

    def __bool__(self) -> bool:
        return bool(self.ends or self.adds)


def standing(spans: Iterable[Span], day: date) -> Span | None:
    """What is said on the day."""
    return next((one for one in spans if one.holds_on(day)), None)


def put(new: Span, spans: Sequence[Span], *, today: date, instead_of: int | None = None) -> Change:
    """What it takes that the new one holds in its time. RuleBroken at `valid_from` or `valid_through`.

    What holds when it begins ends the day before, and holds again after the new one's last day. A later one that is
    written already stays: a new one without a last day ends the day before it, one with a last day must not reach into it.
    `spans` are all that are written about the thing; `instead_of` is one of them that is corrected, and gives way
    altogether. NotFound when that one has ended.
    """
    if new.begins < today:
        raise RuleBroken(sentence(N_("A requirement cannot begin in the past.")), field="valid_from")
    if new.ends is not None and new.ends <= new.begins:
        raise RuleBroken(
            sentence(N_("The last day lies before the first one. Write a later last day.")), field="valid_through"
        )
    live = _live(spans, today)
    if instead_of is not None:
        live = _without(live, _found(live, instead_of), spans, today)
    later = min((one for one in live if one.begins > new.begins), key=lambda one: one.begins, default=None)
    until = None
    if later is not None and (new.ends is None or later.begins < new.ends):
        if new.ends is not None:
            raise RuleBroken(_overlaps(later), field="valid_through")
        until = later.begins
    same = next((one for one in live if one.begins == new.begins and one.said == new.said), None)
    written = replace(new, ends=until or new.ends, id=same.id if same else None)
    before = standing(live, new.begins)
    after = _merged([*_carved(live, written.begins, written.ends), written])
    change = _difference(spans, after, today)
    resumed = standing(after, new.ends) if new.ends is not None and before is not None else None
    other = before if before is not None and before.said != new.said else None
    return replace(
        change,
        id=next((one.id for one in after if one.holds_on(new.begins)), None),
        before=other,
        resumes=new.ends if other and resumed and resumed.said == other.said else None,
        until=until,
    )


def stop(spans: Sequence[Span], on: date, *, today: date) -> Change:
    """What it takes that what holds on the day no longer does from then; nothing when nothing is said on that day.

    One that has not begun before the day is taken back: what held up to it holds on in its stead.
    """
    live = _live(spans, today)
    one = standing(live, on)
    if one is None:
        return Change()
    if one.begins < on:
        after = [replace(some, ends=on) if some is one else some for some in live]
        return replace(_difference(spans, after, today), before=one)
    return take_back(spans, _id(one), today=today)


def take_back(spans: Sequence[Span], number: int, *, today: date) -> Change:
    """What it takes that the one by that id no longer holds from today, or never does. NotFound when it has ended.

    Where it stood within another one, or had taken its place, that one holds in its stead.
    """
    live = _live(spans, today)
    one = _found(live, number)
    after = _merged(_without(live, one, spans, today))
    instead = standing(after, max(today, one.begins))
    return replace(_difference(spans, after, today), before=instead)


def applied(spans: Iterable[Span], change: Change, *, number: int) -> list[Span]:
    """What is written after the change; what it adds is numbered downwards from `number`, which no row has."""
    left = [replace(one, ends=change.ends.get(_id(one), one.ends)) for one in spans]
    return [*left, *(replace(one, id=number - at) for at, one in enumerate(change.adds))]


def between(before: Iterable[Span], after: Iterable[Span]) -> Change:
    """What it takes to come from the one to the other in which new ones have numbers below zero; those never held are left out."""
    ends = {_id(one): one.ends for one in before}
    changed = {_id(one): one.ends for one in after if _id(one) >= 0 and one.ends != ends[_id(one)]}
    new = [replace(one, id=None) for one in after if _id(one) < 0 and not one.never_held]
    return Change(changed, tuple(sorted(new, key=lambda one: one.begins)))


def _live(spans: Iterable[Span], today: date) -> list[Span]:
    return sorted(
        (one for one in spans if not one.never_held and (one.ends is None or one.ends > today)),
        key=lambda one: one.begins,
    )


def _found(live: Iterable[Span], number: int) -> Span:
    one = next((some for some in live if some.id == number), None)
    if one is None:
        raise NotFound
    return one


def _without(live: Sequence[Span], one: Span, spans: Sequence[Span], today: date) -> list[Span]:
    """What is said from today when the one is not: what it had cut short, or stood within, goes on over it."""
    begins = max(one.begins, today)
    left = [some for some in live if some is not one]
    if one.begins < begins:
        left.append(replace(one, ends=begins))
    cut = next((some for some in spans if some.ends == one.begins and not some.never_held), None)
    if cut is None:
        return left
    again = next((some for some in left if some.begins == one.ends and some.said == cut.said), None)
    if one.begins <= today and again is None:
        return left  # It has been what is said here for some time: nothing shows that the one before is to come back.
    left = [some for some in left if some is not again]
    left.append(Span(cut.said, begins, again.ends if again else one.ends))
    return left


def _carved(spans: Iterable[Span], begins: date, ends: date | None) -> list[Span]:
    """The same without what they say from the one day until the other."""
    left = []
    for one in spans:
        if (one.ends is not None and one.ends <= begins) or (ends is not None and one.begins >= ends):
            left.append(one)
            continue
        if one.begins < begins:
            left.append(replace(one, ends=begins))
        if ends is not None and (one.ends is None or one.ends > ends):
            left.append(replace(one, begins=ends, id=None))
    return left


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The same in order; what is new and only continues what stands before it, or is continued by it, becomes one."""
    found: list[Span] = []
    for one in sorted(spans, key=lambda one: one.begins):
        last = found[-1] if found else None
        if last is not None and last.ends == one.begins and last.said == one.said and None in (last.id, one.id):
            found[-1] = replace(last, ends=one.ends)
        else:
            found.append(one)
    return found


def _difference(spans: Iterable[Span], after: Sequence[Span], today: date) -> Change:
    """What it takes to come from what is written to `after`."""
    kept = {one.id: one for one in after if one.id is not None}
    ends: dict[int, date | None] = {}
    for one in _live(spans, today):
        left = kept.get(_id(one))
        end = left.ends if left is not None else max(one.begins, today)
        if end != one.ends:
            ends[_id(one)] = end
    return Change(ends, tuple(one for one in after if one.id is None))


def _overlaps(later: Span) -> Sentence:
    said = {"day": later.begins, "need": later.said.need, "level": later.said.level}
    if later.ends is None:
        return sentence(
            N_(
                "From %(day)s another requirement is written already: at least %(need)s at level %(level)s. "
                "Choose a last day before it, or end that one first."
            ),
            **said,
        )
    return sentence(
        N_(
            "From %(day)s through %(last)s another requirement is written already: at least %(need)s at level %(level)s. "
            "Choose a last day before it, or end that one first."
        ),
        last=later.ends - timedelta(days=1),
        **said,
    )


def _id(one: Span) -> int:
    assert one.id is not None, "only what is written can be changed"
    return one.id
