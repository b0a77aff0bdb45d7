"""What lets a phone install the program: the manifest, the service worker and the page it shows without a network."""

import json
from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from competence.access.web import public

bp = Blueprint("installing", __name__)

DARK, PAPER = "#06323d", "#f6f5f1"
SHELL = ("css/kompetence.css", "img/icon.svg", "js/kept.js", "js/kompetence.js", "vendor/dkfds/css/dkfds.min.css")
"""All that the service worker keeps, besides the page without a network: no page that says anything about anybody."""
ICONS = (
    ("img/icon.svg", "any", "image/svg+xml", "any"),
    ("img/icon-192.png", "192x192", "image/png", "any"),
    ("img/icon-512.png", "512x512", "image/png", "any"),
    ("img/icon-maskable-512.png", "512x512", "image/png", "maskable"),
)
"""(file, sizes, type, purpose)."""


@bp.get("/manifest.webmanifest")
@public
def manifest() -> ResponseReturnValue:
    """What the program is called and looks like among a phone's programs."""
    said = {
        "name": "Kompetencetavlen",
        "short_name": "Kompetence",
        "description": _("Who may do which task, and sign-offs at the bedside."),
        "lang": "da",
        "id": url_for("home.index"),
        "start_url": url_for("home.index"),
        "scope": url_for("home.index"),
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": DARK,
        "icons": [
            {"src": url_for("static", filename=file), "sizes": sizes, "type": kind, "purpose": purpose}
            for file, sizes, kind, purpose in ICONS
        ],
    }
    return Response(json.dumps(said, ensure_ascii=False), mimetype="application/manifest+json")


@bp.get("/offline")
@public
def offline() -> ResponseReturnValue:
    """The page without a network, the same for everybody: it has no name, no session and no token in it."""
    with force_locale("da"):
        return render_template("home/offline.html")


@bp.get("/worker.js")
@public
def worker() -> ResponseReturnValue:
    """The service worker. What it keeps has a name made from the files' contents, so that a change replaces all of it."""
    folder = Path(current_app.static_folder or "")
    with force_locale("da"):
        page = render_template("home/offline.html")
    marks = [_digest(folder / file, (folder / file).stat().st_mtime_ns) for file in (*SHELL, "js/worker.js")]
    shell = {
        "name": "kt-shell-" + sha256("".join([*marks, page]).encode()).hexdigest()[:16],
        "offline": url_for(".offline"),
        "files": [url_for("static", filename=file) for file in SHELL],
    }
    script = (folder / "js/worker.js").read_text(encoding="utf-8")
    return Response(f"const SHELL = {json.dumps(shell)};\n{script}", mimetype="text/javascript")


@cache
def _digest(file: Path, _changed_at: int) -> str:
    return sha256(file.read_bytes()).hexdigest()
