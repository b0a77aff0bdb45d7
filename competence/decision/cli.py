"""`competence check` and `competence refresh`."""

import sys

import click

from competence.audit.chain import breaks
from competence.audit.rules import Link
from competence.decision.commands import differences
from competence.decision.commands import refresh as refresh_vectors
from competence.decision.rebuilding import rebuild
from competence.delegation import projection as delegations
from competence.foundation.clock import today
from competence.foundation.console import Console
from competence.foundation.orm import begin_writing
from competence.foundation.text import N_, sentence
from competence.signoffs import projection


@click.command()
@click.option("--repair", is_flag=True, help="Rebuild what is derived. Evidence itself is never touched.")
@click.pass_obj
def check(console: Console, repair: bool) -> None:
    """Verify every chain of evidence, and recompute all that is derived from it. Ends with 1 when something differs."""
    with console.session() as session:
        projected = projection.Comparison(session, on=today())
        given = delegations.Comparison(session)

        def see(link: Link, event_id: int, citizen_id: int | None) -> None:
            projected.see(link, event_id, citizen_id)
            given.see(link, event_id, citizen_id)

        broken = breaks(session, seen=see)  # one reading for all
        for one in broken:
            console.say(
                sentence(
                    N_("Evidence of person %(person)s is not as it was written: event %(seq)s is %(what)s."),
                    person=one.person_id,
                    seq=one.seq,
                    what=one.what,
                )
            )
        stale = projected.differences()
        for person, task in stale:
            console.say(
                sentence(
                    N_("The current sign-off of person %(person)s, task %(task)s differs."), person=person, task=task
                )
            )
        changed = given.differences()
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
        if repair and (stale or changed or wrong):
            begin_writing(session)
            rebuild(session, {person for person, _ in stale})
            session.commit()
            console.say(sentence(N_("What is derived has been rebuilt.")))
    if not (broken or stale or changed or wrong):
        console.say(sentence(N_("All chains verify, and everything stored is what the rule says.")))
        return
    sys.exit(0 if repair and not broken else 1)


@click.command()
@click.pass_obj
def refresh(console: Console) -> None:
    """Make again the compact answers that are past their date. Changes nobody's rights; safe to run twice."""
    with console.session() as session:
        begin_writing(session)
        made = refresh_vectors(session)
        session.commit()
    console.say(sentence(N_("%(count)s answers were past their date and have been made again."), count=made))
