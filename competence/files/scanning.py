"""The operator's own virus scanner: a command that is given the bytes, and answers as clamdscan does."""

import os
import subprocess
from collections.abc import Sequence

from competence.foundation.errors import RuleBroken
from competence.foundation.text import N_

PATIENCE = 30
"""Seconds that a scanner may take."""
CLEAN, INFECTED = 0, 1


class Infected(RuleBroken):
    """The scanner has found something in the file."""


def scan(content: bytes, command: Sequence[str]) -> None:
    """Nothing, when the command finds nothing (ends with 0), or none is named.

    Infected when it finds something (1). RuleBroken when it is not there, takes too long or fails: then nothing is taken.
    """
    if not command:
        return
    try:
        done = subprocess.run(  # noqa: S603 - the operator's own words, and no shell reads them
            command,
            input=content,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=False,
            env={"PATH": os.environ.get("PATH", os.defpath)},
        ).returncode
    except (OSError, subprocess.SubprocessError):
        done = -1
    if done == INFECTED:
        raise Infected(
            N_("The virus scanner has found something in the file, and it is not taken. Tell your IT department."),
            field="file",
        )
    if done != CLEAN:
        raise RuleBroken(not_now(), field="file")


def not_now() -> str:
    """What is said when a file cannot be taken though nothing is wrong with it, for translation."""
    return N_("Files cannot be received just now. Nothing was kept. Try again later.")
