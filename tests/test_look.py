"""A look at a source: what is in it is told, and nothing is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, box

from geodata.errors import SourceError, UsageError
from geodata.ingest.look import SAMPLE, look
from geodata.ingest.normalise import normalise
from geodata.model import LAYERS

if TYPE_CHECKING:
    from pathlib import Path


def test_columns_examples_and_place_of_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "医疗.csv"
    path.write_text(
        "名称,类型,经度,纬度\n甲,诊所,106.5,29.5\n乙,诊所,106.7,29.4\n丙,医院,,\n", encoding="gb18030"
    )

    (found,) = look(path)

    assert (found.rows, found.layer, found.crs, found.encoding) == (3, "facilities", "EPSG:4326", "gb18030")
    assert found.bounds == (106.5, 29.4, 106.7, 29.5)
    assert found.geometry_types == {"Point": 2}
    kinds = next(column for column in found.columns if column.name == "类型")
    assert (kinds.filled, kinds.distinct, kinds.numeric) == (3, 2, False)
    assert kinds.examples == (("诊所", 2), ("医院", 1))


def test_every_table_of_a_database_and_every_sheet(tmp_path: Path) -> None:
    rows = gpd.GeoDataFrame({"name": ["a"]}, geometry=[box(0, 0, 1, 1)], crs=4545)
    rows.to_file(tmp_path / "all.gpkg", layer="districts")
    rows.to_file(tmp_path / "all.gpkg", layer="hydro")
    with pd.ExcelWriter(tmp_path / "book.xlsx") as book:
        for title in ("一", "二"):
            pd.DataFrame({"name": ["a"], "lon": [1], "lat": [2]}).to_excel(
                book, sheet_name=title, index=False
            )

    tables = look(tmp_path / "all.gpkg")
    sheets = look(tmp_path / "book.xlsx")

    assert [(one.table, one.layer, one.crs) for one in tables] == [
        ("districts", "districts", "EPSG:4545"),
        ("hydro", None, "EPSG:4545"),
    ]
    assert [one.table for one in sheets] == ["一", "二"]
    assert [one.table for one in look(tmp_path / "book.xlsx", table="二")] == ["二"]


def test_the_sample_is_taken_evenly_and_can_be_normalised(tmp_path: Path) -> None:
    count = 3 * SAMPLE
    places = [Point(100 + k / count, 30) for k in range(count)]
    gpd.GeoDataFrame({"kind": ["clinic"] * count}, geometry=places, crs=4326).to_parquet(
        tmp_path / "x.parquet"
    )

    (found,) = look(tmp_path / "x.parquet")
    prepared = normalise(found.sample, LAYERS["facilities"])

    assert (found.rows, prepared.record.accepted) == (count, SAMPLE)
    assert prepared.frame.total_bounds[[0, 2]].tolist() == pytest.approx([100, 101], abs=0.001)


def test_what_cannot_be_read_is_told_as_on_import(tmp_path: Path) -> None:
    (tmp_path / "a.geojson").write_text(
        '{"type": "FeatureCollection", "crs": {"type": "link"}, "features": []}'
    )

    with pytest.raises(SourceError, match="addresses are not followed"):
        look(tmp_path / "a.geojson")
    with pytest.raises(UsageError, match="there is no such file"):
        look(tmp_path / "b.geojson")
