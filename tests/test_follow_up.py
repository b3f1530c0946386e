"""What an analysis says of the ledger: gone, returned, moved, or nothing; and edits made meanwhile stay."""

# ruff: noqa: PD011 - an entry is no DataFrame
from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shown_world

from geodata.records import Conflict
from geodata.settings import Settings
from layers.follow_up import hold_ledger, moved, not_looked_for
from layers.run import analyse

if TYPE_CHECKING:
    from pathlib import Path

    from geodata.ledger import Entry, Ledger
    from geodata.workspace import Workspace

PAIRING = "A--B"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return shown_world.make(tmp_path / "world")


def taken_up(workspace: Workspace, kind: str, **changes: Any) -> Entry:
    """Take up the first gap of a kind."""
    gaps = workspace.read_table("gaps")
    gap_id = str(gaps.loc[gaps["kind"] == kind, "gap_id"].iloc[0])
    return workspace.ledger.change(gap_id, changes, version=0, author="王")


def again(workspace: Workspace, **settings: Any) -> None:
    workspace.write_settings(Settings(**settings))
    analyse(workspace, engine="serial")


def entry(ledger: Ledger, gap_id: str) -> Entry:
    found = ledger.entry(gap_id)
    assert found is not None
    return found


def test_gone_resolved_and_found_again(workspace: Workspace) -> None:
    ledger = workspace.ledger
    first = taken_up(workspace, "road_dead_end", status="confirmed", notes="现场已核实")
    wall = taken_up(workspace, "service_wall", notes="stays")

    again(workspace, dead_end_m=20.0)  # the road ends 30 m before the line
    gone = entry(ledger, first.gap_id)
    assert (gone.presence, gone.to_confirm, gone.version) == ("gone", True, first.version)
    assert gone.gap == first.gap  # still legible
    assert entry(ledger, wall.gap_id).presence == "found"

    # Who had the form open before the analysis is not told of a conflict: nobody wrote what they write.
    done = ledger.change(first.gap_id, {"status": "resolved"}, version=first.version, author="李")
    assert not done.to_confirm
    again(workspace)
    back = entry(ledger, first.gap_id)
    assert (back.presence, back.status, back.values["notes"]) == ("returned", "confirmed", "现场已核实")
    with pytest.raises(Conflict):
        ledger.change(first.gap_id, {"notes": "x"}, version=done.version, author="李")
    told = [(each.field, each.old, each.new, each.cause) for each in ledger.history(first.gap_id)]
    assert told[2:] == [
        ("presence", "found", "gone", "analysis"),
        ("status", "confirmed", "resolved", "person"),
        ("status", "resolved", "confirmed", "analysis"),
        ("presence", "gone", "returned", "analysis"),
    ]
    seen = ledger.change(first.gap_id, {"notes": "again"}, version=back.version, author="王")
    assert seen.presence == "found"


def test_a_check_that_was_not_computed_says_nothing(workspace: Workspace) -> None:
    kept = taken_up(workspace, "service_wall", notes="x")
    layer = workspace.path / "layers" / "facilities.parquet"
    layer.rename(workspace.path / "facilities.aside")

    analyse(workspace, engine="serial")

    assert kept.gap_id not in set(workspace.read_table("gaps")["gap_id"])
    assert entry(workspace.ledger, kept.gap_id).presence == "found"


def test_a_run_is_held_against_the_ledger_once_and_made_up_for(workspace: Workspace) -> None:
    first = taken_up(workspace, "road_dead_end", status="confirmed")
    assert hold_ledger(workspace) == {"gone": 0, "returned": 0, "moved": 0}
    tables = {name: workspace.read_table(name) for name in ("gaps", "borders", "pairing_summary", "history")}
    tables["gaps"] = tables["gaps"][tables["gaps"]["gap_id"] != first.gap_id]
    workspace.write_results(tables, {"finished": "2030-01-01", "keys": {}})  # and killed here

    assert hold_ledger(workspace) == {"gone": 1, "returned": 0, "moved": 0}
    assert hold_ledger(workspace) == {"gone": 0, "returned": 0, "moved": 0}
    assert len(workspace.ledger.history(first.gap_id)) == 2


def test_no_ledger_is_made_by_an_analysis(workspace: Workspace) -> None:
    assert not workspace.database.exists


