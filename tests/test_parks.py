"""Parks of the same industries across the line, and parks nobody reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipeline import region
from shapely.geometry import LineString, box
from world import frame, layer, point, with_travel

from layers.parks import counterpart_park_duplicate, park_duplicate, park_service_gap
from layers.work import run_checks

if TYPE_CHECKING:
    from shapely import Geometry

WEST = {"A": box(-12000, 0, 0, 10000), "B": box(0, 0, 6000, 10000)}


def park(geometry: Geometry, *industries: str, **more: Any) -> dict[str, Any]:
    return {"geometry": geometry, "industries": list(industries), **more}


def test_two_of_three_industries_shared_six_kilometres_apart() -> None:
    parks = [
        park(box(-3000, 2000, -2000, 3000), "automotive", "electronics", "chemicals", name="West Park"),
        park(box(4000, 2000, 5000, 3000), " Electronics", "automotive", name="East Park"),
        park(box(-3000, 8000, -2500, 8500), "food", "packaging"),
        park(box(2500, 8000, 3000, 8500), "food", "textiles"),
    ]
    (gap,) = park_duplicate(frame(parks=parks)).findings.itertuples()

    assert gap.magnitude == pytest.approx(2 / 3 * (1 - 6 / 20))
    assert (gap.what, gap.side, gap.features) == ("automotive, electronics", "both", ["parks0", "parks1"])
    assert gap.evidence["distance_m"] == 6000
    assert gap.evidence["jaccard"] == pytest.approx(2 / 3)
    assert (gap.evidence["name_a"], gap.evidence["name_b"]) == ("West Park", "East Park")


def test_half_of_the_industries_twenty_kilometres_apart_meet_both_thresholds() -> None:
    wide = {"A": box(-20000, 0, 0, 10000), "B": box(0, 0, 20000, 10000)}

    def gaps(x: float) -> int:
        parks = [park(point(-10000, 5000), "food", "steel"), park(point(x, 5000), "steel")]
        return len(park_duplicate(frame(wide, parks=parks)).findings)

    assert [gaps(10000), gaps(10000.004), gaps(10000.01)] == [1, 1, 0]


def test_a_park_is_of_the_member_that_holds_most_of_it() -> None:
    """The park across the line is the west's, so that its twin in the west is no duplicate of it."""
    across, twin = box(-3000, 2000, 1000, 3000), box(-5000, 5000, -4500, 5500)

    assert park_duplicate(frame(parks=[park(across, "tea"), park(twin, "tea")])).findings.empty


def test_parks_of_unknown_industries_are_listed() -> None:
    parks = [
        park(point(-100, 5000)),
        {"geometry": point(100, 5000), "industries": None},
        park(point(200, 50), " "),
    ]
    result = park_duplicate(frame(parks=parks))

    assert result.findings.empty
    assert result.not_computed[["pairing_id", "what", "count"]].to_numpy().tolist() == [
        ["A--B", "industries", 3]
    ]


def test_counterparts_share_industries_however_far_apart() -> None:
    far = {"01": box(0, 0, 5000, 5000), "02": box(300_000, 0, 305_000, 5000), "03": box(5000, 0, 9000, 5000)}
    districts = layer(
        "districts", [{"district_id": key, "name": key, "geometry": shape} for key, shape in far.items()]
    )
    parks = layer(
        "parks",
        [
            park(point(100, 100), "tea", "steel"),
            park(box(301_000, 0, 302_000, 900), "Steel", "tea "),
            park(box(4500, 0, 6000, 900), "tea", "steel"),  # most of it is the third district's
        ],
    )
    sides = pd.DataFrame({"pair": [0, 0], "side": ["a", "b"], "district_id": ["01", "02"]})

    (gap,) = counterpart_park_duplicate(
        pd.DataFrame({"pairing_id": ["01--02"]}), sides, districts, parks
    ).findings.itertuples()

    assert (gap.magnitude, gap.what, gap.features) == (1, "steel, tea", ["parks0", "parks1"])


@given(st.lists(st.lists(st.sampled_from(["tea", "steel", "food"]), max_size=3), min_size=2, max_size=5))
def test_mirroring_the_map_swaps_the_parks(industries: list[list[str]]) -> None:
    def gaps(sign: int) -> list[tuple[float, str]]:
        parks = [
            park(point(sign * (500 - 1000 * (k % 2)), 1000 * k), *names) for k, names in enumerate(industries)
        ]
        return sorted(
            (gap.magnitude, gap.what) for gap in park_duplicate(frame(parks=parks)).findings.itertuples()
        )

    assert gaps(1) == gaps(-1)


def road(road_class: str, *xy: tuple[float, float]) -> dict[str, Any]:
    return {"road_class": road_class, "geometry": LineString(xy)}


def station(x: float, y: float) -> dict[str, Any]:
    return {"kind": "fire_station", "geometry": point(x, y)}


HILL_PARK = park(box(-1600, 4300, -1200, 4700), "timber", name="Hill Park")
PARK_ROAD = [
    road("tertiary", *stretch)
    for stretch in (
        ((-11000, 4500), (-9000, 4500)),
        ((-9000, 4500), (-1400, 4500)),
        ((-1400, 4500), (2000, 4500)),
        ((2000, 4500), (5000, 4500)),
    )
]


