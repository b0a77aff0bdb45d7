"""create_app: the one place that knows every feature."""

from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any

import structlog
from flask import Flask, Response, g, has_request_context, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import Babel, force_locale, get_locale
from flask_babel import gettext as _
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from markupsafe import Markup
from sqlalchemy import text
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from competence import config, migrations
from competence.access.rules import Permission
from competence.access.web import check_routes, public, signed_in_actor
from competence.accounts import passwords
from competence.accounts import web as accounts_web
from competence.accounts.commands import inviting
from competence.api.problems import asked_language, is_api
from competence.api.v1 import connect as answer_systems
from competence.api.v1 import problem_of
from competence.catalogue.commands import common as catalogue
from competence.catalogue.commands import scales
from competence.catalogue.queries.scales import highest_ever
from competence.coverage.signs import MOST_LEVELS, MOST_TIMES
from competence.foundation import changes
from competence.foundation.errors import NotAllowed, NotFound
from competence.foundation.http import guard, log_json
from competence.foundation.text import N_, Sentence
from competence.foundation.web import FORMATS, address_of, db, say, spoken, spoken_of, write_after_reading
from competence.jobs import running
from competence.organisation.queries import municipality_for
from competence.people import retention

BLUEPRINTS = (
    "competence.accounts.views.home:bp", "competence.accounts.views:bp", "competence.accounts.views.installing:bp",
    "competence.organisation.views:bp", "competence.organisation.views:settings_bp",
    "competence.people.views:bp",
    "competence.catalogue.views.areas:bp", "competence.catalogue.views.scales:bp", "competence.catalogue.views.tasks:bp",
    "competence.catalogue.views.writing:bp",
    "competence.delegation.views.matrix:bp", "competence.delegation.views.history:bp", "competence.delegation.views.drafts:bp",
    "competence.delegation.views.editing:bp", "competence.delegation.views.comparing:bp",
    "competence.delegation.views.hearing:bp", "competence.delegation.views.local:bp", "competence.delegation.views.stops:bp",
    "competence.delegation.views.giving:bp", "competence.delegation.views.frameworks:bp",
    "competence.signoffs.views:bp",
    "competence.decision.views:bp", "competence.decision.views:taking_over_bp",
    "competence.coverage.views.coverage:bp", "competence.coverage.views.who_may:bp", "competence.coverage.views.needs:bp",
    "competence.coverage.views.latent:bp", "competence.coverage.views.roster:bp", "competence.coverage.views.may_she:bp",
    "competence.coverage.views.gaps_today:bp", "competence.coverage.views.impact:bp",
    "competence.forecast.views.forecast:bp", "competence.forecast.views.what_if:bp",
    "competence.training.views.plan:bp",
    "competence.learning.views.listing:bp", "competence.learning.views.plans:bp", "competence.learning.views.goals:bp",
    "competence.learning.views.planned:bp", "competence.learning.views.own:bp", "competence.learning.views.talks:bp",
    "competence.learning.views.balance:bp",
    "competence.meetings.views.meetings:bp", "competence.meetings.views.actions:bp", "competence.meetings.views.screens:bp",
    "competence.meetings.views.own:bp",
    "competence.figures.views.aiming:bp",
    "competence.onboarding.views.templates:bp", "competence.onboarding.views.students:bp",
    "competence.onboarding.views.overview:bp", "competence.onboarding.views.programme:bp", "competence.onboarding.views.own:bp",
    "competence.strategy.views:bp", "competence.strategy.views:own_bp",
    "competence.practice.views:bp", "competence.practice.views:guide_bp", "competence.practice.views:use_bp",
    "competence.reminders.views:bp",
    "competence.development.views.me:bp", "competence.development.views.queue:bp", "competence.development.views.guiding:bp",
    "competence.development.views.persons:bp", "competence.development.views.instructions:bp",
    "competence.development.views.levels:bp",
    "competence.teaching.views.classes:bp", "competence.teaching.views.taking_part:bp",
    "competence.teaching.views.taking_part:people_bp", "competence.teaching.views.feeds:bp", "competence.teaching.views.desk:bp",
    "competence.paths.views.paths:bp", "competence.paths.views.walking:bp", "competence.paths.views.walking:own_bp",
    "competence.profiles.views:bp",
    "competence.credentials.views:bp",
    "competence.files.views:bp",
    "competence.passport.views:bp",
    "competence.inspection.views:bp",
    "competence.reports.inspecting:bp", "competence.reports.delegations:bp", "competence.reports.coverage_files:bp",
    "competence.reports.committee:bp", "competence.reports.strategic_plan:bp", "competence.reports.table_files:bp",
    "competence.reports.views:bp", "competence.reports.views:documents", "competence.reports.welcome_letters:bp",
    "competence.imports.views:bp",
    "competence.jobs.views:bp",
    "competence.imports.downloads:bp", "competence.imports.mapping.views:bp", "competence.imports.mapping.profiles.views:bp",
    "competence.imports.mapping.roster.views:bp",
    "competence.api.views:bp",
)  # fmt: skip
"""Every page of every feature, as "module:name". A feature adds its line here."""

