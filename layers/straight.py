"""Travel times in a straight line: where there are no roads, and for kinds that are to be so (METHOD 4)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import KDTree

from geodata.strips import Strip
from layers.reach import NONE, Reached, Times, rounded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    from geodata.settings import Settings

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]
    Mask = NDArray[np.bool_]

EQUALS = 4  # so many nearest stops are looked at for those equally near; the one given first is taken
PAIRS_AT_ONCE = 2_000_000  # stops x places of one batch, if every place were within reach


@dataclass(frozen=True)
class StraightPlaces:
    """Places by strip: central meridian -> positions, and their (n, 2) metres there."""

    count: int
    by_strip: dict[int, tuple[Ints, Floats]]

    def take(self, positions: Ints | Mask) -> StraightPlaces:
        """Return the places at `positions`."""
        chosen = np.arange(self.count)[positions]
        new = np.full(self.count, NONE, dtype=np.intp)
        new[chosen] = np.arange(len(chosen))
        kept = {
            meridian: (new[of][new[of] >= 0], xy[new[of] >= 0])
            for meridian, (of, xy) in self.by_strip.items()
        }
        return StraightPlaces(
            len(chosen), {meridian: pair for meridian, pair in kept.items() if len(pair[0])}
        )


@dataclass(frozen=True)
class StraightReach:
    """Straight lines, longer by `detour`; see `layers.reach.Reach`. Measured in the strip of the place.

    Parameters
    ----------
    lonlat
        (n, 2) stops, degrees.
    settings
        `detour`, and `straight_kmh` (`walk_kmh` in mode walk).
    """

    lonlat: Floats
    settings: Settings

    @classmethod
    def of(cls, settings: Settings, lonlat: ArrayLike) -> StraightReach:
        """Return the reach of stops at `lonlat` (n, 2, degrees)."""
        return cls(np.asarray(lonlat, dtype=np.float64).reshape(-1, 2), settings)

    def __getstate__(self) -> dict[str, object]:
        """Leave what is cached behind."""
        return {"lonlat": self.lonlat, "settings": self.settings}

    @property
    def method(self) -> str:
        """What evidence says."""
        return "straight line"

    @property
    def minutes_a_metre(self) -> float:
        """Minutes it takes to get one metre nearer."""
        on_foot = self.settings.mode == "walk"
        speed_kmh = self.settings.walk_kmh if on_foot else self.settings.straight_kmh
        return self.settings.detour / 1000 / speed_kmh * 60

    def places(self, lonlat: ArrayLike) -> StraightPlaces:
        """Return places (n, 2, degrees) by strip."""
        points = np.asarray(lonlat, dtype=np.float64).reshape(-1, 2)
        meridian = Strip.meridians(points[:, 0], points[:, 0])
        by_strip = {}
        for lon0 in np.unique(meridian).tolist():  # a strip a turn
            of = np.flatnonzero(meridian == lon0)
            by_strip[lon0] = (of, _project(lon0, points[of]))
        return StraightPlaces(len(points), by_strip)

    def places_and_stops(self, lonlat: ArrayLike) -> StraightPlaces:
        """Return places (n, 2, degrees), and after them all stops."""
        return self.places(np.concatenate([np.asarray(lonlat, dtype=np.float64).reshape(-1, 2), self.lonlat]))

    def nearest(
        self,
        stops: Ints,
        places: StraightPlaces,
        *,
        toward: bool,  # noqa: ARG002  # as far there as back
        likely_min: float = np.inf,  # noqa: ARG002  # a tree needs no hint
        at_most_min: float = np.inf,
    ) -> Times:
        """Return for each place the nearest of `stops` (see `Reach.nearest`)."""
        minutes = np.full(places.count, np.inf)
        stop = np.full(places.count, NONE, dtype=np.intp)
        if len(stops) == 0:
            return Times(minutes, stop)
        for meridian, (of, xy) in places.by_strip.items():  # a strip a turn
            tree = KDTree(self._stops_in(meridian)[stops])
            apart_m, which = tree.query(xy, k=np.arange(1, min(EQUALS, len(stops)) + 1))
            near = rounded(apart_m * self.minutes_a_metre)
            as_near = near == near[:, :1]
            near_enough = near[:, 0] <= at_most_min
            minutes[of] = np.where(near_enough, near[:, 0], np.inf)
            first = np.where(as_near, which, len(stops)).min(axis=1)
            stop[of] = np.where(near_enough, stops[first], NONE)
        return Times(minutes, stop)

    def within(
        self,
        stops: Ints,
        places: StraightPlaces,
        limit_min: float,
        *,
        toward: bool,  # noqa: ARG002  # as far there as back
    ) -> Iterator[Reached]:
        """Yield stops and places within `limit_min` of one another (see `Reach.within`)."""
        radius_m = limit_min / self.minutes_a_metre + 1.0
        batch = max(1, PAIRS_AT_ONCE // max(1, places.count))
        for meridian, (of, xy) in places.by_strip.items():  # a strip a turn
            tree = KDTree(xy)
            at = self._stops_in(meridian)[stops]
            for first in range(0, len(stops), batch):  # all pairs at once might not fit into memory
                near = KDTree(at[first : first + batch]).sparse_distance_matrix(
                    tree, radius_m, output_type="ndarray"
                )
                minutes = rounded(near["v"] * self.minutes_a_metre)
                in_time = minutes <= limit_min
                yield Reached(
                    stops[first : first + batch][near["i"][in_time]],
                    of[near["j"][in_time]],
                    minutes[in_time],
                )

    @cached_property
    def _projected(self) -> dict[int, Floats]:
        return {}

    def _stops_in(self, meridian: int) -> Floats:
        if meridian not in self._projected:
            self._projected[meridian] = _project(meridian, self.lonlat)
        return self._projected[meridian]


def _project(meridian: int, lonlat: Floats) -> Floats:
    projected = Strip(meridian).project(shapely.points(lonlat))
    return np.asarray(shapely.get_coordinates(projected), dtype=np.float64)
