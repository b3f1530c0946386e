"""Rasters of people: points whose sum is that of the cells, where the people are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio

from geodata.errors import SourceError
from geodata.ingest import import_source, raster
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

PIXEL_M = 100.0
WEST, NORTH = 500_000.0, 3_300_000.0  # EPSG:4545


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "ws")


def write(path: Path, values: Any, **said: Any) -> Path:
    values = np.asarray(values)
    about = {"crs": "EPSG:4545", "transform": rasterio.Affine(PIXEL_M, 0, WEST, 0, -PIXEL_M, NORTH), **said}
    rows, columns = values.shape
    with rasterio.open(
        path, "w", driver="GTiff", width=columns, height=rows, count=1, dtype=values.dtype, **about
    ) as out:
        out.write(values, 1)
    return path


def places(workspace: Workspace) -> gpd.GeoDataFrame:
    rows = workspace.read_layer("population")
    assert isinstance(rows, gpd.GeoDataFrame)
    return rows.to_crs(4545)


def test_each_cell_with_people_is_a_point_in_its_middle(tmp_path: Path, workspace: Workspace) -> None:
    file = write(
        tmp_path / "worldpop.tif", np.array([[1.5, 0, -99], [-3, 2, 0]], dtype="float32"), nodata=-99
    )

    (record,) = import_source(workspace, file)

    found = places(workspace)
    assert (record.layer, record.rows_read, record.accepted) == ("population", 2, 2)
    assert sorted(found["people"]) == [1.5, 2.0]
    assert found.geometry.x.round(3).tolist() == [WEST + 50, WEST + 150]
    assert found.geometry.y.round(3).tolist() == [NORTH - 50, NORTH - 150]
    assert "1 pixels below zero or no number left out" in record.notes


def test_larger_cells_keep_everybody_where_they_are(tmp_path: Path, workspace: Workspace) -> None:
    values = np.random.default_rng(1).random((45, 70))
    values[:10, :10] = 0
    values[0, 0] = 7  # alone in its cell: its point is its own
    file = write(tmp_path / "people.tif", values)

    import_source(workspace, file, layer="population", cell_m=1000)

    found = places(workspace)
    assert len(found) == 5 * 7
    assert found["people"].sum() == pytest.approx(values.sum(), rel=1e-12)
    alone = found[found["people"] == 7].geometry.iloc[0]
    assert (alone.x, alone.y) == pytest.approx((WEST + 50, NORTH - 50), abs=0.01)


def test_windows_do_not_change_the_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.arange(30 * 40, dtype="int32").reshape(30, 40)
    file = write(tmp_path / "people.tif", values)
    with rasterio.open(file) as opened:
        whole = sorted(float(one) for *_, sums, _ in raster._cells(opened, 4) for one in sums)  # noqa: SLF001
        monkeypatch.setattr(raster, "_AT_ONCE", 64)
        parts = sorted(float(one) for *_, sums, _ in raster._cells(opened, 4) for one in sums)  # noqa: SLF001

    assert parts == whole
    assert sum(whole) == values.sum()


def test_what_is_no_raster_of_people_is_refused(tmp_path: Path, workspace: Workspace) -> None:
    (tmp_path / "text.tif").write_bytes(b"<VRTDataset rasterXSize='1'/>")
    good = write(tmp_path / "cut.tif", np.ones((300, 300)))
    good.write_bytes(good.read_bytes()[:2000])
    empty = write(tmp_path / "empty.tif", np.zeros((3, 3)))
    bomb = tmp_path / "bomb.tif"
    about = {"crs": "EPSG:4545", "transform": rasterio.Affine(1, 0, WEST, 0, -1, NORTH), "tiled": True}
    with rasterio.open(
        bomb,
        "w",
        driver="GTiff",
        width=60_000,
        height=60_000,
        count=1,
        dtype="float32",
        sparse_ok=True,
        **about,
    ):
        pass

    for path, said in (
        (tmp_path / "text.tif", "not that of a GeoTIFF"),
        (good, "cut.tif cannot be used"),
        (empty, "no cell of its first band has people"),
        (bomb, "more than real data do"),
    ):
        with pytest.raises(SourceError, match=said):
            import_source(workspace, path)
    with pytest.raises(SourceError, match="population"):
        import_source(workspace, empty, layer="roads")
    assert workspace.layer_names() == []
