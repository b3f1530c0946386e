"""Lines that close narrow gaps which are open at an end, so that they become holes (METHOD 3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geodata.edges import Edges, edges_of
from geodata.gaps import GAP_NEIGHBOURS
from geodata.strips import METRES_PER_DEGREE, Strip, lon0_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

# GEOS moves the line of a buffer by up to 1 % of its distance. So one closing tells gaps from a twentieth of
# its width up, and narrower ones are left to the next, finer closing: down to a fraction of a millimetre.
ACCURACY = 0.01
SCALES = (1.0, 0.05, 0.05**2, 0.05**3)
MOST_GROWTH = 1.5  # a wedge that opens outwards grows fourfold when closed twice as wide, a gap hardly
LONG = 10  # tolerances: what is as narrow for so long is a gap, whatever it opens into
WINDOW = 6  # window around a place, in widths of the closing; what is added counts if 3 inside of it


def find_mouths(polygons: NDArray[np.object_], edges: Edges, tolerance_m: float) -> NDArray[np.object_]:
    """Return the lines (EPSG:4326) that close gaps narrower than `tolerance_m` at their open ends.

    A gap is what a closing of the union by half the tolerance adds, and two districts meet along at least the
    length of the tolerance. What grows when it is closed twice as wide is no gap but the narrow end of a bay,
    unless they meet along ten times the tolerance: so the corner is none that a clean coverage has where a
    border comes out of the outline of all.

    Parameters
    ----------
    polygons
        (n,) districts, EPSG:4326, noded, without narrow overlaps or holes.
    edges
        Their edges.
    """
    shells = shapely.get_parts(shapely.union_all(shapely.polygonize(edges.lines(edges.free))))
    shells = shapely.polygons(shapely.get_exterior_ring(shells))
    outline, owner = _outline(polygons, edges, shells)
    tree = shapely.STRtree(outline)
    found = [
        _mouths_at(place, shells, outline, owner, tree, scale * tolerance_m, tolerance_m)
        for scale in SCALES
        # One closing a place: where outlines of two districts run side by side, seldom in sound data.
        for place in _places(outline, owner, tree, scale * tolerance_m, tolerance_m)
    ]
    # Two places may share a window: what both find is one.
    lines = np.concatenate([np.empty(0, dtype=object), *found])
    return np.array(list(dict.fromkeys(shapely.normalize(lines))), dtype=object)


def _outline(
    polygons: NDArray[np.object_], edges: Edges, shells: NDArray[np.object_]
) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Return the edges of `polygons` that are edges of `shells` too, and whose they are."""
    owners = np.unique(edges.owner[edges.free])
    together = edges_of(np.concatenate([polygons[owners], shells]))
    of_shell = together.owner >= len(owners)
    outer = ~of_shell & np.isin(together.key, together.key[of_shell])
    return together.lines(outer), owners[together.owner[outer]]


def _places(
    outline: NDArray[np.object_],
    owner: NDArray[np.intp],
    tree: shapely.STRtree,
    width_m: float,
    contact_m: float,
) -> list[NDArray[np.object_]]:
    """Return groups of outline edges: two districts within `width_m` of each other for `contact_m`."""
    if not len(outline):
        return []
    bounds = shapely.total_bounds(outline)
    shrink = max(np.cos(np.radians(np.abs(bounds[[1, 3]]).max())), 0.01)
    reach = width_m / (METRES_PER_DEGREE * shrink)
    one, two = tree.query(outline, predicate="dwithin", distance=reach)
    differ = owner[one] != owner[two]
    one, two = one[differ], two[differ]
    links = coo_array((np.ones(len(one)), (one, two)), shape=(len(outline), len(outline)))
    _, group = connected_components(links, directed=False)

    near, edge = np.unique(one, return_inverse=True)
    across = shapely.multilinestrings(outline[two[np.argsort(edge, kind="stable")]], indices=np.sort(edge))
    beside = pd.DataFrame(
        {"group": group[near], "owner": owner[near], "m": _beside_m(outline[near], across, width_m)}
    )
    long = beside.groupby(["group", "owner"])["m"].sum() >= contact_m
    count = long.groupby(level="group").sum()
    return [outline[near[group[near] == k]] for k in count.index[count >= GAP_NEIGHBOURS]]


def _beside_m(lines: NDArray[np.object_], others: NDArray[np.object_], width_m: float) -> NDArray[np.float64]:
    """Return how much of each of `lines` is within `width_m` of the one in `others` (EPSG:4326)."""
    lon0 = lon0_of(lines)
    result = np.zeros(len(lines))
    for meridian in np.unique(lon0):  # strips
        strip, here = Strip(int(meridian)), lon0 == meridian
        band = shapely.buffer(strip.project(others[here]), width_m)
        result[here] = shapely.length(shapely.intersection(strip.project(lines[here]), band))
    return result


