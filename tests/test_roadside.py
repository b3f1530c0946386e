"""Roads along the line treated on one side only: case c04, tags and barrier lines, thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from road_world import frame, road, split, swapped, told
from shapely.geometry import LineString

from layers.roadside import roadside_mismatch

if TYPE_CHECKING:
    from road_world import Row, Rows

    from layers.findings import CheckResult

RAIL_EAST = {"barrier_left": "none", "barrier_right": "guard_rail"}  # of a road drawn northwards


def found(*roads: Row, **more: Any) -> CheckResult:
    return roadside_mismatch(frame(list(roads), **more))


def barrier(*xy: tuple[float, float], kind: str = "guard_rail") -> Row:
    return {"kind": kind, "geometry": LineString(xy)}


def test_guard_rail_on_one_side() -> None:
    result = found(road((3000, 1000), (10, 1000), (10, 4000), (3000, 4000), name="Border Road", **RAIL_EAST))

    # Within 30 m of the line: 3 000 m along it and 20 m of each arm; the rail is on the right of all of it.
    (gap,) = result.findings.to_dict("records")
    evidence = gap["evidence"]
    assert (gap["what"], gap["side"], gap["magnitude"]) == ("guard_rail", "a", 1.0)
    assert gap["length_m"] == pytest.approx(3040, abs=0.02)
    assert gap["geometry"].length == pytest.approx(3040, abs=0.02)
    assert gap["confidence"] == pytest.approx(1 / 3)  # barriers are told, pavements and barrier lines unknown
    assert (gap["segment_from"], gap["segment_to"]) == (5, 8)
    assert evidence["barrier"] == {"a_m": 0.0, "b_m": pytest.approx(3000), "unknown_m": 0.0}
    assert evidence["differs_m"] / evidence["length_m"] == pytest.approx(gap["magnitude"])
    assert (evidence["lacks_a_m"], evidence["lacks_b_m"]) == (pytest.approx(3000), 0)
    assert (evidence["road"]["name"], evidence["barrier_kinds"]) == ("Border Road", ["guard_rail"])


@pytest.mark.parametrize(
    ("why", "roads"),
    [
        (
            "rails on both sides",
            [road((10, 1000), (10, 4000), barrier_left="fence", barrier_right="guard_rail")],
        ),
        ("nothing known", [road((10, 1000), (10, 4000))]),
        ("across the line", [road((-3000, 5000), (3000, 5000), **RAIL_EAST)]),
        ("31 m from the line", [road((31, 1000), (31, 4000), **RAIL_EAST)]),
        ("199 m long", [road((10, 1000), (10, 1199), **RAIL_EAST)]),
        ("two roads", [road((10, y), (10, y + 150), name=str(y), **RAIL_EAST) for y in (1000, 1150)]),
        ("a footpath", [road((10, 1000), (10, 4000), **{**RAIL_EAST, "road_class": "footway"})]),
        ("no roads", []),
    ],
)
def test_no_mismatch(why: str, roads: Rows) -> None:
    assert len(found(*roads).findings) == 0, why


def test_edges_of_one_name_are_one_stretch() -> None:
    pieces = [road((10, y), (10, y + 150), name="Border Road", **RAIL_EAST) for y in (1000, 1150)]

    (gap,) = found(*pieces).findings.to_dict("records")

    assert gap["length_m"] == pytest.approx(300)
    assert gap["features"] == ["roads0", "roads1"]


def test_share_of_the_stretch_that_differs() -> None:
    roads = [road((10, 1000), (10, 1300), name="R", **RAIL_EAST), road((10, 1300), (10, 2000), name="R")]

    (gap,) = found(*roads).findings.to_dict("records")

    assert gap["magnitude"] == pytest.approx(0.3)
    assert gap["confidence"] == pytest.approx(0.3 / 3)


def test_a_tag_for_one_side_is_half_known() -> None:
    (gap,) = found(road((10, 1000), (10, 2000), barrier_left="fence")).findings.to_dict("records")

    assert (gap["side"], gap["what"], gap["magnitude"]) == ("b", "fence", 1.0)
    assert gap["confidence"] == pytest.approx(0.5 / 3)


@pytest.mark.parametrize(("tag", "lacking"), [("left", "b"), ("right", "a")])
def test_sidewalk_on_one_side(tag: str, lacking: str) -> None:
    (gap,) = found(road((10, 1000), (10, 2000), sidewalk=tag)).findings.to_dict("records")

    assert (gap["what"], gap["side"], gap["magnitude"]) == ("sidewalk", lacking, 1.0)


def test_barrier_line_of_the_asset_layer() -> None:
    # 500 m of 1 000 have a rail 5 m east of the road, and one 16 m west of it that is not beside it.
    assets = [barrier((15, 1000), (15, 1500)), barrier((-6, 1000), (-6, 2000), kind="fence")]

    (gap,) = found(road((10, 1000), (10, 2000)), assets=assets).findings.to_dict("records")

    assert (gap["side"], gap["what"]) == ("a", "guard_rail")
    assert gap["magnitude"] == pytest.approx(0.5)
    assert gap["confidence"] == pytest.approx(1 / 3)
    assert gap["evidence"]["barrier_assets"] == ["assets0"]


def test_the_same_rail_as_tag_and_as_line_is_one() -> None:
    tagged = road((10, 1000), (10, 2000), **RAIL_EAST)

    (gap,) = found(tagged, assets=[barrier((15, 1000), (15, 2000))]).findings.to_dict("records")

    assert (gap["side"], gap["magnitude"]) == ("a", 1.0)
    assert gap["confidence"] == pytest.approx(2 / 3)


def test_a_line_on_the_other_side_of_a_tagged_rail_evens_it_out() -> None:
    tagged = road((10, 1000), (10, 2000), **RAIL_EAST)

    assert len(found(tagged, assets=[barrier((5, 1000), (5, 2000))]).findings) == 0


def test_barriers_are_unknown_where_the_layer_has_none_within_1_km() -> None:
    far = [barrier((15, 5000), (15, 6000))]

    assert len(found(road((10, 1000), (10, 2000)), assets=far).findings) == 0


@settings(max_examples=8)
@given(degrees=st.floats(0, 360), mirrored=st.booleans(), backwards=st.booleans())
def test_turning_mirroring_splitting_and_reversing_change_nothing(
    *, degrees: float, mirrored: bool, backwards: bool
) -> None:
    xy = [(40, 900), (10, 1000), (12, 1500), (8, 2000)]
    # Mirroring a road swaps its left and right.
    tags = {"sidewalk": "right" if mirrored != backwards else "left"}
    roads = [road(*(xy[::-1] if backwards else xy), **tags)]
    assets = [barrier((16, 1000), (18, 1500))]
    before = told(found(road(*xy, sidewalk="left"), assets=assets))

    after = told(found(*roads, assets=assets, turned=degrees, mirrored=mirrored))

    assert len(before) == 1
    expected = swapped(before) if mirrored else before
    for one, other in zip(after, expected, strict=True):
        assert one[:2] == other[:2]
        assert one[2:] == pytest.approx(other[2:], abs=0.002)  # a sample stands for up to a metre
    assert told(found(*split(roads), assets=assets))[0][2] == pytest.approx(before[0][2], abs=0.002)
