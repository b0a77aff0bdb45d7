"""How long a code on a phone counts, and how long a credential."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from competence.signoffs.rules import Signed

CODE_LASTS = timedelta(minutes=10)


def is_living(made_at: datetime, ended_at: datetime | None, *, now: datetime) -> bool:
    """Whether the code can be opened at the moment: for ten minutes, unless it has been closed."""
    return ended_at is None and made_at <= now < made_at + CODE_LASTS


def counts_still(about: Iterable[Signed], seq: int, *, issued_on: date, on: date) -> bool:
    """Whether a credential of the sign-off `seq`, made on `issued_on`, counts on the day; once it does not, it never does.

    `about`: all sign-offs of the person for the task. It ends with the sign-off, with the first pause after it was made (a
    new one can be fetched when the pause is over), and with a later sign-off at a lower level. A later one at the same level
    or above leaves it as true as it was.
    """
    signed = {one.seq: one for one in about}
    mine = signed.get(seq)
    if mine is None or mine.accepted_on is None or not mine.in_force(on):
        return False
    if any(start <= on and (end is None or end > issued_on) for start, end in mine.pauses):
        return False
    return not any(
        one.seq > seq and one.level < mine.level and one.accepted_on is not None and one.counts_from <= on
        for one in signed.values()
        if not one.withdrawn
    )
