"""The two scales: what a municipality may make of them, and what a level from before a change means after it.

What was written keeps its rank for ever. A change that moves levels says, as data with a date, which level each old one
becomes; whoever reads an old rank reads it through the changes since. What somebody holds becomes what the change says.
What is asked for becomes the lowest level that nobody below it comes to hold: no change of a scale gives anybody a right.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from competence.catalogue.rules import ScaleKind
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, looks_like_cpr, squeeze

FEWEST_LEVELS = 2
MOST_LEVELS = 5
"""The signs of the board have so many digits."""


@dataclass(frozen=True)
class SaidLevel:
    """A level as somebody writes it; its rank is its place, the lowest first."""

    name: str
    meaning: str = ""


Scale = tuple[SaidLevel, ...]


def _scale(*names: str) -> Scale:
    return tuple(SaidLevel(name) for name in names)


READY: Mapping[ScaleKind, tuple[Scale, ...]] = {
    ScaleKind.PRACTICE: (
        _scale("basis", "øvet", "ekspert"),
        _scale("basis", "avanceret", "specialist"),
        _scale("oplært", "erfaren"),
        _scale("begynder", "basis", "øvet", "rutineret", "ekspert"),
    ),
    ScaleKind.PROFILE: (
        _scale("basis", "avanceret", "specialist"),
        _scale("basis", "øvet", "ekspert"),
        _scale("basis", "avanceret"),
        _scale("begynder", "basis", "avanceret", "specialist", "mester"),
    ),
}
"""Scales to begin from: Kalundborg's, Randers', one of two levels and one of five. Names are data."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A change after which old ranks mean other ones."""

    on: date
    """The first day of the new scale."""
    at: datetime
    """What was written by then is written in the old scale."""
    to: tuple[int, ...]
    """The new rank of each old one, the lowest first; never falling."""

    def held(self, rank: int) -> int:
        """What a level that somebody holds becomes; 0 = none stays 0."""
        return self.to[min(rank, len(self.to)) - 1] if rank > 0 else 0

    def asked(self, rank: int) -> int:
        """What a level that something asks for becomes: above all that the levels below it become.

        May be one more than the new scale has; a change is refused while anything asks for such a level.
        """
        own = self.held(max(rank, 1))
        return max(own, self.held(rank - 1) + 1)


@dataclass(frozen=True)
class EarlierScale:
    """What a scale was before a change."""

    names: tuple[str, ...]
    """The lowest first."""
    since: tuple[Turn, ...]
    """The changes after which its ranks mean other ones."""


Levels = tuple[tuple[date, int], ...]
"""From which day a level is which: in order, the first from the beginning of time. Empty: it has always been the same."""


def levels_held(rank: int, at: datetime | None, turns: Iterable[Turn]) -> Levels:
    """What a level that somebody holds has been since it was written at the moment; None: it is today's."""
    return _through(rank, at, turns, asked=False)


def levels_asked(rank: int, at: datetime | None, turns: Iterable[Turn]) -> Levels:
    """The same for a level that something asks for."""
    return _through(rank, at, turns, asked=True)


def _through(rank: int, at: datetime | None, turns: Iterable[Turn], *, asked: bool) -> Levels:
    since = [turn for turn in turns if at is not None and turn.at > at]
    if not since:
        return ()
    found = [(date.min, rank)]
    for turn in since:
        rank = turn.asked(rank) if asked else turn.held(rank)
        found.append((turn.on, rank))
    return tuple(found)


def level_on(levels: Levels, on: date, *, otherwise: int) -> int:
    """The level on the day; `otherwise` where it has always been the same."""
    known = otherwise
    for since, rank in levels:
        if since <= on:
            known = rank
    return known


def turns_between(turns: Iterable[Turn], since: date, until: date) -> tuple[Turn, ...]:
    """The changes after the one day and by the other: through them a rank of the first day is read on the second."""
    return tuple(turn for turn in turns if since < turn.on <= until)


def held_through(rank: int, turns: Iterable[Turn]) -> int:
    """What a level that somebody holds becomes by the changes."""
    for turn in turns:
        rank = turn.held(rank)
    return rank


def asked_through(rank: int, turns: Iterable[Turn]) -> int:
    """What a level that something asks for becomes by the changes."""
    for turn in turns:
        rank = turn.asked(rank)
    return rank