ANSWERS = ("competence.decision.staging:answer",)
"""What recomputes stored answers when a command has touched their ground, as "module:name"."""

FORESEE = ("competence.decision.staging:foresee",)
"""What makes everybody's answers ahead of a command that changes what all share, as "module:name"."""

JOBS = {
    "approve": "competence.delegation.approving:work",
    "impact": "competence.coverage.reporting:work",
    "check": "competence.imports.loading:check",
    "load": "competence.imports.loading:load",
    "inspection": "competence.reports.inspecting:work",
    "training": "competence.training.working:work",
}
"""What is done in the background, by kind: what prepares it, as "module:name"."""
USES = ("competence.coverage.queries.uses:uses_of_task",)
"""(session, task id, day) -> why the task cannot leave the catalogue that day, asked before it is archived."""

LEVEL_USES = "competence.development.queries.levels_used:level_uses"
"""(session, scale) -> what points at each level, shown before a scale is changed."""

LEVELS_ASKED = "competence.development.queries.levels_used:levels_asked_now"
"""(session, scale, day) -> what asks for each level from the day on: no change of a scale may make it ask for less."""

CARRIERS = ("competence.delegation.commands.drafts:carry_drafts", "competence.profiles.carrying:carry_drafts")
"""(session, scale, change) -> nothing; drafts are carried over to the new levels."""

SCALE_EFFECT = "competence.decision.foreseeing:effect_of_scale"
"""(session, change of the practice scale) -> who would lose which task today, shown before the scale is saved."""

INSTRUCTION_REACH = "competence.development.queries.instructions:reach_of"
"""(session, task id, on=) -> (who may do the task, who is signed off for it), shown before a new instruction is written."""

INSTRUCTION_ANSWERS = "competence.development.queries.instructions:answers_to"
"""(session, task id, on=) -> version: how many it asks and how many have answered."""

IN_TEMPLATES = (
    "competence.coverage.signs:sign",
    "competence.coverage.signs:have_need",
    "competence.coverage.views.unit_pages:unit_links",
    "competence.onboarding.views.showing:unready",
    "competence.training.views.plan:asked_to_teach",
    "competence.strategy.views.pulse:pulse_waiting",
)
"""What every template may call by its name, as "module:name"."""

WAITING = (
    "competence.signoffs.queries:waiting_count", "competence.reminders.queries:open_count",
    "competence.teaching.queries.people:waiting_count", "competence.paths.queries.placed:waiting_count",
    "competence.training.queries.runs:waiting_count", "competence.learning.queries.waiting:waiting_count",
)  # fmt: skip
"""(session, actor) -> how many things wait for her; added up for the bell in the top bar."""

