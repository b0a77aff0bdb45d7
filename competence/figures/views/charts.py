"""Small charts as SVG, drawn here; each has its words beside it, so the picture itself is hidden from a voice."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH, HEIGHT, EDGE = 170, 32, 4


def sparkline(values: Sequence[float | None], target: float | None = None, *, tone: str = "") -> Markup:
    """The values from left to right with a mark on the last; the line breaks where one is None. Empty below two values.

    `target` is a dashed line. `tone`: "", "worse".
    """
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return Markup("")
    marks = [*known, target] if target is not None else known
    low, high = min(marks), max(marks)
    span = (high - low) or 1.0
    step = (WIDTH - 2 * EDGE) / max(1, len(values) - 1)

    def y(value: float) -> str:
        return f"{HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (value - low) / span:.1f}"

    runs: list[list[tuple[str, str]]] = [[]]
    for at, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((f"{EDGE + at * step:.1f}", y(value)))
    parts = []
    for run in runs:
        if len(run) > 1:
            points = " ".join(f"{x},{height}" for x, height in run)
            parts.append(
                f'<polygon points="{run[0][0]},{HEIGHT} {points} {run[-1][0]},{HEIGHT}"/><polyline points="{points}"/>'
            )
        elif run:
            parts.append(f'<path class="kt-spark-one" d="M{run[0][0]} {run[0][1]}h0"/>')
    if target is not None:
        parts.append(f'<line x1="0" x2="{WIDTH}" y1="{y(target)}" y2="{y(target)}"/>')
    if runs[-1]:
        parts.append(f'<path d="M{runs[-1][-1][0]} {runs[-1][-1][1]}h0"/>')
    class_ = f"kt-spark kt-spark-{escape(tone)}" if tone else "kt-spark"
    return Markup(  # noqa: S704 - numbers of our own
        f'<svg class="{class_}" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        f"{''.join(parts)}</svg>"
    )


@dataclass(frozen=True)
class Dot:
    """A unit on a strip."""

    letter: str
    value: float
    shown: str
    """The value as it is read."""
    is_last: bool = False
    """Farthest from the target."""


DOTS_WIDTH, DOTS_HEIGHT, LINE, NEAR = 280, 72, 36, 30


def dots(some: Sequence[Dot], average: float | None) -> Markup:
    """The units on one line by their values, the average as a dashed line across it. Those close together stand side by side:
    the number below each is exact."""
    values = [dot.value for dot in some] + ([average] if average is not None else [])
    if not some:
        return Markup("")
    low, high = min(values), max(values)
    span = (high - low) or 1.0

    def x(value: float) -> float:
        return 18 + (DOTS_WIDTH - 36) * ((value - low) / span if high > low else 0.5)

    parts = [f'<line class="kt-beads-line" x1="4" x2="{DOTS_WIDTH - 4}" y1="{LINE}" y2="{LINE}"/>']
    if average is not None:
        parts.append(f'<line class="kt-beads-mean" x1="{x(average):.1f}" x2="{x(average):.1f}" y1="12" y2="60"/>')
    ordered = sorted(some, key=lambda one: (one.value, one.letter))
    for dot, at in zip(ordered, _apart([x(one.value) for one in ordered]), strict=True):
        parts.append(
            f'<circle class="kt-bead{" kt-bead-last" if dot.is_last else ""}" cx="{at:.1f}" cy="{LINE}" r="12"/>'
            f'<text class="kt-bead-letter" x="{at:.1f}" y="{LINE + 4.5}">{escape(dot.letter)}</text>'
            f'<text class="kt-bead-value" x="{at:.1f}" y="{LINE + 29}">{escape(dot.shown)}</text>'
        )
    return Markup(  # noqa: S704 - escaped above
        f'<svg class="kt-beads" viewBox="0 0 {DOTS_WIDTH} {DOTS_HEIGHT}" aria-hidden="true" focusable="false">'
        f"{''.join(parts)}</svg>"
    )


def _apart(places: Sequence[float]) -> list[float]:
    """The places in their order, moved so that no two touch; within the strip as far as there is room."""
    found: list[float] = []
    for place in places:
        found.append(max(place, found[-1] + NEAR) if found else place)
    last = DOTS_WIDTH - 18.0
    for at in range(len(found) - 1, -1, -1):
        found[at] = min(found[at], last)
        last = found[at] - NEAR
    return found
