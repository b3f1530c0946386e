"""Generated facilities: what each settlement has, so that nobody is far from their own unless planted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from geodata.sample.streets import UNKNOWN_PEOPLE
from geodata.sample.world import STRIP, frame_of, short_name
from geodata.settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geodata.sample.draft import Draft

LIMIT_MIN = 75.0
MARGIN = {
    10.0: 0.72,
    30.0: 0.88,
}  # own facility within this share of the threshold: streets take their time too
LARGE_TOWN = 60_000
# kind -> what it is called after the place, people per unit of capacity.
CALLED = {
    "clinic": ("卫生院", 550.0),
    "police": ("派出所", 1200.0),
    "kindergarten": ("中心幼儿园", 45.0),
    "school": ("中心学校", 18.0),
    "elder_care": ("敬老院", 260.0),
    "fire_station": ("消防救援站", 6000.0),
    "hospital": ("人民医院", 190.0),
}
EVERYWHERE = ("clinic", "police", "kindergarten", "school")
ADDRESS_M = 380.0


def settlement_minutes(draft: Draft) -> NDArray[np.float64]:
    """Return driving minutes between settlements (n × n; inf beyond 75) by METHOD 4's speeds."""
    roads = draft.roads[(draft.roads["u"] >= 0) & (draft.roads["edge"] >= -1)]
    settings = Settings()
    signed = roads["maxspeed_kmh"] * settings.maxspeed_share
    kmh = signed.fillna(roads["road_class"].map(settings.speeds_kmh)).to_numpy(dtype=float)
    minutes = roads.length.to_numpy() / 1000 / kmh * 60
    ends = roads[["u", "v"]].to_numpy()
    order = np.argsort(minutes, kind="stable")  # of two roads between the same junctions the faster
    first = np.unique(np.sort(ends[order], axis=1), axis=0, return_index=True)[1]
    ends, minutes = ends[order][first], minutes[order][first]
    graph = coo_matrix((minutes, (ends[:, 0], ends[:, 1])), shape=(len(draft.mesh.nodes),) * 2).tocsr()
    nodes, which = np.unique(draft.mesh.node_of, return_inverse=True)
    between = dijkstra(graph, directed=False, indices=nodes, limit=LIMIT_MIN)[:, nodes]
    return np.asarray(between[np.ix_(which, which)])


def place_services(draft: Draft) -> None:
    """Decide which settlement has which kind (`draft.has`) and keep the travel times (`draft.minutes`)."""
    draft.minutes = settlement_minutes(draft)
    node_of, people = draft.mesh.node_of, draft.world.settlements["people"].fillna(0).to_numpy()
    lead = np.zeros(len(node_of), dtype=bool)  # settlements that share a node share what stands there
    lead[np.unique(node_of, return_index=True)[1]] = True
    for kind in CALLED:
        draft.has[kind] = lead.copy() if kind in EVERYWHERE else _covering(draft, kind, lead, people)


def _covering(
    draft: Draft, kind: str, lead: NDArray[np.bool_], people: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return places, most populous first, such that every settlement has one of its own district in reach."""
    threshold = Settings().threshold_min(kind)
    limit = threshold * MARGIN[threshold]
    district = draft.world.settlements["district"].to_numpy()
    assert draft.minutes is not None  # noqa: S101 - set just before
    reach = (draft.minutes <= limit) & (district[:, None] == district)
    chosen = lead & (people >= LARGE_TOWN)
    for place in np.argsort(-people, kind="stable"):  # each choice rests on the earlier ones
        if not (reach[place] & chosen).any():
            same = lead & (draft.mesh.node_of == draft.mesh.node_of[place])
            chosen |= same
    return chosen


def facilities(draft: Draft) -> gpd.GeoDataFrame:
    """Return the facility points: generated ones at street corners, government halls at the real seats."""
    world = draft.world
    rng = world.rng("facilities")
    corners = shapely.get_coordinates(draft.streets.geometry.array)
    tree = cKDTree(corners)
    names = [short_name(name) for name in world.settlements["name"]]
    served = world.settlements["people"].fillna(UNKNOWN_PEOPLE).to_numpy()
    district = world.settlements["district"].to_numpy()
    rows: list[dict[str, object]] = []
    for kind, (called, per_unit) in CALLED.items():
        share = _people_served(draft, kind, served)
        for place in np.flatnonzero(draft.has[kind]).tolist():  # each looks for a corner of its own
            centre = draft.mesh.nodes[draft.mesh.node_of[place]]
            near = tree.query_ball_point(centre, ADDRESS_M)
            spots = corners[near] if near else centre[None]
            for number in range(world.scale):
                spot = spots[rng.integers(len(spots))] + rng.normal(0, 6, 2)
                rows.append(
                    {
                        "kind": kind,
                        "name": f"{names[place]}{called}" + (f"（{number + 1}分部）" if number else ""),
                        "capacity": float(
                            max(1, round(share[place] / per_unit / world.scale * rng.uniform(0.9, 1.1)))
                        ),
                        "managed_by": f"{world.districts['name'].iloc[district[place]]}主管部门",
                        "provenance": "generated",
                        "geometry": shapely.Point(spot),
                    }
                )
    return gpd.GeoDataFrame(pd.concat([_halls(draft), frame_of(rows)], ignore_index=True), crs=STRIP.crs)


def _people_served(draft: Draft, kind: str, people: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return by settlement how many people have their nearest own facility there."""
    district = draft.world.settlements["district"].to_numpy()
    assert draft.minutes is not None  # noqa: S101 - set by place_services
    open_to = draft.has[kind][None, :] & (district[:, None] == district)
    nearest = np.where(open_to, draft.minutes, np.inf).argmin(axis=1)
    served = np.zeros(len(people))
    np.add.at(served, nearest, people)
    return served


def _halls(draft: Draft) -> gpd.GeoDataFrame:
    districts = draft.world.districts.dropna(subset=["seat_lon"])
    points = shapely.points(districts[["seat_lon", "seat_lat"]].to_numpy(dtype=float))
    return gpd.GeoDataFrame(
        {
            "kind": "government_hall",
            "name": districts["name"].to_numpy() + "人民政府",
            "managed_by": None,
            "provenance": "measured",
        },
        geometry=STRIP.project(points),
        crs=STRIP.crs,
    )
