"""Stability of gaps: the share of runs, settings a quarter smaller and larger, in which they are found."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import rich_world
from click.testing import CliRunner

from dashboard.cli import main
from geodata.settings import Settings
from geodata.workspace import Workspace
from layers.kinds import KINDS
from layers.region import region_of
from layers.results import together
from layers.run import analyse
from layers.sensitivity import BY_PLACE, found_again, variants
from layers.work import run_checks

if TYPE_CHECKING:
    from pathlib import Path

analyse = partial(analyse, engine="serial")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return a workspace whose gaps were looked for again; for reading only."""
    made = rich_world.make(tmp_path_factory.mktemp("firm") / "atlas")
    result = CliRunner().invoke(main, ["analyse", str(made.path), "--engine", "serial", "--sensitivity"])
    assert result.exit_code == 0, result.output
    table = made.read_table("sensitivity")
    firm = int((table["stability"] == 1).sum())
    assert (
        f"{firm} of {len(table)} gaps are found with every setting 25 % smaller and larger" in result.output
    )
    return made


@pytest.fixture
def gaps(workspace: Workspace) -> pd.DataFrame:
    found = workspace.read_table("gaps").merge(
        workspace.read_table("sensitivity"), on=["gap_id", "pairing_id"]
    )
    return pd.DataFrame(found)


def test_every_setting_is_varied_both_ways() -> None:
    standard = Settings()
    runs = {run.label: run.settings for run in variants(standard)}

    assert list(runs) == [
        *("zone_m -25%", "zone_m +25%"),
        *("boundary_tolerance_m -25%", "boundary_tolerance_m +25%"),
        *("thresholds_min -25%", "thresholds_min +25%"),
    ]
    assert (runs["zone_m -25%"].zone_m, runs["zone_m +25%"].zone_m) == (1500, 2500)
    less = runs["thresholds_min -25%"]
    assert less.thresholds_min["clinic"] == 11.25
    assert less.walk_school_min == 18.75
    assert replace(less, thresholds_min=standard.thresholds_min, walk_school_min=25.0) == standard


def test_every_gap_has_a_stability(workspace: Workspace, gaps: pd.DataFrame) -> None:
    assert gaps["gap_id"].tolist() == workspace.read_table("gaps")["gap_id"].tolist()
    assert set(gaps["runs"]) == {6}
    assert gaps["stability"].tolist() == pytest.approx([1 - len(lost) / 6 for lost in gaps["lost_with"]])
    assert 0 < (gaps["stability"] < 1).sum() < len(gaps)


def test_a_gap_a_little_wider_than_the_tolerance_is_lost_with_a_larger_one(gaps: pd.DataFrame) -> None:
    #  55 m and 100 m wide; the tolerance is 50 m, a quarter more 62.5 m
    found = gaps[gaps["kind"] == "boundary_gap"].sort_values("magnitude")

    assert [list(lost) for lost in found["lost_with"]] == [["boundary_tolerance_m +25%"], []]


def test_what_no_varied_setting_touches_is_always_found(gaps: pd.DataFrame) -> None:
    assert set(gaps.loc[gaps["kind"].isin(["park_duplicate"]), "stability"]) == {1.0}


def test_it_is_what_whole_analyses_with_those_settings_find(gaps: pd.DataFrame) -> None:
    """Nothing taken over from the run with the usual settings falsifies the result."""
    for run in variants(Settings()):
        region = region_of(rich_world.layers(), run.settings, {}, pairings_only=False)
        asked = {*region.pairs["pairing_id"], *region.far["pairing_id"]}
        again = together(run_checks(region, asked, list(KINDS), engine="serial")[1].tables["gaps"], "gaps")
        lost = [not any(same(one, other) for other in again.itertuples()) for one in gaps.itertuples()]
        assert lost == [run.label in labels for labels in gaps["lost_with"]], run.label


def same(one: Any, other: Any) -> bool:
    """Return whether two gaps are the same finding, told row by row."""
    if one.kind not in BY_PLACE:
        return bool(one.gap_id == other.gap_id)
    alike = all(getattr(one, name) == getattr(other, name) for name in ("pairing_id", "kind", "side"))
    what = one.what == other.what or (pd.isna(one.what) and pd.isna(other.what))
    return bool(
        alike and what and max(one.segment_from, other.segment_from) <= min(one.segment_to, other.segment_to)
    )


