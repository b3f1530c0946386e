"""Walls, deserts, duplicates and imbalances of services: the worked cases, and the borderline ones."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from shapely.geometry import LineString, MultiLineString, box
from world import frame, point

from geodata.settings import Settings
from layers.findings import FINDING_COLUMNS, CheckResult
from layers.network import build_network
from layers.offers import service_duplicate, service_imbalance
from layers.services import service_desert, service_wall
from layers.travel import travel_times

if TYPE_CHECKING:
    from layers.frame import BorderFrame

Rows = Sequence[Mapping[str, Any]]
CHECKS = (service_wall, service_desert, service_duplicate, service_imbalance)
WIDE = {"A": box(-12000, 0, 0, 10000), "B": box(0, 0, 6000, 10000)}


def road(*xy: tuple[float, float], **more: Any) -> dict[str, Any]:
    return {"road_class": "residential", **more, "geometry": LineString(xy)}


def chain(*xy: tuple[float, float], **more: Any) -> list[dict[str, Any]]:
    return [road(p, q, **more) for p, q in itertools.pairwise(xy)]


def place(name: str, kind: str, x: float, y: float, capacity: float | None = 10.0) -> dict[str, Any]:
    return {"feature_id": name, "kind": kind, "name": name, "capacity": capacity, "geometry": point(x, y)}


def people(name: str, count: float, x: float, y: float) -> dict[str, Any]:
    return {"feature_id": name, "people": count, "geometry": point(x, y)}


def world(
    members: Any = None, borders: Any = None, *, settings: Settings | None = None, **layers: Rows
) -> BorderFrame:
    """Return the frame of a world, its travel times computed."""
    made = frame(members, borders, settings=settings, **layers)
    stored = {name: made.strip.unproject_frame(rows) for name, rows in made.layers.items()}
    network = build_network(stored["roads"], made.settings) if "roads" in stored else None
    travel = travel_times(
        network,
        population=stored["population"],
        facilities=stored["facilities"],
        memberships=made.memberships,
        districts=made.districts,
        members=dict(zip(made.members.index, made.members["districts"], strict=True)),
        pairs=made.pairs,
        settings=made.settings,
    )
    return replace(made, network=network, travel=travel, across=across(made))


def across(made: BorderFrame) -> pd.Series:
    """Return by person the district across the nearest border of their own, by comparing them one by one."""
    found = {}
    for of in made.memberships["population"].itertuples():
        at = made.layers["population"].geometry[of.row]
        near = [
            (round(line.distance(at), 2), b if of.district_id == a else a)
            for line, a, b in zip(made.borders, made.pairs["member_a"], made.pairs["member_b"], strict=True)
            if of.district_id in (a, b) and line.distance(at) <= made.settings.zone_m
        ]
        if near:
            found[of.row] = min(near)[1]
    return pd.Series(found, dtype=object)


def gaps(result: CheckResult, **equal: Any) -> list[Any]:
    assert list(result.findings.columns) == list(FINDING_COLUMNS)
    rows = result.findings
    for column, value in equal.items():
        rows = rows[rows[column] == value]
    return list(rows.itertuples())


# --- the worked cases -----------------------------------------------------------------------------------


def hamlet_world(**more: Any) -> BorderFrame:
    """Case c06: their own clinic is 18 minutes away, the neighbour's 6."""
    layers = {
        "roads": chain((-11000, 4500), (-8000, 4500), (-500, 4500), (1500, 4500), (2000, 4500), (5000, 4500)),
        "facilities": [
            place("clinic west", "clinic", -8000, 4500),
            place("clinic east", "clinic", 2000, 4500),
        ],
        "population": [
            people("hamlet", 800, -500, 4500),
            people("west town", 800, -8000, 4500),
            people("east village", 800, 1500, 4500),
        ],
    }
    return world(WIDE, **{**layers, **more})


