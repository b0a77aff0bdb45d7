"""An employee's own verbs about her tasks; the guide's who has held the training; and whether the log is used.

What she writes for herself leaves no line in the audit log: it is no evidence, nobody but she may read it, and a line
that says when she wrote would outlive what was erased. What others act on, a request and the log's use, is recorded.
"""

from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.audit.commands import record
from competence.delegation.rules import CellRule
from competence.foundation.changes import command
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound, Overtaken, RuleBroken
from competence.foundation.orm import tenant_id
from competence.foundation.text import N_, looks_like_cpr, sentence
from competence.organisation.commands import authorise_settings
from competence.organisation.models import Municipality
from competence.people.models import Employment, Person
from competence.practice.models import OwnNote, PracticeDone, PracticeUse, SelfRating, TrainingRequest
from competence.practice.queries import note_of, open_request, own_place, rating_of, use_now
from competence.practice.rules import MOST_NOTE, MOST_WORDS, Rating, Wanted, check_discussed, check_done
from competence.signoffs.queries import get_employment, terms_to_sign


def _own(session: Session, employment_id: int, task_id: int, by: Actor) -> Employment:
    """Her own employment, hers alone until the end of the transaction. RuleBroken when the task is not her group's."""
    authorise(by, Permission.OWN_READ)
    employment, task = own_place(session, by.person_id, employment_id, task_id)
    _one_at_a_time(session, by.person_id)
    cell, _first = terms_to_sign(session, employment, task.id, on=today())
    if not cell.entitles and cell.rule is not CellRule.ASSISTS:
        raise RuleBroken(sentence(N_("By the division of tasks this is not a task of your staff group.")))
    return employment


def _one_at_a_time(session: Session, person_id: int) -> None:
    """Nothing; who presses twice waits for her first press."""
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update())


def _checked(words: str, field: str, most: int) -> str:
    """The text, tidied. RuleBroken when it holds a CPR number or is too long."""
    words = words.replace("\r\n", "\n").strip()
    if looks_like_cpr(words):
        raise RuleBroken(sentence(N_("Never write a citizen's name or CPR number. Take the number out.")), field=field)
    if len(words) > most:
        raise RuleBroken(sentence(N_("The text is too long. Use at most %(max)s characters."), max=most), field=field)
    return words


@command
def log_done(session: Session, employment_id: int, task_id: int, done_on: date, *, by: Actor) -> PracticeDone:
    """Her own note that she did the task that day; the one there is when she has noted it before.

    NotFound while the municipality does not use the log.
    """
    if use_now(session) is None:
        raise NotFound
    employment = _own(session, employment_id, task_id, by)
    check_done(done_on, since=employment.valid_from, on=today())
    found = session.scalars(
        select(PracticeDone).where(
            PracticeDone.person_id == by.person_id, PracticeDone.task_id == task_id, PracticeDone.done_on == done_on
        )
    ).first()
    if found is not None:
        return found
    done = PracticeDone(person_id=by.person_id, task_id=task_id, done_on=done_on, recorded_at=now())
    session.add(done)
    session.flush()
    return done


@command
def undo_done(session: Session, task_id: int, done_on: date, *, by: Actor) -> None:
    """Nothing; her note about that day is gone, also when she took it back before."""
    authorise(by, Permission.OWN_READ)
    if use_now(session) is None:
        raise NotFound
    session.execute(
        delete(PracticeDone).where(
            PracticeDone.person_id == by.person_id, PracticeDone.task_id == task_id, PracticeDone.done_on == done_on
        )
    )


@command
def ask_for_training(
    session: Session, employment_id: int, task_id: int, *, by: Actor, words: str = "", wanted: Wanted = Wanted.TRAINING
) -> TrainingRequest:
    """Her request for more training, or for a refresh, with a word to the guides; the open one, if there is one."""
    words = _checked(words, "words", MOST_WORDS)
    employment = _own(session, employment_id, task_id, by)
    found = open_request(session, employment.id, task_id)
    if found is not None:
        return found
    request = TrainingRequest(
        employment_id=employment.id, task_id=task_id, wanted=wanted, words=words, asked_at=now()
    )  # fmt: skip
    session.add(request)
    session.flush()
    record(
        session, by=by.person_id, action="ask_for_training", subject="training_request", subject_id=request.id,
        person_id=by.person_id, detail={"task": task_id},
    )  # fmt: skip
    return request


@command
def withdraw_training(session: Session, employment_id: int, task_id: int, *, by: Actor) -> None:
    """Nothing; her open request is taken back. RuleBroken when none is open."""
    authorise(by, Permission.OWN_READ)
    own_place(session, by.person_id, employment_id, task_id)
    _one_at_a_time(session, by.person_id)
    request = open_request(session, employment_id, task_id)
    if request is None:
        raise RuleBroken(sentence(N_("The request is no longer open.")))
    request.closed_at, request.closed_how, request.closed_by = now(), "withdrawn", by.person_id
    record(
        session, by=by.person_id, action="withdraw_training", subject="training_request", subject_id=request.id,
        person_id=by.person_id,
    )  # fmt: skip


