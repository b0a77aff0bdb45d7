"""The code on a phone as it stands in a link: signed, for this purpose alone, and worth nothing without its row."""

from itsdangerous import BadSignature, URLSafeSerializer


def sealed(secret_key: str, municipality_id: int, person_id: int, secret: str) -> str:
    """The text of the link."""
    return str(_serializer(secret_key, municipality_id).dumps([person_id, secret]))


def opened(secret_key: str, municipality_id: int, token: str) -> tuple[int, str] | None:
    """(person, the code's secret); None when it is not a link that was made here."""
    try:
        said = _serializer(secret_key, municipality_id).loads(token)
    except BadSignature:
        return None
    match said:
        case [int() as person_id, str() as secret]:
            return person_id, secret
    return None


def _serializer(secret_key: str, municipality_id: int) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt=f"passport code of municipality {municipality_id}")
