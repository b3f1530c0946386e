"""Files of other programs: parts of shapefiles that do not fit, JSON of other kinds, systems by name."""

from __future__ import annotations

import json
import sqlite3
import struct
from contextlib import closing
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pytest
from shapely import Point

from geodata.errors import SettingsError, SourceError
from geodata.ingest import import_source
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

POINT = {"type": "Point", "coordinates": [106.5, 29.5]}
FEATURE = {"type": "Feature", "properties": {"name": "甲", "kind": "clinic"}, "geometry": POINT}
CLINICS = gpd.GeoDataFrame(
    {"name": ["甲", "乙", "丙", "丁"], "kind": ["clinic"] * 4},
    geometry=[Point(106.5 + k / 10, 29.5) for k in range(4)],
    crs=4326,
)
DBF_HEADER, SHX_ROW = 8, 8  # where its lengths stand; bytes of a row


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "ws")


def shapefile(folder: Path, encoding: str = "utf-8") -> Path:
    path = folder / "facilities.shp"
    CLINICS.to_file(path, encoding=encoding)
    return path


def written(folder: Path, content: Any, name: str = "facilities.geojson", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(json.dumps(content, ensure_ascii=False).encode(encoding))
    return path


def names(workspace: Workspace) -> list[str]:
    frame = workspace.read_layer("facilities")
    assert frame is not None
    return frame["name"].tolist()


def reasons(workspace: Workspace) -> list[str]:
    aside = workspace.quarantine("facilities")
    assert aside is not None
    return [
        f"{row}: {reason.partition(';')[0]}"
        for row, reason in zip(aside["row"], aside["reason"], strict=True)
    ]


def test_shapes_without_a_row_of_values_are_set_aside(tmp_path: Path, workspace: Workspace) -> None:
    path = shapefile(tmp_path)
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    start, width = struct.unpack("<HH", table[DBF_HEADER : DBF_HEADER + 4])
    path.with_suffix(".dbf").write_bytes(table[: start + 2 * width])

    (record,) = import_source(workspace, path)

    assert (record.rows_read, record.accepted, record.quarantined) == (4, 2, 2)
    assert reasons(workspace) == [f"{row}: its row in the .dbf is missing" for row in (3, 4)]


def test_rows_of_values_without_a_shape_are_set_aside(tmp_path: Path, workspace: Workspace) -> None:
    path = shapefile(tmp_path)
    index = path.with_suffix(".shx").read_bytes()[:-SHX_ROW]
    path.with_suffix(".shx").write_bytes(index[:24] + struct.pack(">i", len(index) // 2) + index[28:])

    (record,) = import_source(workspace, path)

    assert (record.rows_read, record.accepted, record.quarantined) == (4, 3, 1)
    assert reasons(workspace) == ["4: its shape in the .shp is missing"]


@pytest.mark.parametrize("cpg", ["936", "ANSI 936", "OEM", "GBK"])
def test_encodings_are_known_by_what_programs_call_them(
    tmp_path: Path, workspace: Workspace, cpg: str
) -> None:
    path = shapefile(tmp_path, "gbk")
    path.with_suffix(".cpg").write_text(cpg, encoding="ascii")

    import_source(workspace, path)

    assert names(workspace) == ["甲", "乙", "丙", "丁"]


@pytest.mark.parametrize(("really", "said"), [("gbk", "UTF-8"), ("utf-8", "GBK")])
def test_a_wrong_encoding_can_be_put_right(
    tmp_path: Path, workspace: Workspace, really: str, said: str
) -> None:
    path = shapefile(tmp_path, really)
    path.with_suffix(".cpg").write_text(said, encoding="ascii")

    with pytest.raises(SourceError, match=r"its texts are .* says.*; name .* with --encoding"):
        import_source(workspace, path)
    import_source(workspace, path, encoding=really)

    assert names(workspace) == ["甲", "乙", "丙", "丁"]


def test_a_system_with_a_name_in_gbk_is_read(tmp_path: Path, workspace: Workspace) -> None:
    path = shapefile(tmp_path)
    prj = path.with_suffix(".prj")
    prj.write_bytes(prj.read_text(encoding="ascii").replace("GCS_WGS_1984", "地理坐标").encode("gbk"))

    (record,) = import_source(workspace, path)

    assert record.accepted == 4
    assert path.with_suffix(".prj").read_bytes() == prj.read_bytes()


def test_degrees_that_are_said_to_be_metres_are_refused(tmp_path: Path, workspace: Workspace) -> None:
    path = tmp_path / "facilities.gpkg"
    CLINICS.set_crs("EPSG:4545", allow_override=True).to_file(path)

    with pytest.raises(SourceError, match=r"'EPSG:4545' is in metres, but .* degrees, as 106\.5, 29\.5"):
        import_source(workspace, path)
    (record,) = import_source(workspace, path, crs="EPSG:4490")

    assert record.accepted == 4


@pytest.mark.parametrize("name", ["facilities.geojson", "facilities.json"])
def test_features_without_a_collection_are_read(tmp_path: Path, workspace: Workspace, name: str) -> None:
    (record,) = import_source(workspace, written(tmp_path, [FEATURE, FEATURE], name))

    assert (record.rows_read, record.accepted) == (2, 2)


def test_rows_with_a_geometry_object_are_read(tmp_path: Path, workspace: Workspace) -> None:
    rows = [{"name": "甲", "kind": "clinic", "geometry": POINT}, {"name": "乙", "geometry": {"type": "?"}}]

    (record,) = import_source(workspace, written(tmp_path, rows, "facilities.json"))

    assert (record.accepted, record.quarantined) == (1, 1)
    assert reasons(workspace) == ["2: its WKT cannot be read"]


@pytest.mark.parametrize(
    "crs",
    [
        "EPSG:4490",
        {"type": "EPSG", "properties": {"code": 4490}},
        *(
            {"type": "name", "properties": {"name": name}}
            for name in (
                "CGCS2000",
                "urn:ogc:def:crs:EPSG::4490",
                "http://www.opengis.net/def/crs/EPSG/0/4490",
                "GCS_China_Geodetic_Coordinate_System_2000",
                "China Geodetic Coordinate System 2000",
                4490,
            )
        ),
    ],
)
def test_a_system_is_known_by_any_of_its_names(tmp_path: Path, workspace: Workspace, crs: Any) -> None:
    content = {"type": "FeatureCollection", "crs": crs, "features": [FEATURE]}

    (record,) = import_source(workspace, written(tmp_path, content))

    assert record.crs == "EPSG:4490"


def test_who_knows_the_system_goes_before_a_name_nobody_knows(tmp_path: Path, workspace: Workspace) -> None:
    crs = {"type": "name", "properties": {"name": "重庆独立坐标系"}}
    path = written(tmp_path, {"type": "FeatureCollection", "crs": crs, "features": [FEATURE]})

    with pytest.raises(SourceError, match="reference system '重庆独立坐标系' is not known"):
        import_source(workspace, path)
    (record,) = import_source(workspace, path, crs="EPSG:4490")

    assert record.crs == "EPSG:4490"


@pytest.mark.parametrize(
    "name", ["+proj=longlat +nadgrids=/etc/passwd", "http://127.0.0.1/crs", "/etc/passwd"]
)
def test_a_definition_that_may_lead_elsewhere_is_not_looked_at(
    tmp_path: Path, workspace: Workspace, name: str
) -> None:
    crs = {"type": "name", "properties": {"name": name}}
    path = written(tmp_path, {"type": "FeatureCollection", "crs": crs, "features": [FEATURE]})

    with pytest.raises(SourceError, match="is not known; name an EPSG code in it, or remove it"):
        import_source(workspace, path, crs="EPSG:4490")


def test_json_in_another_encoding_is_read_where_that_is_said(tmp_path: Path, workspace: Workspace) -> None:
    collection = {"type": "FeatureCollection", "features": [FEATURE]}
    path = written(tmp_path, collection, encoding="gbk")

    with pytest.raises(SourceError, match=r"save it as UTF-8, or name its encoding with --encoding"):
        import_source(workspace, path)
    with pytest.raises(SourceError, match=r"encoding 'klingon' is not known"):
        import_source(workspace, path, encoding="klingon")
    import_source(workspace, path, encoding="gbk")
    assert names(workspace) == ["甲"]
    import_source(workspace, written(tmp_path, collection, encoding="utf-16"))
    assert names(workspace) == ["甲"]


def test_json_of_another_kind_is_told(tmp_path: Path, workspace: Workspace) -> None:
    esri = {
        "geometryType": "esriGeometryPoint",
        "features": [{"attributes": {}, "geometry": {"x": 1, "y": 2}}],
    }

    with pytest.raises(SourceError, match="it is JSON of another kind; export it as a GeoJSON Feature"):
        import_source(workspace, written(tmp_path, esri))


def test_settings_at_fault_are_told_before_files_are_read(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "region"
    folder.mkdir()
    written(folder, {"type": "FeatureCollection", "features": [FEATURE]})
    (folder / "config.json").write_text('{"zone_m": -5}', encoding="utf-8")
    monkeypatch.setattr("geodata.ingest.importer.raw_sources", lambda *_: pytest.fail("a file was read"))

    with pytest.raises(SettingsError, match=r"config\.json"):
        import_source(workspace, folder)


def with_raster(path: Path) -> Path:
    """Return a GeoPackage with a table of tiles that says it is one."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE 影像 (id INTEGER PRIMARY KEY, tile_data BLOB)")
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('影像', 'tiles', '影像')"
        )
        database.commit()
    return path


def test_rasters_of_a_geopackage_are_named_as_left_aside(tmp_path: Path, workspace: Workspace) -> None:
    CLINICS.to_file(tmp_path / "facilities.gpkg")

    (record,) = import_source(workspace, with_raster(tmp_path / "facilities.gpkg"))

    assert "rasters, not used: 影像" in record.notes
    with closing(sqlite3.connect(tmp_path / "facilities.gpkg")) as database:
        database.execute("DELETE FROM gpkg_contents WHERE data_type = 'features'")
        database.commit()
    with pytest.raises(SourceError, match=r"there are only rasters in it: 影像; export the layer"):
        import_source(workspace, tmp_path / "facilities.gpkg")


def test_two_tables_of_one_layer_are_named(tmp_path: Path, workspace: Workspace) -> None:
    for table in ("医院", "学校"):
        CLINICS.to_file(tmp_path / "places.gpkg", layer=table)

    with pytest.raises(SourceError, match=r"医院 and 学校 are both facilities; import each .* --table"):
        import_source(workspace, tmp_path / "places.gpkg")


KML = '<?xml version="1.0" encoding="{}"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}</Document></kml>'
PLACEMARK = "<Placemark><name>{}</name><Point><coordinates>106.5,29.5</coordinates></Point></Placemark>"


def test_kml_in_gbk_is_read(tmp_path: Path, workspace: Workspace) -> None:
    path = tmp_path / "facilities.kml"
    path.write_text(KML.format("GBK", PLACEMARK.format("甲卫生院")), encoding="gbk")
    import_source(workspace, path)
    assert names(workspace) == ["甲卫生院"]

    path.write_text(KML.format("GBK", PLACEMARK.format("名")), encoding="utf-8")
    with pytest.raises(SourceError, match="its letters are not gbk, as it says; save it as UTF-8"):
        import_source(workspace, path)
    path.write_text(KML.format("klingon", PLACEMARK.format("A")), encoding="utf-8")
    with pytest.raises(SourceError, match="in an encoding nobody knows; save it as UTF-8"):
        import_source(workspace, path)


def test_a_kml_called_kmz_is_told(tmp_path: Path, workspace: Workspace) -> None:
    (tmp_path / "facilities.kmz").write_text(KML.format("UTF-8", ""), encoding="utf-8")

    with pytest.raises(SourceError, match=r"let its name end in \.kml"):
        import_source(workspace, tmp_path / "facilities.kmz")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"AutoCAD Binary DXF\r\n\x1a\x00", r"a binary drawing; save it as DXF in text"),
        (b"AC1032\x00\x00", r"a \.dwg by another name; save it as \.dxf"),
        (b"0\nSECTION\n2\nENTITIES\n0\nLINE\n8\n0\n10\n1\n20\n2\n", r"its end is missing.*; export it again"),
    ],
)
def test_drawings_in_another_form_are_told(
    tmp_path: Path, workspace: Workspace, content: bytes, said: str
) -> None:
    (tmp_path / "roads.dxf").write_bytes(content)

    with pytest.raises(SourceError, match=said):
        import_source(workspace, tmp_path / "roads.dxf")


@pytest.mark.parametrize("column", ["geometry", "wkb"])
def test_parquet_that_says_nothing_of_its_geometry_is_read(
    tmp_path: Path, workspace: Workspace, column: str
) -> None:
    plain = pd.DataFrame({"name": CLINICS["name"], "kind": "clinic", column: CLINICS.to_wkb()["geometry"]})
    plain.to_parquet(tmp_path / "facilities.parquet")

    (record,) = import_source(workspace, tmp_path / "facilities.parquet")

    assert record.accepted == 4
    assert "no reference system declared: values are degrees, taken as WGS 84" in record.notes


def test_parquet_with_points_as_two_numbers_is_read(tmp_path: Path, workspace: Workspace) -> None:
    points = [{"x": shape.x, "y": shape.y} for shape in CLINICS.geometry]
    plain = pd.DataFrame({"name": CLINICS["name"], "kind": "clinic", "geometry": points})
    plain.to_parquet(tmp_path / "facilities.parquet")

    (record,) = import_source(workspace, tmp_path / "facilities.parquet")

    assert record.accepted == 4


@pytest.mark.parametrize("about", ["{bad", '{"primary_column": "nope", "columns": {}}', "[]"])
def test_parquet_that_says_nonsense_of_its_geometry_is_told(
    tmp_path: Path, workspace: Workspace, about: str
) -> None:
    path = tmp_path / "facilities.parquet"
    CLINICS.to_parquet(path)
    table = pq.read_table(path)
    pq.write_table(table.replace_schema_metadata({b"geo": about.encode()}), path)

    with pytest.raises(SourceError, match="what it says of its geometry cannot be understood; export"):
        import_source(workspace, path)


def test_flatgeobuf_that_is_cut_off_is_told(tmp_path: Path, workspace: Workspace) -> None:
    path = tmp_path / "facilities.fgb"
    CLINICS.to_file(path)
    path.write_bytes(path.read_bytes()[:-40])

    with pytest.raises(SourceError, match="it is cut off or damaged; export the file again"):
        import_source(workspace, path)
