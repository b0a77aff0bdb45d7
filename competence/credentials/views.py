"""Issuers that are trusted, and credentials from elsewhere as evidence about a person."""

from typing import cast

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence.access.rules import Actor, Permission, Reach
from competence.access.web import looked_at, requires
from competence.catalogue.queries.tasks import root_path, task_names
from competence.credentials import commands, queries
from competence.credentials.forms import BringForm, IssuerForm
from competence.foundation.clock import today
from competence.foundation.errors import NotFound, RuleBroken
from competence.foundation.web import db, show, transaction

bp = Blueprint("brought", __name__)


@bp.route("/me/credentials", methods=["GET", "POST"])
@requires(Permission.OWN_READ)
def own(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """A credential from elsewhere, added by the person herself."""
    return _bring(actor.person_id, actor.name, actor, here=url_for(".own"))


@bp.route("/people/<int:person_id>/credentials", methods=["GET", "POST"])
@requires(Permission.CREDENTIAL_BRING)
def person(person_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The same for somebody who works within reach."""
    name = queries.name_within(db.session, person_id, within=within)
    looked_at(person_id=person_id)
    return _bring(person_id, name, actor, here=url_for(".person", person_id=person_id))


def _bring(person_id: int, name: str, actor: Actor, *, here: str) -> ResponseReturnValue:
    tasks = task_names(db.session, on=today())
    form = BringForm(dict(sorted(tasks.items(), key=lambda one: one[1].casefold())))
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.bring(session, person_id, cast(int, form.task.data), form.content(), by=actor)
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The credential is verified and added as evidence. A guide must still sign."))
            return redirect(here)
    mine = person_id == actor.person_id
    return render_template(
        "credentials/bring.html", form=form, person_id=person_id, name=name, here=here, mine=mine, tasks=task_names(db.session),
        rows=queries.brought_of(db.session, person_id), issuers=[i for i in queries.issuers(db.session) if not i.ended_at],
        remove=lambda brought_id: _address_to_remove(person_id, brought_id, mine=mine),
    ), 422 if form.errors else 200  # fmt: skip


def _address_to_remove(person_id: int, brought_id: int, *, mine: bool) -> str:
    if mine:
        return url_for(".remove_own", brought_id=brought_id)
    return url_for(".remove", person_id=person_id, brought_id=brought_id)


@bp.post("/me/credentials/<int:brought_id>/remove")
@requires(Permission.OWN_READ)
def remove_own(brought_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One of her own, taken out of view."""
    _remove(actor.person_id, brought_id, actor)
    return redirect(url_for(".own"))


@bp.post("/people/<int:person_id>/credentials/<int:brought_id>/remove")
@requires(Permission.CREDENTIAL_BRING)
def remove(person_id: int, brought_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """One of somebody's within reach, taken out of view."""
    queries.name_within(db.session, person_id, within=within)
    _remove(person_id, brought_id, actor)
    return redirect(url_for(".person", person_id=person_id))


def _remove(person_id: int, brought_id: int, actor: Actor) -> None:
    with transaction() as session:
        if commands.remove_brought(session, brought_id, by=actor) != person_id:
            raise NotFound
    flash(_("The credential is no longer shown. A signature that rests on it stands."))


@bp.route("/issuers", methods=["GET", "POST"])
@requires(Permission.ISSUER_TRUST)
def issuers(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Whose credentials are trusted: the list that the administrator keeps by hand, for all of the municipality."""
    _reaches_all(within)
    form = IssuerForm()
    if form.validate_on_submit():
        try:
            with transaction() as session:
                commands.trust_issuer(
                    session,
                    issuer=form.issuer.data or "",
                    name=form.name.data or "",
                    keys=form.keys.data or "",
                    by=actor,
                )
        except RuleBroken as broken:
            show(broken, form)
        else:
            flash(_("The issuer is on the list. Its credentials can be added as evidence."))
            return redirect(url_for(".issuers"))
    return render_template(
        "credentials/issuers.html", form=form, rows=queries.issuers(db.session)
    ), 422 if form.errors else 200  # fmt: skip


@bp.post("/issuers/<int:issuer_id>/end")
@requires(Permission.ISSUER_TRUST)
def end_issuer(issuer_id: int, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The issuer, no longer trusted."""
    _reaches_all(within)
    with transaction() as session:
        commands.end_issuer(session, issuer_id, by=actor)
    flash(_("The issuer is off the list. Signatures that rest on its credentials stand."))
    return redirect(url_for(".issuers"))


def _reaches_all(within: Reach) -> None:
    """Nothing. NotFound for a role over a part of the municipality: the list is everybody's."""
    if not within.covers(root_path(db.session)):
        raise NotFound
