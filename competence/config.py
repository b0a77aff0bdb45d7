"""What the environment says, as one typed object, checked before anything starts."""

import ipaddress
import os
import secrets
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

CHECKOUT = Path(__file__).resolve().parent.parent
SHORTEST_SECRET = 32


class ConfigError(Exception):
    """A setting without which the program does not start; its text is for whoever starts it."""


@dataclass(frozen=True)
class Settings:
    """How this process runs."""

    database_url: str
    """The database as the application's role, which owns nothing."""
    database_owner_url: str
    """The same database as the role that owns the tables; only `competence migrate` uses it."""
    secret_key: str
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str | None = None
    """The address people type, as "https://kompetence.example"; None when it is the loopback address."""
    trusted_proxies: int = 0
    """How many proxies stand in front and put X-Forwarded-For, -Proto and -Host right."""
    smtp_url: str | None = None
    """smtp://user:password@host:port; None: links are printed instead of mailed."""
    mail_from: str = "kompetencetavlen@localhost"
    threads: int = 4
    anchor_key: Path | None = None
    """The file with the private key that signs anchors; None: none are made."""
    credential_key: Path | None = None
    """The file with the private key that signs credentials; None: nobody can fetch one."""
    files_folder: Path = CHECKOUT / "var" / "files"
    """Where evidence files lie, encrypted; made when the first one is added."""
    file_scanner: tuple[str, ...] = ()
    """The command that looks for viruses in a file given to it; empty: none does."""
    testing: bool = False
    """Cheap password hashing, no throttle across tests. Given by the tests, never by the environment."""

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)

    @property
    def cookies_are_secure(self) -> bool:
        """Whether cookies are sent over https only: always, unless only this machine can reach the server."""
        return not self.is_loopback or bool(self.public_url and self.public_url.startswith("https:"))

    @property
    def address(self) -> str:
        """The address to open in a browser."""
        if self.public_url:
            return self.public_url
        return f"http://{self.host}:{self.port}"


def is_loopback(host: str) -> bool:
    """Whether the host names this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def load(environ: Mapping[str, str] | None = None, *, folder: Path | None = None) -> Settings:
    """The settings from the environment, checked. ConfigError with a sentence when something is missing or weak.

    Without DATABASE_URL and SECRET_KEY a database and a secret of one's own lie in `folder` (var/ in the checkout).
    """
    env = os.environ if environ is None else environ
    folder = folder or Path(env.get("KOMPETENCE_VAR") or CHECKOUT / "var")
    database_url = env.get("DATABASE_URL") or f"sqlite:///{folder / 'kompetencetavlen.db'}"
    host = env.get("HOST") or "127.0.0.1"
    settings = Settings(
        database_url=_database_url("DATABASE_URL", database_url),
        database_owner_url=_database_url("DATABASE_OWNER_URL", env.get("DATABASE_OWNER_URL") or database_url),
        secret_key=_secret(env, folder, may_make=is_loopback(host) and not env.get("PUBLIC_URL")),
        host=host,
        port=_number(env, "PORT", 8000, 1, 65535),
        public_url=_public_url(env.get("PUBLIC_URL")),
        trusted_proxies=_number(env, "TRUSTED_PROXIES", 0, 0, 5),
        smtp_url=_smtp_url(env.get("SMTP_URL")),
        mail_from=env.get("MAIL_FROM") or "kompetencetavlen@localhost",
        threads=_number(env, "THREADS", 4, 1, 64),
        anchor_key=CHECKOUT / env["ANCHOR_KEY"] if env.get("ANCHOR_KEY") else None,
        credential_key=CHECKOUT / env["CREDENTIAL_KEY"] if env.get("CREDENTIAL_KEY") else None,
        files_folder=CHECKOUT / env["FILES_FOLDER"] if env.get("FILES_FOLDER") else folder / "files",
        file_scanner=_command("FILE_SCANNER", env.get("FILE_SCANNER") or ""),
    )
    check(settings)
    return settings


def check(settings: Settings) -> None:
    """Nothing. ConfigError when the settings together would leave people's data open."""
    if settings.is_loopback:
        return
    if not (settings.public_url and settings.public_url.startswith("https:")) or settings.trusted_proxies < 1:
        raise ConfigError(
            f"HOST={settings.host} can be reached from other machines, and sign-in must not travel in clear. Put a proxy "
            "with https in front, and set PUBLIC_URL=https://... and TRUSTED_PROXIES=1; or leave HOST at 127.0.0.1."
        )


def for_tests(database_url: str, **changes: object) -> Settings:
    """Settings for a test: a fixed secret and cheap hashing."""
    made = Settings(
        database_url=database_url,
        database_owner_url=database_url,
        secret_key="only for tests, only for tests, only",  # noqa: S106 - it guards nothing
        testing=True,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def _database_url(name: str, value: str) -> str:
    if value.startswith("postgres://"):
        value = "postgresql://" + value.removeprefix("postgres://")
    try:
        url = make_url(value)
    except ArgumentError:
        raise ConfigError(
            f"{name} is not a database address. Write sqlite:////path/to/file.db or postgresql://user:password@host/name."
        ) from None
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise ConfigError(f"{name} names {url.get_backend_name()}. Kompetencetavlen runs on SQLite and PostgreSQL.")
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            raise ConfigError(f"{name} must name a file: a database in memory is gone when the program stops.")
        path = Path(url.database)
        if not path.is_absolute():
            path = CHECKOUT / path
        path.parent.mkdir(parents=True, exist_ok=True)
        return str(url.set(database=str(path)))
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    return url.render_as_string(hide_password=False)


def _secret(env: Mapping[str, str], folder: Path, *, may_make: bool) -> str:
    """SECRET_KEY, or on a loopback address the one kept in var/secret, made on the first start."""
    given = env.get("SECRET_KEY")
    if given is None and may_make:
        path = folder / "secret"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            try:
                with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                    file.write(secrets.token_hex(32))
            except FileExistsError:
                pass
        given = path.read_text().strip()
    if not given:
        raise ConfigError(
            "SECRET_KEY is missing. Make one with: python -c 'import secrets; print(secrets.token_hex(32))' and keep it: "
            "with another key everybody is signed out, and stored citizen references can no longer be read."
        )
    if len(given) < SHORTEST_SECRET or len(set(given)) < 8:
        raise ConfigError(
            f"SECRET_KEY is too weak: it needs at least {SHORTEST_SECRET} characters drawn by chance. Make one with: "
            "python -c 'import secrets; print(secrets.token_hex(32))'"
        )
    return given


def _number(env: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    value = env.get(name)
    if not value:
        return default
    if not value.isdigit() or not least <= int(value) <= most:
        raise ConfigError(f"{name} is {value!r}, but must be a whole number from {least} to {most}.")
    return int(value)


def _command(name: str, value: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(value))
    except ValueError:
        raise ConfigError(f"{name} is no command: a quotation mark is not closed.") from None


def _public_url(value: str | None) -> str | None:
    if not value:
        return None
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigError(f"PUBLIC_URL is {value!r}, but must be an address such as https://kompetence.example.")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ConfigError("PUBLIC_URL must begin with https: sign-in must not travel in clear.")
    return value.rstrip("/")


def _smtp_url(value: str | None) -> str | None:
    if not value:
        return None
    parts = urlsplit(value)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ConfigError("SMTP_URL must be smtp://user:password@host:port (STARTTLS) or smtps://... (TLS at once).")
    return value
