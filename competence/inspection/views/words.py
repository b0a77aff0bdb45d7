"""A pack in the reader's language: the same sentences on the page, in the PDF and in the spreadsheet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from competence.access.rules import ROLE_NAMES, Role
from competence.coverage.cells import face, sign_of, verdict_of
from competence.coverage.signs import Sign
from competence.decision.rules import Answer, Verdict
from competence.delegation.agreements import KIND_NAMES, SUPERVISION_NAMES
from competence.foundation.clock import last_day
from competence.foundation.text import N_
from competence.foundation.web import day, listed, moment, say
from competence.inspection.pack import Closing, Given, Line, Pack, Post, Question, Ruling, Signature
from competence.inspection.rules import Cause, Later, Stretch
from competence.signoffs.rules import Origin

LATER: Mapping[Cause, str] = {
    Cause.VERSION: N_("version %(number)s of the division of tasks, approved on %(moment)s"),
    Cause.STOP: N_("a stop, recorded on %(moment)s"),
    Cause.MASK: N_("a unit's stricter rule, recorded on %(moment)s"),
    Cause.SCALE: N_("a change of the scale of levels, made on %(moment)s"),
    Cause.SEEN: N_("an observed time, recorded on %(moment)s"),
}
EVENTS: Mapping[str, str] = {
    "signed": N_("a signature, recorded on %(moment)s (event %(number)s)"),
    "accepted": N_("the employee's own yes, recorded on %(moment)s (event %(number)s)"),
    "revoked": N_("a signature called back, recorded on %(moment)s (event %(number)s)"),
    "suspended": N_("a pause, recorded on %(moment)s (event %(number)s)"),
}
ANOTHER = N_("an event recorded on %(moment)s (event %(number)s)")
KINDS: Mapping[str, str] = {
    "signed": N_("Signature"),
    "accepted": N_("The employee's own yes"),
    "withdrawn": N_("Signature taken back"),
    "revoked": N_("Signature called back"),
    "suspended": N_("Pause"),
    "delegated": N_("Delegation or task transfer"),
    "delegation_accepted": N_("Yes to a delegation"),
    "delegation_ended": N_("Delegation ended"),
    "delegation_supervised": N_("Delegation supervised"),
    "delegation_taken_over": N_("Delegation taken over"),
    "second_approved": N_("Approved by a second"),
    "resumed": N_("Pause ended"),
    "agreed": N_("Agreed with the leader"),
    "matrix_approved": N_("Division of tasks approved"),
    "matrix_withdrawn": N_("Division of tasks withdrawn"),
}
"""What the list of proofs calls an event; one that is the person's own matter is not named there."""


@dataclass(frozen=True)
class SaidStretch:
    """Days on end of which the same is said."""

    first: date
    through: date
    sign: Sign
    verdict: str
    may: bool
    why: tuple[str, ...]
    evidence: tuple[str, ...]
    """Who signed, in what capacity, who accepted, on which instruction; empty where it rests on no signature."""
    version: int
    seq: int
    """Of the signature it rests on; 0 where it rests on none."""
    hash: str
    known_now: str
    """What is known now, where that differs."""
    because: tuple[str, ...]
    """What was recorded later and makes the difference."""

    @property
    def days(self) -> str:
        """As "1 March 2026 through 14 May 2026"."""
        return spell(self.first, self.through)


@dataclass(frozen=True)
class Brief:
    """The verdict over some days, whatever it rests on."""

    days: str
    verdict: str
    known_now: str


@dataclass(frozen=True)
class SaidLine:
    """A task of one person."""

    task: str
    area: str
    stretches: tuple[SaidStretch, ...]

    @property
    def may(self) -> bool:
        """Whether it was allowed, or is known now to have been, on any of the days."""
        return any(one.may or one.known_now for one in self.stretches)

    @property
    def briefly(self) -> list[Brief]:
        """The verdicts alone: stretches with the same one on end are told together."""
        runs: list[list[SaidStretch]] = []
        for one in self.stretches:
            last = runs[-1][-1] if runs else None
            if last and (last.verdict, last.known_now) == (one.verdict, one.known_now):
                runs[-1].append(one)
            else:
                runs.append([one])
        return [Brief(spell(run[0].first, run[-1].through), run[0].verdict, run[0].known_now) for run in runs]


@dataclass(frozen=True)
class SaidPost:
    """An employment with its tasks."""

    employment_id: int
    person_id: int
    name: str
    about: str
    notes: tuple[str, ...]
    lines: tuple[SaidLine, ...]
    """Of the tasks that were the staff group's own."""
    others: int
    """How many tasks were not."""

    @property
    def summary(self) -> str:
        """How many tasks were allowed."""
        may = sum(1 for line in self.lines if line.may)
        return str(ngettext("%(num)s task allowed", "%(num)s tasks allowed", may))

    @property
    def differences(self) -> int:
        """Of how many tasks something else is known now."""
        return sum(1 for line in self.lines if any(one.known_now for one in line.stretches))


