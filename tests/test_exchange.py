"""What processes share: objects by message, large arrays by a file; layers read where the work is."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import rich_world

from geodata.errors import WorkspaceError
from geodata.exchange import LEAST_BYTES, Packed, pack
from geodata.reader import GivenLayers, StoredLayers

if TYPE_CHECKING:
    from pathlib import Path

    from geodata.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return rich_world.make(tmp_path / "atlas")


def stored(workspace: Workspace) -> StoredLayers:
    return StoredLayers(workspace, {name: workspace.layer_hash(name) for name in workspace.layer_names()})


def sent(packed: Packed) -> Packed:
    """Return what another process gets."""
    made = pickle.loads(pickle.dumps(packed))  # noqa: S301  # our own
    assert isinstance(made, Packed)
    return made


def test_large_arrays_go_by_the_file_and_come_back(tmp_path: Path) -> None:
    large = np.arange(100_000, dtype=np.float64)
    value = {"large": large, "odd": np.arange(LEAST_BYTES + 3, dtype=np.uint8), "small": np.arange(3)}
    packed = pack({**value, "table": pd.DataFrame({"x": large})}, tmp_path)
    made = sent(packed).unpack()

    assert len(packed.message) < large.nbytes / 10
    assert packed.file.stat().st_size >= 2 * large.nbytes
    for name, array in value.items():
        np.testing.assert_array_equal(made[name], array)
    assert made["table"]["x"].tolist() == large.tolist()
    made["large"][0] = 7.0  # what one process changes, no other sees
    assert sent(packed).unpack()["large"][0] == 0.0


def test_what_has_no_arrays_needs_no_file_content(tmp_path: Path) -> None:
    assert sent(pack("borders", tmp_path)).unpack() == "borders"


def test_a_worker_without_the_folder_says_what_to_do(tmp_path: Path) -> None:
    packed = pack(np.zeros(1000), tmp_path)
    packed.file.unlink()
    with pytest.raises(WorkspaceError, match="put the workspace into a folder that all workers share"):
        packed.unpack()


def test_stored_layers_are_those_in_memory(workspace: Workspace) -> None:
    files, memory = stored(workspace), GivenLayers(rich_world.layers())

    assert set(memory.names) <= set(files.names)
    for name in ("roads", "facilities", "population", "parks"):
        read, given = files.read(name), memory.read(name)
        assert read.index.tolist() == given.index.tolist()
        assert read.geometry.geom_equals_exact(given.geometry, 0).all()
        assert files.values(name, ("feature_id",)).equals(read[["feature_id"]].astype("str"))
    west, south, east, north = files.read("roads").total_bounds.tolist()
    half = files.read("roads", (west, south, (west + east) / 2, north), ("road_class",))
    assert list(half.columns) == ["road_class", "geometry"]
    assert 0 < len(half) < len(files.read("roads"))
    assert set(half.bounds["minx"] <= (west + east) / 2) == {True}


def test_layers_that_changed_since_are_not_read(workspace: Workspace) -> None:
    layers = stored(workspace)
    half = rich_world.layers()["roads"].iloc[::2].reset_index(drop=True)
    rich_world.write(workspace, "roads", half)

    assert "roads in" in (pickle.loads(pickle.dumps(layers)).problem() or "")  # noqa: S301  # our own
    with pytest.raises(WorkspaceError, match="is not what it was when the analysis began; analyse again"):
        layers.read("roads")


def test_the_run_folder_is_gone_after_the_run(workspace: Workspace) -> None:
    with workspace.lock(), stored(workspace).run_folder() as folder:
        pack(np.zeros(1000), folder)
        assert folder.parent == workspace.path.resolve()
    assert not folder.exists()


def test_a_killed_runs_folder_is_swept_by_the_next(workspace: Workspace) -> None:
    with workspace.lock(), stored(workspace).run_folder() as folder:
        left = folder.with_name(f"{folder.name}-left")
        left.mkdir()
    with workspace.lock():
        assert not left.exists()
