"""A development nurse keeps templates: a draft, its items, and the approval that puts it in the place of the one before."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, Reach, authorise
from competence.audit.commands import record
from competence.catalogue.queries.tasks import task_names
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import Overtaken, RuleBroken
from competence.foundation.text import N_, sentence
from competence.onboarding.commands.beginning import free_code
from competence.onboarding.commands.common import line, words
from competence.onboarding.models import OnboardingLine, OnboardingTemplate
from competence.onboarding.queries.gates import by_e_learning, gates
from competence.onboarding.queries.templates import get_group, get_line, get_template, holding, lines_of
from competence.onboarding.rules import MOST_ITEM, MOST_ITEMS, MOST_TEXT, MOST_WORDS, ItemKind, Line, check_line
from competence.organisation.models import Unit
from competence.people.commands.common import unit_for
from competence.people.models import StaffGroup

MAY_APPROVE = (Permission.ONBOARDING_WRITE, Permission.ONBOARDING_KEEP)
"""A development nurse, or a leader for what begins in her own units."""
KEPT = ("code", "name", "week", "kind", "responsible", "ticks", "gate", "gate_code", "first_shift", "source")
MOST_NAMED = 3


def _template(
    session: Session, template_id: int, by: Actor, *, seen: int | None = None, drafts: bool = True
) -> tuple[OnboardingTemplate, Unit]:
    """The template, held against others. NotFound out of reach; RuleBroken when it is no draft any more; Overtaken."""
    authorise(by, Permission.ONBOARDING_WRITE)
    found, unit = get_template(session, template_id, within=by.reach(Permission.ONBOARDING_WRITE), lock=True)
    if drafts and found.approved_at is not None:
        raise RuleBroken(sentence(N_("This version is approved and stays as it is. Make a new version to change it.")))
    if seen is not None and found.revision != seen:
        raise Overtaken(sentence(N_("The template has been changed meanwhile. Nothing was saved. Look at it again.")))
    return found, unit


@command
def draft_template(session: Session, unit_id: int, staff_group_id: int | None, *, by: Actor) -> OnboardingTemplate:
    """A new version for the place, with the items of the one that holds there now, or above it; the open draft, if there is one."""
    unit = unit_for(session, unit_id, by, Permission.ONBOARDING_WRITE)
    if staff_group_id is not None:
        get_group(session, staff_group_id)
    session.execute(select(Unit.id).where(Unit.id == unit.id).with_for_update())
    own = (OnboardingTemplate.unit_id == unit.id, _of(staff_group_id))
    there = session.scalars(select(OnboardingTemplate).where(*own, OnboardingTemplate.approved_at.is_(None))).first()
    if there is not None:
        return there
    number = (session.scalar(select(func.max(OnboardingTemplate.number)).where(*own)) or 0) + 1
    source = _holding(session, unit.path, staff_group_id)
    made = OnboardingTemplate(
        unit_id=unit.id, staff_group_id=staff_group_id, number=number, welcome=source.welcome if source else "",
        reference_version=source.reference_version if source and source.unit_id == unit.id else None, recorded_at=now(),
        recorded_by=by.person_id,
    )  # fmt: skip
    session.add(made)
    session.flush()
    for place, one in enumerate(lines_of(session, [source.id]) if source else ()):
        said = {name: getattr(one, name) for name in KEPT}
        session.add(OnboardingLine(template_id=made.id, position=place, **said))
    session.flush()
    record(
        session, by=by.person_id, action="draft_onboarding_template", subject="onboarding_template", subject_id=made.id,
        detail={"unit": unit.id, "group": staff_group_id},
    )  # fmt: skip
    return made


def _of(staff_group_id: int | None) -> ColumnElement[bool]:
    column = OnboardingTemplate.staff_group_id
    return column.is_(None) if staff_group_id is None else column == staff_group_id


def _holding(session: Session, path: str, staff_group_id: int | None) -> OnboardingTemplate | None:
    """The approved template that holds in the place, for all or for the group itself."""
    found = holding(session, path, staff_group_id or 0)
    return next((one for one in found if one.staff_group_id == staff_group_id), None) or (
        next((one for one in found if one.staff_group_id is not None), None) if staff_group_id else None
    )


@command
def save_line(
    session: Session, template_id: int, line_id: int | None, said: Line, *, seen: int, by: Actor
) -> OnboardingLine:
    """The draft's item as it now reads, a new one when `line_id` is None.

    RuleBroken with the field that does not fit, and when tasks would be opened by e-learning alone.
    """
    template, unit = _template(session, template_id, by, seen=seen)
    said = check_line(
        Line(
            line(said.name, "name", MOST_ITEM), said.week, said.kind, line(said.responsible, "responsible", MOST_WORDS),
            said.ticks, said.gate or bool(said.gate_code), said.gate_code, said.first_shift,
        )
    )  # fmt: skip
    listed = lines_of(session, [template.id])
    if said.gate_code and said.gate_code not in {code for code, _group in gates(session)}:
        raise RuleBroken(sentence(N_("Choose a course, dialogue or check of the task catalogue.")), field="gate_code")
    if line_id is None:
        if len(listed) >= MOST_ITEMS:
            raise RuleBroken(sentence(N_("A programme has at most %(most)s items."), most=MOST_ITEMS))
        codes = {one.code for one in listed} | {
            one.code
            for one in lines_of(session, [t.id for t in holding(session, unit.path, template.staff_group_id or 0)])
        }
        row = OnboardingLine(template_id=template.id, code=free_code(codes), position=len(listed))
        session.add(row)
    else:
        row = get_line(session, template.id, line_id)
    row.name, row.week, row.kind, row.responsible = said.name, said.week, said.kind, said.responsible
    row.ticks, row.gate, row.gate_code, row.first_shift = said.ticks, said.gate, said.gate_code, said.first_shift
    template.revision += 1
    session.flush()
    check_gates(session, template, unit)
    _note(session, template, by)
    return row


@command
def remove_line(session: Session, template_id: int, line_id: int, *, seen: int, by: Actor) -> OnboardingTemplate:
    """The draft without the item. RuleBroken when tasks would then be opened by e-learning alone."""
    template, unit = _template(session, template_id, by, seen=seen)
    session.delete(get_line(session, template.id, line_id))
    template.revision += 1
    session.flush()
    check_gates(session, template, unit)
    _note(session, template, by)
    return template


@command
def write_welcome(session: Session, template_id: int, text: str, *, seen: int, by: Actor) -> OnboardingTemplate:
    """The draft with the words of its welcome letter."""
    template, _unit = _template(session, template_id, by, seen=seen)
    template.welcome = words(text, "welcome", MOST_TEXT)
    template.revision += 1
    _note(session, template, by)
    return template


def _note(session: Session, template: OnboardingTemplate, by: Actor) -> None:
    record(
        session, by=by.person_id, action="change_onboarding_template", subject="onboarding_template",
        subject_id=template.id, detail={"unit": template.unit_id},
    )  # fmt: skip


@command
def discard_template(session: Session, template_id: int, *, by: Actor) -> None:
    """Nothing; the draft is gone. What holds in its place holds on."""
    template, _unit = _template(session, template_id, by)
    session.execute(
        delete(OnboardingLine).where(OnboardingLine.template_id == template.id).execution_options(
            synchronize_session=False
        )
    )  # fmt: skip
    session.delete(template)
    session.flush()
    record(
        session, by=by.person_id, action="discard_onboarding_template", subject="onboarding_template",
        subject_id=template_id, detail={"unit": template.unit_id},
    )  # fmt: skip


@command
def approve_template(session: Session, template_id: int, *, seen: int, by: Actor) -> OnboardingTemplate:
    """The version, approved by name, in the place of the one before; programmes that have begun keep their items.

    RuleBroken when it has no items, or would open tasks by e-learning alone; Overtaken when it is approved already.
    """
    reach = [root for one in MAY_APPROVE for root in by.reach(one).roots]
    if not reach:
        authorise(by, Permission.ONBOARDING_WRITE)
    found, unit = get_template(session, template_id, within=_within(reach), lock=True)
    if found.approved_at is not None:
        raise Overtaken(sentence(N_("The version is approved already.")))
    if found.revision != seen:
        raise Overtaken(sentence(N_("The template has been changed meanwhile. Nothing was saved. Look at it again.")))
    if not lines_of(session, [found.id]):
        raise RuleBroken(sentence(N_("The template has no items yet.")))
    check_gates(session, found, unit)
    for before in session.scalars(
        select(OnboardingTemplate).where(
            OnboardingTemplate.unit_id == found.unit_id, _of(found.staff_group_id),
            OnboardingTemplate.approved_at.is_not(None), OnboardingTemplate.retired_at.is_(None),
        )
    ):  # fmt: skip
        before.retired_at, before.retired_by = now(), by.person_id
    found.approved_at, found.approved_by = now(), by.person_id
    session.flush()
    record(
        session, by=by.person_id, action="approve_onboarding_template", subject="onboarding_template",
        subject_id=found.id, detail={"unit": unit.id, "version": found.number},
    )  # fmt: skip
    return found


def _within(roots: Iterable[str]) -> Reach:
    return Reach(tuple(sorted(set(roots))))


@command
def retire_template(session: Session, template_id: int, *, by: Actor) -> OnboardingTemplate:
    """The version, which is no longer given to newcomers: what holds above the unit does, if anything."""
    found, unit = _template(session, template_id, by, drafts=False)
    if found.approved_at is None:
        raise RuleBroken(sentence(N_("The version is not approved yet.")))
    if found.retired_at is not None:
        raise Overtaken(sentence(N_("The version is no longer in use.")))
    if unit.parent_id is None:
        raise RuleBroken(sentence(N_("This one holds for the whole municipality. Approve another version instead.")))
    found.retired_at, found.retired_by = now(), by.person_id
    record(
        session, by=by.person_id, action="retire_onboarding_template", subject="onboarding_template",
        subject_id=found.id, detail={"unit": unit.id},
    )  # fmt: skip
    return found


def check_gates(session: Session, template: OnboardingTemplate, unit: Unit) -> None:
    """Nothing. RuleBroken when the template's items would open tasks by e-learning alone, for any of its staff groups.

    A group's own template is read together with the one that all its newcomers have besides.
    """
    listed = [(one.gate_code, ItemKind(one.kind)) for one in lines_of(session, [template.id])]
    if template.staff_group_id is None:
        groups = list(session.scalars(select(StaffGroup.id).order_by(StaffGroup.id)))
    else:
        groups = [template.staff_group_id]
        for_all = next((one for one in holding(session, unit.path, groups[0]) if one.staff_group_id is None), None)
        if for_all is not None:
            listed += [(one.gate_code, ItemKind(one.kind)) for one in lines_of(session, [for_all.id])]
    alone = by_e_learning(session, listed, groups)
    if not alone:
        return
    names = task_names(session, on=today())
    named = [names[task] for task in alone if task in names]
    raise RuleBroken(
        sentence(
            N_(
                "E-learning alone never opens a task. Add a dialogue, a practice check or shadowing that opens: %(tasks)s."
            ),
            tasks=", ".join(named[:MOST_NAMED]) + (" …" if len(named) > MOST_NAMED else ""),
        ),
        field="gate_code",
    )
