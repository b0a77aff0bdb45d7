"""What is typed at the bedside, and handed to the commands."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, PasswordField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Optional

from competence.foundation.clock import day_after, today
from competence.foundation.errors import RuleBroken
from competence.foundation.forms import AtMost, DateField, Form, squeezed
from competence.foundation.text import N_
from competence.foundation.web import say
from competence.signoffs.commands import ExternalInstructor, Kept, KeptTime, NewObservation, NewSignOff
from competence.signoffs.rules import How, ObservationKind, Where, state_read

HOW_NAMES = {
    How.OBSERVED: N_("Observed with a citizen"),
    How.SIMULATED: N_("Simulated"),
    How.ORAL: N_("Told or examined"),
    How.TEST: N_("Test"),
}
"""How a time was shown, in words."""
WHERE_NAMES = {
    Where.AT_HOME: N_("At the citizen's"),
    Where.PRACTICE_ROOM: N_("Practice room"),
    Where.CLASSROOM: N_("Classroom"),
    Where.ELSEWHERE: N_("Elsewhere"),
}
"""Where, when no unit says it."""
NEVER_A_NAME = _l("Never write the citizen's name or CPR number.")


class BedsideForm(Form):
    """The day of what is recorded next. Ticks and buttons are read from the request: they are many, and drafts."""

    observed_on = DateField(_l("Day"), validators=[Optional()], default=today)
    how = SelectField(_l("How"), default=How.OBSERVED.value, validate_choice=False)
    where = SelectField(
        _l("Where"), validate_choice=False, description=_l("A place only, never a citizen's name or address.")
    )

    def __init__(self, *, units: Sequence[tuple[int, str]] = (), unit_id: int | None = None) -> None:
        super().__init__(data={"where": str(unit_id or "")})
        self.how.choices = [(how.value, say(text)) for how, text in HOW_NAMES.items()]
        own = [(str(id_), name) for id_, name in units]
        self.where.choices = [*own, *((place.value, say(text)) for place, text in WHERE_NAMES.items())]
        self._places = {value for value, _name in own} | {place.value for place in Where} | {str(unit_id or "")}

    def to_command(self, kind: ObservationKind, gate_code: str | None = None) -> NewObservation:
        """The observation to record; today when no day is written. RuleBroken at the field for what is not on its list."""
        how, where = self.how.data or How.OBSERVED.value, self.where.data or ""
        self.check()
        return NewObservation(
            kind,
            self.observed_on.data or today(),
            gate_code,
            How.OBSERVED if gate_code else How(how),
            int(where) if where.isdigit() else None,
            Where(where) if where and not where.isdigit() else None,
        )

    def check(self) -> None:
        """Nothing. RuleBroken at the field when how or where is not on its list."""
        if (self.how.data or How.OBSERVED.value) not in set(How):
            raise RuleBroken(N_("Choose how it was shown from the list."), field="how")
        if self.where.data and self.where.data not in self._places:
            raise RuleBroken(N_("Choose the place from the list."), field="where")


class SignOffForm(Form):
    """Level, last day, note; and what only some signatures need."""

    level = RadioField(
        _l("Which level have you seen?"),
        coerce=int,
        validators=[InputRequired(_l("Choose the level you have seen."))],
        validate_choice=False,
    )
    valid_through = DateField(
        _l("Valid through"),
        validators=[Optional()],
        description=_l("The last day it counts. Leave empty if it does not lapse."),
    )
    citizen = StringField(
        _l("The care system's reference of the citizen"),
        filters=[squeezed],
        validators=[Optional(), AtMost(60)],
        description=_l("The number that the care system shows. Never the CPR number and never a name."),
    )
    note = StringField(
        _l("Note to your colleague"),
        filters=[squeezed],
        validators=[Optional(), AtMost(400)],
        description=NEVER_A_NAME,
    )
    lower_reason = StringField(
        _l("Why is the level lower than before?"),
        filters=[squeezed],
        validators=[Optional(), AtMost(400)],
        description=_l("Only when you choose a lower level than the one in force."),
    )
    password = PasswordField(
        _l("Your password"),
        description=_l("It is a while since you signed in on this phone. Write your password to sign."),
    )
    expects = HiddenField()

    def __init__(self, *, levels: Sequence[tuple[int, str]], valid_through: date | None, expects: int | None) -> None:
        super().__init__(data={"valid_through": valid_through, "expects": "" if expects is None else str(expects)})
        self.level.choices = list(levels)

    def to_command(
        self, task_id: int, ticked: Sequence[int], *, citizen_id: int | None, credential_id: int | None = None
    ) -> NewSignOff:
        """What is to be signed."""
        return NewSignOff(
            task_id=task_id,
            level=self.level.data,
            valid_from=today(),
            valid_to=day_after(self.valid_through.data),
            ticked=tuple(ticked),
            note=self.note.data or "",
            lower_reason=self.lower_reason.data or "",
            citizen_id=citizen_id,
            credential_id=credential_id,
            expects=int(seen) if (seen := self.expects.data or "").isdigit() else None,
        )


class TogetherForm(Form):
    """The level that all of them have shown. Who they are and what they have shown is read from the request."""

    level = RadioField(
        _l("Which level have you seen?"),
        coerce=int,
        validators=[InputRequired(_l("Choose the level you have seen."))],
        validate_choice=False,
    )
    password = PasswordField(
        _l("Your password"),
        description=_l("It is a while since you signed in on this phone. Write your password to sign."),
    )

    def __init__(self, *, levels: Sequence[tuple[int, str]]) -> None:
        super().__init__()
        self.level.choices = list(levels)


class ExternalForm(Form):
    """A first holder's instructor from outside, recorded by the development nurse."""

    name = StringField(
        _l("The instructor's name"),
        filters=[squeezed],
        validators=[DataRequired(_l("Write the instructor's name.")), AtMost(80)],
    )
    profession = StringField(
        _l("Profession"), filters=[squeezed], validators=[DataRequired(_l("Write the profession.")), AtMost(60)]
    )
    organisation = StringField(
        _l("Organisation"),
        filters=[squeezed],
        validators=[DataRequired(_l("Write where the instructor comes from.")), AtMost(60)],
    )
    taught_on = DateField(
        _l("Taught on"), validators=[DataRequired(_l("Write the day of the teaching."))], default=None
    )
    certificate = StringField(
        _l("Certificate"),
        filters=[squeezed],
        validators=[DataRequired(_l("Write which certificate you have seen.")), AtMost(120)],
        description=_l("Number or title of the certificate that you have seen."),
    )
    level = RadioField(
        _l("Level according to the certificate"),
        coerce=int,
        validators=[InputRequired(_l("Choose the level you have seen."))],
        validate_choice=False,
    )
    valid_through = DateField(
        _l("Valid through"),
        validators=[Optional()],
        description=_l("The last day it counts. Leave empty if it does not lapse."),
    )
    password = PasswordField(
        _l("Your password"),
        description=_l("It is a while since you signed in on this phone. Write your password to sign."),
    )

    def __init__(self, *, levels: Sequence[tuple[int, str]], valid_through: date | None) -> None:
        super().__init__(data={"valid_through": valid_through})
        self.level.choices = list(levels)

    def to_command(self, task_id: int) -> NewSignOff:
        """What is to be recorded."""
        outside = ExternalInstructor(
            name=self.name.data or "",
            profession=self.profession.data or "",
            organisation=self.organisation.data or "",
            taught_on=self.taught_on.data or today(),
            certificate=self.certificate.data or "",
        )
        return NewSignOff(
            task_id=task_id,
            level=self.level.data,
            valid_from=today(),
            valid_to=day_after(self.valid_through.data),
            external=outside,
        )