def test_a_wall_is_served_next_door_but_not_at_home() -> None:
    (gap,) = gaps(service_wall(hamlet_world()))

    assert (gap.what, gap.side, gap.people, gap.unreachable_people) == ("clinic", "a", 800, 0)
    assert gap.magnitude == pytest.approx(0.8, abs=1e-4)
    assert (gap.value_a, gap.value_b, gap.unit) == (
        pytest.approx(18, abs=1e-3),
        pytest.approx(6, abs=1e-3),
        "min",
    )
    assert (gap.segment_from, gap.segment_to, gap.chainage_m) == (5, 5, pytest.approx(5000))
    assert gap.geometry.length == pytest.approx(1000)
    assert (gap.confidence, gap.provenance) == (1.0, "measured")
    assert gap.features == ["segment 5"]
    evidence = gap.evidence
    assert evidence["threshold_min"] == 15
    assert evidence["facilities"] == [{"feature_id": "clinic east", "name": "clinic east", "people": 800}]
    assert [row["feature_id"] for row in evidence["places"]] == ["hamlet"]


def test_imbalance_of_case_c06() -> None:
    (gap,) = gaps(service_imbalance(hamlet_world()))

    assert (gap.side, gap.what) == ("a", "clinic")
    assert gap.value_a == pytest.approx(0.22 * 10 / (800 + 0.22 * 800), rel=1e-9)
    assert gap.value_b == pytest.approx(10 / 800)
    assert gap.magnitude == pytest.approx(0.81967, abs=1e-5)
    assert gap.people == 800
    assert (gap.segment_from, gap.segment_to) == (0, 9)


def test_a_desert_is_served_by_nobody() -> None:
    """Case c07: 14.4 minutes to the nearest fire station of all, 10 allowed."""
    made = world(
        {"A": box(-9000, 0, 0, 10000), "B": box(0, 0, 9000, 10000)},
        roads=chain((-7000, 2500), (-1000, 2500), (5000, 2500), (8000, 2500)),
        facilities=[
            place("station west", "fire_station", -7000, 2500),
            place("station east", "fire_station", 5000, 2500),
        ],
        population=[people("hill village", 500, -1000, 2500), people("east town", 5000, 5000, 2500)],
    )
    (gap,) = gaps(service_desert(made))

    assert (gap.side, gap.what, gap.people) == ("a", "fire_station", 500)
    assert gap.magnitude == pytest.approx(0.44, abs=1e-4)
    assert gap.value_a == pytest.approx(14.4, abs=1e-3)
    assert pd.isna(gap.value_b)
    assert gap.segment_from == 7
    assert not gaps(service_wall(made))


def test_two_clinics_with_plenty_between_them_are_one_too_many() -> None:
    """Case c08: 2.4 minutes apart, access 0.1 where most people have 0.001."""
    facilities, inhabitants = [], []
    for side, name in ((-1, "west"), (1, "east")):
        facilities += [
            place(f"clinic near {name}", "clinic", side * 500, 4500, 10),
            place(f"clinic 1 {name}", "clinic", side * 13000, 4500, 5),
            place(f"clinic 2 {name}", "clinic", side * 13000, 4500, 5),
        ]
        inhabitants += [
            people(f"hamlet {name}", 100, side * 500, 4500),
            people(f"town {name}", 10000, side * 13000, 4500),
        ]
    made = world(
        {"A": box(-15000, 0, 0, 10000), "B": box(0, 0, 15000, 10000)},
        roads=chain((-13000, 4500), (-500, 4500), (500, 4500), (13000, 4500)),
        facilities=facilities,
        population=inhabitants,
    )
    (gap,) = gaps(service_duplicate(made))

    assert gap.magnitude == pytest.approx(0.52, abs=1e-4)
    assert gap.side == "both"
    assert sorted(gap.features) == ["clinic near east", "clinic near west"]
    assert (gap.value_a, gap.value_b) == (pytest.approx(0.1), pytest.approx(0.1))
    assert gap.evidence["median_access"] == pytest.approx(0.001)
    assert gap.evidence["access_ratio"] == pytest.approx(100)
    for check in (service_wall, service_desert, service_imbalance):
        assert not gaps(check(made))