def test_a_park_with_a_poor_road_and_a_far_fire_station() -> None:
    """7.6 km to its own station, 3.4 km to the neighbour's, at 35 km/h; the far park is not in the zone."""
    far = park(box(-4600, 4300, -4200, 4700), "timber")
    world = frame(
        WEST, parks=[HILL_PARK, far], roads=PARK_ROAD, facilities=[station(-9000, 4500), station(2000, 4500)]
    )
    result = park_service_gap(with_travel(world))

    (gap,) = result.findings.itertuples()
    assert (gap.what, gap.side, gap.magnitude, gap.confidence) == ("road, fire_station", "a", 1, 1)
    assert (gap.value_a, gap.value_b) == pytest.approx((7.6 / 35 * 60, 3.4 / 35 * 60), abs=1e-3)
    assert gap.evidence["neighbour_meets"]
    assert gap.features == ["parks0"]
    assert result.not_computed.empty


def test_a_good_road_within_a_kilometre_is_enough() -> None:
    for y, lacking in ((5700, ["fire_station"]), (5700.01, ["road, fire_station"])):
        secondary = road("secondary_link", (-3000, y), (-1000, y))
        world = frame(
            WEST,
            parks=[HILL_PARK],
            roads=[*PARK_ROAD, secondary],
            facilities=[station(-9000, 4500), station(2000, 4500)],
        )
        assert park_service_gap(with_travel(world)).findings["what"].tolist() == lacking


def test_no_station_of_its_own_is_too_far() -> None:
    world = frame(WEST, parks=[HILL_PARK], roads=PARK_ROAD, facilities=[station(2000, 4500)])

    (gap,) = park_service_gap(with_travel(world)).findings.itertuples()

    assert gap.what == "road, fire_station"
    assert np.isnan(gap.value_a)
    assert gap.value_b == pytest.approx(3.4 / 35 * 60, abs=1e-3)


def test_without_fire_stations_the_road_alone_is_asked() -> None:
    result = park_service_gap(frame(WEST, parks=[HILL_PARK], roads=PARK_ROAD))

    (gap,) = result.findings.itertuples()
    assert (gap.what, gap.magnitude, gap.confidence) == ("road", 0.5, 0.5)
    assert result.not_computed[["what", "reason"]].to_numpy().tolist() == [
        ["fire_station", "not computed: no facilities"]
    ]


def test_without_roads_the_fire_engine_comes_in_a_straight_line() -> None:
    result = park_service_gap(with_travel(frame(WEST, parks=[HILL_PARK], facilities=[station(-9000, 4500)])))

    (gap,) = result.findings.itertuples()
    assert (gap.what, gap.confidence, gap.evidence["straight_line"]) == ("fire_station", 0.5, True)
    assert gap.value_a == pytest.approx(7.6 * 1.3 / 35 * 60, abs=0.01)
    assert result.not_computed["reason"].tolist() == ["not computed: no roads"]


def test_a_park_off_the_network_is_not_asked_about_fire() -> None:
    remote = park(box(-1600, 8300, -1200, 8700), "timber")
    world = frame(
        WEST, parks=[remote], roads=PARK_ROAD, facilities=[station(-9000, 4500), station(2000, 4500)]
    )
    result = park_service_gap(with_travel(world))

    assert result.findings[["what", "confidence"]].to_numpy().tolist() == [["road", 0.5]]
    assert result.not_computed[["what", "count", "reason"]].to_numpy().tolist() == [
        ["fire_station", 1, "off network"]
    ]


def test_no_parks_no_findings() -> None:
    for check in (park_duplicate, park_service_gap):
        assert check(frame()).findings.empty


def test_parks_far_from_a_short_border_are_compared_whatever_else_is_looked_at() -> None:
    #  A | C | B   A and B meet for 2 km only; behind C two of their parks are 15 km apart, and people
    #   \_____/    live beside them. Looking at this one pairing finds what looking at all of them does.
    wedge = box(-4000, 2000, 4000, 70000)
    shapes = {"A": box(-20000, 0, 0, 70000) - wedge, "B": box(0, 0, 20000, 70000) - wedge, "C": wedge}
    parks = [{"industries": ["chips"], "geometry": box(x, 60000, x + 1000, 61000)} for x in (-8500, 7500)]
    made = region(shapes, parks=parks, population=[{"people": 70, "geometry": point(-8000, 62000)}])

    of_one, of_all = (
        run_checks(made, asked, ["park_duplicate"], engine="serial")[1].tables["gaps"]
        for asked in ({"A--B"}, set(made.pairs["pairing_id"]))
    )

    (gap,) = of_one[0].to_dict("records")
    assert gap["magnitude"] == pytest.approx(1 - 15 / 20, abs=1e-4)
    assert gap["people"] == 70
    (other,) = pd.concat(of_all).to_dict("records")
    assert [gap[name] for name in ("gap_id", "people", "evidence")] == [
        other[name] for name in ("gap_id", "people", "evidence")
    ]
