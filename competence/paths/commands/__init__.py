"""The verbs of learning paths: keep them, put somebody on one, answer, and say that one would like to be seen."""

from competence.paths.commands.keeping import (
    NewPath,
    add_step,
    approve_path,
    archive_path,
    change_path,
    create_path,
    move_step,
    remove_step,
    restore_path,
)
from competence.paths.commands.shipped import take_shipped
from competence.paths.commands.walking import (
    agree_placing,
    answer_placing,
    ask_for_path,
    end_placing,
    place_on_path,
    plan_step,
    say_wishes,
)

__all__ = [
    "NewPath",
    "add_step",
    "agree_placing",
    "answer_placing",
    "approve_path",
    "archive_path",
    "ask_for_path",
    "change_path",
    "create_path",
    "end_placing",
    "move_step",
    "place_on_path",
    "plan_step",
    "remove_step",
    "restore_path",
    "say_wishes",
    "take_shipped",
]
