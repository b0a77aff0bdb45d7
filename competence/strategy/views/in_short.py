"""A plan in a few sentences: on top of its page and of the report."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from competence.foundation.web import day, number
from competence.strategy.queries.needs import NeedRow
from competence.strategy.rules.planning import Progress, Status
from competence.strategy.views.showing import PlanShown, hours, kroner


def in_short(found: PlanShown, needs: Sequence[NeedRow] = ()) -> list[str]:
    """What a reader in a hurry must know. `needs`: of the unit's needs map, where what is to come is told too."""
    met, *_others = found.figures
    said = []
    if found.now.needs:
        if met.before and found.baseline_on:
            said.append(
                _(
                    "%(now)s of the staffing needs are met, against %(before)s on %(day)s.", now=met.now, before=met.before,
                    day=day(found.baseline_on),
                )
            )  # fmt: skip
        else:
            said.append(_("%(now)s of the staffing needs are met.", now=met.now))
        line = ngettext(
            "There is %(num)s gap, and in critical tasks %(critical)s.",
            "There are %(num)s gaps, %(critical)s of them in critical tasks.", found.now.gaps,
            critical=number(found.now.critical_gaps),
        )  # fmt: skip
        ahead = [row.ahead for row in needs]
        if ahead and None not in ahead:
            line += " " + _(
                "If nobody acts there are %(gaps)s in 12 months.", gaps=number(sum(one or 0 for one in ahead))
            )
        said.append(line)
    kept = [one for one in found.measures if one.row.dropped_on is None]
    if kept:
        said.append(
            _(
                "The plan has %(priorities)s and %(measures)s: %(hours)s and %(cost)s in all.",
                priorities=ngettext("%(num)s priority", "%(num)s priorities", len(found.priorities)),
                measures=ngettext("%(num)s measure", "%(num)s measures", len(kept)),
                hours=hours(found.budget.balance.total), cost=kroner(found.budget.kroner),
            )
        )  # fmt: skip
    if kept and found.status is not Status.DRAFT:
        said.append(
            _(
                "Measures done: %(done)s, under way: %(begun)s. Indicators that have reached their target: %(reached)s of %(all)s.",
                done=sum(one.progress is Progress.DONE for one in kept),
                begun=sum(one.progress is Progress.UNDER_WAY for one in kept),
                reached=sum(one.reached is True for one in found.indicators), all=len(found.indicators),
            )
        )  # fmt: skip
    return said
