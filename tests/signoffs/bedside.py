"""Where a signature is given in the tests."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

import competence
from competence.audit.chain import Appended
from competence.catalogue.models import Task
from competence.foundation.clock import now, today
from competence.foundation.text import Sentence
from competence.signoffs import commands
from tests.factories import Someone, World


@dataclass
class Bedside:
    """Where a signature is given."""

    world: World
    guide: Someone
    """A nurse appointed learning guide; holds the task by education at level 2."""
    helper: Someone
    task: Task

    def approve_again(self) -> None:
        """Nothing; cells that were added after the approval are read, as if they had been there before it."""
        version = self.world.version
        version.approved_at = now() if version.approved_at is None else version.approved_at + timedelta(milliseconds=1)
        self.world.session.flush()

    def sign(self, **changes: object) -> Appended:
        """The guide's signature, as if she had recorded and ticked all that is asked for."""
        said: dict[str, object] = {"level": 1, "valid_from": today(), "ticked": (1,)} | changes
        new = commands.NewSignOff(task_id=self.task.id, **said)  # type: ignore[arg-type]
        return commands.sign_off(self.world.session, self.helper.employment.id, new, by=self.guide.actor)


@cache
def _danish() -> dict[str, str]:
    found: dict[str, str] = {}
    for file in sorted((Path(competence.__file__).parent / "translations/da/LC_MESSAGES").glob("*.po")):
        with file.open("rb") as text:
            catalogue = read_po(text, locale="da")
        found |= {message.id: str(message.string) for message in catalogue if isinstance(message.id, str)}
    return found


def in_danish(said: Sentence) -> str:
    """The sentence as it stands on the screen, dates left as they are."""
    return _danish()[said.msgid] % dict(said.params)
