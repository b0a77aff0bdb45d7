"""Every sentence that a person can meet has its Danish."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
CATALOGUES = sorted((ROOT / "competence" / "translations" / "da" / "LC_MESSAGES").glob("*.po"))
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "_n": (1, 2), "lazy_gettext": None, "lazy_ngettext": (1, 2)}
PLACE = re.compile(r"%(?:\((\w+)\))?[-+ #0]*\d*(?:\.\d+)?([sdrif%])")


def texts_in_code() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """Where a text stands, and the text, (one, many) for a plural."""
    sources: tuple[tuple[Path, list[tuple[str, str]], dict[str, dict[str, str]]], ...] = (
        (ROOT / "competence", [("**.py", "python")], {}),
        (
            ROOT / "templates",
            [("**.html", "jinja2"), ("**.txt", "jinja2")],
            {"**.html": {"silent": "false", "trimmed": "true"}},
        ),
    )
    for folder, methods, options in sources:
        for name, line, msgid, _comments, _context in extract_from_dir(
            folder, methods, options, keywords=KEYWORDS, strip_comment_tags=True
        ):
            yield f"{folder.name}/{name}:{line}", msgid if isinstance(msgid, str) else tuple(msgid)


@cache
def catalogue(file: Path) -> Catalog:
    with file.open("rb") as text:
        return read_po(text, locale="da", abort_invalid=True)


def entries(file: Path) -> Iterator[Message]:
    return (message for message in catalogue(file) if message.id)


def forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    """Singular and plural, or the one there is."""
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def test_every_text_has_its_danish():
    translated = {
        forms(message.id)[0]
        for file in CATALOGUES
        for message in entries(file)
        if not message.fuzzy and message.string and all(forms(message.string))
    }
    missing = sorted({(forms(text)[0], place) for place, text in texts_in_code() if forms(text)[0] not in translated})
    assert not missing, "\n" + "\n".join(f"{place}: {text!r}" for text, place in missing)


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.stem)
def test_the_danish_has_the_same_places_as_the_english(file: Path):
    def places(text: str) -> set[tuple[str, str]]:
        return {(name, kind) for name, kind in PLACE.findall(text) if kind != "%"}

    for message in entries(file):
        expected = set.union(*(places(text) for text in forms(message.id)))
        for danish in forms(message.string):
            if isinstance(message.id, str):
                assert places(danish) == expected, message.id
            else:
                assert places(danish) <= expected, message.id


def test_one_english_sentence_has_one_danish() -> None:
    """All catalogues are read as one, so of two translations an accident would choose."""
    danish: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for file in CATALOGUES:
        for message in entries(file):
            danish[forms(message.id)[0]].add(forms(message.string))
    assert not {text: found for text, found in danish.items() if len(found) > 1}


def test_each_feature_has_one_catalogue_of_its_own_name():
    features = {folder.name for folder in (ROOT / "competence").iterdir() if (folder / "__init__.py").exists()}
    shared = {"layout", "app", "cli"}
    assert {file.stem for file in CATALOGUES} <= features | shared
