"""Every action that a command records has words for the log."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from competence.audit.rules import ACTIONS
from competence.signoffs.rules import EventKind

ROOT = Path(__file__).resolve().parents[2] / "competence"
BY_KIND = {"follow_up"}
"""Functions that record the kind of the event they are given, by its value."""


@cache
def recorded() -> frozenset[tuple[str, str]]:
    """(action, where) of every record in the code: said in place, or handed to the function that records it."""
    return frozenset(_recorded())


def _recorded() -> Iterator[tuple[str, str]]:
    for file in _saying("action"):
        for function in (node for node in ast.walk(_tree(file)) if isinstance(node, ast.FunctionDef)):
            for said in _said(function):
                where = f"{file.relative_to(ROOT)}:{said.lineno}"
                if isinstance(said, ast.Constant):
                    yield str(said.value), where
                elif function.name in BY_KIND:
                    yield from ((kind.value, where) for kind in _kinds(function.name))
                elif function.name != "record":
                    assert isinstance(said, ast.Name), where
                    yield from _handed(function, said.id, where)


def _said(function: ast.FunctionDef) -> Iterator[ast.expr]:
    """What stands as the action in a call of `record`, or in a row for `record_all`."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record":
            yield from (keyword.value for keyword in node.keywords if keyword.arg == "action")
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "action":
                    yield value


def _handed(function: ast.FunctionDef, name: str, where: str) -> Iterator[tuple[str, str]]:
    place = [argument.arg for argument in function.args.args].index(name)
    for call in _calls(function.name):
        handed = call.args[place]
        assert isinstance(handed, ast.Constant), where
        yield str(handed.value), f"{where}, from line {call.lineno}"


def _kinds(name: str) -> set[EventKind]:
    """The kinds that the function is ever given."""
    return {
        EventKind[one.attr]
        for call in _calls(name)
        for one in call.args
        if isinstance(one, ast.Attribute) and getattr(one.value, "id", "") == "EventKind"
    }


@cache
def _calls(name: str) -> list[ast.Call]:
    return [
        node
        for file in _saying(name)
        for node in ast.walk(_tree(file))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name
    ]


def _saying(word: str) -> list[Path]:
    """The files in which the word stands at all: to read a tree takes a hundred times as long."""
    return [file for file, text in _texts().items() if word in text]


@cache
def _texts() -> dict[Path, str]:
    return {file: file.read_text(encoding="utf-8") for file in sorted(ROOT.rglob("*.py"))}


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(_texts()[file])


def test_every_recorded_action_has_words():
    assert not sorted((action, where) for action, where in recorded() if action not in ACTIONS)


def test_no_words_are_kept_for_what_is_never_recorded():
    assert not set(ACTIONS) - {action for action, _where in recorded()}