def balance_world(west: float | None, east: float | None, **more: Any) -> BorderFrame:
    return world(
        roads=chain((-5000, 4500), (-1500, 4500), (1500, 4500), (5000, 4500)),
        facilities=[place("w", "clinic", -1500, 4500, west), place("e", "clinic", 1500, 4500, east)],
        **{"population": [people("west", 1000, -1500, 4500), people("east", 1000, 1500, 4500)], **more},
    )


def test_three_times_the_capacity_is_an_imbalance() -> None:
    """Case c09."""
    made = balance_world(10, 30)
    (gap,) = gaps(service_imbalance(made))

    assert (gap.side, gap.value_a, gap.value_b) == ("a", pytest.approx(0.01), pytest.approx(0.03))
    assert gap.magnitude == pytest.approx(2 / 3)
    assert gap.confidence == 1
    for check in (service_wall, service_desert, service_duplicate):
        assert not gaps(check(made))


def test_without_roads_people_go_straight() -> None:
    """Case c17: 8 km x 1.3 at 35 km/h are 17.829 minutes, 3 km are 6.686."""
    made = world(
        WIDE,
        facilities=[place("west", "clinic", -8500, 4500), place("east", "clinic", 2500, 4500)],
        population=[people("hamlet", 800, -500, 4500)],
    )
    (gap,) = gaps(service_wall(made))

    assert gap.magnitude == pytest.approx(0.74286, abs=1e-4)
    assert (gap.value_a, gap.value_b) == (pytest.approx(17.829, abs=1e-3), pytest.approx(6.686, abs=1e-3))
    assert (gap.confidence, gap.provenance, gap.evidence["method"]) == (0.5, "fallback", "straight line")
    result = service_imbalance(made)
    assert not gaps(result)
    assert result.not_computed[["pairing_id", "what", "reason"]].to_numpy().tolist() == [
        ["A--B", "clinic", "nobody on a side: b"]
    ]


def test_a_kind_may_be_reached_in_a_straight_line_though_there_are_roads() -> None:
    made = hamlet_world(settings=Settings(straight_line=["clinic"]))
    (gap,) = gaps(service_wall(made))

    assert gap.value_a == pytest.approx(7.5 * 1.3 / 35 * 60, abs=1e-3)
    assert gap.provenance == "fallback"


# --- walls ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("own_m", "found"), [(6250.0, 0), (6250.2, 1)])
def test_a_threshold_met_exactly_is_met(own_m: float, found: int) -> None:
    """6 250 m at 25 km/h are 15 minutes to the ten-thousandth."""
    made = world(
        WIDE,
        roads=chain((-11000, 4500), (-500 - own_m, 4500), (-500, 4500), (2000, 4500)),
        facilities=[place("own", "clinic", -500 - own_m, 4500), place("other", "clinic", 2000, 4500)],
        population=[people("hamlet", 800, -500, 4500)],
    )

    assert len(gaps(service_wall(made))) == found


@pytest.mark.parametrize(("other_m", "found"), [(6250.0, 1), (6250.2, 0)])
def test_a_neighbour_at_the_threshold_is_near_enough(other_m: float, found: int) -> None:
    made = world(
        WIDE,
        roads=chain((-11000, 4500), (-500, 4500), (-500 + other_m, 4500)),
        facilities=[place("own", "clinic", -11000, 4500), place("other", "clinic", -500 + other_m, 4500)],
        population=[people("hamlet", 800, -500, 4500)],
    )

    assert len(gaps(service_wall(made))) == found


def test_people_with_no_way_to_their_own_count_in_full() -> None:
    made = hamlet_world(facilities=[place("east", "clinic", 2000, 4500)])
    (gap,) = gaps(service_wall(made))

    assert (gap.magnitude, gap.people, gap.unreachable_people) == (1.0, 800, 800)
    assert pd.isna(gap.value_a)
    assert gap.value_b == pytest.approx(6, abs=1e-3)
    assert gap.evidence["places"][0]["t_own_min"] is None


