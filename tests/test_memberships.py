"""Which district a point is of: one, both on the line, none outside."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from drawn import clean, stored
from shapely.geometry import Point, box

from geodata.memberships import memberships

A = box(-3000, 0, 0, 5000)
B = box(0, 0, 3000, 5000)


def of(*points: Any, **shapes: Any) -> list[list[Any]]:
    found = memberships(stored(points), clean(shapes or {"A": A, "B": B}).districts)
    return found.to_numpy().tolist()


@pytest.mark.parametrize(("x", "owner"), [(-5, "A"), (-0.2, "A"), (0.2, "B"), (5, "B")])
def test_a_point_inside_is_of_one_district(x: float, owner: str) -> None:
    assert of(Point(x, 2500)) == [[0, owner, False]]


@pytest.mark.parametrize("x", [-0.09, 0, 0.09])
def test_a_point_on_the_line_is_of_both(x: float) -> None:
    assert of(Point(x, 2500)) == [[0, "A", True], [0, "B", True]]


def test_contested_land_is_of_both() -> None:
    wide = box(-200, 0, 3000, 5000)

    assert of(Point(-100, 2500), Point(-300, 2500), A=A, B=wide) == [
        [0, "A", True],
        [0, "B", True],
        [1, "A", False],
    ]


def test_a_point_at_the_outline_is_of_one_and_not_on_the_line() -> None:
    assert of(Point(-3000, 2500)) == [[0, "A", False]]


def test_a_point_outside_null_and_empty_are_of_none() -> None:
    assert of(Point(-4000, 0), Point(), Point(5, 5)) == [[2, "B", False]]
    assert memberships(np.array([None], dtype=object), clean({"A": A}).districts).empty


def test_three_districts_in_a_point() -> None:
    north = box(0, 2500, 3000, 5000)

    assert [row[1] for row in of(Point(0, 2500), A=A, B=B - north, C=north)] == ["A", "B", "C"]


def test_districts_of_several_strips() -> None:
    # The middle of B is at 111 degrees east, a strip further than that of A.
    far = {
        "A": box(-3000, 0, 0, 5000),
        "B": box(0, 0, 600_000, 5000),
    }

    assert of(Point(-1, 100), Point(0, 100), Point(500_000, 100), **far) == [
        [0, "A", False],
        [1, "A", True],
        [1, "B", True],
        [2, "B", False],
    ]
