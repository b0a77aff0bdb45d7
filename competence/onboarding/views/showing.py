"""A programme in the shape in which the pages draw it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from competence.access.rules import Actor
from competence.foundation.clock import today
from competence.foundation.web import day, db, short_day
from competence.learning.models import Talk
from competence.onboarding.queries.ahead import Unready, without_yes
from competence.onboarding.queries.programmes import Item, Programme
from competence.onboarding.rules import TALKS, WEEKS, Side
from competence.onboarding.rules.pace import begins_on, due_on

FAR = timedelta(days=180)
"""A day further ahead is written with its year."""


@dataclass(frozen=True)
class Box:
    """A week in the line of weeks."""

    gone: bool
    talk: bool


@dataclass(frozen=True)
class Card:
    """A newcomer in a list of them."""

    programme: Programme
    group: str
    where: str
    """The week in words."""
    boxes: list[Box]
    in_place: str
    next: str
    """What comes next, with its day; "" when all is in place."""
    talk: str
    """The next talk, with its day."""
    late: int
    """Items of earlier weeks that are not in place."""


def group_word(short_name: str) -> str:
    """The staff group as it stands under a name: "hjælper (SSH)"."""
    return short_name[:1].lower() + short_name[1:]


def cards(programmes: Sequence[Programme]) -> list[Card]:
    """The programmes as a list shows them."""
    return [card(one) for one in programmes]


def card(one: Programme) -> Card:
    """The programme as a list shows it."""
    ahead = next((talk for talk in one.talks if talk.held_on is None), None)
    return Card(
        programme=one, group=group_word(one.group.short_name), where=week_words(one),
        boxes=[Box(week < max(one.week, 0) + 1, week in TALKS) for week in range(1, WEEKS + 1)],
        in_place=str(_("%(done)s of %(total)s items", done=one.done, total=len(one.counted))), next=next_words(one),
        talk=talk_words(ahead) if ahead is not None else "", late=len(late(one)),
    )  # fmt: skip


def late(one: Programme) -> list[Item]:
    """The items whose day has passed, and that are not in place. Before the first day there are none."""
    if today() < one.row.first_day:
        return []
    return [item for item in one.items if not item.is_left_out and not item.is_done and item.due < today()]


def week_words(one: Programme) -> str:
    """As "week 3 of 12", "begins on 30 November"."""
    if one.row.first_day > today():
        return str(_("begins on %(day)s", day=short_day(one.row.first_day)))
    if one.week > WEEKS:
        return str(_("after the introduction"))
    return str(_("week %(week)s of %(weeks)s", week=one.week, weeks=WEEKS))


def next_words(one: Programme) -> str:
    """What comes next, with its day."""
    if one.next is None:
        return ""
    return str(_("Next: %(item)s, by %(day)s", item=one.next.row.name, day=short_day(one.next.due)))


def talk_words(talk: Talk) -> str:
    """As "talk after 4 weeks on 22 June"."""
    week = next(week for week, kind in TALKS.items() if kind == talk.kind)
    return str(_("talk after %(weeks)s weeks on %(day)s", weeks=week, day=short_day(talk.planned_on)))


@dataclass(frozen=True)
class Stretch:
    """The items of one week."""

    title: str
    days: str
    items: list[Item]
    is_now: bool
    is_past: bool

    @property
    def done(self) -> int:
        """How many are in place."""
        return sum(one.is_done for one in self.counted)

    @property
    def counted(self) -> list[Item]:
        """Without what was left out."""
        return [one for one in self.items if not one.is_left_out]


def stretches(one: Programme) -> list[Stretch]:
    """The programme week by week; all weeks before the first day are one."""
    found: dict[int, list[Item]] = {}
    for item in one.items:
        found.setdefault(max(item.row.week, -1), []).append(item)
    return [_stretch(one, week, items) for week, items in sorted(found.items())]


def _stretch(one: Programme, week: int, items: list[Item]) -> Stretch:
    first, sets = one.row.first_day, one.pace_sets
    if week < 0:
        before = today() < first
        return Stretch(str(_("Before the first day")), "", items, before, not before)
    if week == 0:
        return Stretch(str(_("The first day")), short_day(first), items, today() == first, today() > first)
    begins, due = begins_on(week, first, sets), due_on(week, first, sets)
    last = day(due) if due - today() > FAR else short_day(due)
    days = str(_("%(first)s through %(last)s", first=short_day(begins), last=last))
    return Stretch(str(_("Week %(week)s", week=week)), days, items, begins <= today() <= due, due < today())


@dataclass(frozen=True)
class Own:
    """What the newcomer sees first."""

    now: list[Item]
    """Hers to tick today or this week, or from before."""
    soon: list[Item]
    """This week, for others to tick."""
    waiting: list[Item]
    """She has ticked them; a colleague has not."""
    later: list[Stretch]
    done: list[Item]


def own_parts(one: Programme) -> Own:
    """The newcomer's own page: today and this week first."""
    last = week_end(one)
    able = [item for item in one.items if not item.is_left_out]
    here = [item for item in able if item.due <= last]
    now = [item for item in here if item.waits_for(Side.NEWCOMER)]
    waiting = [item for item in able if item.newcomer_on and item.waits_for(Side.RESPONSIBLE)]
    soon = [
        item for item in here if not item.is_done and item not in now and item not in waiting and item.due >= today()
    ]
    later = [
        Stretch(part.title, part.days, [item for item in part.counted if not item.is_done], part.is_now, part.is_past)
        for part in stretches(one)
    ]
    shown = [*now, *soon, *waiting]
    return Own(
        now, soon, waiting,
        [
            Stretch(part.title, part.days, rest, part.is_now, part.is_past)
            for part in later
            if (rest := [item for item in part.items if item not in shown and item.due > last])
        ],
        [item for item in able if item.is_done],
    )  # fmt: skip


def week_end(one: Programme) -> date:
    """The last day of the programme's week that today lies in; before the first day that day."""
    if today() < one.row.first_day:
        return one.row.first_day
    return due_on(max(one.week, 1), one.row.first_day, one.pace_sets)


def unready(actor: Actor, path: str, on: date) -> Sequence[Unready]:
    """Who works in the unit at `path`, or below, without the leader's yes to a first shift: for pages about today.

    Nobody on a page about another day.
    """
    return without_yes(db.session, actor, [path]) if on == today() else ()


def count_words(one: Programme) -> str:
    """As "9 of 24 items are in place"."""
    return str(
        ngettext("%(done)s of %(num)s item is in place", "%(done)s of %(num)s items are in place", len(one.counted), done=one.done)
    )  # fmt: skip
