"""The chain of evidence: what was written can be proved, and any change of it is found."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError

from competence.audit.chain import NewEvent, append, append_all, breaks, heads_of
from competence.audit.commands import record
from competence.audit.models import EventText, EvidenceEvent
from competence.audit.rules import Link, canonical, link_hash, text_hash
from competence.audit.verifying import verify
from competence.foundation.orm import begin_reading, begin_writing, open_session
from tests.factories import World

MOMENT = datetime(2026, 6, 9, 8, 48, tzinfo=UTC)
FIELDS = st.dictionaries(
    st.text("abcdef_", min_size=1, max_size=6),
    st.none() | st.integers(-(2**40), 2**40) | st.text(max_size=12),
    max_size=4,
)


@st.composite
def chains(draw: st.DrawFn) -> list[tuple[Link, str]]:
    """A chain of two to six events of one person with their hashes."""
    chain: list[tuple[Link, str]] = []
    before = ""
    for seq in range(1, draw(st.integers(2, 6)) + 1):
        link = Link(1, 5, seq, draw(st.sampled_from(["signed", "accepted"])), MOMENT, 7, 3, None, draw(FIELDS), before)
        before = link_hash(link)
        chain.append((link, before))
    return chain


def heads(chain: list[tuple[Link, str]]) -> dict[int, tuple[int, str]]:
    """The head that belongs to the chain."""
    return {5: (len(chain), chain[-1][1])}


@given(chains())
def test_an_untouched_chain_verifies(chain: list[tuple[Link, str]]) -> None:
    assert list(verify(chain, heads(chain))) == []


CHANGES: list[Any] = [
    lambda link: replace(link, fields={**link.fields, "level": "changed"}),
    lambda link: replace(link, by_person_id=8),
    lambda link: replace(link, task_id=4),
    lambda link: replace(link, kind="revoked"),
    lambda link: replace(link, recorded_at=link.recorded_at + timedelta(milliseconds=1)),
    lambda link: replace(link, refers_to=9),
]


@given(chains(), st.data(), st.sampled_from(CHANGES))
def test_an_altered_event_is_found_where_it_lies(
    chain: list[tuple[Link, str]], data: st.DataObject, change: Any
) -> None:
    at = data.draw(st.integers(0, len(chain) - 1))
    altered = [*chain]
    altered[at] = (change(chain[at][0]), chain[at][1])
    found = list(verify(altered, heads(chain)))
    assert [(one.seq, one.what) for one in found] == [(at + 1, "altered")]


@given(chains(), st.data())
def test_an_event_altered_with_its_own_hash_made_anew_is_found_too(
    chain: list[tuple[Link, str]], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(chain) - 1))
    forged = replace(chain[at][0], kind="forged")
    altered = [*chain[:at], (forged, link_hash(forged)), *chain[at + 1 :]]
    assert list(verify(altered, heads(chain)))


@given(chains(), st.data())
def test_a_removed_event_is_found(chain: list[tuple[Link, str]], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(chain) - 1))
    found = list(verify([*chain[:at], *chain[at + 1 :]], heads(chain)))
    assert [(one.seq, one.what) for one in found] == [(at + 1, "cut off" if at == len(chain) - 1 else "missing")]


@given(chains(), st.data())
def test_two_swapped_events_are_found(chain: list[tuple[Link, str]], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(chain) - 2))
    swapped = [*chain]
    first, second = swapped[at][0], swapped[at + 1][0]
    swapped[at] = (replace(second, seq=first.seq), swapped[at + 1][1])
    swapped[at + 1] = (replace(first, seq=second.seq), chain[at][1])
    assert list(verify(swapped, heads(chain)))


@given(chains())
def test_an_event_added_behind_the_head_is_found(chain: list[tuple[Link, str]]) -> None:
    more = Link(1, 5, len(chain) + 1, "signed", MOMENT, 7, 3, None, {}, chain[-1][1])
    assert [one.what for one in verify([*chain, (more, link_hash(more))], heads(chain))] == ["added"]


def test_the_hash_is_the_same_in_any_order_of_the_fields() -> None:
    link = Link(1, 5, 1, "signed", MOMENT, 7, 3, None, {"a": 1, "b": "æøå"}, "")
    assert link_hash(link) == link_hash(replace(link, fields={"b": "æøå", "a": 1}))


def test_events_are_chained_in_the_database_and_verify(world: World) -> None:
    helper = world.person()
    begin_writing(world.session)
    written = append_all(world.session, [NewEvent(helper.person.id, "signed", fields={"level": n}) for n in (1, 2, 3)])
    world.session.commit()
    assert [event.seq for event in written] == [1, 2, 3]
    assert breaks(world.session) == []


def test_a_text_lies_apart_and_can_be_erased_without_breaking_the_chain(world: World) -> None:
    helper = world.person()
    begin_writing(world.session)
    append(world.session, NewEvent(helper.person.id, "signed", fields={"level": 1}, texts={"note": "Øv alarmgrænser"}))
    world.session.commit()
    event = world.session.scalars(select(EvidenceEvent)).one()
    kept = world.session.scalars(select(EventText)).one()
    assert event.fields["note_hash"] == text_hash(kept.text, kept.salt)
    assert "alarm" not in str(event.fields)
    begin_writing(world.session)
    world.session.delete(kept)
    world.session.commit()
    assert breaks(world.session) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE evidence_event SET kind = 'revoked' WHERE municipality_id = 1",
        "DELETE FROM evidence_event WHERE municipality_id = 1",
        "UPDATE audit_entry SET action = 'x' WHERE municipality_id = 1",
        "DELETE FROM audit_entry WHERE municipality_id = 1",
    ],
)
def test_the_database_itself_refuses_to_change_evidence(world: World, statement: str) -> None:
    helper = world.person()
    begin_writing(world.session)
    append(world.session, NewEvent(helper.person.id, "signed", fields={"level": 1}))
    record(world.session, by=None, action="test", subject="evidence_event")
    world.session.commit()
    with pytest.raises(DBAPIError):
        world.session.execute(text(statement))
    world.session.rollback()
    assert breaks(world.session) == []


def test_what_is_written_while_a_check_reads_is_no_break(world: World, engine: Engine) -> None:
    helper = world.person()
    begin_writing(world.session)
    append(world.session, NewEvent(helper.person.id, "signed", fields={"level": 1}))
    world.session.commit()
    with open_session(engine, world.municipality.id) as reading:
        begin_reading(reading)
        assert heads_of(reading)[helper.person.id][0] == 1
        begin_writing(world.session)
        append(world.session, NewEvent(helper.person.id, "signed", fields={"level": 2}))
        world.session.commit()
        assert breaks(reading) == []
    assert heads_of(world.session)[helper.person.id][0] == 2


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-1e20, 1e20) | st.text(max_size=8),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(max_size=4), some, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=4), ANYTHING, max_size=5))
def test_an_event_is_written_as_the_standard_says_whichever_way_is_taken(document):
    assert canonical(document) == rfc8785.dumps(document)
