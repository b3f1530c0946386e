"""What is written about the program is still true of it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from dashboard.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
METHOD = ROOT.parent / "shared" / "METHOD.md"
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md")]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_data_formats_are_those_of_the_model() -> None:
    script = ROOT / "docs" / "data_formats.py"
    spec = importlib.util.spec_from_file_location("data_formats", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    page = (ROOT / "docs" / "data-formats.md").read_text(encoding="utf-8")
    assert page == module.page(), "run: python docs/data_formats.py"


@pytest.mark.skipif(not METHOD.exists(), reason="needs ../shared, which is not here")
def test_the_method_is_the_agreed_one() -> None:
    assert (ROOT / "docs" / "method.md").read_text(encoding="utf-8") == METHOD.read_text(encoding="utf-8")


@pytest.mark.parametrize("document", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", document.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link]

    assert [link for link in local if not (document.parent / link).exists()] == []


@pytest.mark.parametrize(
    "document", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))], ids=lambda path: path.name
)
def test_files_that_are_named_are_there(document: Path) -> None:
    """Each by the end of its path: `record_sheet.py`, `layers/kinds.py`."""
    named = set(re.findall(r"`([\w./-]+\.py)\b", document.read_text(encoding="utf-8")))

    folders = ("geodata", "layers", "dashboard", "tests", "docs")
    files = [path.relative_to(ROOT) for folder in folders for path in (ROOT / folder).rglob("*.py")]
    assert [name for name in sorted(named) if not any(path.match(name) for path in files)] == []


def test_constraints_fit_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if not line.startswith("#"))
    versions = {name.lower().replace("_", "-"): version for name, version in pinned.items()}

    for requirement in map(Requirement, asked):
        version = versions.get(requirement.name.lower().replace("_", "-"))
        assert version is not None, f"{requirement.name} has no version in constraints.txt"
        assert requirement.specifier.contains(version, prereleases=True), f"{requirement} and {version}"


def test_every_library_that_comes_along_is_pinned() -> None:
    """What a pinned library brings is pinned, too: nothing unseen is installed."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {canonicalize_name(line.partition("==")[0]) for line in lines if not line.startswith("#")}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    left, seen = [Requirement(each) for each in project["dependencies"]], set()
    while left:
        requirement = left.pop()
        name = canonicalize_name(requirement.name)
        if name in seen or not (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
            continue
        seen.add(name)
        left += map(Requirement, importlib.metadata.requires(name) or ())

    assert len(seen) > len(project["dependencies"])
    assert sorted(seen - pinned - {"setuptools"}) == []  # pip freeze leaves out what pip itself brings


def test_the_readme_names_commands_that_exist() -> None:
    named = set(re.findall(r"^bordergap (\w+)", README, re.MULTILINE))

    assert named
    assert named <= set(COMMANDS)


def test_both_readme_commands_need_python_and_pip_alone() -> None:
    commands = re.findall(r"^python3 -m venv .*$", README, re.MULTILINE)

    assert len(set(commands)) == 2
    for command in commands:
        words = {part.strip().split(maxsplit=1)[0] for part in command.split("&&")}
        assert words <= {"python3", ".venv/bin/pip", ".venv/bin/bordergap", ".venv/bin/python"}


def test_every_test_that_the_page_on_security_names_is_there() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    files = {path: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    there = {name for text in files.values() for name in re.findall(r"^def (test_\w+)\(", text, re.MULTILINE)}
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", page)

    assert len(named) > 60
    for file, name in named:
        assert f"def {name}(" in files[ROOT / file], f"{file}::{name}"
    assert set(re.findall(r"`(test_\w+)`", page)) <= there
    assert [int(number) for number in re.findall(r"^\| (\d+) \| ", page, re.MULTILINE)] == list(range(1, 49))