def rows(*found: tuple[str, str, str, str | None, str, int | None, int | None]) -> pd.DataFrame:
    columns = ["gap_id", "pairing_id", "kind", "what", "side", "segment_from", "segment_to"]
    table = pd.DataFrame(list(found), columns=columns)
    return table.astype({"segment_from": "Int64", "segment_to": "Int64"})


WALL = ("1", "A--B", "service_wall", "clinic", "a", 3, 6)


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (("9", "A--B", "service_wall", "clinic", "a", 6, 8), True),  # one segment in common
        (("9", "A--B", "service_wall", "clinic", "a", 7, 8), False),
        (("9", "A--B", "service_wall", "clinic", "b", 3, 6), False),
        (("9", "A--B", "service_wall", "school", "a", 3, 6), False),
        (("9", "A--C", "service_wall", "clinic", "a", 3, 6), False),
        (("9", "A--B", "service_desert", "clinic", "a", 3, 6), False),
    ],
)
def test_a_run_of_segments_is_found_again_by_its_place(other: Any, found: bool) -> None:  # noqa: FBT001
    assert found_again(rows(WALL), rows(other)).tolist() == [found]


def test_other_gaps_are_found_again_by_their_id() -> None:
    end = ("1", "A--B", "road_dead_end", None, "a", 3, 3)
    window = ("2", "A--B", "low_permeability", None, "both", 0, 9)
    contested = ("3", "A--B", "boundary_overlap", None, "both", None, None)  # two that share no border
    base = rows(end, window, contested)

    assert found_again(base, base).tolist() == [True, True, True]
    moved = rows(("9", *end[1:]), ("8", *window[1:5], 9, 18), ("7", *contested[1:]))
    assert found_again(base, moved).tolist() == [False, True, False]
    assert found_again(base, rows()).tolist() == [False, False, False]
    assert found_again(rows(), base).tolist() == []


def small(path: Path) -> Workspace:
    """Return a workspace of boundaries and parks alone, where a run takes little."""
    made = Workspace.create(path)
    for name, layer in rich_world.layers().items():
        if name in {"districts", "parks"}:
            rich_world.write(made, name, layer)
    return made


def test_stability_is_kept_while_nothing_changes(tmp_path: Path) -> None:
    workspace = small(tmp_path / "atlas")
    assert analyse(workspace)["sensitivity"] is None
    assert workspace.read_table("sensitivity").empty
    record = analyse(workspace, stability=True)
    table = workspace.read_table("sensitivity")
    assert len(table) == len(workspace.read_table("gaps")) > 0
    assert "boundary_gap" not in record["seconds"]  # found before; only looked for again

    seen = workspace.results_version()
    assert analyse(workspace, stability=True) == analyse(workspace) == record
    assert workspace.results_version() == seen
    analyse(workspace, force=True)
    pd.testing.assert_frame_equal(workspace.read_table("sensitivity"), table)
    workspace.write_settings(Settings(segment_m=900.0))
    assert analyse(workspace)["sensitivity"] is None
    assert workspace.read_table("sensitivity").empty


def test_stability_of_one_pairing_after_the_other(tmp_path: Path) -> None:
    workspace = small(tmp_path / "atlas")
    analyse(workspace)
    analyse(workspace, stability=True, pairings=["A--B"])
    one = workspace.read_table("sensitivity")
    assert set(one["pairing_id"]) == {"A--B"}

    record = analyse(workspace, stability=True, pairings=["A--C"])
    assert record["sensitivity"]["pairings"] == ["A--B", "A--C"]
    both = workspace.read_table("sensitivity")
    assert both["gap_id"].tolist() == workspace.read_table("gaps")["gap_id"].tolist()
    kept = both[both["pairing_id"] == "A--B"].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, one)
    assert analyse(workspace, stability=True, pairings=["A--C", "A--B"]) == record
    assert analyse(workspace, stability=True)["sensitivity"]["pairings"] is None
