"""Which of the answers still name something that the municipality has: staff groups and scales change. Pure."""

from dataclasses import replace

from competence.imports.known import AREA as HEADING
from competence.imports.known import IGNORE
from competence.imports.mapping.profiles.around import GROUP_OF, LEVEL_OF
from competence.imports.mapping.profiles.choices import GROUP, LEVEL, ROWS, SENTENCE, STATEMENT, YES, ProfileChoices
from competence.imports.mapping.profiles.columns import ProfileOurs


def still_sound(choices: ProfileChoices, ours: ProfileOurs) -> ProfileChoices:
    """The choices without those that name a staff group, task or level that is gone."""
    groups, tasks = {one.code for one in ours.groups}, {one.code for one in ours.tasks}
    profile = {str(rank) for rank in range(1, len(ours.profile_levels) + 1)}
    practice = {str(rank) for rank in range(1, len(ours.practice_levels) + 1)}

    def is_word(name: str, value: str, level: int) -> bool:
        kind = name.partition("|")[0]
        if level and str(level) not in profile:
            return False
        if kind == GROUP:
            return value == IGNORE or set(value.split("|")) <= groups
        return value in (profile if kind == LEVEL else practice | {YES, SENTENCE}) | {IGNORE}

    def is_row(said: str) -> bool:
        if said.startswith(GROUP_OF):
            return said.removeprefix(GROUP_OF) in groups
        if said.startswith(LEVEL_OF):
            return said.removeprefix(LEVEL_OF) in profile
        return said in tasks | {STATEMENT, HEADING, IGNORE}

    return replace(
        choices,
        group=choices.group if choices.group in groups | {"", ROWS} else None,
        level=choices.level if choices.level in profile | {"", ROWS} else None,
        columns={
            name: one
            for name, one in choices.columns.items()
            if (not one.group or set(one.group.split("|")) <= groups) and (not one.level or str(one.level) in profile)
        },
        words={name: said for name, said in choices.words.items() if is_word(name, *said)},
        tasks={name: said for name, said in choices.tasks.items() if is_row(said)},
    )
