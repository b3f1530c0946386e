"""Checks of the boundaries themselves: land claimed twice, land claimed by nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
from shapely.geometry import LineString, box
from world import LINE, STRIP, A, B, frame, move

from layers.boundary import boundary_gap, boundary_overlap
from layers.findings import FINDING_COLUMNS

if TYPE_CHECKING:
    from layers.findings import CheckResult
    from layers.frame import BorderFrame

#  +-------+-------+   200 m x 2 000 m at the line are of both, or of none.
#  |   A  [ ]  B   |
#  +-------+-------+
STRETCH = box(-200, 4000, 0, 6000)


def pieces(*rows: tuple[str, str, float, Any], ids: list[str] | None = None) -> gpd.GeoDataFrame:
    table = {
        "district_ids": [ids or sorted((a, b)) for a, b, _, _ in rows],
        "district_a": [a for a, _, _, _ in rows],
        "district_b": [b for _, b, _, _ in rows],
        "width_m": [width for _, _, width, _ in rows],
        "area_m2": [shape.area for _, _, _, shape in rows],
    }
    return gpd.GeoDataFrame(table, geometry=[move(shape) for _, _, _, shape in rows], crs=STRIP.crs)


def world(**found: gpd.GeoDataFrame) -> BorderFrame:
    return replace(frame(), **found)


@pytest.mark.parametrize(("check", "kind"), [(boundary_overlap, "overlaps"), (boundary_gap, "gaps")])
def test_a_wide_piece_is_a_finding(check: Any, kind: str) -> None:
    result: CheckResult = check(world(**{kind: pieces(("A", "B", 200.0, STRETCH))}))

    (gap,) = result.findings.itertuples()
    assert (gap.pair, gap.side, gap.magnitude, gap.confidence) == (0, "both", 0.4, 1.0)
    assert gap.features == ["A", "B"]
    assert gap.evidence == {"width_m": 200.0, "area_m2": 400_000.0, "districts": ["A", "B"]}
    assert gap.geometry.equals(move(STRETCH))
    (note,) = result.not_computed.itertuples()
    assert (note.pairing_id, note.what, note.count) == ("A--B", "km", 2.0)


@pytest.mark.parametrize(("width", "magnitude"), [(50, 0.1), (499.99, 0.99998), (500, 1), (3000, 1)])
def test_the_wider_the_worse_up_to_half_a_kilometre(width: float, magnitude: float) -> None:
    found = boundary_overlap(world(overlaps=pieces(("A", "B", width, STRETCH)))).findings

    assert found["magnitude"].tolist() == pytest.approx([magnitude])


def test_a_pair_without_a_border_has_its_finding_too() -> None:
    alone = replace(
        frame({"A": A, "B": B}, {("A", "B"): LineString()}), overlaps=pieces(("A", "B", 200.0, STRETCH))
    )

    assert boundary_overlap(alone).findings["pair"].tolist() == [0]


def test_a_hole_of_three_is_a_finding_of_its_two_only() -> None:
    shapes = {"A": A, "B": box(0, 0, 6000, 5000), "C": box(0, 5000, 6000, 10_000)}
    lines = {
        ("A", "B"): LineString([(0, 5000), (0, 0)]),
        ("A", "C"): LineString([(0, 10_000), (0, 5000)]),
        ("B", "C"): LineString([(0, 5000), (6000, 5000)]),
    }
    hole = pieces(("A", "C", 300.0, box(0, 4500, 300, 6000)), ids=["A", "B", "C"])

    result = boundary_gap(replace(frame(shapes, lines), gaps=hole))

    assert result.findings["pair"].tolist() == [1]
    assert result.findings["evidence"].iloc[0]["districts"] == ["A", "B", "C"]


def test_a_member_of_several_districts_has_the_pieces_of_each() -> None:
    shapes = {"A": A, "B": B}
    joined = frame(shapes, {("A", "B"): LINE})
    members = joined.members.assign(districts=[["A1", "A2"], ["B"]])
    found = pieces(("A1", "B", 60.0, STRETCH), ("A2", "B", 70.0, STRETCH), ("A1", "A2", 80.0, STRETCH))

    result = boundary_overlap(replace(joined, members=members, overlaps=found))

    assert result.findings["magnitude"].tolist() == pytest.approx(
        [0.12, 0.14]
    )  # not what is inside one member


@pytest.mark.parametrize("found", [None, pieces()])
def test_none_is_none(found: gpd.GeoDataFrame | None) -> None:
    result = boundary_gap(replace(frame(), gaps=found))

    assert result.findings.empty
    assert tuple(result.findings.columns) == FINDING_COLUMNS
    assert result.not_computed.empty
