"""An import that is only rehearsed: everything is said, nothing is stored."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from own_page import OwnPage

from dashboard.cli import main
from geodata.ingest import import_source
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

HEADER = "feature_id,name,kind,lon,lat\n"
#  a stays, b moves, c is altered, d goes, e comes, and a row without a place is set aside.
BEFORE = "a,A,clinic,1,1\nb,B,clinic,2,2\nc,C,clinic,3,3\nd,D,clinic,4,4\n"
AFTER = "a,A,clinic,1,1\nb,B,clinic,2,2.5\nc,C,school,3,3\ne,E,clinic,5,5\nf,F,clinic,,\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace.create(tmp_path / "ws")
    (tmp_path / "facilities.csv").write_text(HEADER + BEFORE, encoding="utf-8")
    import_source(made, tmp_path / "facilities.csv")
    (tmp_path / "facilities.csv").write_text(HEADER + AFTER, encoding="utf-8")
    return made


def kept(workspace: Workspace) -> dict[str, bytes]:
    files = (path for path in workspace.path.rglob("*") if path.is_file() and "lock" not in path.name)
    return {str(path): path.read_bytes() for path in files}


def run(workspace: Workspace, *said: Any) -> Result:
    return CliRunner().invoke(main, ["import", str(workspace.path), *map(str, said)])


def test_all_that_would_change_is_said_and_nothing_is_stored(tmp_path: Path, workspace: Workspace) -> None:
    before = kept(workspace)

    said = run(workspace, tmp_path / "facilities.csv", "--dry-run")

    assert said.exit_code == 0, said.output
    (counts,) = (line.split() for line in said.output.splitlines() if line.startswith("facilities  "))
    assert counts[1:5] == ["5", "4", "0", "1"]
    changed = "1 added (e); 1 removed (d); 1 moved (b); 1 altered otherwise (c)"
    assert f"against the version before: {changed}" in said.output
    assert "Nothing is stored" in said.output
    assert "analyse" not in said.output
    assert kept(workspace) == before
    assert not list(workspace.path.glob(".staging*"))


def test_a_rehearsal_says_what_the_import_says(tmp_path: Path, workspace: Workspace) -> None:
    rehearsed = json.loads(run(workspace, tmp_path / "facilities.csv", "--dry-run", "--json").stdout)
    imported = json.loads(run(workspace, tmp_path / "facilities.csv", "--json").stdout)

    assert rehearsed == imported


def test_rows_that_would_be_added_are_counted_beside_those_that_stay(
    tmp_path: Path, workspace: Workspace
) -> None:
    said = run(workspace, tmp_path / "facilities.csv", "--add", "--dry-run")

    assert "against the version before: 1 added (e)" in said.output
    assert workspace.row_count("facilities") == 4


def test_what_fails_fails_alike(tmp_path: Path, workspace: Workspace) -> None:
    (tmp_path / "facilities.csv").write_text(HEADER + "a,A,clinic,,\n", encoding="utf-8")
    before = kept(workspace)

    said = run(workspace, tmp_path / "facilities.csv", "--dry-run")

    assert said.exit_code == 1
    assert "row 1: lon and lat tell no place; fill them" in said.output
    assert kept(workspace) == before


def test_settings_of_a_folder_are_said_to_come_too(tmp_path: Path, workspace: Workspace) -> None:
    folder = tmp_path / "region"
    folder.mkdir()
    (tmp_path / "facilities.csv").rename(folder / "facilities.csv")
    (folder / "config.json").write_text('{"zone_m": 1500}', encoding="utf-8")

    said = run(workspace, folder, "--dry-run")

    assert "config.json would take the place of the settings" in said.output
    assert workspace.settings.changed() == {}


def test_what_is_put_back_is_no_rehearsal(workspace: Workspace) -> None:
    said = run(workspace, "--undo", "facilities", "--dry-run")

    assert said.exit_code == 2
    assert "--dry-run is for an import" in said.output


def test_the_page_is_told_what_would_change(tmp_path: Path, workspace: Workspace) -> None:
    ours = OwnPage(workspace.path)
    number, proposal = ours.looked(tmp_path / "facilities.csv")
    before = workspace.layer_hash("facilities")

    begun = ours.post(f"uploads/{number}/rehearse", {"mapping": proposal["tables"][0]["mapping"]})
    job = ours.get("job")["job"]

    assert begun.status_code == 202
    assert (job["kind"], job["state"]) == ("rehearse", "done"), job
    (record,) = job["result"]["records"]
    assert (record["rows_read"], record["accepted"], record["quarantined"]) == (5, 4, 1)
    assert record["source"] == "facilities.csv"
    changes = job["result"]["changes"]["facilities"]
    assert changes["counts"] == {"added": 1, "removed": 1, "moved": 1, "altered": 1}
    assert [row["id"] for row in changes["rows"]] == ["b", "c", "d", "e"]
    assert workspace.layer_hash("facilities") == before
    assert workspace.versions_of("facilities") == 0
    # What was only rehearsed is still there to be imported.
    ours.post(f"uploads/{number}/import", {"mapping": proposal["tables"][0]["mapping"]})
    assert ours.get("job")["job"]["state"] == "done"
    assert workspace.layer_hash("facilities") != before


def test_a_rehearsal_that_fails_says_why(tmp_path: Path, workspace: Workspace) -> None:
    ours = OwnPage(workspace.path)
    number, _ = ours.looked(tmp_path / "facilities.csv")

    ours.post(f"uploads/{number}/rehearse", {"mapping": {"layer": "facilities", "crs": "EPSG:1"}})
    job = ours.get("job")["job"]

    assert job["state"] == "failed"
    assert "facilities.csv cannot be used" in job["message"]
    assert "reference system 'EPSG:1' is not known" in job["message"]
