"""`competence snapshot`."""

from datetime import date

import click
from sqlalchemy.orm import Session

from competence.decision.commands import refresh
from competence.figures.commands import take_snapshot
from competence.figures.queries.kept import months_kept
from competence.figures.rules import first_of
from competence.foundation.clock import add_months, today
from competence.foundation.console import Console
from competence.foundation.orm import begin_writing, work_for
from competence.foundation.text import N_, sentence
from competence.organisation.queries import municipalities


@click.command()
@click.pass_obj
def snapshot(console: Console) -> None:
    """Keep today's figures as those of the month, for trends. Daily; safe to run twice, and by several at once.

    For every municipality, unless one is named. A month without a run has no figures, and none are made up for it.
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
            _take(console, session, name)


def _take(console: Console, session: Session, name: str) -> None:
    begin_writing(session)
    refresh(session)
    session.commit()
    begin_writing(session)
    look = take_snapshot(session)
    session.commit()
    console.say(
        sentence(
            N_("%(municipality)s: the figures of %(day)s are kept for %(units)s units."),
            municipality=name, day=look.on, units=len(look.nodes),
        )
    )  # fmt: skip
    for month in missed(session):
        console.say(
            sentence(
                N_("%(municipality)s: there are no figures for %(month)s."), municipality=name, month=f"{month:%m.%Y}"
            )
        )


def missed(session: Session) -> list[date]:
    """The months without figures since the first that has some."""
    kept = months_kept(session)
    found, month = [], min(kept, default=first_of(today()))
    while month < first_of(today()):
        found += [month] if month not in kept else []
        month = add_months(month, 1)
    return found
