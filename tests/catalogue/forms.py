"""What a browser would send of a page's form."""

from collections.abc import Iterator
from typing import Any

import html5lib


def form_values(page: str) -> dict[str, Any]:
    """Name -> value of the page's last POST form with a hidden `seen`, as it stands; several values as a list."""
    root = html5lib.parse(page, namespaceHTMLElements=False)
    forms = [form for form in root.iter("form") if any(one.get("name") == "seen" for one in form.iter("input"))]
    values: dict[str, Any] = {}
    for name, value in _sent(forms[-1]):
        values[name] = [*_listed(values[name]), value] if name in values else value
    return values


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _sent(form: Any) -> Iterator[tuple[str, str]]:
    for one in form.iter():
        name = one.get("name")
        if not name:
            continue
        if one.tag == "input" and one.get("type") in ("radio", "checkbox"):
            if one.get("checked") is not None:
                yield name, one.get("value", "on")
        elif one.tag == "input" and one.get("type") not in ("file", "submit"):
            yield name, one.get("value", "")
        elif one.tag == "textarea":
            yield name, (one.text or "").removeprefix("\r\n").removeprefix("\n")
        elif one.tag == "select":
            options = list(one.iter("option"))
            chosen = [option for option in options if option.get("selected") is not None] or options[:1]
            yield name, chosen[0].get("value", chosen[0].text or "") if chosen else ""
