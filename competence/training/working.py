"""A proposal worked out: at once for a unit of ordinary size, in the background for a wide one."""

from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.coverage.queries.places import Node, Tree, tree
from competence.foundation.changes import Tell, quiet
from competence.foundation.clock import today
from competence.foundation.errors import NotFound
from competence.foundation.text import N_, Sentence, sentence
from competence.jobs.commands import Taken
from competence.jobs.running import Switch
from competence.training import commands
from competence.training.asking import SECONDS, ask
from competence.training.queries.asked import content_of, question_of
from competence.training.queries.runs import open_run
from competence.training.rules.rows import Content, Terms, content_from, terms_from

KIND = "training"
AT_ONCE = 300
"""Employments for which it is worked out while somebody waits; for more, in the background."""
IN_THE_BACKGROUND = 60.0
"""Seconds of solving that a wide unit is given."""
DONE = N_("The proposal for %(unit)s is worked out: %(count)s trainings.")


def work_out(
    session: Session, units: Tree, node: Node, terms: Terms, *, seconds: float = SECONDS, tell: Tell = quiet
) -> Content:
    """What is proposed for the unit and those below it, in `seconds` of solving at most. Reads only. NotSolved when it takes more.

    `tell` hears of reading as the first half, and of solving as the second.
    """
    run = open_run(session, node.id)
    before = content_from(run.content) if run is not None else None
    question = question_of(session, units, node, terms, tell=lambda done, total: tell(done, 2 * total))
    solution = ask(
        question.problem, seconds=seconds, tell=lambda done, total: tell(total + done, 2 * total) if total else None
    )
    return content_of(question, solution, terms, before)


def work(session: Session, job: Taken, by: Actor, tell: Tell) -> Switch:
    """The question is put together and answered; the switch keeps the answer."""
    units = tree(session, on=today())
    node = units.by_id.get(job.said["unit_id"])
    if node is None:
        raise NotFound
    authorise(by, Permission.TRAINING_PLAN, node.path)
    terms = terms_from(job.said["terms"])
    content = work_out(session, units, node, terms, seconds=IN_THE_BACKGROUND, tell=tell)
    unit_id, name, seen = node.id, node.name, job.said["seen"]

    def switch(writing: Session) -> Sentence:
        commands.keep_run(writing, unit_id, terms, content, seen=seen, by=by)
        return sentence(DONE, unit=name, count=len(content.rows))

    return switch
