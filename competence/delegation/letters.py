"""The mails of a hearing: asked, reminded, answered. Sent by whoever has the settings; here are their words."""

from collections.abc import Iterable
from datetime import date

from competence.delegation.queries.hearing import Asked
from competence.foundation.mail import Letter
from competence.foundation.text import N_, sentence
from competence.foundation.web import say

ASKED = N_(
    "You are asked what you think of version %(number)s of the division of tasks in %(municipality)s.\n\n"
    "Read it and comment here, through %(day)s:\n%(link)s\n\n"
    "Never write a citizen's name or CPR number."
)
REMINDED = N_(
    "Version %(number)s of the division of tasks in %(municipality)s is still in hearing, and you have not commented.\n\n"
    "Read it and comment here, through %(day)s:\n%(link)s\n\n"
    "If you have nothing to say, you need not do anything."
)
ANSWERED = N_(
    "Your comment on version %(number)s of the division of tasks in %(municipality)s has been answered.\n\n"
    "Read the answer here:\n%(link)s"
)


def asking(people: Iterable[Asked], *, number: int, municipality: str, until: date, link: str) -> list[Letter]:
    """To those who are asked."""
    return _each(people, N_("What do you think of the division of tasks?"), ASKED, number, municipality, link, until)


def reminding(people: Iterable[Asked], *, number: int, municipality: str, until: date, link: str) -> list[Letter]:
    """To those who have said nothing yet."""
    return _each(
        people, N_("Reminder: what do you think of the division of tasks?"), REMINDED, number, municipality, link, until
    )


def answering(email: str, *, number: int, municipality: str, link: str) -> Letter:
    """To whoever wrote a comment."""
    text = say(sentence(ANSWERED, number=number, municipality=municipality, link=link))
    return Letter(email, say(N_("Your comment has been answered")), text)


def _each(
    people: Iterable[Asked], subject: str, text: str, number: int, municipality: str, link: str, until: date
) -> list[Letter]:
    said = say(sentence(text, number=number, municipality=municipality, day=until, link=link))
    return [Letter(one.email, say(subject), said) for one in people if one.email]
