"""`python -m tests.signoffs.killing URL MUNICIPALITY PATH SECONDS SEED`: sign and say yes, killed at random, again and again.

Each round a child signs and accepts as fast as it can, and says on a pipe what has been committed; after a moment it is
killed by SIGKILL, and what stands in the database is looked at. Prints a JSON object with what was seen.
"""

import json
import os
import random
import signal
import sys
import time
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from competence.access.rules import Actor, Assigned, Role
from competence.app import wire
from competence.audit.chain import breaks
from competence.audit.models import AuditEntry, ChainHead, EvidenceEvent
from competence.decision.commands import differences
from competence.foundation.clock import today
from competence.foundation.orm import begin_writing, engine_for, open_session
from competence.people.models import Employment
from competence.signoffs import commands, projection
from competence.signoffs.models import CurrentSignOff, Observation, WaitingSignOff

SETTLE_S = 0.05
"""So long a server needs to notice that its client is gone."""


@dataclass(frozen=True)
class Place:
    """Whose signature for what."""

    employment: int
    person: int
    task: int


def _open(session: Session) -> tuple[list[tuple[Place, int]], list[Place]]:
    """(signed and not answered, with its place in the chain; not signed yet)."""
    rows = session.execute(
        select(EvidenceEvent.person_id, EvidenceEvent.task_id, EvidenceEvent.seq, EvidenceEvent.kind)
    ).all()
    signed = {(row.person_id, row.task_id): row.seq for row in rows if row.kind == "signed"}
    answered = {(row.person_id, row.task_id) for row in rows if row.kind == "accepted"}
    places = [
        Place(employment, person, task or 0)
        for employment, person, task in session.execute(
            select(Employment.id, Employment.person_id, Observation.task_id)
            .join(Observation, Observation.person_id == Employment.person_id)
            .where(Observation.task_id.is_not(None))
            .order_by(Employment.id, Observation.task_id)
        )
    ]
    return (
        [(p, signed[p.person, p.task]) for p in places if (p.person, p.task) in signed.keys() - answered],
        [p for p in places if (p.person, p.task) not in signed],
    )


def work(url: str, municipality: int, guide: Actor, path: str, told: int) -> None:
    """Nothing; signs and accepts until it is killed or all is done, and writes a line to `told` after each commit."""
    session = open_session(engine_for(url), municipality)
    unanswered, unsigned = _open(session)

    def accept(place: Place, seq: int) -> None:
        begin_writing(session)
        her = Actor(place.person, None, "", (Assigned(Role.EMPLOYEE, path),))
        commands.accept(session, seq, by=her)
        session.commit()
        os.write(told, f"accepted {place.person} {place.task}\n".encode())

    for place, seq in unanswered:
        accept(place, seq)
    for place in unsigned:
        begin_writing(session)
        new = commands.NewSignOff(place.task, 1, today(), ticked=(1,))
        seq = commands.sign_off(session, place.employment, new, by=guide).seq
        session.commit()
        os.write(told, f"signed {place.person} {place.task}\n".encode())
        accept(place, seq)


def look(url: str, municipality: int, told: set[str]) -> list[str]:
    """All that is not as it should be; empty when every step has happened whole or not at all."""
    engine = engine_for(url)
    wrong: list[str] = []
    with open_session(engine, municipality) as session:
        found = {
            f"{kind} {person} {task}": number
            for number, kind, person, task in session.execute(
                select(EvidenceEvent.id, EvidenceEvent.kind, EvidenceEvent.person_id, EvidenceEvent.task_id)
            )
        }
        noted = session.execute(
            select(AuditEntry.action, AuditEntry.subject_id).where(AuditEntry.subject == "evidence_event")
        ).all()
        wrong += [f"was committed and is gone: {one}" for one in told - found.keys()]
        if sorted(found.values()) != sorted(row.subject_id or 0 for row in noted):
            wrong.append("events and audit entries differ")
        heads = session.scalar(select(func.sum(ChainHead.seq))) or 0
        if heads != len(found):
            wrong.append(f"the ends count {heads} events, there are {len(found)}")
        kinds = [one.split()[0] for one in found]
        rows = [session.scalar(select(func.count()).select_from(t)) for t in (CurrentSignOff, WaitingSignOff)]
        if rows != [kinds.count("accepted"), kinds.count("signed") - kinds.count("accepted")]:
            wrong.append(f"the projections have {rows} rows")
        wrong += [str(one) for one in breaks(session)]
        wrong += [f"projection of {one}" for one in projection.differences(session, on=today())]
        wrong += [f"answers of {one}" for one in differences(session)]
    engine.dispose()
    return wrong


def main() -> None:
    """Rounds until the seconds are over or nothing is left to sign."""
    url, municipality, path, guide_id, seconds, seed = sys.argv[1:]
    wire()
    chance = random.Random(int(seed))
    guide = Actor(int(guide_id), None, "", (Assigned(Role.GUIDE, path), Assigned(Role.EMPLOYEE, path)))
    told: set[str] = set()
    until, rounds, killed, halfway = time.monotonic() + float(seconds), 0, 0, 0
    while time.monotonic() < until:
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.close(reading)
            work(url, int(municipality), guide, path, writing)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as lines:
            first = lines.readline()
            time.sleep(chance.random() * 0.12)
            os.kill(child, signal.SIGKILL)
            _pid, status = os.waitpid(child, 0)
            said = [first, *lines]
        told |= {line.strip() for line in said if line.endswith("\n")}
        rounds += 1
        killed += os.WIFSIGNALED(status)
        time.sleep(SETTLE_S)
        if wrong := look(url, int(municipality), told):
            sys.exit(f"round {rounds}: {wrong[:5]}")
        halfway += bool(said) and said[-1].startswith("signed")
        if not os.WIFSIGNALED(status):
            if status:
                sys.exit(f"round {rounds}: the child failed by itself")
            break
    sys.stdout.write(json.dumps({"rounds": rounds, "killed": killed, "halfway": halfway, "told": len(told)}))


if __name__ == "__main__":
    main()
