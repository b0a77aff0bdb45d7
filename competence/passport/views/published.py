"""What anybody may read to verify a credential: who issues, the keys, the task, and the status list. No persons."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Response, current_app, render_template
from flask.typing import ResponseReturnValue

from competence.access.web import public
from competence.catalogue.queries.tasks import get_task
from competence.credentials import jose
from competence.credentials.keys import jwk_of
from competence.credentials.queries import published_keys, taken_places
from competence.credentials.rules import CONTEXT, status_payload
from competence.foundation.addresses import address
from competence.foundation.clock import now, today
from competence.foundation.errors import NotFound
from competence.foundation.limits import limited
from competence.foundation.web import db
from competence.passport import issuing
from competence.passport.views.blueprint import bp, municipality
from competence.passport.views.fetching import issuer, signer

FOR_ANYBODY = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, max-age=300",
    "X-Robots-Tag": "noindex",
}
MANY = 120
LIST_LASTS = timedelta(hours=24)
"""So long a status list is to be believed; it is made anew each hour."""


def _json(document: Mapping[str, Any], media_type: str = "application/json") -> Response:
    return Response(json.dumps(document, ensure_ascii=False), mimetype=media_type, headers=FOR_ANYBODY)


def _keys() -> list[dict[str, Any]]:
    """The public keys, the newest first, each under its name."""
    found = published_keys(db.session)
    if not found:
        raise NotFound
    return [
        {**jwk_of(key.public_key), "kid": issuing.kid_of(issuer(), key.number), "alg": "EdDSA", "use": "sig"}
        for key in found
    ]


@bp.get("/.well-known/did.json")
@public
@limited(MANY)
def did() -> ResponseReturnValue:
    """The issuer's DID document, by which its credentials are verified."""
    keys, said = _keys(), issuer()
    methods = [{"id": key["kid"], "type": "JsonWebKey", "controller": said.did, "publicKeyJwk": key} for key in keys]
    names = [key["kid"] for key in keys]
    return _json(
        {
            "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"],
            "id": said.did,
            "verificationMethod": methods,
            "assertionMethod": names,
            "service": [
                {"id": f"{said.did}#profile", "type": "LinkedDomains", "serviceEndpoint": said.site},
            ],
        },
        "application/did+json",
    )


@bp.get("/credentials/jwks.json")
@public
@limited(MANY)
def jwks() -> ResponseReturnValue:
    """The same keys as a key set."""
    return _json({"keys": _keys()}, "application/jwk-set+json")


@bp.get("/credentials/issuer.json")
@public
@limited(MANY)
def profile() -> ResponseReturnValue:
    """The municipality as an issuer's profile."""
    _keys()
    return _json({"@context": CONTEXT, **issuer().profile}, "application/ld+json")


@bp.get("/credentials/status/<int:list_number>")
@public
@limited(MANY)
def status_list(list_number: int) -> ResponseReturnValue:
    """Which credentials no longer count: a signed list in which a place says nothing about whose it is."""
    signs = signer()
    if signs is None or not 1 <= list_number <= taken_places(db.session)[0]:
        raise NotFound
    moment = now().replace(minute=0, second=0, microsecond=0)
    place, where = (municipality().id, list_number), address(".status_list", list_number=list_number)
    mark = (issuing.edition_of(db.session), today(), moment, signs.number, where)
    kept: dict[Any, tuple[Any, str]] = current_app.extensions.setdefault("status_lists", {})
    if place not in kept or kept[place][0] != mark:
        kept[place] = mark, _made(list_number, where, moment, signs)
    return Response(kept[place][1], mimetype="application/vc+jwt", headers=FOR_ANYBODY)


def _made(list_number: int, where: str, moment: datetime, signs: issuing.Signer) -> str:
    said = status_payload(
        issuer(), where, issuing.taken_back(db.session, list_number), made=moment, until=moment + LIST_LASTS
    )
    return jose.sign(said, signs.key, kid=signs.kid(issuer()), typ="vc+jwt")


@bp.get("/achievements/<int:task_id>")
@public
@limited(MANY)
def achievement(task_id: int) -> ResponseReturnValue:
    """What somebody who holds the credential has shown."""
    _keys()
    task = get_task(db.session, task_id)
    said = issuing.achieved(db.session, task, address(".achievement", task_id=task_id))
    return render_template("passport/achievement.html", said=said), 200, {"X-Robots-Tag": "noindex"}


@bp.get("/achievements/<int:task_id>.json")
@public
@limited(MANY)
def achievement_document(task_id: int) -> ResponseReturnValue:
    """The same as JSON-LD."""
    _keys()
    said = issuing.achieved(db.session, get_task(db.session, task_id), address(".achievement", task_id=task_id))
    return _json({"@context": CONTEXT, **said.document()}, "application/ld+json")
