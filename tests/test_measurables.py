"""What is measured, cell by cell: against shapely one geometry at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, box
from world import frame, move, point

from layers.cutting import cut, holders, parts_by_side
from layers.measurables import cell_areas_m2, line_metres, measured_lines, places
from layers.runs import number_runs

places_near = st.tuples(st.integers(-2500, 2500), st.integers(0, 10000))


def runs_back(row: list[tuple[int, int]]) -> bool:
    """Return whether a line covers part of itself: cut, it has that part once, whole it has it twice."""
    line = LineString(row)
    return bool(shapely.node(line).length < line.length - 1e-9)


one_line = st.lists(places_near, min_size=2, max_size=4, unique=True).filter(lambda row: not runs_back(row))
lines = st.lists(one_line, min_size=1, max_size=6)


def tracks(rows: list[list[tuple[int, int]]]) -> list[dict[str, Any]]:
    return [{"road_class": "track", "surface": "dirt", "geometry": LineString(row)} for row in rows]


@settings(max_examples=40)
@given(lines)
def test_cells_hold_what_the_zone_holds(rows: list[list[tuple[int, int]]]) -> None:
    """Every line twice: duplicates count twice. What is within 0.1 m of the line may be of both sides."""
    world = frame(roads=tracks(rows + rows))
    metres = line_metres(world, "zone")

    for side in ("a", "b"):
        of_side = metres[(metres["side"] == side) & (metres["name"] == "road_track")]
        drawn = [move(LineString(row)) for row in rows]
        held = 2 * sum(shapely.intersection(line, world.zone(side)[0]).length for line in drawn)
        on_line = 2 * sum(shapely.intersection(line, world.borders[0].buffer(0.1)).length for line in drawn)
        assert held - 0.01 <= of_side["metres"].sum() <= held + on_line + 0.01


def test_cells_share_out_the_zone() -> None:
    areas = cell_areas_m2(frame(), "zone")

    assert areas["a"] == pytest.approx(np.full(10, 2e6), rel=1e-3)
    assert areas["b"] == pytest.approx(np.full(10, 2e6), rel=1e-3)
    members = {"A": box(-12000, 0, 0, 10000), "B": box(0, 0, 6000, 10000)}
    belts = cell_areas_m2(frame(members), "belt")
    assert belts["a"].sum() == pytest.approx(60e6, rel=1e-3)
    assert belts["b"].sum() == pytest.approx(20e6, rel=1e-3)


def test_which_roads_are_measured() -> None:
    classes = ["motorway_link", "residential", "track", "footway", "construction"]
    roads = [{"road_class": name, "geometry": LineString([(0, 0), (9, 9)])} for name in classes]

    assert measured_lines(frame(roads=roads))["name"].tolist() == [
        "road_arterial",
        "road_local",
        "road_track",
    ]


def test_places_stand_on_their_side_and_on_the_line_on_both() -> None:
    world = frame(
        assets=[{"kind": "mast", "geometry": point(x, 4500)} for x in (-300, 0.05, 5999)],
        population=[{"people": 7, "geometry": point(0, 4500)}],
    )
    table = places(world)

    masts = table[table["layer"] == "assets"]
    assert sorted(zip(masts["row"], masts["side"], strict=True)) == [(0, "a"), (1, "a"), (1, "b"), (2, "b")]
    assert masts["distance_m"].tolist() == [300, 0.05, 0.05, 5999]
    people = table[table["layer"] == "population"]
    assert people[["side", "amount"]].to_numpy().tolist() == [["a", 7]]


def test_what_is_covered_is_not_cut() -> None:
    inside, across = LineString([(1, 1), (2, 2)]), LineString([(5, 5), (15, 5)])
    found = cut([box(0, 0, 10, 10)], [inside, across, across])

    assert found["feature"].tolist() == [0, 1, 2]
    assert found["geometry"].iloc[0] is inside
    assert found["geometry"].map(shapely.length).tolist() == pytest.approx([2**0.5, 5, 5])


def test_parts_under_a_square_metre_are_ignored() -> None:
    world = frame()
    slivers = [move(box(-100, 0, 0.001, 500)), move(box(-100, 600, 0.01, 900))]
    parts = parts_by_side(world, slivers, 2000)

    assert parts[["feature", "side"]].to_numpy().tolist() == [[0, "a"], [1, "a"], [1, "b"]]


def test_a_park_held_in_equal_parts_is_side_as() -> None:
    parks = [
        {"geometry": box(-500, 0, 500, 500)},
        {"geometry": point(0, 700)},
        {"geometry": box(-1, 0, 9, 9)},
    ]
    world = frame(parks=parks)
    held = holders(world.layers["parks"], world.districts, world.sides)

    assert held[["side", "row"]].to_numpy().tolist() == [["a", 0], ["a", 1], ["b", 2]]


def test_runs_bridge_one_empty_segment_and_no_more() -> None:
    world = frame()
    rows = np.array([0, 2, 5, 6, 9])

    assert number_runs(world, rows, np.zeros(5, dtype=np.intp)).tolist() == [0, 0, 1, 1, 2]
