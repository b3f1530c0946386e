"""What lies beside the table that is imported: the intake record, the terminal and the page name it."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import departments
import geopandas as gpd
import openpyxl
import pytest
from click.testing import CliRunner
from own_page import OwnPage
from shapely import Point

from dashboard.cli import main
from dashboard.import_words import imported
from geodata.ingest import import_source
from geodata.ingest.beside import listed, tables_beside
from geodata.ingest.look import look
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

BESIDE = "tables not imported this time: "


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "ws")


def clinics(path: Path, *layers: str) -> Path:
    """Make a database of tables that are all the same."""
    rows = {"feature_id": ["a"], "kind": ["clinic"], "name": ["甲"]}
    frame = gpd.GeoDataFrame(rows, geometry=[Point(106.5, 29.5)], crs=4326)
    for number, layer in enumerate(layers):
        driver = "OpenFileGDB" if path.suffix == ".gdb" else "GPKG"
        frame.to_file(path, layer=layer, driver=driver, mode="a" if number else "w")
    return path


def workbook(path: Path) -> Path:
    """Make a workbook: two sheets of clinics, one of remarks, one hidden, and one that is empty."""
    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.active.append(["Please read me first"])
    for title in ("卫生院", "医院", "旧"):
        book.create_sheet(title).append(["id", "kind", "lon", "lat"])
        book[title].append([title, "clinic", 106.5, 29.5])
    book["旧"].sheet_state = "hidden"
    book.create_sheet("Sheet3")
    book.save(path)
    return path


@pytest.mark.parametrize("suffix", [".gpkg", ".gdb"])
def test_other_tables_of_a_database(tmp_path: Path, workspace: Workspace, suffix: str) -> None:
    path = clinics(tmp_path / f"交付{suffix}", "医院", "消防", "layer_styles", "drawing")

    (record,) = import_source(workspace, path, table="消防", layer="facilities")

    assert f"{BESIDE}医院, drawing" in record.notes
    assert workspace.intake_of("facilities") == record


def test_tables_that_no_layer_is_called_by(tmp_path: Path, workspace: Workspace) -> None:
    path = clinics(tmp_path / "交付.gpkg", "facilities", "drawing")

    (record,) = import_source(workspace, path)

    assert f"{BESIDE}drawing" in record.notes


def test_a_table_alone_leaves_nothing(tmp_path: Path, workspace: Workspace) -> None:
    (record,) = import_source(workspace, clinics(tmp_path / "facilities.gpkg", "one"))

    assert record.notes == ()


def test_other_files_of_an_archive_and_other_tables_of_a_database_in_it(
    tmp_path: Path, workspace: Workspace
) -> None:
    path = tmp_path / "交付.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(clinics(tmp_path / "x.gpkg", "医院", "消防"), "设施/其他.gpkg")
        archive.writestr("坏.geojson", "{")
        archive.writestr("说明.docx", "text")

    (record,) = import_source(workspace, path, table="设施/其他.gpkg: 医院", layer="facilities")
    left = look(path, table="设施/其他.gpkg: 医院")[0].left

    told = (
        f"设施/其他.gpkg: {BESIDE}消防",
        f"{BESIDE}坏.geojson",
        "说明.docx is not used: its format is none that is read",
    )
    assert record.notes[-3:] == told
    assert left == told


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("医院", ["sheets not imported this time: 说明, 卫生院, 旧"]),
        (
            None,
            ["sheets without known columns, not used: 说明", "hidden sheets, not used: 旧"],
        ),
    ],
)
def test_other_sheets_of_a_workbook(
    tmp_path: Path, workspace: Workspace, table: str | None, told: list[str]
) -> None:
    path = workbook(tmp_path / "facilities.xlsx")
    if table is None:
        book = openpyxl.load_workbook(path)
        book.remove(book["医院"])
        book.save(path)

    (record,) = import_source(workspace, path, table=table)

    assert [note for note in record.notes if "sheets" in note] == told


def test_a_look_at_a_workbook_names_the_sheets_it_does_not_offer(tmp_path: Path) -> None:
    looks = look(workbook(tmp_path / "book.xlsx"))

    assert [each.table for each in looks] == ["卫生院", "医院"]
    assert list(looks[0].left) == [
        "sheets without known columns, not used: 说明",
        "hidden sheets, not used: 旧",
    ]


def test_the_terminal_says_it_once(tmp_path: Path) -> None:
    workspace = departments.workspace_with_districts(tmp_path)
    path = clinics(tmp_path / "交付.gpkg", "医院", "消防")
    words = ["import", str(workspace), str(path), "--table", "消防", "--layer", "facilities"]

    plain = CliRunner().invoke(main, words)
    accepted = CliRunner().invoke(main, [*words, "--accept"])

    assert [each.output.count(f"facilities: {BESIDE}医院") for each in (plain, accepted)] == [1, 1]
    assert accepted.output.count(BESIDE) == 1


def test_what_could_not_be_read_beside_the_only_table_is_told_on_accepting_it(tmp_path: Path) -> None:
    workspace = departments.workspace_with_districts(tmp_path)
    path = tmp_path / "交付.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("facilities.csv", "id,kind,lon,lat\na,clinic,106.51,29.51\n")
        archive.writestr("坏.geojson", "{")

    accepted = CliRunner().invoke(main, ["import", str(workspace), str(path), "--accept"])

    assert accepted.exit_code == 0, accepted.output
    assert accepted.output.startswith("坏.geojson is not used: line 1")
    assert f"facilities: {BESIDE}坏.geojson" in accepted.output


def test_the_page_says_it_in_chinese(tmp_path: Path) -> None:
    ours = OwnPage(departments.workspace_with_districts(tmp_path))
    number, proposal = ours.looked(workbook(tmp_path / "book.xlsx"))
    chinese = ours.client.get(f"/data/uploads/{number}/proposal", query_string={"lang": "zh"}).get_json()

    ours.post(f"uploads/{number}/import", {"mapping": proposal["tables"][1]["mapping"]})
    job = ours.client.get("/data/job", query_string={"lang": "zh"}).get_json()["job"]

    assert chinese["left"] == ["没有可识别的列、未使用的工作表：说明", "隐藏、未使用的工作表：旧"]
    (record,) = job["result"]["records"]
    assert "本次未导入的工作表：说明, 卫生院, 旧" in record["notes"]


def test_many_are_shortened() -> None:
    (said,) = tables_beside(f"t{number}" for number in range(30))

    assert said.endswith("t19, … (+10)")
    assert imported(f"a.gpkg: {said}", "zh").startswith("a.gpkg：本次未导入的数据表：t0, ")
    assert listed(["x" * 500]) == "x" * 80
    assert tables_beside(["layer_styles"]) == []
