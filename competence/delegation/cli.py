"""`competence remind`."""

from datetime import timedelta

import click

from competence.delegation.commands.hearing import remind_hearing
from competence.delegation.letters import reminding
from competence.delegation.queries import get_version
from competence.delegation.queries.hearing import to_remind
from competence.foundation import mail
from competence.foundation.clock import today
from competence.foundation.console import Console
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_, sentence
from competence.organisation.models import Municipality

REMIND_WITHIN = timedelta(days=3)
"""So long before a hearing's last day those who have said nothing are reminded, once."""


@click.command()
@click.pass_obj
def remind(console: Console) -> None:
    """Mail those who are asked in a hearing that ends within three days, and have not commented. Safe to run again."""
    settings = console.settings
    if not settings.smtp_url:
        console.stop(N_("No mail server is named. Set SMTP_URL first."))
    due: list[mail.Letter] = []
    with console.transaction() as session:
        municipality = session.get_one(Municipality, session.info["municipality_id"])
        site = f"https://{municipality.host}" if municipality.host else settings.address
        for number in to_remind(session, on=today(), within=REMIND_WITHIN):
            try:
                silent = remind_hearing(session, number, by=None)
            except RuleBroken:
                continue  # everybody has commented
            until = get_version(session, number).hearing_until or today()
            due += reminding(
                silent,
                number=number,
                municipality=municipality.name,
                until=until,
                link=f"{site}/matrix/hearing/{number}",
            )
    taken = mail.send_all(settings.smtp_url, sender=settings.mail_from, letters=due) if due else []
    console.say(sentence(N_("Mailed: %(count)s of %(all)s."), count=len(taken), all=len(due)))