class AnswerForm(Form):
    """The person's own answer, with a reason if she wants to give one."""

    reason = TextAreaField(
        _l("Would you like to write why?"),
        filters=[squeezed],
        validators=[Optional(), AtMost(400)],
        description=_l("Only your guide reads it. Never write the citizen's name or CPR number."),
    )
    password = PasswordField(
        _l("Your password"),
        description=_l("It is a while since you signed in on this phone. Write your password to answer."),
    )


class AnswerHereForm(Form):
    """The same on somebody else's phone, proved by her own password or code."""

    secret = PasswordField(
        _l("Your own password or one-time code"),
        validators=[DataRequired(_l("Write your own password, or a one-time code from your own page."))],
        description=_l("It is checked for this one answer and is not kept on this phone."),
    )
    reason = TextAreaField(
        _l("Would you like to write why?"),
        filters=[squeezed],
        validators=[Optional(), AtMost(400)],
        description=_l("Only your guide reads it. Never write the citizen's name or CPR number."),
    )


class CommentForm(Form):
    """What there is still to practise."""

    comment = TextAreaField(
        _l("What is there still to practise?"),
        filters=[squeezed],
        validators=[AtMost(400)],
        description=_l(
            "Your colleague, her guides and her leader can read it. Never write the citizen's name or CPR number."
        ),
    )
    password = PasswordField(
        _l("Your password"),
        description=_l("It is a while since you signed in on this phone. Write your password to sign."),
    )


