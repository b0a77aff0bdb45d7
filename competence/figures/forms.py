"""The form of the targets."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField
from wtforms.validators import Optional

from competence.figures.rules import Figure
from competence.foundation.forms import Form


def _field(label: str, hint: str) -> IntegerField:
    return IntegerField(label, description=hint, validators=[Optional()])


class TargetForm(Form):
    """A whole number for each figure; empty: no target."""

    met = _field(_l("Staffing needs that are met"), _l("At least so many per cent. Empty: no target."))
    gaps = _field(_l("Gaps with a plan"), _l("At least so many per cent of the gaps. Empty: no target."))
    vulnerable = _field(_l("Vulnerable staffing needs"), _l("At most so many per cent of the needs. Empty: no target."))
    expiring = _field(
        _l("Signatures that lapse soon and are planned"), _l("At least so many per cent. Empty: no target.")
    )
    wait = _field(_l("From request to signature"), _l("At most so many days. Empty: no target."))
    seen = HiddenField()

    def wanted(self) -> dict[Figure, int | None]:
        """What is asked for."""
        return {figure: self[figure.value].data for figure in Figure}
