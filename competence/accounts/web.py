"""Who is signed in during a request, and proofs of a password before a signature."""

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app, flash, g, redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import LoginManager, current_user
from sqlalchemy.orm import Session

from competence.access.rules import ROLE_NAMES, Actor, Permission, Role
from competence.accounts import commands, queries
from competence.accounts.models import Account
from competence.accounts.passwords import matches
from competence.accounts.rules import MENU, SEEN_EVERY, TABS, MenuItem, homes, key_hash
from competence.foundation.clock import now
from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_
from competence.foundation.web import address_of, after_reading, db, say, transaction


class SignedIn:
    """Whoever is signed in, as Flask-Login wants her: she carries a frozen Actor, not a row."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, token: str, opened: queries.OpenSession) -> None:
        self.token = token
        self.opened = opened
        self.actor: Actor = opened.actor

    def get_id(self) -> str:
        """The token of the sign-in, never the person's id."""
        return self.token


login_manager = LoginManager()
login_manager.session_protection = None


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load(token: str) -> SignedIn | None:
    """Who the browser's token belongs to; None when the sign-in is over."""
    if g.get("municipality_id") is None:
        return None
    opened = queries.open_session_of(db.session, token)
    if opened is None:
        return None
    if now() - opened.last_seen >= SEEN_EVERY:
        after_reading(lambda session: commands.seen(session, opened.id))
    return SignedIn(token, opened)


@login_manager.unauthorized_handler  # type: ignore[untyped-decorator]
def ask_to_sign_in() -> ResponseReturnValue:
    """To the sign-in page, which afterwards leads on to where one was going."""
    if cookie.pop("_user_id", None):
        flash(_("You have been signed out, because some time has passed. Sign in again to go on."))
    going = request.full_path.rstrip("?") if request.method == "GET" else None
    target = url_for("accounts.sign_in", next=going if going and going != "/" else None)
    if request.headers.get("HX-Request"):
        return "", 401, {"HX-Redirect": url_for("accounts.sign_in")}
    return redirect(target)


def is_phone() -> bool:
    """Whether the browser says it runs on a phone: its sign-in lasts a shift, and asks again before a signature."""
    return "Mobi" in request.headers.get("User-Agent", "")


def try_keys(who: str) -> dict[str, str]:
    """The hashes under which failed tries for `who` (an address or a person's id) are counted."""
    secret = cast(str, current_app.secret_key)
    whom, where = f"{g.municipality_id}\n{who}", request.remote_addr or "?"
    return {
        "pair": key_hash(secret, "pair", f"{whom}\n{where}"),
        "account": key_hash(secret, "account", whom),
        "address": key_hash(secret, "address", where),
    }


def begin(session: Session, account: Account) -> None:
    """Nothing; the browser is signed in to the account, with a new token and a new CSRF secret."""
    token = commands.begin_session(session, account, on_phone=is_phone())
    language = cookie.get("language")
    cookie.clear()
    cookie["_user_id"] = token
    cookie["_fresh"] = True
    if language:
        cookie["language"] = language
    g.pop("_login_user", None)
    g.pop("csrf_token", None)


def leave() -> None:
    """Nothing; the browser forgets who was signed in."""
    language = cookie.get("language")
    cookie.clear()
    if language:
        cookie["language"] = language
    g.pop("_login_user", None)
    g.pop("csrf_token", None)


def needs_proof(actor: Actor) -> bool:
    """Whether the password must be given again before a signature on this device (`proof_form.html` asks for it)."""
    return queries.needs_proof(db.session, actor.session_id)


def prove_self(actor: Actor, password: str) -> None:
    """Nothing; the password is right, and signatures on this device count for the next 30 minutes.

    RuleBroken at the field `password` when it is not; TooManyTries when the next try must wait.
    """
    account = queries.account_of_person(db.session, actor.person_id)
    keys = try_keys(str(actor.person_id))
    with transaction() as session:
        commands.note_try(session, keys)
    if account is None or not matches(account.password_hash, password):
        raise RuleBroken(N_("The password is not right. Try again."), field="password")
    with transaction() as session:
        commands.forget_tries(session, keys)
        if actor.session_id is not None:
            commands.proved(session, actor.session_id)


