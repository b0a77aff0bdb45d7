"""Making and revoking keys, and noting that one was used."""

import secrets
from typing import cast

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Permission, authorise
from competence.accounts.rules import token_hash
from competence.api.models import ApiCall, ApiKey
from competence.api.queries import names_in_use
from competence.api.rules import PREFIX, TAIL, USED_EVERY, WINDOW, KeyHolder, NewKey, check, tidy
from competence.audit.commands import log_access, record
from competence.audit.rules import ANOTHER_SYSTEM
from competence.catalogue.queries.tasks import root_path
from competence.foundation.changes import command
from competence.foundation.clock import day_after, now, today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.orm import tenant_id
from competence.foundation.text import N_
from competence.organisation.models import Unit

CALLS = cast(Table, ApiCall.__table__)
_OLD_CALLS = delete(CALLS).where(
    CALLS.c.municipality_id == bindparam("own"), CALLS.c.key_id == bindparam("key"), CALLS.c.called_at <= bindparam("until")
)  # fmt: skip
_ADD_CALL = insert(CALLS)


@command
def make_key(session: Session, new: NewKey, *, by: Actor) -> tuple[ApiKey, str]:
    """(the key, what the system is to send). The second is shown once: the row keeps its hash."""
    authorise(by, Permission.API_KEY_WRITE, root_path(session))
    new = tidy(new)
    check(new, taken=names_in_use(session), on=today())
    unit = session.scalars(select(Unit).where(Unit.id == new.unit_id)).first()
    if unit is None or (unit.valid_to is not None and unit.valid_to <= today()):
        raise RuleBroken(N_("Choose the unit that the system may ask about."), field="unit_id")
    token = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey(
        name=new.name, purpose=new.purpose, unit_id=unit.id, permissions=" ".join(new.permissions),
        token_hash=token_hash(token), tail=token[-TAIL:], valid_to=day_after(new.valid_through), recorded_at=now(),
        recorded_by=by.person_id,
    )  # fmt: skip
    session.add(key)
    session.flush()
    record(
        session, by=by.person_id, action="make_api_key", subject="api_key", subject_id=key.id, administrative=True,
        detail={"unit": unit.id, "permissions": key.permissions, "through": new.valid_through.isoformat()},
    )  # fmt: skip
    return key, token


@command
def revoke_key(session: Session, key_id: int, *, by: Actor) -> ApiKey:
    """The key, which opens nothing from now on. NotFound when there is none; one that is revoked already stays as it is."""
    authorise(by, Permission.API_KEY_WRITE, root_path(session))
    key = session.scalars(select(ApiKey).where(ApiKey.id == key_id)).first()
    if key is None:
        raise NotFound
    if key.revoked_at is None:
        key.revoked_at, key.revoked_by = now(), by.person_id
        session.flush()
        record(
            session, by=by.person_id, action="revoke_api_key", subject="api_key", subject_id=key.id, administrative=True
        )  # fmt: skip
    return key


def note_call(
    session: Session, holder: KeyHolder, *, page: str, person_id: int | None = None, unit_id: int | None = None
) -> None:
    """Nothing; the call is counted, and it stands in the log of who looked, by the system's name and purpose."""
    moment, own = now(), tenant_id(session)
    session.execute(_OLD_CALLS, {"own": own, "key": holder.key_id, "until": moment - WINDOW})
    session.execute(_ADD_CALL, {"municipality_id": own, "key_id": holder.key_id, "called_at": moment})
    if holder.last_used_at is None or moment - holder.last_used_at >= USED_EVERY:
        session.execute(
            update(ApiKey)
            .where(ApiKey.id == holder.key_id)
            .values(last_used_at=moment)
            .execution_options(synchronize_session=False)
        )
    if person_id is not None or unit_id is not None:
        log_access(
            session, by=None, role=ANOTHER_SYSTEM, page=page, person_id=person_id, unit_id=unit_id,
            purpose=f"{holder.name}: {holder.purpose}",
        )  # fmt: skip
