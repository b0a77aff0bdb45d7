"""The user's verbs about people: add, change and end as dated facts; externals; absences; a list at once."""

from competence.people.commands.absences import add_absence, end_absence, remove_absence
from competence.people.commands.employing import (
    EmploymentChange,
    Identity,
    NewEmployment,
    add_employment,
    add_person,
    change_employment,
    change_identity,
    check_authorisation,
    end_employment,
    lose_authorisation,
    set_stage,
)
from competence.people.commands.externals import NewExternal, add_external, end_external, extend_external
from competence.people.commands.following import follow_group, follow_mark
from competence.people.commands.importing import PeoplePlan, import_people, plan_people
from competence.people.commands.listed import ImportedPerson, PeopleImported, PersonRow
from competence.people.commands.signing_groups import let_sign, signers_mark

__all__ = [
    "EmploymentChange",
    "Identity",
    "ImportedPerson",
    "NewEmployment",
    "NewExternal",
    "PeopleImported",
    "PeoplePlan",
    "PersonRow",
    "add_absence",
    "add_employment",
    "add_external",
    "add_person",
    "change_employment",
    "change_identity",
    "check_authorisation",
    "end_absence",
    "end_employment",
    "end_external",
    "extend_external",
    "follow_group",
    "follow_mark",
    "import_people",
    "let_sign",
    "lose_authorisation",
    "plan_people",
    "remove_absence",
    "set_stage",
    "signers_mark",
]
