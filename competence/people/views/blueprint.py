"""What the pages about people share: the blueprint, a page with one form, and shifts in words."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import Form

from competence.foundation.clock import today
from competence.foundation.errors import RuleBroken
from competence.foundation.web import say, show, transaction
from competence.people.queries import EmploymentFacts
from competence.people.rules import SHIFT_NAMES

bp = Blueprint("people", __name__, url_prefix="/people")


def done(form: Form, run: Callable[..., object], said: str, target: str) -> ResponseReturnValue | None:
    """On to the next page after the command; None when a rule was broken, which the form then shows."""
    try:
        with transaction() as session:
            run(session)
    except RuleBroken as broken:
        show(broken, form)
        return None
    flash(said)
    return redirect(target)


def form_page(
    form: Form, *, title: str, back: str, button: str, intro: str = "", about: str = ""
) -> ResponseReturnValue:
    """A page with one form."""
    return render_template(
        "people/form.html", form=form, title=title, back=back, button=button, intro=intro, about=about, today=today()
    )


def about_employment(facts: EmploymentFacts) -> str:
    """Whom, as what and where."""
    return f"{facts.name} · {facts.group.name} · {facts.unit.name}"


def shifts_in_words(shifts: str) -> str:
    """As "dag og aften"; "" when none is fixed."""
    names = [say(SHIFT_NAMES[letter]).lower() for letter in shifts if letter in SHIFT_NAMES]
    return (
        str(_("%(first)s and %(last)s", first=", ".join(names[:-1]), last=names[-1]))
        if len(names) > 1
        else "".join(names)
    )
