"""The line about review that every map carries, and the hash it hangs on."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
import shapely
import shown_world
from click.testing import CliRunner

from dashboard.approval import map_content, review_note
from dashboard.cli import main
from dashboard.results import Results, ResultsCache
from geodata.intake import IntakeRecord
from geodata.workspace import Workspace
from layers.run import analyse

if TYPE_CHECKING:
    from pathlib import Path

NUMBER = "渝S(2026)001号"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shown_world.make(tmp_path_factory.mktemp("made") / "world").path


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Workspace:
    return Workspace.open(shutil.copytree(made, tmp_path / "world"))


def now(workspace: Workspace) -> Results:
    return ResultsCache(workspace.path).current()


def approve(workspace: Workspace, *lines: str) -> None:
    text = "\n".join((f'approval_number = "{NUMBER}"', *lines))
    (workspace.path / "display.toml").write_text(text, encoding="utf-8")


def test_a_map_nobody_approved_says_so(workspace: Workspace) -> None:
    note = review_note(now(workspace), "zh")

    assert (note.kind, note.text) == ("none", "内部工作用图，未经审核，不得公开")


def test_an_approval_holds_until_the_map_shows_something_else(workspace: Workspace) -> None:
    approve(workspace, f'approved_content = "{map_content(now(workspace))}"')
    note = review_note(now(workspace), "zh")
    assert (note.kind, note.text) == ("approved", f"审图号：{NUMBER}")

    facilities: Any = workspace.read_layer("facilities")
    facilities.loc[0, "geometry"] = shapely.Point(106.0, 29.0)
    record = IntakeRecord(layer="facilities", rows_read=len(facilities), accepted=len(facilities))
    workspace.write_layer("facilities", facilities, record)

    changed = review_note(now(workspace), "en")
    assert changed.kind == "changed"
    assert changed.text.startswith("Changed since approval")
    assert NUMBER in changed.text


def test_a_number_without_content_is_no_approval(workspace: Workspace) -> None:
    approve(workspace)

    assert review_note(now(workspace), "en").kind == "changed"


def test_the_hash_is_of_what_is_drawn(workspace: Workspace) -> None:
    before = map_content(now(workspace))
    facilities: Any = workspace.read_layer("facilities")
    record = IntakeRecord(layer="facilities", source="again", rows_read=2, accepted=2)

    workspace.write_layer("facilities", facilities.assign(name="other"), record)
    assert map_content(now(workspace)) == before

    analyse(workspace, engine="serial")
    assert map_content(now(workspace)) == before

    gaps: Any = workspace.read_table("gaps")
    gaps.loc[0, "severity"] += 1
    _replace(workspace, gaps)
    assert map_content(now(workspace)) != before


def test_order_and_direction_of_findings_do_not_matter(workspace: Workspace) -> None:
    before = map_content(now(workspace))
    gaps: Any = workspace.read_table("gaps")

    _replace(workspace, gaps.iloc[::-1].set_geometry(shapely.reverse(gaps.geometry.array[::-1])))

    assert map_content(now(workspace)) == before


def _replace(workspace: Workspace, gaps: Any) -> None:
    names = ("borders", "segments", "pairing_summary", "not_computed", "comparisons", "profiles")
    tables = {name: workspace.read_table(name) for name in names}
    workspace.write_results({**tables, "gaps": gaps}, workspace.run_record() or {})


def test_doctor_tells_the_hash_to_enter(workspace: Workspace) -> None:
    content = map_content(now(workspace))
    approve(workspace)

    told = CliRunner().invoke(main, ["doctor", str(workspace.path)]).output

    assert f'approved_content = "{content}"' in told
