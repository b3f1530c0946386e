"""The generated roads before anything is planted: mesh, streets and motorways with their attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from geodata.sample import curves
from geodata.sample.mesh import make_mesh
from geodata.sample.routes import lay_routes, seat_nodes
from geodata.sample.streets import make_streets
from geodata.sample.world import STRIP, frame_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geodata.sample.mesh import Mesh
    from geodata.sample.world import World

# road_class -> surfaces and how often, lanes, widths in m, limits in km/h (None: no sign).
SPEC: dict[str, tuple[dict[str, float], int, tuple[float, float], tuple[float | None, ...]]] = {
    "motorway": ({"asphalt": 1.0}, 4, (24.5, 24.5), (100.0,)),
    "trunk": ({"asphalt": 1.0}, 4, (15.0, 17.0), (70.0,)),
    "primary": ({"asphalt": 1.0}, 2, (9.0, 12.0), (60.0,)),
    "secondary": ({"asphalt": 1.0}, 2, (7.5, 9.0), (60.0, 50.0)),
    "tertiary": ({"asphalt": 0.6, "concrete": 0.4}, 2, (6.0, 7.0), (40.0,)),
    "unclassified": ({"concrete": 0.8, "gravel": 0.2}, 1, (3.5, 5.0), (30.0, None)),
    "track": ({"gravel": 0.6, "ground": 0.4}, 1, (2.5, 3.5), (None,)),
    "residential": ({"asphalt": 0.7, "concrete": 0.3}, 2, (6.0, 9.0), (30.0,)),
}
# The corridors the real motorways serve, by the codes of the seats on them; the lines are generated.
MOTORWAYS = (
    ("G65", "包茂高速", ("500112", "500113", "500119", "500156", "500243", "500114", "500242", "500241")),
    ("G50", "沪渝高速", ("500112", "500115", "500231", "500233", "500240")),
    ("G42", "沪蓉高速", ("500231", "500155", "500101", "500235", "500236", "500237")),
    ("G93", "成渝环线高速", ("500112", "500120", "500151", "500152")),
    ("G85", "银昆高速", ("500120", "500118", "500153")),
    ("G75", "兰海高速", ("500117", "500109", "500112")),
    ("G75", "兰海高速", ("500113", "500110")),
    ("G69", "银百高速", ("500229", "500154", "500101")),
    ("S26", "江津支线", ("500116", "500118")),
)
INTERCHANGE_M = (1800.0, 6000.0)  # how far from a seat its interchange may lie
MOTORWAY_TRIES = 12
CITY_MANAGER = "市级公路养护单位"


def make_roads(world: World) -> tuple[gpd.GeoDataFrame, Mesh, gpd.GeoDataFrame]:
    """Return roads (metres), the mesh under them, and the streets (their vertices are addresses).

    Returns
    -------
    roads
        The columns of the layer without `feature_id`, and `u`, `v` (nodes of the mesh; -1 for streets),
        `edge` and `route`. Lines that cross do not share vertices yet: see `curves.meet`.
    """
    mesh = make_mesh(world)
    network = _network(world, mesh)
    streets = make_streets(world, mesh)
    local = streets.assign(road_class="residential", ref=None, route=-1, edge=-1, u=-1, v=-1)
    local["key"] = local["name"]
    motorways = _motorways(world, mesh, network)
    roads = pd.concat([network, local.drop(columns=["settlement", "main"]), motorways], ignore_index=True)
    return _attributes(world, gpd.GeoDataFrame(roads, geometry="geometry", crs=STRIP.crs)), mesh, streets


def _network(world: World, mesh: Mesh) -> gpd.GeoDataFrame:
    table = lay_routes(world, mesh).table
    ends = mesh.nodes[table[["u", "v"]].to_numpy()]
    lines = curves.bend(
        world.rng("bends"), ends, curves.tangents_along(mesh.nodes, table), table["road_class"].to_numpy()
    )
    outside = ~shapely.covers(world.region, lines)
    lines[outside] = shapely.linestrings(ends[outside])  # the straight edge is inside: the mesh saw to it
    table["key"] = np.where(
        table["route"] < 0, "e" + table["edge"].astype(str), "r" + table["route"].astype(str)
    )
    return gpd.GeoDataFrame(table.drop(columns=["before", "after"]), geometry=lines, crs=STRIP.crs)


def _motorways(world: World, mesh: Mesh, network: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    rng = world.rng("motorways")
    seats = seat_nodes(world, mesh)
    major = network[network["road_class"].isin(["trunk", "primary", "secondary", "tertiary"])]
    junctions = np.unique(major[["u", "v"]].to_numpy())
    rows: list[dict[str, object]] = []
    taken: set[tuple[int, int]] = set()
    for ref, name, codes in MOTORWAYS:
        stops = [int(seats[code]) for code in codes if code in seats.index and not np.isnan(seats[code])]
        chain = _interchanges(mesh, junctions, stops)
        xy = mesh.nodes[chain]
        tangents = np.gradient(xy, axis=0) if len(xy) > 1 else np.zeros_like(xy)
        tangents /= np.maximum(np.hypot(*tangents.T), 1.0)[:, None]
        for i in range(len(chain) - 1):
            link = (min(chain[i], chain[i + 1]), max(chain[i], chain[i + 1]))
            line = _motorway(rng, world, xy[i : i + 2], tangents[i : i + 2]) if link not in taken else None
            if line is not None:
                taken.add(link)
                shared = {"road_class": "motorway", "name": name, "ref": ref, "key": ref}
                rows.append({**shared, "u": chain[i], "v": chain[i + 1], "geometry": line})
    if not rows:
        return network.iloc[:0]
    return frame_of(rows).assign(route=-1, edge=-1, layer=1.0)


def _interchanges(mesh: Mesh, junctions: NDArray[np.intp], stops: list[int]) -> list[int]:
    """Return a junction outside each seat's town, on the side towards the neighbours on the motorway."""
    chain = []
    tree = cKDTree(mesh.nodes[junctions])
    for i, stop in enumerate(stops):
        towards = np.mean(
            [mesh.nodes[stops[j]] for j in (i - 1, i + 1) if 0 <= j < len(stops)] or [mesh.nodes[stop]],
            axis=0,
        )
        near = junctions[tree.query_ball_point(mesh.nodes[stop], INTERCHANGE_M[1])]
        near = near[np.hypot(*(mesh.nodes[near] - mesh.nodes[stop]).T) > INTERCHANGE_M[0]]
        best = np.argmin(np.hypot(*(mesh.nodes[near] - towards).T)) if len(near) else None
        chain.append(int(near[best]) if best is not None else stop)
    return chain


