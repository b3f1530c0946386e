"""KML, KMZ, workbooks, drawings and file geodatabases: what offices hand over besides GIS formats."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
from shapely import LineString, Point, Polygon, box

from geodata.datum import wgs84_to_gcj02
from geodata.errors import SourceError
from geodata.ingest import import_source
from geodata.ingest.look import look
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

#  +------+------+   Two districts and a lane from one into the other.
#  | West | East |
#  |   ---+---   |
#  +------+------+
WEST, EAST = box(107.9, 30, 108, 30.1), box(108, 30, 108.1, 30.1)
LANE = LineString([(107.95, 30.05), (108.05, 30.05)])
PLACEMARK = (
    "<Placemark><name>{}</name><Polygon><outerBoundaryIs><LinearRing><coordinates>{}</coordinates>"
    "</LinearRing></outerBoundaryIs></Polygon></Placemark>"
)
KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}</Document></kml>'


def placemark(name: str, shape: Polygon) -> str:
    return PLACEMARK.format(name, " ".join(f"{x},{y}" for x, y in shape.exterior.coords))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "ws")


@pytest.mark.parametrize("ending", ["kml", "kmz"])
def test_places_in_folders_are_one_layer_told_apart_by_name(
    tmp_path: Path, workspace: Workspace, ending: str
) -> None:
    folders = [
        f"<Folder><name>{name}</name>{placemark(name, shape)}</Folder>"
        for name, shape in (("江津", WEST), ("永川", EAST))
    ]
    path = tmp_path / f"districts.{ending}"
    text = KML.format("".join(folders))
    if ending == "kml":
        path.write_text(text, encoding="utf-8")
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("doc.kml", text)

    (record,) = import_source(workspace, path)

    read = workspace.read_layer("districts")
    assert read is not None
    assert read["district_id"].tolist() == read["name"].tolist() == ["江津", "永川"]
    assert read.geometry[0].equals(WEST)
    assert any("told apart by their names" in note for note in record.notes)


def test_a_title_above_the_header_and_notes_on_another_sheet(tmp_path: Path, workspace: Workspace) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Please read me first"])
    sheet = book.create_sheet("2026")
    for row in (
        ["Clinics of the county"],
        [],
        ["编号", "类型", "名称", "经度", "纬度"],
        ["c1", "clinic", "卫生院", 108.05, 30.05],
        ["c2", "clinic", "=HYPERLINK(1)", "#REF!", 30.05],
    ):
        sheet.append(row)
    book.save(tmp_path / "facilities.xlsx")

    (record,) = import_source(workspace, tmp_path / "facilities.xlsx")

    read = workspace.read_layer("facilities")
    assert read is not None
    assert read[["feature_id", "kind", "name"]].to_numpy().tolist() == [["c1", "clinic", "卫生院"]]
    assert read.geometry[0] == Point(108.05, 30.05)
    assert record.quarantined == 1
    assert {"sheet '2026' read", "header found in row 3"} <= set(record.notes)


def test_two_sheets_that_could_be_meant_are_asked_about(tmp_path: Path, workspace: Workspace) -> None:
    book = openpyxl.Workbook()
    for year in ("2025", "2026"):
        sheet = book.create_sheet(year)
        sheet.append(["id", "kind", "lon", "lat"])
        sheet.append([f"c{year}", "clinic", 108.05, 30.05])
    book.save(tmp_path / "facilities.xlsx")

    with pytest.raises(SourceError, match=r"which sheet holds facilities is not clear .*--table"):
        import_source(workspace, tmp_path / "facilities.xlsx")
    import_source(workspace, tmp_path / "facilities.xlsx", table="2025")

    read = workspace.read_layer("facilities")
    assert read is not None
    assert read["feature_id"].tolist() == ["c2025"]


def test_lines_of_a_drawing_in_a_system_that_is_named(tmp_path: Path, workspace: Workspace) -> None:
    gauss_kruger = "EPSG:4545"
    rows = gpd.GeoDataFrame({"Layer": ["ROADS"]}, geometry=[LANE], crs=4326).to_crs(gauss_kruger)
    rows.to_file(tmp_path / "roads.dxf", driver="DXF")

    with pytest.raises(SourceError, match="name it with --crs"):
        import_source(workspace, tmp_path / "roads.dxf")
    (record,) = import_source(workspace, tmp_path / "roads.dxf", crs=gauss_kruger)

    read = workspace.read_layer("roads")
    assert read is not None
    assert read.geometry[0].hausdorff_distance(LANE) < 1e-8
    assert read["layer"].isna().all()  # the drawing's layer is a name, not a level
    assert any("no column for road_class" in note for note in record.notes)


@pytest.mark.parametrize("zipped", [False, True])
def test_tables_of_a_file_geodatabase(tmp_path: Path, workspace: Workspace, *, zipped: bool) -> None:
    path = tmp_path / "handed_over.gdb"
    ids = {"district_id": ["01", "02"], "name": ["江津", "永川"]}
    both = gpd.GeoDataFrame(ids, geometry=[WEST, EAST], crs=4326)
    both.to_file(path, driver="OpenFileGDB", layer="districts")
    lane = gpd.GeoDataFrame({"feature_id": ["r1"], "road_class": ["primary"]}, geometry=[LANE], crs=4326)
    lane.to_file(path, driver="OpenFileGDB", layer="roads", mode="a")
    if zipped:
        with zipfile.ZipFile(tmp_path / "handed_over.zip", "w") as archive:
            for part in path.iterdir():
                archive.write(part, f"from the office/handed_over.gdb/{part.name}")
        path = tmp_path / "handed_over.zip"

    records = import_source(workspace, path)

    assert [record.layer for record in records] == ["districts", "roads"]
    read = workspace.read_layer("roads")
    assert read is not None
    assert read["road_class"].tolist() == ["primary"]


def test_places_that_lie_elsewhere_are_told_of(tmp_path: Path, workspace: Workspace) -> None:
    ids = {"district_id": ["01", "02"], "name": ["江津", "永川"]}
    gpd.GeoDataFrame(ids, geometry=[WEST, EAST], crs=4326).to_file(tmp_path / "districts.geojson")
    import_source(workspace, tmp_path / "districts.geojson")
    rows = ("id,kind,lon,lat", "c1,clinic,108.05,30.05", "c2,clinic,0,0", "c3,clinic,107,30")
    (tmp_path / "facilities.csv").write_text("\n".join(rows))

    (record,) = import_source(workspace, tmp_path / "facilities.csv")

    assert any("1 of 2 places of facilities lie outside all districts" in note for note in record.notes)
    rejected = workspace.quarantine("facilities")
    assert rejected is not None
    assert "0,0" in rejected["reason"][0]


def test_a_road_shifted_by_chinese_maps_is_recognised(tmp_path: Path, workspace: Workspace) -> None:
    ids = {"district_id": ["01", "02"], "name": ["江津", "永川"]}
    gpd.GeoDataFrame(ids, geometry=[WEST, EAST], crs=4326).to_file(tmp_path / "districts.geojson")
    import_source(workspace, tmp_path / "districts.geojson")
    ring = EAST.buffer(-0.0005).exterior.segmentize(0.01)
    x, y = wgs84_to_gcj02(*np.array(ring.coords).T)
    rows = {"feature_id": ["r1"], "road_class": ["primary"]}
    shifted = gpd.GeoDataFrame(rows, geometry=[LineString(zip(x, y, strict=True))], crs=4326)
    shifted.to_file(tmp_path / "roads.geojson")

    (doubtful,) = import_source(workspace, tmp_path / "roads.geojson")
    (mended,) = import_source(workspace, tmp_path / "roads.geojson", datum="gcj02")

    assert any("like GCJ02" in note and "--datum gcj02" in note for note in doubtful.notes)
    assert not any("shifted" in note for note in mended.notes)


def test_columns_of_a_kml_keep_their_chinese_names(tmp_path: Path, workspace: Workspace) -> None:
    data = "".join(
        f'<Data name="{name}"><value>{value}</value></Data>'
        for name, value in (("产业", "食品"), ("状态", "在建"), ("note", "<![CDATA[a & b]]>"))
    )
    place = (
        "<Placemark><name>东园</name><ExtendedData>{}</ExtendedData>"
        "<Point><coordinates>1,2</coordinates></Point></Placemark>"
    )
    path = tmp_path / "parks.kml"
    path.write_text(KML.format(place.format(data)), encoding="utf-8")

    (found,) = look(path)
    import_source(workspace, path)

    assert {column.name: column.examples[0][0] for column in found.columns if column.filled} == {
        "Name": "东园",
        "产业": "食品",
        "状态": "在建",
        "note": "a & b",
    }
    rows = workspace.read_layer("parks")
    assert rows is not None
    assert (list(rows["industries"][0]), rows["status"][0]) == (["食品"], "building")
