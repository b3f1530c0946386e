"""Members compared as wholes, and the spread across a group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, box
from world import STRIP, layer, move, point

from geodata.model import LAYERS, TABLES
from geodata.settings import Settings
from layers.compare import comparisons
from layers.inequality import gini, krugman, max_min, theil
from layers.region import region_of

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.region import Region

# Three districts of 100 km2 in a row, the third 30 km farther east.
#  +---+---+         +---+
#  | 1 | 2 |         | 3 |
#  +---+---+         +---+
SHAPES = {"1": box(0, 0, 10000, 10000), "2": box(10000, 0, 20000, 10000), "3": box(50000, 0, 60000, 10000)}
SEATS = {"1": (5000, 5000), "2": (15000, 5000), "3": (55000, 5000)}
A_METRE_MIN = 1.3 / 35_000 * 60


def stored(name: str, rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    return STRIP.unproject_frame(layer(name, rows))


def region(kind: str, members: list[list[str]], **layers: list[dict[str, Any]]) -> Region:
    districts = []
    for key, shape in SHAPES.items():
        seat = STRIP.unproject(np.array([move(point(*SEATS[key]))], dtype=object))[0]
        districts.append(
            {"district_id": key, "name": key, "geometry": shape, "seat_lon": seat.x, "seat_lat": seat.y}
        )
    pairings = pd.DataFrame([{"pairing_id": "P", "kind": kind, "members": members}]).reindex(
        columns=list(LAYERS["pairings"].column_names)
    )
    given_layers = {name: stored(name, rows) for name, rows in layers.items()}
    made = region_of(
        {"districts": stored("districts", districts), "pairings": pairings, **given_layers},
        Settings(),
        {},
        pairings_only=True,
    )
    return made.with_network().with_travel()


def table(rows: pd.DataFrame) -> dict[tuple[str, str], float]:
    assert list(rows.columns) == list(TABLES["comparisons"].column_names)
    return {(row.indicator, row.member): row.value for row in rows.itertuples()}


PEOPLE = [{"people": 30000, "geometry": point(5000, 5000)}, {"people": 20000, "geometry": point(55000, 6000)}]


def test_counterparts_side_by_side() -> None:
    """1 and 3 do not touch: three times the clinics a head, half of the industries alike."""
    roads = [
        {"road_class": "primary", "surface": "asphalt", "geometry": LineString([(0, 5000), (60000, 5000)])},
        {"road_class": "track", "surface": "gravel", "geometry": LineString([(50000, 1000), (60000, 1000)])},
        {"road_class": "track", "geometry": LineString([(50000, 2000), (60000, 2000)])},
    ]
    parks = [
        {"geometry": point(1000, 1000), "industries": ["Tea", "steel"], "partners": ["3"]},
        {"geometry": box(51000, 1000, 52000, 2000), "industries": ["tea"], "partners": []},
    ]
    clinics = [
        {"kind": "clinic", "geometry": point(x, y)} for x, y in ((5000, 5000), (55000, 5000), (56000, 5000))
    ]
    world = region(
        "counterpart", [["1"], ["3"]], roads=roads, parks=parks, facilities=clinics, population=PEOPLE
    )

    values = table(
        comparisons(
            world,
            programme=pd.DataFrame(
                {
                    "pairing_id": ["P", "P", "Q"],
                    "kind": ["project", "project", "park"],
                    "item_id": list("123"),
                }
            ),
        )
    )

    assert values["population", "1"] == 30000
    assert values["area", "3"] == pytest.approx(100, rel=1e-3)
    assert values["road_arterial", "1"] == pytest.approx(10 / 100, rel=1e-3)
    assert values["road_track", "3"] == pytest.approx(20 / 100, rel=1e-3)
    assert (values["paved_share", "1"], values["paved_share", "3"]) == pytest.approx((1, 1 / 2), rel=1e-3)
    assert (values["clinic", "1"], values["clinic", "3"]) == pytest.approx((1 / 3, 1))
    walk, drive = 1 / 4.5 * 60, 50 / 55 * 60
    assert values["t_own_clinic", "1"] == 0
    assert values["t_own_clinic", "3"] == pytest.approx(walk, abs=0.02)
    assert values["krugman_industries", "all"] == pytest.approx(1 / 2)
    assert values["travel_between_seats", "all"] == pytest.approx(drive, rel=1e-3)
    assert values["co_built_parks", "all"] == 1
    assert values["programme_project", "all"] == 2
    assert ("programme_park", "all") not in values


def test_a_group_and_its_core() -> None:
    """Without roads a straight line: 10 km take 22 minutes, 50 km more than an hour."""
    indicators = pd.DataFrame(
        [
            ("1", "gdp_per_head", 2020, 90000.0, "CNY/person"),
            ("1", "gdp_per_head", 2019, 30000.0, "CNY/person"),
            ("2", "gdp_per_head", 2019, 20000.0, "CNY/person"),
            ("3", "gdp_per_head", 2019, 10000.0, "CNY/person"),
        ],
        columns=["district_id", "indicator", "year", "value", "unit"],
    )
    people = [*PEOPLE, {"people": 10000, "geometry": point(15000, 5000)}]
    rows = comparisons(region("group", [["1"], ["2"], ["3"]], population=people), indicators)
    values = table(rows)

    assert values["gdp_per_head 2019", "2"] == 20000
    assert values["max_min:gdp_per_head 2019", "all"] == 3
    assert values["gini:gdp_per_head 2019", "all"] == pytest.approx(2 / 9)
    assert values["theil:area", "all"] == pytest.approx(0, abs=1e-6)
    assert values["within_60_min_of_core", "all"] == pytest.approx(40000 / 60000)
    assert ("gdp_per_head 2020", "1") not in values
    near = rows[rows["indicator"] == "within_60_min_of_core"]
    assert near["provenance"].tolist() == ["fallback"]


def test_a_member_of_two_districts_is_one() -> None:
    """Totals add up, rates are weighted by people."""
    indicators = pd.DataFrame(
        [
            (district, indicator, 2020, value, unit)
            for district, gdp, share in (("1", 10.0, 0.1), ("2", 5.0, 0.4), ("3", 1.0, 0.5))
            for indicator, value, unit in (("gdp", gdp, "CNY"), ("urban", share, "share"))
        ],
        columns=["district_id", "indicator", "year", "value", "unit"],
    )
    people = [*PEOPLE, {"people": 10000, "geometry": point(15000, 5000)}]
    values = table(comparisons(region("counterpart", [["2", "1"], ["3"]], population=people), indicators))

    assert values["area", "1+2"] == pytest.approx(200, rel=1e-3)
    assert values["population", "1+2"] == 40000
    assert values["gdp 2020", "1+2"] == 15
    assert values["urban 2020", "1+2"] == pytest.approx((0.1 * 3 + 0.4 * 1) / 4)


def test_what_the_data_do_not_tell_is_null() -> None:
    values = table(comparisons(region("counterpart", [["1"], ["3"]])))

    assert np.isnan(values["population", "1"])
    assert np.isnan(values["krugman_industries", "all"])
    assert values["travel_between_seats", "all"] == pytest.approx(50_000 * A_METRE_MIN, rel=1e-3)
    assert not any(name.startswith(("road_", "t_own_")) for name, _ in values)


def test_adjacent_pairings_are_compared_along_their_border_only() -> None:
    assert comparisons(region("adjacent", [["1"], ["2"]])).empty


def test_a_park_elsewhere_is_nobodys_here() -> None:
    """Most of the park lies in district 2, which is not compared."""
    park = {"geometry": box(9000, 0, 12000, 1000), "industries": ["tea"], "partners": ["3"]}

    assert (
        table(comparisons(region("counterpart", [["1"], ["3"]], parks=[park])))["co_built_parks", "all"] == 0
    )


def test_known_inequalities() -> None:
    assert theil(np.array([0.0, 0.0, 9.0])) == pytest.approx(np.log(3))
    assert gini(np.array([0.0, 0.0, 9.0])) == pytest.approx(2 / 3)
    assert np.isnan(max_min(np.array([0.0, 1.0])))
    assert np.isnan(theil(np.array([1.0])))
    assert np.isnan(gini(np.array([-1.0, 1.0])))
    assert krugman({"tea": 2.0}, {"tea": 1.0}) == 0
    assert krugman({"tea": 1.0}, {"steel": 1.0}) == 1
    assert np.isnan(krugman({}, {"steel": 1.0}))


@given(st.lists(st.floats(0.01, 1e6), min_size=2, max_size=9), st.floats(0.01, 100))
def test_spreads_do_not_depend_on_unit_or_order(values: list[float], factor: float) -> None:
    known = np.array(values)
    for index in (theil, gini, max_min):
        assert index(known[::-1] * factor) == pytest.approx(index(known), rel=1e-6, abs=1e-9)
    assert 0 <= gini(known) < 1
    assert theil(np.full(3, factor)) == pytest.approx(0, abs=1e-9)
    assert gini(np.full(3, factor)) == pytest.approx(0, abs=1e-9)


def test_a_district_without_a_place_of_people_is_no_empty_district() -> None:
    values = table(comparisons(region("counterpart", [["1"], ["3"]], population=PEOPLE[:1])))

    assert values["population", "1"] == PEOPLE[0]["people"]
    assert np.isnan(values["population", "3"])
