"""The weekly mail: its words are made when it is sent, from what still stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import render_template
from flask_babel import force_locale

from competence.coverage.queries.rostered import ComingGap
from competence.coverage.rules import SHIFT_NAMES
from competence.foundation.mail import Letter
from competence.foundation.text import N_, sentence
from competence.foundation.web import say
from competence.learning.models import PlannedActivity
from competence.reminders.queries import Line
from competence.reminders.rules import (
    DIGEST,
    MAIL_NAMES,
    MAIL_OF,
    ROSTER_DAYS,
    ROSTER_LINES,
    MailKind,
    Part,
)
from competence.reminders.tokens import ALL, sealed
from competence.reminders.words import NEWS, mailed
from competence.teaching.queries.people import Told
from competence.teaching.rules import News
from competence.teaching.views.showing import when

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Sender:
    """What the mails of a municipality need to know."""

    municipality_id: int
    municipality: str
    site: str
    """The address of the pages, without a slash at its end."""
    secret_key: str

    def stop_link(self, person_id: int, what: str = ALL) -> str:
        """The address by which a person stops mails."""
        return f"{self.site}/mail/stop/{sealed(self.secret_key, self.municipality_id, person_id, what)}"

    def headers(self, person_id: int, what: str = ALL) -> tuple[tuple[str, str], ...]:
        """Those by which a mail program stops the mails in one click (RFC 8058)."""
        return (
            ("List-Unsubscribe", f"<{self.stop_link(person_id, what)}>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ("Auto-Submitted", "auto-generated"),
        )


def digest(sender: Sender, lines: Sequence[Line], *, person_id: int, to: str, name: str, locale: str) -> Letter:
    """The mail to one person, as text and as HTML, with the headers by which a mail program stops it in one click."""
    with force_locale(locale):
        own = list(dict.fromkeys(say(mailed(line)) for line in lines if line.part is Part.OWN))
        others = list(dict.fromkeys(say(mailed(line)) for line in lines if line.part is not Part.OWN))
        about = {MAIL_OF[line.kind] for line in lines}
        context = {
            "first_name": name.split(" ")[0],
            "own": own,
            "others": others,
            "municipality": sender.municipality,
            "link": f"{sender.site}/reminders",
            "choose": f"{sender.site}/account/mails",
            "stop": sender.stop_link(person_id),
            "stops": [
                (say(MAIL_NAMES[kind]), sender.stop_link(person_id, kind.value)) for kind in DIGEST if kind in about
            ],
            "language": locale,
        }
        return Letter(
            to,
            say(sentence(N_("Reminders from Kompetencetavlen, %(municipality)s"), municipality=sender.municipality)),
            render_template("reminders/digest.txt", **context),
            render_template("reminders/digest.html", **context),
            headers=sender.headers(person_id),
        )


def roster_letter(
    sender: Sender, gaps: Sequence[ComingGap], *, person_id: int, to: str, name: str, locale: str
) -> Letter:  # fmt: skip
    """The mail about gaps in the coming shifts: unit, day, shift, task and count, each with a link. Nobody is named."""
    with force_locale(locale):
        lines = [
            (
                say(
                    sentence(
                        N_("%(unit)s, %(day)s, %(shift)s: %(task)s, %(have)s of %(need)s"), unit=gap.unit.name,
                        day=gap.day, shift=say(SHIFT_NAMES[gap.shift]).lower(), task=gap.task.name, have=gap.count.have,
                        need=gap.count.need or 0,
                    )
                ),
                f"{sender.site}/roster/{gap.unit.id}/{gap.day.isoformat()}/{gap.shift.value}",
            )
            for gap in sorted(gaps, key=lambda one: (one.day, one.unit.name, one.unit.id))[:ROSTER_LINES]
        ]  # fmt: skip
        context = {
            "first_name": name.split(" ")[0], "lines": lines, "more": max(0, len(gaps) - ROSTER_LINES), "days": ROSTER_DAYS,
            "municipality": sender.municipality, "link": f"{sender.site}/roster", "choose": f"{sender.site}/account/mails",
            "stop": sender.stop_link(person_id, MailKind.ROSTER.value), "language": locale,
        }  # fmt: skip
        return Letter(
            to, say(sentence(N_("Gaps in the coming shifts, %(municipality)s"), municipality=sender.municipality)),
            render_template("reminders/roster.txt", **context), render_template("reminders/roster.html", **context),
            headers=sender.headers(person_id, MailKind.ROSTER.value),
        )  # fmt: skip


def class_letter(sender: Sender, told: Told, *, person_id: int, to: str, name: str, locale: str) -> Letter:
    """The mail with a word about a class: what, when and where, and where to answer. It names nobody."""
    with force_locale(locale):
        row, news = told.lesson.row, News(told.news.news)
        said = say(sentence(NEWS[news], name=row.name))
        until = told.sign_up.offered_until if told.sign_up is not None and news is News.OFFERED else None
        context = {
            "first_name": name.split(" ")[0], "said": said, "words": row.cancelled_words if news is News.CANCELLED else "",
            "times": [when(one.starts_at, one.ends_at) for one in told.lesson.spans], "place": row.place, "until": until,
            "municipality": sender.municipality, "link": f"{sender.site}/me/classes", "choose": f"{sender.site}/account/mails",
            "stop": sender.stop_link(person_id, MailKind.TEACHING.value), "language": locale,
        }  # fmt: skip
        return Letter(
            to,
            said,
            render_template("reminders/class.txt", **context),
            render_template("reminders/class.html", **context),
            headers=sender.headers(person_id, MailKind.TEACHING.value),
        )


def plan_letter(
    sender: Sender, invited: Sequence[PlannedActivity], *, person_id: int, to: str, name: str, locale: str
) -> Letter:
    """The mail about training that was planned with her: what and when, and where to answer. It names nobody."""
    with force_locale(locale):
        said = say(sentence(N_("Training has been planned with you, and waits for your answer")))
        lines = [
            say(
                sentence(
                    N_("%(what)s, %(first)s to %(last)s"), what=one.name, first=one.begins, last=one.ends - ONE_DAY
                )
            )
            for one in invited
            if one.begins is not None and one.ends is not None
        ]
        context = {
            "first_name": name.split(" ")[0], "said": said, "lines": list(dict.fromkeys(lines)),
            "municipality": sender.municipality, "link": f"{sender.site}/me/learning",
            "choose": f"{sender.site}/account/mails", "stop": sender.stop_link(person_id, MailKind.PLANS.value),
            "language": locale,
        }  # fmt: skip
        return Letter(
            to,
            said,
            render_template("reminders/plan.txt", **context),
            render_template("reminders/plan.html", **context),
            headers=sender.headers(person_id, MailKind.PLANS.value),
        )
