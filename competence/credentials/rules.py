"""What an Open Badges 3.0 credential says: made from what was signed here, and read from what somebody else made."""

import base64
import gzip
import hashlib
import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from competence.foundation.clock import local

CONTEXT = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
LIST_LENGTH = 131_072
"""Places of a status list: the fewest that the specification allows, so that one among them says nothing."""
FULL = 100_000
"""With so many places taken the next list is begun."""
KINDS = {"OpenBadgeCredential", "AchievementCredential"}


def did_of(site: str) -> str:
    """The issuer's identifier for the address "https://kompetence.example"."""
    return f"did:web:{quote(urlsplit(site).netloc, safe='')}"


def moment_text(moment: datetime) -> str:
    """As "2026-06-09T05:42:00Z"."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def last_day_of(until: datetime) -> date:
    """The last Danish date that begins before the moment at which something ceases to count."""
    return local(until - timedelta(milliseconds=1)).date()


def identity_hash(address: str, salt: str) -> str:
    """What stands for an e-mail address in a credential."""
    return f"sha256${hashlib.sha256(f'{address.strip().lower()}{salt}'.encode()).hexdigest()}"


@dataclass(frozen=True)
class Issuer:
    """The municipality, as its credentials name it."""

    did: str
    name: str
    site: str

    @property
    def profile(self) -> dict[str, Any]:
        """The issuer inside a credential."""
        return {"id": self.did, "type": ["Profile"], "name": self.name, "url": self.site}


@dataclass(frozen=True)
class Achieved:
    """A task of the catalogue with what must be shown, as an achievement."""

    id: str
    """The address of its page."""
    name: str
    description: str
    criteria: tuple[str, ...]
    levels: tuple[tuple[int, str, str], ...]
    """(rank, name, meaning) of the practice scale, the lowest first."""

    def document(self) -> dict[str, Any]:
        """The achievement as JSON-LD, with the scale as a rubric."""
        levels = [
            {
                "id": f"{self.id}#level-{rank}", "type": ["RubricCriterionLevel"], "name": name, "level": str(rank),
                **({"description": meaning} if meaning else {}),
            }
            for rank, name, meaning in self.levels
        ]  # fmt: skip
        return {
            "id": self.id,
            "type": ["Achievement"],
            "achievementType": "Competency",
            "name": self.name,
            "description": self.description or self.name,
            "criteria": {"id": self.id, "narrative": "\n".join(f"- {text}" for text in self.criteria) or self.name},
            "resultDescription": [
                {
                    "id": f"{self.id}#level", "type": ["ResultDescription"], "name": "Niveau",
                    "resultType": "RubricCriterionLevel", "rubricCriterionLevel": levels,
                }
            ],
        }  # fmt: skip


@dataclass(frozen=True)
class ToIssue:
    """What the municipality says of one sign-off. Never a name, a citizen, a note or a CPR number."""

    uid: str
    issuer: Issuer
    achieved: Achieved
    level: int
    valid_from: datetime
    valid_until: datetime | None
    """The first moment at which it no longer counts; None = it does not lapse."""
    email: str
    salt: str
    status_list: str
    """The address of the list."""
    status_index: int

    def payload(self) -> dict[str, Any]:
        """The credential with the registered claims, as Open Badges 3.0 puts them into a JSON Web Token."""
        id_ = f"urn:uuid:{self.uid}"
        until: dict[str, Any] = {} if self.valid_until is None else {"validUntil": moment_text(self.valid_until)}
        expires: dict[str, Any] = {} if self.valid_until is None else {"exp": int(self.valid_until.timestamp())}
        return {
            "@context": CONTEXT,
            "id": id_,
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": self.achieved.name,
            "issuer": self.issuer.profile,
            "validFrom": moment_text(self.valid_from),
            **until,
            "credentialSubject": {
                "type": ["AchievementSubject"],
                "identifier": [
                    {
                        "type": "IdentityObject", "hashed": True, "identityHash": identity_hash(self.email, self.salt),
                        "identityType": "emailAddress", "salt": self.salt,
                    }
                ],
                "achievement": self.achieved.document(),
                "result": [
                    {
                        "type": ["Result"], "resultDescription": f"{self.achieved.id}#level",
                        "achievedLevel": f"{self.achieved.id}#level-{self.level}",
                    }
                ],
            },
            "credentialStatus": {
                "id": f"{self.status_list}#{self.status_index}",
                "type": "BitstringStatusListEntry",
                "statusPurpose": "revocation",
                "statusListIndex": str(self.status_index),
                "statusListCredential": self.status_list,
            },
            "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
            "iss": self.issuer.did,
            "jti": id_,
            "nbf": int(self.valid_from.timestamp()),
            **expires,
        }  # fmt: skip


def enveloped(token: str) -> dict[str, Any]:
    """The token as a JSON document that stands by itself."""
    return {
        "@context": "https://www.w3.org/ns/credentials/v2",
        "id": f"data:application/vc+jwt,{token}",
        "type": "EnvelopedVerifiableCredential",
    }


def status_payload(
    issuer: Issuer, address: str, taken_back: Collection[int], *, made: datetime, until: datetime
) -> dict[str, Any]:
    """The status list as a credential: a bit for each place, 1 where what was issued no longer counts."""
    bits = bytearray(LIST_LENGTH // 8)
    for place in taken_back:
        bits[place // 8] |= 0x80 >> place % 8
    encoded = base64.urlsafe_b64encode(gzip.compress(bytes(bits), 9, mtime=0)).decode().rstrip("=")
    return {
        "@context": [CONTEXT[0]],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer.did,
        "validFrom": moment_text(made),
        "validUntil": moment_text(until),
        "credentialSubject": {
            "id": f"{address}#list", "type": "BitstringStatusList", "statusPurpose": "revocation", "encodedList": f"u{encoded}",
        },
        "iss": issuer.did,
        "jti": address,
        "nbf": int(made.timestamp()),
        "exp": int(until.timestamp()),
    }  # fmt: skip


@dataclass(frozen=True)
class Presented:
    """What somebody else's credential says, as far as it is needed here."""

    id: str
    issuer: str
    issuer_name: str
    name: str
    level: str
    """In the issuer's own words; "" when it says none."""
    valid_from: datetime
    valid_until: datetime | None
    identities: tuple[tuple[str, str], ...]
    """(hash, salt) of each hashed e-mail address."""

    def is_for(self, addresses: Collection[str]) -> bool:
        """Whether it was issued to one of the e-mail addresses."""
        return any(
            hmac.compare_digest(identity_hash(address, salt), stated)
            for address in addresses
            for stated, salt in self.identities
        )