def _motorway(
    rng: np.random.Generator, world: World, ends: NDArray[np.float64], tangents: NDArray[np.float64]
) -> shapely.LineString | None:
    """Return a wide bend inside the region, or none where the region leaves no room."""
    for _ in range(MOTORWAY_TRIES):
        for slopes in (tangents, np.zeros_like(tangents)):
            line = curves.bend(rng, ends[None], slopes[None], np.array(["motorway"], dtype=object))[0]
            if shapely.covers(world.region, line):
                return line
    return None


def _attributes(world: World, roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Fill the attributes: one draw a road (`key`), so that nothing changes along it."""
    rng = world.rng("attributes")
    key, first = np.unique(roads["key"].to_numpy(dtype=str), return_inverse=True)
    draw = rng.random((4, len(key)))[:, first]
    for road_class, (surfaces, lanes, widths, limits) in SPEC.items():
        here = (roads["road_class"] == road_class).to_numpy()
        kind = np.searchsorted(np.cumsum(list(surfaces.values())), draw[0, here], side="right")
        roads.loc[here, "surface"] = np.array(list(surfaces), dtype=object)[
            np.minimum(kind, len(surfaces) - 1)
        ]
        roads.loc[here, "lanes"] = float(lanes)
        roads.loc[here, "width_m"] = np.round((widths[0] + draw[1, here] * (widths[1] - widths[0])) * 2) / 2
        limit = np.array([np.nan if limit is None else limit for limit in limits])
        roads.loc[here, "maxspeed_kmh"] = limit[(draw[2, here] * len(limit)).astype(int)]
    city = roads["road_class"].isin(["residential"])
    for name in ("oneway", "barrier_left", "barrier_right", "median", "lit", "sidewalk"):
        roads[name] = None
    roads.loc[city, ["lit", "sidewalk"]] = ["yes", "both"]
    roads.loc[roads["road_class"] == "motorway", "median"] = "yes"
    if "layer" not in roads:
        roads["layer"] = np.nan
    roads["managed_by"] = _managers(world, roads, first)
    roads["provenance"] = "generated"
    return roads.drop(columns="key")


def _managers(world: World, roads: gpd.GeoDataFrame, road: NDArray[np.intp]) -> NDArray[np.object_]:
    """Return who maintains each road: the city the through roads, a district a whole local road."""
    middle = shapely.line_interpolate_point(roads.geometry.array, 0.5, normalized=True)
    district = pd.Series(world.district_of(np.asarray(middle))).groupby(road).transform("first").to_numpy()
    local = np.array([f"{name}公路养护单位" for name in world.districts["name"]], dtype=object)[district]
    through = roads["road_class"].isin(["motorway", "trunk", "primary", "secondary"]).to_numpy()
    return np.where(through, CITY_MANAGER, local)
