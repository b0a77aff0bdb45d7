"""`competence check` and `competence refresh`."""

import sys
from pathlib import Path

import click

from competence.audit.chain import breaks
from competence.audit.inspecting import Inspection
from competence.audit.rules import Link
from competence.decision.commands import differences
from competence.decision.commands import refresh as refresh_vectors
from competence.decision.rebuilding import rebuild
from competence.delegation import projection as delegations
from competence.files import cli as files
from competence.foundation.clock import today
from competence.foundation.console import Console
from competence.foundation.orm import begin_reading, begin_writing
from competence.foundation.text import N_, sentence
from competence.signoffs import projection


@click.command()
@click.option("--repair", is_flag=True, help="Rebuild what is derived. Evidence itself is never touched.")
@click.option(
    "--anchors", "kept", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
    help="Anchors that were kept elsewhere, in lines, to be found in the database. May be given several times.",
)  # fmt: skip
@click.pass_obj
def check(console: Console, repair: bool, kept: tuple[Path, ...]) -> None:
    """Verify every chain of evidence and every anchor, and recompute all that is derived from the evidence.

    Ends with 0 when all is well, with 1 when only something derived differs (--repair rebuilds it), and with 3 when
    evidence or anchors are not as they were written. Warnings change nothing of that.
    """
    with console.session() as session:
        begin_reading(session)  # or a signature that is given meanwhile would look like one that was put in
        projected = projection.Comparison(session, on=today())
        given = delegations.Comparison(session)
        looking = Inspection(session)

        def see(link: Link, event_id: int, citizen_id: int | None) -> None:
            projected.see(link, event_id, citizen_id)
            given.see(link, event_id, citizen_id)
            looking.see(link, citizen_id)

        broken = breaks(session, seen=see, anchored=looking.ledger.see)  # one reading for all
        found = looking.found(broken, key=console.settings.anchor_key, kept=kept)
        for said in (*found.problems, *found.warnings):
            console.say(said)
        doubted = {one.person_id for one in broken}
        stale = [(person, task) for person, task in projected.differences() if person not in doubted]
        for person, task in stale:
            console.say(
                sentence(
                    N_("The current sign-off of person %(person)s, task %(task)s differs."), person=person, task=task
                )
            )
        changed = [(person, task) for person, task in given.differences() if person not in doubted]
        for person, task in changed:
            console.say(
                sentence(N_("The delegation of person %(person)s, task %(task)s differs."), person=person, task=task)
            )
        wrong = differences(session)
        for employment, what in wrong:
            console.say(
                sentence(
                    N_("The stored answer of employment %(employment)s differs (%(what)s)."),
                    employment=employment,
                    what=what,
                )
            )
        if repair and found.problems:
            console.say(N_("Nothing is rebuilt as long as the evidence that it rests on is not as it was written."))
        elif repair and (stale or changed or wrong):
            begin_writing(session)
            rebuild(session, {person for person, _ in stale})
            session.commit()
            console.say(sentence(N_("What is derived has been rebuilt.")))
        lost = files.problems(session, console.settings)
        for told in (*lost, *files.warnings(console.settings)):
            console.say(told)
    if found.problems or lost:
        sys.exit(3)
    if not (stale or changed or wrong):
        console.say(sentence(N_("All chains verify, and everything stored is what the rule says.")))
        return
    sys.exit(0 if repair else 1)


@click.command()
@click.pass_obj
def refresh(console: Console) -> None:
    """Make again the compact answers that are past their date. Changes nobody's rights; safe to run twice."""
    with console.session() as session:
        begin_writing(session)
        made = refresh_vectors(session)
        session.commit()
    console.say(sentence(N_("%(count)s answers were past their date and have been made again."), count=made))
