"""The key figures as cards: value, trend in words, target, and the line of the months."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date
from babel.numbers import format_decimal
from markupsafe import Markup

from competence.coverage.queries.places import Node
from competence.figures.look import Look
from competence.figures.queries.kept import kept_of
from competence.figures.queries.learnt import Learnt
from competence.figures.queries.live import waits_between
from competence.figures.rules import (
    AIMS,
    FIGURE_NAMES,
    MONTHS,
    Figure,
    Period,
    Sums,
    Trend,
    first_of,
    is_better,
    months_before,
    reaches,
    trend_of,
)
from competence.figures.views.charts import sparkline
from competence.foundation.clock import add_months, today
from competence.foundation.text import N_, sentence
from competence.foundation.web import db, language, listed, number, say
from competence.foundation.web import spoken as _
from competence.learning.views.showing import BalanceShown, balance_shown

SHOWN_MONTHS = 12
IN_PERIOD: Mapping[Period, str] = {
    Period.MONTH: N_("in a month"),
    Period.QUARTER: N_("in a quarter"),
    Period.YEAR: N_("in a year"),
}
ABOUT_PEOPLE = frozenset({Figure.EXPIRING, Figure.WAIT})
"""Hidden of small groups."""


@dataclass(frozen=True)
class Card:
    """A key figure in the reader's language."""

    figure: Figure
    name: str
    value: str
    """Empty: there is nothing to count, and `unit` says so."""
    unit: str
    arrow: str
    """"▲", "▼" or empty."""
    change: str
    """In words, with whether it is for the better."""
    tone: str
    """"better", "worse" or empty."""
    note: str
    target: str
    spark: Markup
    months: str
    """What the line shows, in words."""


@dataclass(frozen=True)
class Past:
    """What the figures of a look are compared with."""

    months: Mapping[date, Sums]
    """As they were kept."""
    base: date
    """The month that lies the period back."""
    before: Sums | None
    """Requests that were closed in the period before."""
    this_month: Sums


def past_of(look: Look, tops: Sequence[Node], period: Period) -> Past:
    """The kept months of the units, and how long requests took in the period before."""
    on = look.on
    months = {
        month: sums
        for month, sums in kept_of(
            db.session, [top.id for top in tops], add_months(first_of(on), -SHOWN_MONTHS - 12)
        ).items()
        if month < first_of(on)
    }
    first = period_begins(on, period)
    places = [one for top in tops for one in look.leaves(top)]
    before = waits_between(db.session, places, period_begins(first - timedelta(days=1), period), first)
    this = waits_between(db.session, places, first_of(on), on + timedelta(days=1))
    kept_so_long = on <= today() and period is not Period.YEAR
    return Past(
        months, add_months(first_of(on), -MONTHS[period]), Sums(waits=tuple(before)) if kept_so_long else None,
        Sums(waits=tuple(this)),
    )  # fmt: skip


def period_begins(on: date, period: Period) -> date:
    """The first day of the period that ends with the day."""
    return add_months(on, -MONTHS[period]) + timedelta(days=1)


def cards(
    look: Look, sums: Sums, past: Past, period: Period, targets: Mapping[Figure, int], *, small: bool, most: str
) -> list[Card]:
    """All key figures. `small`: those about people are hidden. `most`: the unit with most vulnerable needs."""
    return [
        _card(figure, look, sums, past, period, targets.get(figure), small=small and figure in ABOUT_PEOPLE, most=most)
        for figure in Figure
    ]


def _card(
    figure: Figure, look: Look, sums: Sums, past: Past, period: Period, target: int | None, *, small: bool, most: str
) -> Card:
    name = say(FIGURE_NAMES[figure])
    if small:
        return Card(figure, name, "", _("hidden: a small group, here or beside it"), "", "", "", "", "", Markup(""), "")
    value = sums.value(figure)
    base = past.before if figure is Figure.WAIT else past.months.get(past.base)
    old = base.value(figure) if base is not None else None
    arrow, change, tone = _change(figure, value, old, period, past.base)
    kept = {month: one.value(figure) for month, one in past.months.items()}
    now = past.this_month.value(figure) if figure is Figure.WAIT else value
    trend = trend_of(months_before(look.on, SHOWN_MONTHS), kept, now)
    aimed = target if figure in (Figure.MET, Figure.WAIT) else None
    return Card(
        figure, name, shown(figure, value) if value is not None else "", _unit(figure, sums, value), arrow, change, tone,
        _note(figure, sums, most), _target(figure, sums, target), sparkline(trend.values, aimed, tone=tone),
        months_in_words(figure, trend),
    )  # fmt: skip


