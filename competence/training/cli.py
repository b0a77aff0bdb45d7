"""`competence propose`."""

import click

from competence.foundation.console import Console
from competence.foundation.orm import work_for
from competence.foundation.text import N_, sentence
from competence.organisation.queries import municipalities
from competence.training.nightly import propose as propose_all


@click.command()
@click.pass_obj
def propose(console: Console) -> None:
    """Work out whom to train next in each team, so that the proposal stands there in the morning. Nightly; safe to run twice.

    For every municipality, unless one is named. What has been agreed to, or was worked out today, is left alone.
    """
    with console.outside() as session:
        names = {one.id: one.name for one in municipalities(session)}
    if console.municipality is not None:
        with console.session() as session:
            own = session.info["municipality_id"]
            names = {own: names[own]}
    for municipality_id, name in names.items():
        with console.outside() as session:
            work_for(session, municipality_id)
            made, late = propose_all(session)
        console.say(
            sentence(N_("%(municipality)s: %(count)s training plans are proposed."), municipality=name, count=made)
        )
        if late:
            console.say(sentence(N_("%(count)s took too long, and keep the plan they had."), count=late))
