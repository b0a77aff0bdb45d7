"""Keeping the catalogue: areas, tasks, their instructions and the two scales."""

from competence.catalogue.commands.areas import AreaFacts, add_area, archive_area, change_area, restore_area
from competence.catalogue.commands.instructions import NewInstruction, confirm_reading, publish_instruction
from competence.catalogue.commands.pictures import NewPicture, remove_picture, set_picture
from competence.catalogue.commands.scales import change_scale
from competence.catalogue.commands.tasks import add_task, archive_task, change_task, restore_task

__all__ = [
    "AreaFacts",
    "NewInstruction",
    "NewPicture",
    "add_area",
    "add_task",
    "archive_area",
    "archive_task",
    "change_area",
    "change_scale",
    "change_task",
    "confirm_reading",
    "publish_instruction",
    "remove_picture",
    "restore_area",
    "restore_task",
    "set_picture",
]
