"""The reader of statements sees what it must see."""

import pytest

from tests.wall import unfiltered


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT person.id FROM person WHERE person.municipality_id = ?",
        "SELECT p.id FROM person AS p WHERE p.municipality_id = ?",
        "SELECT p.id FROM unit JOIN person AS p ON unit.municipality_id = p.municipality_id WHERE unit.municipality_id = ?",
        "UPDATE person SET x=? WHERE person.municipality_id = ?",
        "SELECT name FROM municipality",
        "INSERT INTO person (id, municipality_id) VALUES (?, ?)",
        "SELECT ? AS person",
    ],
)
def test_a_statement_that_names_its_municipality_passes(statement: str):
    assert unfiltered(statement) == ()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT person.id, person.municipality_id FROM person WHERE person.id = ?",
        "SELECT p.id FROM unit, person AS p WHERE unit.municipality_id = ?",
        "SELECT p.id FROM person AS p JOIN person AS q ON p.id = q.id WHERE p.municipality_id = ?",
        "DELETE FROM person WHERE id = ?",
        "WITH w AS (SELECT person.id FROM person) SELECT w.id FROM w",
        "INSERT INTO entitlement (id) SELECT person.id FROM person",
    ],
)
def test_a_statement_that_does_not_is_caught(statement: str):
    assert unfiltered(statement)
