"""`competence export`: what the municipality has, as spreadsheets; and evidence, as a file that proves itself."""

import os
from pathlib import Path

import click

from competence.audit.exporting import evidence_file, note_export
from competence.delegation.queries import read_versions, version_to_open
from competence.foundation.clock import today
from competence.foundation.console import Console
from competence.foundation.errors import NotFound
from competence.foundation.orm import begin_reading, begin_writing
from competence.foundation.text import N_, sentence
from competence.imports.exporting import matrix_file
from competence.imports.queries import person_by_number, persons_within


@click.group()
def export() -> None:
    """Write what the municipality has to a file."""


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


@export.command("evidence")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--number", metavar="NUMBER", help="Of the person with this staff number.")
@click.option("--unit", metavar="NAME", help="Of all who are employed today in the unit or below it.")
@click.option("--all", "everybody", is_flag=True, help="Of everybody there is evidence about.")
@click.pass_obj
def export_evidence(console: Console, file: Path, number: str | None, unit: str | None, everybody: bool) -> None:
    """Write evidence to FILE, a .json with its texts, anchors, keys and proofs, which verifies without this program."""
    if file.suffix.casefold() != ".json":
        raise click.BadParameter("FILE must end in .json", param_hint="FILE")
    if [number is not None, unit is not None, everybody].count(True) != 1:
        console.stop(N_("Say whose evidence is meant: --number, --unit or --all."))
    with console.session() as session:
        persons = None
        try:
            if number is not None:
                persons = [person_by_number(session, number)]
            elif unit is not None:
                persons = persons_within(session, unit, on=today())
        except NotFound:
            console.stop(
                sentence(N_("Nobody here has the staff number %(number)s."), number=number)
                if number is not None
                else sentence(N_("There is no unit, or more than one, by the name %(name)s."), name=unit)
            )
        begin_writing(session)
        note_export(session, persons)
        begin_reading(session)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as written:
            for piece in evidence_file(session, persons):
                written.write(piece)
    console.say(sentence(N_("The evidence is written to %(file)s."), file=str(file)))
