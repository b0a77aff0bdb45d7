"""A municipality's own task matrix: tasks down, staff groups across, as they are drawn in Excel."""

from competence.imports.matrix.found import MatrixCell, MatrixTask
from competence.imports.matrix.reading import parse_matrix

__all__ = ["MatrixCell", "MatrixTask", "parse_matrix"]
