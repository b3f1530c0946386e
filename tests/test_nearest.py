"""Whose desert people are part of: that of the nearest border of their own district, in any strip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import drawn
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import world
from hypothesis import given
from hypothesis import strategies as st
from pipeline import region, results
from shapely.geometry import Point, box

from geodata.boundaries import memberships
from geodata.model import STORED_CRS
from geodata.settings import Settings
from layers.nearest import district_across
from layers.region import region_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DESERT = ("service_desert",)
CORNER = {"A": world.A, "B": box(0, 5000, 6000, 10000), "C": box(0, 0, 6000, 5000)}
FAR_CLINIC = {"kind": "clinic", "geometry": Point(-5900, 9900)}


def across(shapes: Mapping[str, Any], places: Sequence[tuple[float, float]], zone_m: float) -> dict[int, str]:
    """Return the district across for people at `places` (metres), by their position."""
    people = gpd.GeoDataFrame(
        {"people": [1.0] * len(places)}, geometry=drawn.stored([Point(xy) for xy in places]), crs=STORED_CRS
    )
    home = memberships(people.geometry.array, drawn.clean(shapes).districts).drop_duplicates("row")
    found = district_across(people, home, drawn.borders(shapes), zone_m=zone_m)
    return dict(zip(found.index.tolist(), found.tolist(), strict=True))


def deserts(made: Any) -> dict[tuple[str, str], float]:
    """Return the people in deserts by pairing and side."""
    gaps = results(made, DESERT)["gaps"]
    sums = gaps.groupby(["pairing_id", "side"])["people"].sum()
    return dict(zip(sums.index.tolist(), sums.tolist(), strict=True))


def test_the_nearest_border_of_ones_own_district_counts() -> None:
    #  +---+---+
    #  | A | B |   The first lives in B, 300 m from A and 100 m from C; the second in A, 400 m from B, where
    #  |   +---+   the border of B and C, 400 m away too, is none of A's; the third far from any border.
    #  |   | C |
    #  +---+---+
    assert across(CORNER, [(300, 5100), (-400, 5000.1), (-4000, 5000)], 2000) == {0: "C", 1: "B"}


def test_the_zone_ends_where_it_says() -> None:
    assert across(CORNER, [(-1999.9, 8000), (-2000.1, 8000)], 2000) == {0: "B"}


def test_of_borders_equally_near_that_with_the_smaller_id_counts() -> None:
    assert across(CORNER, [(200, 5200), (-500, 5000)], 2000) == {0: "A", 1: "B"}


def test_people_of_no_district_are_near_no_border() -> None:
    assert across(CORNER, [(0, 10_500)], 2000) == {}


@given(st.lists(st.tuples(st.integers(-5900, 5900), st.integers(1, 9999)), min_size=1, max_size=20))
def test_it_is_the_nearest_one_by_one(places: list[tuple[int, int]]) -> None:
    lines = {
        "AB": shapely.LineString([(0, 5000), (0, 10000)]),
        "AC": shapely.LineString([(0, 0), (0, 5000)]),
        "BC": shapely.LineString([(0, 5000), (6000, 5000)]),
    }
    expected = {}
    for row, (x, y) in enumerate(places):
        own = "A" if x <= 0 else "B" if y >= 5000 else "C"
        near = sorted(
            (round(line.distance(Point(x, y)), 2), two.replace(own, ""))
            for two, line in lines.items()
            if own in two
        )
        if near[0][0] <= 2000:
            expected[row] = near[0][1]

    assert across(CORNER, places, 2000) == expected


# --- the deserts that come of it --------------------------------------------------------------------------


def test_everybody_in_a_desert_counts_in_one_pairing() -> None:
    places = [(-300, 5100, 1), (-300, 4900, 2), (300, 5200, 4), (100, 4700, 8), (0, 5500, 16)]
    made = region(
        CORNER,
        population=[{"people": number, "geometry": Point(x, y)} for x, y, number in places],
        facilities=[FAR_CLINIC],
    )

    assert deserts(made) == {("A--B", "a"): 17, ("A--C", "both"): 10, ("B--C", "a"): 4}


def test_a_member_of_several_districts_has_its_districts_people() -> None:
    # B+C, taken as one, has the people of B and C whose nearest border is that with A: not the 4 who live
    # nearer to the border between B and C, who belong to that pairing alone.
    places = [(300, 5200, 4), (100, 4700, 8), (100, 5600, 32)]
    pairing = {"pairing_id": "west-east", "kind": "counterpart", "members": [["A"], ["B", "C"]]}
    made = region(
        CORNER,
        population=[{"people": number, "geometry": Point(x, y)} for x, y, number in places],
        facilities=[FAR_CLINIC],
    )
    stored = {
        "districts": drawn.districts(CORNER),
        "pairings": pd.DataFrame([pairing]),
        **{name: made.layers.read(name) for name in ("population", "facilities")},
    }
    both = region_of(stored, Settings(), {}, pairings_only=False)
    only = region_of(stored, Settings(), {}, pairings_only=True)

    assert deserts(both) == {
        ("west-east", "b"): 40,
        ("A--B", "b"): 32,
        ("A--C", "b"): 8,
        ("B--C", "a"): 4,
    }
    # Where the border of B and C is none to be looked at, their people belong to that with A, all of them.
    assert deserts(only) == {("west-east", "b"): 44}


@pytest.fixture(scope="module")
def narrow() -> tuple[gpd.GeoDataFrame, dict[str, gpd.GeoDataFrame]]:
    """Return a district 1.9 km wide where two strips meet (109.5 degrees), its neighbours, and people.

    The border in the west is measured in the strip of 108 degrees, that in the east in the one of 111: two
    blocks.
    """
    shapes = {
        "A": box(109.40, 30.0, 109.49, 30.1),
        "B": box(109.49, 30.0, 109.51, 30.1),
        "C": box(109.51, 30.0, 109.60, 30.1),
    }
    districts = gpd.GeoDataFrame(
        {"district_id": list(shapes), "name": list(shapes), "parent": None},
        geometry=list(shapes.values()),
        crs=STORED_CRS,
    )
    places = [(109.498, 1), (109.503, 2), (109.5, 4), (109.488, 8), (109.512, 16)]
    population = gpd.GeoDataFrame(
        {"feature_id": [f"p{k}" for k in range(len(places))], "people": [float(n) for _, n in places]},
        geometry=[Point(lon, 30.05) for lon, _ in places],
        crs=STORED_CRS,
    )
    facilities = gpd.GeoDataFrame(
        {"feature_id": ["f"], "kind": ["clinic"], "name": [None], "capacity": [np.nan]},
        geometry=[Point(109.40, 30.0)],
        crs=STORED_CRS,
    )
    return districts, {"population": population, "facilities": facilities}


def test_a_district_with_borders_in_two_strips(
    narrow: tuple[gpd.GeoDataFrame, dict[str, gpd.GeoDataFrame]],
) -> None:
    districts, layers = narrow
    made = region_of({"districts": districts, **layers}, Settings(), {}, pairings_only=False)

    assert made.pairs["lon0"].tolist() == [108, 111]
    assert len(made.blocks([0, 1])) == 2
    # The third lives in the middle, equally far from both.
    assert made.across.to_dict() == {0: "A", 1: "C", 2: "A", 3: "B", 4: "B"}


def test_deserts_of_two_blocks_share_nobody(
    narrow: tuple[gpd.GeoDataFrame, dict[str, gpd.GeoDataFrame]],
) -> None:
    districts, layers = narrow
    made = region_of({"districts": districts, **layers}, Settings(), {}, pairings_only=False)

    assert deserts(made) == {("A--B", "both"): 1 + 4 + 8, ("B--C", "both"): 2 + 16}