def _mouths_at(  # noqa: PLR0917 - the parts of one outline
    place: NDArray[np.object_],
    shells: NDArray[np.object_],
    outline: NDArray[np.object_],
    owner: NDArray[np.intp],
    tree: shapely.STRtree,
    width_m: float,
    contact_m: float,
) -> NDArray[np.object_]:
    """Return the mouths (EPSG:4326) of gaps narrower than `width_m` in the window around `place`."""
    strip = Strip(int(lon0_of([shapely.multilinestrings(list(place))])[0]))
    margin = WINDOW * width_m
    window = shapely.box(*shapely.total_bounds(strip.project(place)) + np.array([-1, -1, 1, 1]) * margin)
    box = shapely.bounds(strip.unproject(np.array([window]))[0])
    near = tree.query(shapely.box(*box))
    local = strip.project(outline[near])
    land = shapely.union_all(shapely.make_valid(strip.project(shapely.clip_by_rect(shells, *box))))
    added = _added_by_closing(land, width_m)
    added = added[shapely.covered_by(added, shapely.buffer(window, -margin / 2, join_style="mitre"))]
    closes = _ends_there(added, _added_by_closing(land, 2 * width_m))
    near_m = 2 * ACCURACY * width_m
    mouths = [
        _closing_lines(piece, local, near_m)
        for piece, whole in zip(added, closes, strict=True)  # a few in a window
        if _is_between(shapely.buffer(piece, near_m), local, owner[near], (1 if whole else LONG) * contact_m)
    ]
    return strip.unproject(np.concatenate(mouths)) if mouths else np.empty(0, dtype=object)


def _added_by_closing(land: shapely.Geometry, width_m: float) -> NDArray[np.object_]:
    """Return the pieces that closing gaps up to `width_m` adds, with mouths straight between corners."""
    closed = shapely.buffer(shapely.buffer(land, width_m / 2), -width_m / 2, join_style="bevel")
    noise = ACCURACY * width_m / 2
    added = shapely.buffer(shapely.difference(closed, land), -noise)
    return np.asarray(shapely.get_parts(shapely.buffer(added, noise, join_style="mitre")), dtype=object)


def _ends_there(added: NDArray[np.object_], wider: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return whether each piece stays about the same when closed `wider`: a bay does not."""
    inner, outer = shapely.STRtree(shapely.point_on_surface(added)).query(wider, predicate="intersects")[::-1]
    result = np.ones(len(added), dtype=bool)
    result[inner] = shapely.area(wider[outer]) <= MOST_GROWTH * shapely.area(added[inner])
    return result


def _is_between(
    band: shapely.Geometry, local: NDArray[np.object_], owner: NDArray[np.intp], contact_m: float
) -> bool:
    """Return whether two districts each meet the piece under `band` for at least `contact_m`."""
    contact = np.bincount(owner, shapely.length(shapely.intersection(local, band)))
    return int((contact >= contact_m).sum()) >= GAP_NEIGHBOURS


def _closing_lines(piece: shapely.Geometry, local: NDArray[np.object_], near_m: float) -> NDArray[np.object_]:
    """Return straight lines for the parts of the ring of `piece` not within `near_m` of an outline."""
    along = local[shapely.dwithin(local, piece, 2 * near_m)]
    ring = shapely.get_exterior_ring(piece)
    free = shapely.difference(ring, shapely.union_all(shapely.buffer(along, near_m)))
    free = shapely.get_parts(shapely.line_merge(free))
    free = free[shapely.length(free) > 0]
    ends = np.stack([shapely.get_coordinates(shapely.get_point(free, k)) for k in (0, -1)], axis=1)
    reached = _on_outline(ends.reshape(-1, 2), along, near_m).reshape(-1, 2, 2)
    return np.asarray(shapely.linestrings(reached), dtype=object)


def _on_outline(ends: NDArray[np.float64], along: NDArray[np.object_], near_m: float) -> NDArray[np.float64]:
    """Return where `ends` reach the outline: at a vertex where one is near, else a little beyond the line."""
    vertices = shapely.get_coordinates(along)
    points = shapely.points(ends)
    foot = shapely.get_coordinates(
        shapely.get_point(shapely.shortest_line(points, shapely.multilinestrings(list(along))), 1)
    )
    distance = np.hypot(*(vertices[None] - ends[:, None]).transpose(2, 0, 1))
    nearest = distance.argmin(axis=1)
    at_vertex = distance[np.arange(len(ends)), nearest] <= 2 * near_m
    return np.asarray(np.where(at_vertex[:, None], vertices[nearest], 2 * foot - ends), dtype=float)
