"""What stands in two places says the same in both."""

import re
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST_FILE = 450


def setup() -> ConfigParser:
    config = ConfigParser(interpolation=None)
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return config


def test_the_listed_packages_are_the_folders():
    listed = setup()["options"]["packages"].split()
    folders = sorted(
        ".".join(file.parent.relative_to(ROOT).parts) for file in (ROOT / "competence").rglob("__init__.py")
    )
    assert listed == sorted([*folders, "competence.seed", "competence.templates"])


def test_each_folder_with_code_is_a_package():
    folders = {file.parent for file in (ROOT / "competence").rglob("*.py")}
    # Alembic reads the migrations as files.
    without = {folder for folder in folders if not (folder / "__init__.py").exists() and folder.name != "versions"}
    assert not {folder.relative_to(ROOT).as_posix() for folder in without}


def test_the_import_contracts_hold():
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_there_are_six_import_contracts():
    assert sum(section.startswith("importlinter:contract:") for section in setup().sections()) == 6


def test_the_pipeline_runs_what_a_developer_runs():
    assert "make test" in (ROOT / ".ci" / "run").read_text()


def test_the_commands_in_the_documents_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        named = set(re.findall(r"`(?:\w+=\S+ )*make ([a-z]+)", document.read_text(encoding="utf-8")))
        assert named <= targets, document.name


def test_the_lock_files_agree_and_name_no_index():
    run, test = ((ROOT / name).read_text() for name in ("requirements.txt", "requirements-test.txt"))
    assert "://" not in run + test
    assert set(re.findall(r"^[a-z]\S*==\S+", run, re.MULTILINE)) <= set(
        re.findall(r"^[a-z]\S*==\S+", test, re.MULTILINE)
    )


def test_no_file_is_too_long_to_be_read():
    files = [
        *ROOT.glob("*.py"),
        *(file for folder in ("competence", "tests") for file in (ROOT / folder).rglob("*.py")),
    ]
    files += (ROOT / "templates").rglob("*.html")
    lengths = {file.relative_to(ROOT).as_posix(): len(file.read_text(encoding="utf-8").splitlines()) for file in files}
    # A migration is written by a program and read once.
    long = {name: length for name, length in lengths.items() if length > LONGEST_FILE and "/versions/" not in name}
    assert not long


def test_no_template_writes_script_or_style_into_the_page():
    inline = re.compile(r"<style|<script(?![^>]*\bsrc=)|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE)
    jinja = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
    found = {
        f"{file.relative_to(ROOT)}: {match.group()}"
        for file in (ROOT / "templates").rglob("*.html")
        for match in inline.finditer(jinja.sub("x", file.read_text(encoding="utf-8")))
    }
    assert not found
