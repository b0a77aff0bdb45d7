"""`competence export`: what the municipality has, as spreadsheets."""

from pathlib import Path

import click

from competence.delegation.queries import read_versions, version_to_open
from competence.foundation.clock import today
from competence.foundation.console import Console
from competence.foundation.errors import NotFound
from competence.foundation.text import N_, sentence
from competence.imports.exporting import matrix_file


@click.group()
def export() -> None:
    """Write what the municipality has to a spreadsheet that can be read back."""


@export.command("matrix")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option(
    "--version", "number", type=click.IntRange(1), metavar="NUMBER", help="Else the one in force, or the newest."
)
@click.pass_obj
def export_matrix(console: Console, file: Path, number: int | None) -> None:
    """Write a version of the division of tasks to FILE, an .xlsx that `competence import matrix` reads back."""
    if file.suffix.casefold() != ".xlsx":
        raise click.BadParameter("FILE must end in .xlsx", param_hint="FILE")
    with console.session() as session:
        chosen = version_to_open(read_versions(session), today())
        wanted = number or (chosen.number if chosen else None)
        if wanted is None:
            console.say(N_("There is no version of the division of tasks yet."))
            raise click.exceptions.Exit(1)
        try:
            content = matrix_file(session, wanted)
        except NotFound:
            console.say(sentence(N_("There is no version %(number)s of the division of tasks."), number=str(wanted)))
            raise click.exceptions.Exit(1) from None
    file.write_bytes(content)
    console.say(sentence(N_("Version %(number)s is written to %(file)s."), number=str(wanted), file=str(file)))
