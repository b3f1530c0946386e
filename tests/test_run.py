"""An analysis computes what has changed, keeps what has not, and never leaves half of anything."""

from __future__ import annotations

import shutil
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import rich_world

from geodata import tables as stored
from geodata.errors import UsageError, WorkspaceError
from geodata.model import TABLES
from geodata.settings import Settings
from geodata.workspace import Workspace
from layers import results, run
from layers.due import layers_of
from layers.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

analyse = partial(run.analyse, engine="serial")
BESIDE = {"profiles", "comparisons"}  # made of everything
SHARED = {"network", "travel"}  # made anew where a kind that is due needs them


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an analysed workspace, for copying only."""
    workspace = rich_world.make(tmp_path_factory.mktemp("analysed") / "atlas")
    analyse(workspace)
    return workspace.path


@pytest.fixture
def workspace(analysed: Path, tmp_path: Path) -> Workspace:
    return Workspace.open(shutil.copytree(analysed, tmp_path / "atlas"))


def tables(workspace: Workspace) -> dict[str, pd.DataFrame]:
    beside = {"intake", "history"}  # records, not findings
    return {name: workspace.read_table(name) for name in TABLES if name not in beside}


def assert_same(one: dict[str, pd.DataFrame], other: dict[str, pd.DataFrame]) -> None:
    for name, rows in one.items():
        pd.testing.assert_frame_equal(rows, other[name], obj=name)


def fresh(path: Path, settings: Settings | None = None, **changed: Any) -> dict[str, pd.DataFrame]:
    """Return what an analysis finds that has never seen anything else."""
    made = rich_world.make(path, **changed)
    made.write_settings(settings or Settings())
    analyse(made)
    return tables(made)


# --- nothing more than what has changed --------------------------------------------------------------------


def test_nothing_new_is_nothing_computed(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        pytest.fail("something was computed")

    monkeypatch.setattr(run, "region_of", never)
    before, record = workspace.results_version(), workspace.run_record()

    assert analyse(workspace) == record
    assert analyse(workspace, pairings=["A--B"]) == record
    assert workspace.results_version() == before


@pytest.mark.parametrize(
    "changed",
    [{"landuse_conflicts": [["quarry", "residential"]]}, {"duplicate_min": 1.0}, {"dead_end_m": 35.0}],
    ids=lambda changed: next(iter(changed)),
)
def test_a_setting_calls_for_the_kinds_that_depend_on_it(
    changed: dict[str, Any], workspace: Workspace, tmp_path: Path
) -> None:
    workspace.write_settings(Settings(**changed))
    record = analyse(workspace)

    depending = {name for name, kind in KINDS.items() if set(changed) & set(kind.settings)}
    assert set(record["seconds"]) - SHARED == depending | BESIDE - {"comparisons"}
    assert record["settings"][next(iter(changed))] == next(iter(changed.values()))
    assert_same(tables(workspace), fresh(tmp_path / "fresh", Settings(**changed)))


@pytest.mark.parametrize("layer", ["landuse", "parks", "roads"])
def test_a_layer_calls_for_the_kinds_that_read_it(layer: str, workspace: Workspace, tmp_path: Path) -> None:
    half = rich_world.layers()[layer].iloc[::2].reset_index(drop=True)
    rich_world.write(workspace, layer, half)
    record = analyse(workspace)

    reading = {name for name in KINDS if layer in layers_of(name)}
    crossings = {"crossings"} if layer == "roads" else set()
    assert set(record["seconds"]) - SHARED == reading | crossings | BESIDE - {"comparisons"}
    assert_same(tables(workspace), fresh(tmp_path / "fresh", **{layer: half}))


def test_a_layer_gone_takes_its_findings_along(workspace: Workspace, tmp_path: Path) -> None:
    (workspace.path / "layers" / "roads.parquet").unlink()
    analyse(workspace)

    assert workspace.read_table("borders")["crossings"].isna().all()
    layers = {name: rows for name, rows in rich_world.layers().items() if name != "roads"}
    other = Workspace.create(tmp_path / "fresh")
    for name, rows in layers.items():
        rich_world.write(other, name, rows)
    analyse(other)
    assert_same(tables(workspace), tables(other))


def test_a_district_gone_takes_its_pairings_along(workspace: Workspace, tmp_path: Path) -> None:
    districts = rich_world.layers()["districts"]
    without = districts[districts["district_id"] != "C"].reset_index(drop=True)
    rich_world.write(workspace, "districts", without)
    analyse(workspace)

    assert set(workspace.read_table("gaps")["pairing_id"]) == {"A--B"}
    assert_same(tables(workspace), fresh(tmp_path / "fresh", districts=without))


def test_force_computes_everything_again(workspace: Workspace) -> None:
    before, seen = tables(workspace), workspace.results_version()
    record = analyse(workspace, force=True)

    assert set(KINDS) <= set(record["seconds"])
    assert workspace.results_version() != seen
    assert_same(tables(workspace), before)


# --- pairings ----------------------------------------------------------------------------------------------


def test_one_pairing_leaves_the_gaps_of_the_others(workspace: Workspace, tmp_path: Path) -> None:
    changed = Settings(landuse_conflicts=[["quarry", "residential"]], dead_end_m=35.0)
    before = workspace.read_table("gaps")
    workspace.write_settings(changed)
    record = analyse(workspace, pairings=["A--C"])

    assert record["pairings"] == ["A--C"]
    gaps = workspace.read_table("gaps")
    others = [rows[rows["pairing_id"] != "A--C"].reset_index(drop=True) for rows in (before, gaps)]
    pd.testing.assert_frame_equal(*others)
    # What the others still need is made up for by the next full run, and nothing else is.
    record = analyse(workspace)
    assert "responsibility" not in record["seconds"]
    assert {"landuse_conflict", "road_dead_end"} <= set(record["seconds"])
    assert_same(tables(workspace), fresh(tmp_path / "fresh", changed))


def test_one_pairing_of_a_new_workspace(tmp_path: Path, analysed: Path) -> None:
    workspace = rich_world.make(tmp_path / "atlas")
    analyse(workspace, pairings=["A--B"])

    assert set(workspace.read_table("gaps")["pairing_id"]) == {"A--B"}
    analyse(workspace)
    assert_same(tables(workspace), tables(Workspace.open(analysed)))


@pytest.mark.parametrize("force", [False, True])
def test_an_unknown_pairing_is_the_commands_fault(force: bool, workspace: Workspace) -> None:  # noqa: FBT001
    before = workspace.results_version()
    with pytest.raises(UsageError, match=r"no pairing A--X; there are 3, such as A--B"):
        analyse(workspace, pairings=["A--B", "A--X"], force=force)

    assert workspace.results_version() == before


def test_without_districts_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="import the layer `districts` first"):
        analyse(Workspace.create(tmp_path / "atlas"))


# --- stopped on the way ------------------------------------------------------------------------------------


def _boundaries(monkeypatch: pytest.MonkeyPatch, stop: Callable[..., Any]) -> None:
    monkeypatch.setattr(run, "region_of", stop)


def _tables(monkeypatch: pytest.MonkeyPatch, stop: Callable[..., Any]) -> None:
    monkeypatch.setattr(results, "pairing_summary", stop)


def _writing(monkeypatch: pytest.MonkeyPatch, stop: Callable[..., Any]) -> None:
    written = []
    write = stored.write_table

    def some(*args: Any, **more: Any) -> None:
        written.append(args)
        if len(written) > 3:
            stop()
        write(*args, **more)

    monkeypatch.setattr(stored, "write_table", some)


@pytest.mark.parametrize("where", [_boundaries, _tables, _writing], ids=lambda where: where.__name__)
def test_stopped_in_the_middle_the_old_results_stay(
    where: Callable[..., None], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    before, seen = tables(workspace), workspace.results_version()
    workspace.write_settings(Settings(landuse_conflicts=[["quarry", "residential"]]))
    with monkeypatch.context() as patched:
        where(patched, stop)
        with pytest.raises(KeyboardInterrupt):
            analyse(workspace)

    assert workspace.results_version() == seen
    assert_same(tables(workspace), before)
    assert "landuse_conflict" in analyse(workspace)["seconds"]  # and the next run makes up for it
