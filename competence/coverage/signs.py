"""The signs of the cell language, drawn the same way on matrix, phone, finder, passport page and editor.

Shape says why, the digit says the level, fill says valid now, a ring says not yet. The figures themselves stand once on
each page, as `<symbol>`s (templates/components/cell.html, `symbols`); here a state becomes the few bytes that use one.
No words: the caller puts the spoken text beside the sign, as visually hidden text.

The ids of the symbols are short on purpose, since a team's page carries thousands of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from markupsafe import Markup

Shape = Literal["square", "circle", "diamond", "none"]
Kind = Literal[
    "valid",
    "not_begun",
    "must_not_begun",
    "training",
    "waiting",
    "low",
    "lapsed",
    "missing",
    "paused",
    "assists",
    "not_allowed",
    "not_relevant",
    "undecided",
]
Status = Literal["hole", "vulnerable", "covered", "none"]

MOST_LEVELS: Final = 5
"""So many levels a scale has at most; the sheet holds a symbol for each that the municipality uses."""
MOST_TIMES: Final = 3
"""So many observed times have a part ring of their own; more are drawn in place."""

_LETTER: Final[dict[str, str]] = {"square": "s", "circle": "c", "diamond": "d", "none": "c"}
_PLAIN: Final[dict[str, str]] = {
    "must_not_begun": "kob",
    "waiting": "kA",
    "lapsed": "kU",
    "missing": "ke",
    "paused": "kp",
    "assists": "km",
    "not_allowed": "kn",
    "undecided": "kq",
}


@dataclass(frozen=True, slots=True)
class Sign:
    """One state of one person in one task, ready to be drawn; decides nothing."""

    shape: Shape
    kind: Kind
    level: int = 0
    days: int | None = None
    """Days left, when the tab shows them; None without a tab."""
    done: int = 0
    of: int = 0
    citizen: bool = False
    off_duty: bool = False


@lru_cache(maxsize=4096)
def sign_html(state: Sign) -> Markup:
    """The sign as `<svg>` that uses the page's symbol sheet; empty for a task that is not relevant."""
    if state.kind == "not_relevant":
        return Markup("")
    off = " class=x" if state.off_duty else ""
    tab = _tab(state)
    if tab:
        return Markup(f"<svg{off}>{tab}<use href=#{_symbol(state)} x=-8 /></svg>")  # noqa: S704 - own parts only
    if state.kind == "training" and state.of > MOST_TIMES:
        return Markup(f"<svg{off}>{part_ring(state.done, state.of)}</svg>")  # noqa: S704 - numbers only
    return Markup(f"<svg{off}><use href=#{_symbol(state)} /></svg>")  # noqa: S704 - own parts only


def sign(
    state: Sign | None = None,
    *,
    shape: Shape = "circle",
    kind: Kind = "valid",
    level: int = 0,
    days: int | None = None,
    done: int = 0,
    of: int = 0,
    citizen: bool = False,
    off_duty: bool = False,
) -> Markup:
    """The same sign for templates, where it is a global: a state, or its parts by name."""
    return sign_html(state or Sign(shape, kind, level, days, done, of, citizen, off_duty))


def have_need_html(have: int, need: int, status: Status) -> Markup:
    """A field of the coverage columns, "har/skal": red when a hole, framed when vulnerable, plain when covered."""
    if status == "none":
        return Markup('<svg aria-hidden="true"><use href=#kn /></svg>')
    tone = {"hole": " kt-hole", "vulnerable": " kt-vulnerable", "covered": ""}[status]
    return Markup(f'<span class="kt-hn{tone}"><b>{have:d}</b>/{need:d}</span>')  # noqa: S704 - numbers only


have_need = have_need_html
"""The same, by the name templates know it by."""


def part_ring(done: int, of: int) -> str:
    """The part ring "2/3" as svg parts: solid for the times that are held, dotted for the rest."""
    held = max(0, min(done, of))
    whole = "" if held == of else '<circle class="kt-dots" cx="22" cy="15" r="10.6"/>'
    share = round(100 * held / of, 2) if of else 0
    arc = '<circle class="kt-arc" cx="22" cy="15" r="10.6" pathLength="100" transform="rotate(-90 22 15)"'
    arc = f'{arc} stroke-dasharray="{share:g} 100"/>'
    text = f'<text class="kt-small" x="22" y="19">{done}/{of}</text>'
    return f'<g aria-hidden="true">{whole}{arc if held else ""}{text}</g>'


def _symbol(state: Sign) -> str:
    kind = state.kind
    if kind == "valid":
        return f"{_LETTER[state.shape]}{max(1, min(state.level, MOST_LEVELS))}"
    if kind == "low":
        return f"l{max(1, min(state.level, MOST_LEVELS))}"
    if kind == "training":
        return f"t{max(0, min(state.done, state.of))}-{state.of}"
    if kind == "not_begun":
        return "koB" if state.citizen else "kod" if state.shape == "diamond" else "ko"
    return _PLAIN[kind]


def _tab(state: Sign) -> str:
    """The tab at a valid sign's right: days left, B for one named citizen, or both; empty when there is none."""
    if state.kind != "valid":
        return ""
    if state.days is None:
        return "<use href=#kB />" if state.citizen else ""
    if state.citizen:
        return f"<use href=#ktabB /><text x=36.6 y=19 aria-hidden=true>B{state.days}</text>"
    x = "35.2" if state.shape == "diamond" else "34"
    return f"<use href=#ktab /><text x={x} y=19 aria-hidden=true>{state.days}</text>"
