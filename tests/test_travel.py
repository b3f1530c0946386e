"""Travel times and what services offer a head, against slow answers found in another way."""

from __future__ import annotations

import itertools
import math
import pickle
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point
from world import STRIP, layer

from geodata.settings import Settings
from geodata.strips import Strip
from layers.network import RoadNetwork, build_network
from layers.road_reach import RoadReach
from layers.straight import StraightReach
from layers.travel import TravelTimes, travel_times
from layers.twostep import catchment_weights, weighted_median

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

KM_MIN = 2.4  # residential: minutes a kilometre
ONEWAY = Settings(respect_oneway=True, min_component_m=0.0)


def lonlat(*xy: tuple[float, float]) -> np.ndarray:
    points = STRIP.unproject([Point(500_000 + x, 3_300_000 + y) for x, y in xy])
    return np.array([(point.x, point.y) for point in points]).reshape(-1, 2)


def roads(*rows: Mapping[str, Any]) -> gpd.GeoDataFrame:
    drawn = [
        {
            "road_class": "residential",
            **{k: row[k] for k in row if k != "xy"},
            "geometry": LineString(row["xy"]),
        }
        for row in rows
    ]
    return STRIP.unproject_frame(layer("roads", drawn))


def nearest(
    network: RoadNetwork, stops: np.ndarray, people: np.ndarray, *, toward: bool = True, **limits: float
) -> list[float]:
    reach = RoadReach.of(network, stops)
    times = reach.nearest(np.arange(len(stops)), reach.places(people), toward=toward, **limits)
    return times.minutes.tolist()


# --- along one road -------------------------------------------------------------------------------------


def test_two_places_on_one_edge_reach_each_other_along_it() -> None:
    ring = roads({"xy": [(0, 0), (4000, 0)]}, {"xy": [(4000, 0), (4000, 3000)]})
    found = nearest(
        build_network(ring, Settings()), lonlat((1000, 0)), lonlat((3000, 0), (500, 0), (1000, 0))
    )

    assert found == pytest.approx([2 * KM_MIN, 0.5 * KM_MIN, 0], abs=2e-4)


def test_the_walk_at_both_ends_counts() -> None:
    network = build_network(roads({"xy": [(0, 0), (4000, 0)]}), Settings())
    found = nearest(network, lonlat((1000, 75)), lonlat((3000, -150)))

    assert found == pytest.approx([1 + 2 * KM_MIN + 2], abs=2e-4)


def test_the_nearest_of_several_on_one_edge() -> None:
    network = build_network(roads({"xy": [(0, 0), (4000, 0)]}), Settings())
    reach = RoadReach.of(network, lonlat((500, 0), (1500, 0), (3900, 0)))
    people = reach.places(lonlat((900, 0), (1100, 0), (2600, 0), (2800, 0), (0, 0), (4000, 0)))
    times = reach.nearest(np.arange(3), people, toward=True)

    assert times.stop.tolist() == [0, 1, 1, 2, 0, 2]
    assert times.minutes == pytest.approx(np.array([0.4, 0.4, 1.1, 1.1, 0.5, 0.1]) * KM_MIN, abs=2e-4)


def test_people_drive_with_the_traffic_and_fire_engines_too() -> None:
    """A ring of 10 km, one way from (0, 0) east: 1 km one way round is 9 km the other."""
    square = [(0, 0), (2500, 0), (2500, 2500), (0, 2500), (0, 0)]
    network = build_network(roads({"xy": square, "oneway": "yes"}), ONEWAY)
    stop, home = lonlat((2000, 0)), lonlat((1000, 0))

    assert nearest(network, stop, home, toward=True) == pytest.approx([1 * KM_MIN], abs=3e-4)
    assert nearest(network, stop, home, toward=False) == pytest.approx([9 * KM_MIN], abs=3e-4)


def test_a_one_way_street_that_leads_nowhere_cannot_be_left() -> None:
    street = roads({"xy": [(0, 0), (4000, 0)], "oneway": "yes"})
    network = build_network(street, ONEWAY)

    assert nearest(network, lonlat((3000, 0)), lonlat((1000, 0), (3500, 0)), toward=True) == [
        pytest.approx(2 * KM_MIN, abs=2e-4),
        math.inf,
    ]


