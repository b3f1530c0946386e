"""The road graph: which roads join, how long the ways are, where places join it."""

from __future__ import annotations

import itertools
import math
import pickle
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiLineString, Point
from world import STRIP, layer

from geodata.errors import CrsError
from geodata.settings import Settings
from geodata.strips import Strip
from layers.network import RoadNetwork, build_network, network_of_parts

if TYPE_CHECKING:
    from random import Random

Way = Sequence[tuple[float, float]]
SMALL = Settings(min_component_m=0.0)


def roads(*rows: Mapping[str, Any] | Way) -> gpd.GeoDataFrame:
    """Return roads drawn in metres around (0, 0), residential unless said."""
    full = [row if isinstance(row, Mapping) else {"xy": row} for row in rows]
    drawn = [
        {
            "road_class": "residential",
            **{key: row[key] for key in row if key != "xy"},
            "geometry": LineString(row["xy"]),
        }
        for row in full
    ]
    return STRIP.unproject_frame(layer("roads", drawn))


def lonlat(*xy: tuple[float, float]) -> np.ndarray:
    points = gpd.GeoSeries.from_xy(*np.array(xy, dtype=float).T) if xy else gpd.GeoSeries([])
    shifted = [(500_000 + p.x, 3_300_000 + p.y) for p in points]
    degrees = STRIP.unproject(gpd.GeoSeries.from_xy(*np.array(shifted).T).array)
    return np.array([(p.x, p.y) for p in degrees])


def node_near(network: RoadNetwork, x: float, y: float) -> int:
    """Return the one node within 3 m of a place."""
    apart = np.hypot(*((network.node_lonlat - lonlat((x, y))[0]) * [96_500.0, 110_850.0]).T)
    (near,) = np.flatnonzero(apart < 3)
    return int(near)


def way(network: RoadNetwork, start: tuple[float, float], end: tuple[float, float]) -> float:
    nodes = [node_near(network, *start)], [node_near(network, *end)]
    return float(network.route_length_m(*nodes)[0])


# --- rule 1: ends ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("gap_m", "joined"), [(0.0, True), (4.9, True), (5.0, True), (5.02, False)])
def test_ends_within_five_metres_are_one_node_whatever_their_layer(gap_m: float, *, joined: bool) -> None:
    network = build_network(
        roads({"xy": [(-1000, 0), (0, 0)]}, {"xy": [(gap_m, 0), (1000, 0)], "layer": 1}), SMALL
    )

    assert network.node_count == (3 if joined else 4)
    assert np.isfinite(way(network, (-1000, 0), (1000, 0))) == joined


def test_ends_that_follow_one_another_within_reach_are_one_node() -> None:
    network = build_network(roads([(-900, 0), (0, 0)], [(4, 0), (900, 900)], [(8, 0), (900, -900)]), SMALL)

    assert network.node_count == 4
    assert sorted(network.degree.tolist()) == [1, 1, 1, 3]


# --- rule 2: lone ends ----------------------------------------------------------------------------------


def test_a_lone_end_splits_the_line_it_stops_at() -> None:
    network = build_network(roads([(-1000, 0), (1000, 0)], [(200, 3), (200, 800)]), SMALL)

    assert network.node_count == 4
    assert len(network.u) == 3
    assert way(network, (-1000, 0), (200, 800)) == pytest.approx(1200 + 797, abs=0.01)


@pytest.mark.parametrize(
    "row", [{"xy": [(200, 3), (200, 800)], "layer": 1}, {"xy": [(200, 5.1), (200, 800)]}]
)
def test_a_lone_end_on_another_layer_or_too_far_stays_alone(row: dict[str, Any]) -> None:
    network = build_network(roads([(-1000, 0), (1000, 0)], row), SMALL)

    assert len(network.u) == 2
    assert sorted(network.degree.tolist()) == [1, 1, 1, 1]


