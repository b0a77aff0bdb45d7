"""The forms by which an evidence file is added, and taken out of view."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, StringField
from wtforms.validators import InputRequired

from competence.files.checking import Accepted
from competence.files.commands import NewFile
from competence.files.rules import MOST_BYTES, PURPOSE_NAMES, WHY_NAMES, Purpose, Why
from competence.files.storing import Stored
from competence.foundation.forms import AtMost, Form, NoCpr, squeezed
from competence.foundation.web import say

GATE = "gate:"
TAKEN = "image/jpeg,image/png,application/pdf"
"""What the browser lets choose. With it a phone offers its camera too, and an iPhone hands over JPEG for its own kind."""


class FileForm(Form):
    """A photo or a PDF, and what it is evidence of."""

    file = FileField(
        _l("The file"),
        description=_l("A photo (JPEG or PNG) or a PDF, at most 10 MB. On a phone you can take the photo now."),
        validators=[FileRequired(_l("Choose the file, or take a photo."))],
    )
    purpose = RadioField(_l("What it is evidence of"), validators=[InputRequired(_l("Choose what it is evidence of."))])
    title = StringField(
        _l("In your own words"),
        description=_l("For instance the name of the course. Never a citizen's name or a CPR number."),
        filters=[squeezed],
        validators=[AtMost(120), NoCpr()],
    )

    def __init__(self, gates: Sequence[tuple[str, str]], *, sent: bool = True) -> None:
        """`gates`: (code, name) of what the task asks for. `sent` False: nothing of the request is read."""
        super().__init__(**({} if sent else {"formdata": None}))
        others = (Purpose.INSTRUCTOR, Purpose.TRAINING)
        self.purpose.choices = [
            *((GATE + code, name) for code, name in gates),
            *((one.value, say(PURPOSE_NAMES[one])) for one in others),
        ]

    def content(self) -> bytes:
        """The file's bytes; one more than is allowed at most, so that a larger one is refused."""
        found: bytes = self.file.data.read(MOST_BYTES + 1)
        return found

    def to_command(self, file: Accepted, stored: Stored) -> NewFile:
        """What is added."""
        chosen = self.purpose.data or ""
        gate = chosen.removeprefix(GATE) if chosen.startswith(GATE) else None
        purpose = Purpose.GATE if gate is not None else Purpose(chosen)
        return NewFile(
            stored, file.media_type, len(file.content), file.hash, purpose, gate, self.title.data or ""
        )  # fmt: skip


class RemoveForm(Form):
    """Why a file is taken out of view. A code and never a text: a text would soon hold what the file showed."""

    why = RadioField(_l("Why?"), validators=[InputRequired(_l("Choose why."))])

    def __init__(self) -> None:
        super().__init__()
        self.why.choices = [(one.value, say(WHY_NAMES[one])) for one in Why]
