"""Sending plain e-mails by the server that the settings name."""

import smtplib
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class Letter:
    """One plain e-mail."""

    to: str
    subject: str
    text: str


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


def _message(sender: str, letter: Letter) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, letter.to, letter.subject
    message.set_content(letter.text)
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
