"""The form of questions and answers, from which the OpenAPI document is drawn."""

from typing import Any

from marshmallow import Schema, fields, validate

SHIFTS = ("day", "evening", "night")
VERDICTS = ("may", "may_when", "may_not")
LONGEST = 200


def _text(about: str, **more: Any) -> fields.String:
    return fields.String(metadata={"description": about}, **more)


class Question(Schema):
    """What both questions share."""

    task = fields.String(
        required=True,
        validate=validate.Length(1, LONGEST),
        metadata={"description": "The task's code in the catalogue (G1.20.7), or its id here.", "example": "G1.20.7"},
    )
    on = fields.Date(
        metadata={"description": "The day on which the duty begins. Today when neither this nor `at` is given."}
    )
    shift = fields.String(
        validate=validate.OneOf(SHIFTS),
        metadata={"description": "The shift. A night counts only if the right holds on both of its dates."},
    )
    at = fields.AwareDateTime(
        metadata={
            "description": "A moment with its offset from UTC, instead of `on` and `shift`: the duty that runs then. After "
            "midnight that is the night which began the day before."
        }
    )


class WhoMayQuestion(Question):
    """Who may do the task there and then?"""

    unit = fields.String(
        required=True,
        validate=validate.Length(1, LONGEST),
        metadata={"description": "The unit's id here, or its full name.", "example": "Team Havnen"},
    )


class MayQuestion(Question):
    """May this employee do the task then?"""

    employee = fields.String(
        required=True,
        validate=validate.Length(1, 40),
        metadata={"description": "The employee's number in the payroll system.", "example": "1042"},
    )


class Answered(Schema):
    """A part of an answer."""


class Task(Answered):
    """A task."""

    id = fields.Integer(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)


class UnitNamed(Answered):
    """A unit."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)


class Limit(Answered):
    """A limit within which a right holds."""

    code = _text(
        "The limit's code in the municipality's list; null for one in free words.", required=True, allow_none=True
    )
    text = _text("As the division of tasks says it.", required=True)
    when = _text("The end of the sentence: may, when ...", required=True)


class Reason(Answered):
    """A fact that took part in the decision, without its history."""

    code = _text("What it is about: rule, signature, delegation ...", required=True)
    holds = fields.Boolean(required=True)
    text = fields.String(required=True)


class Level(Answered):
    """A level of the practice scale."""

    rank = fields.Integer(required=True, metadata={"description": "1 is the lowest."})
    name = fields.String(required=True)


class Right(Answered):
    """What the rule says of an employment."""

    verdict = fields.String(required=True, validate=validate.OneOf(VERDICTS))
    limits = fields.List(fields.Nested(Limit), required=True, metadata={"description": "Empty unless `may_when`."})
    level = fields.Nested(Level, required=True, allow_none=True, metadata={"description": "null when she may not."})
    valid_from = fields.Date(required=True, allow_none=True)
    valid_through = fields.Date(
        required=True,
        allow_none=True,
        metadata={"description": "The last day it holds; null when it does not end by itself."},
    )
    reasons = fields.List(fields.Nested(Reason), required=True)


class Employment(Right):
    """The answer for one employment."""

    unit = fields.Nested(UnitNamed, required=True)
    staff_group = fields.String(required=True)
    on_shift = fields.Boolean(
        required=True,
        metadata={"description": "Whether she is there that day and the shift is one of her fixed ones."},
    )


class Person(Right):
    """Somebody who may."""

    employee = _text("Her number in the payroll system; null for an external.", required=True, allow_none=True)
    name = fields.String(required=True)
    staff_group = fields.String(required=True)
    standing = fields.String(
        required=True, validate=validate.OneOf(("fixed", "floater", "external", "student")),
        metadata={"description": "Only `fixed` is counted in `have`."},
    )  # fmt: skip
    unit = fields.Nested(UnitNamed, required=True)
    phone = fields.String(required=True, allow_none=True)


class Line(Answered):
    """A shared line."""

    name = fields.String(required=True)
    phone = fields.String(required=True, allow_none=True)


class Neighbour(Answered):
    """A unit next door that can help."""

    unit = fields.Nested(UnitNamed, required=True)
    spare = fields.Integer(required=True, metadata={"description": "How many it can do without."})
    people = fields.List(fields.Nested(Person), required=True)


class Duty(Answered):
    """What both answers share."""

    task = fields.Nested(Task, required=True)
    on = fields.Date(required=True, metadata={"description": "The day on which the duty begins."})
    shift = fields.String(required=True, allow_none=True, validate=validate.OneOf((*SHIFTS, None)))
    as_of = fields.AwareDateTime(required=True, metadata={"description": "When the answer was made."})
    matrix_version = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "Of the division of tasks in force that day; null: none is."},
    )


class WhoMayAnswer(Duty):
    """Who may do the task there and then."""

    unit = fields.Nested(UnitNamed, required=True)
    statement = _text("The answer as a sentence.", required=True)
    stopped = fields.Boolean(required=True, metadata={"description": "Whether the task is stopped for some or all."})
    have = fields.Integer(required=True, metadata={"description": "How many of the shift's fixed people count."})
    need = fields.Integer(required=True, allow_none=True, metadata={"description": "null: nothing is asked for."})
    people = fields.List(fields.Nested(Person), required=True)
    neighbours = fields.List(fields.Nested(Neighbour), required=True)
    fallback = fields.Nested(Line, required=True, allow_none=True)


class MayAnswer(Duty):
    """Whether the employee may do the task then."""

    employee = fields.String(required=True)
    verdict = fields.String(
        required=True, validate=validate.OneOf(VERDICTS), metadata={"description": "The best of her employments."}
    )
    employments = fields.List(fields.Nested(Employment), required=True)


class ProblemDetails(Schema):
    """What went wrong (RFC 9457)."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String()
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))
