"""The link by which mails are stopped, as it stands in a mail: signed, for this purpose alone, for one person."""

from itsdangerous import BadSignature, URLSafeSerializer

from competence.reminders.rules import DIGEST, MailKind

ALL = "digest"
"""All that the weekly mail tells of."""


def sealed(secret_key: str, municipality_id: int, person_id: int, what: str) -> str:
    """The text of the link; `what` is a kind of mail, or ALL."""
    return str(_serializer(secret_key, municipality_id).dumps([person_id, what]))


def opened(secret_key: str, municipality_id: int, token: str) -> tuple[int, tuple[MailKind, ...]] | None:
    """(person, the kinds of mail it stops); None when it is not a link that was made here."""
    try:
        said = _serializer(secret_key, municipality_id).loads(token)
    except BadSignature:
        return None
    match said:
        case [int() as person_id, str() as what] if what == ALL:
            return person_id, DIGEST
        case [int() as person_id, str() as what] if what in set(MailKind):
            return person_id, (MailKind(what),)
    return None


def _serializer(secret_key: str, municipality_id: int) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt=f"stop mails of municipality {municipality_id}")
