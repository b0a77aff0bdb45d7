"""What is made of a municipality's reference data alone (matrix, tasks, units, needs ...), kept from one request to the next.

Kept is only what the database itself vouches for: every transaction reads the mark of the edition, which triggers change
with each changed row, and what was made under another mark is made again. A worker that knows nothing of the change is
therefore never wrong, only slower.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from threading import Lock
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Table, event
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

from competence.foundation.models import Edition
from competence.foundation.orm import REFERENCE, TenantSession, execute, standing, tenant_id

EDITIONS = cast(Table, Edition.__table__)
MOST_KEPT = 400
"""Things kept for each engine; those not used for longest go first."""

making: ContextVar[bool] = ContextVar("making", default=False)
"""Whether what runs is to be remembered: it may read reference tables only, as the tests see to."""

keeping_drafts: ContextVar[bool] = ContextVar("keeping_drafts", default=True)
"""Whether what is being made is made again when a draft changes; so is what nobody keeps."""

_MARKS = standing(EDITIONS, EDITIONS.c.mark, EDITIONS.c.drafts)
T = TypeVar("T")
Key = tuple[int, Hashable]
Mark = tuple[int, int | None]
_kept: WeakKeyDictionary[Engine, OrderedDict[Key, tuple[Mark, Any]]] = WeakKeyDictionary()
_lock = Lock()


def remembered(session: Session, key: Hashable, make: Callable[[Session], T], *, drafts: bool = False) -> T:
    """What `make` made of the municipality's reference data under this key, in this edition of it.

    The key says all else that it depends on. Nobody may change what is given back: others have the same object. `drafts`:
    it is made of the cells of a draft too, and made again when one of them changes. RuntimeError when such a thing is
    asked for by what would outlive the change.
    """
    marks = _marks(session)
    if drafts and not keeping_drafts.get():
        raise RuntimeError("what is kept while drafts change cannot be made of a draft")
    if marks is None:
        return make(session)
    mark: Mark = (marks[0], marks[1] if drafts else None)
    place = (tenant_id(session), key)
    with _lock:
        kept = _kept.setdefault(session.get_bind().engine, OrderedDict())
        found = kept.get(place)
        if found is not None and found[0] == mark:
            kept.move_to_end(place)
            return cast(T, found[1])
    within, beside = making.set(True), keeping_drafts.set(drafts)
    try:
        made = make(session)
    finally:
        making.reset(within)
        keeping_drafts.reset(beside)
    with _lock:
        kept[place] = (mark, made)
        kept.move_to_end(place)
        while len(kept) > MOST_KEPT:
            kept.popitem(last=False)
    return made


def edition(session: Session) -> int | None:
    """The mark of the municipality's reference data as the session's transaction sees it; None while there is none."""
    marks = _marks(session)
    return marks[0] if marks else None


def _marks(session: Session) -> tuple[int, int] | None:
    """(mark of the reference data, mark of the drafts)."""
    if "edition" not in session.info:
        found = execute(session, _MARKS).first()
        session.info["edition"] = (found.mark, found.drafts) if found else None
    return cast("tuple[int, int] | None", session.info["edition"])


def _forget(session: Session) -> None:
    session.info.pop("edition", None)


def _begun(session: Session, _transaction: SessionTransaction, _connection: Any) -> None:
    _forget(session)


def _executed(state: ORMExecuteState) -> None:
    if state.is_select:
        return
    table = getattr(state.statement, "table", None)
    if table is None or table.name in REFERENCE:
        _forget(state.session)


def _flushed(session: Session, _context: Any) -> None:
    if any(row.__tablename__ in REFERENCE for rows in (session.new, session.dirty, session.deleted) for row in rows):
        _forget(session)


event.listen(TenantSession, "after_begin", _begun)
event.listen(TenantSession, "after_commit", _forget)
event.listen(TenantSession, "after_soft_rollback", lambda session, _previous: _forget(session))
event.listen(TenantSession, "do_orm_execute", _executed)
event.listen(TenantSession, "after_flush", _flushed)
