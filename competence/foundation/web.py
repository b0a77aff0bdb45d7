"""What every view uses: the session of the request, a transaction, a broken rule at its field, and Danish formats."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from gettext import NullTranslations
from inspect import iscoroutinefunction
from typing import Any, cast

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal
from flask import Flask, g, has_request_context, request, url_for
from flask_babel import get_locale, get_translations
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy.orm import Session
from wtforms import Form

from competence.foundation.clock import local
from competence.foundation.errors import RuleBroken
from competence.foundation.orm import TenantSession, begin_writing, engine_options, prepared, work_for
from competence.foundation.text import Sentence


class Database(SQLAlchemy):
    """The engine of the application and a session for each request, which works for the request's municipality."""

    def __init__(self) -> None:
        super().__init__(session_options={"class_": TenantSession, "expire_on_commit": False})

    def open(self, app: Flask, url: str) -> None:
        """Nothing; the application has its engine."""
        app.config["SQLALCHEMY_ENGINES"] = {"default": {"url": url, **engine_options(url)}}
        self.init_app(app)
        # The extension also closes asynchronous sessions, of which there are none, by an event loop in each request.
        app.teardown_appcontext_funcs = [f for f in app.teardown_appcontext_funcs if not iscoroutinefunction(f)]
        with app.app_context():
            prepared(self.engine)

    def get_session(self, name: str = "default") -> Session:
        """The session of the context; it works for `g.municipality_id` once that is known."""
        session = super().get_session(name)
        municipality_id = g.get("municipality_id")
        if municipality_id is not None and session.info.get("municipality_id") != municipality_id:
            work_for(session, municipality_id)
        return session

    def own_session(self) -> Session:
        """A session apart from the request's, for its own short transaction. Close it, best by `with`."""
        session = self.sessionmaker()
        if g.get("municipality_id") is not None:
            work_for(session, g.municipality_id)
        return session


db = Database()


@contextmanager
def transaction() -> Iterator[Session]:
    """The request's session with the right to write. Commits at the end, rolls back on any error.

    After an error what the view had loaded stays readable as it was, so that the page can be shown again.
    """
    session = db.session
    begin_writing(session)
    try:
        yield session
        session.commit()
    except BaseException:
        session.expunge_all()
        session.rollback()
        raise


def after_reading(write: Callable[[Session], None]) -> None:
    """Nothing; `write` runs once the page is made, with the others in one short transaction of their own.

    For the few things that a GET may write: the access log, when a session, a screen or a key was last seen, and that who was
    told of a stop has opened its page.
    """
    g.setdefault("_after_reading", []).append(write)


def write_after_reading() -> None:
    """Nothing; what `after_reading` was given is written. Called once at the end of each request."""
    writes: list[Callable[[Session], None]] = g.pop("_after_reading", [])
    if writes:
        with db.own_session() as session:
            begin_writing(session)
            for write in writes:
                write(session)
            session.commit()


def show(broken: RuleBroken, form: Form) -> None:
    """Nothing; the broken rule's sentence stands at its field of the form, or above the form when it names none."""
    message = say(broken.message)
    field = form[broken.field] if broken.field and broken.field in form else None
    if field is None:
        form.form_errors = [*form.form_errors, message]
    else:
        field.errors = [*field.errors, message]


_catalogues: dict[str, NullTranslations] = {}


def _catalogue() -> NullTranslations:
    """The texts of the request's language. Kept by language, since flask_babel looks it up anew for each of a page's texts."""
    locale = language()
    found = _catalogues.get(locale)
    if found is None:
        found = get_translations()
        if has_request_context():
            _catalogues[locale] = found
    return found


def spoken(text: str, **values: Any) -> str:
    """The text in the reader's language: what `_` is in templates, and in pages that say many."""
    said = _catalogue().gettext(text)
    return said % values if values else said


def spoken_of(one: str, many: str, count: int) -> str:
    """The same for a number of things: what `ngettext` is in templates, which put the values in themselves."""
    return _catalogue().ngettext(one, many, count)


_addresses: dict[tuple[str, str], str] = {}


def address_of(endpoint: str) -> str:
    """The address of a page without parameters, put together once: menus name the same ones on every page."""
    place = (endpoint, request.script_root)
    if place not in _addresses:
        _addresses[place] = url_for(endpoint)
    return _addresses[place]


def say(text: Any) -> str:
    """The sentence or marked text in the reader's language, with dates, numbers and nested sentences in it as she reads them."""
    if isinstance(text, Sentence):
        translated = _catalogue().gettext(text.msgid) if text.msgid else ""
        return translated % {key: _shown(value) for key, value in text.params.items()} if text.params else translated
    text = str(text)
    return _catalogue().gettext(text) if text else ""


def _shown(value: Any) -> str:
    match value:
        case None:
            return ""
        case Sentence():
            return say(value)
        case bool() | str():
            return str(value)
        case datetime():
            return moment(value)
        case date():
            return day(value)
        case int() | float() | Decimal():
            return number(value)
        case Mapping():
            return str(value)
        case Sequence() | set() | frozenset():
            return listed(value)
        case _:
            return str(value)


def language() -> str:
    """The reader's language, looked up once for each request: it is asked for hundreds of times on a page."""
    try:
        return cast(str, g.spoken_language)
    except (AttributeError, RuntimeError):
        locale = get_locale()
        found: str = locale.language if locale else "da"
        if has_request_context():
            g.spoken_language = found
        return found


@lru_cache(maxsize=4096)
def _day(value: date, locale: str, pattern: str) -> str:
    return format_date(value, pattern, locale=locale)


def as_pattern(value: date, pattern: str) -> str:
    """The date as the pattern of Babel's has it, as "mandag" for "EEEE"."""
    return _day(value, language(), pattern)


def day(value: date | None) -> str:
    """As "13. juli 2026" ("13 July 2026"); empty for None. A moment is shown as its Danish date."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = local(value).date()
    locale = language()
    return _day(value, locale, "d. MMMM y" if locale == "da" else "d MMMM y")


def short_day(value: date | None) -> str:
    """As "13. juli" ("13 July"); empty for None."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = local(value).date()
    locale = language()
    return _day(value, locale, "d. MMMM" if locale == "da" else "d MMMM")


def clock_time(value: datetime | None) -> str:
    """Danish wall time as "7.42" ("7:42"); empty for None."""
    if value is None:
        return ""
    at = local(value)
    return f"{at.hour}.{at:%M}" if language() == "da" else f"{at.hour}:{at:%M}"


def moment(value: datetime | None) -> str:
    """As "9. juni 2026 kl. 7.42" ("9 June 2026 at 7:42"); empty for None."""
    if value is None:
        return ""
    return f"{day(value)} {'kl.' if language() == 'da' else 'at'} {clock_time(value)}"


@lru_cache(maxsize=4096)
def _number(value: float | Decimal, locale: str) -> str:
    return str(format_decimal(value, locale=locale))


def number(value: float | Decimal) -> str:
    """As "1.234,5" in Danish."""
    return _number(value, language())


def listed(values: Any) -> str:
    """As "a, b og c"."""
    return format_list([_shown(value) for value in values], locale=language())


FORMATS = {
    "say": say, "day": day, "short_day": short_day, "moment": moment, "clock_time": clock_time, "number": number,
    "listed": listed,
}  # fmt: skip
"""In templates both as filters and as functions."""
