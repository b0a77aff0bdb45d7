"""`competence retention` and `competence hold`."""

from pathlib import Path

import click

from competence import migrations
from competence.foundation.console import Console
from competence.foundation.text import N_, sentence
from competence.people import retention as keeping

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "persondata.md"


@click.command()
@click.option("--dry-run", is_flag=True, help="List what is due, and erase nothing.")
@click.option("--document", is_flag=True, help="Write docs/persondata.md from what the tables declare.")
@click.pass_obj
def retention(console: Console, dry_run: bool, document: bool) -> None:
    """Erase what may no longer be kept about persons."""
    migrations.load_models()
    if document:
        DOCUMENT.write_text(keeping.document(), encoding="utf-8")
        console.say(sentence(N_("The file %(file)s is written."), file="docs/persondata.md"))
        return
    if dry_run:
        with console.session() as session:
            found = keeping.due(session)
    else:
        with console.transaction() as session:
            found = keeping.erase(session)
    if not dry_run:
        keeping.tidy_up(console)
    for due in found:
        console.say(
            sentence(
                N_("%(table)s: %(rows)s rows due (%(period)s)")
                if dry_run
                else N_("%(table)s: %(rows)s rows erased (%(period)s)"),
                table=due.table,
                rows=due.rows,
                period=sentence(due.period),
            )
        )
    if not found:
        console.say(N_("Nothing is due."))


@click.command()
@click.option("--reason", metavar="TEXT", help="What the data must be kept for.")
@click.option("--number", metavar="NUMBER", help="The staff number of whom it is about; without it, everybody.")
@click.option("--lift", "lifted", type=int, metavar="ID", help="Lift the hold with this id.")
@click.pass_obj
def hold(console: Console, reason: str | None, number: str | None, lifted: int | None) -> None:
    """Keep everything about a person, or everybody, while a case needs it; without options, list the holds."""
    with console.transaction() as session:
        if lifted is not None:
            keeping.lift(session, lifted)
        elif reason is not None:
            keeping.hold(session, reason, number=number)
        for standing in keeping.holds(session):
            who = str(standing.person_id) if standing.person_id else "*"
            click.echo(f"{standing.id}\t{who}\t{standing.begun_at:%Y-%m-%d}\t{standing.reason}")
