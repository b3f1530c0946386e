"""Columns and values by the words of Chinese and English sources; the user's own go before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from shapely import LineString

from geodata.errors import SettingsError, SourceError
from geodata.ingest.cells import table_of_cells
from geodata.ingest.columns import matched_columns
from geodata.ingest.dictionary import USER_FILE, dictionary, folded
from geodata.ingest.normalise import Prepared, normalise
from geodata.ingest.raw import RawTable
from geodata.model import LAYERS, ROAD_CLASSES

if TYPE_CHECKING:
    from pathlib import Path

LINE = LineString([(108, 30), (108, 30.1)])


def roads(columns: dict[str, list[Any]], **options: Any) -> Prepared:
    count = len(next(iter(columns.values())))
    shapes = np.array([LINE] * count, dtype=object)
    rows = pd.DataFrame(columns, dtype=object)
    return normalise(RawTable("roads.shp", rows, shapes, "EPSG:4326"), LAYERS["roads"], **options)


def test_a_chinese_table_of_roads_needs_no_mapping() -> None:
    prepared = roads(
        {
            "路线名称": ["甲路", "乙路"],
            "技术等级": ["县道", "村道"],
            "路面类型": ["水泥", "砂石"],
            "车道数": ["2", "1"],
            "路面宽度（米）": [6.5, 3.5],
            "护栏": ["左侧", "无"],
        }
    )

    row = prepared.frame.iloc[0]
    assert prepared.frame["name"].tolist() == ["甲路", "乙路"]
    assert prepared.frame["road_class"].tolist() == ["secondary", "unclassified"]
    assert prepared.frame["surface"].tolist() == ["concrete", "gravel"]
    assert (row["lanes"], row["width_m"]) == (2, 6.5)
    assert (row["barrier_left"], row["barrier_right"]) == ("guard_rail", "no")
    assert any("水泥 = concrete (1)" in note for note in prepared.record.notes)


def test_what_the_user_says_of_a_value_goes_before_the_dictionary() -> None:
    said = {"surface": {"砂石": "compacted", "三合土": "dirt"}}
    prepared = roads({"路面": ["砂石", "三合土", "水泥"]}, value_map=said)

    assert prepared.frame["surface"].tolist() == ["compacted", "dirt", "concrete"]


def test_values_of_no_known_kind_stay_and_are_counted() -> None:
    prepared = roads({"路面": ["火星土", "火星土", "水泥"]})

    assert prepared.frame["surface"].tolist() == ["火星土", "火星土", "concrete"]
    assert "surface: 2 values are no known kind, kept as they are: '火星土' (2)" in prepared.record.notes


def test_a_unit_in_the_name_of_a_column_counts() -> None:
    raw = table_of_cells(
        "a", ["经度", "纬度", "人口（万人）"], [["108", "30", "3.2"]], spoiled={}, lines={}, notes=[]
    )

    assert normalise(raw, LAYERS["population"]).frame["people"].tolist() == [32_000]


def test_degrees_with_minutes_and_seconds_are_degrees() -> None:
    raw = table_of_cells("a", ["东经", "北纬"], [["108°30′36″", "30度15分"]], spoiled={}, lines={}, notes=[])

    assert raw.geometry is not None
    assert (raw.geometry[0].x, raw.geometry[0].y) == pytest.approx((108.51, 30.25))


def test_columns_of_coordinates_can_be_named() -> None:
    raw = table_of_cells("a", ["一", "二"], [["108", "30"]], spoiled={}, lines={}, notes=[])
    assert raw.geometry is None

    prepared = normalise(raw, LAYERS["facilities"], field_map={"lon": "一", "lat": "二"})

    assert (prepared.frame.geometry[0].x, prepared.frame.geometry[0].y) == (108, 30)
    with pytest.raises(SourceError, match="go together"):
        normalise(raw, LAYERS["facilities"], field_map={"lon": "一"})


def test_a_field_can_be_left_empty() -> None:
    assert roads({"名称": ["甲"]}, field_map={"name": ""}).frame["name"].isna().all()


def test_the_users_words_go_before(tmp_path: Path) -> None:
    (tmp_path / USER_FILE).write_text(
        '[columns]\nsurface = ["铺面"]\n[values.surface]\ngravel = ["水泥"]\n', encoding="utf-8"
    )

    words = dictionary(tmp_path)

    assert matched_columns(LAYERS["roads"], ["铺面"], None, "a", words) == {"surface": "铺面"}
    assert words.values_of("roads", "surface")["水泥"] == "gravel"
    assert dictionary().values_of("roads", "surface")["水泥"] == "concrete"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[colums]\n", "colums"),
        ('[columns]\nsurfaces = ["a"]\n', "surfaces"),
        ('[columns]\nsurface = "a"\n', "lists of words"),
        ("surface\n", "TOML"),
    ],
)
def test_a_dictionary_that_does_not_fit_is_refused(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / USER_FILE).write_text(text, encoding="utf-8")

    with pytest.raises(SettingsError, match=told):
        dictionary(tmp_path)


def test_every_word_of_a_layer_means_one_thing() -> None:
    words = dictionary()
    for layer in LAYERS.values():
        fields = [name for name in layer.column_names if name not in {"barrier_left", "barrier_right"}]
        said = [word for name in fields for word in words.words_of(name)]
        assert len(said) == len(set(said)), [word for word in said if said.count(word) > 1]
    assert set(ROAD_CLASSES) <= set(words.values_of("roads", "road_class").values())


def test_names_are_compared_without_width_case_and_spaces() -> None:
    assert folded(" ＮＡＭＥ （米） ") == "name"
    assert dictionary().layer_called("农村公路") == "roads"
    assert dictionary().layer_called("something") is None
