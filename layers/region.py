"""What all blocks of a workspace share: clean districts, borders, places, network, travel times."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.boundaries import (
    Coverage,
    clean_districts,
    cut_segments,
    find_borders,
    member_polygons,
    memberships,
    stored_segments,
)
from geodata.model import LAYERS, PROVENANCES, STORED_CRS, TABLES, Provenance
from geodata.pairings import Pairings, resolve_pairings
from geodata.strips import Strip
from layers.findings import worst_provenance
from layers.frame import BorderFrame
from layers.nearest import district_across
from layers.network import RoadNetwork, build_network
from layers.travel import TravelTimes, travel_times

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from geodata.settings import Settings

REACH_M = 20_000.0  # parks are compared this far; nothing else looks farther
METRES_PER_DEGREE = 110_000.0  # for boxes that may be larger than asked, never smaller
# Of one strip, computed together: the calls of a block take as long as nine more pairs would, so that smaller
# blocks cost more than they even out (sample on two cores, largest block first: 13.1 s; blocks of 8: 21.4 s).
# The number of workers plays no part: sums differ in their last digits with what is summed together.
BATCH_PAIRS = 64
MAPPED_LAYERS = ("roads", "facilities", "assets", "parks", "landuse", "population")
POINT_LAYERS = ("population", "facilities", "assets")
KIND_COLUMNS = {"facilities": "kind", "assets": "kind", "landuse": "landuse_class"}


@dataclass(frozen=True)
class Block:
    """Borders computed together: pairs (rows of `Region.pairs`) of one strip, in order."""

    strip: Strip
    rows: tuple[int, ...]
    label: str  # block 3 of 7


@dataclass(frozen=True)
class Region:
    """A workspace prepared for its checks; geometry in EPSG:4326.

    Parameters
    ----------
    settings
        Parameters in force.
    coverage
        Cleaned districts, and the overlaps and gaps that were kept.
    pairings
        Every pairing, as `Pairings.table` has it.
    pairs
        RangeIndex; `pairing_id`, `member_a`, `member_b`, `lon0`, `length_m`, `pieces`, `geometry`
        (MultiLineString, oriented along the chainage; empty where two districts overlap without a border).
    far
        Likewise: pairs that do not touch, with empty borders; they cooperate by agreement.
    members
        Indexed by member id: `districts`, `geometry`.
    layers
        Canonical layers the workspace has.
    memberships, provenances, kinds_present
        As in `BorderFrame`.
    outline
        Outline of all districts together.
    across
        By row of `population`: the district across the nearest border of the person's own, for those within
        the zone of one.
    network, travel
        None until a check calls for them; see `with_network` and `with_travel`.
    """

    settings: Settings
    coverage: Coverage
    pairings: pd.DataFrame
    pairs: gpd.GeoDataFrame
    far: gpd.GeoDataFrame
    members: gpd.GeoDataFrame
    layers: Mapping[str, gpd.GeoDataFrame]
    memberships: Mapping[str, pd.DataFrame]
    provenances: Mapping[tuple[str, str | None], Provenance]
    kinds_present: Mapping[str, frozenset[str]]
    outline: shapely.Geometry
    across: pd.Series
    network: RoadNetwork | None = None
    travel: TravelTimes | None = None

    def blocks(self, rows: Sequence[int]) -> list[Block]:
        """Return the pairs at `rows` as blocks: by strip, a large one cut into batches of pairs."""
        lon0 = self.pairs["lon0"].to_numpy()
        wanted = np.asarray(rows, dtype=np.intp)
        batches = [
            (int(meridian), batch)
            for meridian in np.unique(lon0[wanted])
            for own in [wanted[lon0[wanted] == meridian]]
            for batch in np.array_split(own, -(-len(own) // BATCH_PAIRS))
        ]
        return [
            Block(Strip(meridian), tuple(batch.tolist()), f"block {number} of {len(batches)}")
            for number, (meridian, batch) in enumerate(batches, start=1)
        ]

    def frame(self, block: Block) -> BorderFrame:
        """Return what the checks of `block` get, in its strip."""
        return self._frame(self.pairs.iloc[list(block.rows)].reset_index(drop=True), block.strip)

    def far_frame(self, pairings: Container[str]) -> BorderFrame | None:
        """Return the frame of those of `pairings` that do not touch: no borders, but members and layers."""
        pairs = self.far[[pairing in pairings for pairing in self.far["pairing_id"]]].reset_index(drop=True)
        if pairs.empty:
            return None
        west, _, east, _ = self.members.loc[pd.unique(_members_of(pairs))].total_bounds
        return self._frame(pairs, Strip.of_longitudes(west, east))

    def _frame(self, pairs: gpd.GeoDataFrame, strip: Strip) -> BorderFrame:
        borders = strip.project_frame(pairs)
        near = shapely.box(*_reach(pairs, self.members))
        layers = {name: _within(rows, near, strip) for name, rows in self.layers.items()}
        return BorderFrame(
            strip=strip,
            settings=self.settings,
            pairs=pairs[["pairing_id", "member_a", "member_b"]],
            borders=np.asarray(borders.geometry.array, dtype=object),
            segments=_segments(borders, self.settings.segment_m),
            members=strip.project_frame(self.members.loc[pd.unique(_members_of(pairs))]),
            districts=_within(self.coverage.districts, near, strip),
            layers=layers,
            memberships={
                name: table[table["row"].isin(layers[name].index)] for name, table in self.memberships.items()
            },
            provenances=self.provenances,
            kinds_present=self.kinds_present,
            across=self.across,
            outline=strip.project(shapely.intersection(self.outline, near))[()],
            overlaps=_within(self.coverage.overlaps, near, strip),
            gaps=_within(self.coverage.gaps, near, strip),
            network=self.network,
            travel=self.travel,
        )

    def with_network(self) -> Region:
        """Return the region with the network of its drivable roads, where it has roads."""
        roads = self.layers.get("roads")
        if roads is None or self.network is not None:
            return self
        return replace(self, network=build_network(roads, self.settings, "drive"))

    def with_travel(self) -> Region:
        """Return the region with its travel times, where it has people and facilities."""
        facilities = self.layers.get("facilities")
        if facilities is None or self.travel is not None:
            return self
        roads, population = self.layers.get("roads"), self.layers.get("population")
        mode = self.settings.mode
        network = None if roads is None else self.network if mode == "drive" else None
        if roads is not None and network is None:
            network = build_network(roads, self.settings, mode)
        nobody = facilities.iloc[:0].reindex(columns=[*LAYERS["population"].column_names, "geometry"])
        found = travel_times(
            network,
            population=nobody if population is None else population,
            facilities=facilities,
            memberships={"population": _none_of_any(), **self.memberships},
            districts=self.coverage.districts[["district_id", "parent"]],
            members=self.members["districts"].to_dict(),
            pairs=self.pairs[["member_a", "member_b"]],
            settings=self.settings,
        )
        return replace(self, travel=found)

    def borders(self, crossings: Mapping[str, int]) -> gpd.GeoDataFrame:
        """Return the table `borders`, with `crossings` by pairing id where they were counted."""
        found = self.pairs[self.pairs["pieces"] > 0].reset_index(drop=True)
        count = self.segments().groupby("pairing_id").size()
        found["segments"] = found["pairing_id"].map(count).astype("Int64")
        found["crossings"] = found["pairing_id"].map(dict(crossings)).astype("Int64")
        return found[[*TABLES["borders"].column_names, "geometry"]]

    def segments(self) -> gpd.GeoDataFrame:
        """Return the table `segments`."""
        cut = stored_segments(self.pairs[self.pairs["pieces"] > 0], segment_m=self.settings.segment_m)
        return cut[[*TABLES["segments"].column_names, "geometry"]]


def region_of(
    layers: Mapping[str, gpd.GeoDataFrame],
    settings: Settings,
    provenance: Mapping[str, Provenance | None],
    *,
    pairings_only: bool,
) -> Region:
    """Return a workspace prepared for its checks, but for the network and travel times.

    Parameters
    ----------
    layers
        Canonical layers by name, EPSG:4326, index 0 to n - 1; `districts` at least. One without rows counts
        as missing.
    settings
        Parameters in force.
    provenance
        Of each layer, by its intake record; what its features say of themselves comes first.
    pairings_only
        Whether the layer `pairings` replaces the adjacent pairs.
    """
    coverage = clean_districts(layers["districts"], settings)
    adjacent = find_borders(coverage.districts, min_piece_m=settings.min_piece_m)
    disputed = pd.concat([coverage.overlaps, coverage.gaps])[["district_a", "district_b"]]
    disputed = disputed.set_axis(["member_a", "member_b"], axis=1)
    touching = pd.concat([adjacent[["member_a", "member_b"]], disputed]).drop_duplicates()
    pairings = resolve_pairings(
        layers.get("pairings"), touching, coverage.districts["district_id"].tolist(), only=pairings_only
    )
    members = _members(coverage, pairings)
    pairs, far = _pairs(coverage, pairings, members, settings)
    # A layer without rows says nothing: its checks are "not computed", not without findings.
    mapped = {name: rows for name, rows in layers.items() if name in MAPPED_LAYERS and len(rows)}
    known = {name: _memberships(name, mapped[name], coverage) for name in POINT_LAYERS if name in mapped}
    people = mapped.get("population")
    return Region(
        settings=settings,
        coverage=coverage,
        pairings=pairings.table,
        pairs=pairs,
        far=far,
        members=members,
        layers=mapped,
        memberships=known,
        provenances=_provenances(layers, provenance),
        kinds_present={
            name: frozenset(mapped[name][column].dropna())
            for name, column in KIND_COLUMNS.items()
            if name in mapped
        },
        outline=shapely.boundary(shapely.union_all(coverage.districts.geometry.array)),
        across=pd.Series(dtype=object)
        if people is None
        else district_across(
            people, known["population"], _looked_at(adjacent, pairs, members), zone_m=settings.zone_m
        ),
    )


def _members(coverage: Coverage, pairings: Pairings) -> gpd.GeoDataFrame:
    ids = sorted(pairings.members)
    districts = [pairings.members[name] for name in ids]
    shapes = member_polygons(coverage.districts, {name: pairings.members[name] for name in ids})
    return gpd.GeoDataFrame(
        {"districts": districts}, geometry=shapes, index=pd.Index(ids, dtype=object), crs=STORED_CRS
    )


def _pairs(
    coverage: Coverage, pairings: Pairings, members: gpd.GeoDataFrame, settings: Settings
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return the pairs that share a border or, with an empty one, dispute land; and those that do neither."""
    borders = find_borders(
        coverage.districts, min_piece_m=settings.min_piece_m, members=pairings.members, pairs=pairings.pairs
    )
    disputed = pd.concat([coverage.overlaps, coverage.gaps])
    two = set(map(frozenset, zip(disputed["district_a"], disputed["district_b"], strict=True)))
    without = pairings.pairs[~pairings.pairs["pairing_id"].isin(borders["pairing_id"])]
    ids = zip(without["member_a"], without["member_b"], strict=True)
    disputing = np.array([frozenset(pair) in two for pair in ids], dtype=bool)
    empty = gpd.GeoDataFrame(
        without.assign(
            lon0=[_lon0(members.geometry.loc[[row.member_a, row.member_b]]) for row in without.itertuples()],
            length_m=0.0,
            pieces=0,
        ),
        geometry=np.full(len(without), shapely.MultiLineString(), dtype=object),
        crs=STORED_CRS,
    )
    near = borders if not disputing.any() else pd.concat([borders, empty[disputing]], ignore_index=True)
    return near, empty[~disputing].reset_index(drop=True)


