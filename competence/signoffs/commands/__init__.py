"""The user's verbs about sign-offs: each authorises, asks the rule, appends to the chain, and leaves an audit entry."""

from competence.signoffs.commands.answering import accept, decline, not_yet
from competence.signoffs.commands.approving import approve_second, return_second
from competence.signoffs.commands.asking import agree, ask_for_sign_off, return_request, withdraw_request
from competence.signoffs.commands.citizens import name_citizen
from competence.signoffs.commands.ending import resume, revoke, suspend, withdraw
from competence.signoffs.commands.keeping import Kept, KeptTime, Meanwhile, receive_kept, show_code
from competence.signoffs.commands.observing import NewObservation, observe, save_draft, withdraw_observation
from competence.signoffs.commands.reviewing import let_stand
from competence.signoffs.commands.signing import (
    ASKED_ALL_THE_SAME,
    ExternalInstructor,
    Line,
    NewSignOff,
    Outcome,
    ground_to_sign,
    sign_off,
    sign_together,
    why_not_of,
)
from competence.signoffs.queries import (
    Signer,
    appointment,
    get_employment,
    get_task,
    name_of,
    signer_on,
    terms_to_sign,
    times_needed,
)

__all__ = [
    "ASKED_ALL_THE_SAME",
    "ExternalInstructor",
    "Kept",
    "KeptTime",
    "Line",
    "Meanwhile",
    "NewObservation",
    "NewSignOff",
    "Outcome",
    "Signer",
    "accept",
    "agree",
    "appointment",
    "approve_second",
    "ask_for_sign_off",
    "decline",
    "get_employment",
    "get_task",
    "ground_to_sign",
    "let_stand",
    "name_citizen",
    "name_of",
    "not_yet",
    "observe",
    "receive_kept",
    "resume",
    "return_request",
    "return_second",
    "revoke",
    "save_draft",
    "show_code",
    "sign_off",
    "sign_together",
    "signer_on",
    "suspend",
    "terms_to_sign",
    "times_needed",
    "why_not_of",
    "withdraw",
    "withdraw_observation",
    "withdraw_request",
]
