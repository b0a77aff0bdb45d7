"""Why spots open, from what the forecast has read already; only about delegations that end something more is asked."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from competence.decision.queries import delegations
from competence.forecast.causes import Because, Facts, because, ending, lost_in
from competence.forecast.openings import Opening
from competence.forecast.queries.ground import Team
from competence.forecast.rules import Ahead


def reasons_for(session: Session, team: Team, ahead: Ahead, some: Sequence[Opening]) -> list[Because]:
    """For each opening why it opens."""
    ends = ending(ahead.ground.rights)
    by_delegation = {
        ahead.ground.hands[at].worker.person_id
        for one in some
        for at in lost_in(ahead, one)
        if (right := ends.get((at, one.spot.task, ahead.days[one.stretch]))) is not None and right.basis == "delegation"
    }
    days = {}
    if by_delegation:
        notice = team.shared.settings.delegation_notice_days
        for person, tasks in delegations(session, by_delegation, team.shared).items():
            for task, given in tasks.items():
                days[person, task] = {end for one in given if (end := one.ends(notice)) is not None}
    facts = Facts(ahead, team.shared, team.unit.path, team.few.exempt, ends, days)
    return [because(facts, one) for one in some]
