"""Reads single values: dates, yes and no, shifts, numbers, levels. Each gives the value or says why not."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from competence.foundation.text import N_, Sentence, looks_like_cpr, sentence, squeeze
from competence.imports.grid import Value
from competence.imports.known import MappingFile, key
from competence.imports.parsed import cpr_sentence

_MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_YES = frozenset({"ja", "j", "x", "1", "yes", "true", "sand", "sandt"})
_NO = frozenset({"nej", "n", "0", "no", "false", "falsk", ""})
_SHIFTS: Mapping[str, str] = {
    "d": "D", "dag": "D", "dage": "D", "dagvagt": "D", "dagvagter": "D",
    "a": "A", "aften": "A", "aftener": "A", "aftenvagt": "A", "aftenvagter": "A",
    "n": "N", "nat": "N", "nætter": "N", "nattevagt": "N", "nattevagter": "N", "natvagt": "N",
    "alle": "DAN", "allevagter": "DAN", "døgn": "DAN", "hele døgnet": "DAN", "heledøgnet": "DAN",
    "da": "DA", "dn": "DN", "an": "AN", "dan": "DAN", "ad": "DA", "nd": "DN", "na": "AN",
}  # fmt: skip


def read_date(value: Value) -> date | Sentence | None:
    """The day; None when empty. Reads 2026-06-09, 9.6.2026, 09-06-2026, 9/6/2026, 9. juni 2026 and Excel's dates."""
    if isinstance(value, date):
        return _within(value)
    text = squeeze(value).casefold()
    if not text:
        return None
    iso = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[t ]00:00(?::00)?(?:\.0+)?)?", text)
    danish = re.fullmatch(r"(\d{1,2})\s?[./-]\s?(\d{1,2})\s?[./-]\s?(\d{4})(?: 00[:.]00(?:[:.]00)?)?", text)
    spoken = re.fullmatch(r"(?:d\. ?)?(\d{1,2})\.? ?([a-zæøå]{3,9})\.? (\d{4})", text)
    try:
        if iso:
            return _within(date(int(iso[1]), int(iso[2]), int(iso[3])))
        if danish:
            return _within(date(int(danish[3]), int(danish[2]), int(danish[1])))
        if spoken and spoken[2][:3] in _MONTHS:
            return _within(date(int(spoken[3]), _MONTHS.index(spoken[2][:3]) + 1, int(spoken[1])))
    except ValueError:
        pass
    if looks_like_cpr(text):
        return cpr_sentence()
    return sentence(N_("“%(value)s” is not a date we can read. Write it as 9.6.2026."), value=shown(text))


def _within(day: date) -> date | Sentence:
    """The day, if it lies within a working life from now."""
    if 1930 <= day.year <= 2100:
        return day
    return sentence(N_("The year %(year)s cannot be right. Check the date."), year=str(day.year))


def read_yes(value: Value) -> bool | Sentence:
    """Yes or no; empty is no."""
    text = key(value) if isinstance(value, str) else "?"
    if text in _YES:
        return True
    if text in _NO and (not isinstance(value, str) or text or not value.strip("-– ")):
        return False
    return sentence(
        N_("“%(value)s” is neither yes nor no. Write “ja” or “nej”, or leave it empty."), value=shown(value)
    )


def read_shifts(value: Value, mapping: MappingFile) -> str | Sentence:
    """The shifts as letters in the order D, A, N; "" when empty. Reads "D/A", "dag, aften", "DA", "aften og nat"."""
    text = squeeze(value) if isinstance(value, str) else str(value)
    mapped = mapping.shifts.get(key(text))
    parts = [text] if key(text) in _SHIFTS else re.split(r"[/,;+&\s.|\-]+|\bog\b", (mapped or text).casefold())
    letters = set[str]()
    for part in filter(None, (key(part) for part in parts)):
        if part in mapping.shifts and not mapped:
            part = key(mapping.shifts[part])
        if part not in _SHIFTS:
            if looks_like_cpr(text):
                return cpr_sentence()
            return sentence(
                N_("“%(value)s” is not a shift we know. Write dag, aften or nat, or use a mapping file."),
                value=shown(value),
            )
        letters |= set(_SHIFTS[part])
    return "".join(letter for letter in "DAN" if letter in letters)


def read_number(value: Value) -> int | Sentence | None:
    """A whole number from 0; None when empty."""
    text = squeeze(value) if isinstance(value, str) else "?"
    if not text:
        return None
    if re.fullmatch(r"[0-9]{1,4}", text):
        return int(text)
    return sentence(N_("“%(value)s” is not a whole number."), value=shown(value))


def read_level(value: Value, levels: Sequence[str]) -> int | Sentence | None:
    """The rank on the practice scale, 1 the lowest; None when empty. `levels` are the scale's names in order."""
    text = squeeze(value) if isinstance(value, str) else "?"
    if not text:
        return None
    plain = re.sub(r"^(niveau|niv\.?|trin)\s*", "", text.casefold())
    names = [key(name) for name in levels]
    if key(plain) in names:
        return names.index(key(plain)) + 1
    both = re.fullmatch(r"([0-9])\s*[-–:.(]?\s*(.*?)\)?", plain)
    if both and 1 <= int(both[1]) <= len(levels) and key(both[2]) in ("", names[int(both[1]) - 1]):
        return int(both[1])
    return sentence(
        N_("“%(value)s” is not a level. Write a number from 1 to %(highest)s, or one of: %(levels)s."),
        value=shown(value),
        highest=str(len(levels)),
        levels=", ".join(levels),
    )


def read_text(value: Value, *, longest: int) -> str | Sentence:
    """The text on one line; a sentence when it holds a CPR number or is too long."""
    text = squeeze(value) if isinstance(value, str) else value.isoformat()
    if looks_like_cpr(text):
        return cpr_sentence()
    if len(text) > longest:
        return sentence(N_("The text is too long: at most %(longest)s characters."), longest=str(longest))
    return text


def shown(value: Value) -> str:
    """The value as a problem may quote it: short, and without what could be a CPR number."""
    text = squeeze(value) if isinstance(value, str) else value.isoformat()
    return "…" if looks_like_cpr(text) else text if len(text) <= 60 else text[:59] + "…"
