"""A layer imported again: what has changed is told, the version before kept, and put back if asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
from click.testing import CliRunner
from shapely import Point

from dashboard.cli import main
from geodata.errors import SourceError, WorkspaceError
from geodata.ingest import import_source
from geodata.versions import KEPT, Changes
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

CLINICS = {"a": (1.0, "clinic"), "b": (2.0, "clinic"), "c": (3.0, "clinic"), "d": (4.0, "school")}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "ws")


def write(path: Path, rows: dict[str, tuple[float, str]], *, ids: bool = True) -> Path:
    frame = pd.DataFrame(
        [{"id": key, "kind": kind, "lon": lon, "lat": 30} for key, (lon, kind) in rows.items()]
    )
    (frame if ids else frame.drop(columns="id")).to_csv(path, index=False)
    return path


def changes(workspace: Workspace) -> Changes:
    record = workspace.intake_of("facilities")
    assert record is not None
    assert record.changes is not None
    return Changes.of_json(record.changes)


def names(workspace: Workspace) -> list[str]:
    rows = workspace.read_layer("facilities")
    assert rows is not None
    return sorted(rows["feature_id"])


def test_added_removed_moved_and_altered_features(tmp_path: Path, workspace: Workspace) -> None:
    file = write(tmp_path / "facilities.csv", CLINICS)
    import_source(workspace, file)
    assert workspace.intake_of("facilities").changes is None  # type: ignore[union-attr]
    write(file, {"d": (4.0, "school"), "b": (2.5, "clinic"), "c": (3.0, "hospital"), "e": (5.0, "clinic")})

    import_source(workspace, file)

    found = changes(workspace)
    assert (found.added, found.removed, found.moved, found.altered) == (1, 1, 1, 1)
    assert found.examples == {"added": ["e"], "removed": ["a"], "moved": ["b"], "altered": ["c"]}


def test_the_same_rows_in_another_order_are_no_change(tmp_path: Path, workspace: Workspace) -> None:
    file = write(tmp_path / "facilities.csv", CLINICS)
    import_source(workspace, file)
    write(file, dict(reversed(CLINICS.items())))

    import_source(workspace, file)

    assert not changes(workspace)


def test_without_ids_a_feature_is_where_it_is(tmp_path: Path, workspace: Workspace) -> None:
    file = write(tmp_path / "facilities.csv", CLINICS, ids=False)
    import_source(workspace, file)
    write(file, {"x": (0.5, "clinic"), **CLINICS}, ids=False)  # all numbers are others now

    import_source(workspace, file)

    found = changes(workspace)
    assert (found.added, found.removed, found.moved, found.altered) == (1, 0, 0, 0)


def test_versions_are_put_back_one_by_one(tmp_path: Path, workspace: Workspace) -> None:
    file = tmp_path / "facilities.csv"
    for count in range(KEPT + 2):
        rows = {f"{count}": (1.0, "clinic"), "bad": (1.0, "")}
        import_source(workspace, write(file, rows))
    import_source(workspace, file)  # the same again keeps nothing
    assert workspace.versions_of("facilities") == KEPT

    told = CliRunner().invoke(main, ["import", str(workspace.path), "--undo", "facilities"])

    assert told.exit_code == 0, told.output
    assert names(workspace) == [str(KEPT)]
    aside = workspace.quarantine("facilities")
    assert aside is not None
    assert aside["id"].tolist() == ["bad"]
    for number in range(KEPT - 1, 0, -1):
        workspace.restore_layer("facilities")
        assert names(workspace) == [str(number)]
    with pytest.raises(WorkspaceError, match="keeps no version of facilities"):
        workspace.restore_layer("facilities")


def test_a_failed_import_keeps_versions_and_layer(tmp_path: Path, workspace: Workspace) -> None:
    file = write(tmp_path / "facilities.csv", CLINICS)
    import_source(workspace, file)
    file.write_text("id,lon,lat\n", encoding="utf-8")

    with pytest.raises(SourceError):
        import_source(workspace, file)

    assert (names(workspace), workspace.versions_of("facilities")) == (list("abcd"), 0)


def test_rows_set_aside_come_back_corrected(tmp_path: Path, workspace: Workspace) -> None:
    file = tmp_path / "facilities.csv"
    file.write_text(
        "id,kind,lon,lat,note\na,clinic,1,30,x\nb,,2,30,y\nc,clinic,far,30,z\na,clinic,4,30,w\n",
        encoding="utf-8",
    )
    import_source(workspace, file)
    aside = workspace.quarantine("facilities")
    assert aside is not None
    assert aside["row"].tolist() == ["2", "3", "4"]
    fixed = tmp_path / "fixed.csv"
    aside.loc[0, "kind"] = "school"
    aside.loc[1, "wkt"] = "POINT (3 30)"
    aside.iloc[:2].to_csv(fixed, index=False)

    (record,) = import_source(workspace, fixed, layer="facilities", add=True)

    assert (record.rows_read, record.accepted, record.quarantined) == (4, 3, 1)
    assert names(workspace) == ["a", "b", "c"]
    rows = workspace.read_layer("facilities")
    assert isinstance(rows, gpd.GeoDataFrame)
    assert set(rows.geometry) == {Point(1, 30), Point(2, 30), Point(3, 30)}
    left = workspace.quarantine("facilities")
    assert left is not None
    assert (left["row"].tolist(), left["note"].tolist()) == (["4"], ["w"])


def test_rows_that_are_still_wrong_keep_their_number(tmp_path: Path, workspace: Workspace) -> None:
    file = tmp_path / "facilities.csv"
    file.write_text("id,kind,lon,lat\na,clinic,1,30\nb,,2,30\nc,,3,30\n", encoding="utf-8")
    import_source(workspace, file)
    aside = workspace.quarantine("facilities")
    assert aside is not None
    aside.loc[0, "kind"] = "school"
    aside.to_csv(tmp_path / "fixed.csv", index=False)

    (record,) = import_source(workspace, tmp_path / "fixed.csv", layer="facilities", add=True)

    assert (record.rows_read, record.accepted, record.quarantined) == (3, 2, 1)
    left = workspace.quarantine("facilities")
    assert left is not None
    assert left["row"].tolist() == ["3"]
    assert "row (source)" not in left


def test_the_rows_of_what_has_changed_beside_each_other(tmp_path: Path, workspace: Workspace) -> None:
    file = write(tmp_path / "facilities.csv", CLINICS)
    import_source(workspace, file)
    assert workspace.last_difference("facilities") is None
    write(file, {"d": (4.0, "school"), "b": (2.5, "clinic"), "c": (3.0, "hospital"), "e": (5.0, "clinic")})
    import_source(workspace, file)

    found = workspace.last_difference("facilities")

    assert found is not None
    assert found.changes == changes(workspace)
    before, now = found.before.set_index("change"), found.now.set_index("change")
    assert before["feature_id"].to_dict() == {"removed": "a", "moved": "b", "altered": "c"}
    assert now["feature_id"].to_dict() == {"added": "e", "moved": "b", "altered": "c"}
    assert (before.geometry["moved"], now.geometry["moved"]) == (Point(2, 30), Point(2.5, 30))
    assert (before["kind"]["altered"], now["kind"]["altered"]) == ("clinic", "hospital")
    assert before["feature"]["moved"] == now["feature"]["moved"]


def test_rows_without_ids_are_found_again_by_their_place(tmp_path: Path, workspace: Workspace) -> None:
    file = write(tmp_path / "facilities.csv", CLINICS, ids=False)
    import_source(workspace, file)
    write(file, {**CLINICS, "c": (3.0, "hospital"), "x": (9.0, "clinic")}, ids=False)
    import_source(workspace, file)

    found = workspace.last_difference("facilities")

    assert found is not None
    assert found.now.set_index("change").geometry.to_dict() == {
        "altered": Point(3, 30),
        "added": Point(9, 30),
    }
    assert found.before["kind"].tolist() == ["clinic"]


def test_a_version_nobody_has_seen_is_not_put_back(tmp_path: Path, workspace: Workspace) -> None:
    file = write(tmp_path / "facilities.csv", CLINICS)
    import_source(workspace, file)
    import_source(workspace, write(file, {"x": (1.0, "clinic")}))
    seen = workspace.layer_hash("facilities")
    import_source(workspace, write(file, {"y": (1.0, "clinic")}))

    with pytest.raises(WorkspaceError, match="changed meanwhile"):
        workspace.restore_layer("facilities", present=seen)

    assert names(workspace) == ["y"]
    workspace.restore_layer("facilities", present=workspace.layer_hash("facilities"))
    assert names(workspace) == ["x"]


def test_the_same_file_again_leaves_what_is_undone_as_it_was_told(
    tmp_path: Path, workspace: Workspace
) -> None:
    file = tmp_path / "facilities.csv"
    import_source(workspace, write(file, CLINICS))
    import_source(workspace, write(file, {**CLINICS, "e": (5.0, "clinic")}))
    told = changes(workspace)

    import_source(workspace, write(file, {**CLINICS, "e": (5.0, "clinic"), "bad": (6.0, "")}))

    assert told.added == 1
    assert changes(workspace) == told
    found = workspace.last_difference("facilities")
    assert found is not None
    assert found.changes == told


def test_the_same_file_twice_and_no_version_before(tmp_path: Path, workspace: Workspace) -> None:
    file = write(tmp_path / "facilities.csv", CLINICS)
    import_source(workspace, file)
    import_source(workspace, file)

    assert not changes(workspace)
    assert workspace.versions_of("facilities") == 0
