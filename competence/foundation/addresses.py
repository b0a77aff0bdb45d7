"""Addresses that are shown to be used elsewhere: in a code, on another screen, in a mail, on paper."""

from typing import Any

from flask import current_app, g, request, url_for

from competence.config import Settings


def site() -> str:
    """How the server is reached from outside, as "https://kompetence.example".

    It is the PUBLIC_URL where one is set, else the address that the request came by. A municipality with a host name of
    its own is always met by that one, as the PUBLIC_URL belongs to the others.
    """
    settings: Settings = current_app.config["SETTINGS"]
    return (None if g.municipality.host else settings.public_url) or request.host_url.rstrip("/")


def address(endpoint: str, **values: Any) -> str:
    """The page's whole address, as it stands outside the program."""
    return f"{site()}{url_for(endpoint, **values)}"
