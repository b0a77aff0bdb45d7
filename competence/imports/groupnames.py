"""Which staff groups of ours a heading or a field names."""

import re

from competence.foundation.text import squeeze
from competence.imports.known import IGNORE, Known, MappingFile, Register, key
from competence.imports.symbols import split_marks


def groups_called(text: str, groups: Register, mapping: MappingFile) -> tuple[tuple[Known, ...], bool]:
    """The staff groups a heading names, and whether that is settled: one group, or as the mapping file says."""
    bare = split_marks(squeeze(text))[0]
    for theirs in (text, bare):
        said = mapping.staff_groups.get(key(theirs)) or _one(mapping.columns.get(key(theirs)))
        if said:
            found = tuple(group for each in said for group in groups.find(each))
            if found:
                return found, len(found) == len(said)
    outer, inner = re.sub(r"\(.*?\)", " ", bare).strip(), " ".join(re.findall(r"\((.*?)\)", bare))
    for theirs in (bare, outer):
        if exact := groups.find(theirs):
            both = groups.find(inner) if theirs == outer and inner else ()
            named = dict.fromkeys([*exact, *both])
            return tuple(named), len(named) == 1
    if inner and (exact := groups.find(inner)):
        return tuple(exact), len(exact) == 1
    parts = [part for part in re.split(r"\s*[/,+&\n]\s*|\s+og\s+", bare) if part]
    named = dict.fromkeys(group for part in parts for group in groups.find(part))
    return tuple(named), len(named) == 1 and len(parts) == 1


def _one(value: str | None) -> tuple[str, ...]:
    return (value,) if value and value != IGNORE else ()
