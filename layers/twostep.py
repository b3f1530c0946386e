"""Enhanced two-step floating catchment areas: how much of a service people can reach (Luo & Qi 2009)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.reach import Reached

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from layers.reach import Reach

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]
    Mask = NDArray[np.bool_]

CATCHMENT = 1.5  # in thresholds
WEIGHTS = (1.0, 0.68, 0.22)  # METHOD 5: for the thirds of a catchment


@dataclass(frozen=True)
class Supply:
    """Stops of one kind and who may use them.

    Parameters
    ----------
    stops
        Positions of the stops in the reach.
    capacity
        By position in the reach; unknown is 1.
    groups
        `stops` in groups that are near one another and have the same members, so that one group's
        catchments fit into memory.
    members
        By group: ids of the members its stops are own for.
    """

    stops: Ints
    capacity: Floats
    groups: Sequence[Ints]
    members: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Access:
    """Capacity per person that each place can reach.

    `any`: by place, of all stops with everybody's demand. `own`: by member, for the rows of its people, of
    its own stops with its own people's demand.
    """

    any: Floats
    own: Mapping[str, Floats]


def catchment_weights(minutes: Floats, threshold_min: float) -> Floats:
    """Return the weight of places `minutes` away: by thirds of 1.5 thresholds, 0 beyond."""
    thirds = threshold_min * CATCHMENT / 3 * np.array([1, 2, 3])
    return np.asarray(np.append(WEIGHTS, 0.0)[np.searchsorted(thirds, minutes, side="left")])


def two_step_access(
    reach: Reach,
    places: Any,
    *,
    people: Floats,
    supply: Supply,
    people_of: Mapping[str, Ints],
    threshold_min: float,
    toward: bool,
) -> Access:
    """Return the access of places to `supply`.

    First each stop's capacity is divided by the weighted people in its catchment, then each place adds up the
    weighted shares of the stops it reaches. A stop that nobody reaches has nothing to share out.

    Parameters
    ----------
    reach
        How to get from places to stops.
    places
        Places of `reach`, n of them.
    people
        (n,) people who live at each place.
    people_of
        By member: its people, positions in `places`, ascending.
    threshold_min
        T of the kind.
    toward
        Whether people go to the stops.
    """
    access = np.zeros(len(people))
    own = {member: np.zeros(len(rows)) for member, rows in people_of.items()}
    for stops, members in zip(supply.groups, supply.members, strict=True):  # a group a turn: see `Supply`
        near = _gather(reach.within(stops, places, threshold_min * CATCHMENT, toward=toward))
        weight = catchment_weights(near.minutes, threshold_min)
        access += _shared_out(near, weight, people, supply.capacity)
        for member in members:
            rows = people_of[member]
            position = np.searchsorted(rows, near.place)
            mine = position < len(rows)
            mine[mine] = rows[position[mine]] == near.place[mine]
            inside = Reached(near.stop[mine], position[mine], near.minutes[mine])
            own[member] += _shared_out(inside, weight[mine], people[rows], supply.capacity)
    return Access(access, own)


def weighted_median(values: Floats, weights: Floats) -> float:
    """Return the smallest value that at least half of the weight does not exceed; NaN without weight."""
    known = np.isfinite(values) & (weights > 0)
    values, weights = values[known], weights[known]
    if len(values) == 0:
        return float("nan")
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2, side="left")])


def _shared_out(near: Reached, weight: Floats, people: Floats, capacity: Floats) -> Floats:
    demand = np.bincount(near.stop, weights=people[near.place] * weight, minlength=len(capacity))
    asked = demand > 0
    ratio = np.divide(capacity, demand, out=np.zeros(len(capacity)), where=asked)
    shares = np.bincount(near.place, weights=ratio[near.stop] * weight, minlength=len(people))
    return np.asarray(shares, dtype=np.float64)


def _gather(batches: Any) -> Reached:
    parts = list(batches)
    if not parts:
        nothing = np.empty(0, dtype=np.intp)
        return Reached(nothing, nothing, np.empty(0))
    return Reached(*(np.concatenate(column) for column in zip(*parts, strict=True)))
