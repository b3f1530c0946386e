"""What all blocks of a workspace share: clean districts, borders, places, network, travel times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.boundaries import (
    Coverage,
    clean_districts,
    find_borders,
    member_polygons,
    stored_segments,
)
from geodata.model import PROVENANCES, STORED_CRS, TABLES, Provenance
from geodata.pairings import Pairings, resolve_pairings
from geodata.reader import GivenLayers
from geodata.strips import Strip
from layers.findings import worst_provenance
from layers.held import Block, Held, Shapes
from layers.nearest import district_across
from layers.network import RoadNetwork, network_of_parts
from layers.surroundings import members_of_points
from layers.travel import TravelTimes, travel_times

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from geodata.reader import Layers
    from geodata.settings import Mode, Settings
    from layers.frame import BorderFrame

# Of one strip, computed together: the calls of a block take as long as nine more pairs would, so that smaller
# blocks cost more than they even out (sample on two cores, largest block first: 13.1 s; blocks of 8: 21.4 s).
# The number of workers plays no part: sums differ in their last digits with what is summed together.
BATCH_PAIRS = 64
PLACES = ("population", "facilities")  # looked at all together: who gets where
KIND_COLUMNS = {"facilities": "kind", "assets": "kind", "landuse": "landuse_class"}
ROAD_COLUMNS = ("feature_id", "road_class", "maxspeed_kmh", "oneway", "layer")  # of a network
PEOPLE_COLUMNS = ("feature_id", "people")
FACILITY_COLUMNS = ("feature_id", "kind", "name", "capacity")


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
        Reads the canonical layers of the workspace, where they are needed.
    memberships
        As in `BorderFrame`, of all people and facilities.
    provenances, kinds_present
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
    layers: Layers
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

    @cached_property
    def held(self) -> Held:
        """What makes the frames of blocks, wherever that is done."""
        lines = shapely.get_parts(self.outline)
        return Held(
            settings=self.settings,
            districts=Shapes.of(self.coverage.districts),
            overlaps=Shapes.of(self.coverage.overlaps),
            gaps=Shapes.of(self.coverage.gaps),
            pairs=Shapes.of(self.pairs),
            members=Shapes.of(self.members),
            outline=Shapes.of(gpd.GeoDataFrame(geometry=lines, crs=STORED_CRS)),
            layers=self.layers,
            memberships=self.memberships,
            provenances=self.provenances,
            kinds_present=self.kinds_present,
            across=self.across,
            network=self.network,
            travel=self.travel,
        )

    def frame(self, block: Block) -> BorderFrame:
        """Return what the checks of `block` get, in its strip."""
        return self.held.frame(block)

    def far_frame(self, pairings: Container[str]) -> BorderFrame | None:
        """Return the frame of those of `pairings` that do not touch: no borders, but members and layers."""
        pairs = self.far[[pairing in pairings for pairing in self.far["pairing_id"]]].reset_index(drop=True)
        if pairs.empty:
            return None
        names = pd.unique(pd.concat([pairs["member_a"], pairs["member_b"]]))
        west, _, east, _ = self.members.loc[names].total_bounds
        return self.held.frame_of(pairs, Strip.of_longitudes(west, east))

    def network_for(self, mode: Mode) -> RoadNetwork | None:
        """Return the road graph in `mode`: the one there is, or a new one; None without roads."""
        if "roads" not in self.layers:
            return None
        if self.network is not None and self.network.mode == mode:
            return self.network
        return network_of_parts(self.layers.parts("roads", ROAD_COLUMNS), self.settings, mode)

    def with_network(self) -> Region:
        """Return the region with the network of its drivable roads, where it has roads."""
        return self if self.network is not None else replace(self, network=self.network_for("drive"))

    def with_travel(self) -> Region:
        """Return the region with its travel times, where it has people and facilities."""
        if "facilities" not in self.layers or self.travel is not None:
            return self
        found = travel_times(
            self.network_for(self.settings.mode),
            population=self.layers.read("population", columns=PEOPLE_COLUMNS)
            if "population" in self.layers
            else gpd.GeoDataFrame(columns=[*PEOPLE_COLUMNS, "geometry"], geometry="geometry", crs=STORED_CRS),
            facilities=self.layers.read("facilities", columns=FACILITY_COLUMNS),
            memberships={"population": _none_of_any(), **self.memberships},
            districts=self.coverage.districts[["district_id", "parent"]],
            members=self.members["districts"].to_dict(),
            pairs=self.pairs[["member_a", "member_b"]],
            settings=self.settings,
        )
        return replace(self, travel=found)

    def sharing(self, held: Held) -> Region:
        """Return the region with the large parts of `held`, which may be pages that others have, too."""
        return replace(self, network=held.network, travel=held.travel)

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
    layers: Layers | Mapping[str, gpd.GeoDataFrame],
    settings: Settings,
    provenance: Mapping[str, Provenance | None],
    *,
    pairings_only: bool,
) -> Region:
    """Return a workspace prepared for its checks, but for the network and travel times.

    Parameters
    ----------
    layers
        What reads the canonical layers; or they themselves by name, EPSG:4326, index 0 to n - 1. `districts`
        at least. One without rows counts as missing: its checks are "not computed", not without findings.
    settings
        Parameters in force.
    provenance
        Of each layer, by its intake record; what its features say of themselves comes first.
    pairings_only
        Whether the layer `pairings` replaces the adjacent pairs.
    """
    given: Layers = GivenLayers(layers) if isinstance(layers, Mapping) else layers
    coverage = clean_districts(given.read("districts"), settings)
    adjacent = find_borders(coverage.districts, min_piece_m=settings.min_piece_m)
    disputed = pd.concat([coverage.overlaps, coverage.gaps])[["district_a", "district_b"]]
    disputed = disputed.set_axis(["member_a", "member_b"], axis=1)
    touching = pd.concat([adjacent[["member_a", "member_b"]], disputed]).drop_duplicates()
    pairings = resolve_pairings(
        given.read("pairings") if "pairings" in given else None,
        touching,
        coverage.districts["district_id"].tolist(),
        only=pairings_only,
    )
    members = _members(coverage, pairings)
    pairs, far = _pairs(coverage, pairings, members, settings)
    places = {name: given.read(name, columns=()) for name in PLACES if name in given}
    known = {name: members_of_points(name, rows, coverage.districts) for name, rows in places.items()}
    people = places.get("population")
    return Region(
        settings=settings,
        coverage=coverage,
        pairings=pairings.table,
        pairs=pairs,
        far=far,
        members=members,
        layers=given,
        memberships=known,
        provenances=_provenances(given, provenance),
        kinds_present={
            name: frozenset(given.values(name, (column,))[column].dropna())
            for name, column in KIND_COLUMNS.items()
            if name in given
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


def _none_of_any() -> pd.DataFrame:
    return pd.DataFrame({"row": np.empty(0, dtype=np.intp), "district_id": np.empty(0, dtype=object)})


def _provenances(
    layers: Layers, recorded: Mapping[str, Provenance | None]
) -> dict[tuple[str, str | None], Provenance]:
    """Return by layer and kind the least trustworthy provenance among the features."""
    found: dict[tuple[str, str | None], Provenance] = {}
    for name in layers.names:
        kinds = [KIND_COLUMNS[name]] if name in KIND_COLUMNS else []
        rows = layers.values(name, ["provenance", *kinds])
        if "provenance" not in rows:
            continue
        own = rows["provenance"].astype(object)
        filled = own.where(own.notna(), recorded.get(name) or PROVENANCES[0])
        found[name, None] = worst_provenance(*filled.unique())
        for column in kinds:
            for kind, values in filled.groupby(rows[column]):
                found[name, str(kind)] = worst_provenance(*values.unique())
    return found
