"""The form by which a file is uploaded."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField

from competence.foundation.forms import Form
from competence.imports.sheets import MAX_BYTES


class UploadForm(Form):
    """A spreadsheet, and perhaps the mapping file of the municipality's own words."""

    file = FileField(
        _l("File"),
        description=_l("An Excel workbook (.xlsx) or .csv, at most 20 MB, without formulas and macros."),
        validators=[FileRequired(_l("Choose the file with the table."))],
    )
    mapping = FileField(
        _l("Mapping file"),
        description=_l("A .json file that says what your own headings, groups, tasks and symbols mean."),
    )

    def content(self) -> bytes:
        """The file's bytes; one more than is allowed at most, so that a larger one is refused."""
        found: bytes = self.file.data.read(MAX_BYTES + 1)
        return found

    def words(self) -> bytes | None:
        """The mapping file's bytes; None when there is none."""
        return (self.mapping.data.read(MAX_BYTES + 1) or None) if self.mapping.data else None


class ConfirmForm(Form):
    """A yes to exactly the file that was shown."""

    staged = HiddenField()