def check_other_persons_password(person_id: int, secret: str) -> None:
    """Nothing; `secret` is the person's own password, or the one-time code that stands on her own page.

    For "Accept on this phone": whoever is signed in stays signed in. RuleBroken at the field `secret` when it is not
    right, TooManyTries when the next try must wait. Call it before the transaction that it is a proof for.
    """
    account = queries.account_of_person(db.session, person_id)
    keys = try_keys(str(person_id))
    with transaction() as session:
        commands.note_try(session, keys)
    right = account is not None and account.disabled_at is None and matches(account.password_hash, secret)
    with transaction() as session:
        if not right and account is not None and account.disabled_at is None:
            right = commands.use_code(session, cast(str, current_app.secret_key), person_id, secret)
        if right:
            commands.forget_tries(session, keys)
    if not right:
        raise RuleBroken(N_("The password or code is not right. Try again."), field="secret")


@dataclass(frozen=True)
class MenuLink:
    """A page of the menu, as layout.html draws it."""

    label: str
    url: str
    icon: str
    current: bool
    pages: tuple["MenuLink", ...] = ()
    """The pages it gathers, itself first; empty where it is a page alone."""


@dataclass(frozen=True)
class Shown:
    """Whoever is signed in, as templates see her."""

    person_id: int
    name: str
    role_label: str
    roles: tuple[tuple[str, str, bool], ...]
    """(code, name, whether it is the one she works in) of each role she can see the system as."""
    home_role: Role
    actor: Actor

    def may(self, permission: str) -> bool:
        """Whether a role of hers carries the permission, as "signoff:sign"."""
        return self.actor.may(Permission(permission))


def device_mark(person_id: int) -> str:
    """What an observation kept on a phone carries, so that it is sent in nobody else's name. It tells nobody who she is."""
    secret = cast(str, current_app.secret_key)
    return key_hash(secret, "kept on a phone", f"{g.municipality_id}:{person_id}")[:32]


def shown(actor: Actor) -> Shown:
    """The actor for templates."""
    return Shown(
        person_id=actor.person_id,
        name=actor.name,
        role_label=say(ROLE_NAMES[actor.home_role]),
        roles=tuple((role.value, say(ROLE_NAMES[role]), role is actor.home_role) for role in homes(actor.roles)),
        home_role=actor.home_role,
        actor=actor,
    )


def menu(actor: Actor, items: dict[Role, tuple[MenuItem, ...]] | None = None) -> list[MenuLink]:
    """The pages of the menu of the role she works in, those that she may open."""
    return _links(actor, (items or MENU).get(actor.home_role, ()))


def tabs(actor: Actor) -> list[MenuLink]:
    """The bar at the bottom of a phone; empty for roles that work at a desk."""
    return _links(actor, TABS.get(actor.home_role, ()))


def _links(actor: Actor, items: tuple[MenuItem, ...]) -> list[MenuLink]:
    here = request.endpoint or ""
    able = [(item, pages) for item in items if (pages := [one for one in item.pages or (item,) if _opens(actor, one)])]
    every = [one for _item, pages in able for one in pages]
    group = here.partition(".")[0]
    at = [one for one in every if one.endpoint == here or here in (one.covers or ())]
    at = (at or [one for one in every if group in _features(one)])[:1]

    def link(one: MenuItem) -> MenuLink:
        return MenuLink(say(one.label), address_of(one.endpoint), one.icon, one in at)

    return [
        MenuLink(
            say(item.label), address_of(pages[0].endpoint), item.icon, any(one in at for one in pages),
            pages=tuple(map(link, pages)) if len(pages) > 1 else (),
        )
        for item, pages in able
    ]  # fmt: skip


def _opens(actor: Actor, item: MenuItem) -> bool:
    return item.endpoint in current_app.view_functions and (item.permission is None or actor.may(item.permission))


def _features(item: MenuItem) -> tuple[str, ...]:
    """The features whose pages belong under the item."""
    return (item.endpoint.partition(".")[0],) if item.covers is None else item.covers


def init(app: Flask) -> None:
    """Nothing; the application knows who is signed in."""
    login_manager.init_app(app)


def signed_in() -> SignedIn | None:
    """Who is signed in; None when nobody is."""
    return cast(SignedIn, current_user) if current_user.is_authenticated else None
