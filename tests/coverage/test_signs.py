"""The signs: every state can be drawn from the page's one sheet of symbols, in few bytes."""

import re
from itertools import product
from pathlib import Path
from typing import get_args

import pytest
from jinja2 import Environment, FileSystemLoader

from competence.coverage.signs import (
    MOST_LEVELS,
    MOST_TIMES,
    Kind,
    Shape,
    Sign,
    have_need,
    have_need_html,
    sign,
    sign_html,
)

TEMPLATES = Path(__file__).parents[2] / "templates"


@pytest.fixture(scope="module")
def symbols() -> set[str]:
    """The ids of the sheet that layout.html puts on every page."""
    environment = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)
    environment.globals.update(sign=sign, have_need=have_need)
    sheet = str(environment.get_template("components/cell.html").module.symbols(MOST_LEVELS, MOST_TIMES))  # type: ignore[attr-defined]
    ids = re.findall(r'<symbol id="([^"]+)"', sheet)
    assert len(ids) == len(set(ids))
    return set(ids)


ALL_STATES = [
    Sign(shape, kind, level, days, done, of, citizen, off_duty)
    for shape, kind, level, days, (done, of), citizen, off_duty in product(
        get_args(Shape),
        get_args(Kind),
        (0, 1, 3, 7),
        (None, 0, 60),
        ((0, 3), (3, 3), (5, 3), (5, 8)),
        (False, True),
        (False, True),
    )
]


def test_every_state_uses_symbols_that_exist(symbols: set[str]) -> None:
    used = {name for state in ALL_STATES for name in re.findall(r"href=#(\S+)", sign_html(state))}

    assert used <= symbols


def test_only_a_task_that_is_not_relevant_has_an_empty_sign() -> None:
    empty = {state.kind for state in ALL_STATES if sign_html(state) == ""}

    assert empty == {"not_relevant"}


def test_shape_says_why_and_the_digit_says_the_level() -> None:
    assert sign_html(Sign("square", "valid", 2)) == "<svg><use href=#s2 /></svg>"
    assert sign_html(Sign("circle", "valid", 1)) == "<svg><use href=#c1 /></svg>"
    assert sign_html(Sign("diamond", "valid", 3)) == "<svg><use href=#d3 /></svg>"


def test_tab_shows_days_and_citizen() -> None:
    assert ">34</text>" in sign_html(Sign("circle", "valid", 2, days=34))
    assert ">B34</text>" in sign_html(Sign("circle", "valid", 2, days=34, citizen=True))
    assert "href=#kB " in sign_html(Sign("circle", "valid", 2, citizen=True))


def test_only_what_is_valid_shows_days() -> None:
    shown = {state.kind for state in ALL_STATES if "</text>" in sign_html(state) and "/8<" not in sign_html(state)}

    assert shown == {"valid"}


def test_a_person_not_in_the_roster_is_drawn_grey() -> None:
    assert sign_html(Sign("square", "valid", 2, off_duty=True)) == "<svg class=x><use href=#s2 /></svg>"


def test_a_long_training_draws_its_own_ring() -> None:
    assert ">5/8</text>" in sign_html(Sign("circle", "training", done=5, of=8))


def test_templates_name_the_parts() -> None:
    assert sign(kind="training", done=2, of=3) == sign_html(Sign("circle", "training", done=2, of=3))
    assert sign(Sign("none", "paused")) == sign_html(Sign("none", "paused"))


def test_coverage_says_its_figures_whatever_its_tone() -> None:
    assert have_need_html(0, 1, "hole") == '<span class="kt-hn kt-hole"><b>0</b>/1</span>'
    assert have_need_html(2, 2, "vulnerable") == '<span class="kt-hn kt-vulnerable"><b>2</b>/2</span>'
    assert have_need_html(4, 2, "covered") == '<span class="kt-hn"><b>4</b>/2</span>'
    assert "#kn" in have_need_html(0, 0, "none")


def test_a_page_of_signs_stays_small() -> None:
    plain = [state for state in ALL_STATES if state.days is None and state.of <= 5]

    assert max(len(sign_html(state)) for state in plain) <= 60
