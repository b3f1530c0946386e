"""Tiles of heavy layers: what they hold at which zoom, how they are kept, and who makes them."""

from __future__ import annotations

import gzip
import time
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, Point

from dashboard.app import create_app
from dashboard.context import layer_rows
from dashboard.maps import tile_works, tiles
from geodata.errors import WorkspaceError
from geodata.intake import IntakeRecord
from geodata.tile_store import TileStore
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

LON, LAT = 106.5, 29.5  # the middle of tile 8/203/106
FAR, MID, NEAR = (8, 203, 106), (9, 407, 212), (12, 3259, 1696)
MANY = tiles.LIGHT_ROWS + 1


def write(workspace: Workspace, name: str, rows: gpd.GeoDataFrame, **record: Any) -> None:
    rows.insert(0, "feature_id", [str(number) for number in range(len(rows))])
    workspace.write_layer(name, rows, IntakeRecord(name, rows_read=len(rows), accepted=len(rows), **record))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Return a motorway, a path beside it, and more clinics in one place than go in one body."""
    made = Workspace.create(tmp_path / "w")
    lines = [LineString([(LON, LAT + north), (LON + 0.01, LAT + north)]) for north in (0, 0.001)]
    roads = {"road_class": ["motorway_link", "track"], "name": ["外环\u202e", None]}
    write(made, "roads", gpd.GeoDataFrame(roads, geometry=lines, crs=4326), provenance="generated")
    points = [Point(LON + 1e-7 * number, LAT) for number in range(MANY)]
    kinds = {"kind": "clinic", "name": "诊所", "capacity": 3.0}
    write(made, "facilities", gpd.GeoDataFrame(kinds, geometry=points, crs=4326, index=range(MANY)))
    return made


def held(workspace: Workspace, layer: str, place: tuple[int, int, int], tmp_path: Path) -> gpd.GeoDataFrame:
    """Return what GDAL reads in a tile."""
    data = workspace.tiles.tile(layer, tiles.version(workspace, layer), place)
    assert data is not None
    (tmp_path / "tile.mvt").write_bytes(gzip.decompress(data))
    return pyogrio.read_dataframe(tmp_path / "tile.mvt")


def test_only_what_is_heavy_goes_as_tiles(workspace: Workspace) -> None:
    assert tiles.heavy_layers(workspace) == ["facilities"]
    assert not tiles.is_heavy(workspace, "parks")


def test_far_away_only_main_roads_and_no_names(workspace: Workspace, tmp_path: Path) -> None:
    assert tile_works.make(workspace, ["roads"])

    far, mid, near = (held(workspace, "roads", place, tmp_path) for place in (FAR, MID, NEAR))
    assert set(far.columns) == {"mvt_id", "road_class", "provenance", "geometry"}
    assert far["road_class"].tolist() == mid["road_class"].tolist() == ["motorway_link"]
    assert sorted(near["road_class"]) == ["motorway_link", "track"]
    assert mid["name"].tolist() == ["外环"]  # without what would turn the text around it
    assert set(near["provenance"]) == {"generated"}


def test_far_away_one_point_a_pixel(workspace: Workspace, tmp_path: Path) -> None:
    assert tile_works.make(workspace, ["facilities"])

    assert len(held(workspace, "facilities", FAR, tmp_path)) <= 2  # the row may lie on the edge of a pixel
    near = held(workspace, "facilities", MID, tmp_path)
    assert len(near) == MANY
    assert "capacity" not in near


@given(st.lists(st.tuples(st.floats(100, 110), st.floats(20, 40), st.integers(0, 10**6)), min_size=1))
def test_nobody_is_lost_far_away(points: list[tuple[float, float, int]]) -> None:
    people = [float(count) for *_, count in points]
    rows = gpd.GeoDataFrame({"people": people}, geometry=[Point(x, y) for x, y, _ in points], crs=4326)

    far = tiles._seen_from_afar(rows, "population")  # noqa: SLF001

    assert far["people"].sum() == sum(people)


def test_another_content_is_another_version(workspace: Workspace) -> None:
    before = tiles.version(workspace, "roads")
    assert tile_works.make(workspace, ["roads"])
    rows: Any = workspace.read_layer("roads")
    workspace.write_layer("roads", rows.iloc[:1], IntakeRecord("roads", rows_read=1, accepted=1))

    assert tiles.version(workspace, "roads") != before
    assert tile_works.make(workspace, ["roads"])
    assert [path.name for path in workspace.tiles.folder.glob("roads-*")] == [
        f"roads-{tiles.version(workspace, 'roads')}.pmtiles"
    ]


def test_a_failure_keeps_its_reason_until_it_is_forgotten(tmp_path: Path) -> None:
    store, version = TileStore(tmp_path), "0" * 16
    store.folder.mkdir()

    def fail(path: Path) -> None:
        path.write_bytes(b"half")
        raise RuntimeError("no room")

    with pytest.raises(RuntimeError, match="no room"):
        store.make("roads", version, fail)
    assert not store.is_ready("roads", version)
    assert store.failure("roads", version) == "no room"
    assert not list(tmp_path.rglob("*.pmtiles"))

    store.forget_failures()
    assert store.failure("roads", version) is None


def test_one_makes_tiles_at_a_time(tmp_path: Path) -> None:
    store = TileStore(tmp_path)
    assert not store.is_making()
    with store.maker() as first, TileStore(tmp_path).maker() as second:
        assert (first, second) == (True, False)
        assert TileStore(tmp_path).is_making()
    assert not store.is_making()


@pytest.mark.parametrize("layer", ["../districts", "roads/..", "", "道路"])
def test_names_lead_nowhere_else(tmp_path: Path, layer: str) -> None:
    with pytest.raises(FileNotFoundError):
        TileStore(tmp_path).tile(layer, "0" * 16, (0, 0, 0))


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "tiles").write_text("in the way")

    with pytest.raises(WorkspaceError, match="cannot be written"), TileStore(tmp_path).maker():
        pass


def test_the_server_has_them_made_and_hands_them_out(workspace: Workspace) -> None:
    client = create_app(workspace.path).server.test_client()

    def row() -> Any:
        answer = client.get("/layers.en.json").get_json()
        return next(each for each in answer["layers"] if each["name"] == "facilities")

    assert row()["state"] == "preparing"
    while (state := row()["state"]) == "preparing":
        time.sleep(0.2)
    assert state == "ready"
    (template,) = row()["sources"]["facilities"]["tiles"]

    def tile(z: int, x: int, y: int, **headers: str) -> Any:
        address = template.replace("{z}", str(z)).replace("{x}", str(x)).replace("{y}", str(y))
        return client.get(f"/{address}", headers={"Accept-Encoding": "gzip", **headers})

    full = tile(*MID)
    assert full.status_code == 200
    assert full.headers["Content-Encoding"] == "gzip"
    assert full.mimetype == "application/vnd.mapbox-vector-tile"
    assert "immutable" in full.headers["Cache-Control"]
    again = tile(*MID, **{"If-None-Match": full.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert tile(9, 0, 0).status_code == 204
    assert tile(9, 512, 0).status_code == 404
    assert tile(23, 0, 0).status_code == 404
    unknown = template.replace(tiles.version(workspace, "facilities"), "0" * 16)
    assert client.get(f"/{unknown.format(z=9, x=407, y=212)}").status_code == 404
    assert client.get("/tiles/..%2f..%2fetc/passwd/0/0/0.mvt").status_code == 404


def test_a_light_layer_is_one_body_named_by_its_content(workspace: Workspace) -> None:
    client = create_app(workspace.path).server.test_client()
    rows = {row["name"]: row for row in client.get("/layers.zh.json").get_json()["layers"]}
    address = rows["roads"]["sources"]["roads"]["data"]

    answer = client.get(f"/{address}", headers={"Accept-Encoding": "identity"})
    assert len(answer.get_json()["features"]) == len(layer_rows(workspace, "roads"))
    assert "immutable" in answer.headers["Cache-Control"]
    for strange in (address.replace("roads", "districts"), "layers/0000000000000000/roads.json"):
        assert client.get(f"/{strange}").status_code == 404
    heavy = f"layers/{tiles.version(workspace, 'facilities')}/facilities.json"
    assert client.get(f"/{heavy}").status_code == 404
