"""One run of `competence remind` for a municipality: remind, make the mails that are due, and send those that wait."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from competence.access.rules import Permission
from competence.accounts.queries import actor_of_person
from competence.coverage.queries.places import tree
from competence.coverage.queries.rostered import coming_gaps
from competence.delegation.commands.hearing import remind_hearing
from competence.delegation.letters import reminding
from competence.delegation.queries import get_version
from competence.delegation.queries.hearing import asked, to_remind
from competence.foundation import mail
from competence.foundation.clock import now, today
from competence.foundation.errors import RuleBroken
from competence.foundation.orm import TenantSession, begin_writing, open_session
from competence.organisation.models import Municipality
from competence.reminders import commands
from competence.reminders.letters import Sender, class_letter, digest, plan_letter, roster_letter
from competence.reminders.matters import find
from competence.reminders.plans import invitations
from competence.reminders.queries import able_to_read, all_refusals, away_on, refused_by, reminders_in
from competence.reminders.rules import ROSTER_DAYS, MailKind, State
from competence.teaching.commands import settle_offers
from competence.teaching.queries.people import one_told

HEARING_WITHIN = timedelta(days=3)
"""So long before a hearing's last day those who have said nothing are reminded, once."""
AT_A_TIME = 200
"""So many weekly mails are made in one transaction."""
AS_STATE = {
    mail.Outcome.TAKEN: State.SENT,
    mail.Outcome.REFUSED: State.REFUSED,
    mail.Outcome.LATER: State.WAITING,
    mail.Outcome.UNKNOWN: State.UNKNOWN,
}


