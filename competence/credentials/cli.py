"""`competence credential-key`."""

from pathlib import Path

import click

from competence.credentials.commands import note_key, withdraw_key
from competence.credentials.queries import keys_of
from competence.foundation.clock import local
from competence.foundation.console import Console
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.keys import read_or_make
from competence.foundation.text import N_, sentence


def key_file(console: Console) -> Path:
    """The file that CREDENTIAL_KEY names. RuleBroken when it names none."""
    file: Path | None = console.settings.credential_key
    if file is None:
        raise RuleBroken(
            N_(
                "No key for credentials is named. Set CREDENTIAL_KEY to a file outside the database, and run this again."
            )
        )
    return file


@click.group("credential-key")
def credential_key() -> None:
    """Make, replace, withdraw and show the key that signs credentials."""


@credential_key.command("new")
@click.pass_obj
def credential_key_new(console: Console) -> None:
    """Make the key in the file that CREDENTIAL_KEY names, or take the one that lies there, and note its public half.

    Also how a key is replaced: name a new file, and run it again. What the earlier key signed stays verifiable.
    """
    file = key_file(console)
    key, made = read_or_make(file)
    try:
        with console.transaction() as session:
            noted = note_key(session, key)
            number = noted.number if noted else 0
    except RuleBroken:
        if made:
            file.unlink()
        raise
    if made:
        console.say(sentence(N_("A new key lies in %(file)s. Back it up apart from the database."), file=str(file)))
    if number:
        console.say(sentence(N_("Key %(number)s signs credentials from here on."), number=str(number)))
    else:
        console.say(N_("The key is noted already."))


@credential_key.command("withdraw")
@click.argument("number", type=int)
@click.pass_obj
def credential_key_withdraw(console: Console, number: int) -> None:
    """Publish key NUMBER no longer, for instance because somebody has stolen it: nothing it signed is believed any more."""
    try:
        with console.transaction() as session:
            withdraw_key(session, number)
    except NotFound:
        console.stop(sentence(N_("There is no key %(number)s."), number=str(number)))
    console.say(sentence(N_("Key %(number)s is withdrawn. What it signed must be fetched again."), number=str(number)))


@credential_key.command("list")
@click.pass_obj
def credential_key_list(console: Console) -> None:
    """List the public keys: number, first moment, when it was withdrawn, and the key."""
    with console.session() as session:
        for one in keys_of(session):
            withdrawn = f"{local(one.withdrawn_at):%Y-%m-%d %H:%M}" if one.withdrawn_at else "-"
            click.echo(f"{one.number}\t{local(one.recorded_at):%Y-%m-%d %H:%M}\t{withdrawn}\t{one.public_key}")
