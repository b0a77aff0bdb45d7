"""How Alembic runs here: on the connection that it is given, in that connection's transaction."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from competence.foundation.orm import Base, UtcMoment
from competence.migrations import load_models


def spelled(kind: str, thing: Any, _autogen: AutogenContext) -> str | Literal[False]:
    """A migration says what the database has, and does not depend on our own classes."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, UtcMoment) else False


load_models()
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=spelled,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
