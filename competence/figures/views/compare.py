"""Units on the same scale: strips of dots, and the same as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from competence.coverage.queries.places import Node
from competence.figures.look import Look
from competence.figures.queries.learnt import Learnt
from competence.figures.rules import Figure, Sums, letters_of
from competence.figures.views.cards import shown
from competence.figures.views.charts import Dot, dots
from competence.foundation.text import N_
from competence.foundation.web import number, say
from competence.foundation.web import spoken as _

MOST_ON_A_STRIP = 12


@dataclass(frozen=True)
class Measured:
    """What units are compared by."""

    figure: Figure
    name: str
    hint: str
    more_is_better: bool
    about_people: bool = False

    def value(self, sums: Sums) -> float | None:
        """Of a unit; None where there is nothing to compare, and where too few stand behind it."""
        return sums.value(self.figure) if self.figure is Figure.MET else sums.share(self.figure)

    def shown(self, value: float) -> str:
        """As it is read."""
        return shown(Figure.MET, value) if self.figure is Figure.MET else number(round(value))


MEASURED: tuple[Measured, ...] = (
    Measured(Figure.MET, N_("Staffing needs that are met"), N_("per cent, more is better"), True),
    Measured(Figure.VULNERABLE, N_("Vulnerable staffing needs"), N_("per cent of the needs, less is better"), False),
    Measured(Figure.EXPIRING, N_("Lapses soon and is planned"), N_("per cent, more is better"), True, about_people=True),
    Measured(Figure.WAIT, N_("From request to signature"), N_("days, median, less is better"), False, about_people=True),
)  # fmt: skip


@dataclass(frozen=True)
class Strip:
    """One figure of all the units."""

    name: str
    hint: str
    picture: Markup
    """Empty where too many, or too few, are to be compared."""
    values: tuple[str, ...]
    """Of each unit in their order; empty: nothing to compare."""
    average: str
    last: str
    """The unit farthest from the target, or from the best where there is none; empty where all are alike."""


@dataclass(frozen=True)
class Compared:
    """Units beside each other."""

    units: tuple[tuple[Node, str], ...]
    """Each with its letter."""
    strips: tuple[Strip, ...]
    hides: bool

    @property
    def pictured(self) -> bool:
        """Whether they are few enough for strips."""
        return any(strip.picture for strip in self.strips)


def compare(
    look: Look, tops: Sequence[Node], targets: Mapping[Figure, int], hidden: frozenset[int], done: Learnt
) -> Compared | None:
    """The units right below, on the same scale; None when there are fewer than two. In `hidden` nothing about people is shown."""
    units = [
        one for top in tops for one in look.units.children.get(top.id, ()) if one.id in look.sums and look.leaves(one)
    ]
    if len(units) < 2:
        return None
    letters = letters_of([one.name for one in units])
    whole = look.together(tops)
    strips = (
        *(
            _strip(measured, look, list(zip(units, letters, strict=True)), whole, targets.get(measured.figure), hidden)
            for measured in MEASURED
        ),
        _hours(look, list(zip(units, letters, strict=True)), tops, whole, done, hidden),
    )
    return Compared(tuple(zip(units, letters, strict=True)), strips, any(one.id in hidden for one in units))


def _strip(
    measured: Measured,
    look: Look,
    units: Sequence[tuple[Node, str]],
    whole: Sums,
    target: int | None,
    hidden: frozenset[int],
) -> Strip:
    found: list[float | None] = [
        None if measured.about_people and one.id in hidden else measured.value(look.sums[one.id])
        for one, _letter in units
    ]
    known = [value for value in found if value is not None]
    worst = (min(known) if measured.more_is_better else max(known)) if known and min(known) < max(known) else None
    if worst is not None and target is not None and (worst >= target if measured.more_is_better else worst <= target):
        worst = None
    average = measured.value(whole)
    picture = Markup("")
    if len(known) >= 2 and len(units) <= MOST_ON_A_STRIP:
        picture = dots(
            [
                Dot(letter, value, measured.shown(value), value == worst)
                for (_one, letter), value in zip(units, found, strict=True)
                if value is not None
            ],
            average,
        )
    last = [
        one.name for (one, _letter), value in zip(units, found, strict=True) if value is not None and value == worst
    ]
    return Strip(
        say(measured.name), say(measured.hint), picture,
        tuple(
            measured.shown(value) if value is not None
            else _("hidden") if measured.about_people and one.id in hidden
            else "–"
            for (one, _letter), value in zip(units, found, strict=True)
        ),
        measured.shown(average) if average is not None else "–", last[0] if last else "",
    )  # fmt: skip


def _hours(
    look: Look,
    units: Sequence[tuple[Node, str]],
    tops: Sequence[Node],
    whole: Sums,
    done: Learnt,
    hidden: frozenset[int],
) -> Strip:
    """Hours of learning for each employee. Nobody is farthest: it is no race."""
    unseen = hidden | done.hidden
    found = [
        None if one.id in unseen else done.per_head(one, look.sums[one.id].people) or 0.0 for one, _letter in units
    ]
    known = [value for value in found if value is not None]
    together = done.of(tops)
    average = together.total / 60 / whole.people if together is not None and whole.people else None
    picture = Markup("")
    if len(known) >= 2 and len(units) <= MOST_ON_A_STRIP and any(known):
        picture = dots(
            [
                Dot(letter, value, _one_decimal(value), False)
                for (_one, letter), value in zip(units, found, strict=True)
                if value is not None
            ],
            average,
        )
    return Strip(
        _("Hours of learning for each employee"), _("done in the period"), picture,
        tuple(_("hidden") if value is None else _one_decimal(value) for value in found),
        _one_decimal(average) if average is not None else "–", "",
    )  # fmt: skip


def _one_decimal(value: float) -> str:
    return shown(Figure.MET, value)