def test_ends_that_have_met_are_not_alone() -> None:
    # Two roads meet 4 m beside a third: they are a node of their own.
    network = build_network(
        roads([(-1000, 0), (1000, 0)], [(0, 4), (-500, 800)], [(0, 4), (500, 800)]), SMALL
    )

    assert np.isinf(way(network, (-1000, 0), (500, 800)))


def test_a_lone_end_joins_the_nearest_of_two_lines() -> None:
    network = build_network(
        roads([(-1000, 0), (1000, 0)], [(-1000, 7), (1000, 7)], [(200, 3), (200, -800)]), SMALL
    )

    assert way(network, (200, -800), (-1000, 0)) == pytest.approx(803 + 1200, abs=0.01)
    assert np.isinf(way(network, (200, -800), (-1000, 7)))


def test_two_ends_may_join_a_line_at_one_place() -> None:
    network = build_network(
        roads([(-1000, 0), (1000, 0)], [(0, 2.6), (0, 500)], [(0, -2.6), (0, -500)]), SMALL
    )

    assert network.node_count == 5
    assert way(network, (0, 500), (0, -500)) == pytest.approx(2 * 497.4, abs=0.01)


# --- rules 3 and 4: vertices and crossings --------------------------------------------------------------

CROSS = [(-500, 0), (0, 0), (500, 0)], [(0, -500), (0, 0), (0, 500)]


def test_inner_vertices_at_one_position_join_within_a_layer_only() -> None:
    flat = build_network(roads(*CROSS), SMALL)
    bridge = build_network(roads(CROSS[0], {"xy": CROSS[1], "layer": 1}), SMALL)

    assert way(flat, (-500, 0), (0, 500)) == pytest.approx(1000, abs=0.001)
    assert bridge.node_count == 4
    assert len(bridge.u) == 2


def test_lines_that_cross_without_a_common_vertex_do_not_join() -> None:
    network = build_network(roads([(-500, 0), (500, 0)], CROSS[1]), SMALL)

    assert len(network.u) == 2


def test_ends_at_an_inner_vertex_join_it() -> None:
    network = build_network(roads(CROSS[0], [(0, 0), (0, 500)], [(0, 0), (0, -500)]), SMALL)

    assert network.degree[node_near(network, 0, 0)] == 4


def test_an_end_on_the_inner_vertex_of_a_bridge_does_not_join_it() -> None:
    network = build_network(roads({"xy": CROSS[0], "layer": 1}, [(0, 0), (0, 500)]), SMALL)

    assert sorted(network.degree.tolist()) == [1, 1, 1, 1]


def test_an_unknown_layer_is_the_ground() -> None:
    network = build_network(roads({"xy": CROSS[0], "layer": None}, {"xy": CROSS[1], "layer": 0}), SMALL)

    assert network.node_count == 5


# --- odd roads ------------------------------------------------------------------------------------------


def test_parallel_roads_loops_scraps_and_roads_without_length() -> None:
    network = build_network(
        roads(
            [(0, 0), (0, 1000)],
            [(0, 0), (600, 500), (0, 1000)],  # a longer way between the same nodes
            [(0, 1000), (300, 1300), (-300, 1300), (0, 1000)],  # a loop
            [(0, 0), (2, 0)],  # a scrap: both its ends are one node
            [(50, 50), (50, 50)],  # no length
        ),
        SMALL,
    )

    assert way(network, (0, 0), (0, 1000)) == pytest.approx(1000, abs=0.001)
    assert network.degree[node_near(network, 0, 1000)] == 4
    assert network.degree[node_near(network, 0, 0)] == 2
    assert network.node_count == 2


def test_a_road_that_passes_a_vertex_twice_is_joined_to_itself() -> None:
    network = build_network(roads([(0, 0), (500, 0), (500, 500), (250, 500), (250, -500), (500, 0)]), SMALL)

    assert way(network, (0, 0), (500, 0)) == pytest.approx(500, abs=0.001)


