"""The verbs of development: the list of activities, a person's plan, and talks."""

from competence.learning.commands.agreeing import (
    answer_version,
    content_of,
    end_plan,
    lay_before,
    pause_plan,
    remove_note,
    resume_plan,
    withdraw_version,
    write_note,
)
from competence.learning.commands.doing import (
    After,
    Said,
    answer_activity,
    answer_leading,
    change_planned,
    do_activity,
    drop_activity,
    log_learnt,
    move_activity,
    undo_activity,
    write_after,
)
from competence.learning.commands.goals import answer_goal, change_goal, close_goal, open_goal
from competence.learning.commands.listing import Listed, archive_listed, change_listed, list_activity, restore_listed
from competence.learning.commands.planning import NewActivity, NewGoal, add_goal, plan_activity
from competence.learning.commands.talking import (
    NewTalk,
    Written,
    cancel_talk,
    move_talk,
    plan_talk,
    prepare_talk,
    write_talk,
)

__all__ = [
    "After", "Listed", "NewActivity", "NewGoal", "NewTalk", "Said", "Written", "add_goal", "answer_activity", "answer_goal",
    "answer_leading", "answer_version", "archive_listed", "cancel_talk", "change_goal", "change_listed", "change_planned",
    "close_goal", "content_of", "do_activity", "drop_activity", "end_plan", "lay_before", "list_activity", "log_learnt",
    "move_activity", "move_talk", "open_goal", "pause_plan", "plan_activity", "plan_talk", "prepare_talk", "remove_note",
    "restore_listed", "resume_plan", "undo_activity", "withdraw_version", "write_after", "write_note", "write_talk",
]  # fmt: skip
