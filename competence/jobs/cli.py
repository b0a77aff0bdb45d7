"""`competence jobs`."""

import click

from competence.foundation.console import Console
from competence.foundation.http import log_json
from competence.foundation.orm import tenant_id
from competence.foundation.text import N_, Sentence, sentence
from competence.foundation.web import say
from competence.jobs.rules import State
from competence.jobs.running import run_next


@click.command()
@click.pass_obj
def jobs(console: Console) -> None:
    """Do now what has been asked for in the pages and waits, and what a process that died has left behind."""

    def speak(_locale: str, text: Sentence | str) -> str:
        return say(text)

    log_json()
    with console.session() as session:
        municipality_id = tenant_id(session)
    count = 0
    while (done := run_next(console.engine, municipality_id, speak)) is not None:
        job, state, words = done
        count += 1
        if state is not State.RUNNING:
            click.echo(f"{job.title}: {words}")
    if not count:
        console.say(N_("Nothing waits."))
    else:
        console.say(sentence(N_("Done: %(count)s."), count=count))
