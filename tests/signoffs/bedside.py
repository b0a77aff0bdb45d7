"""Where a signature is given in the tests."""

from dataclasses import dataclass

from competence.audit.chain import Appended
from competence.catalogue.models import Task
from competence.foundation.clock import today
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

    def sign(self, **changes: object) -> Appended:
        """The guide's signature, as if she had recorded and ticked all that is asked for."""
        said: dict[str, object] = {"level": 1, "valid_from": today(), "ticked": (1,)} | changes
        new = commands.NewSignOff(task_id=self.task.id, **said)  # type: ignore[arg-type]
        return commands.sign_off(self.world.session, self.helper.employment.id, new, by=self.guide.actor)
