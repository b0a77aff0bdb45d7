"""What the subcommands of `competence` are given: a database, a municipality, and a way to say things."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import click
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from competence.foundation.orm import begin_writing, engine_for, open_session, work_for
from competence.foundation.web import say


class Console:
    """One run of the command line. Subcommands take it by `@click.pass_obj`."""

    def __init__(
        self,
        settings: Callable[[], Any],
        find: Callable[[Session, str | None], int],
        municipality: str | None = None,
        *,
        ready: Callable[[Engine], None] | None = None,
    ) -> None:
        self._settings = settings
        self._find = find
        self._ready = ready
        self.municipality = municipality
        """The name after `--municipality`; None: the only one, or the demonstration."""

    @cached_property
    def settings(self) -> Any:
        """The settings, a `config.Settings`, read when first asked for."""
        return self._settings()

    @cached_property
    def engine(self) -> Engine:
        """Connections as the serving role, once the database has been found ready."""
        made = engine_for(self.settings.database_url)
        if self._ready is not None:
            self._ready(made)
        return made

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session that works for the municipality; what is not committed is rolled back."""
        with open_session(self.engine, None) as session:
            work_for(session, self._find(session, self.municipality))
            session.commit()
            yield session

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """The same with the right to write; commits at the end, rolls back on any error."""
        with self.session() as session:
            begin_writing(session)
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise

    @contextmanager
    def outside(self) -> Iterator[Session]:
        """A session that works for no municipality, to make or list them."""
        with open_session(self.engine, None) as session:
            yield session

    def close(self) -> None:
        """Nothing; the connections are closed, if any were opened."""
        if "engine" in self.__dict__:
            self.engine.dispose()

    def say(self, text: Any) -> None:
        """Nothing; the sentence or marked text is printed in Danish."""
        click.echo(say(text))

    def stop(self, text: Any) -> None:
        """Never returns: the sentence goes to the standard error, and the program ends with 1."""
        click.echo(say(text), err=True)
        sys.exit(1)
