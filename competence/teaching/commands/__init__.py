"""The verbs of classes: plan, change and cancel; sign up, answer and give up; note who was there; calendar links."""

from competence.teaching.commands.feeds import close_feed, make_feed
from competence.teaching.commands.holding import note_attendance
from competence.teaching.commands.planning import NewClass, answer_teaching, cancel_class, change_class, plan_class
from competence.teaching.commands.signing_up import ask, give_up, say_yes, see_news, settle_offers, sign_up, take_back

__all__ = [
    "NewClass",
    "answer_teaching",
    "ask",
    "cancel_class",
    "change_class",
    "close_feed",
    "give_up",
    "make_feed",
    "note_attendance",
    "plan_class",
    "say_yes",
    "see_news",
    "settle_offers",
    "sign_up",
    "take_back",
]
