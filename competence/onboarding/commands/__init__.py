"""The verbs of introduction: templates, programmes, ticks, the leader's yes, and students' stages."""

from competence.onboarding.commands.beginning import (
    NewProgramme,
    add_item,
    begin_onboarding,
    change_onboarding,
    end_onboarding,
    set_pace,
)
from competence.onboarding.commands.students import NewStage, move_stage
from competence.onboarding.commands.templates import (
    approve_template,
    check_gates,
    discard_template,
    draft_template,
    remove_line,
    retire_template,
    save_line,
    write_welcome,
)
from competence.onboarding.commands.ticking import (
    ask_colleague,
    give_first_shift_yes,
    leave_out,
    tick,
    untick,
    withdraw_first_shift_yes,
)

__all__ = [
    "NewProgramme", "NewStage", "add_item", "approve_template", "ask_colleague", "begin_onboarding", "change_onboarding",
    "check_gates", "discard_template", "draft_template", "end_onboarding", "give_first_shift_yes", "leave_out", "move_stage",
    "remove_line", "retire_template", "save_line", "set_pace", "tick", "untick", "withdraw_first_shift_yes", "write_welcome",
]  # fmt: skip
