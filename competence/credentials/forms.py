"""Forms for issuers that are trusted, and for credentials that are brought along."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired

from competence.credentials.commands import MOST_BYTES
from competence.foundation.forms import AtMost, Form, NoCpr, squeezed


class BringForm(Form):
    """A credential from elsewhere, and the task here that it is evidence for."""

    task = SelectField(
        _l("The task here that it is evidence for"),
        coerce=lambda value: int(value) if str(value or "").isdigit() else 0,
        validators=[InputRequired(_l("Choose the task."))],
        validate_choice=False,
    )
    file = FileField(
        _l("The credential"),
        description=_l("The .json or .jwt file that the other municipality has issued, at most 200 kB."),
        validators=[FileRequired(_l("Choose the file with the credential."))],
    )

    def __init__(self, tasks: Mapping[int, str]) -> None:
        super().__init__()
        self.task.choices = [("", _l("Choose")), *((str(id_), name) for id_, name in tasks.items())]
        self.tasks = tasks

    def validate_task(self, field: SelectField) -> None:
        """Nothing; the task is one of those that can be chosen."""
        if field.data not in self.tasks:
            field.errors = [*field.errors, str(_l("Choose the task."))]

    def content(self) -> bytes:
        """The file's bytes; one more than is allowed at most, so that a larger one is refused."""
        found: bytes = self.file.data.read(MOST_BYTES + 1)
        return found


class IssuerForm(Form):
    """Whose credentials are trusted, and by which keys."""

    name = StringField(
        _l("Name"),
        filters=[squeezed],
        validators=[DataRequired(_l("Write the name, for instance the municipality's.")), AtMost(120), NoCpr()],
    )
    issuer = StringField(
        _l("Identifier"),
        description=_l(
            "As its credentials name it: did:web:kompetence.example, or an address that begins with https://"
        ),
        filters=[squeezed],
        validators=[
            DataRequired(_l("Write the issuer as its credentials name it: did:web:… or https://…")),
            AtMost(255),
        ],
    )
    keys = TextAreaField(
        _l("Public keys"),
        description=_l(
            "The whole content of the issuer's did.json or jwks.json. Get it from the issuer in a way you trust: it decides "
            "whose signature is believed."
        ),
        validators=[DataRequired(_l("Paste the issuer's public keys.")), AtMost(20_000)],
    )
