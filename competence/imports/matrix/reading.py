"""All matrices of a file as one."""

from collections.abc import Sequence

from competence.catalogue.rules.scales import EarlierScale
from competence.foundation.text import N_, sentence
from competence.imports.grid import Sheet, Workbook
from competence.imports.known import Known, MappingFile, Register, key, with_short_forms
from competence.imports.layout import find_layout
from competence.imports.matrix.exported import is_exported, read_exported
from competence.imports.matrix.found import MatrixTask, Reader
from competence.imports.matrix.table import Table
from competence.imports.parsed import Parsed, Skipped, at


def parse_matrix(
    workbook: Workbook,
    *,
    tasks: Sequence[Known],
    staff_groups: Sequence[Known],
    levels: Sequence[str],
    earlier: Sequence[EarlierScale] = (),
    areas: Sequence[str] = (),
    mapping: MappingFile | None = None,
) -> Parsed[MatrixTask]:
    """All matrices of the file as one. `levels` are the practice scale's names in order, `areas` the areas we have.

    `earlier`: what the scale was before, so that our own export of an earlier day is read.

    Tasks of their own stand in `unmapped`, as do headings and symbols that we do not know.
    """
    groups = with_short_forms(staff_groups)
    if is_exported(workbook):
        return read_exported(workbook, Register(tasks), groups, levels, earlier)
    reader = Reader(Register(tasks), groups, levels, {key(area) for area in areas}, mapping or MappingFile())
    without: list[Sheet] = []
    sheets = list(workbook.visible())
    for sheet in sheets:
        found = find_layout(sheet, groups, reader.mapping)
        reader.problems += found.problems
        reader.unmapped.update(dict.fromkeys(found.unmapped))
        if not found.has_headings:
            without.append(sheet)
        elif found.layout:
            Table(sheet, found.layout, reader).read()
    if len(without) == len(sheets):
        said = sentence(N_("No row of headings with staff groups was found."))
        reader.problems += [at(sheet.name, None, None, said) for sheet in without]
    else:
        reader.unmapped.update(dict.fromkeys(sheet.name for sheet in without))
        reader.skipped += [Skipped(sheet.name, 1, sheet.name) for sheet in without]
    reader.skipped += [Skipped(s.name, 1, s.name) for s in workbook.sheets if s.hidden and not s.is_empty]
    return Parsed(tuple(reader.rows), tuple(reader.problems), tuple(reader.unmapped), tuple(reader.skipped))