def _lon0(shapes: gpd.GeoSeries) -> int:
    west, _, east, _ = shapes.total_bounds
    return Strip.of_longitudes(west, east).lon0


def _looked_at(
    adjacent: gpd.GeoDataFrame, pairs: gpd.GeoDataFrame, members: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return the borders of two districts that are part of the border of a pair."""
    wanted = {
        frozenset(two)
        for a, b in zip(pairs["member_a"], pairs["member_b"], strict=True)
        for two in product(members.loc[a, "districts"], members.loc[b, "districts"])
    }
    twos = zip(adjacent["member_a"], adjacent["member_b"], strict=True)
    return adjacent[np.array([frozenset(two) in wanted for two in twos], dtype=bool)]


def _memberships(name: str, rows: gpd.GeoDataFrame, coverage: Coverage) -> pd.DataFrame:
    """Return the districts of the points of a layer; people count once, for the smaller id."""
    points = np.asarray(rows.geometry.array, dtype=object)
    others = shapely.get_type_id(points) != shapely.GeometryType.POINT
    points = points.copy()
    points[others] = None
    found = memberships(points, coverage.districts)
    return found.drop_duplicates("row", ignore_index=True) if name == "population" else found


def _none_of_any() -> pd.DataFrame:
    return pd.DataFrame({"row": np.empty(0, dtype=np.intp), "district_id": np.empty(0, dtype=object)})


def _provenances(
    layers: Mapping[str, gpd.GeoDataFrame], recorded: Mapping[str, Provenance | None]
) -> dict[tuple[str, str | None], Provenance]:
    """Return by layer and kind the least trustworthy provenance among the features."""
    found: dict[tuple[str, str | None], Provenance] = {}
    for name, rows in layers.items():
        if "provenance" not in rows:
            continue
        own = rows["provenance"].astype(object)
        filled = own.where(own.notna(), recorded.get(name) or PROVENANCES[0])
        found[name, None] = worst_provenance(*filled.unique())
        if name in KIND_COLUMNS:
            for kind, values in filled.groupby(rows[KIND_COLUMNS[name]]):
                found[name, str(kind)] = worst_provenance(*values.unique())
    return found


def _members_of(pairs: pd.DataFrame) -> pd.Series:
    return pd.Series(pd.concat([pairs["member_a"], pairs["member_b"]]))


def _segments(borders: gpd.GeoDataFrame, segment_m: float) -> gpd.GeoDataFrame:
    """Return the segments of a block with the position of their pair."""
    cut = cut_segments(borders, segment_m=segment_m)
    position = pd.Series(borders.index, index=borders["pairing_id"])
    cut["pair"] = cut["pairing_id"].map(position).astype(np.intp)
    return cut[["pair", "segment", "piece", "chainage_from_m", "chainage_to_m", "geometry"]]


def _reach(pairs: gpd.GeoDataFrame, members: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    """Return the box (degrees) of everything a check of these pairs may look at."""
    shapes = pairs if (pairs["pieces"] > 0).all() else members.loc[pd.unique(_members_of(pairs))]
    west, south, east, north = shapes.total_bounds
    north_margin = REACH_M / METRES_PER_DEGREE
    east_margin = north_margin / max(np.cos(np.radians(max(abs(south), abs(north)))), 0.01)
    return west - east_margin, south - north_margin, east + east_margin, north + north_margin


def _within(rows: gpd.GeoDataFrame, near: shapely.Geometry, strip: Strip) -> gpd.GeoDataFrame:
    """Return the rows that meet the box `near`, in strip coordinates."""
    return strip.project_frame(rows[shapely.intersects(near, np.asarray(rows.geometry.array, dtype=object))])
