"""Sending one plain e-mail by the server that the settings name."""

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit


def send(smtp_url: str, *, sender: str, to: str, subject: str, text: str) -> None:
    """Nothing; the server has taken the mail. OSError when it cannot be reached or will not."""
    parts = urlsplit(smtp_url)
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message.set_content(text)
    context = ssl.create_default_context()
    host = parts.hostname or "localhost"
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=20, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=20)
    with server:
        if parts.scheme == "smtp":
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
