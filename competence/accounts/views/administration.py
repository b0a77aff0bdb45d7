"""Accounts, roles and the log of administration."""

from datetime import date
from math import ceil

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence import config
from competence.access.rules import ROLE_NAMES, Actor, Permission, Reach, Role
from competence.access.web import requires
from competence.accounts import commands, queries
from competence.accounts.forms import InviteForm, RoleForm, RolesForm, SearchForm
from competence.accounts.rules import INVITED_FOR
from competence.accounts.views.blueprint import bp
from competence.audit.queries import administrative_entries
from competence.audit.rules import ACTIONS
from competence.foundation import mail
from competence.foundation.addresses import address
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.text import N_, Sentence
from competence.foundation.web import db, say, show, transaction
from competence.organisation.queries import unit_choices

PAGE = 50


def _page() -> int:
    value = request.args.get("page", "1")
    return max(1, int(value)) if value.isdigit() and len(value) < 7 else 1


@bp.get("/accounts")
@requires(Permission.PERSON_ADMINISTER)
def index(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The accounts, searched by name or address."""
    form = SearchForm(request.args)
    search = form.q.data or ""
    lines, total = queries.accounts_page(db.session, within=within, search=search, page=_page(), size=PAGE)
    return render_template(
        "accounts/index.html", search=form, lines=lines, total=total, page=_page(), pages=ceil(total / PAGE), q=search
    )


@bp.get("/accounts/roles")
@requires(any_of=(Permission.ROLE_GIVE, Permission.APPOINTMENT_GIVE))
def roles(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The roles that were given over units within reach: those in force, or those that have ended."""
    only = _only(actor)
    form = RolesForm(request.args, roles=[only] if only else commands.GIVEN_ROLES)
    q, role = form.q.data or "", only or (form.role.data if form.validate() else None)
    ended = "ended" in request.args
    lines, total = queries.roles_page(db.session, within=within, q=q, role=role, ended=ended, page=_page(), size=PAGE)
    chosen = {"q": q or None, "role": role.value if role and not only else None}
    return render_template(
        "accounts/roles.html", search=form, lines=lines, total=total, page=_page(), pages=ceil(total / PAGE),
        chosen=chosen, ended=ended, only=only, narrowed=bool(q or chosen["role"]), role_names=ROLE_NAMES, on=today(),
        nobody_approves=not only and not queries.somebody_is(db.session, Role.DEVELOPMENT_NURSE),
    )  # fmt: skip


@bp.get("/accounts/roles/give")
@requires(any_of=(Permission.ROLE_GIVE, Permission.APPOINTMENT_GIVE))
def give(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A search for whoever is to have a role."""
    form = SearchForm(request.args)
    form.q.label.text = _("Name or staff number")
    search = form.q.data or ""
    found = queries.people_to_give_roles(db.session, within=within, search=search)
    return render_template("accounts/give.html", search=form, q=search, found=found, only=_only(actor))


def _only(actor: Actor) -> Role | None:
    """The one role that the actor may give, None when she may give all."""
    return None if actor.may(Permission.ROLE_GIVE) else Role.GUIDE


@bp.route("/accounts/person/<int:person_id>", methods=["GET", "POST"])
@requires(any_of=(Permission.ROLE_GIVE, Permission.APPOINTMENT_GIVE, Permission.PERSON_ADMINISTER))
def person(person_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One person's roles and account; a form to give a role."""
    name = queries.person_within(db.session, person_id, within=within)
    form = _role_form(actor, within)
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.give_role(session, form.to_command(person_id), by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(
                _("%(name)s has the role from now on.", name=name)
                if form.valid_from.data == today()
                else _("The role is given.")
            )
            return redirect(url_for(".person", person_id=person_id))
    return _person_page(person_id, name, form, actor, within), 422 if form.errors else 200


def _person_page(person_id: int, name: str, form: RoleForm | InviteForm, actor: Actor, within: Reach) -> str:
    """The page about a person's roles and account; `form` is the one of its two that was sent, as it was typed."""
    administers = actor.may(Permission.PERSON_ADMINISTER)
    only = _only(actor)
    return render_template(
        "accounts/person.html",
        form=form,
        role_form=form if isinstance(form, RoleForm) else _role_form(actor, within, sent=False),
        person_id=person_id,
        name=name,
        given=queries.roles_of(db.session, person_id, within=within, role=only),
        account=queries.account_of_person(db.session, person_id) if administers else None,
        administers=administers,
        invite_form=form
        if isinstance(form, InviteForm)
        else InviteForm(formdata=None, email=queries.address_of(db.session, person_id)),
        role_names=ROLE_NAMES,
        on=today(),
    )


def _role_form(actor: Actor, within: Reach, *, sent: bool = True) -> RoleForm:
    only = _only(actor)
    return RoleForm(
        roles=[only] if only else commands.GIVEN_ROLES, units=unit_choices(db.session, within=within), for_guide=bool(only),
        sent=sent,
    )  # fmt: skip


@bp.post("/accounts/role/<int:role_id>/end")
@requires(any_of=(Permission.ROLE_GIVE, Permission.APPOINTMENT_GIVE))
def end_role(role_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The role ends today."""
    try:
        with transaction() as session:
            ended = commands.end_role(session, role_id, by=actor, since=_since())
            person_id = ended.person_id
    except RuleBroken as broken:
        flash(say(broken.message), "error")
        return redirect(url_for(".roles"))
    flash(_("The role has ended."))
    return redirect(url_for(".roles") if "listed" in request.form else url_for(".person", person_id=person_id))


def _since() -> date | None:
    """The first day on which the role did not count, where one is written. RuleBroken when it is no day."""
    written = request.form.get("since", "").strip()
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise RuleBroken(N_("Choose a day from the first day of the role until today.")) from None


@bp.post("/accounts/person/<int:person_id>/invite")
@requires(Permission.PERSON_ADMINISTER)
def invite(person_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A fresh link, mailed, or shown once to hand over."""
    name = queries.person_within(db.session, person_id, within=within)
    form = InviteForm()
    if not form.validate_on_submit():
        return _person_page(person_id, name, form, actor, within), 422
    try:
        with transaction() as session:
            invited = commands.invite(session, person_id, form.email.data, by=actor)
    except RuleBroken as broken:
        show(broken, form)
        return _person_page(person_id, name, form, actor, within), 422
    settings: config.Settings = current_app.config["SETTINGS"]
    link = address(".invitation", token=invited.token)
    if settings.smtp_url:
        try:
            mail.send(
                settings.smtp_url, sender=settings.mail_from, to=invited.email, subject=_("Your access to Kompetencetavlen"),
                text=say(Sentence(INVITATION, {"link": link})),
            )  # fmt: skip
        except OSError:
            flash(_("The mail could not be sent. Hand the link over yourself."), "error")
        else:
            flash(_("The link is mailed to %(email)s.", email=invited.email))
            return redirect(url_for(".person", person_id=person_id))
    return render_template(
        "accounts/invited.html", link=link, name=name, email=invited.email, person_id=person_id, days=INVITED_FOR.days
    )


INVITATION = N_(
    "You have been given access to Kompetencetavlen.\n\nChoose a password here, within 14 days:\n%(link)s\n\n"
    "The link can be used once. You sign in with this e-mail address."
)


def _back(person_id: int, message: object) -> ResponseReturnValue:
    flash(str(message), "error")
    return redirect(url_for(".person", person_id=person_id))


@bp.post("/accounts/<int:account_id>/close")
@requires(Permission.PERSON_ADMINISTER)
def close(account_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The account is closed and signed out everywhere."""
    account = queries.get_account(db.session, account_id)
    queries.person_within(db.session, account.person_id, within=within)
    try:
        with transaction() as session:
            commands.disable_account(session, account_id, by=actor)
    except RuleBroken as broken:
        return _back(account.person_id, say(broken.message))
    flash(_("The account is closed."))
    return redirect(url_for(".person", person_id=account.person_id))


@bp.post("/accounts/<int:account_id>/open")
@requires(Permission.PERSON_ADMINISTER)
def reopen(account_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The account is open again."""
    account = queries.get_account(db.session, account_id)
    queries.person_within(db.session, account.person_id, within=within)
    try:
        with transaction() as session:
            commands.enable_account(session, account_id, by=actor)
    except RuleBroken as broken:
        return _back(account.person_id, say(broken.message))
    flash(_("The account is open again."))
    return redirect(url_for(".person", person_id=account.person_id))


@bp.get("/accounts/log")
@requires(Permission.ADMINISTRATION_AUDIT_READ)
def log(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """What has been changed about people, units, accounts and roles, the latest first."""
    if not any(within.covers(path) for path in queries.root_paths(db.session)):
        raise NotFound
    entries, total = administrative_entries(db.session, page=_page(), size=PAGE)
    people = {id_ for entry in entries for id_ in (entry.by_person_id, entry.person_id) if id_ is not None}
    return render_template(
        "accounts/log.html", entries=entries, names=queries.names_of(db.session, people), actions=ACTIONS, page=_page(),
        pages=ceil(total / PAGE), total=total,
    )  # fmt: skip
