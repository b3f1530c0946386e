"""Few crossings for the roads around: case c05, windows, what is not compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import world
from hypothesis import given, settings
from hypothesis import strategies as st
from road_world import frame, road, split, told
from scipy.stats import binom
from shapely.geometry import LineString, box

from layers.parallels import parallels
from layers.permeability import low_permeability

if TYPE_CHECKING:
    from collections.abc import Iterable

    from road_world import Row, Rows


def country(crossing: set[int], ys: Iterable[int] = range(500, 10000, 1000)) -> list[Row]:
    """Return a road a kilometre on each side; those `crossing` go through."""
    return [
        row
        for y in ys
        for row in (
            [road((-5000, y), (5000, y))]
            if y in crossing
            else [road((-5000, y), (-600, y)), road((600, y), (5000, y))]
        )
    ]


def test_one_road_of_ten_crosses() -> None:
    result = low_permeability(frame(country({4500})))

    (gap,) = result.findings.to_dict("records")
    evidence = gap["evidence"]
    # Border 1 in 10 km; the lines at 1 and 2 km on either side 10 each, 40 in 40 km.
    assert (gap["side"], gap["magnitude"]) == ("both", 0.9)
    assert gap["p_value"] == pytest.approx(0.8**41 + 41 * 0.2 * 0.8**40, abs=1e-9)
    assert (evidence["crossings"], evidence["on_curves"], evidence["whole"]) == (1, 40, True)
    assert [curve["crossings"] for curve in evidence["curves"]] == [10] * 4
    assert (gap["segment_from"], gap["segment_to"], gap["chainage_m"]) == (0, 9, 0)
    share = evidence["border_m"] / (evidence["border_m"] + evidence["curves_m"])
    assert binom.cdf(1, 41, share) == pytest.approx(gap["p_value"], abs=1e-9)


@pytest.mark.parametrize(
    ("why", "roads"),
    [
        ("as many as around", country(set(range(500, 10000, 1000)))),
        ("exactly half", country({500, 2500, 4500, 6500, 8500})),
        ("4 on the curves", country(set(), [4500])),
        ("1 of 5: p = 0.058", country({4500}, range(500, 10000, 2000))),
        ("footpaths", [{**row, "road_class": "path"} for row in country({4500})]),
        ("no roads", []),
    ],
)
def test_permeable_enough(why: str, roads: Rows) -> None:
    assert len(low_permeability(frame(roads)).findings) == 0, why


def test_a_road_counts_once_a_segment_and_curve() -> None:
    # One road that winds over the line at x = -1 000 five times between y = 5 100 and 5 500.
    winding = road(*((-1000 + 100 * (-1) ** k, 5100 + 100 * k) for k in range(6)))

    evidence = low_permeability(frame([*country({4500}), winding])).findings["evidence"].iloc[0]

    assert [curve["crossings"] for curve in evidence["curves"]] == [11, 10, 10, 10]


def test_window_of_a_border_that_is_permeable_elsewhere() -> None:
    members = {"A": box(-6000, 0, 0, 20000), "B": box(0, 0, 6000, 20000)}
    border = {("A", "B"): LineString([(0, 20000), (0, 0)])}
    roads = country(set(range(10500, 20000, 1000)), range(500, 20000, 1000))

    (gap,) = low_permeability(world.frame(members, border, roads=roads)).findings.to_dict("records")

    # The southern half has none: P(X = 0) of 40 at 10 / 50. Windows farther north have a crossing or more.
    assert (gap["segment_from"], gap["segment_to"], gap["magnitude"]) == (10, 19, 1.0)
    assert gap["p_value"] == pytest.approx(0.8**40, abs=1e-9)
    assert gap["chainage_m"] == 10000
    assert gap["geometry"].length == pytest.approx(10000)
    assert not gap["evidence"]["whole"]


def test_a_side_without_data_is_not_compared() -> None:
    west = [road((-5000, y), (-600, y)) for y in range(500, 10000, 500)]

    result = low_permeability(frame(west))

    assert len(result.findings) == 0
    assert list(result.not_computed["reason"]) == ["no data there"]


def test_without_a_road_layer() -> None:
    assert len(low_permeability(world.frame()).findings) == 0


@settings(max_examples=5)
@given(degrees=st.floats(0, 360), mirrored=st.booleans())
def test_turning_mirroring_and_splitting_change_nothing(*, degrees: float, mirrored: bool) -> None:
    before = told(low_permeability(frame(country({4500}))))

    assert told(low_permeability(frame(country({4500}), turned=degrees, mirrored=mirrored))) == before
    assert told(low_permeability(frame(split(country({4500}))))) == before


def test_curve_keeps_its_distance_inside_the_member() -> None:
    #  The line has a corner: the curve on the outer side goes round it on an arc.
    a = box(0, 0, 5000, 5000)
    b = box(-3000, -3000, 5000, 5000) - a
    line = LineString([(0, 5000), (0, 0), (5000, 0)])

    curve = parallels(world.frame({"A": a, "B": b}, {("A", "B"): line}), "b", 1000)

    assert curve.length_m.sum() == pytest.approx(10000 + 1000 * 3.14159 / 2, rel=1e-3)
    inner = parallels(world.frame({"A": a, "B": b}, {("A", "B"): line}), "a", 1000)
    assert inner.length_m.sum() == pytest.approx(8000, rel=1e-6)


def test_a_pair_that_overlaps_without_a_border() -> None:
    nothing = world.frame(borders={("A", "B"): LineString()}, roads=country({4500}))

    assert len(low_permeability(nothing).findings) == 0
