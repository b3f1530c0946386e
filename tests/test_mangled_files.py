"""Good files of each format, mangled by chance: refused with a reason, or every row of them accounted for."""

from __future__ import annotations

import io
import random
import zipfile
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from shapely.geometry import LineString, Point, box

from geodata.errors import BordergapError
from geodata.ingest import import_source
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

SEEDS = range(4)
LEAST_WORDS = 3  # of a reason
FILES = {
    "roads.geojson": "roads",
    "roads.gpkg": "roads",
    "roads.parquet": "roads",
    "roads.zip": "roads",
    "roads.dxf": "roads",
    "roads.osm": "roads",
    "facilities.fgb": "facilities",
    "facilities.kml": "facilities",
    "facilities.csv": "facilities",
    "facilities.xlsx": "facilities",
    "people.tif": "population",
}
# What breaks readers when it stands where something else did.
SPLINTERS = [
    *(b"NaN", b"1e999", b"-1", b"null", b"[]", b"{}", b'"', b"<", b"&", b",,,,", b"\n\n", b"=1+1"),
    *(b"\x00", b"\xff\xfe", b"9" * 400, "é中".encode()),
]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a good file of each format."""
    folder = tmp_path_factory.mktemp("good")
    lines = [LineString([(106 + k / 100, 29), (106.02 + k / 100, 29.01)]) for k in range(12)]
    roads = gpd.GeoDataFrame(
        {"name": list("甲乙丙丁") * 3, "road_class": ["primary", "track"] * 6}, geometry=lines, crs=4326
    )
    facilities = gpd.GeoDataFrame(
        {"name": list("甲乙丙丁"), "kind": ["clinic", "school"] * 2},
        geometry=[Point(106.1 + k / 10, 29.5) for k in range(4)],
        crs=4326,
    )
    for name in ("roads.geojson", "roads.gpkg", "roads.shp"):
        roads.to_file(folder / name)
    roads[["geometry"]].to_file(folder / "roads.dxf", driver="DXF")
    roads.to_parquet(folder / "roads.parquet")
    facilities.to_file(folder / "facilities.fgb")
    facilities.to_file(folder / "facilities.kml", driver="KML")
    sheet = facilities.drop(columns="geometry").assign(lon=facilities.geometry.x, lat=facilities.geometry.y)
    sheet.to_csv(folder / "facilities.csv", index=False)
    sheet.to_excel(folder / "facilities.xlsx", index=False)
    with zipfile.ZipFile(folder / "roads.zip", "w") as archive:
        for part in sorted(folder.glob("roads.*")):
            if part.suffix in {".shp", ".shx", ".dbf", ".prj", ".cpg"}:
                archive.write(part, part.name)
    nodes = "".join(f'<node id="{k}" lat="{29 + k / 100}" lon="{106 + k / 100}"/>' for k in range(1, 9))
    ways = "".join(
        f'<way id="{k}"><nd ref="{k}"/><nd ref="{k + 1}"/><tag k="highway" v="track"/></way>' for k in (1, 4)
    )
    (folder / "roads.osm").write_text(f'<?xml version="1.0"?><osm version="0.6">{nodes}{ways}</osm>')
    shape = {"height": 8, "width": 8, "count": 1, "dtype": "float32", "crs": "EPSG:4326", "nodata": -1}
    with rasterio.open(
        folder / "people.tif", "w", transform=rasterio.Affine(0.01, 0, 106, 0, -0.01, 30), **shape
    ) as raster:
        raster.write(np.arange(64, dtype="float32").reshape(1, 8, 8))
    return folder


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return a workspace with districts, and roads that a failed import must not touch."""
    folder = tmp_path_factory.mktemp("mangled")
    districts = {"district_id": ["500101", "500102"], "name": ["万州区", "涪陵区"]}
    shapes = [box(106 + k, 29, 107 + k, 30) for k in range(2)]
    gpd.GeoDataFrame(districts, geometry=shapes, crs=4326).to_file(folder / "districts.geojson")
    made = Workspace.create(folder / "workspace")
    import_source(made, folder / "districts.geojson")
    return made


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", FILES)
def test_a_mangled_file_is_refused_or_counted(
    good: Path, workspace: Workspace, tmp_path: Path, name: str, seed: int
) -> None:
    chance = random.Random(f"{name} {seed}")  # noqa: S311  # the same in every run
    path = tmp_path / name
    path.write_bytes(mangled_archive(good / name, chance) if seed % 2 else mangled(good / name, chance))
    before = {layer: workspace.layer_hash(layer) for layer in workspace.layer_names()}

    try:
        (record,) = import_source(workspace, path, layer=FILES[name])
    except BordergapError as error:
        refusal = str(error)
        told = [name in refusal, len(refusal.removeprefix(name).split()) > LEAST_WORDS]
        after = {layer: workspace.layer_hash(layer) for layer in workspace.layer_names()}
        assert (told, after) == ([True, True], before), refusal  # either end will do
        return
    assert record.accepted + record.quarantined == record.rows_read > 0
    kept = workspace.read_layer(record.layer)
    assert isinstance(kept, gpd.GeoDataFrame)
    assert kept.geometry.is_valid.all()
    assert not kept.geometry.is_empty.any()
    west, south, east, north = kept.total_bounds
    assert -180 <= west <= east <= 180
    assert -90 <= south <= north <= 90


def mangled(path: Path, chance: random.Random) -> bytes:
    """Return the bytes of a file, some of them changed, moved, left out or put in."""
    return shaken(path.read_bytes(), chance)


def mangled_archive(path: Path, chance: random.Random) -> bytes:
    """Return the file with one of the files inside it mangled; what is no archive, as `mangled` does."""
    if not zipfile.is_zipfile(path):
        return mangled(path, chance)
    packed = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        victim = chance.choice(source.namelist())
        for member in source.namelist():
            body = source.read(member)
            target.writestr(member, shaken(body, chance) if member == victim else body)
    return packed.getvalue()


def shaken(body: bytes, chance: random.Random) -> bytes:
    """Return the bytes after a few blows."""
    found = bytearray(body)
    for _ in range(chance.choice([1, 2, 4, 16])):
        at, other = chance.randrange(len(found)), chance.randrange(len(found))
        splinter = chance.choice(SPLINTERS)
        blow = chance.randrange(6)
        if blow == 0:
            found[at] ^= 1 << chance.randrange(8)
        elif blow == 1:
            del found[at : min(at + chance.choice([1, 8, 64, 512]), len(found) - 1)]
        elif blow == 2:
            found[at:at] = splinter
        elif blow == 3:
            found[at : at + len(splinter)] = splinter
        elif blow == 4:
            found[at : at + 64] = found[other : other + 64]
        else:
            found[at : at + 4] = chance.choice([b"\xff", b"\x00", b"\x7f", b"\x80"]) * 4
    return bytes(found)
