"""Sentences: every kind, both languages, built from its own row; numbers and words as a person reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from geodata.ingest import osm_tags
from geodata.model import DOMAINS, FACILITY_KINDS, LAYERS, PROVENANCES, ROAD_CLASSES
from layers import wording as w
from layers.kinds import KINDS
from layers.sentences import TELLERS, member_name, sentence

if TYPE_CHECKING:
    from layers.wording import Lang

NAMES = {"A": "甲区", "B": "乙区", "C": "丙区"}


def row(kind: str, evidence: dict[str, Any], **more: Any) -> dict[str, Any]:
    plain = dict.fromkeys(("what", "people", "length_m", "value_a", "value_b", "unit"))
    return {
        **plain,
        "kind": kind,
        "side": "a",
        "member_a": "A",
        "member_b": "B",
        "provenance": "measured",
        "magnitude": 1.0,
        "evidence": evidence,
        **more,
    }


def test_every_kind_has_a_sentence_and_words() -> None:
    assert set(TELLERS) == set(KINDS) == set(w.KIND_WORDS)
    assert set(w.DOMAIN_WORDS) == set(DOMAINS)
    assert set(w.LAYER_WORDS) == set(LAYERS)
    assert set(w.PROVENANCE_WORDS) == set(PROVENANCES)
    assert set(FACILITY_KINDS) <= set(w.THING_WORDS)
    assert set(ROAD_CLASSES) - {"road"} <= set(w.VALUE_WORDS)


def test_what_an_import_may_bring_has_words() -> None:
    kinds = set(osm_tags.FACILITIES.values()) | {asset.kind for asset in osm_tags.ASSETS.values()}

    assert kinds | set(osm_tags.LANDUSE.values()) <= set(w.THING_WORDS)


WALL = row(
    "service_wall",
    {"threshold_min": 15.0, "method": "road network"},
    what="clinic",
    people=12_000.0,
    value_a=18.0,
    value_b=6.04,
    unit="min",
)


def test_a_wall_in_chinese_and_english() -> None:
    assert sentence(WALL, "zh", NAMES) == (
        "甲区有 1.2 万人，到本区最近的诊所（卫生院）平均要 18 分钟，超过 15 分钟的标准；"
        "到界线对面乙区的只要 6.0 分钟。"
    )
    assert sentence(WALL, "en", {}) == (
        "12,000 people of A need 18 min to the nearest clinic of their own (limit 15 min), "
        "but 6.0 min to that of B across the line."
    )


def test_a_wall_on_the_other_side_reads_the_other_way() -> None:
    text = sentence(WALL | {"side": "b", "value_a": 6.0, "value_b": 18.0}, "en", {})

    assert text.startswith("12,000 people of B need 18 min")
    assert "6.0 min to that of A" in text


def test_people_without_any_way_to_their_own() -> None:
    assert "没有路可到本区的诊所" in sentence(WALL | {"value_a": None}, "zh", NAMES)
    assert "have no way to a clinic of their own" in sentence(WALL | {"value_a": float("nan")}, "en", {})


@pytest.mark.parametrize(
    ("provenance", "method", "zh", "en"),
    [
        ("measured", "road network", "。", "line."),
        ("generated", "road network", "（依据生成的演示数据）", "generated demonstration data.)"),
        ("fallback", "straight line", "（实际数据；时间按直线距离折算）", "straight lines.)"),
        ("generated", "straight line", "（依据生成的演示数据）", "generated demonstration data.)"),
    ],
)
def test_a_sentence_says_what_it_rests_on(provenance: str, method: str, zh: str, en: str) -> None:
    gap = WALL | {"provenance": provenance, "evidence": {"threshold_min": 15.0, "method": method}}

    assert sentence(gap, "zh", NAMES).endswith(zh)
    assert sentence(gap, "en", {}).endswith(en)


def test_jump_and_depression_are_told_apart() -> None:
    jump = row("asset_imbalance", {}, what="street_lamp", value_a=20.0, value_b=60.0, unit="per 10000 people")
    sunk = row("border_depression", {}, what="bus_stop", side="both", value_a=0.2, value_b=0.25)

    assert (
        sentence(jump, "zh", NAMES)
        == "界线两侧不同：乙区边界带的路灯为 60 个/万人，甲区一侧只有 20 个/万人。"
    )
    assert sentence(sunk, "zh", NAMES) == (
        "两侧都向界线走低：边界带的公交站在甲区只有其腹地的 20%，在乙区只有其腹地的 25%。"
    )
    assert "sides differ" in sentence(jump, "en", {})
    assert "Both sides sink towards the line" in sentence(sunk, "en", {})


def test_nothing_on_a_side_is_none_not_nought() -> None:
    jump = row("asset_imbalance", {}, what="reservoir", value_a=0.0, value_b=0.5, unit="per km2")

    assert sentence(jump, "zh", NAMES).endswith("甲区一侧没有。")
    assert sentence(jump, "en", {}).endswith("none in that of A.")


def test_all_differences_of_a_crossing_the_deciding_one_first() -> None:
    differences = {
        "class": {"value_a": "primary", "value_b": "tertiary", "m": 0.4, "side": "b"},
        "lanes": {"value_a": 4.0, "value_b": 2.0, "m": 0.5, "side": "b"},
    }
    gap = row(
        "road_step_change",
        {"attribute": "lanes", "name": "茶山路", "pairs": [{"differences": differences}]},
        what="lanes",
    )

    assert (
        sentence(gap, "zh", NAMES)
        == "“茶山路”从甲区进入乙区，在界线处车道数由 4 变为 2，等级由国省干道变为乡道。"
    )
    assert "lanes 4 to 2, class primary road to tertiary road" in sentence(gap, "en", {})


def test_a_border_without_a_crossing() -> None:
    evidence = {"crossings": 0, "border_m": 9000.0, "on_curves": 40, "curves_m": 40_000.0}
    gap = row("low_permeability", evidence, side="both")

    assert (
        sentence(gap, "zh", NAMES)
        == "甲区与乙区之间这段 9.0 公里的界线没有通道；按两侧腹地的密度应有约 9 处。"
    )
    assert sentence(gap, "en", {}).startswith("No roads cross these 9.0 km")


def test_names_stay_as_they_are() -> None:
    hostile = "<script>alert(1)</script>"

    assert hostile in sentence(WALL, "en", {"A": hostile, "B": "B"})


def test_a_member_of_several_districts_is_called_by_them_or_by_its_own_name() -> None:
    assert member_name("A+B", NAMES, "zh") == "甲区、乙区"
    assert member_name("A+B", NAMES | {"A+B": "新区"}, "zh") == "新区"


@pytest.mark.parametrize(
    ("count", "lang", "text"),
    [
        (12_000, "zh", "1.2 万人"),
        (12_000, "en", "12,000 people"),
        (800, "zh", "800 人"),
        (250_000_000, "zh", "2.5 亿人"),
        (1, "en", "1 person"),
        (None, "zh", "人数不详"),
    ],
)
def test_people(count: float | None, lang: Lang, text: str) -> None:
    assert w.people(count, lang) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.0022541, "0.00225"), (1234.5, "1,234"), (0.5, "0.5"), (12.345, "12.3"), (None, "—")],
)
def test_numbers_keep_three_digits(value: float | None, text: str) -> None:
    assert w.number(value) == text


def test_access_is_told_for_so_many_people_that_it_can_be_read() -> None:
    assert w.quantity(0.000159, "capacity per person", "en") == "1.59 capacity per 10,000 people"
    assert w.quantity(0.0, "capacity per person", "zh") == "0 容量/万人"


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0%"), (0.004, "<1%"), (0.005, "<1%"), (0.43, "43%"), (0.997, ">99%"), (1.0, "100%"), (None, "—")],
)
def test_little_is_not_told_as_nothing_nor_nearly_all_as_all(share: float | None, text: str) -> None:
    assert w.percent(share) == text


def test_a_pair_of_uses_is_told_word_by_word() -> None:
    assert w.thing("industrial × residential", "zh") == "工业用地 × 居住用地"


def test_reasons_are_told_in_both_languages() -> None:
    assert w.reason("not computed: no roads, parks", "zh") == "未计算：缺少道路、产业园区"
    assert w.reason("nobody on a side: a, b", "zh") == "一侧无人口：甲侧、乙侧"
    assert w.reason("too short to test", "en") == "too short to test"