def test_several_parts_one_road_and_roads_without_geometry() -> None:
    table = roads([(0, 0), (500, 0)], [(500, 0), (900, 0)], [(0, 0), (0, 400)])
    joined = MultiLineString(list(table.geometry[:2]))
    table = table.iloc[[0, 1, 2]].set_geometry(
        gpd.GeoSeries([joined, None, table.geometry[2]], crs=table.crs)
    )

    network = build_network(table, SMALL)

    assert network.road.tolist() == [0, 0, 2]
    assert way(network, (0, 400), (900, 0)) == pytest.approx(1300, abs=0.001)


def test_no_roads_give_an_empty_network() -> None:
    network = build_network(roads([(0, 0), (9, 0)]).iloc[:0], Settings())

    assert network.node_count == 0
    assert network.join(lonlat((0, 0))).off.all()
    assert network.route_length_m([], []).shape == (0,)


def test_degrees_are_asked_for() -> None:
    with pytest.raises(CrsError):
        build_network(STRIP.project_frame(roads([(0, 0), (9, 0)])), Settings())


# --- classes, speeds, directions ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "minutes"),
    [
        ({"road_class": "residential"}, 2.4),
        ({"road_class": "motorway_link"}, 60 / 90),
        ({"road_class": "tertiary", "maxspeed_kmh": 50.0}, 1.5),
        ({"road_class": "tertiary", "maxspeed_kmh": 0.0}, 60 / 35),
        ({"road_class": "track"}, 5.0),
    ],
)
def test_minutes_of_a_kilometre(row: dict[str, Any], minutes: float) -> None:
    network = build_network(roads({"xy": [(0, 0), (1000, 0)], **row}), SMALL)

    assert network.forward_min == pytest.approx([minutes])
    assert network.back_min == pytest.approx([minutes])


@pytest.mark.parametrize("road_class", ["construction", "proposed", "footway", "raceway", "steps"])
def test_what_cannot_be_driven_is_left_out(road_class: str) -> None:
    table = roads({"xy": [(0, 0), (1000, 0)], "road_class": road_class})

    assert len(build_network(table, SMALL).u) == 0


def test_on_foot_paths_are_in_and_motorways_out_and_all_is_slow() -> None:
    table = roads(
        {"xy": [(0, 0), (1000, 0)], "road_class": "footway", "oneway": "yes"},
        {"xy": [(0, 9), (1000, 9)], "road_class": "motorway"},
        {"xy": [(0, 99), (1000, 99)], "road_class": "primary", "maxspeed_kmh": 80.0},
    )
    walk = Settings(mode="walk", min_component_m=0.0, respect_oneway=True)

    assert build_network(table, walk).road.tolist() == [0, 2]
    assert build_network(table, walk).back_min == pytest.approx([60 / 4.5] * 2)
    assert build_network(table, walk, mode="drive").road.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("oneway", "open_"),
    [
        ("yes", (1, 0)),
        ("1", (1, 0)),
        ("True", (1, 0)),
        ("-1", (0, 1)),
        ("reverse", (0, 1)),
        ("no", (1, 1)),
        (None, (1, 1)),
    ],
)
def test_oneway_counts_only_where_asked(oneway: str | None, open_: tuple[int, int]) -> None:
    table = roads({"xy": [(0, 0), (1000, 0)], "oneway": oneway})
    strict = build_network(table, Settings(respect_oneway=True))
    lax = build_network(table, Settings())

    assert np.isfinite([strict.forward_min[0], strict.back_min[0]]).tolist() == [bool(way_) for way_ in open_]
    assert np.isfinite([lax.forward_min[0], lax.back_min[0]]).all()


# --- joining --------------------------------------------------------------------------------------------


def test_a_place_joins_the_nearest_point_of_the_nearest_road() -> None:
    network = build_network(roads([(0, 0), (1000, 0)], [(0, 900), (1000, 900)]), Settings())

    access = network.join(lonlat((250, 300), (1000, 875), (500, 2900), (500, 2900.02)))

    assert network.road[access.edge[:3]].tolist() == [0, 1, 1]
    assert access.share[:3] == pytest.approx([0.25, 1.0, 0.5], abs=1e-6)
    assert access.walk_min[:3] == pytest.approx([4.0, 25 / 75, 2000 / 75], abs=1e-5)
    assert access.off.tolist() == [False, False, False, True]
    assert access.edge[3] == -1


