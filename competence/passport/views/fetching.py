"""A sign-off as a credential, fetched by the person herself."""

import json
from dataclasses import dataclass

from flask import Response, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from competence import config
from competence.access.rules import Actor, Permission, Reach
from competence.access.web import requires
from competence.catalogue.queries import level_names
from competence.credentials.queries import brought_of
from competence.credentials.rules import Issuer, did_of, enveloped
from competence.foundation.addresses import address, site
from competence.foundation.errors import NotFound
from competence.foundation.web import db, transaction
from competence.passport import issuing
from competence.passport.views.blueprint import bp, municipality


def issuer() -> Issuer:
    """The municipality, as its credentials name it."""
    return Issuer(did_of(site()), municipality().name, site())


def signer() -> issuing.Signer | None:
    """What signs; None when no key is named, noted and readable."""
    settings: config.Settings = current_app.config["SETTINGS"]
    return issuing.signer_from(db.session, settings.credential_key)


@dataclass(frozen=True)
class Kind:
    """A form in which a credential can be fetched."""

    media_type: str
    ending: str


KINDS = {"json": Kind("application/json", "json"), "jwt": Kind("application/vc+jwt", "jwt")}


@bp.get("/me/passport/credentials")
@requires(Permission.OWN_READ)
def credentials(*, actor: Actor, within: Reach) -> ResponseReturnValue:
    """Her sign-offs in force, each to be fetched as a credential; and those she has brought from elsewhere."""
    return render_template(
        "passport/credentials.html",
        rows=issuing.fetchable(db.session, actor.person_id),
        names=level_names(db.session),
        signs=signer() is not None,
        brought=brought_of(db.session, actor.person_id),
    )


@bp.post("/me/passport/credentials/<int:seq>/<kind>")
@requires(Permission.OWN_READ)
def fetch(seq: int, kind: str, *, actor: Actor, within: Reach) -> ResponseReturnValue:
    """The credential of one of her sign-offs as a file, signed by the municipality."""
    form, signs = KINDS.get(kind), signer()
    if form is None or not issuing.is_hers(db.session, actor.person_id, seq):
        raise NotFound
    if signs is None or not any(one.signed.seq == seq for one in issuing.fetchable(db.session, actor.person_id)):
        flash(_("It cannot be fetched as a credential now. The list shows what can."), "error")
        return redirect(url_for(".credentials"))
    with transaction() as session:
        issued = issuing.standing_place(session, seq, by=actor)
        token = issuing.token_of(
            session, issued, issuer=issuer(), signer=signs,
            address=address(".achievement", task_id=issued.task_id),
            status_list=address(".status_list", list_number=issued.list_number),
        )  # fmt: skip
    body = token if kind == "jwt" else json.dumps(enveloped(token), indent=2)
    name = f"{_('credential')}-{issued.task_id}-{seq}.{form.ending}"
    return Response(body, mimetype=form.media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
