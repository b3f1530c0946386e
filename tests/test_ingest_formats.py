"""Formats: the same districts and clinics, handed over in every way, come to the same layer."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from shapely import Point, Polygon, box

from geodata.errors import BordergapError, SourceError, UsageError
from geodata.ingest import import_source
from geodata.ingest.look import look
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WEST, EAST = box(107.9, 30, 108, 30.1), box(108, 30, 108.1, 30.1)
GAUSS_KRUGER = "EPSG:4545"  # CGCS2000, 3-degree zone around 108 E


def districts() -> gpd.GeoDataFrame:
    rows = {"district_id": ["01", "02"], "name": ["江津", "Böhl <b>"], "population": [1200.0, None]}
    return gpd.GeoDataFrame(rows, geometry=[WEST, EAST], crs=4326)


def write_shapefile(path: Path, rows: gpd.GeoDataFrame, encoding: str = "utf-8") -> None:
    short = {name: name[:10] for name in rows.columns}  # all that the format leaves of a name
    rows.rename(columns=short).to_file(path, encoding=encoding)


def write_parquet(path: Path) -> None:
    districts().to_parquet(path)


def write_geoarrow(path: Path) -> None:
    districts().to_parquet(path, geometry_encoding="geoarrow")


def write_gauss_kruger(path: Path) -> None:
    districts().to_crs(GAUSS_KRUGER).to_file(path)


def write_gauss_kruger_shapefile(path: Path) -> None:
    write_shapefile(path, districts().to_crs(GAUSS_KRUGER))


def write_zipped(path: Path) -> None:
    loose = path.parent / "loose"
    loose.mkdir()
    write_shapefile(loose / "districts.shp", districts())
    with zipfile.ZipFile(path, "w") as archive:
        for part in loose.iterdir():
            archive.write(part, f"handed over/{part.name}")


def write_plain(path: Path) -> None:
    districts().to_file(path)


def write_wkt(path: Path) -> None:
    rows = districts()
    pd.DataFrame(rows.drop(columns="geometry")).assign(wkt=rows.geometry.to_wkt()).to_csv(path, index=False)


WRITERS: dict[str, Callable[[Path], None]] = {
    "districts.geojson": write_plain,
    "districts.gpkg": write_gauss_kruger,
    "districts.shp": write_gauss_kruger_shapefile,
    "districts.fgb": write_plain,
    "districts.zip": write_zipped,
    "districts.parquet": write_parquet,
    "districts.geoparquet": write_geoarrow,
    "districts.csv": write_wkt,
}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "ws")


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_comes_to_the_same_layer(tmp_path: Path, workspace: Workspace, name: str) -> None:
    WRITERS[name](tmp_path / name)

    (record,) = import_source(workspace, tmp_path / name)

    read = workspace.read_layer("districts")
    assert read is not None
    read = read.sort_values("district_id")  # FlatGeobuf has an order of its own
    assert read["district_id"].tolist() == ["01", "02"]
    assert read["name"].tolist() == ["江津", "Böhl <b>"]
    assert read["population"].tolist()[0] == 1200
    assert read["population"].isna().tolist() == [False, True]
    for shape, drawn in zip(read.geometry, (WEST, EAST), strict=True):
        assert shape.hausdorff_distance(drawn) < 1e-8
    assert (record.rows_read, record.accepted, record.quarantined) == (2, 2, 0)
    metres = name in {"districts.gpkg", "districts.shp"}
    assert record.crs in ({GAUSS_KRUGER} if metres else {"EPSG:4326", "OGC:CRS84"})
    assert record.source is not None
    assert record.source.startswith(name)


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("feature_id,kind,lon,lat", "utf-8"),
        ("id,kind,longitude,latitude", "utf-8-sig"),
        ("编号,类型,经度,纬度", "gb18030"),
        ("ID;Kind;Lng;Lat", "utf-16"),
    ],
)
def test_csv_columns_go_by_many_names(
    tmp_path: Path, workspace: Workspace, header: str, encoding: str
) -> None:
    rows = "c1,clinic,108.5,30.25" if "," in header else "c1;clinic;108,5;30,25"
    path = tmp_path / "facilities.csv"
    path.write_bytes(f"{header}\n{rows}\n".encode(encoding))

    import_source(workspace, path)

    read = workspace.read_layer("facilities")
    assert read is not None
    assert (read["feature_id"][0], read["kind"][0], read.geometry[0]) == ("c1", "clinic", Point(108.5, 30.25))


def test_letters_that_prove_no_encoding_are_asked_for(tmp_path: Path, workspace: Workspace) -> None:
    path = tmp_path / "facilities.csv"
    path.write_bytes("id,kind,name,lon,lat\nc1,clinic,Zürich,8.5,47.4\n".encode("latin-1"))

    with pytest.raises(SourceError, match="--encoding"):
        import_source(workspace, path)
    import_source(workspace, path, encoding="latin-1")

    read = workspace.read_layer("facilities")
    assert read is not None
    assert read["name"][0] == "Zürich"


def test_a_line_of_another_width_is_set_aside_in_full(tmp_path: Path, workspace: Workspace) -> None:
    path = tmp_path / "facilities.csv"
    path.write_text("id,kind,name,lon,lat\nc1,clinic,A, B,108,30\nc2,clinic,C,108,30\n", encoding="utf-8")

    (record,) = import_source(workspace, path)

    assert (record.accepted, record.quarantined) == (1, 1)
    quarantine = workspace.quarantine("facilities")
    assert quarantine is not None
    assert quarantine["row"].tolist() == ["1"]
    assert "6 cells instead of 5" in quarantine["reason"][0]
    assert quarantine["line"][0] == "c1,clinic,A, B,108,30"


def test_rejected_rows_come_back_when_they_are_mended(tmp_path: Path, workspace: Workspace) -> None:
    rows = gpd.GeoDataFrame(
        {"feature_id": ["a", None], "kind": ["clinic", "school"]},
        geometry=[Point(108, 30), Point(108.1, 30)],
        crs=4326,
    )
    rows.to_crs(GAUSS_KRUGER).to_file(tmp_path / "facilities.gpkg")
    import_source(workspace, tmp_path / "facilities.gpkg")

    rejected = pd.read_csv(workspace.path / "quarantine" / "facilities.csv", dtype=str)
    rejected["feature_id"] = "b"
    rejected.to_csv(tmp_path / "facilities.csv", index=False)
    (record,) = import_source(workspace, tmp_path / "facilities.csv")

    read = workspace.read_layer("facilities")
    assert read is not None
    assert read.geometry[0].distance(Point(108.1, 30)) < 1e-9
    assert record.notes == ()


def test_a_geopackage_of_several_layers_is_taken_by_their_names(tmp_path: Path, workspace: Workspace) -> None:
    path = tmp_path / "all.gpkg"
    districts().to_file(path, layer="districts")
    districts().to_file(path, layer="drawing")
    places = gpd.GeoDataFrame({"feature_id": ["p"], "people": [7]}, geometry=[Point(108, 30)], crs=4326)
    places.to_file(path, layer="population")

    records = import_source(workspace, path)

    assert [record.layer for record in records] == ["districts", "population"]
    with pytest.raises(SourceError, match="none of its tables"):
        import_source(workspace, path, layer="roads")


def test_a_shapefile_in_gbk_without_cpg(tmp_path: Path, workspace: Workspace) -> None:
    path = tmp_path / "districts.shp"
    rows = districts()
    rows["name"] = ["江津", "开州"]
    write_shapefile(path, rows, "gbk")
    path.with_suffix(".cpg").unlink()
    table = bytearray(path.with_suffix(".dbf").read_bytes())
    table[29] = 0  # no code page
    path.with_suffix(".dbf").write_bytes(table)

    import_source(workspace, path)

    read = workspace.read_layer("districts")
    assert read is not None
    assert read["name"].tolist() == ["江津", "开州"]


# --- what must not happen ----------------------------------------------------------------------------------


def feature_collection(**more: Any) -> str:
    properties = {"district_id": "01", "name": "A"}
    feature = {"type": "Feature", "properties": properties, "geometry": WEST.__geo_interface__}
    return json.dumps({"type": "FeatureCollection", "features": [feature], **more})


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (
            "districts.geojson",
            feature_collection(crs={"type": "link", "properties": {"href": "http://127.0.0.1:9/"}}),
            "link",
        ),
        (
            "districts.geojson",
            feature_collection(crs={"type": "name", "properties": {"name": "+init=x"}}),
            "crs",
        ),
        ("districts.geojson", "<OGRVRTDataSource/>", "not JSON"),
        ("districts.geojson", "[" * 100_000, "nested"),
        ("districts.geojson", json.dumps({"type": "FeatureCollection", "features": []}), "no features"),
        ("districts.geojson", json.dumps({"type": "Topology"}), "FeatureCollection"),
        ("districts.gpkg", "<OGRVRTDataSource/>", "content"),
        ("districts.fgb", "<OGRVRTDataSource/>", "content"),
        ("districts.parquet", "PAR1", "export the file again"),
        ("districts.zip", "PK\x03\x04", "zip it again"),
        ("districts.vrt", "<OGRVRTDataSource/>", "not supported"),
        ("districts.csv", "", "line 1"),
        ("districts.csv", "a,a\n1,2\n", "twice"),
    ],
)
def test_what_is_none_of_the_formats_is_refused(
    tmp_path: Path, workspace: Workspace, name: str, content: str, words: str
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")

    with pytest.raises(SourceError, match=words) as caught:
        import_source(workspace, tmp_path / name, layer="districts")

    assert str(caught.value).startswith(f"{name} cannot be used:")
    assert workspace.layer_names() == []


def test_a_database_that_reads_other_files_is_refused(tmp_path: Path, workspace: Workspace) -> None:
    path = tmp_path / "districts.gpkg"
    districts().to_file(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA writable_schema = ON")
        sql = "CREATE VIRTUAL TABLE t USING VirtualText('/etc/hostname')"
        database.execute("INSERT INTO sqlite_master VALUES ('table', 't', 't', 0, ?)", (sql,))
        database.commit()

    with pytest.raises(SourceError, match="does more than hold data"):
        import_source(workspace, path)


@pytest.mark.parametrize("entry", ["../districts.geojson", "/districts.geojson", "C:\\districts.geojson"])
def test_an_archive_that_leads_out_of_itself_is_refused(
    tmp_path: Path, workspace: Workspace, entry: str
) -> None:
    with zipfile.ZipFile(tmp_path / "districts.zip", "w") as archive:
        archive.writestr(entry, feature_collection())

    with pytest.raises(SourceError, match="leads out"):
        import_source(workspace, tmp_path / "districts.zip")


def test_an_archive_that_swells_is_refused(tmp_path: Path, workspace: Workspace) -> None:
    with zipfile.ZipFile(tmp_path / "districts.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("districts.geojson", b" " * (50 << 20))

    with pytest.raises(SourceError, match="bomb"):
        import_source(workspace, tmp_path / "districts.zip")


def test_two_layers_of_one_name_are_no_choice_of_ours(tmp_path: Path, workspace: Workspace) -> None:
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.geojson", feature_collection())
        archive.writestr("b.geojson", feature_collection())

    with pytest.raises(SourceError, match=r"a\.geojson and b\.geojson are both districts; import each"):
        import_source(workspace, tmp_path / "two.zip", layer="districts")


def test_a_shapefile_without_its_siblings_is_named(tmp_path: Path, workspace: Workspace) -> None:
    write_shapefile(tmp_path / "districts.shp", districts())
    (tmp_path / "districts.dbf").unlink()

    with pytest.raises(SourceError, match=r"\.dbf is missing"):
        import_source(workspace, tmp_path / "districts.shp")


def test_all_files_of_a_folder_that_are_at_fault_are_told_at_once(
    tmp_path: Path, workspace: Workspace
) -> None:
    folder = tmp_path / "handed_over"
    folder.mkdir()
    (folder / "districts.geojson").write_text(feature_collection(), encoding="utf-8")
    (folder / "roads.geojson").write_text("{", encoding="utf-8")
    (folder / "parks.fgb").write_bytes(b"none")
    (folder / "pairings.json").write_text('[{"pairing_id": "p", "kind": "counterpart"}]', encoding="utf-8")

    with pytest.raises(SourceError) as told:
        import_source(workspace, folder)

    assert told.value.source == "handed_over"
    assert [problem.partition(" cannot be used: ")[0] for problem in told.value.problems] == [
        "parks.fgb",
        "roads.geojson",
        "pairings.json",
    ]
    assert workspace.layer_names() == []


def test_pairings_are_not_blamed_for_districts_that_cannot_be_read(
    tmp_path: Path, workspace: Workspace
) -> None:
    folder = tmp_path / "handed_over"
    folder.mkdir()
    (folder / "districts.geojson").write_text("{", encoding="utf-8")
    rows = [{"pairing_id": "p", "kind": "counterpart", "members": [["01"], ["02"]]}]
    (folder / "pairings.json").write_text(json.dumps(rows), encoding="utf-8")

    with pytest.raises(SourceError) as told:
        import_source(workspace, folder)

    assert told.value.source == "districts.geojson"


def test_all_parts_of_a_folder_that_are_damaged_are_told_at_once(
    tmp_path: Path, workspace: Workspace
) -> None:
    folder = tmp_path / "districts"
    (folder / "type=east").mkdir(parents=True)
    for name in ("1", "2", "3", "type=east/4"):
        districts().to_parquet(folder / f"{name}.parquet")
    (folder / "2.parquet").write_bytes(b"PAR1")
    cut = (folder / "type=east" / "4.parquet").read_bytes()[:-20]
    (folder / "type=east" / "4.parquet").write_bytes(cut)

    with pytest.raises(SourceError) as told:
        import_source(workspace, folder)

    assert told.value.source == "districts"
    assert [problem.partition(" cannot be used: ")[0] for problem in told.value.problems] == [
        "2.parquet",
        "type=east/4.parquet",
    ]
    assert all("export the file again" in problem for problem in told.value.problems)
    assert workspace.layer_names() == []


def test_all_tables_of_a_database_that_cannot_be_read_are_told_at_once(
    tmp_path: Path, workspace: Workspace
) -> None:
    path = tmp_path / "all.gpkg"
    districts().to_file(path, layer="districts")
    promise_tables(path, "roads", "parks")

    with pytest.raises(SourceError) as told:
        import_source(workspace, path)
    (found,) = look(path)

    assert [problem.partition(" cannot be used: ")[0] for problem in told.value.problems] == [
        "roads",
        "parks",
    ]
    assert workspace.layer_names() == []
    assert (found.table, found.rows) == ("districts", 2)
    assert [said.partition(" is not used: ")[0] for said in found.left] == ["roads", "parks"]


def promise_tables(path: Path, *names: str) -> None:
    """Let the contents of a GeoPackage name tables that are not there."""
    with closing(sqlite3.connect(path)) as database:
        rows = [(name, "attributes", name) for name in names]
        database.executemany(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES (?, ?, ?)", rows
        )
        database.commit()


def test_the_command_is_at_fault(tmp_path: Path, workspace: Workspace) -> None:
    for source, options in (
        ("nowhere.csv", {}),
        (str(tmp_path), {"layer": "rodas"}),
        (".", {"admin_level": 8}),
    ):
        with pytest.raises(UsageError):
            import_source(workspace, source, **options)  # type: ignore[arg-type]


def test_a_failed_import_leaves_everything(tmp_path: Path, workspace: Workspace) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "districts.geojson").write_text(feature_collection(), encoding="utf-8")
    import_source(workspace, folder)
    before = {path: path.read_bytes() for path in workspace.path.rglob("*") if path.is_file()}
    changed = districts().iloc[:1].assign(name="changed")
    changed.to_file(folder / "districts.geojson")
    (folder / "roads.geojson").write_text("{", encoding="utf-8")

    with pytest.raises(BordergapError, match=r"roads\.geojson"):
        import_source(workspace, folder)

    assert before == {path: path.read_bytes() for path in workspace.path.rglob("*") if path.is_file()}


def test_no_reference_system_and_no_degrees_is_asked_for(tmp_path: Path, workspace: Workspace) -> None:
    path = tmp_path / "districts.shp"
    write_gauss_kruger_shapefile(path)
    path.with_suffix(".prj").unlink()

    with pytest.raises(SourceError, match="--crs"):
        import_source(workspace, path)
    (record,) = import_source(workspace, path, crs=GAUSS_KRUGER)

    assert record.crs == GAUSS_KRUGER


def test_the_shape_of_an_open_ring_is_closed(tmp_path: Path, workspace: Workspace) -> None:
    corners = [[108, 30], [108.1, 30], [108.1, 30.1]]
    geometry = {"type": "Polygon", "coordinates": [corners]}
    feature = {"type": "Feature", "properties": {"id": "a", "name": "A"}, "geometry": geometry}
    document = {"type": "FeatureCollection", "features": [feature]}
    (tmp_path / "districts.geojson").write_text(json.dumps(document), encoding="utf-8")

    (record,) = import_source(workspace, tmp_path / "districts.geojson")

    read = workspace.read_layer("districts")
    assert read is not None
    assert record.repaired == 1
    assert read.geometry[0].equals(Polygon(corners))


def test_a_folder_of_parts_with_nested_names_is_read(tmp_path: Path) -> None:
    """As Overture publishes places: Parquet parts, names and categories in structs, a box for each row."""
    folder = tmp_path / "type=place"
    folder.mkdir()
    geo = {"encoding": "WKB", "geometry_types": ["Point"]}
    head = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": geo}}
    for lon, name, kind in ((106.5, "人民医院", "hospital"), (106.6, "一小", "school")):
        rows = pa.table(
            {
                "id": [name],
                "geometry": [shapely.to_wkb(shapely.Point(lon, 29.5))],
                "names": [{"primary": name, "common": None}],
                "categories": [{"primary": kind, "alternate": ["building"]}],
                "bbox": [{"xmin": lon, "xmax": lon, "ymin": 29.5, "ymax": 29.5}],
            }
        )
        pq.write_table(rows.replace_schema_metadata({"geo": json.dumps(head)}), folder / f"{kind}.parquet")
    workspace = Workspace.create(tmp_path / "atlas")

    (record,) = import_source(workspace, folder, layer="facilities")

    assert (record.rows_read, record.accepted) == (2, 2)
    facilities = workspace.read_layer("facilities").set_index("kind")
    assert facilities["name"].to_dict() == {"hospital": "人民医院", "school": "一小"}
