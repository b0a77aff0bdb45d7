"""What a chain of events says: properties that hold whatever has happened."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from competence.signoffs.rules import Event, EventKind, Origin, Signed, current, history, latest, waiting

BEGAN = date(2026, 1, 1)
TASK = 7
DAYS = st.integers(0, 400)


def moment(day: int) -> datetime:
    return datetime(2026, 1, 1, 11, tzinfo=UTC) + timedelta(days=day)


@st.composite
def chains(draw: st.DrawFn) -> list[Event]:
    """A chain as the commands write it: signed and answered in the order of the days; each sign-off ended at most once."""
    events: list[Event] = []
    day = 0
    open_: list[tuple[int, bool]] = []
    for _ in range(draw(st.integers(0, 8))):
        day += draw(st.integers(0, 60))
        seq = len(events) + 1
        verb = draw(st.sampled_from(["sign", "accept", "not_yet", "withdraw", "revoke", "decline"]))
        if verb == "sign" or not open_:
            first = day + draw(st.integers(0, 20))
            ends = draw(st.none() | st.integers(1, 300))
            fields = {
                "level": draw(st.integers(1, 3)),
                "valid_from": (BEGAN + timedelta(days=first)).isoformat(),
                "valid_to": (BEGAN + timedelta(days=first + ends)).isoformat() if ends else None,
                "answer_before": (BEGAN + timedelta(days=day + 30)).isoformat(),
                "origin": draw(st.sampled_from([Origin.SIGNED_HERE, Origin.SIGNED_HERE, Origin.TRANSFERRED])).value,
            }
            events.append(Event(EventKind.SIGNED, seq, moment(day), TASK, fields=fields))
            open_.append((seq, False))
            continue
        about, accepted = open_.pop(draw(st.integers(0, len(open_) - 1)))
        kinds = {
            "accept": EventKind.ACCEPTED, "not_yet": EventKind.NOT_YET, "withdraw": EventKind.WITHDRAWN,
            "revoke": EventKind.REVOKED, "decline": EventKind.DECLINED,
        }  # fmt: skip
        kind = kinds[verb]
        if accepted and kind in (EventKind.ACCEPTED, EventKind.NOT_YET, EventKind.WITHDRAWN):
            kind = EventKind.REVOKED
        if not accepted and kind is EventKind.DECLINED:
            kind = EventKind.NOT_YET
        events.append(Event(kind, seq, moment(day), TASK, refers_to=about))
        if kind is EventKind.ACCEPTED:
            open_.append((about, True))
    return events


def on(day: int) -> date:
    return BEGAN + timedelta(days=day)


@given(chains(), DAYS)
def test_the_order_in_which_rows_are_read_does_not_matter(chain: list[Event], day: int) -> None:
    assert current(history(reversed(chain)), on=on(day)) == current(history(chain), on=on(day))


@given(chains(), DAYS)
def test_a_signature_without_a_yes_changes_nothing(chain: list[Event], day: int) -> None:
    """Those from paper apart: they count while the yes is waited for."""
    signed = history(chain)
    answered = [s for s in signed if s.accepted_on is not None or s.origin is Origin.TRANSFERRED]
    assert current(signed, on=on(day)) == current(answered, on=on(day))
    assert latest(signed, on=on(day)) == latest(answered, on=on(day))


@given(chains(), st.integers(1, 3), DAYS)
def test_one_more_unanswered_signature_changes_nothing(chain: list[Event], level: int, day: int) -> None:
    signed = history(chain)
    extra = Signed(99, TASK, level, on(0), recorded_at=moment(0), answer_before=on(900))
    assert current([*signed, extra], on=on(day)) == current(signed, on=on(day))


@given(chains(), DAYS)
def test_what_counts_is_the_latest_accepted_and_it_is_in_force(chain: list[Event], day: int) -> None:
    signed = history(chain)
    found = current(signed, on=on(day))
    if found is None:
        return
    assert found.in_force(on(day))
    if found.accepted_on is not None:
        begun = [s for s in signed if s.accepted_on is not None and not s.withdrawn and s.counts_from <= on(day)]
        assert all((s.counts_from, s.seq) <= (found.counts_from, found.seq) for s in begun)


@given(st.integers(1, 3), st.integers(1, 3), st.integers(0, 100), st.integers(0, 100), DAYS)
def test_a_later_accepted_signature_replaces_also_when_its_level_is_lower(
    first: int, second: int, begins: int, later: int, day: int
) -> None:
    old = Signed(1, TASK, first, on(begins), accepted_on=on(begins))
    new = Signed(2, TASK, second, on(begins + later), accepted_on=on(begins + later))
    found = current([old, new], on=on(day))
    if day >= begins + later:
        assert found == new
    elif day >= begins:
        assert found == old
    else:
        assert found is None


@given(chains(), DAYS, st.sampled_from([EventKind.REVOKED, EventKind.DECLINED]))
def test_what_was_replaced_does_not_come_back_when_the_new_one_ends(
    chain: list[Event], day: int, how: EventKind
) -> None:
    signed = history(chain)
    found = current(signed, on=on(day))
    if found is None or found.accepted_on is None:
        return
    ended = [replace(s, ended_on=on(day), ended_by=how) if s.seq == found.seq else s for s in signed]
    after = current(ended, on=on(day))
    assert after is None or (after.accepted_on is None and after.origin is Origin.TRANSFERRED and after.seq > found.seq)


@given(chains(), DAYS)
def test_what_waits_has_no_answer_and_no_end(chain: list[Event], day: int) -> None:
    signed = history(chain)
    found = waiting(signed, on=on(day))
    if found is not None:
        assert found.waits(on(day))
        assert found.answer_before is None or on(day) < found.answer_before
        assert all(s.seq <= found.seq for s in signed if s.waits(on(day)))


@given(chains())
def test_an_undone_signature_is_as_if_it_had_not_been(chain: list[Event]) -> None:
    gone = {e.refers_to for e in chain if e.kind in (EventKind.WITHDRAWN, EventKind.NOT_YET)}
    paper = {e.seq for e in chain if e.fields.get("origin") == Origin.TRANSFERRED.value}
    left = [e for e in chain if e.seq not in gone - paper and e.refers_to not in gone - paper]
    for day in range(0, 400, 13):
        assert current(history(chain), on=on(day)) == current(history(left), on=on(day))


@given(chains(), DAYS, DAYS)
def test_without_another_event_a_right_once_lapsed_stays_lapsed(chain: list[Event], one: int, other: int) -> None:
    """A chain that is over gives rights by time alone only as far as its last first day."""
    early, late = sorted((one, other))
    signed = [s for s in history(chain) if s.counts_from <= on(early)]
    if current(signed, on=on(early)) is None and latest(signed, on=on(early)) is not None:
        assert current(signed, on=on(late)) is None or any(s.origin is Origin.TRANSFERRED for s in signed)
