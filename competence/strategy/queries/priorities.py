"""The figure that a priority rests on."""

from competence.coverage.queries.places import Node
from competence.figures.look import Look
from competence.figures.rules import Figure, Sums
from competence.strategy.rules.planning import Why


def figure_of(look: Look, node: Node, why: Why, area_id: int | None) -> float | None:
    """The unit's figure in the look, in the area when one is named. None where it rests on none, or on what is to come."""
    if why in (Why.NONE, Why.AHEAD):
        return None
    sums = look.sums[node.id]
    if area_id is not None:
        field = look.fields(node).get(area_id)
        if field is None:
            return None
        sums = Sums(field.needs, field.gaps, field.critical_gaps, field.vulnerable)
    values = {
        Why.GAPS: float(sums.gaps), Why.CRITICAL: float(sums.critical_gaps), Why.VULNERABLE: float(sums.vulnerable),
        Why.MET: sums.value(Figure.MET),
    }  # fmt: skip
    return values[why]
