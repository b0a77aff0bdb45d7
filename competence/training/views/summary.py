"""What a proposal comes to, in a few plain sentences."""

from flask_babel import gettext as _
from flask_babel import ngettext

from competence.foundation.web import number
from competence.training.rules.rows import Content, Row, Terms
from competence.training.rules.spots import standing
from competence.training.views.words import hours


def closing(content: Content) -> list[Row]:
    """The proposals that close a gap, and what must be learnt before them."""
    pairs = {row.pair for row in content.rows if row.closes}
    return [
        row for row in content.rows
        if row.closes or any((row.employment_id, task) in pairs for task in row.for_tasks)
    ]  # fmt: skip


def robust(content: Content) -> int:
    """How many spots the plan makes robust."""
    return len({one.seat_id for row in content.rows for one in row.gives if one.spares})


def statement(content: Content) -> str:
    """What the plan comes to, in one sentence."""
    before, after = standing(content.spots, {}), standing(content.spots, content.more)
    closed = before.gaps - after.gaps
    used = hours(sum(row.total for row in closing(content)))
    gaps = [spot for spot in content.spots if spot.today and spot.have < spot.need]
    if not content.rows and gaps and all(spot.have + spot.waiting >= spot.need for spot in gaps):
        text = ngettext(
            "Training for the one gap is on its way", "Training for all %(num)s gaps is on its way", before.gaps
        )
        return str(text)
    if not content.rows and before.gaps:
        return str(_("No training closes the gaps within these limits"))
    if not content.rows:
        return str(_("There is no gap to close"))
    if not closed:
        text = ngettext(
            "%(hours)s hours of training make one spot robust", "%(hours)s hours of training make %(num)s spots robust",
            robust(content), hours=hours(content.balance.total),
        )  # fmt: skip
    elif not after.gaps:
        text = ngettext(
            "%(hours)s hours of training close the one gap", "%(hours)s hours of training close all %(num)s gaps",
            closed, hours=used,
        )  # fmt: skip
    else:
        text = _(
            "%(hours)s hours of training close %(closed)s of %(gaps)s gaps",
            hours=used, closed=number(closed), gaps=number(before.gaps),
        )  # fmt: skip
    return str(text)


def said(content: Content, terms: Terms) -> list[str]:
    """What the statement means: money, what is robust, and how much at once."""
    if not content.rows:
        return []
    closes = any(row.closes for row in content.rows)
    price = sum(row.price for row in closing(content))
    found = []
    if closes and price:
        found.append(_("That costs %(price)s kr. for cover and courses.", price=number(price)))
    elif closes:
        found.append(_("That costs nothing but working hours."))
    if closes:
        found.append(_("The gaps that close are then just covered, which is vulnerable."))
        if robust(content):
            text = ngettext("The rest makes one spot robust.", "The rest makes %(num)s spots robust.", robust(content))
            found.append(text)
    most = ngettext(
        "Nobody is trained in more than one thing at a time.", "Nobody is trained in more than %(num)s things at a time.",
        terms.at_once,
    )  # fmt: skip
    return [str(text) for text in (*found, most)]


def plain_way(content: Content) -> str:
    """What taking the quickest proposal first would have come to, for the whole of a proposal; empty where it is no worse."""
    left = sum(spot.lacks for spot in content.spots) - sum(row.closes for row in content.rows)
    more = content.greedy_open - left
    if more > 0:
        text = ngettext(
            "Taking the quickest one first would leave one more open.",
            "Taking the quickest one first would leave %(num)s more open.", more,
        )  # fmt: skip
        return str(text)
    saved = content.greedy_cost - content.cost
    if more < 0 or saved <= 0:
        return ""
    return str(_("Taking the quickest one first would cost %(saved)s kr. more.", saved=number(saved)))
