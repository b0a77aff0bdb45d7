"""Which tasks somebody means by what she has typed: forgiving about order, endings, Danish letters and a slip of the finger.

Pure. A word may be the name's, one that the task is also called by, its code, its area, or its line in plain Danish.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

_LETTERS = str.maketrans({"æ": "ae", "ä": "ae", "ø": "oe", "ö": "oe", "å": "aa"})
_SMALL = frozenset(
    "af at da den der det du en er et for fra give giver han hos hun hvem i jeg kan lave lige maa med mon nu og om "
    "paa skal som the til udfoere ved who may can do".split()
)
"""Words that tell no task from another; they are looked for only when nothing else was typed."""
SHORTEST_TO_SLIP = 5
"""A word of so many letters may have one of them wrong, one of twice as many two."""
SHORTEST_WHOLE, SHORTEST_HALF = 3, 4
"""A compound is taken apart where each half is a whole word of so many letters, or so many letters within one."""

NAME, OTHER_NAME, LOOSE, AREA, GUESS = range(5)
"""How a word was found, the surest first: in the name, in what it is also called or its code, within a word or in its plain
line, in its area, or only by a guess."""


@dataclass(frozen=True)
class Named:
    """A task as it can be looked for."""

    id: int
    name: str
    also_called: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    plain_text: str = ""
    area: str = ""


@lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """The text in small letters, with æ, ø, å as two letters and without accents."""
    small = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
    return "".join(letter for letter in unicodedata.normalize("NFKD", small) if not unicodedata.combining(letter))


def words_of(text: str) -> tuple[str, ...]:
    """Its words, folded; a full stop inside a code stays."""
    plain = "".join(letter if letter.isalnum() or letter == "." else " " for letter in folded(text))
    return tuple(word for part in plain.split() if (word := part.strip(".")))


def found(tasks: Iterable[Named], text: str) -> list[int]:
    """The ids of the tasks that may be meant, the likeliest first; one of exactly that name, code or other name alone.

    Every word must be found. Where some tasks are found by their names, those that are only guessed at are left out.
    """
    named = list(tasks)
    wanted = words_of(text)
    if not wanted:
        return []
    exact = [one.id for one in named if wanted == words_of(one.name)] or [
        one.id for one in named if any(wanted == words_of(other) for other in (*one.codes, *one.also_called))
    ]
    if exact:
        return exact
    telling = tuple(word for word in wanted if word not in _SMALL) or wanted
    scored = [(place, one.id) for one in named if (place := _place(_looked_in(one), telling)) is not None]
    surest = min((place[0] for place, _id in scored), default=NAME)
    least = LOOSE if surest <= LOOSE else surest
    kept = [(place, at, id_) for at, (place, id_) in enumerate(scored) if place[0] <= least]
    return [id_ for _place_, _at, id_ in sorted(kept)]


@dataclass(frozen=True)
class _Words:
    name: tuple[str, ...]
    other: tuple[str, ...]
    codes: tuple[str, ...]
    plain: tuple[str, ...]
    area: tuple[str, ...]


@lru_cache(maxsize=4096)
def _looked_in(task: Named) -> _Words:
    return _Words(
        words_of(task.name),
        tuple(word for other in task.also_called for word in words_of(other)),
        tuple(word for code in task.codes for word in words_of(code)),
        words_of(task.plain_text),
        words_of(task.area),
    )


def _place(task: _Words, wanted: Sequence[str]) -> tuple[int, int] | None:
    """(how surely the least sure word was found, how surely all together); None when one was not found."""
    tiers = []
    for word in wanted:
        tier = _tier(task, word)
        if tier is None:
            return None
        tiers.append(tier)
    return max(tiers), sum(tiers)


def _tier(task: _Words, word: str) -> int | None:
    if any(one.startswith(word) for one in task.name):
        return NAME
    if any(one.startswith(word) for one in (*task.other, *task.codes)):
        return OTHER_NAME
    if len(word) > 2 and any(word in one for one in (*task.name, *task.other)):
        return LOOSE
    if any(_bare(one).startswith(_bare(word)) for one in (*task.name, *task.other)):
        return LOOSE
    if any(one.startswith(word) for one in task.plain) or _is_compound_of(word, (*task.name, *task.other)):
        return LOOSE
    if any(one.startswith(word) for one in task.area):
        return AREA
    if any(_is_slip(word, one) for one in (*task.name, *task.other)):
        return GUESS
    return None


def _is_compound_of(word: str, words: Sequence[str]) -> bool:
    """Whether the word can be cut in two, both halves of it found: "kateterskylning" in "Skylning af blærekateter"."""
    for cut in range(SHORTEST_WHOLE, len(word) - SHORTEST_WHOLE + 1):
        first, last = word[:cut], word[cut:]
        joined = first[:-1] if first[-1] in "se" else first
        if (_is_half(first, words) or _is_half(joined, words)) and _is_half(last, words):
            return True
    return False


def _is_half(part: str, words: Sequence[str]) -> bool:
    return part in words if len(part) < SHORTEST_HALF else any(part in one for one in words)


def _bare(word: str) -> str:
    """As somebody writes it who has no Danish letters."""
    return word.replace("aa", "a").replace("oe", "o").replace("ae", "a")


def _is_slip(word: str, meant: str) -> bool:
    """Whether the word is the beginning of the other one with a letter or two wrong, missing, swapped or too many."""
    if len(word) < SHORTEST_TO_SLIP or word[0] != meant[0]:
        return False
    allowed = 2 if len(word) >= 2 * SHORTEST_TO_SLIP else 1
    return any(
        _apart(word, meant[:length]) <= allowed
        for length in range(max(1, len(word) - allowed), min(len(meant), len(word) + allowed) + 1)
    )


def _apart(one: str, other: str) -> int:
    """How many letters must be changed, put in, taken out or swapped with the next to make one of the other."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        last, before_last = row, before
        row = [at]
        for to, wanted in enumerate(other, 1):
            cost = min(last[to] + 1, row[to - 1] + 1, last[to - 1] + (letter != wanted))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == wanted:
                cost = min(cost, before_last[to - 2] + 1)
            row.append(cost)
        before = last
    return row[-1]


def fits_name(name: str, words: Sequence[str]) -> bool:
    """Whether each of the words (folded) begins a word of the person's name."""
    parts = words_of(name)
    return all(any(part.startswith(word) for part in parts) for word in words)


def digits_of(text: str) -> str:
    """The digits of a number as it was typed: with or without spaces, hyphens or the country's code."""
    plain = "".join(letter for letter in text if letter.isdigit())
    return plain.removeprefix("45") if text.strip().startswith("+45") else plain
