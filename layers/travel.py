"""Travel times of everybody to the services of every kind, own and others', once a workspace (METHOD 4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.findings import NOT_COMPUTED_COLUMNS
from layers.journeys import ROADS, STRAIGHT, WALL_TYPES, Journeys
from layers.places import Places
from layers.reach import Times
from layers.twostep import weighted_median

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray

    from geodata.settings import Settings
    from layers.network import RoadNetwork

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]
    Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class TravelTimes:
    """Minutes from people to facilities; see `travel_times`.

    Rows of people and facilities are positions in the stored layers. Minutes are rounded to 0.0001; inf is no
    way, NaN off the network. Unless said otherwise, only kinds in `kinds` may be asked for.

    Parameters
    ----------
    journeys
        What they were computed from.
    kinds
        Kinds examined: present in the workspace, with a threshold.
    not_computed
        Kinds that were not, and how many are off the network: rows of the table of that name.
    off_people, off_facilities
        By row: in a district, but farther than `access_m` from a road. All false without roads.
    """

    journeys: Journeys
    kinds: tuple[str, ...]
    not_computed: pd.DataFrame
    off_people: Mask
    off_facilities: Mask
    _any: Mapping[str, Times] = field(repr=False)
    _own: Mapping[tuple[str, str], Times] = field(repr=False)
    _walls: Mapping[tuple[str, str, str], pd.DataFrame] = field(repr=False)
    _access_any: Mapping[str, Floats] = field(repr=False)
    _access_own: Mapping[tuple[str, str], Floats] = field(repr=False)
    _median: Mapping[str, float] = field(repr=False)

    @property
    def places(self) -> Places:
        """People and facilities by row."""
        return self.journeys.places

    @property
    def settings(self) -> Settings:
        """Parameters in force."""
        return self.journeys.settings

    def method(self, kind: str) -> str:
        """Return what evidence says: `road network` or `straight line`."""
        return self.journeys.method(kind)

    def by_straight_line(self, kind: str) -> bool:
        """Return whether `kind` is reached in a straight line, for want of roads or by the settings."""
        return self.method(kind) == STRAIGHT

    def any(self, kind: str) -> Times:
        """Return for every row of people the nearest facility of any district."""
        return self._any[kind]

    def own(self, kind: str, member: str) -> Times:
        """Return for `people_of(member)` the nearest facility that is own to them."""
        return self._own[kind, member]

    def own_minutes(self, kind: str, member: str, rows: ArrayLike) -> Floats:
        """Return T_own of the people at `rows`; NaN for those not of `member`."""
        return self._of_rows(self.own(kind, member).minutes, member, rows)

    def walls(self, kind: str, member: str, other: str) -> pd.DataFrame:
        """Return the people of `member` beyond T from their own and within T of a facility of `other`.

        Returns
        -------
        people
            `row`, `own_min` (inf: no way), `neighbour_min`, `facility` (row of the one next door); for the
            pairs that `travel_times` was asked for.
        """
        found = self._walls.get((kind, member, other))
        return pd.DataFrame(columns=list(WALL_TYPES)).astype(WALL_TYPES) if found is None else found

    def has_walls(self, kind: str, member: str, other: str) -> bool:
        """Return whether `walls` has anybody, at the cost of a look-up."""
        found = self._walls.get((kind, member, other))
        return found is not None and len(found) > 0

    def people_of(self, member: str) -> Ints:
        """Return the rows of the people of `member`, ascending."""
        return self.places.people_of[member]

    def access_own(self, kind: str, member: str, rows: ArrayLike) -> Floats:
        """Return the capacity a head that people at `rows` reach among `member`'s own (E2SFCA).

        NaN off the network. Of kinds whose provision is `district`.
        """
        return self._of_rows(self._access_own[kind, member], member, rows)

    def access_any(self, kind: str, rows: ArrayLike) -> Floats:
        """Return the capacity a head that people at `rows` reach, of any district (E2SFCA)."""
        return self._access_any[kind][np.asarray(rows, dtype=np.intp)]

    def access_at(self, kind: str, facilities: ArrayLike) -> Floats:
        """Return the same for the places of `facilities` (rows) of that kind."""
        return self._access_any[kind][len(self.places.people) + np.asarray(facilities, dtype=np.intp)]

    def median_access(self, kind: str) -> float:
        """Return the population-weighted median of `access_any` over the workspace."""
        return self._median[kind]

    def known_capacities(self, kind: str, members: Iterable[str] | None = None) -> float:
        """Return the share of facilities of `kind` with a known capacity: of some members, else of all."""
        places = self.places
        stops = places.stops(kind)
        if members is not None:
            stops = np.unique(np.concatenate([places.stops_in(kind, member) for member in members]))
        return float(np.isfinite(places.capacity[stops]).mean()) if len(stops) else 1.0

    def minutes_from(self, lonlat: ArrayLike, kind: str, member: str) -> Floats:
        """Return the minutes between places (n, 2, degrees) and the nearest facility own to `member`.

        Any kind may be asked for; inf where there is none or no way, NaN off the network.
        """
        stops = self.places.own_stops(kind, member, self.settings)
        return self.journeys.minutes_from(lonlat, kind, stops)

    def minutes_from_neighbour(self, lonlat: ArrayLike, kind: str, other: str) -> Floats:
        """Return the same for the facilities that lie in `other`."""
        return self.journeys.minutes_from(lonlat, kind, self.places.stops_in(kind, other))

    def _of_rows(self, values: Floats, member: str, rows: ArrayLike) -> Floats:
        known, asked = self.people_of(member), np.asarray(rows, dtype=np.intp)
        if not len(known):
            return np.full(len(asked), np.nan)
        at = np.minimum(np.searchsorted(known, asked), len(known) - 1)
        return np.where(known[at] == asked, values[at], np.nan)


def travel_times(
    network: RoadNetwork | None,
    *,
    population: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    memberships: Mapping[str, pd.DataFrame],
    districts: pd.DataFrame,
    members: Mapping[str, Sequence[str]],
    pairs: pd.DataFrame,
    settings: Settings,
) -> TravelTimes:
    """Return the travel times of a workspace.

    Parameters
    ----------
    network
        Road graph in `settings.mode`; None without a road layer.
    population, facilities
        Canonical layers, EPSG:4326, index 0 to n - 1.
    memberships
        For `population` and `facilities`: `row`, `district_id`. Facilities of no district are no one's.
    districts
        `district_id`, `parent`.
    members
        Member id -> its district ids.
    pairs
        `member_a`, `member_b`: who is next door to whom.
    settings
        Parameters in force.
    """
    places = Places.of(population, facilities, memberships, districts, members)
    journeys = Journeys.of(network, places, settings)
    present = set(places.kind[places.facilities_inside])
    kinds = tuple(sorted(kind for kind in present if np.isfinite(settings.threshold_min(kind))))
    any_: dict[str, Times] = {}
    own: dict[tuple[str, str], Times] = {}
    walls: dict[tuple[str, str, str], pd.DataFrame] = {}
    access_any: dict[str, Floats] = {}
    access_own: dict[tuple[str, str], Floats] = {}
    median: dict[str, float] = {}
    for kind in kinds:  # each kind has stops of its own, so searches of its own
        any_[kind] = journeys.nearest_any(kind)
        if settings.provision_of(kind) == "region":  # own is any: nobody is better off next door
            own |= {
                (kind, member): Times(any_[kind].minutes[rows], any_[kind].stop[rows])
                for member, rows in places.people_of.items()
            }
        else:
            own |= {(kind, member): journeys.nearest_own(kind, member) for member in places.members}
            walls |= journeys.walls(kind, own, pairs)
        access_any[kind], of_members = journeys.access(kind)
        access_own |= {(kind, member): values for member, values in of_members.items()}
        median[kind] = weighted_median(access_any[kind][places.housed], places.people[places.housed])
    return TravelTimes(
        journeys,
        kinds,
        _not_computed(journeys, kinds, present),
        journeys.off_people(),
        journeys.off_facilities(),
        any_,
        own,
        walls,
        access_any,
        access_own,
        median,
    )


def _not_computed(journeys: Journeys, kinds: tuple[str, ...], present: set[str]) -> pd.DataFrame:
    absent = sorted(set(journeys.settings.thresholds_min) - present)
    notes: list[dict[str, object]] = [{"what": kind, "reason": "kind absent"} for kind in absent]
    notes += [{"what": kind, "reason": "no threshold"} for kind in sorted(present - set(kinds))]
    if any(journeys.method(kind) == ROADS for kind in kinds):
        people = float(journeys.places.people[journeys.off_people()].sum())
        facilities = int(journeys.off_facilities().sum())
        off = {"population": people, "facilities": facilities}
        notes += [
            {"what": layer, "count": float(count), "reason": "off network"}
            for layer, count in off.items()
            if count
        ]
    table = pd.DataFrame(notes, columns=list(NOT_COMPUTED_COLUMNS))
    return table.assign(check="travel_time")