NEXT_ENDS = "competence.entitlements.queries:next_ends"
"""(session, employment ids, on=) -> employment: (task, last day) of what ends next, for the list of people."""

NAMES = "competence.accounts.queries:names_of"
"""(session, person ids) -> their names by id, for who changed the settings last."""

DELEGATION_ENDS = "competence.decision.taking_over:ends_of"
"""(session, delegation ids) -> the first day each no longer counts by the rule, for the pages about delegations."""

SETTINGS_EFFECT = "competence.decision.foreseeing:effect_of"
"""(session, new settings) -> how many people would lose and gain rights today, shown before settings are saved."""

SETTINGS_ELSEWHERE = ("competence.practice.views:use_said",)
"""() -> (title, words, address) of what is decided on a page of its own, named on the page of the settings."""

FORGETS = ("competence.practice.commands:forget", "competence.files.commands:forget_files")
"""(session, person id) -> nothing; erases what a person has written for herself and her files, when she is forgotten."""

TIDIES = ("competence.files.cli:tidy",)
"""(console) -> nothing; takes away the bytes of what `competence retention` has erased."""

MATRIX_SUGGESTIONS = "competence.delegation.queries.suggesting:core_and_must"
"""(session, staff group id, on) -> (task, rule, practice level) of the whole group's tasks, for its competence profile."""

TEMPLATES = config.CHECKOUT / "templates"
TRANSLATIONS = Path(__file__).parent / "translations"


def named(place: str) -> Any:
    """The object at "module:name", imported when it is asked for."""
    module, _colon, name = place.partition(":")
    return getattr(import_module(module), name)


def wire() -> None:
    """Nothing; what a command touches is answered, in a process without pages too."""
    for place in ANSWERS:
        changes.answered_by(named(place))
    for place in FORESEE:
        changes.foreseen_by(named(place))
    for kind, place in JOBS.items():
        running.done_by(kind, partial(named, place))
    for place in FORGETS:
        inviting.forgotten_by(named(place))
    for place in TIDIES:
        retention.tidied_by(named(place))
    for place in USES:
        catalogue.used_by(named(place))
    scales.levels_used_by(named(LEVEL_USES), named(LEVELS_ASKED), [named(place) for place in CARRIERS])


def create_app(settings: config.Settings | None = None) -> Flask:
    """The application with every page. ConfigError or RuntimeError when it would not be safe to serve."""
    settings = settings or config.load()
    app = Flask(__name__, template_folder=str(TEMPLATES) if TEMPLATES.is_dir() else "templates")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        TESTING=settings.testing,
        SETTINGS=settings,
        SESSION_COOKIE_NAME="kompetence",
        SESSION_COOKIE_SECURE=settings.cookies_are_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=21 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_I18N_ENABLED=False,
        SEND_FILE_MAX_AGE_DEFAULT=31536000,
        TEMPLATES_AUTO_RELOAD=False,
    )
    log_json(libraries=not settings.testing)
    if settings.testing:
        passwords.hash_cheaply()
    if settings.trusted_proxies:
        n = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    db.open(app, settings.database_url)
    if not settings.testing:
        with app.app_context():
            migrations.check_serving(db.engine)
    guard(app, https=settings.cookies_are_secure and bool(settings.public_url))
    _speak(app)
    _find_municipality(app)
    CSRFProtect(app)
    accounts_web.init(app)
    for place in BLUEPRINTS:
        app.register_blueprint(named(place))
    answer_systems(app)
    app.extensions["jobs"] = running.Runner(lambda: db.engine, app.app_context, _spoken_to)
    _version_static(app)
    _fill_templates(app)
    _answer_errors(app)
    wire()

    @app.get("/healthz")
    @public
    def healthz() -> ResponseReturnValue:
        """Whether the process and its database answer."""
        with db.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        return Response("ok\n", mimetype="text/plain")

    @app.after_request
    def write_what_was_read(response: Response) -> Response:
        if response.status_code < 500:
            write_after_reading()
        return response

    check_routes(app)
    return app


