"""Disks that are full and files that are damaged: told by name, and nothing is half there."""

from __future__ import annotations

import resource
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shown_world
from pandas.testing import assert_frame_equal

from dashboard.export.gis import write_gaps
from dashboard.export.report import report_of
from dashboard.export.report_files import write_report
from dashboard.ledger_rows import explained
from dashboard.results import ResultsCache
from geodata.accounts import Accounts
from geodata.errors import BordergapError
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Bytes a file may grow to before the disk counts as full; the last is enough for everything here.
ROOM = (0, 100, 1_000, 4_000, 8_000, 16_000, 33_000, 66_000, 132_000, 264_000, 1_000_000, 1 << 30)
NAMES = ("layers", "results")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = shown_world.make(tmp_path_factory.mktemp("drawn") / "atlas")
    gap = str(made.read_table("gaps")["gap_id"].iloc[0])
    made.ledger.change(gap, {"notes": "kept"}, version=0, author="王")
    made.database.close()
    return made.path


@pytest.fixture
def world(drawn: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(drawn, tmp_path / "atlas"))


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let the system refuse every write beyond `size` bytes of a file, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def tables(world: Path) -> dict[str, Any]:
    """Return all that a workspace holds."""
    workspace = Workspace.open(world)
    found = {name: workspace.read_layer(name) for name in workspace.layer_names()}
    found |= {name: workspace.read_table(name) for name in ("gaps", "borders", "pairing_summary")}
    return found


def notes(world: Path) -> list[Any]:
    workspace = Workspace.open(world)
    try:
        return [dict(entry.values)["notes"] for entry in workspace.ledger.entries()]
    finally:
        workspace.database.close()


def write_layer(workspace: Workspace) -> None:
    roads, record = workspace.read_layer("roads"), workspace.intake_of("roads")
    assert isinstance(roads, gpd.GeoDataFrame)
    assert record is not None
    workspace.write_layer("roads", roads.assign(name="new"), record)


def write_results(workspace: Workspace) -> None:
    gaps = workspace.read_table("gaps")
    workspace.write_results({"gaps": gaps.assign(severity=1.0)}, workspace.run_record() or {})


def write_entry(workspace: Workspace) -> None:
    gap = str(workspace.read_table("gaps")["gap_id"].iloc[1])
    workspace.ledger.change(gap, {"notes": "new " * 1000}, version=0, author="李")


def write_account(workspace: Workspace) -> None:
    Accounts(workspace.database).add("lin", "administrator", password=None)


@pytest.mark.parametrize("write", [write_layer, write_results, write_entry, write_account])
def test_a_full_disk_leaves_old_or_new_and_is_told(world: Path, write: Callable[[Workspace], None]) -> None:
    before, refused = tables(world), 0
    for room in ROOM:
        workspace = Workspace.open(world)
        try:
            with room_for(room):
                write(workspace)
        except BordergapError:
            refused += 1
        else:
            break
        finally:
            workspace.database.close()
        after = tables(world)
        assert [name for name in before if not before[name].equals(after[name])] == []
        assert notes(world) == ["kept"]
    assert refused
    assert room < ROOM[-1]


FILES: dict[str, Callable[[Any, Path], Any]] = {
    **{
        f"gaps.{ending}": lambda results, path: write_gaps(explained(results, results.gaps), path, results)
        for ending in ("csv", "geojson", "gpkg", "parquet", "xlsx")
    },
    **{
        f"report.{ending}": lambda results, path: write_report(
            report_of(results, [shown_world.PAIRING], lang="en"), results, path
        )
        for ending in ("html", "docx", "xlsx")
    },
}


@pytest.mark.parametrize("name", list(FILES))
def test_no_file_to_take_away_is_cut_off(world: Path, tmp_path: Path, name: str) -> None:
    results, path = ResultsCache(world).current(), tmp_path / "out" / name
    path.parent.mkdir()
    path.write_bytes(b"what stood there")

    refused = 0
    for room in ROOM:
        try:
            with room_for(room):
                FILES[name](results, path)
        except (BordergapError, OSError):
            refused += 1
        else:
            break
        assert path.read_bytes() == b"what stood there"
        assert [each.name for each in path.parent.iterdir()] == [name]
    assert refused
    assert path.stat().st_size <= room


def test_each_block_of_each_table_that_is_damaged_is_told(world: Path) -> None:
    """A byte in each hundredth of each file: what is read is what was written, or the file is named."""
    wrong, told = [], 0
    for path in sorted(file for name in NAMES for file in (world / name).rglob("*.parquet")):
        content, table = path.read_bytes(), _table_of(world, path)
        for place in {len(content) * each // 100 for each in range(100)}:
            damaged = bytearray(content)
            damaged[place] ^= 0xFF
            path.write_bytes(damaged)
            try:
                read = _table_of(world, path)
            except BordergapError as error:
                told += path.name in str(error)
            else:
                wrong += [(path.name, place)] if _differs(read, table) else []
        path.write_bytes(content)
    assert wrong == []
    assert told > 100


def test_each_block_of_the_ledger_that_is_damaged_is_told(world: Path) -> None:
    """SQLite: what is read is what was written, or it is told; nothing ends in a trace."""
    path = world / "ledger.sqlite"
    content, kept = path.read_bytes(), notes(world)
    found = []
    for each in range(100):
        damaged = bytearray(content)
        damaged[len(content) * each // 100] ^= 0xFF
        path.write_bytes(damaged)
        try:
            found.append(notes(world) == kept)
        except BordergapError as error:
            found.append("ledger" in str(error))
    path.write_bytes(content)
    assert found == [True] * 100


def _table_of(world: Path, path: Path) -> pd.DataFrame:
    workspace = Workspace.open(world)
    if path.parent.name == "layers":
        table: Any = workspace.read_layer(path.stem)
    else:
        table = workspace.read_table(path.stem)
    assert isinstance(table, pd.DataFrame)
    return table


def _differs(read: pd.DataFrame, table: pd.DataFrame) -> bool:
    try:
        assert_frame_equal(pd.DataFrame(read), pd.DataFrame(table))
    except AssertionError:
        return True
    return False
