"""`competence sweep-files`, and what `competence check` and `competence retention` do about evidence files."""

import click
from sqlalchemy.orm import Session

from competence.config import Settings
from competence.files import commands
from competence.files.storing import Store
from competence.foundation.console import Console
from competence.foundation.orm import tenant_id
from competence.foundation.text import N_, Sentence, sentence


def store(session: Session, settings: Settings) -> Store:
    """Where the municipality's files lie; for looking at names and sizes only."""
    return Store(settings.files_folder, tenant_id(session))


def tidy(console: Console) -> None:
    """Nothing; what is erased, and what no row names, lies in the folder no longer. Says how many that were."""
    with console.session() as session:
        count = commands.sweep(session, store(session, console.settings))
    if count:
        console.say(sentence(N_("%(count)s evidence files were removed from the folder."), count=count))


def problems(session: Session, settings: Settings) -> list[Sentence]:
    """A sentence for each file that is not where it should be."""
    return [
        sentence(N_("Evidence file %(id)s is not in the folder as it was written. Restore it from a backup."), id=id_)
        for id_ in commands.missing(session, store(session, settings))
    ]


def warnings(settings: Settings) -> list[Sentence]:
    """What the operator should know, though nothing is wrong."""
    if settings.file_scanner:
        return []
    return [sentence(N_("No virus scanner is named (FILE_SCANNER): evidence files are taken without one."))]


@click.command("sweep-files")
@click.pass_obj
def sweep_files(console: Console) -> None:
    """Remove from the folder of evidence files what is erased or half written. Safe to run twice."""
    tidy(console)
    console.say(N_("The folder of evidence files holds what it should."))
