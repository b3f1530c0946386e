"""Tables as offices write them: titles, headers of two rows, marks of programs, coordinates in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest
import shapely

from geodata.errors import SourceError
from geodata.ingest import import_source
from geodata.ingest.degrees import in_degrees
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from geodata.intake import IntakeRecord

HOME = "POINT (106.5 29.5)"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "ws")


def imported(workspace: Workspace, text: str, *, name: str = "clinics.csv") -> IntakeRecord:
    path = workspace.path.parent / name
    path.write_text(text, encoding="utf-8")
    (record,) = import_source(workspace, path, layer="facilities")
    return record


def places(workspace: Workspace) -> list[str]:
    frame = workspace.read_layer("facilities")
    assert frame is not None
    return [shapely.to_wkt(shape, trim=True) for shape in frame.geometry]


@pytest.mark.parametrize(
    ("above", "row"),
    [
        ("医疗机构一览表,,,\n截至2023年,,,\n", 3),
        ("sep=,\n", 2),
        ("# made by a program\n", 2),
        ("\n\n", 3),
    ],
)
def test_a_header_is_found_below_a_title(workspace: Workspace, above: str, row: int) -> None:
    record = imported(workspace, f"{above}名称,类型,经度,纬度\n甲,诊所,106.5,29.5\n")

    assert (record.rows_read, record.accepted) == (1, 1)
    assert f"header found in row {row}" in record.notes
    assert places(workspace) == [HOME]


@pytest.mark.parametrize(
    "header",
    [
        '名称,类型,"经度\n(度)","纬度\n(度)"',
        '"名称\n(全称)",类型,经度,纬度',
        '"序号\n(No.)",名称,类型,经度,纬度',
        '"编号\n名称,经度",名称,类型,经度,纬度',
    ],
)
def test_lines_within_cells_of_a_header_are_none_of_the_table(workspace: Workspace, header: str) -> None:
    numbered = header.startswith(('"序', '"编'))
    record = imported(workspace, f"{header}\n{'1,' if numbered else ''}甲,诊所,106.5,29.5\n")

    assert (record.rows_read, record.accepted) == (1, 1)
    assert places(workspace) == [HOME]


def test_a_header_in_two_rows_is_one(workspace: Workspace) -> None:
    record = imported(workspace, "名称,类型,坐标,,规模\n,,经度,纬度,床位\n甲,诊所,106.5,29.5,20\n")

    assert (record.rows_read, record.accepted) == (1, 1)
    assert "header found in rows 1 and 2" in record.notes
    frame = workspace.read_layer("facilities")
    assert frame is not None
    assert frame["capacity"].tolist() == [20]


def test_a_header_under_merged_cells_of_a_sheet_is_one(tmp_path: Path, workspace: Workspace) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["名称", "类型", "坐标", None, "2022年", None, "2023年", None],
        [None, None, "经度", "纬度", "床位", "职工", "床位", "职工"],
        ["甲", "诊所", 106.5, 29.5, 18, 4, 20, 5],
    ):
        book.active.append(row)
    book.save(tmp_path / "clinics.xlsx")

    (record,) = import_source(
        workspace, tmp_path / "clinics.xlsx", layer="facilities", field_map={"capacity": "2023年 床位"}
    )

    assert (record.rows_read, record.accepted) == (1, 1)
    frame = workspace.read_layer("facilities")
    assert frame is not None
    assert frame["capacity"].tolist() == [20]
    assert "columns not used: 2022年 床位, 2022年 职工, 2023年 职工" in record.notes


def test_columns_without_a_name_are_no_matter(workspace: Workspace) -> None:
    """Excel writes empty cells for columns that once held something."""
    record = imported(workspace, "name,,kind,lon,lat,,,\nA,,clinic,106.5,29.5,,,\nB,x,clinic,106.6,29.6,,\n")

    assert (record.rows_read, record.accepted) == (2, 2)
    assert "columns not used: column 2" in record.notes


def test_a_row_with_more_values_than_columns_is_set_aside_as_it_came(workspace: Workspace) -> None:
    record = imported(workspace, "name;kind;lon;lat\nA;clinic;106.5;29.5;3;4\nB;clinic;106.6;29.6\n")

    assert (record.rows_read, record.accepted, record.quarantined) == (2, 1, 1)
    aside = workspace.quarantine("facilities")
    assert aside is not None
    assert aside["line"].tolist() == ["A;clinic;106.5;29.5;3;4"]


@pytest.mark.parametrize("comma", ["，", "；"])
def test_commas_of_a_chinese_keyboard_part_cells(workspace: Workspace, comma: str) -> None:
    text = "名称,类型,经度,纬度\n甲,诊所,106.5,29.5\n".replace(",", comma)

    assert imported(workspace, text).accepted == 1
    assert places(workspace) == [HOME]


@pytest.mark.parametrize("broken", ['"B,clinic,1,2\nC,clinic,1,2\n', '"B" x,clinic,1,2\n'])
def test_a_quotation_mark_out_of_place_is_told_with_its_line(workspace: Workspace, broken: str) -> None:
    with pytest.raises(SourceError, match=r"line 3: a quotation mark .* write each mark .* twice"):
        imported(workspace, f"name,kind,lon,lat\nA,clinic,1,2\n{broken}")

    assert workspace.layer_names() == []


@pytest.mark.parametrize(
    ("written", "degrees"),
    [
        ("106°30′36″", 106.51),
        ("106°30'36\"E", 106.51),
        ("E106°30'36.00″", 106.51),
        ("106度30分36秒", 106.51),
        ("东经106.51", 106.51),
        ("西经 106.51°", -106.51),
        ("106°30.6′", 106.51),
        ("106 30 36", 106.51),
        ("106-30-36", 106.51),
        ("106:30:36", 106.51),
        ("１０６．５１", 106.51),
        ("-106.51", -106.51),
    ],
)
def test_degrees_are_read_as_people_write_them(written: str, degrees: float) -> None:
    assert float(in_degrees(written)) == pytest.approx(degrees, abs=1e-12)


@pytest.mark.parametrize("written", ["29°75'", "E106.5E", "106.5°30'", "12:30", "二十九度", "106,5"])
def test_what_is_no_angle_stays_as_it_is(written: str) -> None:
    assert in_degrees(written) == written


@pytest.mark.parametrize(
    "cell",
    [
        '"106.5,29.5"',
        '"106.5，29.5"',
        "106.5 29.5",
        '"[106.5, 29.5]"',
        "106°30′;29°30′",
        "SRID=4326;POINT(106.5 29.5)",
        "0101000020E61000000000000000A05A400000000000803D40",
    ],
)
def test_a_place_may_stand_in_one_column(workspace: Workspace, cell: str) -> None:
    record = imported(workspace, f"名称,类型,坐标\n甲,诊所,{cell}\n")

    assert record.accepted == 1
    assert places(workspace) == [HOME]


def test_blanks_without_end_take_no_time(workspace: Workspace) -> None:
    blanks = " " * 1_000_000
    record = imported(workspace, f"名称,类型,坐标\n甲,诊所,106.5 29.5\n乙,诊所,1{blanks}x\n")

    assert (record.accepted, record.quarantined) == (1, 1)


def test_a_column_called_place_may_hold_anything_beside_numbers(workspace: Workspace) -> None:
    imported(workspace, "名称,类型,坐标,经度,纬度\n甲,诊所,见附图,106.5,29.5\n")

    assert places(workspace) == [HOME]


def test_srids_that_differ_are_told_of(workspace: Workspace) -> None:
    rows = "A,clinic,SRID=4490;POINT(106.5 29.5)\nB,clinic,SRID=3857;POINT(0 0)\n"
    record = imported(workspace, f"name,kind,wkt\n{rows}")

    assert (record.accepted, record.quarantined, record.crs) == (1, 1, "EPSG:4490")
    aside = workspace.quarantine("facilities")
    assert aside is not None
    assert "SRID is 3857, that of the first row 4490" in aside["reason"].item()


def test_a_typed_place_that_is_lacking_is_not_to_be_drawn(workspace: Workspace) -> None:
    imported(workspace, "名称,类型,经度,纬度\n甲,诊所,106.5,29.5\n合计,,,\n")

    aside = workspace.quarantine("facilities")
    assert aside is not None
    assert aside["reason"].tolist() == ["经度 and 纬度 tell no place; fill them"]


def test_rows_typed_the_other_way_round_are_told_so(workspace: Workspace) -> None:
    rows = "A,clinic,106.5,29.5\nB,clinic,29.6,106.6\nC,clinic,106.7,129.7\nD,clinic,106.8,29.8\n"
    imported(workspace, f"name,kind,lon,lat\n{rows}")

    aside = workspace.quarantine("facilities")
    assert aside is not None
    assert aside["reason"].tolist() == [
        "its longitude and latitude look swapped; exchange them",
        "its coordinates are off the earth; correct them",
    ]


def test_a_table_that_names_no_place_is_told_which_columns_it_has(workspace: Workspace) -> None:
    with pytest.raises(SourceError, match=r"--map lon=COLUMN .* there are 名称, 类型, 东, 北"):
        imported(workspace, "名称,类型,东,北\n甲,诊所,106.5,29.5\n")


@pytest.mark.parametrize(
    ("name", "remedy"),
    [("a.xls", "save it as .xlsx"), ("a.rar", "zip the files"), ("a.dwg", "as .dxf"), ("a.dbf", "its .shp")],
)
def test_what_is_not_read_comes_with_what_to_do(workspace: Workspace, name: str, remedy: str) -> None:
    with pytest.raises(SourceError, match=rf"is not supported; .*{remedy}"):
        imported(workspace, "x", name=name)


def test_texts_of_several_lines_come_back_from_the_rows_set_aside(workspace: Workspace) -> None:
    """A carriage return alone ends no row."""
    imported(workspace, '名称,类型,经度,纬度\n甲,诊所,106.5,29.5\n"乙\r丙",诊所,,\n')

    aside = workspace.quarantine("facilities")
    assert aside is not None
    assert aside["名称"].tolist() == ["乙\r丙"]


def test_a_chart_sheet_is_no_table(tmp_path: Path, workspace: Workspace) -> None:
    book = openpyxl.Workbook()
    book.active.append(["名称", "类型", "经度", "纬度"])
    book.active.append(["甲", "诊所", 106.5, 29.5])
    chart = openpyxl.chart.BarChart()
    chart.add_data(openpyxl.chart.Reference(book.active, min_col=3, min_row=1, max_row=2))
    book.create_chartsheet("图").add_chart(chart)
    book.save(tmp_path / "clinics.xlsx")
    (record,) = import_source(workspace, tmp_path / "clinics.xlsx", layer="facilities")
    assert record.accepted == 1

    book = openpyxl.Workbook()
    book.create_chartsheet("图")
    book.save(tmp_path / "clinics.xlsx")
    with pytest.raises(SourceError, match="one of its sheets is for a chart and has none"):
        import_source(workspace, tmp_path / "clinics.xlsx", layer="facilities")
