"""`competence import` and `competence seed`."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from competence.foundation.changes import Tell
from competence.foundation.console import Console
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.orm import begin_writing, open_session
from competence.foundation.text import N_, sentence
from competence.foundation.web import say
from competence.imports.commands import PaperPlan
from competence.imports.demo import NAME, load_demo
from competence.imports.demonstration.generate import FEWEST
from competence.imports.kinds import NEXT, Kind
from competence.imports.parsed import Parsed, Problem
from competence.imports.reference import load_reference
from competence.imports.sheets import MAX_BYTES
from competence.imports.summary import as_json
from competence.imports.taking import (
    Effect,
    Reading,
    levels_not_stated,
    make_ready,
    own_tasks,
    read_file,
    refusal,
    rehearse,
    take_in,
)
from competence.organisation.queries import municipalities
from competence.training.nightly import propose

LONG = 1000
"""From so many steps on it is told how far it is."""
SHOWN_REMARKS = 50
"""So many remarks are printed; problems are printed all."""


@click.command("import")
@click.argument("kind", type=click.Choice([kind.value for kind in Kind]))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE.json",
    help="What your own headings, groups, tasks, shifts and symbols mean.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Show what would change and every problem; write nothing.")
@click.option("--json", "as_object", is_flag=True, help="Print one JSON object and nothing else.")
@click.pass_obj
def import_(console: Console, kind: str, file: Path, mapping: Path | None, dry_run: bool, as_object: bool) -> None:
    """Bring in a list of units, people, a matrix, sign-offs from paper, requirements or profiles, from .xlsx or .csv.

    All or nothing: with a problem in the file nothing is written, and the command ends with 1.
    """
    reading, effect = _bring_in(console, Kind(kind), file, mapping, dry_run=dry_run)
    if as_object:
        click.echo(json.dumps(as_json(reading.parsed, kind, say=say), ensure_ascii=False))
    else:
        for line in report(reading, effect, dry_run=dry_run):
            click.echo(line)
    if reading.parsed.problems:
        sys.exit(1)


def _bring_in(
    console: Console, kind: Kind, file: Path, mapping: Path | None, *, dry_run: bool
) -> tuple[Reading, Effect]:
    """What the file came to; a problem in it means that nothing was written."""
    with console.session() as session:
        try:
            words = mapping.read_bytes() if mapping else None
            with file.open("rb") as handle:
                data = handle.read(MAX_BYTES + 1)
            reading = read_file(session, kind, data, file.name, by=None, mapping=words)
            if dry_run or reading.parsed.problems:
                return rehearse(session, reading, by=None)
            reading = make_ready(session, reading, by=None, tell=telling())
            begin_writing(session)
            effect = take_in(session, reading, by=None)
            session.commit()
        except (RuleBroken, NotFound) as problem:
            session.rollback()
            return Reading(kind, Parsed((), (refusal(problem),)), PaperPlan()), Effect()
    return reading, effect


def telling() -> Tell:
    """Tells on the standard error how far it is, at each tenth of something long."""
    told = -1

    def tell(done: int, total: int) -> None:
        nonlocal told
        percent = 100 * done // total // 10 * 10 if total else 100
        if total >= LONG and percent != told:
            told = percent
            click.echo(say(sentence(N_("Made ready: %(percent)s %%."), percent=percent)), err=True)

    return tell


def report(reading: Reading, effect: Effect, *, dry_run: bool) -> list[str]:
    """The lines that say what the file came to."""
    parsed = reading.parsed
    lines = [line(problem) for problem in parsed.problems]
    if parsed.problems:
        lines.append(say(sentence(N_("Nothing was written. Problems: %(count)s."), count=len(parsed.problems))))
    else:
        lines += [line(remark) for remark in reading.remarks[:SHOWN_REMARKS]]
        if len(reading.remarks) > SHOWN_REMARKS:
            lines.append(say(sentence(N_("... and %(count)s more."), count=len(reading.remarks) - SHOWN_REMARKS)))
        lines += [say(text) for text in amounts(effect, dry_run=dry_run)]
    if not_stated := levels_not_stated(reading):
        lines.append(say(sentence(N_("Fields without a level, taken as level 1: %(count)s."), count=not_stated)))
    own = own_tasks(reading)
    if own:
        lines.append(say(sentence(N_("Become tasks of your own: %(words)s."), words=", ".join(own))))
    unused = [word for word in parsed.unmapped if word not in own]
    if unused:
        lines.append(say(sentence(N_("Not used: %(words)s."), words=", ".join(unused))))
    if parsed.skipped:
        lines.append(
            say(sentence(N_("Lines left out as headings, titles and footers: %(count)s."), count=len(parsed.skipped)))
        )
    if not parsed.problems and not dry_run:
        lines.append(say(NEXT[reading.kind]))
    return lines


def amounts(effect: Effect, *, dry_run: bool) -> list[Any]:
    """What changes, as sentences."""
    counts = {"new": effect.new, "changed": effect.changed, "ended": effect.ended, "unchanged": effect.unchanged}
    would = N_(
        "Would be: new %(new)s, changed %(changed)s, ended %(ended)s, unchanged %(unchanged)s. Nothing was written."
    )
    done = N_("New %(new)s, changed %(changed)s, ended %(ended)s, unchanged %(unchanged)s.")
    texts = [sentence(would if dry_run else done, **counts)]
    if effect.new_persons:
        texts.append(sentence(N_("New employees: %(count)s."), count=effect.new_persons))
    if effect.new_tasks:
        texts.append(sentence(N_("New tasks of your own: %(count)s."), count=effect.new_tasks))
    if effect.version and not dry_run:
        texts.append(sentence(N_("It is draft version %(number)s of the division of tasks."), number=effect.version))
    if effect.left_out:
        texts.append(sentence(N_("Left out: %(count)s."), count=effect.left_out))
    if effect.not_in_list:
        numbers = ", ".join(sorted({number for number, _unit in effect.not_in_list})[:20])
        texts.append(
            sentence(
                N_("Employments that the list does not name, left as they are: %(count)s (numbers %(numbers)s)."),
                count=len(effect.not_in_list),
                numbers=numbers,
            )
        )
    return texts


def line(problem: Problem) -> str:
    """The problem with its place, in the reader's language."""
    parts = []
    if problem.sheet:
        parts.append(say(sentence(N_("sheet %(sheet)s"), sheet=problem.sheet)))
    if problem.row is not None:
        parts.append(say(sentence(N_("row %(row)s"), row=str(problem.row))))
    if problem.column:
        parts.append(say(sentence(N_("column %(column)s"), column=problem.column)))
    place = ", ".join(parts)
    return f"{place[:1].upper()}{place[1:]}: {say(problem.message)}" if place else say(problem.message)