def day_read(valid_to: date | None, *, today: date, asked: date | None = None) -> date:
    """The day for which a version is read, and by whose scale its levels are named.

    The day that is asked about; without one today, and of a version that has ended its last day in force.
    """
    if asked is not None:
        return asked
    return min(today, valid_to - timedelta(days=1)) if valid_to else today


def is_plain(to: Sequence[int]) -> bool:
    """Whether every old level keeps its rank."""
    return all(new == old for old, new in enumerate(to, 1))


def tidy_scale(said: Sequence[SaidLevel], before: Sequence[SaidLevel] = ()) -> Scale:
    """The same without stray white space, and without the empty places after the last level.

    A place is empty too when its name has been taken out and only the meaning that it had `before` is left.
    """
    levels = [SaidLevel(squeeze(one.name), squeeze(one.meaning)) for one in said]
    old = {rank: one.meaning for rank, one in enumerate(before, 1)}
    while levels and not levels[-1].name and levels[-1].meaning in ("", old.get(len(levels))):
        levels.pop()
    return tuple(levels)


def check_scale(before: Scale, after: Scale, used: Mapping[int, int], to: Sequence[int] = ()) -> tuple[int, ...]:
    """The new rank of each old level. RuleBroken at `level_<rank>` or `becomes_<rank>` for what the scale cannot become.

    `used` says how many things point at each rank, `to` what each old level becomes (0 or absent: it keeps its rank).
    A scale can be renamed and grow at the top as it is. Where a level in use goes, or its name moves, it must be said what
    it becomes; and the order of the levels stays, so that nobody who held more comes to hold less than somebody else.
    """
    if not FEWEST_LEVELS <= len(after) <= MOST_LEVELS:
        raise RuleBroken(
            N_("A scale has from %(least)s to %(most)s levels."), field=f"level_{min(len(after) + 1, MOST_LEVELS)}",
            least=FEWEST_LEVELS, most=MOST_LEVELS,
        )  # fmt: skip
    for rank, level in enumerate(after, 1):
        field = f"level_{rank}"
        if not level.name:
            raise RuleBroken(N_("Write the level's name, or move the ones above it down."), field=field)
        if looks_like_cpr(level.name) or looks_like_cpr(level.meaning):
            raise RuleBroken(N_("Never write a citizen's name or CPR number. Take the number out."), field=field)
        if level.name.casefold() in {one.name.casefold() for one in after[: rank - 1]}:
            raise RuleBroken(N_("Two levels cannot have the same name."), field=field)
    said = [to[rank] if rank < len(to) else 0 for rank in range(len(before))]
    becomes: list[int] = []
    for rank, level in enumerate(before, 1):
        new = said[rank - 1]
        if not new and rank > len(after) and used.get(rank):
            raise RuleBroken(
                N_("Level %(rank)s, %(name)s, is in use (%(count)s in all). Choose which level it becomes."),
                field=f"becomes_{rank}", rank=rank, name=level.name, count=used[rank],
            )  # fmt: skip
        if not new:  # a level that nothing points at gives way to the one below it
            new = rank if used.get(rank) else min(max(rank, becomes[-1] if becomes else 1), len(after))
        if not 1 <= new <= len(after):
            raise RuleBroken(
                N_("%(name)s cannot become level %(rank)s: the new scale has %(most)s levels."),
                field=f"becomes_{rank}", name=level.name, rank=new, most=len(after),
            )  # fmt: skip
        if becomes and new < becomes[-1]:
            raise RuleBroken(
                N_("%(name)s is above %(below)s now and must not come below it."),
                field=f"becomes_{rank}", name=level.name, below=before[rank - 2].name,
            )  # fmt: skip
        becomes.append(new)
    _check_names(before, after, used, becomes)
    return tuple(becomes)


def _check_names(before: Scale, after: Scale, used: Mapping[int, int], becomes: Sequence[int]) -> None:
    names = {level.name.casefold(): rank for rank, level in enumerate(before, 1)}
    for rank, level in enumerate(after, 1):
        old = names.get(level.name.casefold())
        if old is None or becomes[old - 1] == rank:
            continue
        if used.get(old) or any(used.get(one) and new == rank for one, new in enumerate(becomes, 1)):
            raise RuleBroken(
                N_(
                    "%(name)s is level %(old)s, and signatures, fields or requirements point at it. "
                    "Let %(name)s become level %(rank)s below, or choose another name here."
                ),
                field=f"level_{rank}", name=level.name, old=old, rank=rank,
            )  # fmt: skip