@dataclass(frozen=True)
class Table:
    """A table of the pack: its title, headings and rows of texts."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def period(question: Question) -> str:
    """As "on 14 May 2026", or from one day through another."""
    return spell(question.first, question.last)


def spell(first: date, through: date | None) -> str:
    """The day, or the first through the last."""
    if through is None:
        return str(_("from %(first)s", first=day(first)))
    if first == through:
        return day(first)
    return str(_("%(first)s through %(last)s", first=day(first), last=day(through)))


def posts(pack: Pack) -> list[SaidPost]:
    """Everybody with her tasks, in the pack's order."""
    by_post: dict[int, list[Line]] = {}
    for line in pack.lines:
        by_post.setdefault(line.post.employment_id, []).append(line)
    return [_post(pack, post, by_post.get(post.employment_id, [])) for post in pack.posts]


def _post(pack: Pack, post: Post, lines: Sequence[Line]) -> SaidPost:
    notes = []
    if post.recorded_on > pack.question.first:
        told = _("The employment was recorded on %(day)s. Before that the system said nothing about it.")
        notes.append(told % {"day": day(post.recorded_on)})
    for on in dict.fromkeys(post.corrected_on):
        fixed = _("The dates of the employment were corrected on %(day)s; both answers rest on the corrected ones.")
        notes.append(fixed % {"day": day(on)})
    told_of = [line for line in lines if not line.quiet]
    return SaidPost(
        post.employment_id, post.person_id, post.name or _("Name erased"),
        f"{post.group}, {post.unit}, {spell(post.valid_from, last_day(post.valid_to))}", tuple(notes),
        tuple(
            SaidLine(line.task.name, line.task.area, tuple(_stretch(pack, post, one) for one in line.stretches))
            for line in told_of
        ),
        len(lines) - len(told_of),
    )  # fmt: skip


def _stretch(pack: Pack, post: Post, one: Stretch) -> SaidStretch:
    signed = one.then.signed or one.then.waiting
    signature = pack.signature(post.person_id, signed.seq if signed else None)
    return SaidStretch(
        first=one.first,
        through=one.through,
        sign=sign_of(face(one.then, one.first)),
        verdict=verdict(one.then, one.first, pack.levels),
        may=one.then.verdict is not Verdict.MAY_NOT or one.then.named_level > 0,
        why=tuple(say(reason.text) for reason in one.then.reasons),
        evidence=tuple(_evidence(signature, pack.levels)) if signature and one.then.basis != "education" else (),
        version=one.then.cell.version or 0,
        seq=signature.seq if signature else 0,
        hash=signature.hash if signature else "",
        known_now=verdict(one.now, one.first, pack.levels) if one.differs else "",
        because=tuple(_because(one.later)) if one.differs else (),
    )


def verdict(answer: Answer, on: date, levels: Mapping[int, str]) -> str:
    """The verdict with its limit and level, or what stands in the way."""
    said, level = say(verdict_of(face(answer, on))), answer.level or answer.named_level
    return f"{said} {_level(level, levels)}" if level else said


def _level(level: int, levels: Mapping[int, str]) -> str:
    return str(_("Level %(level)s (%(name)s).", level=level, name=levels.get(level, level)))


def capacity(one: Signature) -> str:
    """In what capacity the signer vouched, as the event froze it."""
    if one.capacity == "staff_group":
        return str(_("colleague in a staff group that may sign (%(group)s)", group=one.signer_group))
    if one.capacity not in {role.value for role in Role}:
        return ""
    role = say(ROLE_NAMES[Role(one.capacity)])
    return str(_("%(role)s, deputy for %(name)s", role=role, name=one.deputy_for)) if one.deputy_for else role


def signer(one: Signature) -> str:
    """Who vouched, or that the name is erased."""
    return one.signer or str(_("Name erased"))


