"""Who gets where in what time: nearest facilities, own and next door, and what they offer a head."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.road_reach import RoadReach
from layers.straight import StraightReach
from layers.twostep import Supply, two_step_access

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from geodata.settings import Settings
    from layers.network import RoadNetwork
    from layers.places import Places
    from layers.reach import Reach, Times

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]
    Mask = NDArray[np.bool_]

STRAIGHT, ROADS = "straight line", "road network"
COMES_TO_PEOPLE = ("fire_station", "police")  # the others are driven to
LIKELY = 3.0  # thresholds: most people have an own facility as near as that
WALL_TYPES = {"row": np.intp, "own_min": np.float64, "neighbour_min": np.float64, "facility": np.intp}


@dataclass(frozen=True)
class Journeys:
    """Every way there is between people and facilities.

    Parameters
    ----------
    settings, places
        Parameters in force; people, facilities and members.
    reaches
        By method, how to get to the facilities (all of them, by row).
    """

    settings: Settings
    places: Places
    reaches: Mapping[str, Reach]

    @classmethod
    def of(cls, network: RoadNetwork | None, places: Places, settings: Settings) -> Journeys:
        """Return the journeys along `network`, and in straight lines."""
        lonlat = places.facility_lonlat
        reaches: dict[str, Reach] = {STRAIGHT: StraightReach.of(settings, lonlat)}
        if network is not None:
            reaches[ROADS] = RoadReach.of(network, lonlat)
        return cls(settings, places, reaches)

    def __getstate__(self) -> dict[str, Any]:
        """Leave what is cached behind."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def method(self, kind: str) -> str:
        """Return how `kind` is reached: in a straight line for want of roads or by the settings."""
        return STRAIGHT if ROADS not in self.reaches or kind in self.settings.straight_line else ROADS

    def off_people(self, method: str = ROADS) -> Mask:
        """Return by row of people whether they live in a district but off the network."""
        off = np.zeros(len(self.places.people), dtype=bool)
        if method in self.reaches and method == ROADS:
            off[self.places.housed] = self._everybody[ROADS].off[self.places.housed]
        return off

    def off_facilities(self) -> Mask:
        """Return by row of facilities whether they are in a district but off the network."""
        off = np.zeros(len(self.places.facility_id), dtype=bool)
        reach = self.reaches.get(ROADS)
        if isinstance(reach, RoadReach):
            off[self.places.facilities_inside] = reach.access.off[self.places.facilities_inside]
        return off

    def nearest_any(self, kind: str) -> Times:
        """Return for every row of people the nearest facility of any district."""
        return self._nearest(kind, self.places.stops(kind), self._people(kind))

    def nearest_own(self, kind: str, member: str) -> Times:
        """Return for the people of `member` the nearest facility that is own to them."""
        return self._nearest(
            kind,
            self.places.own_stops(kind, member, self.settings),
            self._people(kind).take(self.places.people_of[member]),
            likely_min=LIKELY * self.settings.threshold_min(kind),
        )

    def walls(
        self, kind: str, own: Mapping[tuple[str, str], Times], pairs: pd.DataFrame
    ) -> dict[tuple[str, str, str], pd.DataFrame]:
        """Return by kind, member and neighbour who is beyond T of their own and within T of the neighbour's.

        `own` has the times to people's own facilities, `pairs` (`member_a`, `member_b`) who is next door.
        """
        threshold = self.settings.threshold_min(kind)
        found = {}
        for other, members in _next_door(pairs).items():  # one search from each neighbour's stops
            late = [np.flatnonzero(own[kind, member].minutes > threshold) for member in members]
            rows = np.concatenate(
                [self.places.people_of[member][who] for member, who in zip(members, late, strict=True)]
            )
            if len(rows) == 0:
                continue
            stops = self.places.stops_in(kind, other)
            times = self._nearest(kind, stops, self._people(kind).take(rows), at_most_min=threshold)
            owns = [own[kind, member].minutes[who] for member, who in zip(members, late, strict=True)]
            table = pd.DataFrame(
                dict(zip(WALL_TYPES, (rows, np.concatenate(owns), *times), strict=True)),
                index=np.repeat(members, [len(who) for who in late]),
            )
            near = table[table["neighbour_min"] <= threshold].astype(WALL_TYPES)
            for member, people in near.groupby(level=0):
                found[kind, str(member), other] = people.reset_index(drop=True)
        return found

    def access(self, kind: str) -> tuple[Floats, dict[str, Floats]]:
        """Return what `kind` offers a head (E2SFCA).

        Returns
        -------
        any, own
            By row of people, followed by the rows of facilities (NaN but for those of the kind), over all
            stops and people; and by member, for its people, over its own alone, where provision is
            `district`. NaN off the network.
        """
        places, reach = self.places, self.reaches[self.method(kind)]
        stops, housed = places.stops(kind), places.housed
        count = len(places.people)
        chosen = np.concatenate([housed, count + stops])
        own_counts = self.settings.provision_of(kind) == "district"
        groups, members = places.groups(kind)
        found = two_step_access(
            reach,
            self._everywhere[self.method(kind)].take(chosen),
            people=np.concatenate([places.people[housed], np.zeros(len(stops))]),
            supply=Supply(
                stops=stops,
                capacity=np.where(np.isfinite(places.capacity), places.capacity, 1.0),
                groups=groups,
                members=members if own_counts else [[] for _ in members],
            ),
            people_of={
                member: np.searchsorted(housed, rows)
                for member, rows in places.people_of.items()
                if own_counts
            },
            threshold_min=self.settings.threshold_min(kind),
            toward=toward(kind),
        )
        off = np.concatenate([self.off_people(self.method(kind)), self._off_stops(kind)])
        whole = np.full(len(off), np.nan)
        whole[chosen] = found.any
        whole[off] = np.nan
        own = {
            member: np.where(off[places.people_of[member]], np.nan, values)
            for member, values in found.own.items()
        }
        return whole, own

    def minutes_from(self, lonlat: ArrayLike, kind: str, stops: Ints) -> Floats:
        """Return the minutes between places (n, 2, degrees) and the nearest of `stops` of `kind`."""
        return self._nearest(kind, stops, self.reaches[self.method(kind)].places(lonlat)).minutes

    def between(self, kind: str, rows: Ints, within_min: float) -> pd.DataFrame:
        """Return `first`, `second`, `minutes` of facilities (`rows`) within `within_min` of one another.

        Every pair stands in it both ways, with the shorter of the two times where one-way roads count.
        """
        reach = self.reaches[self.method(kind)]
        where = self._everywhere[self.method(kind)].take(len(self.places.people) + rows)
        parts = [
            pd.DataFrame({"first": rows[near.place], "second": near.stop, "minutes": near.minutes})
            for near in reach.within(rows, where, within_min, toward=True)
        ]
        found = pd.concat(
            [pd.DataFrame({"first": rows[:0], "second": rows[:0], "minutes": rows[:0] / 1}), *parts]
        )
        found = pd.concat([found, found.rename(columns={"first": "second", "second": "first"})])
        found = found[found["first"] != found["second"]]
        return found.groupby(["first", "second"])["minutes"].min().reset_index()

    def _nearest(self, kind: str, stops: Ints, where: Any, **limits: float) -> Times:
        return self.reaches[self.method(kind)].nearest(stops, where, toward=toward(kind), **limits)

    def _people(self, kind: str) -> Any:
        return self._everybody[self.method(kind)]

    @cached_property
    def _everybody(self) -> dict[str, Any]:
        people = np.arange(len(self.places.people))
        return {method: everywhere.take(people) for method, everywhere in self._everywhere.items()}

    @cached_property
    def _everywhere(self) -> dict[str, Any]:
        """By method: where people, and after them facilities, are."""
        people = self.places.people_lonlat
        return {method: reach.places_and_stops(people) for method, reach in self.reaches.items()}

    def _off_stops(self, kind: str) -> Mask:
        off = self.off_facilities()
        return off if self.method(kind) == ROADS else np.zeros_like(off)


def toward(kind: str) -> bool:
    """Return whether people go to a facility of `kind`; else it comes to them."""
    return kind not in COMES_TO_PEOPLE


def _next_door(pairs: pd.DataFrame) -> dict[str, list[str]]:
    """Return by member those it is next door to, in order."""
    found: dict[str, set[str]] = {}
    for a, b in zip(pairs["member_a"], pairs["member_b"], strict=True):
        found.setdefault(b, set()).add(a)
        found.setdefault(a, set()).add(b)
    return {other: sorted(members) for other, members in sorted(found.items())}
