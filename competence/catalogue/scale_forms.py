"""The form of a scale: its levels, and what those that there are become."""

from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, SelectField
from wtforms.validators import Optional

from competence.catalogue.forms import number_in, short_text
from competence.catalogue.rules.scales import MOST_LEVELS, SaidLevel, Scale
from competence.foundation.forms import Form, as_choices


class ScaleForm(Form):
    """The names and meanings of a scale's levels, the lowest first; empty places at the end are no levels."""

    seen = HiddenField()

    def rows(self) -> list[tuple[Field, Field]]:
        """(name, meaning) of each place."""
        return [(self[f"level_{rank}"], self[f"meaning_{rank}"]) for rank in range(1, MOST_LEVELS + 1)]

    def becoming(self, levels: int) -> list[Field]:
        """What each of the levels that there are now becomes."""
        return [self[f"becomes_{rank}"] for rank in range(1, levels + 1)]

    def to_becomes(self, levels: int) -> list[int]:
        """The new rank of each of the levels that there are now, 0 where nothing was chosen."""
        return [number_in((field.data or "").removeprefix("level ")) or 0 for field in self.becoming(levels)]

    def fill(self, scale: Scale) -> None:
        """Nothing; the form shows the scale."""
        for rank, (name, meaning) in enumerate(self.rows()):
            name.data = scale[rank].name if rank < len(scale) else ""
            meaning.data = scale[rank].meaning if rank < len(scale) else ""

    def to_levels(self) -> list[SaidLevel]:
        """What was typed, the empty places too."""
        return [SaidLevel(name.data or "", meaning.data or "") for name, meaning in self.rows()]


_NEW_RANKS = [(f"level {new}", _l("level %(rank)s", rank=new)) for new in range(1, MOST_LEVELS + 1)]
"""A choice of its own kind, since a bare number would be an id."""
for _rank in range(1, MOST_LEVELS + 1):
    setattr(ScaleForm, f"level_{_rank}", short_text(_l("Level %(rank)s", rank=_rank), 40))
    setattr(ScaleForm, f"meaning_{_rank}", short_text(_l("What level %(rank)s means", rank=_rank), 200))
    _choices = as_choices([("", _l("keeps its number")), *_NEW_RANKS])
    setattr(
        ScaleForm,
        f"becomes_{_rank}",
        SelectField(_l("Level %(rank)s becomes", rank=_rank), choices=_choices, validators=[Optional()]),
    )
