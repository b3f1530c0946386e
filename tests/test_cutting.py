"""Lines cut by nested grounds: once, or from the farthest inwards, comes to the same."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, box

from layers.cutting import cut, cut_further

OUTER, INNER = box(0, 0, 10, 10), box(0, 2, 10, 4)
LINES = np.array(
    [
        LineString([(-5, 3), (15, 3)]),  # through both, over either end
        LineString([(1, 1), (1, 9)]),  # in the outer, across the inner
        LineString([(2, 6), (8, 6)]),  # in the outer only
        LineString([(3, 2), (6, 2)]),  # on the inner's edge
        LineString([(20, 0), (20, 9)]),  # in neither
    ],
    dtype=object,
)


def test_what_is_left_of_a_line_is_cut_as_the_line() -> None:
    found = cut_further(cut([OUTER, OUTER], LINES), [INNER, box(0, 0, 0.5, 10)])

    assert found["region"].tolist() == [0, 0, 0, 1]
    assert found["feature"].tolist() == [0, 1, 3, 0]
    assert shapely.length(found["geometry"].to_numpy()).tolist() == [10.0, 2.0, 3.0, 0.5]


@given(st.lists(st.tuples(*[st.floats(-9.0, 9.0)] * 4), min_size=1, max_size=20))
def test_inwards_step_by_step_is_as_long_as_at_once(ends: list[tuple[float, float, float, float]]) -> None:
    lines = np.array([LineString([(x, y), (u, v)]) for x, y, u, v in ends], dtype=object)
    discs = [Point(0, 0).buffer(radius) for radius in (8, 5, 2)]
    found = cut(discs[:1], lines)
    for disc in discs[1:]:
        found = cut_further(found, [disc])
        length = np.bincount(
            found["feature"], shapely.length(found["geometry"].to_numpy()), minlength=len(lines)
        )
        assert length == pytest.approx(shapely.length(shapely.intersection(lines, disc)), abs=1e-9)
