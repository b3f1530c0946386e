"""A zip file of several layers: each is recognised and chosen by itself, and nothing in it is passed over."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import departments
import geopandas as gpd
import pytest
from click.testing import CliRunner
from own_page import OwnPage
from shapely import LineString, Point

from dashboard.cli import main
from geodata.errors import SourceError
from geodata.ingest import import_source
from geodata.ingest.look import look
from geodata.ingest.recognise import propose
from geodata.ingest.zipped import unpack
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

CLINICS = "编号,名称,类型,经度,纬度\na,甲,卫生院,106.51,29.51\nb,乙,医院,106.52,29.51\n"
PARKS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"name": "东园", "industries": "食品", "status": "operating"},
            "geometry": {"type": "Point", "coordinates": [106.53, 29.52]},
        }
    ],
}


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    """Make a delivery: a shapefile, a CSV, a GeoPackage of two tables, and what else lies in such folders."""
    database = tmp_path / "其他.gpkg"
    frame = gpd.GeoDataFrame(
        {"id": ["x"], "kind": ["school"], "name": ["校"]}, geometry=[Point(106.5, 29.5)], crs=4326
    )
    frame.to_file(database, layer="学校")
    frame.assign(kind="fire_station").to_file(database, layer="消防")
    (tmp_path / "shapes").mkdir()
    with zipfile.ZipFile(departments.gbk_roads(tmp_path / "shapes")) as roads:
        parts = {name: roads.read(name) for name in roads.namelist()}
    path = tmp_path / "交付.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(f"道路/{name}", content)
        archive.writestr("设施/医疗机构.csv", CLINICS)
        archive.writestr("parks.geojson", json.dumps(PARKS))
        archive.write(database, "其他.gpkg")
        archive.writestr("说明.docx", b"text")
        archive.writestr("旧数据.zip", b"PK")
        archive.writestr("孤儿.dbf", b"x")
        archive.writestr("坏.geojson", "{")
        archive.writestr("__MACOSX/._parks.geojson", b"x")
        archive.writestr("道路/农村公路.sbn", b"x")
    return path


def test_every_table_is_recognised_and_the_rest_told_of(delivery: Path) -> None:
    looks = look(delivery)

    assert {each.table: (each.layer, each.rows) for each in looks} == {
        "道路/农村公路.shp": ("roads", 3),
        "设施/医疗机构.csv": ("facilities", 2),
        "parks.geojson": ("parks", 1),
        "其他.gpkg: 学校": ("facilities", 1),
        "其他.gpkg: 消防": ("facilities", 1),
    }
    (left,) = {each.left for each in looks}
    assert [said.partition(" ")[0] for said in left] == ["坏.geojson", "孤儿.dbf", "说明.docx", "旧数据.zip"]
    assert left[0].startswith("坏.geojson is not used: line 1")
    assert [said.rpartition(": ")[2] for said in left[1:]] == [
        "it is part of a shapefile whose .shp is not here",
        "its format is none that is read",
        "a zip file in a zip file is not opened",
    ]


@pytest.mark.parametrize(
    ("table", "layer", "source"),
    [
        ("道路/农村公路.shp", "roads", "交付.zip: 道路/农村公路.shp"),
        ("医疗机构.csv", "facilities", "交付.zip: 设施/医疗机构.csv"),
        ("医疗机构", "facilities", "交付.zip: 设施/医疗机构.csv"),
        ("其他.gpkg: 学校", "facilities", "交付.zip: 其他.gpkg"),
    ],
)
def test_one_of_them_is_imported_by_its_name(
    delivery: Path, tmp_path: Path, table: str, layer: str, source: str
) -> None:
    workspace = Workspace.create(tmp_path / "ws")
    crs = "EPSG:4545" if layer == "roads" else None

    (record,) = import_source(workspace, delivery, table=table, layer=layer, crs=crs)

    assert (record.layer, record.quarantined) == (layer, 0)
    assert record.source is not None
    assert record.source.startswith(source)


def test_a_name_that_is_not_in_it_is_told_with_those_that_are(delivery: Path, tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "ws")

    with pytest.raises(
        SourceError, match=r"no table 'roads'; there are 道路/农村公路\.shp, 设施/医疗机构\.csv"
    ):
        import_source(workspace, delivery, table="roads")


def test_all_at_once_names_what_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "交付.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("设施/facilities.csv", CLINICS)
        archive.writestr("园区/parks.geojson", json.dumps(PARKS))
        archive.writestr("说明.docx", b"text")
    workspace = Workspace.create(tmp_path / "ws")

    records = import_source(workspace, path)

    assert [record.layer for record in records] == ["facilities", "parks"]
    told = [note for record in records for note in record.notes if "not used" in note]
    assert told == ["说明.docx is not used: its format is none that is read"]


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """Make a delivery of five: one is whole, three cannot be read, one does not say where its people live."""
    path = tmp_path / "五个.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("甲/facilities.csv", CLINICS)
        archive.writestr("parks.geojson", "{")
        archive.writestr("乙/roads.shp", b"no shapefile")
        archive.writestr("landuse.fgb", b"fgb")
        archive.writestr("population.csv", "people\n7\n")
    return path


def test_all_that_cannot_be_used_are_told_at_once_and_nothing_is_stored(broken: Path, tmp_path: Path) -> None:
    workspace = departments.workspace_with_districts(tmp_path)
    before = kept(workspace)

    told = CliRunner().invoke(main, ["import", str(workspace), str(broken)])

    head, *lines = told.output.strip().splitlines()
    assert (told.exit_code, head.endswith("五个.zip cannot be used:")) == (1, True), told.output
    assert [line.strip().partition(" cannot be used: ")[0] for line in lines] == [
        "parks.geojson",
        "乙/roads.shp",
        "landuse.fgb",
        "population.csv",
    ]
    assert "line 1" in lines[0]
    assert "export it again" in lines[1]
    assert kept(workspace) == before


def test_a_page_is_told_of_all_at_once_in_chinese(broken: Path, tmp_path: Path) -> None:
    workspace = departments.workspace_with_districts(tmp_path)
    ours = OwnPage(workspace)
    number = ours.send(broken.read_bytes(), broken.name).get_json()["id"]
    before = kept(workspace)

    ours.post(f"uploads/{number}/import", {"mapping": {}})

    job = ours.client.get("/data/job", query_string={"lang": "zh"}).get_json()["job"]
    head, *lines = job["message"].splitlines()
    assert (job["state"], head) == ("failed", "五个.zip 无法使用：")
    assert [line.strip().partition(" 无法使用：")[0] for line in lines] == [
        "parks.geojson",
        "乙/roads.shp",
        "landuse.fgb",
        "population.csv",
    ]
    assert kept(workspace) == before


def test_the_only_one_at_fault_is_named_alone(tmp_path: Path) -> None:
    path = tmp_path / "two.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("facilities.csv", CLINICS)
        archive.writestr("parks.geojson", "{")

    with pytest.raises(SourceError) as told:
        import_source(Workspace.create(tmp_path / "ws"), path)

    assert (told.value.source, len(told.value.problems)) == ("two.zip: parks.geojson", 1)


def kept(workspace: Path) -> dict[str, bytes]:
    """Return the content of every file of a workspace but its locks and what is on its way."""
    files = (path for path in workspace.rglob("*") if path.is_file() and "lock" not in path.name)
    return {str(path): path.read_bytes() for path in files if ".intake" not in path.parts}


def test_a_layer_alone_in_it_goes_by_the_archives_name(tmp_path: Path) -> None:
    workspace = departments.workspace_with_districts(tmp_path)
    frame = gpd.GeoDataFrame(
        {"dj": ["x", "y"]},
        geometry=[
            LineString([(106.51, 29.51), (106.52, 29.51)]),
            LineString([(106.51, 29.52), (106.52, 29.52)]),
        ],
        crs=4326,
    )
    path = tmp_path / "道路.zip"
    (tmp_path / "parts").mkdir()
    frame.to_file(tmp_path / "parts" / "export.shp", encoding="utf-8")
    with zipfile.ZipFile(path, "w") as archive:
        for part in (tmp_path / "parts").iterdir():
            archive.write(part, part.name)

    told = CliRunner().invoke(main, ["import", str(workspace), str(path), "--propose", "--json"])
    (proposal,) = json.loads(told.stdout)
    _, sent = OwnPage(workspace).looked(path)

    for one in (proposal, sent["tables"][0]):
        assert one["layers"][0] == {
            "layer": "roads",
            "score": 1.0,
            "reasons": ["called '道路'", "its geometry is lines"],
        }


def test_one_of_several_does_not_go_by_the_archives_name(tmp_path: Path) -> None:
    path = tmp_path / "parks.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("医疗机构.csv", CLINICS)
        archive.writestr("其他.csv", CLINICS)

    (one,) = look(path, table="医疗机构.csv")

    assert (one.table, one.layer, one.shared) == ("医疗机构.csv", "facilities", True)
    assert "parks" not in [guess.layer for guess in propose(one).layers]


def test_what_is_not_used_is_told_before_anything_is_imported(delivery: Path, tmp_path: Path) -> None:
    workspace = departments.workspace_with_districts(tmp_path)
    order = ["import", str(workspace), str(delivery)]
    not_used = "说明.docx is not used: its format is none that is read"

    proposed = CliRunner().invoke(main, [*order, "--propose"])
    as_json = CliRunner().invoke(main, [*order, "--propose", "--json"])
    accepted = CliRunner().invoke(main, [*order, "--accept", "--table", "设施/医疗机构.csv"])
    alone = tmp_path / "alone.zip"
    with zipfile.ZipFile(alone, "w") as archive:
        archive.writestr("医疗机构.csv", CLINICS)
        archive.writestr("说明.docx", "text")
    single = CliRunner().invoke(main, ["import", str(workspace), str(alone), "--accept"])

    assert [accepted.exit_code, single.exit_code] == [0, 0], accepted.output + single.output
    assert [each.output.count(not_used) for each in (proposed, accepted, single)] == [1, 1, 1]
    assert all(not_used in proposal["left"] for proposal in json.loads(as_json.stdout))


def test_an_archive_nothing_of_which_can_be_read_tells_why_of_each(tmp_path: Path) -> None:
    path = tmp_path / "bad.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.geojson", "{")
        archive.writestr("b.csv", "")
        archive.writestr("c.docx", "text")

    with pytest.raises(SourceError) as told:
        look(path)

    assert [problem.partition(" is not used: ")[0] for problem in told.value.problems] == [
        "a.geojson",
        "b.csv",
        "c.docx",
    ]


def test_of_too_many_one_can_be_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geodata.ingest.files.MOST_MEMBERS", 1)
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", CLINICS)
        archive.writestr("b.csv", CLINICS)

    with pytest.raises(SourceError, match="1 are the limit"):
        look(path)
    assert [each.rows for each in look(path, table="b.csv")] == [2]


def test_files_of_one_name_in_two_folders_are_two(tmp_path: Path) -> None:
    path = tmp_path / "two.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("east/facilities.csv", CLINICS)
        archive.writestr("west/facilities.csv", CLINICS)

    assert [each.table for each in look(path)] == ["east/facilities.csv", "west/facilities.csv"]


def test_names_as_chinese_windows_writes_them(tmp_path: Path) -> None:
    path = tmp_path / "gbk.zip"
    raw = "医疗机构.csv".encode("gbk")
    with zipfile.ZipFile(path, "w") as archive:
        entry = zipfile.ZipInfo("x" * len(raw))
        archive.writestr(entry, CLINICS)
    # Without the flag of UTF-8, as Explorer does.
    path.write_bytes(path.read_bytes().replace(b"x" * len(raw), raw))
    (tmp_path / "out").mkdir()

    (member,) = unpack(path, path.name, tmp_path / "out").members

    assert member.called == "医疗机构.csv"
    assert member.path.read_text(encoding="utf-8") == CLINICS


def test_the_command_line_names_the_tables_to_choose_from(delivery: Path, tmp_path: Path) -> None:
    workspace = departments.workspace_with_districts(tmp_path)

    unclear = CliRunner().invoke(main, ["import", str(workspace), str(delivery), "--accept"])
    chosen = CliRunner().invoke(
        main, ["import", str(workspace), str(delivery), "--accept", "--table", "设施/医疗机构.csv"]
    )

    assert unclear.exit_code == 1
    assert "'设施/医疗机构.csv'" in unclear.output
    assert chosen.exit_code == 0, chosen.output
    assert Workspace.open(workspace).row_count("facilities") == 2


def test_the_page_imports_one_after_the_other(delivery: Path, tmp_path: Path) -> None:
    workspace = departments.workspace_with_districts(tmp_path)
    ours = OwnPage(workspace)
    number, proposal = ours.looked(delivery)
    assert len(proposal["left"]) == 4
    assert all("upload-" not in said for said in proposal["left"])
    tables = {table["table"]: table["mapping"] for table in proposal["tables"]}

    for table, keep in (("设施/医疗机构.csv", True), ("parks.geojson", False)):
        ours.post(f"uploads/{number}/import", {"mapping": tables[table], "keep": keep})
        assert ours.get("job")["job"]["state"] == "done"

    assert Workspace.open(workspace).layer_names() == ["districts", "facilities", "parks"]
    assert ours.client.get(f"/data/uploads/{number}/proposal").status_code == 404
    record = Workspace.open(workspace).intake_of("facilities")
    assert record is not None
    assert record.source == "交付.zip: 设施/医疗机构.csv"
