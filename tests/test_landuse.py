"""Uses that clash across the line, and uses served on one side only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, box
from world import frame, point

from layers.landuse import landuse_conflict, use_contrast

if TYPE_CHECKING:
    from shapely import Geometry


def use(name: str, *bounds: float, **more: Any) -> dict[str, Any]:
    return {"landuse_class": name, "geometry": box(*bounds), **more}


def asset(kind: str, geometry: Geometry) -> dict[str, Any]:
    return {"kind": kind, "geometry": geometry}


ORCHARDS = [use("orchard", -1500, 4000, 0, 6000), use("orchard", 0, 4000, 1500, 6000)]
RESERVOIR = asset("reservoir", point(-700, 5000))


def road(surface: str | None, *xy: tuple[float, float]) -> dict[str, Any]:
    return {"road_class": "tertiary", "surface": surface, "geometry": LineString(xy)}


def things(**layers: Any) -> list[tuple[str, str, float, list[str]]]:
    rows = use_contrast(frame(**layers)).findings.itertuples()
    return [(row.what, row.side, row.magnitude, row.evidence["things"]) for row in rows]


def test_one_reservoir_against_none() -> None:
    (gap,) = use_contrast(frame(landuse=ORCHARDS, assets=[RESERVOIR])).findings.itertuples()

    assert (gap.what, gap.side, gap.magnitude) == ("orchard", "b", 0.5)
    assert gap.evidence["found"] == {"reservoir": {"a": 1, "b": 0, "unit": "points", "ids": ["assets0"]}}
    assert gap.evidence["area_ha_a"] == pytest.approx(300)
    assert gap.features == ["landuse0", "landuse1"]
    assert gap.geometry.area == pytest.approx(3000 * 2000)


def test_a_paved_road_and_a_reservoir_are_two_things() -> None:
    concrete, gravel = road("concrete", (-4000, 5500), (0, 5500)), road("gravel", (0, 5500), (4000, 5500))

    assert things(landuse=ORCHARDS, assets=[RESERVOIR], roads=[concrete, gravel]) == [
        ("orchard", "b", 1, ["paved_road", "reservoir"])
    ]


def test_a_road_of_unknown_surface_may_be_paved() -> None:
    concrete, unknown = road("concrete", (-4000, 5500), (0, 5500)), road(None, (0, 5500), (4000, 5500))

    assert things(landuse=ORCHARDS, roads=[concrete, unknown]) == []


def test_different_things_on_either_side_leave_neither_worse() -> None:
    tank = asset("water_tank", point(700, 5000))

    assert things(landuse=ORCHARDS, assets=[RESERVOIR, tank]) == [
        ("orchard", "both", 1, ["reservoir", "water_tank"])
    ]


@pytest.mark.parametrize(
    ("uses", "why"),
    [
        ([use("orchard", -1500, 4000, -200, 6000), use("orchard", 150, 4000, 1500, 6000)], "350 m apart"),
        ([use("orchard", -1500, 4000, 0, 6000), use("vineyard", 0, 4000, 1500, 6000)], "two classes"),
        ([use("orchard", -1000, 4500, 30, 5500)], "30 m of 1 000 across"),
        ([use("orchard", -1500, 4000, 0, 6000), use("orchard", 0, 4000, 99, 4100)], "less than a hectare"),
        ([use("orchard", -1500, 4000, 0, 6000)], "on one side"),
    ],
)
def test_no_one_use_across_the_line(uses: list[dict[str, Any]], why: str) -> None:
    assert things(landuse=uses, assets=[RESERVOIR]) == [], why


@pytest.mark.parametrize(("gap_m", "found"), [(200.0, 1), (200.004, 1), (200.01, 0)])
def test_two_hundred_metres_are_met_after_rounding(gap_m: float, found: int) -> None:
    uses = [use("orchard", -1500, 4000, 0, 6000), use("orchard", gap_m, 4000, 1500, 6000)]

    assert len(things(landuse=uses, assets=[RESERVOIR])) == found


def test_only_the_nearest_across_is_the_same_use() -> None:
    near, far = use("orchard", 50, 4000, 500, 6000), use("orchard", 100, 6100, 500, 8000)

    gaps = use_contrast(frame(landuse=[ORCHARDS[0], near, far], assets=[RESERVOIR])).findings

    assert gaps["features"].tolist() == [["landuse0", "landuse1"]]


def test_a_canal_along_the_line_waters_both_sides() -> None:
    for x in (0, 0.05, -0.05):
        canal = asset("irrigation_canal", LineString([(x, 4000), (x, 6000)]))
        assert things(landuse=ORCHARDS, assets=[canal]) == []
    inside = asset("irrigation_canal", LineString([(-5, 4000), (-5, 6000)]))
    assert things(landuse=ORCHARDS, assets=[inside]) == [("orchard", "b", 0.5, ["irrigation_canal"])]


def test_things_on_the_line_are_of_both_sides() -> None:
    assert things(landuse=ORCHARDS, assets=[asset("reservoir", point(0.05, 5000))]) == []


@pytest.mark.parametrize(("length_m", "found"), [(1.0, 0), (0.5, 1)])
def test_less_than_a_metre_of_line_is_absent(length_m: float, found: int) -> None:
    canal = asset("irrigation_canal", LineString([(-900, 5000), (length_m, 5000)]))

    assert len(things(landuse=ORCHARDS, assets=[canal])) == found


def test_a_pond_across_the_line_is_in_both_parts() -> None:
    assert things(landuse=ORCHARDS, assets=[asset("reservoir", box(-50, 5000, 10, 5050))]) == []
    assert len(things(landuse=ORCHARDS, assets=[asset("reservoir", box(-50, 5000, -1, 5050))])) == 1


def test_a_park_that_is_a_land_use_as_well_is_one_use() -> None:
    outline = box(-800, 4000, 900, 5500)
    park = {"name": "Border Park", "industries": ["food"], "geometry": outline}
    land = {"landuse_class": "industrial", "geometry": outline}

    gaps = use_contrast(frame(parks=[park], landuse=[land], assets=[RESERVOIR])).findings

    assert gaps[["what", "side"]].to_numpy().tolist() == [["park", "b"]]
    assert gaps["evidence"].iloc[0]["layer"] == "parks"


def test_nothing_to_compare_is_said() -> None:
    notes = use_contrast(frame(landuse=ORCHARDS)).not_computed

    assert notes["reason"].tolist() == ["not computed: no assets", "not computed: no roads"]
    assert use_contrast(frame()).not_computed.empty


@given(st.integers(0, 3), st.integers(0, 3))
def test_mirroring_the_map_swaps_the_sides(west: int, east: int) -> None:
    kinds = ["reservoir", "water_tank", "trough"]

    def world(sign: int) -> list[tuple[str, str, float, list[str]]]:
        assets = [asset(kind, point(-500 * sign, 4500)) for kind in kinds[:west]]
        assets += [asset(kind, point(500 * sign, 4500)) for kind in kinds[:east]]
        return things(landuse=ORCHARDS, assets=assets)

    swapped = {"a": "b", "b": "a", "both": "both"}
    assert world(-1) == [(what, swapped[side], m, names) for what, side, m, names in world(1)]
    assert len(world(1)) == (west != east)


def test_industry_beside_a_reserve() -> None:
    """1 400 m beside both and, at 50 m from the line, another 193.65 m beyond each end."""
    uses = [use("industrial", -450, 2300, -50, 3700), use("nature_reserve", 50, 2300, 450, 3700)]

    (gap,) = landuse_conflict(frame(landuse=uses)).findings.itertuples()

    expected = 1400 + 2 * np.sqrt(200**2 - 50**2)
    assert gap.what == "industrial × nature_reserve"
    assert gap.length_m == pytest.approx(expected, abs=0.1)
    assert gap.geometry.length == pytest.approx(expected, abs=0.1)
    assert gap.magnitude == pytest.approx(expected / 2000, abs=1e-4)
    assert (gap.segment_from, gap.segment_to, gap.chainage_m) == (6, 7, 6000)
    assert (gap.evidence["class_a"], gap.evidence["class_b"]) == ("industrial", "nature_reserve")


@pytest.mark.parametrize(
    "uses",
    [
        [use("industrial", -700, 5500, -300, 6500), use("nature_reserve", 50, 5500, 450, 6500)],  # 300 m away
        [use("forest", -450, 7300, -50, 7700), use("nature_reserve", 50, 7300, 450, 7700)],  # no clash
        [use("industrial", 50, 8500, 100, 9000), use("residential", 100, 8500, 200, 9000)],  # on one side
        [use("industrial", -100, 8500, 0, 9000), use("residential", 0, 2000, 200, 3000)],  # far apart
    ],
)
def test_uses_that_do_not_clash(uses: list[dict[str, Any]]) -> None:
    assert landuse_conflict(frame(landuse=uses)).findings.empty


def test_runs_bridge_one_empty_segment_and_take_either_order_of_classes() -> None:
    """Clashes in segments 0 and 2, in opposite order, are one run; segment 5 is another."""
    uses = [
        use("industrial", -100, 9400, 0, 9600),
        use("residential", 0, 9400, 100, 9600),
        use("residential", -100, 7400, 0, 7600),
        use("industrial", 0, 7400, 100, 7600),
        use("industrial", -100, 4400, 0, 4600),
        use("residential", 0, 4400, 100, 4600),
    ]
    gaps = landuse_conflict(frame(landuse=uses)).findings

    assert gaps[["segment_from", "segment_to"]].to_numpy().tolist() == [[0, 2], [5, 5]]
    assert gaps["length_m"].tolist() == pytest.approx([1200, 600], abs=0.1)
    assert gaps["magnitude"].tolist() == pytest.approx([1200 / 3000, 600 / 1000], abs=1e-4)


def test_a_use_across_the_line_is_cut_at_it() -> None:
    """The works reach 100 m across the line into the homes' side: they clash with the homes beside them."""
    uses = [use("industrial", -300, 4000, 100, 4500), use("residential", 100, 4000, 400, 4500)]

    (gap,) = landuse_conflict(frame(landuse=uses)).findings.itertuples()

    assert (gap.evidence["class_a"], gap.evidence["class_b"]) == ("industrial", "residential")
    assert gap.length_m == pytest.approx(500 + 2 * np.sqrt(200**2 - 100**2), abs=0.1)
