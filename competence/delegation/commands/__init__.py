"""The user's verbs about the matrix: draft, approve, stop, restrict, delegate."""

from competence.delegation.commands.delegating import (
    accept_delegation,
    decline_delegation,
    delegate,
    end_delegation,
    follow,
    ground_to_give,
    may_give,
    supervise,
)
from competence.delegation.commands.frameworks import NewFramework, end_framework, give_framework
from competence.delegation.commands.grounds import Framework, GroundGiven, ungrounded
from competence.delegation.commands.local import end_restriction, restrict
from competence.delegation.commands.stops import lift_stop, see_stop, stop_task
from competence.delegation.commands.versions import (
    NewCell,
    approve_version,
    cells_hash,
    new_draft,
    root_unit,
)

__all__ = [
    "Framework",
    "GroundGiven",
    "NewCell",
    "NewFramework",
    "accept_delegation",
    "approve_version",
    "cells_hash",
    "decline_delegation",
    "delegate",
    "end_delegation",
    "end_framework",
    "end_restriction",
    "follow",
    "give_framework",
    "ground_to_give",
    "lift_stop",
    "may_give",
    "new_draft",
    "restrict",
    "root_unit",
    "see_stop",
    "stop_task",
    "supervise",
    "ungrounded",
]
