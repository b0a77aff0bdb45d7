"""A reminder in words, as the page and the mail say it."""

from competence.foundation.text import N_, Sentence, sentence
from competence.reminders.queries import Line
from competence.reminders.returning import Again, Redo
from competence.reminders.rules import Kind, Part
from competence.teaching.rules import News

OWN = {
    Kind.SIGNOFF: (
        N_("Your signature for %(task)s counts through %(day)s."),
        N_("Your signature for %(task)s counted through %(day)s."),
    ),
    Kind.SIGN_AGAIN: (
        N_("%(task)s has a new instruction. Your signature counts through %(day)s, and must be given again."),
        N_("%(task)s has a new instruction. Your signature counted through %(day)s, and must be given again."),
    ),
    Kind.DELEGATION: (
        N_("You have %(task)s delegated or transferred to you through %(day)s."),
        N_("You had %(task)s delegated or transferred to you through %(day)s."),
    ),
    Kind.SUPERVISION: (
        N_("Somebody is to supervise you in %(task)s by %(day)s."),
        N_("Somebody was to supervise you in %(task)s by %(day)s."),
    ),
    Kind.EXEMPTION: (
        N_("By agreement you do not do %(task)s through %(day)s."),
        N_("By agreement you did not do %(task)s through %(day)s."),
    ),
    Kind.RETURN: (
        N_("Welcome back. See what to do again first."),
        N_("Welcome back. See what to do again first."),
    ),
    Kind.AFTER: (
        N_("%(task)s is held. Write how you use it, with whom you share it, and when you follow up."),
        N_("%(task)s is held. Write how you use it, with whom you share it, and when you follow up."),
    ),
    Kind.FOLLOW_UP: (
        N_("You follow up on %(task)s on %(day)s."),
        N_("%(task)s was to be followed up on %(day)s. Follow up, or choose another day."),
    ),
}
"""What is said to whom it is about, until the last day and after it."""

OTHERS = {
    Kind.SIGNOFF: (
        N_("%(name)s: the signature for %(task)s counts through %(day)s."),
        N_("%(name)s: the signature for %(task)s counted through %(day)s."),
    ),
    Kind.SIGN_AGAIN: (
        N_("%(name)s: %(task)s has a new instruction. The signature counts through %(day)s, and must be given again."),
        N_("%(name)s: %(task)s has a new instruction. The signature counted through %(day)s, and must be given again."),
    ),
    Kind.DELEGATION: (
        N_("%(name)s has %(task)s delegated or transferred through %(day)s."),
        N_("%(name)s had %(task)s delegated or transferred through %(day)s."),
    ),
    Kind.SUPERVISION: (
        N_("%(name)s: supervision of %(task)s by %(day)s."),
        N_("%(name)s: supervision of %(task)s was to be held by %(day)s."),
    ),
    Kind.FRAMEWORK: (
        N_("The framework delegation of %(task)s runs through %(day)s."),
        N_("The framework delegation of %(task)s ran through %(day)s."),
    ),
    Kind.EXEMPTION: (
        N_("%(name)s: the agreement not to do %(task)s runs through %(day)s."),
        N_("%(name)s: the agreement not to do %(task)s ran through %(day)s."),
    ),
    Kind.RETURN: (
        N_("%(name)s is back on %(day)s. See what to do again first."),
        N_("%(name)s has been back since %(day)s. See what to do again first."),
    ),
    Kind.FOLLOW_UP: (
        N_("%(name)s: follow-up on %(task)s on %(day)s."),
        N_("%(name)s: follow-up on %(task)s was to be on %(day)s."),
    ),
}
"""What is said to others who may see it."""

NEWS = {
    News.ASKED: N_("Your leader has signed you up for %(name)s"),
    News.OFFERED: N_("A seat is free at %(name)s"),
    News.CANCELLED: N_("%(name)s is cancelled"),
    News.CHANGED: N_("%(name)s has been moved"),
    News.TEACH: N_("Will you teach %(name)s?"),
    News.NO_TEACHER: N_("%(name)s has no teacher"),
}
"""What somebody is told about a class."""

UNNAMED = {
    Kind.EXEMPTION: N_("An agreement with a colleague ends soon. See which in Kompetencetavlen."),
    Kind.RETURN: N_("A colleague is back, or will be soon. See who in Kompetencetavlen."),
    Kind.FOLLOW_UP: N_("A course with a colleague is to be followed up. See which in Kompetencetavlen."),
}
"""What a mail says of others instead: a mail can be read by more than its reader."""


AGAIN = {
    Again.LOST: N_("No longer counts"),
    Again.LOWER: N_("Counts at a lower level than before"),
    Again.SOON: N_("Counts through %(day)s"),
    Again.READ: N_("New instruction, to be read by %(day)s"),
}
"""What is to be done with a task after a time away."""


def again(one: Redo) -> Sentence:
    """What has become of the task."""
    return sentence(AGAIN[one.again], day=one.last_day) if one.last_day else sentence(AGAIN[one.again])


def why_first(one: Redo, *, own: bool) -> str:
    """Why the task stands where it does, marked for translation; empty when for nothing."""
    if one.closes_gap:
        return (
            N_("The team is short of it on your shift")
            if own
            else N_("The team is short of it on the employee's shift")
        )
    if one.needed:
        return N_("The team needs it")
    if one.wanted:
        return N_("You have asked for it yourself") if own else N_("Has asked for it")
    return ""


def said(line: Line) -> Sentence:
    """The reminder as the page says it."""
    texts = OWN[line.kind] if line.part is Part.OWN else OTHERS[line.kind]
    is_over = line.days_left <= 0 if line.kind is Kind.RETURN else line.days_left < 0
    return sentence(texts[is_over], name=line.name or N_("Somebody"), task=line.task, day=line.last_day)


def mailed(line: Line) -> Sentence:
    """The reminder as a mail says it."""
    if line.part is not Part.OWN and line.kind in UNNAMED:
        return sentence(UNNAMED[line.kind])
    return said(line)