def placed(
    gap_id: str, kind: str, first: int | None, last: int | None, lon: float, **other: Any
) -> dict[str, Any]:
    """Return a gap as last seen."""
    place = {"segment_from": first, "segment_to": last, "lon": lon, "lat": 30.0}
    return {
        "gap_id": gap_id,
        "pairing_id": PAIRING,
        "kind": kind,
        "side": "a",
        "what": None,
        **place,
        **other,
    }


def new(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(rows)
    points = gpd.points_from_xy(frame["lon"], frame["lat"], crs="EPSG:4326")
    return gpd.GeoDataFrame(frame.drop(columns=["lon", "lat"]), geometry=points)


def test_what_moved_is_matched_by_place() -> None:
    missing = pd.DataFrame(
        [
            placed("wall", "service_wall", 3, 6, 106.0, what="school"),
            placed("end", "road_dead_end", 2, 2, 106.0),
            placed("far", "road_dead_end", 8, 8, 106.5),
        ]
    )
    found = new(
        placed("clinic", "service_wall", 3, 6, 106.0, what="clinic"),
        placed("touches", "service_wall", 6, 9, 106.0, what="school"),
        placed("covers", "service_wall", 2, 5, 106.1, what="school"),
        placed("beside", "road_dead_end", 2, 2, 106.001),  # 96 m
        placed("nearer", "road_dead_end", 2, 2, 106.0001),
        placed("away", "road_dead_end", 8, 8, 106.51),  # 960 m
    )

    assert moved(missing, found) == {"wall": "covers", "end": "nearer"}
    assert moved(missing, found.iloc[:0]) == {}


def test_two_do_not_become_one() -> None:
    missing = pd.DataFrame([placed(key, "road_dead_end", 2, 2, 106.0) for key in ("one", "two")])

    assert len(moved(missing, new(placed("x", "road_dead_end", 2, 2, 106.0001)))) == 1


def test_an_entry_moves_along_and_edits_of_the_old_id_follow(workspace: Workspace) -> None:
    ledger = workspace.ledger
    first = taken_up(workspace, "road_dead_end", status="confirmed")
    gaps = gpd.GeoDataFrame(workspace.read_table("gaps"))
    gaps["gap_id"] = gaps["gap_id"].replace({first.gap_id: "elsewhere"})

    counts = ledger.reconcile(gaps, "later", lambda _gaps, _last: ({first.gap_id: "elsewhere"}, set()))

    assert counts == {"gone": 0, "returned": 0, "moved": 1}
    there = entry(ledger, "elsewhere")
    assert (there.presence, there.moved_from, there.gap["gap_id"]) == ("moved", first.gap_id, "elsewhere")
    late = ledger.change(first.gap_id, {"notes": "from an old page"}, version=first.version, author="李")
    assert (late.gap_id, late.values["notes"], late.status) == ("elsewhere", "from an old page", "confirmed")
    assert [each.field for each in ledger.history("elsewhere")] == [
        "status",
        "presence",
        "id",
        "notes",
        "presence",
    ]


@pytest.mark.parametrize(
    ("note", "silent"),
    [
        ({"what": "hospital, school", "reason": "nobody on a side: a"}, True),
        ({"what": "clinic", "reason": "too short to test"}, False),
        ({"what": "facilities", "reason": "not computed: no facilities"}, True),
        ({"what": None, "reason": "kind absent"}, True),
        ({"what": "clinic", "reason": "kind absent", "check": "travel_time", "pairing_id": None}, False),
        ({"what": "population", "reason": "off network", "check": "travel_time"}, False),
        ({"what": "school", "reason": "no threshold", "check": "travel_time", "pairing_id": None}, True),
        ({"what": "school", "reason": "too short to test", "pairing_id": "A--C"}, False),
        ({"what": "school", "reason": "too short to test", "check": "asset_imbalance"}, False),
    ],
)
def test_what_was_not_looked_for(note: dict[str, Any], silent: bool) -> None:  # noqa: FBT001
    missing = pd.DataFrame([placed("x", "service_wall", 1, 1, 106.0, what="school")])
    notes = pd.DataFrame([{"pairing_id": PAIRING, "check": "service_wall", "count": 1.0, **note}])

    assert not_looked_for(missing, notes).tolist() == [silent]