@command
def training_held(session: Session, training_id: int, *, by: Actor) -> TrainingRequest:
    """The request, closed by a guide within reach who has held the training. Overtaken when it is no longer open."""
    request = session.scalars(
        select(TrainingRequest).where(TrainingRequest.id == training_id).with_for_update(),
        execution_options={"populate_existing": True},
    ).first()
    if request is None:
        raise NotFound
    employment, unit = get_employment(session, request.employment_id)
    if not by.may(Permission.SIGNOFF_SIGN, unit.path):
        authorise(by, Permission.SIGNOFF_SIGN)
        raise NotFound
    if employment.person_id == by.person_id:
        raise RuleBroken(sentence(N_("Your own request is closed by the guide who trains you.")))
    if request.closed_at is not None:
        raise Overtaken(sentence(N_("The request is no longer open.")))
    request.closed_at, request.closed_how, request.closed_by = now(), "held", by.person_id
    record(
        session, by=by.person_id, action="training_held", subject="training_request", subject_id=request.id,
        person_id=employment.person_id,
    )  # fmt: skip
    return request


@command
def write_note(
    session: Session, employment_id: int, task_id: int, text: str, *, seen: int, by: Actor
) -> OwnNote | None:
    """Her note about the task; None when the text is empty, which removes it.

    `seen` is the revision that the page showed, 0 for none. Overtaken when she has written meanwhile on another device.
    """
    authorise(by, Permission.OWN_READ)
    text = _checked(text, "text", MOST_NOTE)
    own_place(session, by.person_id, employment_id, task_id)
    _one_at_a_time(session, by.person_id)
    note = note_of(session, by.person_id, task_id)
    if (note.revision if note else 0) != seen:
        raise Overtaken(
            sentence(
                N_("You have changed the note elsewhere meanwhile. Nothing was saved. What you wrote is still here.")
            ),
            field="text",
        )
    if not text:
        if note is not None:
            session.delete(note)
        return None
    if note is None:
        note = OwnNote(person_id=by.person_id, task_id=task_id, revision=0)
        session.add(note)
    note.text, note.revision, note.written_at = text, note.revision + 1, now()
    session.flush()
    return note


@command
def rate_oneself(
    session: Session, employment_id: int, task_id: int, rating: Rating | None, *, show: bool, by: Actor
) -> SelfRating | None:
    """How sure she is of the task; None takes it away. `show`: whether her leader can see it, until she says otherwise."""
    authorise(by, Permission.OWN_READ)
    own_place(session, by.person_id, employment_id, task_id)
    _one_at_a_time(session, by.person_id)
    found = rating_of(session, by.person_id, task_id)
    if rating is None:
        if found is not None:
            session.delete(found)
        return None
    if found is None:
        found = SelfRating(person_id=by.person_id, task_id=task_id, shown_at=None)
        session.add(found)
    found.rating, found.rated_at = rating, now()
    found.shown_at = (found.shown_at or now()) if show else None
    session.flush()
    return found


@command
def use_log(session: Session, discussed_on: date, *, by: Actor) -> PracticeUse:
    """The time, from now, in which the municipality uses the practice log. Overtaken when it does so already."""
    authorise_settings(session, by)
    check_discussed(discussed_on, on=today())
    _hold_settings(session)
    if use_now(session) is not None:
        raise Overtaken(sentence(N_("The log is in use already.")))
    use = PracticeUse(discussed_on=discussed_on, begun_at=now(), begun_by=by.person_id)
    session.add(use)
    session.flush()
    record(
        session, by=by.person_id, action="use_practice_log", subject="practice_use", subject_id=use.id,
        administrative=True, detail={"discussed_on": discussed_on.isoformat()},
    )  # fmt: skip
    return use


@command
def stop_log(session: Session, *, by: Actor) -> PracticeUse:
    """The time that ends now: nothing more is logged or shown, and what was logged is erased 30 days later."""
    authorise_settings(session, by)
    _hold_settings(session)
    use = use_now(session)
    if use is None:
        raise Overtaken(sentence(N_("The log is not in use.")))
    use.ended_at, use.ended_by = now(), by.person_id
    record(
        session, by=by.person_id, action="stop_practice_log", subject="practice_use", subject_id=use.id,
        administrative=True,
    )  # fmt: skip
    return use


def _hold_settings(session: Session) -> None:
    """Nothing; another administrator who switches waits until this transaction is over."""
    session.execute(select(Municipality.id).where(Municipality.id == tenant_id(session)).with_for_update())


def forget(session: Session, person_id: int) -> None:
    """Nothing; what the person wrote for herself is gone, as she is forgotten."""
    apart = {"synchronize_session": False}
    for table in (OwnNote, SelfRating, PracticeDone):
        session.execute(delete(table).where(table.person_id == person_id).execution_options(**apart))
    jobs = select(Employment.id).where(Employment.person_id == person_id)
    session.execute(delete(TrainingRequest).where(TrainingRequest.employment_id.in_(jobs)).execution_options(**apart))
