"""BorderFrame: borders, segments, zones and indexes of one block; what every check gets."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np
import pandas as pd
import shapely

from layers.cells import cut_by_cells, polygons_only, segment_cells
from layers.findings import worst_provenance

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from geodata.model import Provenance
    from geodata.settings import Settings
    from geodata.strips import Strip
    from layers.network import RoadNetwork
    from layers.travel import TravelTimes

Side = Literal["a", "b"]
T = TypeVar("T")
ON_LINE_M = 0.1  # METHOD 1: within this of the border is on the line
LENGTH_DECIMALS = 2  # METHOD 1: lengths are compared after rounding to 0.01 m
QUAD_SEGS = 16  # arcs of zones: area within 0.2 % of the circle's
BELT = (2.0, 5.0)  # METHOD 1: interior belt, in zone depths
CHAIN_EDGES = 16  # of a border, looked up together


@dataclass(frozen=True)
class BorderFrame:
    """Everything the checks of one block (borders of one strip) need, in strip coordinates (metres).

    Parameters
    ----------
    strip
        The projection all geometry here is in.
    settings
        Parameters in force.
    pairs
        RangeIndex; `pairing_id`, `member_a`, `member_b`. The position is the `pair` of every other table.
        Pairs that touch or overlap without a border have an empty line in `borders`.
    borders
        By pair: MultiLineString, pieces in the order and direction of the chainage.
    segments
        RangeIndex, ordered by pair and segment: `pair`, `segment`, `piece`, `chainage_from_m`,
        `chainage_to_m`, `geometry` (LineString).
    members
        Indexed by member id: `districts` (list of district ids), `geometry`.
    districts
        Cleaned districts near the block: `district_id`, `name`, `parent`, `geometry`.
    layers
        Canonical layers the workspace has, cut to the surroundings of the block (20 km); a missing one is
        absent. The index is the row's position in the stored layer. Attribute columns as in `geodata.model`.
    memberships
        Per layer with points: `row` (index label of the layer), `district_id`, `on_line`. A point on the
        line or on contested land has a row for each district; in `population` only that of the smaller id.
    provenances
        `(layer, kind)` -> provenance of the whole layer's features of that kind; kind None: of any.
    kinds_present
        Kinds (facilities, assets) and classes (landuse) found anywhere in the workspace, by layer.
    across
        By row of `population`: the district across the nearest border of the person's own district, for
        those within `zone_m` of one. Borders of all blocks are looked at: each person counts once.
    outline
        Outline of all districts together (lines): where the data end.
    overlaps, gaps
        Wide overlaps and gaps of the boundaries: `district_a`, `district_b`, `width_m`, `area_m2`,
        `geometry`.
    network, travel
        Of the whole workspace; None where no road layer or no facilities call for them.
    """

    strip: Strip
    settings: Settings
    pairs: pd.DataFrame
    borders: NDArray[np.object_]
    segments: gpd.GeoDataFrame
    members: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame
    layers: Mapping[str, gpd.GeoDataFrame] = field(default_factory=dict)
    memberships: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    provenances: Mapping[tuple[str, str | None], Provenance] = field(default_factory=dict)
    kinds_present: Mapping[str, frozenset[str]] = field(default_factory=dict)
    across: pd.Series = field(default_factory=lambda: pd.Series(dtype=object))
    outline: shapely.Geometry = field(default_factory=shapely.MultiLineString)
    overlaps: gpd.GeoDataFrame | None = None
    gaps: gpd.GeoDataFrame | None = None
    network: RoadNetwork | None = None
    travel: TravelTimes | None = None

    def layer(self, name: str) -> gpd.GeoDataFrame | None:
        """Return the layer `name` of the block, or None where the workspace has none."""
        return self.layers.get(name)

    def provenance(self, layer: str, kind: str | None = None) -> Provenance:
        """Return how far `layer` (its features of `kind`) can be trusted; absent layers are measured."""
        return worst_provenance(self.provenances.get((layer, kind), "measured"))

    def member(self, side: Side) -> NDArray[np.object_]:
        """Return the member polygon of `side` by pair."""
        return np.asarray(self.members.geometry.reindex(self.pairs[f"member_{side}"]).array, dtype=object)

    @cached_property
    def lengths_m(self) -> NDArray[np.float64]:
        """Length of each border."""
        return np.asarray(shapely.length(self.borders))

    @cached_property
    def first_segment(self) -> NDArray[np.intp]:
        """Position in `segments` of each pair's segment 0; one more at the end."""
        return np.searchsorted(self.segments["pair"].to_numpy(), np.arange(len(self.pairs) + 1))

    # --- zones ------------------------------------------------------------------------------------------

    def within(self, side: Side, distance_m: float) -> NDArray[np.object_]:
        """Return by pair the part of the member of `side` within `distance_m` of the border (polygons)."""
        key = (side, distance_m)
        if key not in self._cuts:
            near = self.once(
                f"buffer {distance_m}",
                lambda: np.asarray(shapely.buffer(self.borders, distance_m, quad_segs=QUAD_SEGS)),
            )
            bounds = shapely.bounds(near)
            members = self.member(side)
            # A long member is cut to the buffer's box first; a scalar call, as GEOS clips to one box a call.
            boxed = np.array(
                [
                    shapely.clip_by_rect(member, *box) if np.isfinite(box).all() else shapely.Polygon()
                    for member, box in zip(members, bounds, strict=True)
                ],
                dtype=object,
            )
            self._cuts[key] = polygons_only(shapely.intersection(shapely.make_valid(boxed), near))
        return self._cuts[key]

    def zone(self, side: Side) -> NDArray[np.object_]:
        """Return the border zone of `side` by pair."""
        return self.within(side, self.settings.zone_m)

    def belt(self, side: Side) -> NDArray[np.object_]:
        """Return the interior belt of `side` by pair: 2 to 5 zone depths from the border."""
        inner, outer = (factor * self.settings.zone_m for factor in BELT)
        return polygons_only(shapely.difference(self.within(side, outer), self.within(side, inner)))

    def cells(self, side: Side) -> NDArray[np.object_]:
        """Return by segment (row of `segments`) its cell: the zone of `side` nearest to it."""
        return cut_by_cells(self.zone(side), self.voronoi, self.segments["pair"].to_numpy())

    @cached_property
    def voronoi(self) -> NDArray[np.object_]:
        """By segment: the ground nearest to it among those of its border, out to 5 zone depths."""
        reach = 2 * BELT[1] * self.settings.zone_m
        cells = np.full(len(self.segments), None, dtype=object)
        # One diagram a border: a cell is bounded by the segments of its own border only.
        for start, stop in zip(self.first_segment[:-1], self.first_segment[1:], strict=True):
            if stop > start:
                cells[start:stop] = segment_cells(self.segments.geometry.array[start:stop], reach)
        return cells

    def once(self, name: str, derive: Callable[[], T]) -> T:
        """Return what `derive` makes of this frame under `name`; several checks share it, one computes it."""
        if name not in self._derived:
            self._derived[name] = derive()
        return self._derived[name]  # type: ignore[no-any-return]

    @cached_property
    def _derived(self) -> dict[str, Any]:
        return {}

    @cached_property
    def _cuts(self) -> dict[tuple[Side, float], NDArray[np.object_]]:
        return {}

    # --- places along the border ------------------------------------------------------------------------

    def chainage_m(self, pair: NDArray[np.intp], points: NDArray[np.object_]) -> NDArray[np.float64]:
        """Return for each point the chainage of the first point of border `pair` nearest to it."""
        return np.asarray(shapely.line_locate_point(self.borders[pair], points))

    def segment_at(self, pair: NDArray[np.intp], points: NDArray[np.object_]) -> NDArray[np.intp]:
        """Return for each point the nearest row of `segments` of border `pair`; the smaller on a tie."""
        nearest = self._nearest_segment(pair, points)
        lines = np.asarray(self.segments.geometry.array, dtype=object)
        # Along the segment, not the border: that is long, and points are many.
        chainage = self.segments["chainage_from_m"].to_numpy()[nearest]
        chainage = np.round(chainage + shapely.line_locate_point(lines[nearest], points), LENGTH_DECIMALS)
        ends = np.round(self.segments["chainage_to_m"].to_numpy(), LENGTH_DECIMALS)
        # Borders follow one another in one ascending sequence, so that one search serves all of them.
        offset = np.concatenate([[0.0], np.cumsum(self.lengths_m + 1.0)])[:-1]
        row = np.searchsorted(ends + offset[self.segments["pair"]], chainage + offset[pair], side="left")
        row = np.clip(row, self.first_segment[pair], self.first_segment[pair + 1] - 1)
        # Where two pieces follow one another the chainage is the same at both ends: the nearer one counts.
        following = np.minimum(row + 1, self.first_segment[pair + 1] - 1)
        at_end = (np.abs(ends[row] - chainage) <= 10**-LENGTH_DECIMALS) & (following > row)
        unsure = np.flatnonzero(at_end)
        near, far = (
            np.round(shapely.distance(lines[of[unsure]], points[unsure]), LENGTH_DECIMALS)
            for of in (row, following)
        )
        row[unsure] = np.where(far < near, following[unsure], row[unsure])
        return np.asarray(row)

    def _nearest_segment(self, pair: NDArray[np.intp], points: NDArray[np.object_]) -> NDArray[np.intp]:
        """Return for each point the row of the first segment of border `pair` that is nearest to it."""
        row = np.asarray(self.first_segment[pair], dtype=np.intp)
        order = np.argsort(pair, kind="stable")
        start = np.searchsorted(pair[order], np.arange(len(self.pairs) + 1))
        for of in np.unique(pair).tolist():  # a tree a border: another's segments may be nearer
            here = order[start[of] : start[of + 1]]
            point, segment = self._segment_tree(of).query_nearest(points[here])
            least = np.lexsort((segment, point))
            point, at = np.unique(point[least], return_index=True)
            row[here[point]] += segment[least][at]
        return row

    def _segment_tree(self, pair: int) -> shapely.STRtree:
        """Return the tree of the segments of a border."""
        of_pair = slice(*self.first_segment[pair : pair + 2])
        return self.once(
            f"segment_tree {pair}", lambda: shapely.STRtree(self.segments.geometry.array[of_pair])
        )

    def pairs_near(self, geometries: Any, distance_m: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return positions `(geometry, pair)` of everything within `distance_m` of a border, sorted."""
        tree = shapely.STRtree(np.asarray(geometries, dtype=object))
        chains, of = self.once("border_chains", lambda: _chains(self.borders))
        chain, position = tree.query(chains, predicate="dwithin", distance=distance_m)
        found = np.unique(position * len(self.pairs) + of[chain])
        return found // len(self.pairs), found % len(self.pairs)

    # --- places by side ---------------------------------------------------------------------------------

    @cached_property
    def sides(self) -> pd.DataFrame:
        """`pair`, `side`, `district_id`: which district is of which side of which pair."""
        rows = [
            (pair, side, district)
            for side in ("a", "b")
            for pair, member in enumerate(self.pairs[f"member_{side}"])
            for district in self.members.loc[member, "districts"]
        ]
        return pd.DataFrame(rows, columns=["pair", "side", "district_id"])

    def points_near(self, name: str, distance_m: float) -> pd.DataFrame:
        """Return the points of layer `name` within `distance_m` of a border, by pair and side.

        Returns
        -------
        places
            `pair`, `side`, `row` (index label of the layer), `distance_m` (from the border),
            `segment_row` (row of `segments`), `on_line`; sorted by pair, side and row. A point on the line
            or on contested land stands on both sides (population: on one).
        """
        layer = self.layers[name]
        points = np.asarray(layer.geometry.array, dtype=object)
        is_point = shapely.get_type_id(points) == shapely.GeometryType.POINT
        labels, points = layer.index.to_numpy()[is_point], points[is_point]
        position, pair = self.pairs_near(points, distance_m)
        near = pd.DataFrame({"pair": pair, "row": labels[position], "position": position})
        near = near.merge(self.memberships[name], on="row").merge(self.sides, on=["pair", "district_id"])
        near = near.drop_duplicates(["pair", "side", "row"]).sort_values(["pair", "side", "row"])
        near = near.reset_index(drop=True)
        at, of = points[near["position"]], near["pair"].to_numpy()
        near["distance_m"] = shapely.distance(self.borders[of], at)
        near["segment_row"] = self.segment_at(of, at) if len(near) else np.empty(0, dtype=np.intp)
        return near[["pair", "side", "row", "distance_m", "segment_row", "on_line"]]


def _chains(lines: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Return lines cut at vertices into chains of CHAIN_EDGES edges at most, and the line of each.

    The box around a chain holds little that is not near it, that of a whole border half of the country.
    """
    parts, line = shapely.get_parts(lines, return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    place = np.arange(len(xy)) - np.searchsorted(part, part)
    start = np.flatnonzero(part[:-1] == part[1:])  # vertices where an edge begins
    if len(start) == 0:
        return np.empty(0, dtype=object), np.empty(0, dtype=np.intp)
    begins = np.append(True, (part[start[1:]] != part[start[:-1]]) | (place[start[1:]] % CHAIN_EDGES == 0))
    chain = np.cumsum(begins) - 1
    last = np.append(np.flatnonzero(begins)[1:], len(start)) - 1
    vertex = np.insert(start, last + 1, start[last] + 1)
    made = shapely.linestrings(xy[vertex], indices=np.insert(chain, last + 1, chain[last]))
    return np.asarray(made, dtype=object), line[part[start[begins]]].astype(np.intp)
