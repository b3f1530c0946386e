"""Exports of findings: same numbers in every format, text that stays text, files whole or not at all."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, Polygon

from dashboard.export.gis import FORMATS, features, with_sentences, write_gaps
from geodata.errors import BordergapError, UsageError
from geodata.formulas import neutral
from geodata.model import STORED_CRS, TABLES
from geodata.tables import canonical_frame

if TYPE_CHECKING:
    from layers.wording import Lang

NAMES: dict[Lang, dict[str, str]] = {
    "zh": {"01": "西区", "02": "=HYPERLINK(1)"},
    "en": {"01": "West", "02": "=HYPERLINK(1)"},
}
FORMULA = "=cmd|' /C calc'!A0"
THIRD = 1 / 3


def gaps(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    """Return explained gaps, each a dead end unless its row says otherwise."""
    dead_end = {
        "pairing_id": "01--02",
        "member_a": "01",
        "member_b": "02",
        "kind": "road_dead_end",
        "domain": "roads",
        "what": None,
        "side": "a",
        "severity": 61.2,
        "magnitude": THIRD,
        "exposure": 0.1 + 0.2,
        "confidence": 1.0,
        "people": 1234.5,
        "segment_from": 3,
        "segment_to": 3,
        "chainage_m": 3412.25,
        "provenance": "measured",
        "evidence": json.dumps(
            {"straight_m": 40.0, "network_m": 9000.0, "road": {"id": "r1", "name": FORMULA}}
        ),
        "geometry": Point(106.123456789012, 29.5),
    }
    table = pd.DataFrame([{"gap_id": f"g{k}", **dead_end, **row} for k, row in enumerate(rows or ({},))])
    frame = canonical_frame(table, TABLES["gaps"])
    frame["member_a"], frame["member_b"] = table["member_a"], table["member_b"]
    return with_sentences(gpd.GeoDataFrame(frame, geometry="geometry", crs=STORED_CRS), NAMES)


def written(rows: gpd.GeoDataFrame, folder: Path, ending: str) -> Path:
    path = folder / f"gaps{ending}"
    write_gaps(rows, path)
    return path


def test_columns_are_those_of_method_then_the_sentences() -> None:
    expected = [*TABLES["gaps"].column_names, "sentence_zh", "sentence_en", "geometry"]
    assert list(gaps().columns) == expected


def test_geojson_follows_rfc_7946(tmp_path: Path) -> None:
    clockwise = Polygon([(106, 29), (106, 30), (107, 30), (107, 29)])
    rows = gaps({"geometry": clockwise}, {"geometry": None, "people": None})

    collection = json.loads(written(rows, tmp_path, ".geojson").read_text(encoding="utf-8"))

    first, second = collection["features"]
    assert "crs" not in collection
    assert shapely.is_ccw(shapely.geometry.shape(first["geometry"]).exterior)
    assert second["geometry"] is None
    assert second["properties"]["people"] is None
    assert first["id"] == first["properties"]["gap_id"] == "g0"
    assert first["properties"]["evidence"]["road"]["name"] == FORMULA
    assert first["properties"]["magnitude"] == THIRD
    assert first["properties"]["segment_from"] == 3


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".parquet"])
def test_a_gis_reads_back_what_was_written(tmp_path: Path, ending: str) -> None:
    rows = gaps(
        {}, {"geometry": LineString([(106, 29), (106.5, 29.123456789)])}, {"geometry": None, "what": "学校"}
    )
    path = written(rows, tmp_path, ending)

    back = gpd.read_parquet(path) if ending == ".parquet" else gpd.read_file(path)

    assert back["gap_id"].tolist() == ["g0", "g1", "g2"]
    assert back["magnitude"].tolist() == [THIRD] * 3
    assert back["what"].tolist()[2] == "学校"
    assert back["sentence_zh"].tolist() == rows["sentence_zh"].tolist()
    assert back.geometry.iloc[0].x == 106.123456789012
    assert back.geometry.iloc[2] is None
    assert back.crs == STORED_CRS


def test_csv_has_exact_numbers_and_no_formula(tmp_path: Path) -> None:
    rows = gaps({"what": FORMULA}, {"what": "'=1", "side": "b"})
    path = written(rows, tmp_path, ".csv")

    with path.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))

    assert [row["what"] for row in table] == [f"'{FORMULA}", "''=1"]
    assert float(table[0]["magnitude"]) == THIRD
    assert float(table[0]["exposure"]) == 0.1 + 0.2
    assert shapely.from_wkt(table[0]["geometry"]).x == 106.123456789012
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_xlsx_cells_are_typed_and_no_formula(tmp_path: Path) -> None:
    rows = gaps(
        {"what": FORMULA, "people": None},
        {"evidence": json.dumps({"straight_m": 1.0, "ids": ["x" * 40_000]})},
    )
    book = openpyxl.load_workbook(written(rows, tmp_path, ".xlsx"))
    sheet = book["gaps"]
    header = [cell.value for cell in sheet[1]]
    first = dict(zip(header, sheet[2], strict=True))
    second = dict(zip(header, sheet[3], strict=True))

    assert first["what"].value == FORMULA
    assert first["what"].data_type == "s"
    assert first["magnitude"].value == THIRD
    assert first["people"].value is None
    assert first["lon"].value == pytest.approx(106.123456789012)
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert "more than a cell holds" in second["evidence"].value
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref is not None


@pytest.mark.parametrize("ending", FORMATS)
def test_no_gaps_give_a_file_with_columns(tmp_path: Path, ending: str) -> None:
    path = written(gaps().iloc[:0], tmp_path, ending)

    assert path.stat().st_size > 0
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_workbook_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_path: Path, _data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)

    with pytest.raises(BordergapError, match=r"worst\.xlsx was not written: .*No space left"):
        write_gaps(gaps(), tmp_path / "worst.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_what_stood_there_stays_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(gaps(), tmp_path, ".csv")
    before = path.read_bytes()

    def full(_rows: gpd.GeoDataFrame, beside: Path, _context: object) -> None:
        beside.write_text("half", encoding="utf-8")
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(FORMATS, ".csv", full)
    with pytest.raises(OSError, match="No space left"):
        write_gaps(gaps(), path)

    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_unknown_endings_and_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gaps\.txt: no format has this ending.*\.geojson"):
        write_gaps(gaps(), tmp_path / "gaps.txt")
    with pytest.raises(UsageError, match="make it first"):
        write_gaps(gaps(), tmp_path / "nowhere" / "gaps.csv")
    assert issubclass(UsageError, BordergapError)


def test_features_of_numpy_values_are_plain() -> None:
    (feature,) = features(gaps({"segment_from": np.int64(4)}))
    assert json.loads(json.dumps(feature))["properties"]["segment_from"] == 4


@given(st.text(max_size=8) | st.text("=+-@'\t\r", max_size=4))
def test_a_neutral_cell_gives_its_text_back(text: str) -> None:
    cell = neutral(text)
    restored = (
        cell[1:]
        if cell.startswith("'") and cell.lstrip("'")[:1] in set("=+-@\t\r") and cell.lstrip("'")
        else cell
    )

    assert restored == text
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
