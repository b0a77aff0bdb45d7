"""The proof of a pack in words: the chains, the anchor that vouches for them, and every event."""

from flask_babel import gettext as _
from flask_babel import ngettext

from competence.audit.proving import Proof
from competence.audit.vouching import Vouching
from competence.foundation.web import moment, say
from competence.inspection.pack import PRIVATE, Pack
from competence.inspection.views.words import KINDS, Table


def proof_table(pack: Pack) -> Table:
    """Of each person the end of the chain, and whether it verified."""
    names = {post.person_id: post.name or _("Name erased") for post in pack.posts}
    rows = []
    for person_id in pack.persons:
        proof = pack.proofs[person_id]
        stands = (
            _("Not as it was written, from event %(seq)s.", seq=proof.broken.seq) if proof.broken
            else _("Verified: nothing is altered, missing or moved.") if proof.seq else _("Nothing has been vouched for.")
        )  # fmt: skip
        rows.append(
            (names[person_id], str(person_id), str(proof.seq), proof.hash, stands, _anchored(pack.vouching, proof))
        )
    return Table(
        _("Proof of the chains of evidence"),
        (_("Employee"), _("Number in the evidence"), _("Last event"), _("Its hash"), _("Checked"), _("Anchor")),
        tuple(rows),
    )


def _anchored(anchor: Vouching | None, proof: Proof) -> str:
    """How far the newest anchor vouches for the person's chain, and how much came after it."""
    if not proof.seq:
        return ""
    seq = anchor.ends.get(proof.person_id, (0, ""))[0] if anchor and anchor.holds else 0
    if anchor is None or not seq:
        return str(_("No anchor vouches for it yet."))
    if anchor.denies(proof) or (proof.broken and proof.broken.seq <= seq):
        return str(_("Not as anchor %(number)s vouches for it.", number=anchor.number))
    after = proof.seq - seq
    vouched = _("Anchor %(number)s vouches for events 1 to %(seq)s.", number=anchor.number, seq=seq)
    later = ngettext("%(num)s event came after it.", "%(num)s events came after it.", after) if after else ""
    return " ".join(part for part in (str(vouched), str(later)) if part)


def anchor_text(pack: Pack) -> str:
    """Which anchor vouches for the evidence: its number, moment and key, and whether it verifies."""
    anchor = pack.vouching
    if anchor is None:
        return str(_("No signed anchor vouches for the evidence yet, so an end that was cut off would not be noticed."))
    said = {"number": anchor.number, "moment": moment(anchor.made_at), "key": anchor.key}
    if not anchor.holds:
        return str(
            _(
                "Anchor %(number)s of %(moment)s does not verify. Ask whoever operates the system to run: competence check",
                **said,
            )
        )
    return str(
        _(
            "Anchor %(number)s of %(moment)s is signed by the key %(key)s and was checked too. What came after it rests on the "
            "chain alone until the next anchor.",
            **said,
        )
    )


def event_rows(pack: Pack) -> list[tuple[str | int, ...]]:
    """Of each person every event: number, place, moment, what it is, and its hash. What is her own matter is not named."""
    return [
        (
            person_id, one.link.seq, moment(one.link.recorded_at),
            say(KINDS[one.link.kind]) if one.link.kind in KINDS and one.link.kind not in PRIVATE else "",
            one.hash, one.link.prev_hash,
        )
        for person_id in pack.persons
        for one in pack.proofs[person_id].events
    ]  # fmt: skip
