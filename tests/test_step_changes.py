"""Roads that change at the line: case c03 and c11, matching, each attribute at its threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from road_world import frame, place, road, split, swapped, told

from layers.step_changes import road_step_change

if TYPE_CHECKING:
    from road_world import Row

    from layers.findings import CheckResult


def changes(*roads: Row, **more: Any) -> CheckResult:
    return road_step_change(frame(list(roads), **more))


def over(west: dict[str, Any], east: dict[str, Any], **tags: Any) -> list[Row]:
    """Return two pieces of Tea Road that meet on the line at y = 5 000."""
    both = {"name": "Tea Road", "road_class": "tertiary", **tags}
    return [
        road((-500, 5000), (0, 5000), **{**both, **west}),
        road((0, 5000), (500, 5000), **{**both, **east}),
    ]


def test_asphalt_to_gravel() -> None:
    result = changes(*over({"surface": "asphalt"}, {"surface": "gravel"}))

    (gap,) = result.findings.to_dict("records")
    assert (gap["side"], gap["what"], gap["magnitude"]) == ("b", "surface", 1.0)
    assert gap["confidence"] == 2 / 8  # surface and class are known
    assert gap["features"] == ["roads0", "roads1"]
    assert place(result).tolist() == [[0, 5000]]
    (pair,) = gap["evidence"]["pairs"]
    assert pair["differences"] == {
        "surface": {"value_a": "asphalt", "value_b": "gravel", "m": 1.0, "side": "b"}
    }
    assert (gap["evidence"]["name"], pair["match"], pair["known"]) == ("Tea Road", "name", 2)


def test_all_differences_are_listed_and_the_largest_gives_m() -> None:
    west = {"road_class": "primary", "lanes": 4, "surface": "asphalt"}
    east = {"road_class": "tertiary", "lanes": 2, "surface": "concrete"}

    (gap,) = changes(*over(west, east)).findings.to_dict("records")

    # primary to tertiary is 2 ranks: 2 / 5; 4 to 2 lanes: 2 / 4; asphalt and concrete are both paved.
    assert (gap["what"], gap["magnitude"], gap["side"]) == ("lanes", 0.5, "b")
    assert {key: row["m"] for key, row in gap["evidence"]["pairs"][0]["differences"].items()} == {
        "lanes": 0.5,
        "class": 0.4,
    }
    assert gap["evidence"]["known"] == 3


FULL = {
    "road_class": "secondary",
    "surface": "asphalt",
    "lanes": 2,
    "maxspeed_kmh": 60,
    "lit": "yes",
    "barrier_left": "none",
    "barrier_right": "none",
    "median": "no",
    "width_m": 7,
    "sidewalk": "none",
}


@pytest.mark.parametrize(
    ("east", "what", "m"),
    [
        ({"surface": "compacted"}, "surface", 1.0),
        ({"surface": "concrete:plates"}, None, 0),
        ({"surface": "asphalt;gravel"}, None, 0),  # neither all paved nor all unpaved: unknown
        ({"road_class": "tertiary"}, None, 0),
        ({"road_class": "residential"}, "class", 0.4),
        ({"road_class": "secondary_link"}, None, 0),
        ({"lanes": 3}, None, 0),
        ({"lanes": 7}, "lanes", 1.0),
        ({"width_m": 5.25}, "width", 0.25),  # exactly 25 %
        ({"width_m": 5.26}, None, 0),
        ({"maxspeed_kmh": 41}, None, 0),
        ({"maxspeed_kmh": 40}, "speed", 20 / 60),
        ({"lit": "no"}, "lit", 0.4),
        ({"sidewalk": "left"}, "sidewalk", 0.4),
        ({"barrier_left": "guard_rail"}, "rail", 0.8),
        ({"median": "yes"}, "rail", 0.8),
    ],
)
def test_each_attribute_at_its_threshold(east: dict[str, Any], what: str | None, m: float) -> None:
    findings = changes(*over(FULL, {**FULL, **east})).findings

    if what is None:
        assert len(findings) == 0
    else:
        (gap,) = findings.to_dict("records")
        assert (gap["what"], gap["confidence"]) == (what, 1.0)
        assert gap["magnitude"] == pytest.approx(m)


def test_rails_are_compared_with_rails_where_medians_are_unknown() -> None:
    west, east = {"barrier_left": "guard_rail"}, {"barrier_right": "none"}

    (gap,) = changes(*over(west, east)).findings.to_dict("records")

    assert (gap["what"], gap["side"]) == ("rail", "b")


@pytest.mark.parametrize(
    ("west", "east"),
    [
        ({"surface": "asphalt"}, {}),  # unknown on a side is no difference
        ({"barrier_left": "guard_rail"}, {"median": "yes"}),  # either will do
        ({"barrier_left": "guard_rail"}, {"median": "no"}),  # whether there is a rail is unknown
        ({"road_class": "primary"}, {"road_class": "road"}),  # a class without a rank
    ],
)
def test_no_change(west: dict[str, Any], east: dict[str, Any]) -> None:
    assert len(changes(*over(west, east)).findings) == 0


def test_one_row_over_the_line_does_not_change() -> None:
    assert len(changes(road((-500, 5000), (500, 5000), surface="gravel")).findings) == 0


ASPHALT, GRAVEL = {"surface": "asphalt"}, {"surface": "gravel"}


def test_a_change_within_15_m_of_the_line_is_one_at_the_line() -> None:
    roads = [road((-500, 5000), (14, 5000), **ASPHALT), road((14, 5000), (500, 5000), **GRAVEL)]

    assert list(changes(*roads).findings["side"]) == ["b"]


def test_a_change_16_m_behind_the_line_is_none() -> None:
    roads = [road((-500, 5000), (16, 5000), **ASPHALT), road((16, 5000), (500, 5000), **GRAVEL)]

    assert len(changes(*roads).findings) == 0


def test_a_bridge_piece_between_is_passed_over() -> None:
    roads = [
        road((-500, 5000), (-6, 5000), **ASPHALT),
        road((-6, 5000), (6, 5000), **ASPHALT),
        road((6, 5000), (500, 5000), **GRAVEL),
    ]

    (gap,) = changes(*roads).findings.to_dict("records")

    assert gap["features"] == ["roads0", "roads2"]


@pytest.mark.parametrize(
    ("east", "found"),
    [
        ([((500, 5000), {})], 1),
        ([((300, 5200), {})], 1),  # turns by 34 degrees
        ([((200, 5300), {})], 0),  # by 56
        ([((500, 5000), {"road_class": "track"})], 1),  # unclassified 6, track 8
        ([((500, 5000), {"road_class": "trunk"})], 0),  # trunk 2: 4 ranks apart
        ([((500, 5100), {}), ((500, 4900), {})], 0),  # either might be its continuation
        ([((500, 5100), {"ref": "X1"}), ((500, 4900), {})], 1),  # the ref decides
        ([((100, 5300), {"ref": "X1"})], 1),  # a ref holds round any bend
    ],
)
def test_what_goes_on_as_what(east: list[tuple[tuple[float, float], dict[str, Any]]], found: int) -> None:
    west = road((-500, 5000), (0, 5000), road_class="unclassified", ref="X1", **ASPHALT)
    roads = [road((0, 5000), end, **{"road_class": "unclassified", **GRAVEL, **tags}) for end, tags in east]

    assert len(changes(west, *roads).findings) == found


def test_two_roads_through_one_junction_are_two_pairs_of_one_crossing() -> None:
    roads = [
        road((-500, 5100), (0, 5000), name="North", **ASPHALT),
        road((0, 5000), (500, 5100), name="North", **GRAVEL),
        road((-500, 4900), (0, 5000), name="South", lanes=4),
        road((0, 5000), (500, 4900), name="South", lanes=1),
    ]

    (gap,) = changes(*roads).findings.to_dict("records")

    assert (gap["what"], gap["evidence"]["name"]) == ("surface", "North")
    assert {pair["a"]["name"]: list(pair["differences"]) for pair in gap["evidence"]["pairs"]} == {
        "North": ["surface"],
        "South": ["lanes"],
    }


@settings(max_examples=10)
@given(degrees=st.floats(0, 360), mirrored=st.booleans())
def test_turning_mirroring_and_splitting_change_nothing(*, degrees: float, mirrored: bool) -> None:
    roads = [
        *over({**FULL, "lit": "no"}, {**FULL, "lanes": 6}),
        road((-500, 4000), (-50, 4000), (0, 4010), feature_id="x", **ASPHALT),
        road((0, 4010), (90, 4000), (500, 4000), feature_id="y", **GRAVEL),
    ]
    before = told(changes(*roads))

    after = told(changes(*roads, turned=degrees, mirrored=mirrored))

    assert len(before) == 2
    assert after == (swapped(before) if mirrored else before)
    assert told(changes(*split(roads)[::-1])) == before


def test_no_roads() -> None:
    assert len(changes().findings) == 0
