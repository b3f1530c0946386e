"""Jumps and depressions of what is built along a border."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, box
from world import frame, point

from layers.assets import ZONE_A, ZONE_B, asset_imbalance, border_depression
from layers.rates import compare_parts

if TYPE_CHECKING:
    import pandas as pd

    from layers.findings import CheckResult
    from layers.frame import BorderFrame

WIDE = {"A": box(-12000, 0, 0, 10000), "B": box(0, 0, 12000, 10000)}


def points(kind: str, count: int, x: float, y: float = 5000, step: float = 10) -> list[dict[str, Any]]:
    return [{"kind": kind, "geometry": point(x, y + step * k)} for k in range(count)]


def mains(west_m: float, east_m: float, rows: range = range(500, 10000, 1000)) -> list[dict[str, Any]]:
    return [
        {"kind": "water_main", "geometry": LineString([(sign * 500, y), (sign * (500 + length), y)])}
        for y in rows
        for sign, length in ((-1, west_m), (1, east_m))
        if length
    ]


def people(*rows: tuple[float, float]) -> list[dict[str, Any]]:
    return [{"people": number, "geometry": point(x, 4500)} for number, x in rows]


def found(result: CheckResult) -> pd.DataFrame:
    return result.findings.set_index("what")


def test_lamps_and_mains_on_one_side() -> None:
    """60 lamps against 20 and 10 km of main against 4 are walls; 6 bus stops against 3 may be chance."""
    world = frame(
        assets=[
            *points("street_lamp", 60, -300),
            *points("street_lamp", 20, 300),
            *points("bus_stop", 6, -1000),
            *points("bus_stop", 3, 1000),
            *mains(1000, 400),
        ],
        population=people((10000, -1500), (10000, 1500)),
    )

    gaps = found(asset_imbalance(world))

    assert sorted(gaps.index) == ["street_lamp", "water_main"]
    lamps, main = gaps.loc["street_lamp"], gaps.loc["water_main"]
    assert lamps.magnitude == pytest.approx(2 / 3)
    assert (lamps.value_a, lamps.value_b, lamps.unit) == (60, 20, "per 10000 people")
    assert lamps.p_value == pytest.approx(0.0000258, rel=0.01)
    assert main.p_value == pytest.approx(2 / 1024 * 3 / 2)
    assert main[["value_a", "value_b"]].tolist() == pytest.approx([0.5, 0.2], rel=1e-3)
    assert (lamps.side, main.side, lamps.people) == ("b", "b", 10000)
    assert (lamps.segment_from, lamps.segment_to, lamps.chainage_m) == (0, 9, 0)
    assert main.evidence["hits"] == 2
    assert lamps.evidence["tests"] == 3


def test_reservoirs_by_area_where_nobody_is_counted() -> None:
    """Ten reservoirs against none; local roads alike are tested too, surface in one segment is not."""
    world = frame(
        assets=points("reservoir", 10, -700, 2200, 600),
        roads=[
            {"road_class": "tertiary", "surface": surface, "geometry": LineString([(0, 5500), (x, 5500)])}
            for x, surface in ((-4000, "concrete"), (4000, "gravel"))
        ],
    )

    result = asset_imbalance(world)

    (gap,) = result.findings.itertuples()
    assert (gap.what, gap.side, gap.magnitude, gap.unit) == ("reservoir", "b", 1, "per km2")
    assert gap.p_value == pytest.approx(2 / 1024 * 2)
    assert gap.value_a == pytest.approx(0.5, rel=1e-3)
    assert np.isnan(gap.people)
    assert gap.evidence["ratio"] is None or np.isnan(gap.evidence["ratio"])
    (note,) = result.not_computed.itertuples()
    assert (note.pairing_id, note.what, note.count, note.reason) == (
        "A--B",
        "paved_share",
        1,
        "too short to test",
    )


def test_poorer_at_the_line_than_inland() -> None:
    """Bus stops: 4 against 20 inland on both sides. Cameras: so on side a only, which is a jump."""
    assets = []
    for sign in (-1, 1):
        for kind, near, deep in (
            ("bus_stop", 4, 20),
            ("street_lamp", 10, 10),
            ("camera", 4 if sign < 0 else 20, 20),
        ):
            assets += points(kind, near, sign * 1500, 1000, 100) + points(kind, deep, sign * 6500, 1000, 100)
    world = frame(
        WIDE, assets=assets, population=people((10000, -1500), (10000, 1500), (10000, -6500), (10000, 6500))
    )

    (low,) = border_depression(world).findings.itertuples()
    (jump,) = asset_imbalance(world).findings.itertuples()

    assert (low.what, low.side, low.people) == ("bus_stop", "both", 20000)
    assert low.magnitude == pytest.approx(0.8)
    assert (low.value_a, low.value_b) == (0.2, 0.2)
    assert low.p_value == pytest.approx(0.00463, abs=1e-5)
    assert (jump.what, jump.side, jump.people) == ("camera", "a", 10000)
    assert jump.p_value == pytest.approx(0.00463, abs=1e-5)


def test_lines_fewer_at_the_line_than_inland() -> None:
    """In each segment 200 m of main in the zone and 3 km in the belt, which is three times as wide."""
    inland = [
        {"kind": "water_main", "geometry": LineString([(sign * 5000, y), (sign * 8000, y)])}
        for y in range(500, 10000, 1000)
        for sign in (-1, 1)
    ]
    (gap,) = border_depression(frame(WIDE, assets=[*mains(200, 200), *inland])).findings.itertuples()

    assert gap.value_a == pytest.approx(0.2 / 2 / (3 / 6), rel=1e-3)
    assert gap.p_value == pytest.approx(2 / 1024)
    assert gap.evidence["a"]["segments"] == 10


def test_what_one_side_lacks_is_tested_but_no_depression() -> None:
    """Trams exist on side a only, poorer at the line: another measurable, so that p is adjusted for two."""
    stops = [
        place
        for x, n in ((-1500, 4), (-6500, 40), (1500, 4), (6500, 40))
        for place in points("bus_stop", n, x)
    ]
    trams = points("tram_stop", 40, -6500)

    alone, beside = (
        border_depression(frame(WIDE, assets=assets)).findings for assets in (stops, stops + trams)
    )

    assert alone["what"].tolist() == beside["what"].tolist() == ["bus_stop"]
    assert beside["evidence"].iloc[0]["tests"] == 2
    assert beside["p_value"].iloc[0] == pytest.approx(2 * alone["p_value"].iloc[0])


def test_mains_on_the_line_serve_both_sides() -> None:
    """Laid on the line, or 5 cm beside it, a main belongs to both sides."""
    for x in (0, 0.05, -0.05):
        line = {"kind": "water_main", "geometry": LineString([(x, 0), (x, 10000)])}
        world = frame(assets=[line, *mains(100, 0)])

        (gap,) = _tests_of(world, "water_main")

        assert gap == pytest.approx((11000 / 2e7 * 1e3, 10000 / 2e7 * 1e3), rel=1e-3)


def test_a_polygon_counts_once_on_each_side_that_holds_some_of_it() -> None:
    ponds = [
        {"kind": "reservoir", "geometry": box(-500, 1000 * k, 20 if k < 2 else -20, 1000 * k + 600)}
        for k in range(10)
    ]

    (densities,) = _tests_of(frame(assets=ponds), "reservoir")

    assert densities == pytest.approx((10 / 20, 2 / 20), rel=1e-3)


def test_nothing_is_known_of_a_side_without_any_road() -> None:
    """Roads in every segment of a, none within 5 km of the line on b: b has not been surveyed."""
    west = [
        {"road_class": "residential", "geometry": LineString([(-1500, y), (-500, y)])}
        for y in range(500, 10000, 1000)
    ]
    blind = asset_imbalance(frame(roads=west))
    far = {"road_class": "residential", "geometry": LineString([(4000, 0), (4000, 9000)])}
    seen = asset_imbalance(frame(roads=[*west, far]))

    assert blind.findings.empty
    assert blind.not_computed["reason"].str.startswith("no data there").tolist() == [True]
    assert seen.findings[["what", "side"]].to_numpy().tolist() == [["road_local", "b"]]


def test_five_segments_are_too_short_to_test() -> None:
    members = {"A": box(-6000, 0, 0, 5000), "B": box(0, 0, 6000, 5000)}
    line = {("A", "B"): LineString([(0, 5000), (0, 0)])}
    result = asset_imbalance(frame(members, line, assets=mains(1000, 0, range(500, 5000, 1000))))

    assert result.findings.empty
    assert result.not_computed[["what", "count", "reason"]].to_numpy().tolist() == [
        ["water_main", 5, "too short to test"]
    ]


def test_a_facility_delivered_as_an_asset_too_is_counted_once() -> None:
    clinics = points("clinic", 10, -500)
    result = asset_imbalance(frame(facilities=clinics, assets=clinics))

    (gap,) = result.findings.itertuples()
    assert gap.evidence["layer"] == "facilities"
    assert gap.p_value == pytest.approx(2 / 1024)


def test_no_layers_no_findings() -> None:
    for check in (asset_imbalance, border_depression):
        result = check(frame())
        assert result.findings.empty
        assert result.not_computed.empty


@settings(max_examples=25)
@given(st.tuples(*[st.integers(0, 40)] * 4))
def test_mirroring_the_map_swaps_the_sides(counts: tuple[int, int, int, int]) -> None:
    lamps_west, lamps_east, mains_west, mains_east = counts

    def gaps(sign: int) -> list[tuple[str, str, float, float, float]]:
        lamps = [
            *points("street_lamp", lamps_west, -300 * sign),
            *points("street_lamp", lamps_east, 300 * sign),
        ]
        lines = (
            mains(mains_west * 10, mains_east * 10) if sign > 0 else mains(mains_east * 10, mains_west * 10)
        )
        found = asset_imbalance(frame(assets=[*lamps, *lines])).findings.itertuples()
        return sorted((gap.what, gap.side, gap.magnitude, gap.p_value) for gap in found)

    other = {"a": "b", "b": "a"}
    mirrored = [(what, other[side], *numbers) for what, side, *numbers in gaps(-1)]
    for one, two in zip(gaps(1), mirrored, strict=True):
        assert one[:2] == two[:2]
        assert one[2:] == pytest.approx(two[2:], rel=1e-6)


@pytest.mark.parametrize(("west", "found"), [(40, ["street_lamp"]), (39, [])])
def test_a_ratio_of_two_is_enough(west: int, found: list[str]) -> None:
    lamps = [*points("street_lamp", west, -300), *points("street_lamp", 20, 300)]

    assert asset_imbalance(frame(assets=lamps)).findings["what"].tolist() == found


def _tests_of(world: BorderFrame, name: str) -> list[tuple[float, float]]:
    tests, _ = compare_parts(world, ZONE_A, ZONE_B)
    return list(tests.loc[tests["name"] == name, ["value_1", "value_2"]].itertuples(index=False, name=None))
