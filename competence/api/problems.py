"""What went wrong, for another system: problem details (RFC 9457) in Danish or English."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue

from competence.foundation.text import N_, Sentence
from competence.foundation.web import language, say

HERE = "/api/"
"""What lies under it answers in JSON, and knows no cookie."""
MEDIA_TYPE = "application/problem+json"
TITLES: Mapping[int, str] = {
    400: N_("The request cannot be understood"),
    401: N_("A key is missing or does not count"),
    403: N_("The key does not give access to this"),
    404: N_("Not found"),
    405: N_("Only GET is answered here"),
    422: N_("Something in the question is missing or wrong"),
    429: N_("Too many questions"),
    500: N_("Something went wrong here"),
}
LANGUAGES = ("da", "en")


def is_api() -> bool:
    """Whether the request is another system's."""
    return request.path.startswith(HERE)


def asked_language() -> str:
    """The language that the other system takes; Danish when it says nothing."""
    return request.accept_languages.best_match(LANGUAGES, "da") or "da"


class Problem(Exception):  # noqa: N818 - it is not always an error of somebody
    """An answer that is a problem: raised where it is found, drawn at the edge."""

    def __init__(
        self, status: int, detail: str | Sentence = "", *, fields: Mapping[str, str | Sentence] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(status)
        self.status, self.detail, self.fields, self.headers = status, detail, fields or {}, headers or {}


def drawn(problem: Problem) -> ResponseReturnValue:
    """The problem as an answer."""
    said: dict[str, Any] = {"type": "about:blank", "status": problem.status}
    said["title"] = say(TITLES.get(problem.status, TITLES[400 if problem.status < 500 else 500]))
    if problem.detail:
        said["detail"] = say(problem.detail)
    if problem.fields:
        said["errors"] = {field: [say(text)] for field, text in sorted(problem.fields.items())}
    response = Response(json.dumps(said, ensure_ascii=False), problem.status, mimetype=MEDIA_TYPE)
    response.headers.extend(dict(problem.headers))
    return marked(response)


def marked(response: Response) -> Response:
    """The answer, with the language that it is in."""
    response.headers["Content-Language"] = language()
    response.vary.add("Accept-Language")
    return response
