"""The questions of `peers.py`, answered by the functions that bordergap's checks are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from lattice import KINDS

from geodata.borders import find_borders
from geodata.settings import Settings
from geodata.strips import Strip
from layers.crossings import crossings
from layers.cutting import SIDES, cut
from layers.journeys import Journeys
from layers.measurables import road_lines
from layers.network import build_network
from layers.places import Places
from layers.region import Block, region_of
from layers.straight import StraightPlaces, StraightReach

if TYPE_CHECKING:
    from lattice import Lattice

STRIP = Strip(108)  # Chongqing's


class Bordergap:
    """Answers as Series: what is asked for, by what it is asked about."""

    def __init__(self, made: Lattice) -> None:
        self.made = made
        self.settings = Settings(snap_m=0.01)  # the lattice is drawn well: ends meet, or are far apart

    def load(self) -> None:
        """Clean the districts, say who is whose, and put what lies near borders into metres."""
        layers = {name: getattr(self.made, name) for name in ("roads", "facilities", "population")}
        self.region = region_of(
            {"districts": self.made.districts, **layers}, self.settings, {}, pairings_only=False
        )
        rows = tuple(range(len(self.region.pairs)))
        self.frame = self.region.frame(Block(STRIP, rows, "all"))
        self.pairing = self.frame.pairs["pairing_id"].to_numpy(dtype=object)
        self.roads, self.facilities = self.frame.layers["roads"], self.frame.layers["facilities"]
        self.places = Places.of(
            self.made.population,
            self.made.facilities,
            self.region.memberships,
            self.region.coverage.districts,
            self.region.members["districts"].to_dict(),
        )

    def q1(self) -> pd.Series:
        """Return the length of each border; they are found once more, as `load` did it with the rest."""
        found = find_borders(self.region.coverage.districts, min_piece_m=self.settings.min_piece_m)
        borders = STRIP.project(found.geometry.array)
        return pd.Series(shapely.length(borders), index=found["pairing_id"].to_numpy(dtype=object))

    def q2(self) -> pd.Series:
        """Return the area of each zone."""
        areas = [shapely.area(self.frame.zone(side)) for side in SIDES]
        index = pd.MultiIndex.from_product([SIDES, self.pairing])
        return pd.Series(np.concatenate(areas), index=index)

    def q3(self) -> pd.Series:
        """Return the metres of road by side, pair and class group."""
        lines = road_lines(self.roads)
        shapes = lines["geometry"].to_numpy(dtype=object)
        found = []
        for side in SIDES:
            parts = cut(self.frame.zone(side), shapes)
            metres = shapely.length(parts["geometry"].to_numpy(dtype=object))
            name = lines["name"].to_numpy(dtype=object)[parts["feature"]]
            pairing = self.pairing[parts["region"].to_numpy(dtype=np.intp)]
            found.append(pd.DataFrame({"side": side, "pair": pairing, "name": name, "metres": metres}))
        sums = pd.concat(found).groupby(["side", "pair", "name"])["metres"].sum()
        return sums[sums > 0]

    def q4(self) -> pd.Series:
        """Return the number of facilities by side, pair and kind."""
        near = self.frame.points_near("facilities", self.settings.zone_m)
        kind = self.facilities["kind"].reindex(near["row"]).to_numpy(dtype=object)
        near = near.assign(pair=self.pairing[near["pair"]], kind=kind)
        return near.groupby(["side", "pair", "kind"]).size().astype(float)

    def q5(self) -> pd.Series:
        """Return the straight-line minutes by kind and place, to the nearest of any and of its own."""
        reach = StraightReach.of(self.settings, self.places.facility_lonlat)
        xy = shapely.get_coordinates(STRIP.project(shapely.points(self.places.people_lonlat)))
        everybody = StraightPlaces(len(xy), {STRIP.lon0: (np.arange(len(xy)), xy)})
        found = {}
        for kind in sorted(set(self.places.kind)):
            found[kind, "any"] = reach.nearest(self.places.stops(kind), everybody, toward=True).minutes
            own = np.full(len(xy), np.nan)
            for member, rows in self.places.people_of.items():
                stops = self.places.own_stops(kind, member, self.settings)
                own[rows] = reach.nearest(stops, everybody.take(rows), toward=True).minutes
            found[kind, "own"] = own
        return pd.concat({key: pd.Series(values) for key, values in found.items()}).dropna()

    def q6(self) -> pd.Series:
        """Return the number of crossings by pair."""
        found = crossings(self.frame)
        counts = found.groupby(self.pairing[found["pair"]])["count"].sum()
        return counts.reindex(self.pairing, fill_value=0).astype(float)

    def t_network(self) -> None:
        """Make the road graph and let facilities and people join it."""
        network = build_network(self.made.roads, self.settings, "drive")
        self.journeys = Journeys.of(network, self.places, self.settings)
        # What is made once is made when it is asked for first: where people join, and the graph of a search.
        self.journeys.nearest_own(KINDS[0], min(self.places.people_of))

    def t_own(self, wanted: list[tuple[str, str]]) -> pd.Series:
        """Return the minutes to the nearest own facility by kind, district and place."""
        found = {}
        for kind, member in wanted:
            times = self.journeys.nearest_own(kind, member)
            found[kind, member] = pd.Series(times.minutes, index=self.places.people_of[member])
        return pd.concat(found)