def shown(figure: Figure, value: float) -> str:
    """The value as it is read: per cent with one decimal, the rest whole."""
    if figure is Figure.MET:
        return str(format_decimal(value, "0.0", locale=language()))
    return number(round(value))


def _unit(figure: Figure, sums: Sums, value: float | None) -> str:
    if value is None:
        return _("fewer than five requests") if figure is Figure.WAIT else _("nothing is needed yet")
    match figure:
        case Figure.MET:
            return "%"
        case Figure.GAPS:
            return _("of %(needs)s needs", needs=number(sums.needs))
        case Figure.WAIT:
            return _("days, median")
        case _:
            return ""


def _change(figure: Figure, value: float | None, old: float | None, period: Period, base: date) -> tuple[str, str, str]:
    if value is None:
        return "", "", ""
    if old is None:
        if figure is Figure.WAIT:
            return "", _("nothing to compare with"), ""
        return "", _("no figures from %(month)s", month=month_name(base)), ""
    change = round(value - old, 1) if figure is Figure.MET else round(value) - round(old)
    better = is_better(figure, change)
    if better is None:
        return "", _("unchanged %(period)s", period=say(IN_PERIOD[period])), ""
    words = {
        True: N_("%(change)s %(period)s, better"),
        False: N_("%(change)s %(period)s, worse"),
    }[better]
    said = say(sentence(words, change=number(abs(change)), period=say(IN_PERIOD[period])))
    return "▲" if change > 0 else "▼", said, "better" if better else "worse"


@dataclass(frozen=True)
class LearntCard:
    """The hours of learning of the period, with how they lie against the guide."""

    name: str
    value: str
    """In words, as "2.340 timer", "skjult" or that nothing is recorded."""
    balance: BalanceShown
    note: str


LEARNT_NAMES: Mapping[Period, str] = {
    Period.MONTH: N_("Learning in a month, 70-20-10"),
    Period.QUARTER: N_("Learning in a quarter, 70-20-10"),
    Period.YEAR: N_("Learning in a year, 70-20-10"),
}


def learnt_card(found: Learnt, tops: Sequence[Node], period: Period) -> LearntCard:
    """What was done in the period. Never a target: 70-20-10 is a guide (product.md)."""
    balance = found.of(tops)
    drawn = balance_shown(balance)
    if balance is None:
        few = any(one.id in found.hidden for one in tops)
        value = _("hidden: a small group, here or beside it") if few else _("nothing is recorded as done")
        return LearntCard(say(LEARNT_NAMES[period]), value, drawn, "")
    shares = " · ".join(str(one.share) for one in drawn.parts)
    note = _("%(shares)s (guide 70 · 20 · 10)", shares=shares)
    return LearntCard(say(LEARNT_NAMES[period]), drawn.hours, drawn, note)


def _note(figure: Figure, sums: Sums, most: str) -> str:
    match figure:
        case Figure.GAPS if sums.gaps:
            return _("%(number)s have a plan", number=number(sums.planned))
        case Figure.VULNERABLE if most:
            return _("most in %(unit)s", unit=most)
        case Figure.EXPIRING if sums.expiring:
            return _("%(share)s %% are planned", share=number(round(sums.share(figure) or 0)))
        case _:
            return ""


def _target(figure: Figure, sums: Sums, target: int | None) -> str:
    if target is None:
        return ""
    words = say(sentence(AIMS[figure].words, value=number(target)))
    reached = reaches(figure, sums.share(figure), target)
    if reached is None:
        return words
    return _("%(target)s, reached", target=words) if reached else _("%(target)s, not reached", target=words)


def month_name(month: date) -> str:
    """As "august 2026"."""
    return str(format_date(month, "MMMM y", locale=language()))


def months_in_words(figure: Figure, trend: Trend) -> str:
    """What the line of the months shows, for whoever does not see it."""
    known = [(month, value) for month, value in zip(trend.months, trend.values, strict=False) if value is not None]
    if not known:
        return ""
    said = _(
        "%(first)s in %(month)s, lowest %(low)s and highest %(high)s since.",
        first=shown(figure, known[0][1]), month=month_name(known[0][0]),
        low=shown(figure, min(value for value in trend.values if value is not None)),
        high=shown(figure, max(value for value in trend.values if value is not None)),
    )  # fmt: skip
    return f"{said} {missing_in_words(trend.missing)}".strip()


def missing_in_words(months: Sequence[date]) -> str:
    """That some months have no figures; empty when all have."""
    if not months:
        return ""
    return _("No figures were kept for %(months)s.", months=listed([month_name(month) for month in months]))
