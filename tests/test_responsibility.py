"""Nobody, or two, in charge: case c16, and where a second manager is no finding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from road_world import frame, road, split, swapped, told
from shapely.geometry import LineString, Point, box

from layers.responsibility import responsibility

if TYPE_CHECKING:
    from road_world import Row, Rows
    from shapely import Geometry

    from layers.findings import CheckResult

WEST, EAST = {"managed_by": "roads office A"}, {"managed_by": "roads office B"}
IN_ORDER = [road((-1500, y), (-1000, y), **WEST) for y in range(100, 800, 100)]
KEPT = [{"kind": "hydrant", "geometry": Point(500, y), "managed_by": "water office"} for y in range(5)]


def bridged(reach: float) -> list[Row]:
    """Return a road with a manager on either side, and a bridge on the line with none."""
    return [
        road((-90, 5000), (-reach, 5000), **WEST),
        road((-reach, 5000), (reach, 5000)),
        road((reach, 5000), (90, 5000), **EAST),
    ]


def found(*roads: Row, **more: Any) -> CheckResult:
    return responsibility(frame([*IN_ORDER, *roads], **more))


def reasons(result: CheckResult) -> list[str]:
    return [row["evidence"]["reason"] for row in result.findings.to_dict("records")]


def test_case_c16() -> None:
    result = responsibility(
        frame(
            [
                road((-3000, 2500), (3000, 2500), feature_id="M1", name="Lost Lane"),
                road((-3000, 5500), (0, 5500), feature_id="M2", name="Quarrel Road", **WEST),
                road((0, 5500), (3000, 5500), feature_id="M2", name="Quarrel Road", **EAST),
                road((-3000, 8500), (3000, 8500), feature_id="M3", **WEST),
            ],
            assets=[
                {"kind": "culvert", "geometry": Point(0, 7500)},
                {"kind": "culvert", "geometry": Point(0, 7000), "managed_by": "water office A"},
            ],
        )
    )

    gaps = {gap["what"] + gap["features"][0]: gap for gap in result.findings.to_dict("records")}
    assert {key: (gap["magnitude"], gap["side"]) for key, gap in gaps.items()} == {
        "roadM1": (0.5, "both"),
        "roadM2": (1.0, "both"),
        "culvertassets0": (0.5, "both"),
    }
    assert gaps["roadM1"]["evidence"] == {
        "layer": "roads",
        "ids": ["M1"],
        "name": "Lost Lane",
        "reason": "none",
        "managers": [],
        "in_zones": {},
        "known": 2,
        "features": 3,
    }
    assert gaps["roadM2"]["evidence"]["managers"] == ["roads office A", "roads office B"]
    assert gaps["roadM1"]["geometry"].length == pytest.approx(4000)  # within zone_m
    assert gaps["culvertassets0"]["evidence"]["layer"] == "assets"


def test_each_side_managing_its_own_piece_is_in_order() -> None:
    pieces = [
        road((-3000, 5000), (0, 5000), name="Q", **WEST),
        road((0, 5000), (3000, 5000), name="Q", **EAST),
    ]

    assert reasons(found(*pieces)) == []


@pytest.mark.parametrize(("reach", "expected"), [(49.99, []), (50, ["one_side"])])
def test_a_second_manager_in_one_sides_zone(reach: float, expected: list[str]) -> None:
    pieces = [
        road((-3000, 5000), (-reach, 5000), name="Q", **WEST),
        road((-reach, 5000), (3000, 5000), name="Q", **EAST),
    ]

    result = found(*pieces)

    assert reasons(result) == expected
    if expected:
        (gap,) = result.findings.to_dict("records")
        assert (gap["side"], gap["magnitude"]) == ("a", 1.0)
        assert gap["evidence"]["in_zones"] == {"a": {"roads office A": 1950.0, "roads office B": 50.0}}


def test_another_road_of_that_name_is_another_road() -> None:
    crossing = road((-900, 5000), (3000, 5000), name="Main Street", **EAST)
    elsewhere = road((-1900, 8000), (-100, 8000), name="Main Street", **WEST)

    assert reasons(found(crossing, elsewhere)) == []


@pytest.mark.parametrize(
    ("roads", "expected"),
    [
        ([road((-90, 5000), (0, 5000), name="P"), road((0, 5000), (90, 5000), name="Q")], ["none"]),
        ([road((-90, 5000), (0, 5000), name="P"), road((0, 5000), (90, 5000), name="Q", **EAST)], []),
        ([road((0, 5000), (0, 5200))], ["none"]),  # lies on the line
        ([road((0, 5000), (0, 5200), name="P"), road((0, 5200), (0, 5400), name="P")], ["none"]),
        ([road((-90, 5000), (0, 5000))], []),  # ends on it
        ([road((-90, 5000), (-1, 5000))], []),
        (bridged(2), []),  # no longer than snap_m: a scrap within one node
        (bridged(6), ["none"]),
    ],
)
def test_roads_without_a_manager(roads: Rows, expected: list[str]) -> None:
    assert reasons(found(*roads)) == expected


@pytest.mark.parametrize(
    ("geometry", "expected"),
    [
        (Point(0.1, 5000), 1),
        (Point(0.2, 5000), 0),
        (LineString([(-9, 5000), (9, 5000)]), 1),
        (LineString([(-9, 5000), (0, 5000)]), 0),  # touches
        (LineString([(-9, 5000), (0.05, 5000)]), 0),
        (LineString([(0, 5000), (0, 5050)]), 1),
        (box(-9, 5000, 9, 5010), 1),
        (box(0, 5000, 9, 5010), 0),  # beside
    ],
)
def test_assets_that_cross_or_lie_on_the_line(geometry: Geometry, expected: int) -> None:
    assets = [*KEPT, {"kind": "pipe", "geometry": geometry}]

    assert len(responsibility(frame([], assets=assets)).findings) == expected


def test_where_few_managers_are_known_none_is_missed() -> None:
    result = responsibility(frame([road((-900, 5000), (900, 5000)), road((-900, 6000), (900, 6000))]))

    assert len(result.findings) == 0
    assert [(row["reason"], row["what"], row["count"]) for row in result.not_computed.to_dict("records")] == [
        ("managers unknown", "roads", 2)
    ]


def test_exactly_half_is_enough() -> None:
    result = responsibility(frame([road((-900, 5000), (900, 5000)), road((-900, 6000), (900, 6000), **WEST)]))

    assert reasons(result) == ["none"]


@settings(max_examples=8)
@given(degrees=st.floats(0, 360), mirrored=st.booleans())
def test_turning_mirroring_and_splitting_change_nothing(*, degrees: float, mirrored: bool) -> None:
    roads = [
        road((-1000, 2500), (0, 2500), (1000, 2600)),
        road((-1000, 5000), (-400, 5000), name="Q", **WEST),
        road((-400, 5000), (-200, 5000), (1000, 5000), name="Q", **EAST),
    ]
    before = told(found(*roads))

    after = told(found(*roads, turned=degrees, mirrored=mirrored))

    assert len(before) == 2
    assert after == (swapped(before) if mirrored else before)
    assert told(responsibility(frame(split([*IN_ORDER, *roads])))) == before
