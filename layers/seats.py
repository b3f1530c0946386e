"""Travel between the seats of members, and to the core of a group (METHOD 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from layers.road_reach import RoadReach
from layers.straight import StraightReach

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from layers.reach import Reach
    from layers.region import Region

SEAT = ["seat_lon", "seat_lat"]


class NearCore(NamedTuple):
    """People who get to a place in time, and all that the network (or a straight line) joins to it."""

    in_time: float
    on_network: float
    straight_line: bool


def seat_of(region: Region, district_ids: Sequence[str]) -> NDArray[np.float64] | None:
    """Return the seat of a member (longitude, latitude): that of its largest district by people."""
    districts = region.coverage.districts
    own = districts[districts["district_id"].isin(district_ids)].reset_index(drop=True)
    known = own[own[SEAT].notna().all(axis=1)] if set(SEAT) <= set(own.columns) else own.iloc[:0]
    if known.empty:
        return None
    people = pd.to_numeric(known["population"]) if "population" in known else pd.Series(np.nan, known.index)
    largest = people.fillna(0.0).astype(np.float64).argmax()  # the first, the smallest id, on a tie
    return np.asarray(known[SEAT].iloc[largest], dtype=np.float64)


def minutes_between(region: Region, one: Sequence[str], other: Sequence[str]) -> tuple[float, bool]:
    """Return minutes between the seats of two members, and whether in a straight line.

    NaN where a seat is unknown, off the network, or cannot be reached.
    """
    seats = seat_of(region, one), seat_of(region, other)
    straight = "roads" not in region.layers
    if seats[0] is None or seats[1] is None:
        return float("nan"), straight
    minutes = _minutes(_reach(region, seats[1]), seats[0][None])[0]
    return (float(minutes) if np.isfinite(minutes) else float("nan")), straight


def people_near_core(region: Region, members: Sequence[Sequence[str]], within_min: float) -> NearCore | None:
    """Return how many people of `members` get to the seat of the first of them within `within_min` minutes.

    None without people, or where that seat is unknown.
    """
    core = seat_of(region, members[0])
    if "population" not in region.layers or core is None:
        return None
    population = region.layers.read("population", columns=("people",))
    living = region.memberships["population"]
    rows = living.loc[living["district_id"].isin([name for ids in members for name in ids]), "row"]
    people = population["people"].loc[rows].to_numpy(np.float64)
    minutes = _minutes(_reach(region, core), shapely.get_coordinates(population.geometry.loc[rows].array))
    joined = ~np.isnan(minutes)
    in_time = float(people[joined & (minutes <= within_min)].sum())
    return NearCore(in_time, float(people[joined].sum()), "roads" not in region.layers)


def _reach(region: Region, lonlat: NDArray[np.float64]) -> Reach:
    """Return the way to one place, for people in the mode of the settings."""
    network = region.network_for(region.settings.mode)
    return StraightReach.of(region.settings, lonlat) if network is None else RoadReach.of(network, lonlat)


def _minutes(reach: Reach, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    return reach.nearest(np.zeros(1, dtype=np.intp), reach.places(lonlat), toward=True).minutes
