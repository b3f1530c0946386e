"""What stands on either side of a road, metre by metre: tags and barrier lines, as sides a and b."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.model import BARRIER_KINDS
from layers.road_attributes import is_present
from layers.sides import sides_of
from layers.stretches import ROUNDING_M, border_edges, edges_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.frame import BorderFrame

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]
    Mask = NDArray[np.bool_]
    Shapes = NDArray[np.object_]

STEP_M = 1.0  # a sample stands for at most this much of road
BARRIER_M = 15.0  # barrier lines this near to the road's line are beside it
OFF_LINE_M = 0.01  # a barrier drawn on the road's line itself stands on neither side
BARRIERS_KNOWN_M = 1000.0  # a layer that has barriers this near would have one here
SQUARE = 1e-9  # a road across the line has no side of its own along it
HALF = 0.5


@dataclass(frozen=True)
class Barriers:
    """Barrier lines of the assets layer: their rows, and a tree of them."""

    rows: gpd.GeoDataFrame
    tree: shapely.STRtree

    @classmethod
    def of(cls, assets: gpd.GeoDataFrame | None) -> Barriers:
        """Return the barrier lines of `assets`; none without the layer."""
        if assets is None:
            rows = gpd.GeoDataFrame({"feature_id": [], "kind": []}, geometry=[])
        else:
            lines = assets.geom_type.isin(["LineString", "MultiLineString"])
            rows = assets[lines & assets["kind"].isin(list(BARRIER_KINDS))]
        return cls(rows, shapely.STRtree(rows.geometry.array))

    def beside(self, shapes: Shapes) -> Mask:
        """Return which of `shapes` have a barrier line within 15 m."""
        hit = np.unique(self.tree.query(shapes, predicate="dwithin", distance=BARRIER_M + ROUNDING_M)[0])
        return np.isin(np.arange(len(shapes)), hit)


def sample_roadside(
    frame: BorderFrame, pieces: gpd.GeoDataFrame, roads: pd.DataFrame, barriers: Barriers
) -> pd.DataFrame:
    """Return what is on either side of pieces of road, every metre.

    Parameters
    ----------
    frame
        The block.
    pieces
        `stretch`, `pair`, `line` (position in `roads`), `geometry` (LineString).
    roads
        Tags, by line.
    barriers
        Barrier lines.

    Returns
    -------
    samples
        `stretch`, `line`, `length_m` (that the sample stands for), `x`, `y`; `left_is_a` (1, 0; NaN: neither,
        the road runs across); `barrier_left`, `barrier_right`, `sidewalk_left`, `sidewalk_right` (1, 0, NaN
        unknown); `asset_left`, `asset_right` (position in `barriers.rows`, -1: none); `known` (of 3
        inputs); `differs`.
    """
    edges, piece = edges_of(np.asarray(pieces.geometry.array, dtype=object))
    length = np.hypot(edges[:, 2] - edges[:, 0], edges[:, 3] - edges[:, 1])
    count = np.maximum(np.ceil(length / STEP_M - SQUARE).astype(np.intp), 1)
    edge = np.repeat(np.arange(len(edges)), count)
    share = (np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + HALF) / count[edge]
    ahead = (edges[:, 2:] - edges[:, :2]) / length[:, None]
    xy = edges[edge, :2] + share[:, None] * (edges[edge, 2:] - edges[edge, :2])
    left = np.column_stack([-ahead[edge, 1], ahead[edge, 0]])
    of = piece[edge]
    pair, line = pieces["pair"].to_numpy()[of], pieces["line"].to_numpy()[of]
    samples = pd.DataFrame(
        {
            "stretch": pieces["stretch"].to_numpy()[of],
            "line": line,
            "length_m": (length / count)[edge],
            "x": xy[:, 0],
            "y": xy[:, 1],
            "left_is_a": _left_is_a(frame, pair, xy, left),
            "asset_left": _barrier_hit(barriers, xy, left),
            "asset_right": _barrier_hit(barriers, xy, -left),
        }
    )
    return _with_states(samples, roads, _lines_known(barriers, xy))


def _left_is_a(frame: BorderFrame, pair: Ints, xy: Floats, left: Floats) -> Floats:
    """Return 1 where the road's left is side a of the nearest piece of border, 0 where b, NaN across it."""
    edges, edge_pair, tree = border_edges(frame)
    points = shapely.points(xy)
    reach = shapely.distance(points, frame.borders[pair])
    sample, edge = tree.query(points, predicate="dwithin", distance=reach + OFF_LINE_M)
    own = edge_pair[edge] == pair[sample]
    sample, edge = sample[own], edge[own]
    apart = shapely.distance(points[sample], tree.geometries[edge])
    nearest = np.lexsort((edge, apart, sample))
    nearest = nearest[np.unique(sample[nearest], return_index=True)[1]]
    used, position = np.unique(edge[nearest], return_inverse=True)
    along = edges[used, 2:] - edges[used, :2]
    normal = np.column_stack([-along[:, 1], along[:, 0]]) / np.hypot(along[:, 0], along[:, 1])[:, None]
    middle = (edges[used, :2] + edges[used, 2:]) / 2
    beside = sides_of(frame, edge_pair[used], *(middle + normal * OFF_LINE_M).T)
    towards_a = np.where(beside == "a", 1.0, np.where(beside == "b", -1.0, np.nan))
    slope = (left * normal[position]).sum(axis=1) * towards_a[position]
    return np.where(
        np.abs(slope) < SQUARE, np.nan, np.where(np.isnan(slope), np.nan, (slope > 0).astype(np.float64))
    )


