"""What the documentation names is there, what it links to resolves, and it speaks of no machine."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from competence.app import named
from competence.cli import COMMANDS, cli
from competence.imports.demo import PASSWORD

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```(?:sh|shell|bash)\n(.*?)^```", re.MULTILINE | re.DOTALL)
NAMED_FILE = re.compile(
    r"`((?:competence|templates|seed|tests|docs)/[\w./-]*\w/?|setup\.cfg|wsgi\.py|requirements(?:-test)?\.txt)`"
)


def page_id(document: Path) -> str:
    return str(document.relative_to(ROOT))


def shell_lines(document: Path) -> Iterator[str]:
    for block in CODE.findall(document.read_text(encoding="utf-8")):
        yield from (line.strip() for line in block.replace("\\\n", " ").splitlines() if line.strip())


def anchors(document: Path) -> set[str]:
    """The addresses of the document's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    found = set()
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().casefold()
        found.add(re.sub(r"[^\w\- ]", "", plain).replace(" ", "-"))
    return found


@pytest.mark.parametrize("document", PAGES, ids=page_id)
def test_every_link_and_image_resolves(document):
    broken = []
    for target in LINK.findall(document.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (document.parent / path).resolve() if path else document
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in anchors(file)):
            broken.append(target)
    assert not broken


@pytest.mark.parametrize("document", PAGES, ids=page_id)
def test_every_file_that_is_named_exists(document):
    named_files = NAMED_FILE.findall(document.read_text(encoding="utf-8"))
    assert not [name for name in named_files if not (ROOT / name).exists()]


@pytest.mark.parametrize("document", PAGES, ids=page_id)
def test_every_make_target_exists(document):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    text = document.read_text(encoding="utf-8")
    wanted = set(re.findall(r"`make ([a-z]+)", text)) | set(
        re.findall(r"^make ([a-z]+)", "\n".join(shell_lines(document)), re.MULTILINE)
    )
    assert wanted <= targets


@pytest.fixture(scope="module")
def console() -> click.Group:
    """The command line with every feature's subcommands."""
    for place in COMMANDS:
        found = named(place)
        assert found is not None, place
        cli.add_command(found)
    return cli


@pytest.mark.parametrize("document", PAGES, ids=page_id)
def test_every_subcommand_and_option_exists(document, console):
    text = document.read_text(encoding="utf-8")
    lines = re.findall(r"`(?:\.venv/bin/)?competence ((?:[a-z]+)[^`\n]*)`", text)
    lines += [m[1] for line in shell_lines(document) if (m := re.search(r"(?:^|[\s/])competence ([a-z-].*)", line))]
    wrong = []
    for line in lines:
        words = line.split()
        command = console
        while isinstance(command, click.Group):
            word = next((w for w in words if not w.startswith("-")), None)
            if word is None:
                break
            words.remove(word)
            inner = command.commands.get(word.rstrip(".,;:"))
            if inner is None and "|" in word:
                inner = command.commands.get(word.split("|")[0])
            if inner is None:
                wrong.append(line)
                break
            command = inner
        known = {opt for p in [*console.params, *command.params] for opt in [*p.opts, *p.secondary_opts]} | {"--help"}
        wrong += [f"{line}: {w}" for w in words if w.startswith("--") and w.split("=")[0].rstrip(".,;:") not in known]
    assert not wrong


def test_what_is_printed_about_the_demonstration_is_what_the_readme_says():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"`{PASSWORD}`" in text
    with (ROOT / "seed" / "fjordby" / "people.csv").open(encoding="utf-8", newline="") as handle:
        known = {row["email"] for row in csv.DictReader(handle)}
    table = re.findall(r"\| ([\w.]+@fjordby\.example) \|", text)
    assert len(table) == 10
    assert set(table) <= known


@pytest.mark.parametrize("document", PAGES, ids=page_id)
def test_no_machine_and_no_host_is_named(document):
    text = document.read_text(encoding="utf-8")
    assert not re.findall(r"/(?:work|root|tmp|home)/\w+", text)
    hosts = set(re.findall(r"https?://([\w.-]+)", text)) - {"127.0.0.1", "keepachangelog.com", "semver.org"}
    assert not [host for host in hosts if not host.endswith(".example")]


def test_no_page_is_empty_or_out_of_reach():
    """Every document can be come to from the README, by links alone."""
    seen, waiting = set(), [ROOT / "README.md"]
    while waiting:
        document = waiting.pop()
        if document in seen:
            continue
        seen.add(document)
        targets = LINK.findall(document.read_text(encoding="utf-8"))
        files = [(document.parent / t.partition("#")[0]).resolve() for t in targets if not re.match(r"[a-z]+:|#", t)]
        waiting += [f for f in files if f.suffix == ".md" and f.exists()]
    lost = [page_id(document) for document in PAGES if document not in seen and "maintenance" not in document.parts]
    assert not lost