class SuspendForm(Form):
    """From and to, and why."""

    valid_from = DateField(_l("From"), validators=[InputRequired(_l("Choose the first day."))], default=today)
    valid_through = DateField(
        _l("Through"), description=_l("The last day. Leave empty if it is not known yet."), validators=[Optional()]
    )
    reason = TextAreaField(
        _l("Why?"),
        filters=[squeezed],
        validators=[AtMost(400)],
        description=_l("Only your colleague can read it. Never write the citizen's name or CPR number."),
    )


class ReasonForm(Form):
    """Why a sign-off ends."""

    reason = TextAreaField(
        _l("Why?"),
        filters=[squeezed],
        validators=[AtMost(400)],
        description=_l("Your colleague can read it. Never write the citizen's name or CPR number."),
    )


def read_kept(said: object) -> Kept:
    """What a phone sends, from its JSON. ValueError when it is not what our page would send: no field is a free text."""
    match said:
        case {
            "seen": str() as seen,
            "base": list() as base,
            "ticks": None | list() as ticks,
            "times": list() as times,
        } if len(times) <= MOST_TIMES_KEPT:
            return Kept(
                state_read(seen), _positions(base), None if ticks is None else _positions(ticks), [_time(one) for one in times]
            )  # fmt: skip
    raise ValueError("not what the page sends")


MOST_TIMES_KEPT = 50
"""Times of one task that a phone sends at once; nobody has seen more in 24 hours."""


def _positions(said: list[object]) -> list[int]:
    found = [one for one in said if isinstance(one, int) and 0 <= one < 10_000]
    if len(found) != len(said):
        raise ValueError("not positions of criteria")
    return found


def _time(said: object) -> KeptTime:
    match said:
        case {
            "id": str() as id_,
            "kind": str() as kind,
            "at": str() as at,
            "how": str() as how,
            "where": str() as where,
        }:
            moment = datetime.fromisoformat(at)
            if moment.tzinfo is None:
                raise ValueError("a moment without its offset")
            moment = moment.astimezone(UTC)
            is_unit = where.isascii() and where.isdigit() and len(where) < 10
            return KeptTime(
                sent_as=str(UUID(id_)),
                kind=ObservationKind(kind),
                at=moment.replace(microsecond=moment.microsecond // 1000 * 1000),
                how=How(how),
                unit_id=int(where) if is_unit else None,
                place=Where(where) if where and not is_unit else None,
            )
    raise ValueError("not a time")
