"""What holds for every answer: headers with one strict policy, compression, a request id, and a log line without persons."""

import gzip
import logging
import re
import secrets
import sys
import time
from typing import Any

import structlog
from flask import Flask, Response, g, request

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "manifest-src 'self'",
    )
)
"""The only policy; no page loosens it."""

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
SMALLEST_WORTH_COMPRESSING = 600
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


def guard(app: Flask, *, https: bool) -> None:
    """Nothing; every answer of the application gets its headers, its id, its log line, and is compressed when text."""
    log = structlog.get_logger("competence.request")

    @app.before_request
    def begin() -> None:
        given = request.headers.get("X-Request-ID", "")
        g.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        g.begun = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if https:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.endpoint != "static":
            response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Request-ID"] = g.get("request_id", "")
        _compress(response)
        if request.endpoint not in {"static", "healthz"}:
            # The route's name, never the address: an address may hold what somebody searched for.
            log.info(
                "request",
                request_id=g.get("request_id"),
                method=request.method,
                route=request.endpoint,
                status=response.status_code,
                ms=round((time.perf_counter() - g.get("begun", time.perf_counter())) * 1000, 1),
            )
        return response


def _compress(response: Response) -> None:
    """Text is sent gzipped to whoever takes it."""
    if (
        response.direct_passthrough
        or response.is_streamed
        or response.status_code != 200
        or response.content_encoding
        or response.mimetype not in {"text/html", "application/json", "text/csv", "image/svg+xml"}
    ):
        return
    response.vary.add("Accept-Encoding")
    body = response.get_data()
    if len(body) >= SMALLEST_WORTH_COMPRESSING and request.accept_encodings.quality("gzip") > 0:
        response.set_data(gzip.compress(body, 6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"


def log_json(*, libraries: bool = True) -> None:
    """Nothing; our log lines are JSON objects on the standard error, and the libraries' warnings too."""
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_arguments: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    if not libraries:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