@pytest.mark.parametrize("toward", [True, False])
def test_a_place_across_a_one_way_road_from_a_stop_or_a_junction_is_there(*, toward: bool) -> None:
    """Drawn askew, so that feet of perpendiculars are a hair's breadth apart."""
    east, north = (3.0, 1.0), (-1.0, 3.0)

    def at(along: float, beside: float) -> tuple[float, float]:
        return tuple(along * e + beside * n for e, n in zip(east, north, strict=True))  # type: ignore[return-value]

    network = build_network(
        roads(
            {"xy": [at(0, 0), at(700, 0)], "oneway": "yes"}, {"xy": [at(0, 0), at(0, 700)], "oneway": "-1"}
        ),
        ONEWAY,
    )
    for place, opposite in ((at(333, 10), at(333, -7)), (at(0, -5), at(-5, 0))):
        (minutes,) = nearest(network, lonlat(place), lonlat(opposite), toward=toward)
        assert minutes < 1


def test_no_way_off_the_network_and_no_stops() -> None:
    apart = roads({"xy": [(0, 0), (4000, 0)]}, {"xy": [(0, 5000), (4000, 5000)]})
    network = build_network(apart, Settings())
    people = lonlat((1000, 0), (1000, 5000), (1000, 20000))

    near, no_way, off = nearest(network, lonlat((0, 0)), people)
    assert near == pytest.approx(KM_MIN, abs=2e-4)
    assert no_way == math.inf
    assert math.isnan(off)
    assert nearest(network, lonlat((0, 20000)), people)[:2] == [math.inf, math.inf]
    assert nearest(network, lonlat(), people)[:2] == [math.inf, math.inf]


def test_farther_than_asked_is_none_and_the_limit_itself_is_in() -> None:
    network = build_network(roads({"xy": [(0, 0), (9000, 0)]}), Settings())
    people = lonlat((6250, 0), (6251, 0))

    assert nearest(network, lonlat((0, 0)), people, at_most_min=15.0) == [15.0, math.inf]


# --- random worlds against networkx ---------------------------------------------------------------------

SIZE = 4
CELL_M = 500.0
STREETS = [((x, y), (x + 1, y)) for x in range(SIZE - 1) for y in range(SIZE)] + [
    ((x, y), (x, y + 1)) for x in range(SIZE) for y in range(SIZE - 1)
]
SPOTS = st.lists(
    st.tuples(st.integers(0, 23), st.integers(0, 10), st.sampled_from([0.0, 30.0, 60.0])),
    min_size=1,
    max_size=5,
)
TOWN = st.lists(st.sampled_from(["", "yes", "-1", "no", "absent"]), min_size=24, max_size=24)


def town(streets: list[str]) -> RoadNetwork:
    """Return a grid of streets, some of them one way, some missing."""
    rows = [
        {"xy": [(CELL_M * x, CELL_M * y) for x, y in ends], "oneway": oneway or None}
        for oneway, ends in zip(streets, STREETS, strict=True)
        if oneway != "absent"
    ]
    return build_network(roads(*rows), ONEWAY)


def spot_xy(number: int, tenth: int, beside: float) -> tuple[float, float]:
    """Return a place a number of tenths along a street and `beside` it, nearer to it than to any other."""
    (x, y), (to_x, _) = STREETS[number]
    along = CELL_M * (0.2 + 0.06 * tenth)
    return (
        (CELL_M * x + along, CELL_M * y + beside) if to_x > x else (CELL_M * x + beside, CELL_M * y + along)
    )


def slow_minutes(streets: list[str], home: tuple[int, int, float], stop: tuple[int, int, float]) -> float:
    """Return the minutes from home to stop, with both set into the graph as nodes of their own."""
    walk = (home[2] + stop[2]) / 75
    if home[:2] == stop[:2]:
        return walk  # they are at one place of the road
    graph = nx.DiGraph()
    for number, (oneway, ends) in enumerate(zip(streets, STREETS, strict=True)):
        if oneway == "absent":
            continue
        spots = sorted(
            (0.2 + 0.06 * spot[1], name)
            for name, spot in (("home", home), ("stop", stop))
            if spot[0] == number
        )
        chain = [(0.0, ends[0]), *spots, (1.0, ends[1])]
        for (share_p, p), (share_q, q) in itertools.pairwise(chain):
            minutes = (share_q - share_p) * CELL_M / 1000 * KM_MIN
            if oneway != "-1":
                graph.add_edge(p, q, weight=minutes)
            if oneway != "yes":
                graph.add_edge(q, p, weight=minutes)
    try:
        return float(nx.dijkstra_path_length(graph, "home", "stop")) + walk
    except nx.NetworkXNoPath:
        return math.inf