def test_people_off_the_network_are_neither_served_nor_unserved() -> None:
    far = [people("hamlet", 800, -500, 7000), people("village", 50, 1500, 4500)]
    made = hamlet_world(population=far)

    assert not gaps(service_wall(made))
    assert not gaps(service_desert(made))
    assert made.travel is not None
    notes = made.travel.not_computed.set_index("what")
    assert notes.loc["population", ["check", "count", "reason"]].tolist() == [
        "travel_time",
        800,
        "off network",
    ]
    assert notes.loc["hospital", "reason"] == "kind absent"
    (note,) = service_imbalance(made).not_computed.itertuples()
    assert note.reason == "nobody on a side: a"


def test_a_facility_on_the_line_is_own_for_both() -> None:
    made = hamlet_world(
        facilities=[place("line", "clinic", 0, 4500), place("line 2", "clinic", 0, 4500)],
        roads=chain((-11000, 4500), (-500, 4500), (0, 4500), (1500, 4500), (5000, 4500)),
    )

    assert not gaps(service_wall(made))
    assert not [gap for gap in gaps(service_duplicate(made)) if len(set(gap.features)) < 2]


def test_what_the_region_provides_is_no_wall_and_what_the_parent_provides_is_own_within_it() -> None:
    regional = hamlet_world(settings=Settings(provision={"clinic": "region"}))
    assert not gaps(service_wall(regional))
    assert not gaps(service_imbalance(regional))

    by_parent = hamlet_world(settings=Settings(provision={"clinic": "parent"}))
    assert len(gaps(service_wall(by_parent))) == 1  # no parents given: each district is its own


def test_segments_with_people_become_runs() -> None:
    """Hamlets at segments 1, 2, 4 (3 is empty between) and 7: two gaps."""
    ys = {1: 8500, 2: 7500, 4: 5500, 7: 2500}
    made = world(
        WIDE,
        facilities=[
            place("far", "clinic", -11500, 5000),
            *(place(f"b{y}", "clinic", 1500, y) for y in ys.values()),
        ],
        population=[people(f"hamlet {k}", 100 * k, -500, y) for k, y in ys.items()],
    )
    first, second = gaps(service_wall(made))

    assert (first.segment_from, first.segment_to, first.people) == (1, 4, 700)
    assert (second.segment_from, second.segment_to, second.people) == (7, 7, 700)
    assert first.geometry.geom_type == "LineString"
    assert first.geometry.length == pytest.approx(4000)
    assert first.features == ["segment 4"]
    assert [part["segment"] for part in first.evidence["segments"]] == [1, 2, 4]
    redone = sum(part["magnitude"] * part["people"] for part in first.evidence["segments"]) / 700
    assert first.magnitude == pytest.approx(redone)


def test_a_run_ends_with_its_piece_of_border() -> None:
    line = MultiLineString([[(0, 10000), (0, 5000)], [(0, 5000), (0, 0)]])
    made = world(
        WIDE,
        {("A", "B"): line},
        facilities=[place("far", "clinic", -11500, 5000), place("b", "clinic", 1500, 5000)],
        population=[people("north", 100, -500, 5500), people("south", 100, -500, 4500)],
    )

    assert [gap.segment_from for gap in gaps(service_wall(made))] == [4, 5]


def test_places_without_people_make_no_gap() -> None:
    made = hamlet_world(population=[people("empty", 0, -500, 4500), people("village", 5, 1500, 4500)])

    assert not gaps(service_wall(made))


# --- deserts --------------------------------------------------------------------------------------------


