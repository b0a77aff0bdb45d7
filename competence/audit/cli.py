"""`competence anchor` and `competence anchor-key`."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from competence.audit.anchoring import add_anchor, check_key, gather, is_due, keys_of, last_anchor, line_of, note_key
from competence.audit.keys import MADE_BY, kept_in
from competence.foundation.clock import local
from competence.foundation.console import Console
from competence.foundation.errors import RuleBroken
from competence.foundation.keys import public_of, read_key, read_or_make
from competence.foundation.orm import begin_reading, begin_writing
from competence.foundation.text import N_, sentence


def key_file(console: Console) -> Path:
    """The file that ANCHOR_KEY names. RuleBroken when it names none."""
    file: Path | None = console.settings.anchor_key
    if file is None:
        raise RuleBroken(
            N_(
                "No key for anchors is named. Set ANCHOR_KEY to a file outside the database, and make the key with: "
                "competence anchor-key new"
            )
        )
    return file


@click.command()
@click.option("--show", is_flag=True, help="Print the newest anchor in one line, to be kept elsewhere; make none.")
@click.pass_obj
def anchor(console: Console, show: bool) -> None:
    """Sign the ends of all chains of evidence, so that nothing can be cut off unnoticed. Daily; safe to run twice.

    Ends with 3 when a chain does not carry on from where it was last anchored; the others are anchored all the same.
    """
    if show:
        with console.session() as session:
            newest = last_anchor(session)
        if newest is None:
            console.stop(N_("There is no anchor yet. Make one with: competence anchor"))
        else:
            click.echo(line_of(newest))
        return
    file = key_file(console)
    key = read_key(file, made_by=MADE_BY)
    with console.session() as session:
        check_key(session, public_of(key))
        begin_reading(session)
        gathered = gather(session)
        if is_due(gathered, public_of(key)):
            begin_writing(session)
            made = add_anchor(session, gathered, key)
            session.commit()
            _note_outside(console, kept_in(file), line_of(made))
            console.say(
                sentence(
                    N_("Anchor %(number)s is made: %(events)s events in %(chains)s chains, hash %(hash)s."),
                    number=str(made.number),
                    events=str(made.events),
                    chains=str(made.chains),
                    hash=made.hash,
                )
            )
        else:
            assert gathered.last is not None
            console.say(
                sentence(
                    N_("Nothing has been written since anchor %(number)s of %(moment)s."),
                    number=str(gathered.last.number),
                    moment=f"{local(gathered.last.made_at):%d.%m.%Y %H:%M}",
                )
            )
    for person in gathered.broken:
        console.say(
            sentence(
                N_(
                    "The chain of person %(person)s does not carry on from where it was last anchored, and stays anchored as "
                    "it was. Run: competence check"
                ),
                person=person,
            )
        )
    if gathered.broken:
        raise click.exceptions.Exit(3)


def _note_outside(console: Console, file: Path, line: str) -> None:
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as kept:
            kept.write(f"{line}\n")
            kept.flush()
            os.fsync(kept.fileno())
    except OSError:
        console.say(
            sentence(
                N_("The anchor could not be noted in %(file)s. Keep the line of competence anchor --show yourself."),
                file=str(file),
            )
        )


@click.group("anchor-key")
def anchor_key() -> None:
    """Make, replace and show the key that signs anchors."""


@anchor_key.command("new")
@click.option("--lost", is_flag=True, help="The key before it is lost, so that none vouches for the new one.")
@click.pass_obj
def anchor_key_new(console: Console, lost: bool) -> None:
    """Make the key in the file that ANCHOR_KEY names, or take the one that lies there, and note its public half."""
    file = key_file(console)
    key, made = read_or_make(file)
    with _without_the_file_if_refused(file, made=made), console.transaction() as session:
        noted = note_key(session, key, lost=lost)
    if made:
        console.say(sentence(N_("A new key lies in %(file)s. Back it up apart from the database."), file=str(file)))
    if noted is None:
        console.say(N_("The key is noted already."))
    else:
        _tell(console, noted.number, public_of(key))


@anchor_key.command("rotate")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def anchor_key_rotate(console: Console, file: Path) -> None:
    """Let the key that ANCHOR_KEY names vouch for a new one in FILE. Set ANCHOR_KEY to FILE after that."""
    old = read_key(key_file(console), made_by=MADE_BY)
    key, made = read_or_make(file)
    with _without_the_file_if_refused(file, made=made), console.transaction() as session:
        noted = note_key(session, key, before=old)
    if made:
        console.say(sentence(N_("A new key lies in %(file)s. Back it up apart from the database."), file=str(file)))
    if noted is None:
        console.say(N_("The key is noted already."))
    else:
        _carry(kept_in(key_file(console)), kept_in(file))
        _tell(console, noted.number, public_of(key))
        console.say(sentence(N_("Set ANCHOR_KEY to %(file)s now."), file=str(file.absolute())))


def _carry(before: Path, after: Path) -> None:
    """Nothing; the anchors that were noted beside the old key stand beside the new one too."""
    if before.exists() and not after.exists():
        with os.fdopen(os.open(after, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as kept:
            kept.write(before.read_text())


@contextmanager
def _without_the_file_if_refused(file: Path, *, made: bool) -> Iterator[None]:
    try:
        yield
    except RuleBroken:
        if made:
            file.unlink()
        raise


def _tell(console: Console, number: int, public_key: str) -> None:
    console.say(
        sentence(
            N_("Key %(number)s signs from here on. Keep its public half outside the database too: %(key)s"),
            number=str(number),
            key=public_key,
        )
    )


@anchor_key.command("list")
@click.pass_obj
def anchor_key_list(console: Console) -> None:
    """List the public keys: number, first moment, how it came, and the key."""
    with console.session() as session:
        for one in keys_of(session):
            click.echo(f"{one.number}\t{local(one.recorded_at):%Y-%m-%d %H:%M}\t{one.ground}\t{one.public_key}")
