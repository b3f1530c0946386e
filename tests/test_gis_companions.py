"""Files that open dressed: a GeoPackage with QGIS styles, a workbook with a sheet for each domain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shown_world

from dashboard.export.gis import write_gaps
from dashboard.export.gis_styles import lines_style, marks_style
from dashboard.ledger_rows import explained
from dashboard.maps.palette import SEVERITY, SHAPES, severity_class
from dashboard.results import Results, ResultsCache
from geodata.model import STORED_CRS, TABLES

if TYPE_CHECKING:
    from pathlib import Path

    from geodata.workspace import Workspace


# The reader of these tests does not know the extension that makes bars solid.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return shown_world.make(tmp_path_factory.mktemp("dressed") / "world")


@pytest.fixture(scope="module")
def results(workspace: Workspace) -> Results:
    return ResultsCache(workspace.path).current()


@pytest.fixture(scope="module")
def package(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("package") / "gaps.gpkg"
    write_gaps(explained(results, results.gaps), path, results, keys=results.members)
    return path


def test_gaps_are_the_first_layer_and_the_others_are_beside_them(package: Path, results: Results) -> None:
    names = [str(name) for name, _ in pyogrio.list_layers(package)]
    marks = gpd.read_file(package, layer="gap_marks")

    assert names == ["gaps", "gap_marks", "borders", "segments", "profiles", "layer_styles"]
    assert marks["gap_id"].tolist() == results.gaps["gap_id"].tolist()
    assert set(marks.geom_type) == {"Point"}
    assert marks.crs == STORED_CRS
    assert len(gpd.read_file(package, layer="borders")) == len(results.borders)
    assert len(pyogrio.read_dataframe(package, layer="profiles")) == len(results.profiles)


def test_segments_carry_the_worst_gap_that_touches_them(package: Path, results: Results) -> None:
    segments = gpd.read_file(package, layer="segments").set_index(["pairing_id", "segment"])
    located = results.gaps[~results.gaps["border_wide"] & results.gaps["segment_from"].notna()]

    for gap in located.to_dict("records"):
        for segment in range(int(gap["segment_from"]), int(gap["segment_to"]) + 1):
            assert segments.loc[(gap["pairing_id"], segment), "severity"] >= gap["severity"]
    assert segments["severity"].max() == located["severity"].max()
    assert segments["severity"].isna().any()


def test_qgis_finds_a_style_for_every_layer_with_a_place(package: Path) -> None:
    styles = pyogrio.read_dataframe(package, layer="layer_styles").set_index("f_table_name")

    assert set(styles.index) == {"gaps", "gap_marks", "borders", "segments"}
    assert styles["useAsDefault"].all()
    assert set(styles["f_geometry_column"]) == {"geom"}
    for name, style in styles["styleQML"].items():
        fields = ["fid", *pyogrio.read_info(package, layer=name)["fields"]]
        root = ET.fromstring(re.sub("^<!DOCTYPE[^>]*>", "", style))  # noqa: S314  # our own file
        assert [alias.get("field") for alias in root.iter("alias")] == fields
        symbols = {symbol.get("name") for symbol in root.iter("symbol")}
        assert {rule.get("symbol") for rule in root.iter("rule") if rule.get("symbol")} == symbols


@pytest.mark.parametrize("severity", [0, 19.9, 20, 40, 59.99, 80, 100])
def test_each_severity_has_one_rule_and_its_colour_is_that_of_the_screen(severity: float) -> None:
    root = ET.fromstring(re.sub("^<!DOCTYPE[^>]*>", "", lines_style(["fid"], width_mm=1)))  # noqa: S314
    rows = pd.DataFrame({"severity": [severity]})
    found = [
        rule
        for rule in root.iter("rule")
        if "IS NULL" not in rule.attrib["filter"]
        and len(rows.query(rule.attrib["filter"].replace('"', "").replace("AND", "and")))
    ]

    (rule,) = found
    symbol = next(each for each in root.iter("symbol") if each.get("name") == rule.get("symbol"))
    colour = next(
        option.attrib["value"] for option in symbol.iter("Option") if option.get("name") == "line_color"
    )
    hexed = "#" + "".join(f"{int(part):02X}" for part in colour.split(",")[:3])
    assert hexed == SEVERITY["light"][severity_class(severity)]


def test_each_domain_has_a_rule_of_its_own() -> None:
    style = marks_style(["fid"])
    assert all(f"&quot;domain&quot; = '{domain}'" in style for domain in SHAPES)


def test_a_workbook_opens_with_what_it_is_about(results: Results, tmp_path: Path) -> None:
    path = tmp_path / "gaps.xlsx"
    write_gaps(explained(results, results.gaps), path, results, lang="zh")

    book = openpyxl.load_workbook(path)
    about = "\n".join(str(cell.value) for row in book["说明"].iter_rows() for cell in row if cell.value)
    header = [cell.value for cell in book["gaps"][1]]
    sheet = book["公共服务"]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    own = results.gaps[results.gaps["domain"] == "services"]

    assert book.sheetnames[:2] == ["说明", "gaps"]
    assert "内部工作用图，未经审核，不得公开" in about
    assert "依据生成的演示数据" in about
    assert header == [*TABLES["gaps"].column_names, "sentence_zh", "sentence_en", "lon", "lat"]
    assert [row[1] for row in rows] == own["severity"].tolist()
    assert [row[-1] for row in rows] == own["gap_id"].tolist()
    assert sheet.freeze_panes == "D2"
    assert sheet.auto_filter.ref is not None
    assert sheet.conditional_formatting
    types = {cell.data_type for each in book for row in each.iter_rows() for cell in row}
    assert types <= {"s", "n", "inlineStr"}
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.hyperlink]


def test_links_lead_to_the_address_the_workspace_names(workspace: Workspace, tmp_path: Path) -> None:
    (workspace.path / "display.toml").write_text('address = "https://maps.example/b"\n', encoding="utf-8")
    try:
        results = ResultsCache(workspace.path).current()
        path = tmp_path / "gaps.xlsx"
        write_gaps(explained(results, results.gaps.head(1)), path, results, lang="en")
    finally:
        (workspace.path / "display.toml").unlink()

    links = [
        cell.hyperlink.target
        for sheet in openpyxl.load_workbook(path)
        for row in sheet.iter_rows()
        for cell in row
        if cell.hyperlink
    ]
    assert links == [f"https://maps.example/b/pairing?id=A--B&gap={results.gaps['gap_id'].iloc[0]}&lang=en"]