@settings(max_examples=40)
@given(TOWN, SPOTS, SPOTS, st.sampled_from([np.inf, 0.5, 3.0]), st.booleans())
def test_times_are_those_of_networkx(
    streets: list[str],
    homes: list[tuple[int, int, float]],
    stops: list[tuple[int, int, float]],
    likely_min: float,
    toward: bool,  # noqa: FBT001  # hypothesis gives it by position
) -> None:
    homes = [spot for spot in homes if streets[spot[0]] != "absent"]
    stops = [spot for spot in stops if streets[spot[0]] != "absent"]
    if not homes or not stops:
        return
    reach = RoadReach.of(town(streets), lonlat(*(spot_xy(*spot) for spot in stops)))
    places = reach.places(lonlat(*(spot_xy(*spot) for spot in homes)))
    times = reach.nearest(np.arange(len(stops)), places, toward=toward, likely_min=likely_min)
    matrix = np.array(
        [
            [slow_minutes(streets, *((home, stop) if toward else (stop, home))) for stop in stops]
            for home in homes
        ]
    )

    assert times.minutes == pytest.approx(matrix.min(axis=1), abs=3e-4)
    for row, (minutes, stop) in enumerate(zip(times.minutes, times.stop, strict=True)):
        assert (stop == -1) == math.isinf(minutes)
        if stop >= 0:
            assert matrix[row, stop] == pytest.approx(minutes, abs=3e-4)

    limit = 4.0
    near = list(reach.within(np.arange(len(stops)), places, limit, toward=toward))
    found = {(int(p), int(s)): m for part in near for s, p, m in zip(*part, strict=True)}
    sure = {(p, s): matrix[p, s] for p, s in np.argwhere(matrix <= limit - 1e-3).tolist()}
    assert set(sure) <= set(found)
    assert found == pytest.approx({key: matrix[key] for key in found}, abs=3e-4)


# --- straight lines -------------------------------------------------------------------------------------


def test_straight_lines_are_longer_on_the_ground() -> None:
    reach = StraightReach.of(Settings(), lonlat((0, 0), (6000, 0), (6000, 0)))
    times = reach.nearest(np.arange(3), reach.places(lonlat((0, 3500), (6000, 350))), toward=True)

    assert times.minutes == pytest.approx([3.5 * 1.3 / 35 * 60, 0.35 * 1.3 / 35 * 60], abs=1e-4)
    assert times.stop.tolist() == [0, 1]


def test_straight_lines_on_foot() -> None:
    reach = StraightReach.of(Settings(mode="walk"), lonlat((0, 0)))

    assert reach.nearest(np.array([0]), reach.places(lonlat((0, 450))), toward=True).minutes == pytest.approx(
        [0.45 * 1.3 / 4.5 * 60], abs=1e-4
    )


def test_straight_lines_in_several_strips() -> None:
    """Each place is measured in its own strip; reach and nearest agree."""
    rng = np.random.default_rng(7)
    stops = np.column_stack([rng.uniform(109.2, 109.8, 6), rng.uniform(30.0, 30.4, 6)])
    people = np.column_stack([rng.uniform(109.2, 109.8, 20), rng.uniform(30.0, 30.4, 20)])
    reach = StraightReach.of(Settings(), stops)
    places = reach.places(people)
    times = reach.nearest(np.arange(6), places, toward=True)

    for row, at in enumerate(people):
        strip = Strip.of_longitudes(at[0], at[0])
        here, *others = strip.project([Point(at), *map(Point, stops)])
        metres = np.array([here.distance(other) for other in others])
        assert times.minutes[row] == pytest.approx(metres.min() * 1.3 / 35000 * 60, abs=1e-4)
        assert times.stop[row] == metres.argmin()
    near = list(reach.within(np.arange(6), places, 30.0, toward=True))
    best = pd.concat([pd.DataFrame(part._asdict()) for part in near]).groupby("place")["minutes"].min()
    inside = times.minutes <= 30
    assert best.to_dict() == pytest.approx(
        dict(zip(np.flatnonzero(inside), times.minutes[inside], strict=True))
    )
    assert places.take(np.array([5, 2])).count == 2


# --- a whole workspace ----------------------------------------------------------------------------------

