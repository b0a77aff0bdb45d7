"""The proposals of all teams, worked out before anybody comes in the morning."""

from sqlalchemy.orm import Session

from competence.coverage.queries.places import tree
from competence.coverage.queries.wide import headcount
from competence.foundation.clock import local, today
from competence.foundation.errors import RuleBroken
from competence.foundation.orm import begin_writing
from competence.training import commands
from competence.training.queries.runs import open_runs
from competence.training.rules.rows import Terms, terms_from
from competence.training.working import AT_ONCE, work_out


def propose(session: Session) -> tuple[int, int]:
    """(proposals worked out, units whose question took too long) of the municipality; each is committed by itself.

    A team in which nothing is open has none. What somebody has chosen (aim, limits, turned on or off) is asked again as it
    is; a proposal that has been agreed to, or was worked out today, is left alone.
    """
    units, runs, made, late = tree(session, on=today()), open_runs(session), 0, 0
    for node in units.by_id.values():
        if not units.is_leaf(node) or not 0 < headcount(session, node, on=today()) <= AT_ONCE:
            continue
        run = runs.get(node.id)
        if run is not None and (run.agreed or local(run.made_at).date() == today()):
            continue
        terms, seen = terms_from(run.terms) if run else Terms(), run.revision if run else None
        try:
            content = work_out(session, units, node, terms)
        except RuleBroken:
            late += 1
            continue
        if run is None and not content.spots:
            continue
        session.rollback()
        begin_writing(session)
        made += commands.keep_by_night(session, node.id, terms, content, seen=seen)
        session.commit()
    return made, late