def _spoken_to(locale: str, text: Sentence | str) -> str:
    """The sentence as a reader of the language reads it, outside a request."""
    with force_locale(locale):
        return say(text)


def speaker() -> Flask:
    """An application without pages, in whose context sentences and mails are said. For the command line."""
    app = Flask(__name__, template_folder=str(TEMPLATES) if TEMPLATES.is_dir() else "templates")
    _speak(app)
    _say_in_templates(app)
    return app


def _say_in_templates(app: Flask) -> None:
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(FORMATS)
    app.jinja_env.globals.update(FORMATS)
    # The extension escapes what is put into a text where the template is a page, and leaves it alone where it is a plain mail.
    app.jinja_env.install_gettext_callables(spoken, spoken_of, newstyle=True)  # type: ignore[attr-defined]


def _speak(app: Flask) -> None:
    """Danish first, English as the second language. Each feature has a catalogue of its own."""
    domains = sorted({path.stem for path in TRANSLATIONS.glob("*/LC_MESSAGES/*.po")}) or ["messages"]
    app.config.update(
        BABEL_DOMAIN=";".join(domains),
        BABEL_TRANSLATION_DIRECTORIES=";".join([str(TRANSLATIONS)] * len(domains)),
        BABEL_DEFAULT_LOCALE="da",
        BABEL_DEFAULT_TIMEZONE="Europe/Copenhagen",
    )

    def language() -> str:
        if not has_request_context():
            return "da"
        if is_api():
            return asked_language()
        actor = signed_in_actor()
        chosen = actor.locale if actor else cookie.get("language", "da")
        return chosen if chosen in {"da", "en"} else "da"

    Babel(app, locale_selector=language)


def _find_municipality(app: Flask) -> None:
    """The host name tells the municipality, and the session of the request then works for it alone."""

    @app.before_request
    def find() -> ResponseReturnValue | None:
        if request.endpoint in {"static", "healthz"}:
            return None
        tenancy = municipality_for(db.session, request.host.partition(":")[0])
        g.municipality = tenancy
        g.municipality_id = tenancy.id if tenancy else None
        if tenancy is None:
            return problem_of(NotFound()) or (render_template("errors/no_municipality.html"), 404)
        return None


def _version_static(app: Flask) -> None:
    """An address of a static file changes with the file, so that browsers may keep it for a year."""
    folder = Path(app.static_folder or "")
    known: dict[tuple[str, str, int], str] = {}

    def changed_at(filename: str) -> int:
        """Looked up once for each request: a page draws dozens of icons from one file."""
        seen: dict[str, int] = g.setdefault("_files_seen", {})
        if filename not in seen:
            try:
                seen[filename] = (folder / filename).stat().st_mtime_ns // 1_000_000
            except OSError:
                seen[filename] = 0
        return seen[filename]

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "filename" in values and "v" not in values:
            values["v"] = f"{changed_at(values['filename']):x}"

    def quick_url_for(endpoint: str, **values: Any) -> str:
        """The same as `url_for`; a page names its icons dozens of times, so those are put together once."""
        if not values and not endpoint.startswith(".") and has_request_context():
            return address_of(endpoint)
        if endpoint != "static" or len(values) != 1 or not has_request_context():
            return url_for(endpoint, **values)
        place = (values["filename"], request.script_root, changed_at(values["filename"]))
        if place not in known:
            known[place] = url_for(endpoint, **values)
        return known[place]

    app.jinja_env.globals["url_for"] = quick_url_for


