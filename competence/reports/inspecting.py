"""The files of an inspection pack: fetched at once, or made in the background and fetched then."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, Response, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from competence.access.rules import ROLE_NAMES, Actor, Permission, Reach, Role
from competence.access.web import looked_at_all, requires, role_and_purpose
from competence.audit.commands import log_accesses
from competence.foundation.changes import Tell
from competence.foundation.clock import today
from competence.foundation.errors import NotAllowed, NotFound
from competence.foundation.text import N_, Sentence, sentence
from competence.foundation.web import day, db, moment, say
from competence.inspection import queries, views
from competence.inspection.commands import keep_pack
from competence.inspection.models import InspectionPack
from competence.inspection.pack import Pack, Question
from competence.inspection.rules import About
from competence.inspection.views import proving, when, words
from competence.jobs.commands import Taken
from competence.jobs.running import Switch
from competence.reports.inspection_pack import PackPart, PackSheet, PackTable, inspection_pdf
from competence.reports.inspection_sheet import inspection_workbook

bp = Blueprint("inspection_files", __name__, url_prefix="/inspection")

SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ALIKE = 12
"""Tasks that stand in one row of the PDF, so that a row fits on a sheet."""
MADE = N_("The inspection pack is put together: %(people)s employees.")
SHARES: Mapping[int, tuple[float, ...]] = {
    3: (0.25, 0.25, 0.5),
    4: (0.2, 0.3, 0.25, 0.25),
    5: (0.17, 0.11, 0.11, 0.37, 0.24),
    6: (0.24, 0.16, 0.14, 0.2, 0.12, 0.14),
    7: (0.21, 0.13, 0.12, 0.17, 0.11, 0.13, 0.13),
    8: (0.11, 0.14, 0.17, 0.1, 0.14, 0.1, 0.14, 0.1),
}
"""Columns of a table -> their shares of the width."""


@bp.errorhandler(NotAllowed)
def hidden(_error: NotAllowed) -> ResponseReturnValue:
    """For whoever has no access, or whose access has ended, there is no such file."""
    return render_template("errors/404.html"), 404


@bp.get("/unit/<int:unit_id>/pack.pdf")
@requires(Permission.INSPECTION_READ)
def unit_pdf(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Everybody in a unit, A4."""
    return _pdf(*_asked(About.UNIT, unit_id, within), actor)


