"""The fields that all forms share: how long a text may be, and days whose year is a slip."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from wtforms import StringField
from wtforms.validators import Optional

from competence.foundation.clock import add_months, today
from competence.foundation.forms import AtMost, DateField, Form
from tests.factories import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


class Typed(Form):
    """A form with one of each."""

    on = DateField("Day", validators=[Optional()], years_ahead=1)
    note = StringField("Note", validators=[AtMost(5)])


def errors(app: Flask, **said: str) -> dict[str, list[str]]:
    """What is to be corrected when this is typed."""
    with app.test_request_context("/", method="POST", data=said):
        form = Typed(meta={"csrf": False})
        form.validate()
        return dict(form.errors)


def test_a_text_that_is_too_long_is_told_how_long_it_may_be(app: Flask):
    assert errors(app, note="seksten tegn her") == {"note": ["Teksten er for lang. Skriv højst 5 tegn."]}
    assert errors(app, note="fem!!") == {}


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (add_months(today(), 13), "ligger langt ude i fremtiden."),
        (date(1890, 1, 1), "Er årstallet rigtigt? 1. januar 1890 ligger langt tilbage."),
    ],
)
def test_a_day_whose_year_is_a_slip_is_asked_about(app: Flask, on: date, said: str):
    (told,) = errors(app, on=on.isoformat())["on"]
    assert told.startswith("Er årstallet rigtigt?")
    assert told.endswith(said)


def test_a_day_within_range_and_no_day_are_fine(app: Flask):
    assert errors(app, on=add_months(today(), 12).isoformat()) == {}
    assert errors(app, on="") == {}


def test_whoever_is_signed_out_chooses_the_language_and_stays_on_the_page(client: FlaskClient, world: World):
    page = client.get("/sign-in?next=/me").text
    assert 'value="en"' in page
    answer = client.post("/language", data={"language": "en"}, headers={"Referer": "http://localhost/sign-in?next=/me"})
    assert answer.location == "/sign-in?next=/me"
    assert "Sign in" in client.get("/sign-in").text
