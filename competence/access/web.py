"""Permissions on views, and the log of who looked at whom."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm import Session

from competence.access.rules import POLICY, Actor, Permission, Reach, Role
from competence.audit.commands import log_access, log_accesses
from competence.foundation.errors import NotAllowed
from competence.foundation.web import after_reading

View = Callable[..., ResponseReturnValue]
V = TypeVar("V", bound=View)


def requires(permission: Permission | None = None, *, any_of: tuple[Permission, ...] = ()) -> Callable[[View], View]:
    """A decorator: the view runs for whoever has the permission (or one of `any_of`), else she signs in or gets a 403.

    The view is given `actor` and `within`, how far the permissions reach for her, as keyword arguments.
    """
    permissions = (permission, *any_of) if permission else any_of
    if not permissions:
        raise ValueError("name a permission")

    def decorate(view: View) -> View:
        @wraps(view)
        def run(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            actor = signed_in_actor()
            if actor is None:
                return cast(ResponseReturnValue, current_app.login_manager.unauthorized())  # type: ignore[attr-defined]
            roots = sorted({root for one in permissions for root in actor.reach(one).roots})
            if not roots:
                raise NotAllowed(permissions[0])
            g.permissions = permissions
            return view(*args, actor=actor, within=Reach(tuple(roots)), **kwargs)

        run.__dict__["requires"] = permissions
        return run

    return decorate


def public(view: V) -> V:
    """The view, marked as open to everybody. Each one stands in the list that the tests know."""
    view.__dict__["public"] = True
    return view


def check_routes(app: Flask) -> None:
    """Nothing. RuntimeError when a view says neither who may open it, nor which key does, nor that everybody may."""
    bare = [
        endpoint
        for endpoint, view in app.view_functions.items()
        if endpoint != "static" and not {"requires", "keyed", "public"} & view.__dict__.keys()
    ]
    if bare:
        raise RuntimeError(f"without @requires and not public: {', '.join(sorted(bare))}")


def signed_in_actor() -> Actor | None:
    """Who is signed in, None when nobody is."""
    return cast(Actor, current_user.actor) if current_user.is_authenticated else None


def looked_at(*, person_id: int | None = None, unit_id: int | None = None) -> None:
    """Nothing; when this page has been read, it is noted who looked at the person or the unit's people.

    A person's look at herself is nobody's business, and a POST leaves its own trace.
    """
    actor = signed_in_actor()
    if actor is None or request.method != "GET" or (person_id is not None and person_id == actor.person_id):
        return
    role, purpose = role_and_purpose(actor)
    page = request.endpoint or ""

    def write(session: Session) -> None:
        log_access(
            session, by=actor.person_id, role=role, page=page, person_id=person_id, unit_id=unit_id, purpose=purpose
        )

    after_reading(write)


def looked_at_all(person_ids: Iterable[int]) -> None:
    """Nothing; when this page has been read, it is noted of each of the persons that it was about her too."""
    actor = signed_in_actor()
    if actor is None or request.method != "GET":
        return
    role, purpose = role_and_purpose(actor)
    page, people = request.endpoint or "", list(person_ids)

    def write(session: Session) -> None:
        log_accesses(session, people, by=actor.person_id, role=role, page=page, purpose=purpose)

    after_reading(write)


def role_and_purpose(actor: Actor) -> tuple[Role, str | None]:
    """The role by which the page opened, and an auditor's purpose."""
    role = _role_used(actor)
    return role, actor.extra.get("purpose") if role is Role.AUDITOR else None


def _role_used(actor: Actor) -> Role:
    """The role by which the page opened: the one she works in, if that permits it, else one that does."""
    wanted = frozenset(g.get("permissions", ()))
    able = [a.role for a in actor.roles if POLICY[a.role] & wanted]
    return actor.home_role if actor.home_role in able or not able else able[0]
