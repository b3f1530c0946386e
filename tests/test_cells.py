"""Cells of segments: what lies in one is nearest to it, whichever way the border runs."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString

from layers.cells import SEAM_M, segment_cells

REACH_M = 5000.0
PLACE = st.tuples(st.integers(0, 3000), st.integers(0, 3000))


def area_of(lines: list[LineString], number: int) -> float:
    return float(segment_cells(lines, REACH_M)[number].area)


def test_the_cells_of_a_straight_border_are_cut_square() -> None:
    lines = [LineString([(k * 1000, 0), (k * 1000 + 1000, 0)]) for k in range(3)]

    assert area_of(lines, 1) == pytest.approx(1000 * 2 * REACH_M)


def test_one_segment_has_all() -> None:
    assert area_of([LineString([(0, 0), (1000, 0)])], 0) == pytest.approx(11_000 * 10_000)


def test_a_border_that_comes_back_shares_out_the_ground_between() -> None:
    """Two stretches 30 m apart, their points not across from one another: the seam runs midway all along."""
    lines = [
        LineString([(0, 0), (1000, 0)]),
        LineString([(1000, 0), (1510, 0), (1510, 30), (990, 30)]),
        LineString([(990, 30), (17, 30)]),
    ]
    first, _, last = segment_cells(lines, REACH_M)
    between = shapely.box(100, 0, 900, 30)

    assert first.intersection(between).area == pytest.approx(800 * 15, rel=0.005)
    assert last.intersection(between).area == pytest.approx(800 * 15, rel=0.005)
    assert first.symmetric_difference(shapely.box(100, 0, 900, 15)).intersection(between).area < 800 * 0.3


@settings(max_examples=60, deadline=None)
@given(st.lists(PLACE, min_size=3, max_size=8, unique=True), st.lists(PLACE, min_size=1, max_size=30))
def test_what_lies_in_a_cell_is_nearest_to_its_segment(
    corners: list[tuple[int, int]], places: list[tuple[int, int]]
) -> None:
    """But for a strip along the seams, that is as wide as they may be off."""
    lines = [LineString(ends) for ends in itertools.pairwise(corners)]
    cells = segment_cells(lines, REACH_M)
    points = shapely.points(places)
    distance = np.array([shapely.distance(points, line) for line in lines])

    holds = np.array([shapely.dwithin(cell, points, 1e-6) for cell in cells])
    assert holds.any(axis=0).all()
    assert (np.where(holds, distance, 0.0) <= distance.min(axis=0) + 2 * SEAM_M).all()
