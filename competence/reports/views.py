"""Documents to fetch as PDF: a person's own passport, and the printed page of a staff group."""

from datetime import date

from flask import Blueprint, Response, g, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.catalogue.rules import ScaleKind
from competence.development import queries
from competence.development.queries import Line, Mine
from competence.development.rules import Pile
from competence.foundation.addresses import address
from competence.foundation.clock import now
from competence.foundation.web import day, db
from competence.organisation.models import Unit
from competence.organisation.queries import path_names
from competence.profiles.queries import tasks_by_id
from competence.profiles.views.blueprint import Read, approval_of, read, standing_of
from competence.reports.function_description import FunctionDescription, LevelRow, ProfileArea, function_description_pdf
from competence.reports.passport import (
    Passport,
    PassportArea,
    PassportAwaiting,
    PassportEmployment,
    PassportTask,
    PassportTraining,
    SignShape,
    passport_pdf,
)
from competence.signoffs.queries import names_of
from competence.signoffs.rules import Origin

bp = Blueprint("passport", __name__)
documents = Blueprint("documents", __name__)

_SHAPES = {"education": SignShape.SQUARE, "delegation": SignShape.DIAMOND}


@bp.get("/me/passport.pdf")
@requires(Permission.OWN_READ)
def pdf(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The reader's own passport, A4."""
    passport = passport_of(queries.mine(db.session, actor.person_id), actor.name, g.municipality.name)
    locale = get_locale()
    body = passport_pdf(passport, _, language=locale.language if locale else "da")
    return Response(
        body,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{_("competence-passport")}.pdf"'},
    )


def passport_of(own: Mine, name: str, municipality: str) -> Passport:
    """All that stands on the person's passport today."""
    several = len(own.jobs) > 1
    signers = names_of(
        db.session,
        [line.answer.signed.signer_id for line in own.lines if line.answer.signed and line.answer.signed.signer_id],
    )
    areas: dict[str, list[PassportTask]] = {}
    for line in own.lines:
        if line.pile is Pile.NOW:
            areas.setdefault(line.task.area.name, []).append(_task(own, line, signers, several=several))
    version = own.book.version_on(own.on)
    guides: dict[str, None] = {}
    training = [line for line in own.lines if line.answer.state.value == "training"]
    for job in own.jobs:
        found = queries.guides_for(db.session, job.employment.unit, list(own.held), on=own.on, but=own.person_id)
        guides |= dict.fromkeys(sorted({name for names in found.values() for name in names}))
    return Passport(
        municipality=municipality,
        person_name=name,
        employments=tuple(
            PassportEmployment(job.employment.staff_group.name, _place(job.employment.unit)) for job in own.jobs
        ),
        issued_at=now(),
        matrix_version=str(version.number) if version else "–",
        areas=tuple(PassportArea(area, tuple(some)) for area, some in areas.items()),
        guides=tuple(guides),
        training=tuple(
            PassportTraining(line.task.name, line.answer.done, line.answer.needed, line.job.label if several else None)
            for line in training
        ),
        awaiting=tuple(
            PassportAwaiting(line.task.name, line.answer.waiting.level, line.job.label if several else None)
            for line in own.lines
            if line.answer.waiting is not None and line.answer.state.value == "waiting"
        ),
        check_at=address_of_check(own.person_id),
        draft_notice=None if version else _("The municipality has not approved a division of tasks yet."),
    )


def address_of_check(person_id: int) -> str:
    """Where the printed code leads: the page that asks for sign-in and says what counts then."""
    return address("passports.reader", person_id=person_id)


def _place(unit: Unit) -> str:
    """The unit and the one it belongs to, without the municipality: "Team Havnen, Hjemmeplejen Nord"."""
    return ", ".join(reversed(path_names(db.session, unit)[1:][-2:])) or unit.name


def _task(own: Mine, line: Line, signers: dict[int, str], *, several: bool) -> PassportTask:
    answer = line.answer
    level = answer.level or answer.named_level
    signed = answer.signed if answer.basis != "education" else None
    return PassportTask(
        task=line.task.name,
        shape=_SHAPES.get(answer.basis, SignShape.CIRCLE),
        level_rank=level,
        level_name=own.levels[level].name if level in own.levels else str(level),
        signed_by=(signed.signer_text or signers.get(signed.signer_id or 0) or _("Name erased")) if signed else None,
        signed_on=(signed.recorded_on if signed.origin is not Origin.TRANSFERRED else signed.valid_from)
        if signed
        else None,
        valid_through=answer.last_day if signed else None,
        limits=tuple(when.rstrip(".") for text, when in answer.limits if when.casefold() != text.casefold()),
        conditions=tuple(text for text, when in answer.limits if when.casefold() == text.casefold())
        + (answer.conditions or ()),
        origin_note=_origin(signed.origin) if signed else None,
        citizen_only=bool(answer.named_level),
        employment=line.job.label if several else None,
    )


def _origin(origin: Origin) -> str | None:
    if origin is Origin.TRANSFERRED:
        return str(_("transferred from paper"))
    return str(_("on another municipality's credential")) if origin is Origin.CREDENTIAL else None


@documents.get("/profiles/<int:staff_group_id>/<int:number>.pdf")
@requires(Permission.PROFILE_READ)
def function_description(staff_group_id: int, number: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A version of the group's function description and competence profile, A4."""
    page = read(staff_group_id, number, asked=request.args.get("on", type=date.fromisoformat))
    locale = get_locale()
    body = function_description_pdf(description_of(page), _, language=locale.language if locale else "da")
    name = f"{_('function-description')}-{page.group.code.lower()}-{number}.pdf"
    return Response(body, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})


def description_of(page: Read) -> FunctionDescription:
    """All that stands on the staff group's page."""
    profile, practice = page.levels(ScaleKind.PROFILE), page.levels(ScaleKind.PRACTICE)
    tasks = tasks_by_id(db.session)
    return FunctionDescription(
        municipality=g.municipality.name,
        group=page.group.name,
        version=str(page.version.number),
        standing=_("%(standing)s, as it was on %(day)s", standing=standing_of(page.version), day=day(page.asked))
        if page.asked
        else standing_of(page.version),
        approval=approval_of(page.version),
        purpose=tuple(line for line in page.content.purpose.splitlines() if line),
        duties=page.content.duties,
        areas=tuple(
            ProfileArea(
                area,
                tuple(
                    LevelRow(
                        profile.get(said.level, str(said.level)),
                        tuple(one.text for one in said.statements),
                        tuple(
                            (tasks[one.task_id].name, practice.get(one.practice_level, str(one.practice_level)))
                            for one in said.tasks
                        ),
                    )
                    for said in page.content.levels(area)
                ),
            )
            for area in page.content.areas
        ),
        issued_at=now(),
        issued=day(now()),
    )