def _fill_templates(app: Flask) -> None:
    _say_in_templates(app)
    app.jinja_env.globals["get_locale"] = get_locale

    @cache
    def symbol_sheet(levels: int) -> Markup:
        """The sheet of signs, for a practice scale of so many levels: drawn once."""
        drawn = app.jinja_env.get_template("components/cell.html").module.symbols(levels, MOST_TIMES)  # type: ignore[attr-defined]
        return Markup(drawn)  # noqa: S704 - our own template drew it

    app.jinja_env.globals["symbol_sheet"] = symbol_sheet
    for place in IN_TEMPLATES:
        app.jinja_env.globals[place.partition(":")[2]] = named(place)
    waiting = [named(place) for place in WAITING]
    app.extensions["next_ends"] = named(NEXT_ENDS)
    app.extensions["names_of"] = named(NAMES)
    app.extensions["delegation_ends"] = named(DELEGATION_ENDS)
    app.extensions["instruction_reach"] = named(INSTRUCTION_REACH)
    app.extensions["instruction_answers"] = named(INSTRUCTION_ANSWERS)
    app.extensions["scale_effect"] = named(SCALE_EFFECT)
    app.extensions["settings_effect"] = named(SETTINGS_EFFECT)
    app.extensions["settings_elsewhere"] = [named(place) for place in SETTINGS_ELSEWHERE]
    app.extensions["matrix_suggestions"] = named(MATRIX_SUGGESTIONS)

    @app.context_processor
    def frame() -> dict[str, Any]:
        """What layout.html draws around every page."""
        about = {
            "municipality": g.get("municipality"),
            "request_id": g.get("request_id"),
            "nav": [],
            "tabs": [],
            "actor": None,
            "sheet_levels": MOST_LEVELS,
        }
        actor = signed_in_actor()
        if actor is None:
            return about | {"show_finder": False}
        return about | {
            "actor": accounts_web.shown(actor),
            "device_mark": accounts_web.device_mark(actor.person_id),
            "nav": accounts_web.menu(actor),
            "sheet_levels": highest_ever(db.session),
            "tabs": accounts_web.tabs(actor),
            "show_finder": actor.may(Permission.WHO_MAY_ASK) or actor.may(Permission.WHO_MAY_COLLEAGUES),
            "finder_words": say(N_("Who may …?") if actor.may(Permission.WHO_MAY_ASK) else N_("May I …?")),
            "waiting_count": sum(count(db.session, actor) for count in waiting),
            "waiting_url": address_of("reminders.index"),
        }


def _answer_errors(app: Flask) -> None:
    log = structlog.get_logger("competence.error")

    @app.errorhandler(NotFound)
    @app.errorhandler(404)
    def not_found(error: Exception) -> ResponseReturnValue:
        return problem_of(error) or (render_template("errors/404.html"), 404)

    @app.errorhandler(NotAllowed)
    @app.errorhandler(403)
    def not_allowed(_error: Exception) -> ResponseReturnValue:
        return render_template("errors/403.html"), 403

    @app.errorhandler(CSRFError)
    def page_too_old(_error: CSRFError) -> ResponseReturnValue:
        return render_template(
            "errors/400.html", reason=_("The page had been open for too long, or you have signed in again meanwhile.")
        ), 400

    @app.errorhandler(HTTPException)
    def other(error: HTTPException) -> ResponseReturnValue:
        if error.code is None or error.code < 400:
            return error
        if (problem := problem_of(error)) is not None:
            return problem
        if error.code == 413:
            return render_template("errors/400.html", reason=_("The file is larger than 20 MB.")), 413
        if error.code >= 500:
            return render_template("errors/500.html"), error.code
        return render_template("errors/400.html", reason=""), error.code

    @app.errorhandler(Exception)
    def broke(error: Exception) -> ResponseReturnValue:
        # The traceback is logged without the values in it: they may be about people.
        log.error("unhandled", request_id=g.get("request_id"), route=request.endpoint, exc_info=_without_values(error))
        if app.config["TESTING"]:
            raise error
        return problem_of(error) or (render_template("errors/500.html"), 500)


def _without_values(error: Exception) -> tuple[type[BaseException], BaseException, Any]:
    return RuntimeError, RuntimeError(type(error).__name__), error.__traceback__