def test_a_place_between_two_roads_takes_the_smaller_id() -> None:
    table = roads(
        {"xy": [(0, 0), (1000, 0)], "feature_id": "b"}, {"xy": [(0, 100), (1000, 100)], "feature_id": "a"}
    )

    assert build_network(table, Settings()).join(lonlat((300, 50))).edge.tolist() == [1]


def test_short_components_are_not_joined() -> None:
    network = build_network(
        roads([(0, 0), (999.9, 0)], [(0, 800), (600, 800)], [(600, 800), (600, 1200)]), Settings()
    )

    assert network.small_components == 1
    assert network.road[network.join(lonlat((100, 10))).edge].tolist() == [1]


def test_joining_works_across_strips() -> None:
    # Strips change at 109.5 degrees; the nearest road lies in the other strip, and a road spans both.
    degrees = gpd.GeoDataFrame(
        {"feature_id": ["w", "e", "x"], "road_class": "residential"},
        geometry=[
            LineString([(109.46, 30.0), (109.499, 30.0)]),
            LineString([(109.501, 30.0), (109.54, 30.0)]),
            LineString([(109.501, 30.0), (109.4989999, 30.02), (109.499, 30.0)]),
        ],
        crs="EPSG:4326",
    )
    network = build_network(degrees, Settings())

    assert set(network.lines.lon0) == {108, 111}
    assert network.node_count == 4
    assert network.road[network.join([(109.4995, 29.995), (109.5005, 29.995)]).edge].tolist()[0] in (0, 2)
    assert network.join([(109.52, 30.001)]).edge.tolist() == [1]
    assert Strip(111).lon0 == network.lines.lon0[1]


def test_a_network_is_handed_on_without_its_trees() -> None:
    network = build_network(roads([(0, 0), (1000, 0)]), Settings())
    network.join(lonlat((0, 0)))

    again = pickle.loads(pickle.dumps(network))  # noqa: S301  # our own bytes

    assert "_index" not in vars(again)
    assert again.route_length_m([0], [1]) == pytest.approx([1000], abs=0.001)


@settings(max_examples=25)
@given(st.integers(1, 9), st.randoms(use_true_random=False))
def test_a_layer_read_in_parts_makes_the_same_graph(batch: int, random: Random) -> None:
    """Joins run across parts; two levels, a road of several pieces, one-way streets, ids out of order."""
    rows = [
        {"xy": [(0, 0), (700, 0)], "feature_id": "m", "oneway": "yes"},
        {"xy": [(700, 4), (1400, 0)], "feature_id": "b", "maxspeed_kmh": 80.0},
        {"xy": [(300, 3), (300, 900)], "feature_id": "z", "road_class": "primary"},
        {"xy": [(300, 900), (700, 4)], "feature_id": "a", "layer": 1},
        {"xy": [(0, 300), (600, 300)], "feature_id": "y", "road_class": "footway"},
        {"xy": [(1400, 0), (1400, 500)], "feature_id": "k", "layer": 1},
    ]
    whole = roads(*rows)
    shape = MultiLineString([whole.geometry[5], LineString([(109.0, 30.0), (110.0, 30.0)])])
    whole.loc[[5], "geometry"] = gpd.GeoSeries([shape], index=[5], crs=whole.crs)
    options = Settings(respect_oneway=True, min_component_m=0.0)
    order = random.sample(range(len(whole)), len(whole))
    parts = [whole.iloc[order[k : k + batch]] for k in range(0, len(whole), batch)]

    one, other = build_network(whole, options), network_of_parts(parts, options)

    for name in vars(one).keys() - {"mode", "settings", "lines"}:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    for name in vars(one.lines):
        np.testing.assert_array_equal(getattr(one.lines, name), getattr(other.lines, name), err_msg=name)


# --- an independent answer ------------------------------------------------------------------------------