# Districts west to east, 4 km each, on one road along y = 0. a and b have parent P, c has Q.
PARENTS = {"a": "P", "b": "P", "c": "Q"}


def workspace(
    facilities: Sequence[tuple[str, str, float]],
    people: Sequence[tuple[float, float]],
    members: Mapping[str, Sequence[str]] | None = None,
    pairs: Sequence[tuple[str, str]] = (("a", "b"), ("b", "c")),
    options: Settings | None = None,
) -> TravelTimes:
    """Return the travel times of places on the road: facilities (kind, id, x) and people (number, x)."""
    options = options or Settings()
    places = layer(
        "facilities", [{"feature_id": i, "kind": k, "geometry": Point(x, 0)} for k, i, x in facilities]
    )
    homes = layer("population", [{"people": count, "geometry": Point(x, 0)} for count, x in people])

    def of(xs: list[float]) -> pd.DataFrame:
        rows = [(row, "abc"[int(x // 4000)]) for row, x in enumerate(xs) if 0 <= x < 12000]
        return pd.DataFrame(rows, columns=["row", "district_id"])

    return travel_times(
        build_network(roads({"xy": [(-4000, 0), (16000, 0)]}), options),
        population=STRIP.unproject_frame(homes),
        facilities=STRIP.unproject_frame(places),
        memberships={"population": of([x for _, x in people]), "facilities": of([x for *_, x in facilities])},
        districts=pd.DataFrame({"district_id": list(PARENTS), "parent": list(PARENTS.values())}),
        members=members or {key: [key] for key in PARENTS},
        pairs=pd.DataFrame(pairs, columns=["member_a", "member_b"]),
        settings=options,
    )


CLINICS = [("clinic", "A", 500.0), ("clinic", "C", 8100.0), ("clinic", "outside", 12500.0)]
VILLAGES = [(10.0, 1500.0), (20.0, 7900.0), (30.0, 11900.0), (5.0, 15000.0)]


def test_own_neighbour_and_any() -> None:
    travel = workspace(CLINICS, VILLAGES)

    assert travel.kinds == ("clinic",)
    assert travel.any("clinic").minutes[:3] == pytest.approx(
        [1 * KM_MIN, 0.2 * KM_MIN, 3.8 * KM_MIN], abs=1e-3
    )
    assert travel.any("clinic").stop[:3].tolist() == [0, 1, 1]  # the one outside is no district's
    assert travel.own("clinic", "a").minutes == pytest.approx([KM_MIN], abs=1e-3)
    assert travel.own("clinic", "b").minutes.tolist() == [math.inf]
    assert travel.people_of("b").tolist() == [1]
    assert travel.own_minutes("clinic", "c", [2]) == pytest.approx([3.8 * KM_MIN], abs=1e-3)
    assert np.isnan(travel.own_minutes("clinic", "c", [0])).all()
    (wall,) = travel.walls("clinic", "b", "c").itertuples()
    assert (wall.row, wall.own_min, wall.facility) == (1, math.inf, 1)
    assert wall.neighbour_min == pytest.approx(0.2 * KM_MIN, abs=1e-3)
    assert len(travel.walls("clinic", "a", "b")) == 0
    assert set(travel.not_computed["reason"]) == {"kind absent"}


def test_the_level_that_provides_a_kind() -> None:
    parent = workspace(CLINICS, VILLAGES, options=Settings(provision={"clinic": "parent"}))
    region = workspace(CLINICS, VILLAGES, options=Settings(provision={"clinic": "region"}))

    assert parent.own("clinic", "b").minutes == pytest.approx(
        [7.4 * KM_MIN], abs=1e-3
    )  # that of a, P as well
    assert len(parent.walls("clinic", "b", "c")) == 1
    assert region.own("clinic", "b").minutes == pytest.approx([0.2 * KM_MIN], abs=1e-3)
    assert len(region.walls("clinic", "b", "c")) == 0


def test_members_of_several_districts() -> None:
    travel = workspace(CLINICS, VILLAGES, {"a+b": ["a", "b"], "c": ["c"]}, [("a+b", "c")])

    assert travel.people_of("a+b").tolist() == [0, 1]
    assert travel.own("clinic", "a+b").minutes == pytest.approx([KM_MIN, 7.4 * KM_MIN], abs=1e-3)


def test_minutes_from_places_and_between_facilities() -> None:
    travel = workspace([*CLINICS, ("clinic", "A2", 900.0)], VILLAGES)

    assert travel.minutes_from(lonlat((2000, 0)), "clinic", "a") == pytest.approx([1.1 * KM_MIN], abs=1e-3)
    assert travel.minutes_from_neighbour(lonlat((2000, 0)), "clinic", "c") == pytest.approx(
        [6.1 * KM_MIN], abs=1e-3
    )
    assert travel.minutes_from(lonlat((2000, 0)), "clinic", "b").tolist() == [math.inf]
    assert travel.minutes_from(lonlat((2000, 0)), "police", "a").tolist() == [math.inf]
    pairs = travel.journeys.between("clinic", np.array([0, 1, 3]), 5.0)
    assert pairs[["first", "second"]].to_numpy().tolist() == [[0, 3], [3, 0]]
    assert pairs["minutes"].tolist() == pytest.approx([0.4 * KM_MIN] * 2, abs=1e-3)


def test_nobody_lives_here() -> None:
    travel = workspace(CLINICS, [])

    assert travel.own("clinic", "a").minutes.shape == (0,)
    assert math.isnan(travel.median_access("clinic"))
    assert travel.minutes_from(lonlat((2000, 0)), "clinic", "a") == pytest.approx([1.5 * KM_MIN], abs=1e-3)


def test_travel_times_are_handed_on_to_another_process() -> None:
    again = pickle.loads(pickle.dumps(workspace(CLINICS, VILLAGES)))  # noqa: S301  # our own bytes

    assert again.minutes_from(lonlat((2000, 0)), "clinic", "a") == pytest.approx([1.5 * KM_MIN], abs=1e-3)


# --- what services offer a head -------------------------------------------------------------------------


def test_weights_go_by_thirds_of_the_catchment() -> None:
    minutes = np.array([0, 7.5, 7.5001, 15, 15.0001, 22.5, 22.5001, np.inf])

    assert catchment_weights(minutes, 15).tolist() == [1, 1, 0.68, 0.68, 0.22, 0.22, 0, 0]


@given(st.lists(st.tuples(st.floats(0, 9), st.integers(0, 5)), min_size=1, max_size=9))
def test_the_median_of_people(values: list[tuple[float, int]]) -> None:
    one_by_one = sorted(value for value, weight in values for _ in range(weight))
    found = weighted_median(*(np.array(column, dtype=float) for column in zip(*values, strict=True)))

    assert math.isnan(found) if not one_by_one else found == one_by_one[(len(one_by_one) - 1) // 2]


X = st.integers(1, 119).map(lambda hundred: hundred * 100.0)


@settings(max_examples=30)
@given(
    stops=st.lists(X, min_size=1, max_size=5),
    homes=st.lists(st.tuples(st.integers(0, 50).map(float), X), min_size=1, max_size=6),
    straight=st.booleans(),
)
def test_access_is_what_adding_up_by_hand_gives(
    stops: list[float], homes: list[tuple[float, float]], *, straight: bool
) -> None:
    options = Settings(straight_line=["clinic"] if straight else [], thresholds_min={"clinic": 5.0})
    facilities = [("clinic", f"f{k}", x) for k, x in enumerate(stops)]
    travel = workspace(facilities, homes, options=options)
    rate = 1.3 / 35 * 60 if straight else KM_MIN

    def weight(x: float, y: float) -> float:
        minutes = round(abs(x - y) / 1000 * rate, 3)
        return next((w for limit, w in ((2.5, 1.0), (5.0, 0.68), (7.5, 0.22)) if minutes <= limit), 0.0)

    def access(at: float, inside: slice | None) -> float:
        def mine(x: float) -> bool:
            return inside is None or inside.start <= x < inside.stop

        total = 0.0
        for stop in filter(mine, stops):
            demand = sum(count * weight(x, stop) for count, x in homes if mine(x))
            total += weight(at, stop) / demand if demand else 0.0
        return total

    rows = np.arange(len(homes))
    assert travel.access_any("clinic", rows) == pytest.approx([access(x, None) for _, x in homes])
    assert travel.access_at("clinic", np.arange(len(stops))) == pytest.approx(
        [access(x, None) for x in stops]
    )
    for number, district in enumerate("abc"):
        own = travel.people_of(district)
        inside = slice(4000 * number, 4000 * (number + 1))
        expected = [access(homes[row][1], inside) for row in own]
        assert travel.access_own("clinic", district, own) == pytest.approx(expected)
