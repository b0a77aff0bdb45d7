"""An inspection pack as a spreadsheet: every answer in a row of its own, what stands around them, and every event's hash."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

from flask_babel import gettext as _

from competence.foundation.clock import last_day
from competence.foundation.spreadsheets import workbook_of
from competence.foundation.web import moment
from competence.inspection.pack import Pack
from competence.inspection.views import proving, words


def inspection_workbook(pack: Pack, posts: Sequence[words.SaidPost], facts: Sequence[str]) -> bytes:
    """The workbook. `facts`: who asked, for what, when, and how to read it."""
    return workbook_of({name[:31]: chain([headings], rows) for name, headings, rows in _sheets(pack, posts, facts)})


def _sheets(
    pack: Pack, posts: Sequence[words.SaidPost], facts: Sequence[str]
) -> Iterable[tuple[str, tuple[str, ...], Iterable[Sequence[Any]]]]:
    """(name, headings, rows) of each sheet."""
    yield (
        _("About"),
        (_("Inspection pack"),),
        [(pack.title,), (words.period(pack.question),), *((fact,) for fact in facts), (proving.anchor_text(pack),)],
    )
    yield _("Answers"), _headings(), _answers(pack, posts)
    for table in words.tables(pack):
        yield table.title, table.headings, table.rows
    proof = proving.proof_table(pack)
    yield _("Proof"), proof.headings, proof.rows
    events = (
        _("Number in the evidence"), _("Event"), _("Recorded"), _("What it is"), _("Hash"), _("Hash of the one before"),
    )  # fmt: skip
    yield _("Events"), events, proving.event_rows(pack)


def _headings() -> tuple[str, ...]:
    return (
        _("Employee"), _("Number in the evidence"), _("Employment"), _("Area"), _("Task"), _("First day"), _("Last day"),
        _("What the system said then"), _("Level"), _("Known now"), _("Recorded later"), _("Why"), _("Division of tasks"),
        _("Signed by"), _("In the capacity of"), _("Signed on"), _("Accepted on"), _("Signature valid from"),
        _("Signature valid through"), _("Instruction"), _("Event"), _("Hash"),
    )  # fmt: skip


def _answers(pack: Pack, posts: Sequence[words.SaidPost]) -> Iterable[Sequence[Any]]:
    """A row for each task and each of its stretches of days, also of the tasks that were not the staff group's own."""
    said = {post.employment_id: post for post in posts}
    at: dict[int, int] = {}
    for line in pack.lines:
        post = said[line.post.employment_id]
        if line.quiet:
            spoken: Sequence[words.SaidStretch | None] = [None] * len(line.stretches)
        else:
            place = at[post.employment_id] = at.get(post.employment_id, -1) + 1
            spoken = post.lines[place].stretches
        for one, shown in zip(line.stretches, spoken, strict=True):
            signed = one.then.signed or one.then.waiting
            signature = pack.signature(line.post.person_id, signed.seq if signed else None)
            rests = signature if shown and shown.evidence else None
            yield (
                post.name, post.person_id, post.about, line.task.area, line.task.name, one.first, one.through,
                shown.verdict if shown else words.verdict(one.then, one.first, pack.levels),
                one.then.level or one.then.named_level or None, shown.known_now if shown else "",
                "; ".join(shown.because) if shown else "", " ".join(shown.why) if shown else "", one.then.cell.version or None,
                words.signer(rests) if rests else "", words.capacity(rests) if rests else "",
                moment(rests.signed_at) if rests else "",
                moment(rests.accepted_at) if rests and rests.accepted_at else "", rests.valid_from if rests else None,
                last_day(rests.valid_to) if rests else None, rests.instruction if rests else "", rests.seq if rests else None,
                rests.hash if rests else "",
            )  # fmt: skip
