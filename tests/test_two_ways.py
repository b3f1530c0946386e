"""A jump and a depression are told apart across a border, in words; a border's pieces are known."""

from __future__ import annotations

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString

from dashboard.gap_rows import severity_sum
from dashboard.profiles import pieces
from dashboard.two_ways import WAYS, Cells, across_of, verdict
from layers.kinds import KINDS
from layers.score import severity
from layers.wording import LANGS, Lang

ZONE_M = 2000.0
NONE = pd.DataFrame({"kind": [], "value_a": [], "value_b": [], "unit": []})
NO_PEOPLE = Cells(np.empty(0, bool), *np.empty((3, 0)))
MEMBERS = ("West", "East")


def bands(a: tuple[float, float], b: tuple[float, float]) -> Cells:
    """Return bands of 1 km: the first value of a side in its zone, the second from twice its depth on."""
    band = np.arange(10) * 1000.0
    values = [np.where(band < 2000, zone, np.where(band > 3000, inside, 99.0)) for zone, inside in (a, b)]
    is_a, from_m, to_m = np.repeat([True, False], 10), np.r_[-band - 1000, band], np.r_[-band, band + 1000]
    return Cells(is_a, from_m, to_m, np.concatenate(values))


def way(table: Cells, gaps: pd.DataFrame = NONE, lang: Lang = "en", unit: str = "km/km2") -> dict[str, str]:
    return verdict(across_of(table, NO_PEOPLE, unit, ZONE_M), gaps, MEMBERS, lang)


@pytest.mark.parametrize(
    ("a", "b", "unit", "expected"),
    [
        ((4.0, 4.0), (1.0, 1.0), "km/km2", "jump"),
        ((1.0, 4.0), (1.5, 4.0), "km/km2", "depression"),
        ((1.0, 8.0), (3.0, 8.0), "km/km2", "both"),
        ((3.0, 4.0), (4.0, 4.0), "km/km2", "neither"),
        ((1.0, 4.0), (1.5, 2.0), "km/km2", "neither"),  # one side alone is no depression
        ((0.0, 4.0), (3.0, 4.0), "km/km2", "jump"),
        ((0.0, 0.0), (0.0, 0.0), "km/km2", "neither"),
        ((30.0, 10.0), (30.0, 12.0), "min", "depression"),  # of times, more is poorer
        ((4.0, 10.0), (4.0, 10.0), "min", "neither"),
        ((float("nan"), 4.0), (1.0, 1.0), "km/km2", "unknown"),
    ],
)
@pytest.mark.parametrize("lang", LANGS)
def test_jump_and_depression(
    a: tuple[float, float], b: tuple[float, float], unit: str, expected: str, lang: Lang
) -> None:
    said = way(bands(a, b), lang=lang, unit=unit)

    assert said["way"] == expected
    assert said["text"]
    assert "None" not in said["text"]
    assert "nan" not in said["text"]


def test_what_was_tested_is_told_with_its_own_numbers() -> None:
    gap = {"kind": "asset_imbalance", "value_a": 6.0, "value_b": 2.0, "unit": "km/km2"}
    said = way(bands((3.0, 3.0), (2.0, 2.0)), pd.DataFrame([gap]))

    assert said["way"] == "jump"
    assert said["text"].startswith("6 km per km² in the border zone of West, 2 km per km² in that of East")
    assert "tested" in said["text"]
    assert "not listed" in way(bands((6.0, 6.0), (2.0, 2.0)))["text"]


def test_bands_count_by_their_people_where_a_value_is_per_head() -> None:
    table = bands((0.0, 0.0), (1.0, 1.0))
    nearest = table.is_a & (table.from_m == -1000.0)
    table.value[nearest] = 10.0
    people = table._replace(value=np.where(nearest, 300.0, np.where(table.from_m == -2000.0, 100.0, 0.0)))

    found = across_of(table, people, "min", ZONE_M)

    assert found.zone == {"a": pytest.approx(7.5), "b": None}  # nobody lives on side b
    assert found.inside == {"a": None, "b": None}


def test_ways_are_kinds_and_each_kind_is_of_one() -> None:
    named = [kind for kinds in WAYS.values() for kind in kinds]

    assert set(named) <= set(KINDS)
    assert len(set(named)) == len(named)


def test_pieces_begin_where_segments_do_not_meet() -> None:
    #  0 --- 1 --- 2     5 --- 6 : two pieces, the first of two segments
    lines = [LineString([(0, 0), (1, 0)]), LineString([(1, 0), (2, 0)]), LineString([(5, 0), (6, 0)])]
    segments = gpd.GeoDataFrame(
        {"chainage_from_m": [0.0, 900.0, 1800.0], "chainage_to_m": [900.0, 1800.0, 2500.0]},
        geometry=lines,
        crs="EPSG:4326",
    )

    assert pieces(segments) == [{"from": 0.0, "to": 1.8}, {"from": 1.8, "to": 2.5}]
    assert pieces(segments.iloc[:0]) == []


@given(*(st.floats(0, 1) for _ in range(2)), st.floats(0.2, 1))
def test_severity_can_be_redone_from_what_is_shown(
    magnitude: float, exposure: float, confidence: float
) -> None:
    parts = pd.DataFrame([{"magnitude": magnitude, "exposure": exposure, "confidence": confidence}])
    shown = float(severity(parts["magnitude"], parts["exposure"], parts["confidence"]).iloc[0])
    gap = {"magnitude": magnitude, "exposure": exposure, "confidence": confidence, "severity": shown}

    sum_, _, result = severity_sum(gap).partition(" = ")

    hundred, factor, m_weight, m, e_weight, e = map(float, re.findall(r"[\d.]+", sum_))
    assert float(result) == shown
    assert hundred * factor * (m_weight * m + e_weight * e) == pytest.approx(shown, abs=0.07)
