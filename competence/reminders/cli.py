"""`competence remind`."""

import json

import click

from competence.foundation.console import Console
from competence.foundation.text import N_, sentence
from competence.organisation.queries import municipalities
from competence.reminders.sending import Post, Told, run


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would be made. Nothing is written or sent.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@click.pass_obj
def remind(console: Console, dry_run: bool, as_json: bool) -> None:
    """Remind people of what ends, in the program and by one mail a week; and of hearings that end within three days.

    For every municipality, unless one is named. Safe to run again, and on several machines at once. Ends with 1 when the mail
    server cannot be reached: the mails are kept, and sent by a later run.
    """
    settings = console.settings
    post = None
    if settings.smtp_url:
        post = Post(settings.smtp_url, settings.mail_from, settings.secret_key, settings.address)
    told = [run(console.engine, id_, post, dry_run=dry_run) for id_ in _ids(console)]
    if as_json:
        click.echo(json.dumps([one.as_dict() for one in told], ensure_ascii=False))
    else:
        for one in told:
            _say(console, one, dry_run=dry_run)
        if post is None:
            console.say(N_("No mail server is named, so nothing is mailed: people are reminded in the program only."))
    if any(one.server_down for one in told):
        console.stop(N_("The mail server could not be reached. The mails are kept, and sent by a later run."))


def _ids(console: Console) -> list[int]:
    if console.municipality is not None:
        with console.session() as session:
            return [session.info["municipality_id"]]
    with console.outside() as session:
        return [one.id for one in municipalities(session)]


def _say(console: Console, told: Told, *, dry_run: bool) -> None:
    if dry_run:
        text = N_("%(municipality)s: %(reminders)s reminders and %(mails)s mails would be made.")
    else:
        text = N_("%(municipality)s: %(reminders)s reminders and %(mails)s mails made; %(sent)s mails sent.")
    console.say(
        sentence(text, municipality=told.municipality, reminders=told.reminders, mails=told.mails, sent=told.sent)
    )
    if told.waiting:
        console.say(sentence(N_("%(count)s mails wait, and are tried again later."), count=told.waiting))
    if told.refused:
        console.say(sentence(N_("%(count)s mails are not taken by the mail server."), count=told.refused))
    if told.unknown:
        console.say(
            sentence(
                N_(
                    "%(count)s mails may have been sent: the program or the connection stopped meanwhile. Not sent again."
                ),
                count=told.unknown,
            )
        )
