"""What the buttons of these pages share: run a command, say what happened, and go back."""

from collections.abc import Callable
from typing import Any, cast

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from competence.foundation.errors import RuleBroken
from competence.foundation.web import say, transaction


def act(
    run: Callable[[Session], object], said: str, back: str | Callable[[], str], *, undo_url: str = ""
) -> ResponseReturnValue:
    """Back to where the button was, with what happened; with the sentence of a broken rule when nothing did."""
    try:
        with transaction() as session:
            run(session)
    except RuleBroken as broken:
        flash(say(broken.message), "error")
    else:
        flash(cast(Any, {"text": said, "undo_url": undo_url}) if undo_url else said)
    return redirect(back if isinstance(back, str) else back())