@bp.get("/unit/<int:unit_id>/pack.xlsx")
@requires(Permission.INSPECTION_READ)
def unit_sheet(unit_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Everybody in a unit, as a spreadsheet."""
    return _sheet(*_asked(About.UNIT, unit_id, within), actor)


@bp.get("/person/<int:person_id>/pack.pdf")
@requires(Permission.INSPECTION_READ)
def person_pdf(person_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One person, A4."""
    return _pdf(*_asked(About.PERSON, person_id, within), actor)


@bp.get("/person/<int:person_id>/pack.xlsx")
@requires(Permission.INSPECTION_READ)
def person_sheet(person_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One person, as a spreadsheet."""
    return _sheet(*_asked(About.PERSON, person_id, within), actor)


@bp.get("/task/<int:task_id>/pack.pdf")
@requires(Permission.INSPECTION_READ)
def task_pdf(task_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One task, A4."""
    return _pdf(*_asked(About.TASK, task_id, within), actor)


@bp.get("/task/<int:task_id>/pack.xlsx")
@requires(Permission.INSPECTION_READ)
def task_sheet(task_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One task, as a spreadsheet."""
    return _sheet(*_asked(About.TASK, task_id, within), actor)


@bp.get("/packs/<int:pack_id>.pdf")
@requires(Permission.INSPECTION_READ)
def kept_pdf(pack_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A pack that was made in the background, A4."""
    kept = _kept(pack_id, actor, within)
    return _file(kept.pdf, "application/pdf", "pdf")


@bp.get("/packs/<int:pack_id>.xlsx")
@requires(Permission.INSPECTION_READ)
def kept_sheet(pack_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A pack that was made in the background, as a spreadsheet."""
    kept = _kept(pack_id, actor, within)
    return _file(kept.sheet, SHEET_TYPE, "xlsx")


def _kept(pack_id: int, actor: Actor, within: Reach) -> InspectionPack:
    """The pack, as long as what it is about still lies within reach."""
    kept = queries.pack_kept(db.session, pack_id, by=actor.person_id)
    queries.title_of(db.session, About(kept.about), kept.asked_id, within=within)
    if not queries.still_within(db.session, kept.person_ids, within=within):
        raise NotFound
    looked_at_all(kept.person_ids)
    return kept


def _asked(about: About, asked_id: int, within: Reach) -> tuple[Question, Pack]:
    """The question of the address with its answer. NotFound when it is none, or one for the background."""
    form = when(request.args)
    if not form.validate():
        raise NotFound
    question = Question(about, asked_id, *form.days)
    if queries.size_of(db.session, question, within=within) > views.AT_ONCE:
        raise NotFound
    pack = queries.pack_of(db.session, question, within=within)
    looked_at_all(pack.persons)
    return question, pack


def _pdf(_question: Question, pack: Pack, actor: Actor) -> Response:
    locale = get_locale()
    role, purpose = role_and_purpose(actor)
    sheet = sheet_of(pack, words.posts(pack), g.municipality.name, facts_of(pack, actor.name, role, purpose or ""))
    return _file(inspection_pdf(sheet, _, language=locale.language if locale else "da"), "application/pdf", "pdf")


def _sheet(_question: Question, pack: Pack, actor: Actor) -> Response:
    role, purpose = role_and_purpose(actor)
    facts = facts_of(pack, actor.name, role, purpose or "")
    return _file(inspection_workbook(pack, words.posts(pack), facts), SHEET_TYPE, "xlsx")


def _file(body: bytes, media_type: str, ending: str) -> Response:
    return Response(
        body,
        mimetype=media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{_("inspection-pack")}.{ending}"',
            "Cache-Control": "no-store",
        },
    )


def facts_of(pack: Pack, name: str, role: Role, purpose: str) -> tuple[str, ...]:
    """Who asked, for what purpose, when, and how to read the answers."""
    asked = _(
        "Put together on %(moment)s by %(name)s, %(role)s.",
        moment=moment(pack.made_at),
        name=name,
        role=say(ROLE_NAMES[role]),
    )
    return (
        asked,
        *([_("Purpose: %(purpose)s", purpose=purpose)] if purpose else []),
        _(
            "Each answer is what the system said at the end of the day. Where something else is known now, both are said."
        ),
        _("The pack holds what gives or takes rights, and no plans, talks, notes or reasons of a no."),
    )


def sheet_of(pack: Pack, posts: list[words.SaidPost], municipality: str, facts: tuple[str, ...]) -> PackSheet:
    """All that stands in the PDF."""
    return PackSheet(
        municipality=municipality,
        title=pack.title or _("Name erased"),
        period=words.period(pack.question),
        facts=facts,
        parts=(
            *(_post(pack, post) for post in posts),
            *(_around(table) for table in words.tables(pack)),
            _proof(pack),
        ),
        notice=_("Holds personal data. Keep it with the case, and delete it when the case is over."),
        issued_at=pack.made_at,
    )


def _post(pack: Pack, post: words.SaidPost) -> PackPart:
    several = not pack.question.is_one_day
    rows = tuple(
        ((", ".join(tasks), *([one.days] if several else [])), _answered(one), _rests(one))
        for tasks, stretches in _alike(post)
        for one in _joined(stretches)
    )
    others = (
        [_("Tasks that were not the staff group's own, and are left out here: %(count)s.", count=post.others)]
        if post.others
        else []
    )
    table = PackTable(post.name, SHARES[3], (_("Task"), _("What was allowed"), _("What it rests on")), rows)
    return PackPart(post.name, (post.about, *post.notes, *others), table)


def _joined(stretches: tuple[words.SaidStretch, ...]) -> list[words.SaidStretch]:
    """The stretches, those on end joined that differ in the version of the division of tasks alone; each version is named."""
    found: list[words.SaidStretch] = []
    for one in stretches:
        last = found[-1] if found else None
        if last and not one.known_now and not last.known_now and (
            (last.verdict, last.evidence, last.why[1:]) == (one.verdict, one.evidence, one.why[1:])
        ):  # fmt: skip
            since = _("From %(day)s: %(rule)s", day=day(one.first), rule=one.why[0]) if one.why else ""
            rule = " ".join(part for part in (last.why[0] if last.why else "", since) if part)
            found[-1] = replace(last, through=one.through, why=(rule, *last.why[1:]))
        else:
            found.append(one)
    return found


def _alike(post: words.SaidPost) -> list[tuple[list[str], tuple[words.SaidStretch, ...]]]:
    """(tasks, stretches): a task that rests on a signature by itself, others of which all the same is said together."""
    found: list[tuple[list[str], tuple[words.SaidStretch, ...]]] = []
    open_: dict[tuple[Any, ...], list[str]] = {}
    for line in post.lines:
        said = tuple((one.first, one.verdict, one.known_now, one.why) for one in line.stretches)
        listed = open_.get(said)
        if any(one.evidence or one.because for one in line.stretches) or listed is None or len(listed) >= MOST_ALIKE:
            listed = open_[said] = []
            found.append((listed, line.stretches))
        listed.append(line.task)
    return found


def _answered(one: words.SaidStretch) -> tuple[str, ...]:
    if not one.known_now:
        return (one.verdict,)
    because = [_("Recorded later: %(what)s.", what="; ".join(one.because))] if one.because else []
    return (one.verdict, _("Known now: %(verdict)s", verdict=one.known_now), *because)


def _rests(one: words.SaidStretch) -> tuple[str, ...]:
    """The rule and what the signature's events say, with its hash; else all of the why."""
    if not one.evidence:
        return (" ".join(one.why),)
    return (" ".join((*one.why[:1], *one.evidence)), _("Event %(seq)s: %(hash)s", seq=one.seq, hash=one.hash))


def _around(table: words.Table) -> PackPart:
    rows = tuple(tuple((text,) for text in row) for row in table.rows)
    return PackPart(table.title, (), PackTable(table.title, SHARES[len(table.headings)], table.headings, rows))


def _proof(pack: Pack) -> PackPart:
    part = _around(proving.proof_table(pack))
    said = _(
        "Each person's evidence is a chain: every event holds the hash of the one before it. The chains were checked from the "
        "first event to the last when the pack was put together. All events with their hashes stand in the spreadsheet."
    )
    return PackPart(part.title, (said, proving.anchor_text(pack)), part.table)


def work(session: Session, job: Taken, by: Actor, tell: Tell) -> Switch:
    """Both files are made; the switch keeps them and writes in everybody's log that somebody has looked."""
    said: Mapping[str, Any] = job.said
    within = by.reach(Permission.INSPECTION_READ)
    first, last = date.fromisoformat(said["first"]), date.fromisoformat(said["last"])
    question = Question(About(said["about"]), int(said["id"]), first, last)
    pack = queries.pack_of(session, question, within=within)
    access = queries.access_of(session, by, on=today())
    role = Role(said["role"])
    purpose = access.purpose if access and role is Role.AUDITOR else ""
    with force_locale(job.locale):
        posts = words.posts(pack)
        facts = facts_of(pack, by.name, role, purpose)
        tell(1, 3)
        pdf = inspection_pdf(sheet_of(pack, posts, said["municipality"], facts), _, language=job.locale)
        tell(2, 3)
        sheet = inspection_workbook(pack, posts, facts)

    def switch(writing: Session) -> Sentence:
        keep_pack(writing, pack, pdf=pdf, sheet=sheet, by=by)
        log_accesses(
            writing, pack.persons, by=by.person_id, role=role, page="inspection_files.work", purpose=purpose or None
        )
        return sentence(MADE, people=len(pack.persons))

    return switch
