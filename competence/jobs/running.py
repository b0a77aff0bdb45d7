"""Does the jobs: in a thread of the serving process, or in `competence jobs`. No other service is needed.

A job has two parts. The first prepares, for as long as it takes, and only reads. The second is one short transaction, in
which the job also ends: a process that dies at any moment has done all of it or nothing, and another begins anew.
"""

import secrets
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Lock, Thread

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from competence.access.rules import Actor
from competence.accounts.queries import actor_of_person
from competence.foundation.changes import Tell
from competence.foundation.errors import NotAllowed, NotFound, RuleBroken
from competence.foundation.orm import begin_writing, open_session
from competence.foundation.text import N_, Sentence
from competence.jobs import commands
from competence.jobs.commands import Displaced, Taken
from competence.jobs.rules import State

BEAT = 1.0
"""Seconds between two times that it is told how far a job is."""
GONE = N_("What it was about is no longer there, or you may no longer change it. Nothing was written.")
BROKEN = N_("Something went wrong on our side. Nothing was written. Try again, and tell whoever runs the system.")

Switch = Callable[[Session], Sentence]
"""Does, in the transaction it is given, what has been prepared; what came of it in a sentence."""
Work = Callable[[Session, Taken, Actor, Tell], Switch]
"""Prepares a job. Its session may be read from and is not in a writing transaction."""
Speaking = Callable[[str, Sentence | str], str]
"""(language, sentence) -> the words."""

_works: dict[str, Callable[[], Work]] = {}


def done_by(kind: str, find: Callable[[], Work]) -> None:
    """Wire what does the jobs of a kind; it is looked for when the first of them is done. Called by app.py."""
    _works[kind] = find


def run_next(engine: Engine, municipality_id: int, speak: Speaking) -> tuple[Taken, State, str] | None:
    """The job that has been done, how it ended and in what words; None when none waits."""
    with open_session(engine, municipality_id) as session:
        begin_writing(session)
        job = commands.take(session, secrets.token_hex(16))
        session.commit()
        if job is None:
            return None
        try:
            by = actor_of_person(session, job.asked_by)
            switch = _works[job.kind]()(session, job, by, _telling(engine, municipality_id, job))
            begin_writing(session)
            told = speak(job.locale, switch(session))
            commands.end(session, job, State.DONE, told)
            session.commit()
            return job, State.DONE, told
        except Displaced:
            session.rollback()
            return job, State.RUNNING, ""
        except RuleBroken as broken:
            state, words = State.REFUSED, speak(job.locale, broken.message)
        except (NotFound, NotAllowed):
            state, words = State.REFUSED, speak(job.locale, GONE)
        except Exception as error:
            # As for requests, without the values in it: they may be about people.
            log = structlog.get_logger("competence.error")
            log.error("job failed", job=job.id, kind=job.kind, exc_info=_without_values(error))
            state, words = State.FAILED, speak(job.locale, BROKEN)
        session.rollback()
        session.expunge_all()
        begin_writing(session)
        try:
            commands.end(session, job, state, words)
            session.commit()
        except Displaced:
            session.rollback()
        return job, state, words


def _without_values(error: Exception) -> tuple[type[BaseException], BaseException, object]:
    return RuntimeError, RuntimeError(type(error).__name__), error.__traceback__


def _telling(engine: Engine, municipality_id: int, job: Taken) -> Tell:
    """Tells how far the job is in short transactions of their own, at most one a second."""
    last = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last < BEAT and done < total:
            return
        with open_session(engine, municipality_id) as apart:
            begin_writing(apart)
            commands.tell(apart, job, done, total)
            apart.commit()
        last = time.monotonic()

    return tell


class Runner:
    """The one thread of a serving process that does jobs. It lives while there is something to do."""

    def __init__(
        self, engine: Callable[[], Engine], context: Callable[[], AbstractContextManager[object]], speak: Speaking
    ) -> None:
        self._engine, self._context, self._speak = engine, context, speak
        self._lock = Lock()
        self._wanted: set[int] = set()
        self._thread: Thread | None = None

    def wake(self, municipality_id: int) -> None:
        """Nothing; what waits in the municipality is done soon."""
        with self._lock:
            self._wanted.add(municipality_id)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="jobs", daemon=True)
                self._thread.start()

    def join(self, seconds: float | None = None) -> None:
        """Nothing; what was waiting is done, or the time is over."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    @property
    def idle(self) -> bool:
        """Whether nothing is being done."""
        return self._thread is None

    def _run(self) -> None:
        with self._context():
            while True:
                with self._lock:
                    if not self._wanted:
                        self._thread = None
                        return
                    municipality_id = self._wanted.pop()
                try:
                    while run_next(self._engine(), municipality_id, self._speak) is not None:
                        pass
                except Exception as error:
                    log = structlog.get_logger("competence.error")
                    log.error("jobs cannot be done", exc_info=_without_values(error))
