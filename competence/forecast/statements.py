"""The forecast in plain sentences: how it stands now, what opens and when, and what is announced. Pure."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from competence.coverage.rules import SHIFT_NAMES, DayKind, Shift
from competence.forecast.openings import Opening, Standings
from competence.forecast.rules import GAP, Ahead
from competence.foundation.text import N_, Sentence, sentence

SHIFT_OF: Mapping[Shift, str] = SHIFT_NAMES
DAYS_OF: Mapping[DayKind, str] = {
    DayKind.EVERY: "",
    DayKind.WEEKDAY: N_("weekdays only"),
    DayKind.WEEKEND: N_("weekends and public holidays only"),
}
"""What stands beside a spot that differs by kind of day."""


def now_in_words(ahead: Ahead, spots: Collection[int]) -> Sentence:
    """How many gaps there are on the first day, by kind of day where they differ."""
    of_kind = {
        kind: sum(
            int(ahead.status[row, 0]) == GAP for row in spots if ahead.spots[row].days in (DayKind.EVERY, kind)
        )
        for kind in (DayKind.WEEKDAY, DayKind.WEEKEND)
    }  # fmt: skip
    weekday, weekend = of_kind[DayKind.WEEKDAY], of_kind[DayKind.WEEKEND]
    if weekday != weekend:
        return sentence(
            N_("As it is today: %(weekday)s gaps on weekdays and %(weekend)s at weekends and on public holidays."),
            weekday=weekday, weekend=weekend,
        )  # fmt: skip
    if not weekday:
        return sentence(N_("As it is today there are no gaps."))
    return sentence(
        N_("As it is today there is one gap.") if weekday == 1 else N_("As it is today there are %(num)s gaps."),
        num=weekday,
    )


def coming_in_words(opening: Sequence[tuple[Opening, str]], last: date) -> Sentence:
    """What opens through the last day if nobody acts; each opening with the name of its task."""
    if not opening:
        return sentence(N_("If nobody acts, no more gaps open through %(day)s."), day=last)
    first, task = opening[0]
    text = (
        N_("If nobody acts, one more gap opens through %(last)s: %(task)s, %(shift)s, from %(day)s.")
        if len(opening) == 1
        else N_(
            "If nobody acts, %(num)s more gaps open through %(last)s. The first: %(task)s, %(shift)s, from %(day)s."
        )
    )
    return sentence(
        text, num=len(opening), last=last, task=task, shift=sentence(_IN_A_ROW[first.spot.shift]), day=first.day
    )


_IN_A_ROW: Mapping[Shift, str] = {Shift.DAY: N_("daytime"), Shift.EVENING: N_("evening"), Shift.NIGHT: N_("night")}


def most_in_words(found: Sequence[Standings]) -> Sentence | None:
    """When most gaps are open at once; None where it never gets worse than on the first day."""
    most = max(found, key=lambda one: one.gaps)
    if most.gaps <= found[0].gaps:
        return None
    return sentence(N_("It is thinnest from %(day)s: %(num)s gaps at once."), day=most.begins, num=most.gaps)


def soon_in_words(first: Opening, task: str, on: date) -> Sentence:
    """The next gap in one sentence, for the page with the board."""
    days = (first.day - on).days
    text = (
        N_("Tomorrow %(task)s, %(shift)s, becomes a gap if nobody acts.")
        if days == 1
        else N_("In %(days)s days %(task)s, %(shift)s, becomes a gap if nobody acts.")
    )
    return sentence(text, days=days, task=task, shift=sentence(_IN_A_ROW[first.spot.shift]))


def left_in_words(days: int) -> Sentence:
    """How much time there is to act."""
    return sentence(N_("in one day")) if days == 1 else sentence(N_("in %(days)s days"), days=days)