@dataclass
class Told:
    """What a run has done for a municipality."""

    municipality: str
    reminders: int = 0
    """Made now, to stand in people's lists."""
    mails: int = 0
    """Made now, to be sent."""
    sent: int = 0
    waiting: int = 0
    """To be tried again later."""
    refused: int = 0
    """The mail server takes them never."""
    unknown: int = 0
    """May have been sent, and are not sent again."""
    server_down: bool = False

    def as_dict(self) -> dict[str, object]:
        """By name, for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Post:
    """How mails are sent."""

    smtp_url: str
    mail_from: str
    secret_key: str
    address: str
    """The address of the pages where the municipality has no host of its own."""


class _DryRunError(Exception):
    """Ends a transaction whose counts have been read."""


def run(engine: Engine, municipality_id: int, post: Post | None, *, dry_run: bool = False) -> Told:
    """What was done, or with `dry_run` would be, and then nothing is written or sent.

    Without `post` people are reminded in the program only. Safe to run again, and by several at once: what has been made is
    in the database before anything is sent, and a mail is sent by whoever has claimed it. A process that is killed while it
    hands over a mail leaves that one mail marked as perhaps sent.
    """
    with open_session(engine, municipality_id) as session:
        on = today()
        name = session.scalars(select(Municipality.name).where(Municipality.id == municipality_id)).one()
        told = Told(name)
        found = find(session, on=on)
        try:
            with _writing(session):
                commands.lock_reminding(session)
                told.reminders = commands.add_reminders(session, found)
                if post is not None:
                    told.mails = _hearings(session)
                settle_offers(session)
                if post is not None:
                    told.mails += commands.queue_rosters(session, on=on)
                    told.mails += commands.queue_classes(session, on=on)
                    told.mails += commands.queue_plans(session, on=on)
                if post is not None and dry_run:
                    told.mails += commands.queue_digests(session, on=on)
                if dry_run:
                    raise _DryRunError
        except _DryRunError:
            return told
        if post is not None:
            told.mails += _digests(session)
        if post is not None:
            _send(session, post, told)
    return told


def _digests(session: Session) -> int:
    """How many weekly mails now wait. Made some at a time, so that nobody waits long for the right to write."""
    made = 0
    while True:
        with _writing(session):
            commands.lock_reminding(session)
            some = commands.queue_digests(session, on=today(), most=AT_A_TIME)
        made += some
        if some < AT_A_TIME:
            return made


@contextmanager
def _writing(session: Session) -> Iterator[None]:
    begin_writing(session)
    try:
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise


def _hearings(session: Session) -> int:
    """How many mails now wait about hearings that end within three days, to those who have said nothing."""
    on, refusals = today(), all_refusals(session)
    made = 0
    for number in to_remind(session, on=on, within=HEARING_WITHIN):
        try:
            silent = remind_hearing(session, number, by=None)
        except RuleBroken:
            continue  # everybody has commented
        wanted = [one.person_id for one in silent if one.email and (one.person_id, MailKind.HEARINGS) not in refusals]
        made += commands.queue_hearing(session, number, wanted, on=on)
    return made


def _send(session: TenantSession, post: Post, told: Told) -> None:
    with _writing(session):
        told.unknown = commands.give_up_on_stuck(session, at=now())
        waiting = commands.to_send(session, at=now())
    if not waiting:
        return
    away = away_on(session, today())
    try:
        with mail.connected(post.smtp_url) as server:
            for number, one in enumerate(waiting):
                outcome = _send_one(session, post, server, one, away)
                if outcome is State.SENT:
                    told.sent += 1
                elif outcome is State.WAITING:
                    told.waiting += 1
                elif outcome is State.REFUSED:
                    told.refused += 1
                elif outcome is State.UNKNOWN:
                    told.unknown += 1
                    told.waiting += len(waiting) - number - 1
                    break  # the connection is of no more use; the next run goes on
    except (OSError, smtplib.SMTPException):
        told.server_down = True
        told.waiting += len(waiting) - told.sent - told.refused - told.waiting
        with _writing(session):
            commands.postpone(session, [one.id for one in waiting], at=now())


def _send_one(
    session: TenantSession, post: Post, server: smtplib.SMTP, one: commands.Outgoing, away: frozenset[int]
) -> State | None:
    """What has become of the mail; None when another process has it, or there was nothing left to tell."""
    with _writing(session):
        if not commands.claim(session, one.id, at=now()):
            return None
        letter = _letter(session, post, one, away)
        if letter is None:
            commands.let_go(session, one.id)
            commands.settle_mail(session, one.id, State.DROPPED, at=now())
            return None
    # A mail that is tried again keeps its name, so that a server that had taken it after all can tell.
    name = f"<{session.info['municipality_id']}.{one.id}.{one.period:%Y%m%d}@{mail.domain_of(post.mail_from)}>"
    letter = replace(letter, headers=(*letter.headers, ("Message-ID", name)))
    outcome = mail.hand_over(server, sender=post.mail_from, letter=letter)
    with _writing(session):
        return commands.settle_mail(session, one.id, AS_STATE[outcome], at=now())


def _letter(session: Session, post: Post, one: commands.Outgoing, away: frozenset[int]) -> mail.Letter | None:
    """The letter as it is true now; None when nothing is left to tell its reader, or she is away or gone."""
    municipality = session.scalars(select(Municipality).where(Municipality.id == session.info["municipality_id"])).one()
    site = f"https://{municipality.host}" if municipality.host else post.address
    sender = Sender(municipality.id, municipality.name, site, post.secret_key)
    if one.kind == commands.HEARING_MAIL:
        return _hearing_letter(session, one, sender)
    if one.kind == commands.ROSTER_MAIL:
        return _roster_letter(session, one, sender, away)
    if one.kind == commands.CLASS_MAIL:
        return _class_letter(session, one, sender)
    if one.kind == commands.PLAN_MAIL:
        return _plan_letter(session, one, sender)
    reader = able_to_read(session, [one.person_id]).get(one.person_id)
    actor = actor_of_person(session, one.person_id)
    if reader is None or not actor.roles or one.person_id in away:
        return None
    lines = reminders_in(session, one.id, actor)
    if not lines:
        return None
    return digest(sender, lines, person_id=one.person_id, to=reader[0], name=actor.name, locale=reader[1])


def _roster_letter(
    session: Session, one: commands.Outgoing, sender: Sender, away: frozenset[int]
) -> mail.Letter | None:
    """The gaps of the coming shifts within her reach; None when there are none, or she wants or may have no such mail now."""
    reader = able_to_read(session, [one.person_id]).get(one.person_id)
    actor = actor_of_person(session, one.person_id)
    if reader is None or one.person_id in away or MailKind.ROSTER in refused_by(session, one.person_id):
        return None
    nodes = tree(session, on=today()).reached(actor.reach(Permission.ROSTER_READ))
    gaps = coming_gaps(session, nodes, first=today(), days=ROSTER_DAYS)
    if not gaps:
        return None
    return roster_letter(sender, gaps, person_id=one.person_id, to=reader[0], name=actor.name, locale=reader[1])


def _class_letter(session: Session, one: commands.Outgoing, sender: Sender) -> mail.Letter | None:
    """The word about a class; None when there is nothing left to tell, or she wants no such mail now."""
    told = one_told(session, one.subject_id)
    reader = able_to_read(session, [one.person_id]).get(one.person_id)
    if told is None or reader is None or MailKind.TEACHING in refused_by(session, one.person_id):
        return None
    name = actor_of_person(session, one.person_id).name
    return class_letter(sender, told, person_id=one.person_id, to=reader[0], name=name, locale=reader[1])


def _plan_letter(session: Session, one: commands.Outgoing, sender: Sender) -> mail.Letter | None:
    """What she is invited to; None when she has answered all of it, or wants no such mail now."""
    invited = invitations(session, one.person_id)
    reader = able_to_read(session, [one.person_id]).get(one.person_id)
    if not invited or reader is None or MailKind.PLANS in refused_by(session, one.person_id):
        return None
    name = actor_of_person(session, one.person_id).name
    return plan_letter(sender, invited, person_id=one.person_id, to=reader[0], name=name, locale=reader[1])


def _hearing_letter(session: Session, one: commands.Outgoing, sender: Sender) -> mail.Letter | None:
    version = get_version(session, one.subject_id)
    if not version.is_in_hearing(today()) or version.hearing_until is None:
        return None
    silent = [who for who in asked(session, version.id, on=today()) if not who.has_commented]
    letters = reminding(
        [who for who in silent if who.person_id == one.person_id], number=one.subject_id, municipality=sender.municipality,
        until=version.hearing_until, link=f"{sender.site}/matrix/hearing/{one.subject_id}",
    )  # fmt: skip
    if not letters:
        return None
    return replace(letters[0], headers=sender.headers(one.person_id, MailKind.HEARINGS.value))
