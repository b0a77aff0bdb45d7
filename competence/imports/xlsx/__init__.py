"""Reading .xlsx files, after looking for what must not come in: formulas, macros, links, bombs."""

from competence.imports.xlsx.reading import read_xlsx

__all__ = ["read_xlsx"]
