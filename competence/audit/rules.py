"""How an event is hashed (format 1); and what a log says of each recorded action."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import rfc8785

from competence.foundation.text import N_

FORMAT = 1
ANOTHER_SYSTEM = "system"
"""The role in the access log of a system that asked by its key; its name and purpose stand beside it."""


@dataclass(frozen=True, slots=True)
class Link:
    """What of an event goes into its hash: everything but the row's own id and the citizen's id."""

    municipality_id: int
    person_id: int
    seq: int
    kind: str
    recorded_at: datetime
    by_person_id: int | None
    task_id: int | None
    refers_to: int | None
    fields: Mapping[str, Any]
    prev_hash: str
    format: int = FORMAT


def utc_text(moment: datetime) -> str:
    """UTC with milliseconds, as "2026-06-09T05:42:00.000Z"."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def link_hash(link: Link) -> str:
    """SHA-256, in hex, over the RFC 8785 JSON of the event's fields and the hash before it."""
    return hashlib.sha256(canonical(document_of_link(link))).hexdigest()


def document_of_link(link: Link) -> dict[str, Any]:
    """What of the event is hashed."""
    return {
        "format": link.format,
        "municipality": link.municipality_id,
        "person": link.person_id,
        "seq": link.seq,
        "kind": link.kind,
        "recorded_at": utc_text(link.recorded_at),
        "by": link.by_person_id,
        "task": link.task_id,
        "refers_to": link.refers_to,
        "fields": dict(link.fields),
        "prev_hash": link.prev_hash,
    }


def canonical(document: dict[str, Any]) -> bytes:
    """The document as RFC 8785 writes it.

    Where there are only texts, whole numbers, truths and lists and objects of them, the standard library's encoder with
    sorted keys writes the same bytes, ten times as fast; anything else is left to the library that knows how.
    """
    if _is_simple(document):
        return _ENCODER.encode(document).encode()
    return rfc8785.dumps(document)


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False)
_SAFE = 2**53 - 1
"""The largest whole number that RFC 8785 takes."""


_PLAIN = frozenset({str, bool, type(None)})


def _is_simple(value: Any) -> bool:
    left = [value]
    while left:
        one = left.pop()
        kind = type(one)
        if kind is dict:
            for key in one:
                if type(key) is not str or not key.isascii():
                    return False
            left += [some for some in one.values() if type(some) not in _PLAIN]
        elif kind is list:
            left += [some for some in one if type(some) not in _PLAIN]
        elif kind is int:
            if not -_SAFE <= one <= _SAFE:
                return False
        elif kind not in _PLAIN:
            return False
    return True


