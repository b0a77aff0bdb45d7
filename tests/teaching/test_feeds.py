"""Calendar links: what each shows by the clock of Copenhagen, that it reads back, and that a dead one is dead."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from sqlalchemy import select

from competence.accounts.models import Account
from competence.accounts.passwords import hashed
from competence.app import speaker
from competence.foundation.clock import COPENHAGEN, local, now, today
from competence.foundation.errors import NotFound
from competence.learning.commands.planning import NewActivity, plan_activity
from competence.learning.models import DevelopmentPlan, Talk, TalkTaker
from competence.learning.rules import Part, TalkKind
from competence.teaching import commands
from competence.teaching.calendars import as_ical
from competence.teaching.models import CalendarFeed
from competence.teaching.queries import feeds
from competence.teaching.queries.feeds import Entry
from competence.teaching.rules import FeedKind

DAY = timedelta(days=1)
SPEAKER = speaker()


def read(havnen, link):
    """The events of the calendar, by uid; None when the link is dead."""
    living = feeds.living_feed(havnen.session, link)
    if living is None:
        return None
    with SPEAKER.app_context():
        written = as_ical(feeds.entries(havnen.session, living), name="x", uid="u", place="p", site="https://x.example")
    return {str(one["uid"]): one for one in Calendar.from_ical(written).walk("VEVENT")}, written.decode()


def made(havnen, someone, kind=FeedKind.OWN, **said):
    """The secret of a link of hers; she has an account."""
    if someone.account is None:
        havnen.world.account(someone, password_hash=hashed("x"))
    return commands.make_feed(havnen.session, kind, by=someone.actor, **said)[1]


def test_a_persons_calendar_shows_her_own_and_no_colleague(havnen):
    row = havnen.plan(teacher_id=havnen.guide.person.id)
    commands.answer_teaching(havnen.session, row.id, yes=True, by=havnen.guide.actor)
    havnen.sign_up(row.id, havnen.amira, havnen.camilla)
    plan_activity(
        havnen.session, havnen.amira.employment.id,
        NewActivity("Følgevagt", Part.COLLEAGUES, 240, begins=today() + 3 * DAY, at=time(7, 30), led_by=havnen.guide.person.id),
        by=havnen.amira.actor,
    )  # fmt: skip
    talk = Talk(
        kind=TalkKind.MUS, unit_id=havnen.amira.unit.id, held_by=havnen.leader.person.id, planned_on=today() + 5 * DAY,
        planned_at=time(10), agreed="Hemmeligt", recorded_at=now(), recorded_by=havnen.leader.person.id,
    )  # fmt: skip
    havnen.session.add(talk)
    havnen.session.flush()
    havnen.session.add(
        TalkTaker(talk_id=talk.id, employment_id=havnen.amira.employment.id, prepared={"1": "Hemmeligt"})
    )
    havnen.session.commit()
    found, text = read(havnen, made(havnen, havnen.amira))
    assert sorted(str(one["summary"]) for one in found.values()) == [
        "Følgevagt", "Insulin med pen", "Medarbejderudviklingssamtale (MUS)"
    ]  # fmt: skip
    of_class = next(one for uid, one in found.items() if uid.startswith("class-"))
    assert of_class.start == datetime.combine(today() + 9 * DAY, time(13), COPENHAGEN)
    assert of_class.end - of_class.start == timedelta(hours=2)
    assert str(of_class.start.tzinfo) == "Europe/Copenhagen"
    for word in ("Hemmeligt", "Hanne", "Camilla", "Dorthe", "Amira"):
        assert word not in text


def test_a_uid_stays_when_the_class_is_moved_and_a_cancelled_one_is_marked(havnen):
    row = havnen.plan()
    havnen.sign_up(row.id, havnen.amira)
    link = made(havnen, havnen.amira)
    [before] = read(havnen, link)[0]
    commands.change_class(havnen.session, row.id, havnen.new(times=[havnen.at(11)]), seen=1, by=havnen.nurse.actor)
    [(after, moved)] = read(havnen, link)[0].items()
    assert after == before
    assert moved.start.date() == today() + 11 * DAY
    assert moved["sequence"] == 2
    commands.cancel_class(havnen.session, row.id, "Sne", seen=2, by=havnen.nurse.actor)
    [(uid, gone)] = read(havnen, link)[0].items()
    assert (uid, str(gone["status"])) == (before, "CANCELLED")
    assert read(havnen, link)[1] == read(havnen, link)[1]


def test_a_renewed_link_is_another_and_the_old_one_is_dead_at_once(havnen):
    old = made(havnen, havnen.amira)
    new = made(havnen, havnen.amira)
    assert read(havnen, old) is None
    assert read(havnen, new) is not None
    stored = havnen.session.scalars(select(CalendarFeed.link_hash)).all()
    assert old not in stored
    assert new not in stored
    feed = havnen.session.scalars(select(CalendarFeed).where(CalendarFeed.ended_at.is_(None))).one()
    with pytest.raises(NotFound):
        commands.close_feed(havnen.session, feed.id, by=havnen.camilla.actor)
    commands.close_feed(havnen.session, feed.id, by=havnen.amira.actor)
    assert read(havnen, new) is None
    assert read(havnen, "gæt") is None


def test_a_link_is_dead_when_she_has_left_or_may_not_sign_in(havnen):
    left, closed = made(havnen, havnen.amira), made(havnen, havnen.camilla)
    havnen.amira.employment.valid_to = today()
    havnen.session.scalars(
        select(Account).where(Account.person_id == havnen.camilla.person.id)
    ).one().disabled_at = now()
    havnen.session.commit()
    assert read(havnen, left) is None
    assert read(havnen, closed) is None


def test_the_teams_calendar_has_names_and_is_only_for_who_may_see_them(havnen):
    row = havnen.plan(unit_ids=[havnen.world.district.id])
    havnen.sign_up(row.id, havnen.amira, havnen.ulla)
    link = made(havnen, havnen.leader, FeedKind.TEAM, unit_id=havnen.world.team.id)
    text = read(havnen, link)[1]
    assert "Amira Haddad" in text
    assert "Ulla" not in text
    for nobody in (havnen.amira, havnen.world.person("Lars Bisgaard")):
        with pytest.raises(NotFound):
            made(havnen, nobody, FeedKind.TEAM, unit_id=havnen.world.team.id)
    with pytest.raises(NotFound):
        made(havnen, havnen.leader, FeedKind.TEAM, unit_id=havnen.skoven.id)
    with pytest.raises(NotFound):
        made(havnen, havnen.amira, FeedKind.GUIDE)


def test_a_guides_calendar_shows_what_she_teaches_and_leads(havnen):
    row = havnen.plan(teacher_id=havnen.guide.person.id)
    havnen.sign_up(row.id, havnen.amira)
    link = made(havnen, havnen.guide, FeedKind.GUIDE)
    assert read(havnen, link)[0] == {}
    commands.answer_teaching(havnen.session, row.id, yes=True, by=havnen.guide.actor)
    plan_activity(
        havnen.session, havnen.camilla.employment.id,
        NewActivity("Følgevagt", Part.COLLEAGUES, 240, begins=today() + 3 * DAY, led_by=havnen.guide.person.id),
        by=havnen.camilla.actor,
    ).led_yes_at = now()  # fmt: skip
    havnen.session.flush()
    text = read(havnen, link)[1].replace("\r\n ", "")
    assert "Du underviser: Insulin med pen (1 af 2 pladser taget)" in text
    assert "Følgevagt\\, Camilla" in text
    assert "Brandt" not in text


def test_an_invitation_stands_in_the_calendars_until_it_is_answered(havnen):
    planned = plan_activity(
        havnen.session, havnen.amira.employment.id,
        NewActivity("Følgevagt", Part.COLLEAGUES, 240, begins=today() + 3 * DAY, led_by=havnen.guide.person.id),
        by=havnen.leader.actor,
    )  # fmt: skip
    links = [
        made(havnen, havnen.amira), made(havnen, havnen.guide, FeedKind.GUIDE),
        made(havnen, havnen.leader, FeedKind.TEAM, unit_id=havnen.world.team.id),
    ]  # fmt: skip

    def shown():
        found = [event for link in links for event in read(havnen, link)[0].values()]
        return [(str(one["summary"]), str(one["status"])) for one in found]

    assert shown() == [
        ("Invitation: Følgevagt", "TENTATIVE"), ("Invitation: Følgevagt, Amira", "TENTATIVE"),
        ("Invitation: Følgevagt: Amira Haddad", "TENTATIVE"),
    ]  # fmt: skip
    planned.yes_on, planned.led_yes_at = today(), now()
    havnen.session.flush()
    assert shown() == [
        ("Følgevagt", "CONFIRMED"), ("Følgevagt, Amira", "CONFIRMED"), ("Følgevagt: Amira Haddad", "CONFIRMED"),
    ]  # fmt: skip


def test_a_paused_plan_invites_nobody(havnen):
    plan_activity(
        havnen.session, havnen.amira.employment.id,
        NewActivity("Følgevagt", Part.COLLEAGUES, 240, begins=today() + 3 * DAY), by=havnen.leader.actor,
    )  # fmt: skip
    link = made(havnen, havnen.amira)
    assert len(read(havnen, link)[0]) == 1
    havnen.session.scalars(select(DevelopmentPlan)).one().paused_on = today()
    havnen.session.flush()
    assert read(havnen, link)[0] == {}


MOMENTS = st.integers(0, 1_500_000).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(MOMENTS, st.integers(15, 600), st.booleans(), st.text('abcæøå ,;:\\"\n', max_size=40)), max_size=8
    )
)
def test_what_is_written_reads_back_as_it_was(said):
    made_at = datetime(2026, 1, 1, tzinfo=UTC)
    entries = [
        Entry(
            f"class-{at}", local(begins), local(begins + timedelta(minutes=minutes)), f"Hold {text}", "Sal, A; B", cancelled, at,
            made_at,
        )
        for at, (begins, minutes, cancelled, text) in enumerate(said)
    ]  # fmt: skip
    with SPEAKER.app_context():
        written = as_ical(entries, name="x", uid="u", place="p", site="https://x.example")
        assert written == as_ical(entries, name="x", uid="u", place="p", site="https://x.example")
    found = {str(one["uid"]): one for one in Calendar.from_ical(written).walk("VEVENT")}
    assert len(found) == len(entries)
    for one in entries:
        event = found[f"{one.uid}@p"]
        if (
            local(one.begins).utcoffset() == one.begins.replace(fold=0).utcoffset()
        ):  # an hour that comes twice is named once
            assert event.start.astimezone(UTC) == one.begins.astimezone(UTC)
        assert str(event["location"]) == "Sal, A; B"
        assert (str(event["status"]) == "CANCELLED") is one.cancelled


@pytest.mark.parametrize(
    ("day", "offset"), [(date(2027, 3, 27), "+0100"), (date(2027, 3, 28), "+0200"), (date(2026, 10, 25), "+0100")]
)
def test_the_file_itself_says_when_the_clock_changes(day, offset):
    begins = datetime.combine(day, time(13), COPENHAGEN)
    entry = Entry("a", begins, begins + timedelta(hours=1), "Hold", "", False, 1, now())
    with SPEAKER.app_context():
        written = as_ical([entry], name="x", uid="u", place="p", site="https://x.example")
    zone = next(iter(Calendar.from_ical(written).walk("VTIMEZONE"))).to_tz()
    assert datetime.combine(day, time(13), zone).strftime("%z") == offset
    assert b"DTSTART;TZID=Europe/Copenhagen" in written


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_page_renews_reads_and_closes(havnen, signed_in, client):
    row = havnen.plan()
    havnen.sign_up(row.id, havnen.amira)
    amira = signed_in(havnen.amira)
    page = amira.post("/me/calendar/make", data={"what": "own"}).text
    address = re.search(r'value="http://[^/]+(/calendar/[^"]+\.ics)"', page)[1]
    assert address not in amira.get("/me/calendar").text
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert "Insulin med pen" in answer.text
    again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.text) == (304, "")
    assert "sidst læst" in amira.get("/me/calendar").text
    feed = havnen.session.scalars(select(CalendarFeed)).one()
    assert amira.post(f"/me/calendar/{feed.id}/renew").status_code == 200
    assert client.get(address).status_code == 404
    assert "Insulin" not in client.get(address).text
    assert amira.post("/me/calendar/make", data={"what": "guide"}).status_code == 422
    havnen.session.rollback()
    assert signed_in(havnen.camilla).post(f"/me/calendar/{feed.id}/close").status_code == 404