@click.group()
def seed() -> None:
    """Load the reference data, or a made-up municipality."""


@seed.command("reference")
@click.pass_obj
def seed_reference(console: Console) -> None:
    """Give the municipality its own draft copy of the reference data. Safe to run again."""
    with console.transaction() as session:
        draft = load_reference(session)
    if draft is None:
        console.say(N_("The reference data is here already. Nothing was changed."))
    else:
        console.say(sentence(N_("The reference data is loaded, as draft version %(number)s."), number=draft.number))


@seed.command("demo")
@click.option(
    "--employees", type=click.IntRange(FEWEST, 20_000), default=286, show_default=True, help="How many people."
)
@click.option("--name", default=NAME, show_default=True, help="What the municipality is called.")
@click.option("--host", metavar="HOST", help="The host name it is served under; needed once there are several.")
@click.option(
    "--wide", is_flag=True, help="Sign-offs over the whole catalogue instead of the demonstration's own tasks."
)
@click.pass_obj
def seed_demo(console: Console, employees: int, name: str, host: str | None, wide: bool) -> None:
    """Load a made-up municipality, its past relative to today. One of that name that is there is left alone."""
    with console.outside() as session:
        there = any(one.name == name for one in municipalities(session))
    if there:
        console.say(sentence(N_("%(name)s is here already. Nothing was changed."), name=name))
        return
    made = load_demo(console.engine, employees, name=name, wide=wide, host=host)
    with open_session(console.engine, made) as session:
        propose(session)
    console.say(sentence(N_("%(name)s is loaded with %(count)s employees."), name=name, count=employees))
