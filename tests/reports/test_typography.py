import pytest
from hypothesis import given
from hypothesis import strategies as st

from competence.reports.typography import Face, lines_of, load_fonts, printable, width_of

load_fonts()
BODY = Face(10)


def test_a_name_typed_with_loose_accents_is_composed():
    assert printable("A\u030ase Lo\u0308nberg") == "Åse Lönberg"


def test_a_letter_that_the_font_lacks_loses_its_accent_or_is_marked():
    assert printable("Nguyễn 鈴木") == "Nguyễn ??"


def test_line_breaks_and_invisible_signs_become_spaces_or_go():
    assert printable("Team\nHavnen\u200b  Nord") == "Team Havnen Nord"


def test_a_double_name_breaks_at_its_hyphen():
    assert lines_of("Anne-Sofie Vestergaard-Christiansen", BODY, 80) == ["Anne-Sofie", "Vestergaard-", "Christiansen"]


@given(st.text(alphabet="abcæøå -Ø", max_size=60), st.integers(20, 200))
def test_lines_fit_and_lose_no_letter(text, width):
    lines = lines_of(text, BODY, width)
    assert all(width_of(line, BODY) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == printable(text).replace(" ", "")


@pytest.mark.parametrize("size", [9, 28])
def test_an_empty_text_is_one_empty_line(size):
    assert lines_of("", Face(size), 100) == [""]
