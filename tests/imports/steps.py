"""The steps through a municipality's own spreadsheet, as somebody meets them in a browser without scripts."""

import html
import re
from typing import ClassVar

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class StepPage:
    """A step as somebody meets it: its controls by their labels."""

    steps: ClassVar[str]
    """Where the walk begins."""

    def __init__(self, client: FlaskClient, step: str) -> None:
        self.client, self.url = client, f"{self.steps}/{step}"
        self.text = html.unescape(client.get(self.url).text)
        self.fields: dict[str, str] = {}
        for match in re.finditer(r"<select[^>]*?name=\"([^\"]+)\".*?</select>", self.text, re.DOTALL):
            chosen = re.search(r"<option selected value=\"([^\"]*)\"", match[0])
            self.fields[match[1]] = chosen[1] if chosen else ""
        for tag in re.findall(r"<input[^>]*>", self.text):
            attributes = dict(re.findall(r"([\w-]+)=\"([^\"]*)\"", tag))
            kind = attributes.get("type", "text")
            if "name" in attributes and (kind not in ("radio", "checkbox") or " checked" in tag):
                self.fields[attributes["name"]] = attributes.get("value", "")

    def field(self, label: str) -> str:
        """The name of the control with the label."""
        found = re.search(rf"<label[^>]*for=\"([^\"]+)\"[^>]*>{re.escape(label)}", self.text)
        assert found, (label, self.text)
        return found[1]

    def send(self, **more: str) -> TestResponse:
        """The answer to the form as it stands, with what is said besides."""
        return self.client.post(self.url, data=self.fields | more)

    def answer(self, answers: dict[str, str], **more: str) -> TestResponse:
        """The same by the controls' labels."""
        return self.send(**{self.field(label): value for label, value in answers.items()}, **more)
