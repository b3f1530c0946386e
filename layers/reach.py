"""Travel times between places and stops: what every way of getting there answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

NONE = -1  # no stop
MINUTE_DECIMALS = 4  # METHOD 1: times are compared after rounding to 0.0001 min


class Times(NamedTuple):
    """By place: minutes (inf: no way, NaN: off the network) and the stop (-1: none)."""

    minutes: Floats
    stop: Ints


class Reached(NamedTuple):
    """Stops and places within reach of one another: positions, and the minutes between them."""

    stop: Ints
    place: Ints
    minutes: Floats


class Reach(Protocol):
    """How one gets from places to stops: along roads, or in a straight line.

    `toward`: whether people go to the stop (else it comes to them); they differ where one-way roads count.
    Minutes are rounded to 0.0001.
    """

    @property
    def method(self) -> str:
        """What evidence says: `road network` or `straight line`."""

    def places(self, lonlat: ArrayLike) -> Any:
        """Return places (n, 2, degrees) in the shape that the other methods take."""

    def places_and_stops(self, lonlat: ArrayLike) -> Any:
        """Return places (n, 2, degrees), and after them all stops, in the same shape."""

    def nearest(
        self,
        stops: Ints,
        places: Any,
        *,
        toward: bool,
        likely_min: float = np.inf,
        at_most_min: float = np.inf,
    ) -> Times:
        """Return for each place the nearest of `stops`; farther than `at_most_min` is none.

        `likely_min` is a hint how far most places are.
        """

    def within(self, stops: Ints, places: Any, limit_min: float, *, toward: bool) -> Iterator[Reached]:
        """Yield all stops and places within `limit_min` of one another, some stops at a time."""


def rounded(minutes: Floats) -> Floats:
    """Return minutes as they are compared."""
    return np.asarray(np.round(minutes, MINUTE_DECIMALS), dtype=np.float64)
