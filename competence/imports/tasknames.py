"""Which task of ours a row of a matrix names: one, none, or more than one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from competence.imports.known import AREA, IGNORE, NEW, Known, MappingFile, Register, key
from competence.imports.symbols import plain_mark

_NUMBER = re.compile(r"^\s*[0-9]{1,2}(?:\.[0-9]{1,2})*[.)]?\s+(?=[^\W\d])")
_CODE = re.compile(r"^\s*([A-ZÆØÅ]{1,4}[0-9]+(?:\.[A-Z]?[0-9]+)*)[.:)]?\s+(?=\S)")
_STRONG = re.compile(r"\s*[/;+&|]\s*|\s+samt\s+|\n+")
_WEAK = re.compile(r"\s*,\s*|\s+og\s+|\s+eller\s+")
_MARK = re.compile(r"\s*(\*+|[¹²³⁴⁵⁶⁷⁸⁹⁰]+|†|‡|#|\([0-9]{1,2}\)|\(\*+\)|\s[0-9]{1,2}\)|(?<=[^\W\d])[0-9])$")
_COMMON = frozenset(
    "borger borgere borgeren pleje behandling måling medicin opgave opgaver hjælp støtte skift daglig ikke efter ved hos med"
    " sygepleje indsats anlæggelse træning opfølgning".split()
)


@dataclass(frozen=True)
class Named:
    """What a row names."""

    name: str
    """In their words, without numbering, code and footnote marks."""
    tasks: tuple[Known, ...] = ()
    """Ours that are meant; none: a task of their own."""
    unclear: tuple[Known, ...] = ()
    """Ours between which we cannot choose; nothing may then be read."""
    unknown: str = ""
    """What the mapping file names though we have no such task."""
    said: str | None = None
    """`NEW`, `AREA` or `IGNORE` when the mapping file says so."""


def split_task(text: str, notes: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The task's name without footnote marks, and the marks. A digit is a mark only when there is such a footnote."""
    marks: list[str] = []
    text = " ".join(text.split())
    while match := _MARK.search(text):
        mark = plain_mark(match[1])
        if match.start() == 0 or (match[1].strip("( )").isascii() and mark.isdigit() and mark not in notes):
            break
        marks.insert(0, mark)
        text = text[: match.start()].rstrip(" ,")
    return text, tuple(marks)


def without_number(text: str) -> str:
    """The heading or task without "3.1" or a code before it."""
    return _CODE.sub("", _NUMBER.sub("", text), count=1).strip() or text


def name_task(text: str, ours: Register, mapping: MappingFile) -> Named:
    """What the row names. A name that is nearly ours stays theirs: we do not guess."""
    name = without_number(text)
    said = mapping.tasks.get(key(text)) or mapping.tasks.get(key(name))
    if said:
        return _mapped(name, said, ours)
    for candidate in dict.fromkeys((text, name)):
        found = ours.find(candidate)
        if len(found) == 1:
            return Named(name, tuple(found))
        if found:
            return Named(name, unclear=tuple(found))
    return Named(name, unclear=_two_tasks(name, ours))


def _mapped(name: str, said: Sequence[str], ours: Register) -> Named:
    """What the mapping file makes of the row."""
    if len(said) == 1 and said[0] in (NEW, AREA, IGNORE):
        return Named(name, said=said[0])
    tasks: list[Known] = []
    for each in said:
        found = ours.find(each)
        if len(found) != 1:
            return Named(name, unclear=tuple(found), unknown=each)
        tasks.append(found[0])
    return Named(name, tuple(tasks))


def _two_tasks(name: str, ours: Register) -> tuple[Known, ...]:
    """The tasks of ours that the parts of the name point to, when they point to different ones."""
    for parting, needs_exact in ((_STRONG, False), (_WEAK, True)):
        parts = [part for part in parting.split(name) if len(key(part)) >= 4]
        if len(parts) < 2:
            continue
        exact = [set(ours.find(part)) for part in parts]
        likely = [found or _mentioned(part, ours) for part, found in zip(parts, exact, strict=True)]
        if needs_exact and not any(exact):
            continue
        if all(likely) and not set.intersection(*likely):
            return tuple(sorted((task for found in likely for task in sorted(found, key=_code)[:2]), key=_code))
        if not needs_exact and any(exact) and not all(likely):
            return tuple(sorted({task for found in exact for task in found}, key=_code))
    return ()


def _code(task: Known) -> str:
    return task.code


def _mentioned(part: str, ours: Register) -> set[Known]:
    """The tasks of ours that share a telling word with the text, by its beginning."""
    stems = {word[:6] for word in re.findall(r"[^\W\d]+", part.casefold()) if len(word) >= 5 and word not in _COMMON}
    return {
        task
        for task in ours.things
        for word in re.findall(r"[^\W\d]+", task.name.casefold())
        if len(word) >= 5 and word not in _COMMON and any(_alike(stem, word) for stem in stems)
    }


def _alike(stem: str, word: str) -> bool:
    return word.startswith(stem) or (len(stem) == 5 and word.startswith(stem[:5]))