def text_hash(text: str, salt: str) -> str:
    """The salted hash by which an event holds a free text, a file or a citizen reference."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


ACTIONS: Mapping[str, str] = {
    "accept_delegation": N_("said yes to a delegation"),
    "accept_invitation": N_("chose a password"),
    "accepted": N_("said yes to a signature"),
    "add_absence": N_("wrote that somebody is away"),
    "add_area": N_("added an area"),
    "add_onboarding_item": N_("added an item to an introduction programme"),
    "approve_onboarding_template": N_("approved a template of an introduction programme"),
    "begin_onboarding": N_("began an introduction programme"),
    "change_onboarding": N_("changed an introduction programme"),
    "change_onboarding_template": N_("changed a template of an introduction programme"),
    "discard_onboarding_template": N_("took a draft of a template away"),
    "draft_onboarding_template": N_("made a draft of a template of an introduction programme"),
    "end_onboarding": N_("ended an introduction programme"),
    "give_first_shift_yes": N_("gave the written yes to a first shift"),
    "ask_onboarding_colleague": N_("asked a colleague to see to an item of an introduction programme"),
    "leave_out_onboarding": N_("left an item out of an introduction programme, or took it in again"),
    "move_stage": N_("noted a student's stage and supervisor"),
    "retire_onboarding_template": N_("took a template of an introduction programme out of use"),
    "set_onboarding_pace": N_("set the pace of an introduction programme"),
    "tick_onboarding": N_("ticked an item of an introduction programme"),
    "untick_onboarding": N_("took back a tick in an introduction programme"),
    "withdraw_first_shift_yes": N_("took back the written yes to a first shift"),
    "appoint_deputy": N_("appointed a learning guide's deputy"),
    "change_scenario": N_("changed a scenario"),
    "create_scenario": N_("kept a scenario"),
    "delete_scenario": N_("deleted a scenario"),
    "give_guide_time": N_("said how long a week a learning guide has for it"),
    "note_guide_time": N_("noted how long she was a learning guide on a day"),
    "add_employment": N_("added an employment"),
    "add_evidence_file": N_("added an evidence file"),
    "add_external": N_("added an external"),
    "add_municipality": N_("made the municipality"),
    "add_person": N_("added a person"),
    "add_task": N_("added a task"),
    "add_unit": N_("added a unit"),
    "anchor": N_("anchored the chains of evidence"),
    "anchor_key": N_("noted a key for anchoring the chains of evidence"),
    "agree": N_("agreed that somebody is trained in a task"),
    "approve_profile": N_("approved a competence profile"),
    "answer_comment": N_("answered a comment on a draft"),
    "approve_version": N_("approved the division of tasks"),
    "ask_for_job": N_("asked for something that is done in the background"),
    "archive_area": N_("took an area out of the catalogue"),
    "archive_task": N_("took a task out of the catalogue"),
    "ask_for_sign_off": N_("asked for a signature"),
    "ask_for_training": N_("asked for training"),
    "bring_credential": N_("added another municipality's credential as evidence"),
    "change_area": N_("changed an area"),
    "change_employment": N_("changed an employment"),
    "change_identity": N_("changed name or contact"),
    "change_password": N_("changed the password"),
    "change_profile": N_("changed a draft of a competence profile"),
    "change_scale": N_("changed a scale of levels"),
    "change_settings": N_("changed settings"),
    "set_targets": N_("set targets for the key figures"),
    "change_task": N_("changed a task"),
    "change_unit": N_("changed a unit"),
    "check_authorisation": N_("noted that an authorisation was looked up"),
    "make_screen": N_("made a link for a screen on a wall"),
    "bind_screen": N_("a screen on a wall was bound to its link"),
    "revoke_screen": N_("closed a screen on a wall"),
    "choose_board_figures": N_("chose the figures of a unit's board"),
    "hold_board_meeting": N_("noted a board meeting"),
    "set_week_goals": N_("set a unit's goals of the week"),
    "add_goal": N_("wrote a goal in a development plan"),
    "begin_action": N_("began an improvement action"),
    "plan_activity": N_("planned an activity in a development plan"),
    "list_activity": N_("put an activity on the municipality's list"),
    "change_listed_activity": N_("changed an activity of the municipality's list"),
    "archive_activity": N_("took an activity off the municipality's list"),
    "restore_activity": N_("put an activity back on the municipality's list"),
    "answer_goal": N_("answered a goal in a development plan"),
    "change_goal": N_("changed a goal in a development plan"),
    "close_goal": N_("closed a goal in a development plan"),
    "open_goal": N_("opened a goal in a development plan again"),
    "answer_activity": N_("answered an activity in a development plan"),
    "answer_leading": N_("answered whether to lead an activity"),
    "change_planned_activity": N_("changed an activity in a development plan"),
    "move_activity": N_("moved an activity in a development plan"),
    "do_activity": N_("noted that an activity was done"),
    "undo_activity": N_("took an activity in a development plan up again"),
    "drop_activity": N_("put an activity in a development plan aside"),
    "write_after": N_("wrote how a course is used"),
    "lay_plan_before": N_("laid a development plan before the other"),
    "answer_plan": N_("answered a development plan"),
    "withdraw_plan": N_("took a development plan back"),
    "pause_plan": N_("paused a development plan"),
    "resume_plan": N_("took a development plan up again"),
    "end_plan": N_("ended a development plan"),
    "write_plan_note": N_("wrote a note in a development plan"),
    "remove_plan_note": N_("removed a note from a development plan"),
    "plan_talk": N_("planned a talk"),
    "move_talk": N_("moved a talk"),
    "cancel_talk": N_("called a talk off"),
    "write_talk": N_("wrote a talk down"),
    "prepare_talk": N_("prepared a talk"),
    "plan_class": N_("planned a class"),
    "change_class": N_("changed a class"),
    "cancel_class": N_("cancelled a class"),
    "answer_teaching": N_("answered whether she teaches a class"),
    "sign_up_for_class": N_("signed up for a class"),
    "ask_for_class": N_("signed an employee up for a class"),
    "accept_class": N_("said yes to a class"),
    "give_up_class": N_("gave up a place at a class"),
    "take_back_ask": N_("took back an employee's sign-up for a class"),
    "see_class_news": N_("saw a word about a class"),
    "note_attendance": N_("noted who was at a class"),
    "make_calendar_link": N_("made a private calendar link"),
    "close_calendar_link": N_("closed a private calendar link"),
    "create_path": N_("made a learning path"),
    "change_path": N_("changed a learning path"),
    "approve_path": N_("approved a learning path"),
    "archive_path": N_("took a learning path out of the list"),
    "restore_path": N_("brought a learning path back into the list"),
    "ask_for_path": N_("asked to walk a learning path"),
    "place_on_path": N_("put an employee on a learning path"),
    "answer_path": N_("answered whether she walks a learning path"),
    "agree_path": N_("answered an employee who asked for a learning path"),
    "end_path": N_("ended a walk on a learning path"),
    "say_wishes": N_("said for which paths and roles she would like to be seen"),
    "change_action": N_("changed an improvement action"),
    "follow_up_action": N_("followed up an improvement action"),
    "close_action": N_("closed an improvement action"),
    "change_helper_yes": N_("chose what one can be asked about on the team's board"),
    "close_passport_code": N_("closed the code on her phone"),
    "close_unit": N_("closed a unit"),
    "confirm_level": N_("confirmed a profile level in a talk"),
    "decline_delegation": N_("said no to a delegation"),
    "bring_back_reminder": N_("brought a reminder back"),
    "choose_mails": N_("chose which mails to get"),
    "comment": N_("commented on a draft of the division of tasks"),
    "declined": N_("gave a task back"),
    "describe_draft": N_("named a draft of the division of tasks"),
    "delegate": N_("delegated a task"),
    "disable_account": N_("closed an account"),
    "discard_profile": N_("took a draft of a competence profile away"),
    "draft_profile": N_("made a draft of a competence profile"),
    "edit_draft": N_("changed a draft of the division of tasks"),
    "enable_account": N_("opened an account"),
    "discard_draft": N_("gave a draft of the division of tasks up"),
    "end_absence": N_("changed when somebody is back"),
    "end_delegation": N_("ended a delegation"),
    "end_employment": N_("ended an employment"),
    "end_exemption": N_("ended an exemption"),
    "end_external": N_("ended an external's time"),
    "end_framework": N_("ended a framework delegation"),
    "end_issuer": N_("took an issuer off the list of those that are trusted"),
    "end_requirement": N_("ended a staffing need"),
    "end_restriction": N_("ended a unit's stricter rule"),
    "end_role": N_("ended a role"),
    "erase": N_("erased data whose time was over"),
    "exempt": N_("wrote an exemption"),
    "export_evidence": N_("exported evidence with its proof"),
    "extend_external": N_("extended an external's time"),
    "fetch_credential": N_("fetched a sign-off as a credential"),
    "ground_stands": N_("looked at a signature whose ground was in doubt, and let it stand"),
    "lose_authorisation": N_("noted that an authorisation did not hold"),
    "let_sign": N_("changed whether a staff group may sign"),
    "follow_group": N_("changed which staff group another follows"),
    "forget_person": N_("erased name, contact and sign-in"),
    "give_framework": N_("noted a framework delegation"),
    "give_role": N_("gave a role"),
    "hold": N_("placed a hold, so that nothing is erased"),
    "import_person": N_("loaded an employment from a file"),
    "import_roster": N_("loaded a duty roster from a file"),
    "forget_mapping": N_("removed remembered answers about a spreadsheet"),
    "invite": N_("invited"),
    "lift_hold": N_("lifted a hold"),
    "lift_stop": N_("lifted a stop"),
    "load_demonstration": N_("loaded the demonstration"),
    "make_passport_code": N_("made a code that shows what she may do"),
    "make_inspection_pack": N_("put an inspection pack together"),
    "make_draft": N_("made a draft from a version of the division of tasks"),
    "move_unit": N_("moved a unit"),
    "name_citizen": N_("noted a citizen's reference"),
    "new_draft": N_("made a draft of the division of tasks"),
    "not_yet": N_("answered not yet to a signature"),
    "note_credential_key": N_("noted a key that signs credentials"),
    "share_scenario": N_("shared a scenario, or ended that"),
    "show_training_code": N_("showed a code for a guide to scan"),
    "observe": N_("recorded an observed time"),
    "open_hearing": N_("asked for comments on a draft"),
    "publish_instruction": N_("wrote a new version of an instruction"),
    "make_api_key": N_("gave another system a key"),
    "put_away_reminder": N_("put a reminder away"),
    "read_instruction": N_("said that she has read an instruction"),
    "remember_mapping": N_("remembered the answers about a spreadsheet"),
    "remove_absence": N_("removed an absence written by mistake"),
    "remove_picture": N_("removed a task's picture"),
    "refuse_evidence_file": N_("tried to add a file in which the virus scanner found something"),
    "remove_evidence_file": N_("took an evidence file out of view"),
    "remove_credential": N_("took another municipality's credential out of view"),
    "restore_area": N_("put an area back in the catalogue"),
    "restore_task": N_("put a task back in the catalogue"),
    "remind": N_("reminded people of what ends"),
    "remind_hearing": N_("reminded those who had not commented on a draft"),
    "restrict": N_("made a unit's rule stricter"),
    "resumed": N_("resumed a suspended sign-off"),
    "return_request": N_("sent a request back with a comment"),
    "revoke_api_key": N_("took a key back from another system"),
    "revoked": N_("called a signature back"),
    "second_approved": N_("approved a signature as the second"),
    "second_returned": N_("sent a signature back as the second"),
    "set_keeping": N_("said what those keep who lose a task"),
    "set_picture": N_("gave a task a picture"),
    "set_requirement": N_("set a staffing need"),
    "set_stage": N_("noted that a student has reached a stage"),
    "sign_off": N_("signed"),
    "sign_out_everywhere": N_("signed out everywhere"),
    "stop_practice_log": N_("stopped the use of the practice log"),
    "stop_task": N_("stopped a task"),
    "suspended": N_("suspended a sign-off"),
    "supervise_delegation": N_("supervised a delegation"),
    "take_over_delegation": N_("took over a delegation"),
    "training_held": N_("noted that a training was held"),
    "transfer_sign_off": N_("transferred a signature from paper"),
    "trust_issuer": N_("put an issuer on the list of those that are trusted"),
    "upload_file": N_("uploaded a file"),
    "use_practice_log": N_("began the use of the practice log"),
    "withdraw_credential_key": N_("withdrew a key that signed credentials"),
    "withdraw_version": N_("withdrew a coming version of the division of tasks"),
    "withdraw_observation": N_("took an observed time back"),
    "withdraw_request": N_("took a request back"),
    "withdraw_training": N_("took a request for training back"),
    "withdrawn": N_("took her own signature back"),
    "propose_training": N_("had it worked out whom to train next in a unit"),
    "agree_to_training": N_("made a proposal of training into goals and activities"),
    "ask_to_teach": N_("asked a colleague to teach others"),
    "answer_asked_to_teach": N_("answered whether she teaches colleagues"),
    "begin_strategy": N_("began a strategic plan"),
    "choose_how_to_meet": N_("said how a unit meets its needs in a subject area"),
    "close_pulse": N_("closed a round of the pulse"),
    "decide_strategy": N_("noted that a strategic plan was decided"),
    "follow_up_strategy": N_("followed a strategic plan up"),
    "mark_wheel_step": N_("changed a step of a year wheel"),
    "open_pulse": N_("opened a round of the pulse"),
    "put_indicator": N_("wrote an indicator of a strategic plan"),
    "put_measure": N_("wrote a measure of a strategic plan"),
    "put_priority": N_("wrote a priority of a strategic plan"),
    "put_wheel_step": N_("added a step to a year wheel"),
    "remove_indicator": N_("removed an indicator from a draft"),
    "remove_measure": N_("removed a measure from a draft"),
    "remove_priority": N_("removed a priority from a draft"),
    "remove_strategy": N_("removed the draft of a strategic plan"),
    "set_baseline": N_("froze a month's figures into a strategic plan"),
    "type_indicator_value": N_("typed in the value of an indicator"),
    "write_strategy": N_("wrote a strategic plan"),
}
"""What a log says of each recorded action; a test reads the code for actions that have no words here."""
