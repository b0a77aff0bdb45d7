"""Approving a version in the background, where so many people are touched that it takes longer than a request may."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from competence.access.rules import Actor
from competence.delegation.commands import Framework, GroundGiven, approve_version
from competence.delegation.models import MatrixVersion
from competence.delegation.rules import Ground
from competence.foundation.changes import Tell, foresee
from competence.foundation.text import N_, Sentence, sentence
from competence.jobs.commands import Taken
from competence.jobs.running import Switch

KIND = "approve"
APPROVED = N_("Version %(number)s is approved and in force from %(day)s.")


@dataclass(frozen=True)
class Approval:
    """What an approver says of a draft."""

    number: int
    valid_from: date
    approved_as: str
    grounds: Mapping[int, GroundGiven]
    """By cell id."""
    despite_comments: bool = False
    """The approver knows that comments of the hearing have no answer yet."""

    def __call__(self, session: Session, *, by: Actor) -> MatrixVersion:
        """The draft, approved."""
        return approve_version(
            session, self.number, valid_from=self.valid_from, by=by, approved_as=self.approved_as, grounds=self.grounds,
            despite_comments=self.despite_comments,
        )  # fmt: skip

    @property
    def told(self) -> Sentence:
        """What it has done."""
        return sentence(APPROVED, number=self.number, day=self.valid_from)

    def as_json(self) -> dict[str, Any]:
        """The same, to be kept with a job."""
        return {
            "number": self.number, "valid_from": self.valid_from.isoformat(), "approved_as": self.approved_as,
            "despite_comments": self.despite_comments,
            "grounds": {
                str(cell): {"ground": given.ground.value, "framework": asdict(given.framework) if given.framework else None}
                for cell, given in self.grounds.items()
            },
        }  # fmt: skip

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "Approval":
        """What `as_json` has kept."""
        grounds = {
            int(cell): GroundGiven(
                Ground(given["ground"]), Framework(**given["framework"]) if given["framework"] else None
            )
            for cell, given in said["grounds"].items()
        }
        return cls(
            said["number"],
            date.fromisoformat(said["valid_from"]),
            said["approved_as"],
            grounds,
            said["despite_comments"],
        )


def work(session: Session, job: Taken, by: Actor, tell: Tell) -> Switch:
    """Everybody's answers are made ahead; the switch approves and puts them in place."""
    approval = Approval.from_json(job.said)
    ready = foresee(session, partial(approval, by=by), tell=tell)

    def switch(writing: Session) -> Sentence:
        ready(writing)
        return approval.told

    return switch