def presented(payload: Mapping[str, Any]) -> Presented:
    """The credential in the payload of a token. ValueError when it is no Open Badges 3.0 credential."""
    if not KINDS & set(_texts(payload.get("type"))) or "VerifiableCredential" not in _texts(payload.get("type")):
        raise ValueError("not an Open Badges 3.0 credential")
    issuer = payload.get("issuer")
    issuer_id = issuer.get("id") if isinstance(issuer, Mapping) else issuer
    subject = _first(payload.get("credentialSubject"))
    achievement = _first(subject.get("achievement"))
    id_, name = payload.get("id"), achievement.get("name")
    if not isinstance(issuer_id, str) or not isinstance(id_, str) or not isinstance(name, str) or not name.strip():
        raise ValueError("something is missing")
    if payload.get("iss") != issuer_id or payload.get("jti") != id_:
        raise ValueError("the claims do not fit the credential")
    until = payload.get("validUntil")
    return Presented(
        id=id_,
        issuer=issuer_id,
        issuer_name=str(issuer.get("name") or "") if isinstance(issuer, Mapping) else "",
        name=" ".join(name.split()),
        level=_level(subject, achievement),
        valid_from=_moment(payload.get("validFrom")),
        valid_until=_moment(until) if until is not None else None,
        identities=tuple(_identities(subject.get("identifier"))),
    )


def _level(subject: Mapping[str, Any], achievement: Mapping[str, Any]) -> str:
    reached = {str(one.get("achievedLevel") or "") for one in _objects(subject.get("result"))}
    for description in _objects(achievement.get("resultDescription")):
        for level in _objects(description.get("rubricCriterionLevel")):
            if level.get("id") in reached and isinstance(level.get("name"), str):
                return " ".join(str(level["name"]).split())
    values = [one["value"] for one in _objects(subject.get("result")) if isinstance(one.get("value"), str)]
    return " ".join(values[0].split()) if values else ""


def _identities(stated: Any) -> Sequence[tuple[str, str]]:
    return [
        (one["identityHash"], str(one.get("salt") or ""))
        for one in _objects(stated)
        if one.get("hashed") is True and isinstance(one.get("identityHash"), str)
    ]


def _moment(text: Any) -> datetime:
    if not isinstance(text, str):
        raise ValueError("no moment")
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return found.astimezone(UTC)


def _objects(value: Any) -> list[Mapping[str, Any]]:
    listed = value if isinstance(value, list) else [value]
    return [one for one in listed if isinstance(one, Mapping)]


def _first(value: Any) -> Mapping[str, Any]:
    found = _objects(value)
    if not found:
        raise ValueError("something is missing")
    return found[0]


def _texts(value: Any) -> list[str]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
