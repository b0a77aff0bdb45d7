"""What is wrong with a page, read as HTML5: less than axe sees, but in milliseconds, on all pages that tests open."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element

import html5lib

NAMELESS_TYPES = {"hidden", "submit", "reset", "button", "image"}


def problems(page: str) -> list[str]:
    """A sentence for each fault of the page; empty when there is none."""
    return list(_problems(page))


def _problems(page: str) -> Iterator[str]:
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root: Element = parser.parse(page)
    for (line, column), code, details in parser.errors:
        yield f"line {line}, column {column}: {code} {details or ''}".rstrip()
    if not root.get("lang"):
        yield "the page does not say its language"
    if not (root.findtext("head/title") or "").strip():
        yield "the page has no title"
    yield from _headings(root)
    yield from _ids(root)
    yield from _names(root)
    yield from _tables(root)
    yield from _inline(root)


def _headings(root: Element) -> Iterator[str]:
    levels = [int(node.tag[1]) for node in root.iter() if node.tag in HEADINGS]
    if levels.count(1) != 1:
        yield f"the page has {levels.count(1)} h1, not one"
    for before, after in pairwise(levels):
        if after > before + 1:
            yield f"h{after} follows h{before}: a level is left out"


def _ids(root: Element) -> Iterator[str]:
    ids = Counter(node.get("id") for node in root.iter() if node.get("id") is not None)
    for name, times in ids.items():
        if times > 1:
            yield f'id "{name}" stands {times} times'
        if not name or " " in name:
            yield f'"{name}" is no id'
    for node in root.iter():
        for attribute in ("for", "aria-labelledby", "aria-describedby", "aria-controls", "headers", "list"):
            for name in (node.get(attribute) or "").split():
                if name not in ids:
                    yield f'{attribute}="{name}" on <{node.tag}> points at nothing'
        if node.tag == "a" and (target := node.get("href") or "").startswith("#") and target[1:] not in ids:
            yield f'href="{target}" points at nothing'


def _names(root: Element) -> Iterator[str]:
    labelled = {node.get("for") for node in root.iter("label")}
    inside = {control for label in root.iter("label") for control in label.iter()}
    for node in root.iter():
        if node.tag in {"input", "select", "textarea"}:
            if node.tag == "input" and node.get("type") in NAMELESS_TYPES:
                continue
            if not (node.get("id") in labelled or node in inside or _aria_name(node)):
                yield f'<{node.tag} name="{node.get("name")}"> has no label'
        elif node.tag in {"button", "a"}:
            if node.tag == "a" and node.get("href") is None:
                continue
            if not (_text(node) or _aria_name(node)):
                yield f"<{node.tag}> has no text: {dict(node.attrib)}"
        elif node.tag == "img" and node.get("alt") is None:
            yield f'<img src="{node.get("src")}"> has no alt'
        elif node.tag == "fieldset" and (node.find("legend") is None and not _aria_name(node)):
            yield "a fieldset has no legend"


def _tables(root: Element) -> Iterator[str]:
    for table in root.iter("table"):
        if table.get("role") in {"presentation", "none"}:
            continue
        if not _text(table.find("caption")) and not _aria_name(table):
            yield "a table has no caption"
        for head in table.iter("th"):
            if head.get("scope") not in {"col", "row", "colgroup", "rowgroup"}:
                yield f'the heading "{_text(head)}" has no scope'


def _inline(root: Element) -> Iterator[str]:
    for node in root.iter():
        if node.tag == "style" or (node.tag == "script" and node.get("src") is None and node.get("type") is None):
            yield f"an inline <{node.tag}>, which the content security policy refuses"
        for attribute in node.attrib:
            if str(attribute) == "style" or str(attribute).startswith("on"):
                yield f'{attribute}="..." on <{node.tag}>, which the content security policy refuses'


def _aria_name(node: Element) -> str:
    return (node.get("aria-label") or node.get("aria-labelledby") or node.get("title") or "").strip()


def _text(node: Element | None) -> str:
    """All text inside, the names of pictures included."""
    if node is None:
        return ""
    parts: list[Any] = list(node.itertext())
    parts += [child.get("alt") or child.get("aria-label") or "" for child in node.iter()]
    return " ".join("".join(parts).split())


HEADINGS = {f"h{level}" for level in range(1, 7)}