def _evidence(one: Signature, levels: Mapping[int, str]) -> Iterable[str]:
    said = {"moment": moment(one.signed_at), "name": signer(one), "seq": one.seq}
    match one.origin:
        case Origin.TRANSFERRED:
            yield _("Transferred from paper on %(moment)s (event %(seq)s). On paper signed by %(name)s.", **said)
        case Origin.EXTERNAL_INSTRUCTOR:
            yield _(
                "Vouched for by an instructor from outside, %(name)s, recorded on %(moment)s (event %(seq)s).", **said
            )
        case _:
            who = capacity(one)
            yield (
                _("Signed on %(moment)s by %(name)s as %(capacity)s (event %(seq)s).", capacity=who, **said)
                if who
                else _("Signed on %(moment)s by %(name)s (event %(seq)s).", **said)
            )
    if one.signer_level:
        held = _("The signer held the task herself at level %(level)s (%(name)s).")
        yield held % {"level": one.signer_level, "name": levels.get(one.signer_level, one.signer_level)}
    if one.accepted_at is not None:
        yield _(
            "Accepted by the employee on %(moment)s (event %(seq)s).",
            moment=moment(one.accepted_at),
            seq=one.accepted_seq,
        )
    yield _("The signature counts: %(period)s.", period=spell(one.valid_from, last_day(one.valid_to)))
    if one.version:
        yield _("Signed under the division of tasks, version %(number)s.", number=one.version)
    if one.instruction:
        yield _("Written instruction, version %(version)s.", version=one.instruction)
    if one.files:
        known = listed([digest[:16] for digest in one.files])
        yield _("Evidence files at the task, by the beginning of their SHA-256: %(hashes)s.", hashes=known)


def _because(later: Iterable[Later]) -> Iterable[str]:
    for one in later:
        words = EVENTS.get(one.kind, ANOTHER) if one.cause is Cause.EVENT else LATER[one.cause]
        yield say(words) % {"moment": moment(one.at), "number": one.number}


def tables(pack: Pack) -> list[Table]:
    """What stands around the answers, each kind in a table; those without rows are left out."""
    names = {post.person_id: post.name or _("Name erased") for post in pack.posts}
    found = [
        Table(
            _("Division of tasks in force"),
            (_("Version"), _("In force"), _("Approved by"), _("Approved on")),
            tuple(_ruling(one) for one in pack.rulings),
        ),
        Table(
            _("Stops"),
            (_("Task"), _("Unit"), _("Staff group"), _("Closed"), _("By"), _("Recorded")),
            tuple(_closing(one) for one in pack.stops),
        ),
        Table(
            _("Stricter units"),
            (_("Task"), _("Unit"), _("Staff group"), _("In force"), _("By"), _("Recorded"), _("Asks for")),
            tuple((*_closing(one), _asks(one, pack.levels)) for one in pack.stricter),
        ),
        Table(
            _("Delegations and task transfers"),
            (_("Employee"), _("Task"), _("Kind"), _("Given by"), _("In force"), _("Accepted"), _("Supervision"), _("Proof")),
            tuple((names[one.person_id], *_given(one)) for one in pack.given),
        ),
        Table(
            _("Exempt by agreement"),
            (_("Employee"), _("Task"), _("Days")),
            tuple((names[one.person_id], one.task, spell(one.first, one.through)) for one in pack.exempt),
        ),
        Table(
            _("Written instructions"),
            (_("Task"), _("Instruction"), _("Version"), _("Counts from")),
            tuple((one.task, one.name, one.version, day(one.valid_from)) for one in pack.instructions),
        ),
    ]  # fmt: skip
    return [one for one in found if one.rows]


def _ruling(one: Ruling) -> tuple[str, ...]:
    role = (
        say(ROLE_NAMES[Role(one.approved_as)]) if one.approved_as in {role.value for role in Role} else one.approved_as
    )
    who = ", ".join(part for part in (one.approved_by or _("Name erased"), role) if part)
    first = one.valid_from
    return (
        str(one.number), spell(first, last_day(one.valid_to)) if first else "", who,
        moment(one.approved_at) if one.approved_at else "",
    )  # fmt: skip


def _closing(one: Closing) -> tuple[str, ...]:
    return (
        one.task, one.unit, one.group or _("all staff groups"), spell(one.first, one.through), one.by, moment(one.recorded_at),
    )  # fmt: skip


def _asks(one: Closing, levels: Mapping[int, str]) -> str:
    return _level(one.level, levels) if one.level else _("the task is closed")


def _given(one: Given) -> tuple[str, ...]:
    kind = say(KIND_NAMES[one.kind])
    if one.for_one:
        kind = _("%(kind)s, for one certain citizen", kind=kind)
    if one.has_conditions:
        kind = _("%(kind)s, on conditions", kind=kind)
    looked_after = [say(SUPERVISION_NAMES[one.supervision])] if one.supervision else []
    if one.supervisor:
        looked_after.append(_("by %(name)s", name=one.supervisor))
    looked_after += [_("done on %(day)s", day=day(on)) for on in one.supervised_on]
    if one.supervise_on:
        looked_after.append(_("next by %(day)s", day=day(one.supervise_on)))
    return (
        one.task, kind, one.giver or _("Name erased"), spell(one.valid_from, last_day(one.valid_to)), day(one.accepted_on),
        ", ".join(looked_after), _("event %(seq)s", seq=one.seq) if one.seq else "",
    )  # fmt: skip
