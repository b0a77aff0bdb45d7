"""A PostgreSQL of the tests' own: a folder that is thrown away, a socket, no port, and a real server's two roles."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

OWNER = "kompetence_owner"
"""Owns the tables and migrates; no superuser."""
APP = "kompetence_app"
"""Serves: owns nothing, is no superuser and passes no row-level policy."""
OLDEST = 13
STRATEGIES = 15
"""The first version that can be told how to copy a database."""
MEMORY = Path("/dev/shm")
"""A disk in memory, where the system has one: a database is copied and thrown away there three times as fast."""
ROOM = 2 << 30


@dataclass(frozen=True)
class Cluster:
    """A running server in `folder`."""

    folder: Path
    version: int
    """The main number."""

    def url(self, role: str, database: str) -> str:
        """The address that SQLAlchemy opens as the role."""
        return f"postgresql+psycopg://{role}@/{database}?host={self.folder}"

    def create(self, database: str, *, template: str = "template0") -> None:
        """Nothing. The database exists afterwards, a copy of the template, owned by OWNER."""
        # A copy of its files, without a word of them in the log: the way of all versions before 15, and the quicker one here.
        how = sql.SQL(" STRATEGY FILE_COPY" if self.version >= STRATEGIES else "")
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}{}").format(
                sql.Identifier(database), sql.Identifier(template), sql.Identifier(OWNER), how
            ),
            sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)),
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(database), sql.Identifier(APP)),
        )

    def drop(self, database: str) -> None:
        """Nothing. Whoever is still connected is thrown out."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    def make_roles(self) -> None:
        """Nothing. The owner's and the application's roles exist afterwards."""
        self._run(
            sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE").format(
                sql.Identifier(OWNER)
            ),
            sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE").format(sql.Identifier(APP)),
        )

    def _run(self, *statements: sql.Composed) -> None:
        with psycopg.connect(host=str(self.folder), dbname="postgres", user="postgres", autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@contextmanager
def running_cluster(*, in_memory: bool = True, **more: str) -> Iterator[Cluster]:
    """A fresh server with the two roles and no database of ours; gone with its folder at the end. `more`: its settings."""
    programs = _programs()
    # A socket's path holds about 100 characters, pytest's own is longer.
    folder = Path(tempfile.mkdtemp(prefix="kt-pg-", dir=MEMORY if in_memory and has_room(MEMORY) else None))
    # PostgreSQL refuses to run as root, so root hands the folder to the package's own user.
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    settings = {
        "listen_addresses": "''",
        "unix_socket_directories": f"'{folder}'",
        "max_connections": "60",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "jit": "off",
        "autovacuum": "off",
    } | more

    def call(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [programs / program, "--pgdata", folder / "data", *arguments],
            user=user, extra_groups=[] if user else None, cwd=folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program} failed:\n{done.stdout}")

    try:
        call("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        with open(folder / "data" / "postgresql.conf", "a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())
        call("pg_ctl", "--wait", "--silent", "--log", str(folder / "log"), "start")
        try:
            cluster = Cluster(folder, _version(programs / "initdb"))
            cluster.make_roles()
            yield cluster
        finally:
            call("pg_ctl", "--wait", "--silent", "--mode=immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def has_room(place: Path) -> bool:
    """Whether there is such a disk, and much left on it."""
    return place.is_dir() and os.access(place, os.W_OK) and shutil.disk_usage(place).free > ROOM


def _programs() -> Path:
    """The folder with initdb and pg_ctl, the newest there is. RuntimeError with a sentence when there is none."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True
    )
    if pg_config := shutil.which("pg_config"):
        folders.append(Path(subprocess.check_output([pg_config, "--bindir"], text=True).strip()))
    if initdb := shutil.which("initdb"):
        folders.append(Path(initdb).resolve().parent)
    for folder in folders:
        if (folder / "initdb").exists() and _version(folder / "initdb") >= OLDEST:
            return folder
    raise RuntimeError(f"These tests need PostgreSQL {OLDEST} or newer (Debian: sudo apt-get install postgresql).")


def _version(program: Path) -> int:
    """The main number in "initdb (PostgreSQL) 15.18 (Debian ...)"."""
    found = re.search(r"\d+", subprocess.check_output([program, "--version"], text=True))
    return int(found.group()) if found else 0