CELL_M = 400
Place = tuple[int, int]
PLACES = st.tuples(st.integers(0, 4), st.integers(0, 4))


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.lists(PLACES, min_size=2, max_size=5), st.integers(0, 1)), min_size=1, max_size=8)
)
def test_ways_are_as_long_as_networkx_finds_them(ways: list[tuple[list[Place], int]]) -> None:
    """Vertices lie on a grid, so that every join is one of positions."""
    table = roads(*({"xy": [(CELL_M * x, CELL_M * y) for x, y in xy], "layer": level} for xy, level in ways))
    network = build_network(table, SMALL)
    graph = _slow_graph(ways)

    ends = [name for name in graph if name[2] == "end"]
    pairs = [(start, end) for start in ends for end in ends]
    expected = {start: nx.single_source_dijkstra_path_length(graph, start) for start in ends}
    nodes = {name: _node_of_ends(network, name) for name in ends}
    found = network.route_length_m([nodes[a] for a, _ in pairs], [nodes[b] for _, b in pairs])

    assert found == pytest.approx([expected[a].get(b, np.inf) for a, b in pairs], abs=0.01)


def _slow_graph(ways: list[tuple[list[Place], int]]) -> nx.Graph:
    """Return the network by the letter: ends are nodes by position, inner vertices by position and layer."""
    lines = [([p for k, p in enumerate(xy) if k == 0 or p != xy[k - 1]], level) for xy, level in ways]
    lines = [(xy, level) for xy, level in lines if len(xy) > 1]
    cuts = _slow_cuts(lines)
    graph = nx.Graph()
    for k, (xy, level) in enumerate(lines):
        names = [(*xy[0], "end")]
        for p, q in itertools.pairwise(xy):
            between = [c for c in cuts[k] if _passes([p, q], c)]
            names += [(*c, "end") for c in sorted(between, key=lambda c: math.dist(c, p))] + [(*q, level)]
        names[-1] = (*xy[-1], "end")
        for p, q in itertools.pairwise(names):
            known = graph.get_edge_data(p, q, {"weight": np.inf})["weight"]
            graph.add_edge(p, q, weight=min(known, CELL_M * math.dist(p[:2], q[:2])))
    for xy, level in lines:
        for end in (xy[0], xy[-1]):
            if (*end, level) in graph:
                graph.add_edge((*end, "end"), (*end, level), weight=0.0)
    return graph


def _slow_cuts(lines: list[tuple[list[Place], int]]) -> dict[int, set[Place]]:
    """Return by line where ends that are left alone are joined to it (rule 2)."""
    ends = Counter(end for xy, _ in lines for end in (xy[0], xy[-1]))
    vertices = Counter((place, level) for xy, level in lines for place in xy)
    cuts: dict[int, set[Place]] = {k: set() for k in range(len(lines))}
    for k, (xy, level) in enumerate(lines):
        for end in (xy[0], xy[-1]):
            on = [j for j, (other, at) in enumerate(lines) if j != k and at == level and _passes(other, end)]
            if on and ends[end] == 1 and vertices[end, level] == 1:
                passes = sum(_passes(list(piece), end) for piece in itertools.pairwise(lines[on[0]][0]))
                assume(passes == 1)  # of a line that doubles back either pass is as near
                cuts[on[0]].add(end)
    return cuts


def _passes(xy: Sequence[Place], place: Place) -> bool:
    return LineString(xy).distance(Point(place)) < 1e-9


def _node_of_ends(network: RoadNetwork, name: tuple[int, int, str]) -> int:
    """Return the node of the road ends at a position (a bridge above may have one there too)."""
    first, last = network.lines.start[:-1], network.lines.start[1:] - 1
    of_line = np.arange(len(network.lines))
    starts = network.u[np.searchsorted(network.edge_line, of_line)]
    stops = network.v[np.searchsorted(network.edge_line, of_line, side="right") - 1]
    xy = network.lines.xy[np.concatenate([first, last])] - [500_000, 3_300_000]
    apart = np.hypot(*(xy - CELL_M * np.array(name[:2])).T)
    return int(np.concatenate([starts, stops])[apart.argmin()])