def test_a_desert_on_both_sides_is_one_gap() -> None:
    made = world(
        facilities=[place("far", "fire_station", -5900, 100)],
        population=[people("west", 100, -500, 9500), people("east", 300, 500, 9500)],
    )
    (gap,) = gaps(service_desert(made))

    assert (gap.side, gap.people) == ("both", 400)
    assert gap.value_a < gap.value_b


def test_people_belong_to_the_nearest_border_of_their_district() -> None:
    """C lies south of A and B; a village of A 300 m from B and 500 m from C counts at A--B alone."""
    made = world(
        {"A": box(-6000, 0, 0, 10000), "B": box(0, 0, 6000, 10000), "C": box(-6000, -6000, 6000, 0)},
        {
            ("A", "B"): LineString([(0, 10000), (0, 0)]),
            ("A", "C"): LineString([(-6000, 0), (0, 0)]),
            ("B", "C"): LineString([(0, 0), (6000, 0)]),
        },
        facilities=[place("far", "fire_station", 5900, 9900)],
        population=[people("village", 100, -300, 500), people("tie", 70, -400, 400)],
    )
    (gap,) = gaps(service_desert(made))

    assert (gap.pair, gap.people) == (0, 170)


def test_people_outside_the_zone_are_no_matter_of_the_border() -> None:
    made = world(
        facilities=[place("far", "fire_station", -5900, 100)], population=[people("deep", 100, 2500, 9500)]
    )

    assert not gaps(service_desert(made))


# --- duplicates and imbalances --------------------------------------------------------------------------


@pytest.mark.parametrize(("half_m", "found"), [(1041.66, 1), (1041.75, 0)])
def test_duplicates_are_within_five_minutes(half_m: float, found: int) -> None:
    made = world(
        roads=chain((-5000, 4500), (-half_m, 4500), (half_m, 4500), (5000, 4500)),
        facilities=[place("w", "clinic", -half_m, 4500), place("e", "clinic", half_m, 4500)],
        population=[people("west", 100, -half_m, 4500), people("crowd", 9000, 5000, 4500)],
    )
    doubled = replace(made, travel=replace(made.travel, _median={"clinic": 1e-9}))  # type: ignore[type-var]

    assert len(gaps(service_duplicate(doubled))) == found


def test_only_the_nearest_two_are_a_duplicate() -> None:
    made = world(
        facilities=[
            place("w", "clinic", -200, 4500),
            place("w2", "clinic", -900, 4500),
            place("e", "clinic", 200, 4500),
            place("h", "hospital", 100, 4500),
        ],
        population=[
            people("west", 10, -200, 4500),
            people("north", 9000, -5000, 9900),
            people("far", 9000, 5900, 100),
        ],
    )
    (gap,) = gaps(service_duplicate(made), what="clinic")

    assert sorted(gap.features) == ["e", "w"]


@pytest.mark.parametrize(
    ("west", "east", "found"), [(10, 15, 1), (10, 14.9, 0), (0, 30, 1), (0, 0, 0), (None, 1, 0)]
)
def test_imbalance_is_a_ratio_of_one_and_a_half(west: float | None, east: float, found: int) -> None:
    assert len(gaps(service_imbalance(balance_world(west, east)))) == found


def test_unknown_capacities_count_as_one_and_lower_confidence() -> None:
    (gap,) = gaps(service_imbalance(balance_world(None, 3)))

    assert gap.value_a == pytest.approx(0.001)
    assert gap.confidence == pytest.approx(0.5)


# --- lacking layers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("check", CHECKS)
def test_without_people_or_facilities_nothing_is_computed(check: Any) -> None:
    result = check(frame(population=[people("west", 10, -200, 4500)]))

    assert not len(result.findings)
    assert result.not_computed["reason"].tolist() == ["not computed: no facilities"]


@pytest.mark.parametrize("check", CHECKS)
def test_nothing_of_any_kind_near_is_no_finding(check: Any) -> None:
    made = world(
        facilities=[place("x", "library", 10, 4500)],  # no threshold: not examined
        population=[people("west", 10, -200, 4500)],
    )

    assert not len(check(made).findings)
