"""What `competence check` says of the evidence and its anchors."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from competence.audit.anchoring import keys_of
from competence.audit.auditing import FAULTS, Ledger, faults_of, newly_lost
from competence.audit.keys import MADE_BY, kept_in
from competence.audit.models import Anchor
from competence.audit.rules import Link
from competence.audit.texts import Citizens, altered_texts
from competence.audit.verifying import Break
from competence.foundation.clock import local, now
from competence.foundation.errors import RuleBroken
from competence.foundation.keys import public_of, read_key
from competence.foundation.text import N_, Sentence, sentence

BREAKS: dict[str, str] = {
    "altered": N_("Evidence of person %(person)s is not as it was written: event %(seq)s is altered."),
    "missing": N_("Evidence of person %(person)s is not as it was written: event %(seq)s is missing."),
    "reordered": N_("Evidence of person %(person)s is not as it was written: event %(seq)s is not in its place."),
    "added": N_("Evidence of person %(person)s is not as it was written: event %(seq)s was put in."),
    "cut off": N_("Evidence of person %(person)s is not as it was written: it is cut off, event %(seq)s is missing."),
    "end": N_("Evidence of person %(person)s is whole, but its noted end (event %(seq)s) is not as it was written."),
}
OLD = timedelta(days=2)
"""An anchor older than this is no daily one."""


@dataclass(frozen=True)
class Found:
    """What was found."""

    problems: Sequence[Sentence]
    """Evidence or anchors are not as they were written."""
    warnings: Sequence[Sentence]


class Inspection:
    """Takes in the evidence as it is read, and says what is wrong with it."""

    def __init__(self, session: Session) -> None:
        """Reads the citizens' references; events are given to `see`, what anchors noted to `ledger`."""
        self._session = session
        self._citizens = Citizens(session)
        self._latest = now() + timedelta(minutes=5)
        self._ahead: set[int] = set()
        self.ledger = Ledger()

    def see(self, link: Link, citizen_id: int | None) -> None:
        """Nothing; the event is taken into account."""
        self._citizens.see(link, citizen_id)
        if link.recorded_at > self._latest:
            self._ahead.add(link.person_id)

    def found(self, broken: Iterable[Break], *, key: Path | None, kept: Iterable[Path] = ()) -> Found:
        """Problems and warnings, when all has been seen. `key`: the file of the key that signs; `kept`: of anchors in lines."""
        warnings: list[Sentence | str] = []
        trusted = None
        if key is None:
            warnings.append(
                N_("No key for anchors is named, so cutting off the end of a chain stays unnoticed. Set ANCHOR_KEY.")
            )
        else:
            try:
                trusted = public_of(read_key(key, made_by=MADE_BY))
            except RuleBroken as broken_key:
                warnings.append(broken_key.message)
        lines = [line for file in (*([kept_in(key)] if key else []), *kept) for line in _lines(file)]
        faults, anchors = faults_of(self._session, self.ledger, trusted=trusted, kept=lines)
        doubtful = {fault.number for fault in faults if fault.what not in ("key", "other key")}
        made = {anchor.number: anchor for anchor in anchors}
        problems = []
        for one in broken:
            if one.only_by_anchor and one.anchor in doubtful:
                continue  # it is the anchor that was changed, and that is said
            problems.append(sentence(BREAKS[one.what], person=one.person_id, seq=one.seq))
            if one.anchor in made and one.anchor not in doubtful:
                problems.append(_vouched(made[one.anchor]))
            elif anchors:
                problems.append(sentence(N_("No anchor vouches for it yet.")))
        for person, seq in altered_texts(self._session):
            problems.append(
                sentence(
                    N_("A text at event %(seq)s of person %(person)s is not as it was written."), person=person, seq=seq
                )
            )
        for person, seq in self._citizens.found:
            problems.append(
                sentence(
                    N_("Event %(seq)s of person %(person)s points at another citizen than it was written for."),
                    person=person,
                    seq=seq,
                )
            )
        problems += [sentence(FAULTS[fault.what], number=str(fault.number)) for fault in faults]
        warnings += self._about_anchors(anchors, has_key=trusted is not None)
        warnings += [
            sentence(
                N_("Person %(person)s has events from a time that has not come: the clock has been ahead."),
                person=person,
            )
            for person in sorted(self._ahead)
        ]
        return Found(problems, [one if isinstance(one, Sentence) else sentence(one) for one in warnings])

    def _about_anchors(self, anchors: Sequence[Anchor], *, has_key: bool) -> Iterable[Sentence]:
        if anchors and now() - anchors[-1].made_at > OLD:
            yield sentence(
                N_("The newest anchor is of %(moment)s. Let a timer run competence anchor every day."),
                moment=_moment(anchors[-1]),
            )
        if not anchors and has_key:
            yield sentence(N_("There is no anchor yet. Make one with: competence anchor"))
        for number in newly_lost(keys_of(self._session)):
            yield sentence(
                N_(
                    "Key %(number)s came when the one before it was lost: compare it with what is kept outside the database."
                ),
                number=str(number),
            )


def _vouched(anchor: Anchor) -> Sentence:
    return sentence(
        N_("Anchor %(number)s of %(moment)s vouches for it as it was, and so do all after it."),
        number=str(anchor.number),
        moment=_moment(anchor),
    )


def _moment(anchor: Anchor) -> str:
    return f"{local(anchor.made_at):%d.%m.%Y %H:%M}"


def _lines(file: Path) -> Sequence[str]:
    try:
        return file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
