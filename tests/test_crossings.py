"""Crossings: connected contacts with the line that road leaves to both sides."""

from __future__ import annotations

import pytest
import world
from hypothesis import given, settings
from hypothesis import strategies as st
from road_world import frame, road, split
from shapely.geometry import LineString, box

from layers.crossings import crossings, find_crossings

#   West is A, east is B, the line is x = 0.
DRAWINGS = {
    "straight over": (1, [road((-100, 5000), (100, 5000))]),
    "a vertex on the line": (1, [road((-100, 5000), (0, 5000), (100, 5100))]),
    "two features that meet on the line": (1, [road((-100, 5000), (0, 5000)), road((0, 5000), (100, 5000))]),
    "touches and returns": (0, [road((-100, 5000), (0, 5000), (-100, 5100))]),
    "ends on the line": (0, [road((-100, 5000), (0, 5000))]),
    "3 cm over the line": (0, [road((-100, 5000), (0.03, 5000))]),
    "30 cm over the line": (1, [road((-100, 5000), (0.3, 5000))]),
    "meets the other 3 cm off": (1, [road((-100, 5000), (0.03, 5000)), road((-0.03, 5000), (100, 5000))]),
    "along the line, then over": (1, [road((-100, 5000), (0, 5000), (0, 4000), (100, 4000))]),
    "along the line, then back": (0, [road((-100, 5000), (0, 5000), (0, 4000), (-100, 4000))]),
    "on the line only": (0, [road((0, 5000), (0, 4000))]),
    "within 0.1 m of the line, now left, now right": (
        0,
        [road((-100, 5000), (-0.05, 5000), (0.09, 4500), (-0.09, 4000), (-100, 4000))],
    ),
    "five times over the line": (
        5,
        [road(*((-100 * (-1) ** k, 5000.0 - 100 * k) for k in range(6)))],
    ),
    "junction on the line, one way out east": (
        1,
        [road((-100, 5000), (0, 5000)), road((-100, 4000), (0, 5000)), road((0, 5000), (100, 5000))],
    ),
    "junction on the line, two and two": (
        2,
        [
            road((-100, 5000), (0, 5000)),
            road((-100, 4000), (0, 5000)),
            road((0, 5000), (100, 5000)),
            road((0, 5000), (100, 4000)),
        ],
    ),
    "junction on the line, two roads through it": (
        2,
        [road((-100, 5000), (0, 5000), (100, 5000)), road((-100, 4900), (0, 5000), (100, 5100))],
    ),
    "two that cross on the line without joining": (
        2,
        [road((-100, 5000), (100, 5000)), road((-100, 4900), (100, 5100))],
    ),
    "a bridge over another road's vertex on the line": (
        2,
        [road((-100, 5000), (0, 5000), (100, 5000)), road((-100, 4900), (0, 5000), (100, 5100), layer=1)],
    ),
    "a road on the line, one branch to either side": (
        1,
        [road((-100, 5200), (0, 5200)), road((0, 5000), (0, 5200), (0, 5500)), road((0, 5500), (100, 5500))],
    ),
    "the same, the branches end on it between its vertices": (
        1,
        [road((-100, 5200), (0, 5200)), road((0, 5000), (0, 6000)), road((0, 5500), (100, 5500))],
    ),
    "drawn 4 m apart at the line: one node": (
        1,
        [road((-100, 5000), (-2, 5000)), road((2, 5000), (100, 5000))],
    ),
    "drawn 4 m over each other": (1, [road((-100, 5000), (2, 5000)), road((-2, 5000), (100, 5000))]),
    "drawn 6 m apart": (0, [road((-100, 5000), (-3, 5000)), road((3, 5000), (100, 5000))]),
    "ends 4 m before a road behind the line": (
        1,
        [road((-100, 5000), (-2, 5000)), road((2, 4000), (2, 6000))],
    ),
    "a 3 m piece between": (
        1,
        [road((-100, 5000), (-1.5, 5000)), road((-1.5, 5000), (1.5, 5000)), road((1.5, 5000), (100, 5000))],
    ),
    "not for cars": (0, [road((-100, 5000), (100, 5000), road_class="footway")]),
    "not there yet": (0, [road((-100, 5000), (100, 5000), road_class="construction")]),
    "a link road": (1, [road((-100, 5000), (100, 5000), road_class="primary_link")]),
    "past the end of the border": (0, [road((-100, 10001), (100, 10001))]),
    "no roads": (0, []),
}


@pytest.mark.parametrize("drawing", DRAWINGS)
def test_count(drawing: str) -> None:
    count, roads = DRAWINGS[drawing]

    assert crossings(frame(roads))["count"].sum() == count


@settings(max_examples=25)
@given(drawing=st.sampled_from(sorted(DRAWINGS)), degrees=st.floats(0, 360), mirrored=st.booleans())
def test_turning_mirroring_and_splitting_change_nothing(
    *, drawing: str, degrees: float, mirrored: bool
) -> None:
    count, roads = DRAWINGS[drawing]

    assert crossings(frame(roads, turned=degrees, mirrored=mirrored))["count"].sum() == count
    assert crossings(frame(split(roads)[::-1]))["count"].sum() == count


def test_place_roads_and_ways_of_a_crossing() -> None:
    found = find_crossings(frame([road((-100, 5000), (0, 5000)), road((100, 5000), (0, 5000))]))

    (crossing,) = found.table.itertuples()
    assert (crossing.geometry.x, crossing.geometry.y) == pytest.approx((world.EAST, world.NORTH + 5000))
    assert crossing.chainage_m == pytest.approx(5000)
    assert crossing.roads == [0, 1]
    assert list(found.ways["side"]) == ["a", "b"]
    assert list(found.ways["ahead"]) == [False, False]
    assert found.ways["free_m"].to_numpy() == pytest.approx([99.9, 99.9], abs=0.01)


def test_each_border_has_its_own() -> None:
    #  +---+---+   A road from A through B to C.
    #  | A | B | C
    members = {key: box(k * 1000, 0, (k + 1) * 1000, 1000) for k, key in enumerate("ABC")}
    borders = {
        ("A", "B"): LineString([(1000, 1000), (1000, 0)]),
        ("B", "C"): LineString([(2000, 1000), (2000, 0)]),
    }

    table = crossings(world.frame(members, borders, roads=[road((500, 500), (2500, 500))]))

    assert list(table["pair"]) == [0, 1]
    assert list(table["count"]) == [1, 1]


def test_a_road_through_the_point_where_three_meet_crosses_into_the_third() -> None:
    #  A is west, B north-east, C south-east; the road goes from A through their point into C.
    members = {"A": box(-1000, -1000, 0, 1000), "B": box(0, 0, 1000, 1000), "C": box(0, -1000, 1000, 0)}
    borders = {
        ("A", "B"): LineString([(0, 1000), (0, 0)]),
        ("A", "C"): LineString([(0, 0), (0, -1000)]),
        ("B", "C"): LineString([(0, 0), (1000, 0)]),
    }

    table = crossings(world.frame(members, borders, roads=[road((-500, 500), (0, 0), (500, -500))]))

    assert list(table["pair"]) == [1]
