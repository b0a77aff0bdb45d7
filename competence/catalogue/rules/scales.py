"""The two scales: what a municipality may make of them without anybody's evidence coming to mean something else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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


def tidy_scale(said: Sequence[SaidLevel]) -> Scale:
    """The same without stray white space, and without the empty places after the last level."""
    levels = [SaidLevel(squeeze(one.name), squeeze(one.meaning)) for one in said]
    while levels and not levels[-1].name and not levels[-1].meaning:
        levels.pop()
    return tuple(levels)


def check_scale(before: Scale, after: Scale, used: Mapping[int, int]) -> None:
    """Nothing. RuleBroken at `level_<rank>` for what the scale cannot become.

    `used` says how many things point at each rank. A rank that something points at keeps its place: evidence holds the
    rank, and nobody may come to be signed off for another level than the signer vouched for. So a scale in use can be
    renamed and grow at the top; a level that nothing has ever pointed at can go from the top.
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
    names = {level.name.casefold(): rank for rank, level in enumerate(before, 1)}
    for rank, level in enumerate(after, 1):
        old = names.get(level.name.casefold(), rank)
        if old != rank and (used.get(old) or used.get(rank)):
            raise RuleBroken(
                N_(
                    "%(name)s is level %(old)s, and signatures, fields or requirements point at it. "
                    "A level in use keeps its place: evidence is never changed. Choose another name here."
                ),
                field=f"level_{rank}", name=level.name, old=old,
            )  # fmt: skip
    for rank in range(len(after) + 1, len(before) + 1):
        if used.get(rank):
            raise RuleBroken(
                N_(
                    "Level %(rank)s, %(name)s, is in use (%(count)s in all) and cannot go: "
                    "signatures keep the level they were given at. It can be renamed."
                ),
                field=f"level_{rank}", rank=rank, name=before[rank - 1].name, count=used[rank],
            )  # fmt: skip
