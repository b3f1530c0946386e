"""Workspace: what is written is read again, whole or not at all."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import time
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point, box

from geodata import commit, tables
from geodata.errors import WorkspaceError
from geodata.intake import IntakeRecord
from geodata.model import LAYERS, TABLES
from geodata.settings import Settings
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from multiprocessing.synchronize import Event
    from pathlib import Path

SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "ws")


def record(layer: str, rows: int, **more: object) -> IntakeRecord:
    return IntakeRecord(layer, rows_read=rows, accepted=rows, **more)  # type: ignore[arg-type]


def write_points(workspace: Workspace, *lons: float, provenance: str | None = None) -> None:
    rows = {"feature_id": [f"f{lon}" for lon in lons], "kind": ["clinic"] * len(lons)}
    frame = gpd.GeoDataFrame(rows, geometry=[Point(lon, 30) for lon in lons], crs=4326)
    workspace.write_layer("facilities", frame, record("facilities", len(lons), provenance=provenance))


def facility_ids(workspace: Workspace) -> list[str]:
    rows = workspace.read_layer("facilities")
    assert rows is not None
    return list(rows["feature_id"])


# --- making and opening ------------------------------------------------------------------------------------


def test_a_new_workspace_is_empty_and_opens(workspace: Workspace) -> None:
    opened = Workspace.open(workspace.path)

    assert opened.name == "ws"
    assert opened.layer_names() == []
    assert opened.settings == Settings()
    assert opened.run_record() is None
    assert opened.results_version() == ""
    assert opened.read_layer("roads") is None
    assert opened.layer_hash("roads") is None
    assert not opened.pairings_only


def test_a_folder_in_use_is_left_alone(tmp_path: Path, workspace: Workspace) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.png").write_text("cat")

    with pytest.raises(WorkspaceError, match="is not empty"):
        Workspace.create(tmp_path / "photos")
    with pytest.raises(WorkspaceError, match="already"):
        Workspace.create(workspace.path)


def test_what_is_no_workspace_is_not_opened(tmp_path: Path, workspace: Workspace) -> None:
    with pytest.raises(WorkspaceError, match="bordergap new"):
        Workspace.open(tmp_path)
    (workspace.path / "bordergap.json").write_text(json.dumps({"format": 99}))
    with pytest.raises(WorkspaceError, match="update bordergap"):
        Workspace.open(workspace.path)
    (workspace.path / "bordergap.json").write_text("{")
    with pytest.raises(WorkspaceError, match="damaged"):
        Workspace.open(workspace.path)


# --- layers ------------------------------------------------------------------------------------------------


def test_a_layer_comes_back_with_all_columns_and_types(workspace: Workspace) -> None:
    roads = gpd.GeoDataFrame(
        {
            "feature_id": ["r1", "r1"],
            "road_class": ["track", "primary"],
            "lanes": [None, 2],
            "layer": [None, -1],
        },
        geometry=[
            LineString([(108, 30), (108.1, 30)]),
            LineString([(108.1, 30), (108.2, 30.123456789012345)]),
        ],
        crs=4326,
    )

    workspace.write_layer("roads", roads, record("roads", 2))
    read = workspace.read_layer("roads")

    assert isinstance(read, gpd.GeoDataFrame)
    assert list(read.columns) == [*LAYERS["roads"].column_names, "geometry"]
    assert read.crs == "EPSG:4326"
    assert list(read.index) == [0, 1]
    assert read["feature_id"].dtype == "str"
    assert read["lanes"].dtype == "float64"
    assert read["layer"].dtype == "Int64"
    assert list(read["layer"].isna()) == [True, False]
    assert read["surface"].isna().all()
    assert read.geometry[1].coords[1] == (108.2, 30.123456789012345)


def test_lists_come_back_as_lists(workspace: Workspace) -> None:
    parks = gpd.GeoDataFrame(
        {"feature_id": ["p1", "p2"], "industries": [["food", "wood"], None]},
        geometry=[Point(108, 30), box(108, 30, 109, 31)],
        crs=4326,
    )
    members = [[["A"], ["B", "C"]]]
    pairings = pd.DataFrame({"pairing_id": ["x"], "kind": ["counterpart"], "members": members})

    workspace.write_layer("parks", parks, record("parks", 2))
    workspace.write_layer("pairings", pairings, record("pairings", 1), only=True)

    read = workspace.read_layer("parks")
    assert read is not None
    assert read["industries"][0] == ["food", "wood"]
    assert read["industries"].isna().tolist() == [False, True]
    read = workspace.read_layer("pairings")
    assert read is not None
    assert read["members"].tolist() == members
    assert workspace.pairings_only


def test_a_box_reads_only_what_meets_it_and_keeps_positions(workspace: Workspace) -> None:
    write_points(workspace, 108.0, 109.0, 110.0)

    read = workspace.read_layer("facilities", bbox=(108.5, 29, 110.5, 31), columns=["kind"])

    assert read is not None
    assert list(read.index) == [1, 2]
    assert list(read.columns) == ["kind", "geometry"]


def test_a_large_layer_puts_neighbours_together(workspace: Workspace) -> None:
    lons = np.random.default_rng(0).uniform(100, 110, tables.ROW_GROUP + 10)
    frame = gpd.GeoDataFrame(
        {"feature_id": [f"{lon}" for lon in lons], "kind": "clinic"},
        geometry=gpd.points_from_xy(lons, np.full(len(lons), 30.0)),
        crs=4326,
    )

    workspace.write_layer("facilities", frame, record("facilities", len(frame)))

    whole = workspace.read_layer("facilities")
    west = workspace.read_layer("facilities", bbox=(100, 29, 105, 31))
    assert whole is not None
    assert west is not None
    assert sorted(whole["feature_id"]) == sorted(frame["feature_id"])
    assert (whole.loc[west.index, "feature_id"] == west["feature_id"]).all()
    assert len(west) == (lons <= 105).sum()
    parts = list(workspace.layer_parts("facilities", ["feature_id"]))
    assert [len(part) for part in parts] == [tables.ROW_GROUP, 10]
    assert pd.concat(parts).sort_index().equals(whole[["feature_id", "geometry"]])


def test_a_folder_of_parts_made_elsewhere_is_read(workspace: Workspace) -> None:
    folder = workspace.path / "layers" / "facilities"
    folder.mkdir(parents=True)
    for lon in (108, 109):
        rows = {"feature_id": [f"f{lon}"], "kind": ["clinic"]}
        gpd.GeoDataFrame(rows, geometry=[Point(lon, 30)], crs=4326).to_parquet(folder / f"{lon}.parquet")

    assert facility_ids(workspace) == ["f108", "f109"]
    near = workspace.read_layer("facilities", bbox=(108.5, 29, 110, 31))
    assert near is not None
    assert list(near.index) == [1]
    (part,) = workspace.layer_parts("facilities", ["kind"])
    assert list(part.index) == [0, 1]
    assert workspace.layer_hash("facilities") is not None
    assert workspace.intake_of("facilities") == IntakeRecord("facilities")


def test_the_hash_follows_the_content_alone(workspace: Workspace) -> None:
    hashes = []
    for lons in ((108.0, 109.0), (108.0, 109.0), (108.0, 109.5)):
        write_points(workspace, *lons)
        hashes.append(workspace.layer_hash("facilities"))
    write_points(workspace, 108.0, 109.5, provenance="generated")

    assert hashes[0] == hashes[1] != hashes[2] != workspace.layer_hash("facilities")


def test_the_hash_kept_is_that_of_the_rows(workspace: Workspace) -> None:
    write_points(workspace, 108.0, 109.0)
    rows = workspace.read_layer("facilities")
    assert rows is not None

    salt = {"provenance": None, "only": False}
    assert workspace.layer_hash("facilities") == tables.content_hash(rows, LAYERS["facilities"], salt)


@pytest.mark.parametrize("bad", [{"feature_id": [None], "kind": ["clinic"]}, {"kind": ["clinic"]}])
def test_rows_that_do_not_fit_are_refused(workspace: Workspace, bad: dict[str, list[str | None]]) -> None:
    write_points(workspace, 108.0)

    with pytest.raises(ValueError, match="feature_id"):
        workspace.write_layer(
            "facilities", gpd.GeoDataFrame(bad, geometry=[Point(1, 1)]), record("facilities", 1)
        )

    assert facility_ids(workspace) == ["f108.0"]
    assert not list(workspace.path.glob(".staging*"))


def test_an_unknown_layer_is_a_mistake(workspace: Workspace) -> None:
    with pytest.raises(KeyError, match="no layer 'rodas'"):
        workspace.read_layer("rodas")


def test_a_damaged_file_is_named(workspace: Workspace) -> None:
    write_points(workspace, *np.linspace(100, 110, 500))
    path = workspace.path / "layers" / "facilities.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 4] ^= 0xFF
    path.write_bytes(content)

    with pytest.raises(WorkspaceError, match=r"facilities\.parquet is damaged .* import the layer"):
        workspace.read_layer("facilities")


# --- intake and quarantine ---------------------------------------------------------------------------------


def test_intake_records_and_rejected_rows_are_kept(workspace: Workspace) -> None:
    intake = IntakeRecord("facilities", source="a.csv", rows_read=2, accepted=1, quarantined=1, notes=("n",))
    kept = gpd.GeoDataFrame({"feature_id": ["f1"], "kind": ["clinic"]}, geometry=[Point(108, 30)], crs=4326)
    rejected = pd.DataFrame({"row": [2], "reason": ["no geometry"], "name": ["Böse, 坏"], "wkt": [None]})

    workspace.write_layer("facilities", kept, intake, rejected)

    (row,) = workspace.intake().to_dict("records")
    assert (row["source"], row["accepted"], row["quarantined"], row["notes"]) == ("a.csv", 1, 1, ["n"])
    assert workspace.intake_of("facilities") == intake
    quarantine = workspace.quarantine("facilities")
    assert quarantine is not None
    assert quarantine.to_dict("records") == [
        {"row": "2", "reason": "no geometry", "name": "Böse, 坏", "wkt": ""}
    ]
    assert len(pd.read_parquet(workspace.path / "results" / "intake.parquet")) == 1

    write_points(workspace, 108.0)
    assert workspace.quarantine("facilities") is None


def test_a_record_that_loses_a_row_is_refused() -> None:
    with pytest.raises(ValueError, match="3 rows read"):
        IntakeRecord("roads", rows_read=3, accepted=1, quarantined=1)


# --- results -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(TABLES))
def test_tables_are_empty_before_the_first_analysis(workspace: Workspace, name: str) -> None:
    table = workspace.read_table(name)

    assert len(table) == 0
    geometry = ["geometry"] if TABLES[name].geometry else []
    assert list(table.columns) == [*TABLES[name].column_names, *geometry]


def test_results_are_replaced_as_a_whole(workspace: Workspace) -> None:
    write_points(workspace, 108.0)
    line = LineString([(108, 30), (108, 31)])
    borders = gpd.GeoDataFrame(
        {"pairing_id": ["A--B"], "member_a": ["A"], "member_b": ["B"], "segments": [3], "crossings": [None]},
        geometry=[line],
        crs=4326,
    )
    notes = pd.DataFrame({"check": ["service_wall"], "reason": ["no facilities"]})

    workspace.write_results({"borders": borders, "not_computed": notes}, {"seconds": {"all": 1}})
    first = workspace.results_version()
    workspace.write_results({"borders": borders}, {"seconds": {}})

    read = workspace.read_table("borders")
    assert read["segments"].tolist() == [3]
    assert read["crossings"].isna().all()
    assert read.geometry[0].equals(line)
    assert workspace.read_table("not_computed").empty
    assert workspace.run_record() == {"seconds": {}}
    assert workspace.results_version() not in {"", first}
    assert len(pd.read_parquet(workspace.path / "results" / "intake.parquet")) == 1


def test_results_in_metres_are_stored_in_degrees(workspace: Workspace) -> None:
    point = gpd.GeoSeries([Point(108, 30)], crs=4326).to_crs("EPSG:4545")
    columns = {column.name: [0] for column in TABLES["gaps"].columns}
    texts = {"gap_id": ["g"], "pairing_id": ["A--B"], "provenance": ["measured"], "evidence": ["{}"]}

    workspace.write_results({"gaps": gpd.GeoDataFrame(columns | texts, geometry=point)}, {})

    assert workspace.read_table("gaps").geometry[0].distance(Point(108, 30)) < 1e-9


# --- locking and being killed ------------------------------------------------------------------------------


def hold(path: Path, taken: Event) -> None:
    with Workspace.open(path).lock():
        taken.set()
        time.sleep(60)


def test_a_second_writer_is_told_and_a_killed_one_leaves_no_lock(workspace: Workspace) -> None:
    taken = SPAWN.Event()
    holder = SPAWN.Process(target=hold, args=(workspace.path, taken))
    holder.start()
    assert taken.wait(60)

    with pytest.raises(WorkspaceError, match="another bordergap"), workspace.lock(timeout_s=0.1):
        pass
    assert workspace.layer_names() == []  # readers need no lock
    assert holder.pid is not None
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()
    with workspace.lock(timeout_s=5):
        write_points(workspace, 108.0)


def test_a_transaction_that_fails_leaves_nothing(workspace: Workspace) -> None:
    write_points(workspace, 108.0)

    def fail() -> None:
        with workspace.transaction():
            write_points(workspace, 109.0)
            assert facility_ids(workspace) == ["f109.0"]  # its writer sees it
            assert facility_ids(Workspace.open(workspace.path)) == ["f108.0"]  # nobody else
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert facility_ids(workspace) == ["f108.0"]
    assert not list(workspace.path.glob(".staging*"))


def test_what_is_written_twice_in_a_transaction_is_there_once(workspace: Workspace) -> None:
    with workspace.transaction():
        write_points(workspace, 108.0)
        write_points(workspace, 109.0)
        workspace.write_settings(Settings(zone_m=1500.0))

    assert facility_ids(workspace) == ["f109.0"]
    assert workspace.settings.zone_m == 1500
    assert len(pd.read_parquet(workspace.path / "results" / "intake.parquet")) == 1


class Killed(BaseException):
    """Stands for a kill: no code of the program runs after it."""


@pytest.mark.parametrize("step", range(12))
def test_a_kill_between_any_two_steps_leaves_old_or_new(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    write_points(workspace, 108.0)
    workspace.write_results({}, {"state": "old"})
    moves = 0

    def counted(real):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
        def move(self: Path, target: Path) -> Path:
            nonlocal moves
            moves += 1
            if moves > step:
                raise Killed
            return real(self, target)

        return move

    with monkeypatch.context() as patch:
        posix = type(workspace.path)
        patch.setattr(posix, "rename", counted(posix.rename))
        patch.setattr(posix, "replace", counted(posix.replace))
        patch.setattr(commit.shutil, "rmtree", lambda *_, **__: None)
        killed = False
        try:
            with workspace.transaction():
                write_points(workspace, 109.0)
                workspace.write_results({}, {"state": "new"})
        except Killed:
            killed = True

    after = Workspace.open(workspace.path)
    state = (after.run_record() or {})["state"]
    assert facility_ids(after) == {"old": ["f108.0"], "new": ["f109.0"]}[state]
    assert state == ("old" if step == 0 else "new")
    assert killed == (moves > step)
    write_points(after, 110.0)
    assert not list(after.path.glob(".staging*"))
    assert not (after.path / ".commit").exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, which this system has not")
def test_a_workspace_opened_before_a_fork_can_be_locked_after_it(workspace: Workspace) -> None:
    with workspace.lock():
        pass
    child = os.fork()
    if child == 0:  # pragma: no cover  # the child: its exit code tells
        try:
            with workspace.lock():
                os._exit(0)
        finally:
            os._exit(1)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
