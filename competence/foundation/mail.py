"""Sending e-mails by the server that the settings name."""

import smtplib
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from competence.foundation.clock import now


@dataclass(frozen=True)
class Letter:
    """One e-mail: plain, and beside that the same as HTML where it has one."""

    to: str
    subject: str
    text: str
    html: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    """Further ones, as (name, value)."""


class Outcome(StrEnum):
    """What has become of an e-mail that was handed over."""

    TAKEN = "taken"
    REFUSED = "refused"
    """For good: an unknown address, for instance."""
    LATER = "later"
    """Not now: a full mailbox, or a server that asks to be asked again."""
    UNKNOWN = "unknown"
    """The connection broke: it may have been taken."""


def send(smtp_url: str, *, sender: str, to: str, subject: str, text: str) -> None:
    """Nothing; the server has taken the mail. OSError when it cannot be reached or will not."""
    with _connected(smtp_url) as server:
        server.send_message(_message(sender, Letter(to, subject, text)))


def send_all(smtp_url: str, *, sender: str, letters: Iterable[Letter]) -> list[Letter]:
    """Those that the server has taken, over one connection. OSError when it cannot be reached."""
    taken = []
    with _connected(smtp_url) as server:
        for letter in letters:
            try:
                server.send_message(_message(sender, letter))
            except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError):
                continue
            except smtplib.SMTPServerDisconnected:
                break
            taken.append(letter)
    return taken


def domain_of(sender: str) -> str:
    """What stands after the @ of the address that mails are sent from."""
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"


@contextmanager
def connected(smtp_url: str) -> Iterator[smtplib.SMTP]:
    """A connection to the server, to `hand_over` by. OSError when it cannot be reached."""
    server = _connected(smtp_url)
    try:
        yield server
    finally:
        try:
            server.quit()
        except (smtplib.SMTPException, OSError):
            server.close()


def hand_over(server: smtplib.SMTP, *, sender: str, letter: Letter) -> Outcome:
    """What has become of the letter. After UNKNOWN the connection is of no more use."""
    try:
        server.send_message(_message(sender, letter))
    except smtplib.SMTPRecipientsRefused as refused:
        codes = [code for code, _text in refused.recipients.values()]
        return Outcome.LATER if any(400 <= code < 500 for code in codes) else Outcome.REFUSED
    except smtplib.SMTPResponseException as answer:
        return Outcome.LATER if 400 <= answer.smtp_code < 500 else Outcome.REFUSED
    except (smtplib.SMTPException, OSError):
        return Outcome.UNKNOWN
    return Outcome.TAKEN


def _message(sender: str, letter: Letter) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, letter.to, letter.subject
    message["Date"] = format_datetime(now())
    for name, value in letter.headers:
        message[name] = value
    if "Message-ID" not in message:
        message["Message-ID"] = make_msgid(domain=domain_of(sender))
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    return message


def _connected(smtp_url: str) -> smtplib.SMTP:
    parts = urlsplit(smtp_url)
    context = ssl.create_default_context()
    host = parts.hostname or "localhost"
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=20, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=20)
    try:
        if parts.scheme == "smtp":
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server
