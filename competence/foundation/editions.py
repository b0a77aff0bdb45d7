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

_MARK = standing(EDITIONS, EDITIONS.c.mark)
T = TypeVar("T")
Key = tuple[int, Hashable]
_kept: WeakKeyDictionary[Engine, OrderedDict[Key, tuple[int, Any]]] = WeakKeyDictionary()
_lock = Lock()


def remembered(session: Session, key: Hashable, make: Callable[[Session], T]) -> T:
    """What `make` made of the municipality's reference data under this key, in this edition of it.

    The key says all else that it depends on. Nobody may change what is given back: others have the same object.
    """
    mark = edition(session)
    if mark is None:
        return make(session)
    place = (tenant_id(session), key)
    with _lock:
        kept = _kept.setdefault(session.get_bind().engine, OrderedDict())
        found = kept.get(place)
        if found is not None and found[0] == mark:
            kept.move_to_end(place)
            return cast(T, found[1])
    within = making.set(True)
    try:
        made = make(session)
    finally:
        making.reset(within)
    with _lock:
        kept[place] = (mark, made)
        kept.move_to_end(place)
        while len(kept) > MOST_KEPT:
            kept.popitem(last=False)
    return made


def once(session: Session, key: Hashable, make: Callable[[Session], T]) -> T:
    """What `make` made of reference data under this key, once in a transaction, as long as it writes none of it.

    For what is no edition's: a draft. Nobody may change what is given back.
    """
    made: dict[Hashable, Any] = session.info.setdefault("made once", {})
    if key not in made:
        made[key] = make(session)
    return cast(T, made[key])


def edition(session: Session) -> int | None:
    """The mark of the municipality's reference data as the session's transaction sees it; None while there is none."""
    if "edition" not in session.info:
        session.info["edition"] = execute(session, _MARK).scalar()
    return cast("int | None", session.info["edition"])


def _forget(session: Session) -> None:
    session.info.pop("edition", None)
    session.info.pop("made once", None)


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
