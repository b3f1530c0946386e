"""Roads that stop at the line: case c02, facing ends, the edge of the data, and the plain negatives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from road_world import frame, place, road, split, swapped, told, with_network

from layers.dead_ends import road_dead_end

if TYPE_CHECKING:
    from road_world import Row, Rows

    from layers.findings import CheckResult

# Stops 20 m before the line; the next road begins 300 m behind it. The way round is
# 1 480 + 500 + 3 000 + 500 + 1 200 = 6 680 m against 320 m: 6 360 m longer, m = 0.636.
STOPS = [
    road((-5000, 5000), (-1500, 5000), (-20, 5000)),
    road((-1500, 4500), (-1500, 5000)),
    road((-1500, 4500), (1500, 4500)),
    road((1500, 4500), (1500, 5000)),
    road((300, 5000), (1500, 5000), (5000, 5000)),
]


def ends(*roads: Row, **more: Any) -> CheckResult:
    return road_dead_end(with_network(frame(list(roads), **more)))


def notes(result: CheckResult) -> list[tuple[str, int]]:
    return [(row["reason"], row["count"]) for row in result.not_computed.to_dict("records")]


def test_road_that_stops_before_the_line() -> None:
    result = ends(*STOPS)

    (gap,) = result.findings.to_dict("records")
    evidence = gap["evidence"]
    assert (gap["side"], gap["magnitude"], gap["confidence"]) == ("a", 0.636, 1.0)
    assert place(result).tolist() == [[-20, 5000]]
    assert gap["features"] == ["roads0"]
    assert (evidence["straight_m"], evidence["network_m"]) == (320.0, 6680.0)
    assert min(1, (evidence["network_m"] - evidence["straight_m"]) / 10_000) == gap["magnitude"]
    assert (evidence["border_m"], evidence["next_road"]["id"], evidence["facing"]) == (20.0, "roads4", False)
    assert notes(result) == []


@settings(max_examples=10)
@given(degrees=st.floats(0, 360), mirrored=st.booleans())
def test_turning_mirroring_and_splitting_change_nothing(*, degrees: float, mirrored: bool) -> None:
    before = told(ends(*STOPS))

    after = told(ends(*STOPS, turned=degrees, mirrored=mirrored))

    assert after == (swapped(before) if mirrored else before)
    assert told(ends(*split(STOPS)[::-1])) == before


def test_facing_ends_are_one_gap_midway() -> None:
    result = ends(road((-5000, 5000), (-20, 5000)), road((30, 5000), (5000, 5000)))

    (gap,) = result.findings.to_dict("records")
    assert (gap["side"], gap["magnitude"], gap["features"]) == ("both", 1.0, ["roads0", "roads1"])
    assert (gap["evidence"]["unreachable"], gap["evidence"]["network_m"]) == (True, None)
    assert place(result).tolist() == [[5, 5000]]


def test_end_on_the_line_is_of_the_side_its_road_comes_from() -> None:
    result = ends(
        road((-5000, 5000), (0, 5000)),
        road((400, 4000), (400, 5000), (400, 6000)),
        road((400, 5000), (900, 5000)),
    )

    assert list(result.findings["side"]) == ["a"]
    assert result.findings["evidence"].iloc[0]["straight_m"] == 400.0


@pytest.mark.parametrize(
    ("why", "roads"),
    [
        ("51 m before the line", [road((-5000, 5000), (-51, 5000)), road((100, 5000), (5000, 5000))]),
        ("next node 501 m away", [road((-5000, 5000), (-1, 5000)), road((500, 5000), (5000, 5000))]),
        ("a road crosses 50 m away", [*STOPS, road((-20, 5045), (20, 5045))]),
        ("it crosses itself", [road((-5000, 5000), (30, 5000)), road((200, 5000), (5000, 5000))]),
        ("joined within 5 m", [road((-5000, 5000), (-2, 5000)), road((2, 5000), (5000, 5000))]),
        (
            "only 1 990 m longer",
            [
                road((-20, 5000), (-20, 4000)),
                road((20, 5000), (20, 4005)),
                road((-20, 4000), (20, 4005)),
                road((-20, 4000), (-900, 4000)),
            ],
        ),
        ("a footpath", [road((-5000, 5000), (-20, 5000), road_class="path"), road((90, 5000), (900, 5000))]),
        ("no roads", []),
    ],
)
def test_no_dead_end(why: str, roads: Rows) -> None:
    assert len(ends(*roads).findings) == 0, why


def test_an_end_at_the_edge_of_the_data_is_not_decided() -> None:
    result = ends(road((-5000, 4), (-20, 4)), road((100, 4), (5000, 4)))

    assert len(result.findings) == 0
    assert notes(result) == [("edge of the data", 1)]


def test_a_neighbour_without_roads_is_not_decided() -> None:
    result = ends(road((-5000, 5000), (0, 5000)), road((-5000, 5400), (0, 5400)))

    assert len(result.findings) == 0
    assert notes(result) == [("no data there", 2)]


def test_without_a_network_there_is_nothing_to_say() -> None:
    assert len(road_dead_end(frame(STOPS)).findings) == 0