def _barrier_hit(barriers: Barriers, xy: Floats, outward: Floats) -> Ints:
    """Return for each sample a barrier line within 15 m straight to its side; -1 where there is none."""
    ends = np.stack([xy + outward * OFF_LINE_M, xy + outward * (BARRIER_M + ROUNDING_M)], axis=1)
    sample, barrier = barriers.tree.query(shapely.linestrings(ends), predicate="intersects")
    hit = np.full(len(xy), len(barriers.rows), dtype=np.intp)
    np.minimum.at(hit, sample, barrier)
    return np.where(hit == len(barriers.rows), -1, hit)


def _lines_known(barriers: Barriers, xy: Floats) -> Mask:
    known = np.zeros(len(xy), dtype=bool)
    if len(barriers.rows):
        found = barriers.tree.query_nearest(
            shapely.points(xy), max_distance=BARRIERS_KNOWN_M + ROUNDING_M, all_matches=False
        )
        known[found[0]] = True
    return known


def _with_states(samples: pd.DataFrame, roads: pd.DataFrame, lines_known: Mask) -> pd.DataFrame:
    """Return `samples` with what is on either side, how much of it is known, and whether the sides differ."""
    tags = {side: is_present(roads[f"barrier_{side}"])[samples["line"]] for side in ("left", "right")}
    tagged = np.isfinite(tags["left"]).astype(np.float64) + np.isfinite(tags["right"])
    sidewalk = roads["sidewalk"].astype(object)
    walk_known = sidewalk.notna().to_numpy()[samples["line"]]
    state = {}
    for side in ("left", "right"):
        tag = np.where(
            (tagged > 0) & np.isnan(tags[side]), 0.0, tags[side]
        )  # one side told: none on the other
        drawn = np.where(lines_known, (samples[f"asset_{side}"] >= 0).astype(np.float64), np.nan)
        state[f"barrier_{side}"] = np.fmax(tag, drawn)
        paved = sidewalk.isin([side, "both"]).to_numpy()[samples["line"]]
        state[f"sidewalk_{side}"] = np.where(walk_known, paved.astype(np.float64), np.nan)
    samples = samples.assign(**state, known=tagged / 2 + walk_known + lines_known)
    differs = [
        samples[f"{thing}_left"].notna() & (samples[f"{thing}_left"] != samples[f"{thing}_right"])
        for thing in ("barrier", "sidewalk")
    ]
    return samples.assign(differs=differs[0] | differs[1])
