"""Draws roads: smooth bends between junctions, and a shared vertex wherever two of them meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    # Values at the positions t (0 to 1) of the numbered lines.
    _At = Callable[[NDArray[np.intp], NDArray[np.float64]], NDArray[np.float64]]

VERTEX_SPACING_M = 330.0
WAVES = 3
SWING = {  # sideways amplitude as a share of the length: motorways are built straight, lanes follow the slope
    "motorway": 0.012,
    "trunk": 0.035,
    "primary": 0.05,
    "secondary": 0.06,
    "tertiary": 0.075,
    "unclassified": 0.13,
    "track": 0.14,
}
WAVELENGTH_M = {"motorway": 15_000.0}
OTHER_WAVELENGTH_M = 2_500.0
MAX_SWING_M = 450.0
BULGE = 0.9  # how strongly the direction of a route at its nodes bends the stretches between them
SAME_POINT_M = 0.5
PASSES = 2


def bend(
    rng: np.random.Generator,
    ends: NDArray[np.float64],
    tangents: NDArray[np.float64],
    road_class: NDArray[np.object_],
) -> NDArray[np.object_]:
    """Return a smooth line from start to end for each road.

    Parameters
    ----------
    ends
        n × 2 × 2: start and end, metres. The lines keep them exactly.
    tangents
        n × 2 × 2: direction of travel at start and end, any length; zero where the road is free.
    road_class
        Decides how much a road winds.
    """
    start, chord = ends[:, 0], ends[:, 1] - ends[:, 0]
    length = np.hypot(*chord.T)
    count = np.maximum(np.round(length / VERTEX_SPACING_M).astype(int), 1) + 1
    line = np.repeat(np.arange(len(ends)), count)
    step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    t = step / (count[line] - 1)
    xy = _hermite(start, chord, tangents, length)(line, t)
    xy += _winding(rng, length, road_class)(line, t)[:, None] * _left(chord / length[:, None])[line]
    first = np.cumsum(count) - count
    xy[first], xy[first + count - 1] = ends[:, 0], ends[:, 1]
    return np.asarray(shapely.linestrings(xy, indices=line))


def tangents_along(nodes: NDArray[np.float64], table: pd.DataFrame) -> NDArray[np.float64]:
    """Return the directions of `table`'s roads at their ends: smooth where their route goes on."""
    u, v = nodes[table["u"].to_numpy()], nodes[table["v"].to_numpy()]
    result = np.zeros((len(table), 2, 2))
    for end, (near, column) in enumerate(((v, "before"), (u, "after"))):
        other = table[column].to_numpy()
        direction = (near - nodes[other]) if column == "before" else (nodes[other] - near)
        norm = np.hypot(*direction.T)
        goes_on = (other >= 0) & (norm > 0)
        result[goes_on, end] = direction[goes_on] / norm[goes_on, None]
    return result


def meet(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the lines with a common vertex wherever two of them cross."""
    for _ in range(PASSES):  # a vertex moved onto a crossing may bring about another one beside it
        lines = _met(lines)
    return lines


def _met(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    one, other = shapely.STRtree(lines).query(lines, predicate="crosses")
    pairs = np.column_stack([one, other])[one < other]
    touch = shapely.intersection(lines[pairs[:, 0]], lines[pairs[:, 1]])
    parts, which = shapely.get_parts(touch, return_index=True)
    points = shapely.get_type_id(parts) == 0
    pairs = pairs[which[points]]
    crossing = _at_ends(parts[points], lines, pairs)
    return _with_vertices(
        lines, np.concatenate([pairs[:, 0], pairs[:, 1]]), np.concatenate([crossing, crossing])
    )


def _at_ends(
    points: NDArray[np.object_], lines: NDArray[np.object_], pairs: NDArray[np.intp]
) -> NDArray[np.object_]:
    """Return the points, moved to the end of a line of the pair that lies just there."""
    points = points.copy()
    for column in (0, 1):
        for end in (0, -1):
            ends = shapely.get_point(lines[pairs[:, column]], end)
            here = shapely.distance(points, ends) <= SAME_POINT_M
            points[here] = ends[here]
    return points


def _with_vertices(
    lines: NDArray[np.object_], host: NDArray[np.intp], points: NDArray[np.object_]
) -> NDArray[np.object_]:
    coords, line = shapely.get_coordinates(lines, return_index=True)
    first = np.searchsorted(line, np.arange(len(lines)))
    step = np.hypot(*np.diff(coords, axis=0, prepend=coords[:1]).T)
    step[first] = 0.0
    total = np.cumsum(step)
    chainage = total - total[first][line]
    along = shapely.line_locate_point(lines[host], points)
    inner = (along > SAME_POINT_M) & (along < shapely.length(lines[host]) - SAME_POINT_M)
    every = np.concatenate([coords, shapely.get_coordinates(points)[inner]])
    owner = np.concatenate([line, host[inner]])
    position = np.concatenate([chainage, along[inner]])
    given = np.concatenate([np.zeros(len(coords), dtype=int), np.ones(int(inner.sum()), dtype=int)])
    order = np.lexsort((given, position, owner))
    every, owner, position = every[order], owner[order], position[order]
    # A vertex that a crossing fell upon is replaced by the crossing, which the other road has as well.
    is_end = np.zeros(len(every), dtype=bool)
    starts = np.searchsorted(owner, np.arange(len(lines)))
    is_end[starts] = is_end[np.r_[starts[1:] - 1, len(every) - 1]] = True
    close = np.r_[(np.diff(position) < SAME_POINT_M) & (np.diff(owner) == 0), False]
    old = given[order] == 0
    drop = close & old & ~is_end & np.r_[~old[1:], False]
    after = np.r_[False, close[:-1]] & old & ~is_end & np.r_[False, ~old[:-1]]
    keep = ~(drop | after)
    return np.asarray(shapely.linestrings(every[keep], indices=owner[keep]))


def _hermite(
    start: NDArray[np.float64],
    chord: NDArray[np.float64],
    tangents: NDArray[np.float64],
    length: NDArray[np.float64],
) -> _At:
    free = np.asarray(~tangents.any(axis=2))
    slope = tangents * (BULGE * length)[:, None, None]
    for end in (0, 1):
        slope[free[:, end], end] = chord[free[:, end]]

    def at(line: NDArray[np.intp], t: NDArray[np.float64]) -> NDArray[np.float64]:
        t = t[:, None]
        rise = (t**3 - 2 * t**2 + t) * slope[line, 0] + (t**3 - t**2) * slope[line, 1]
        return np.asarray(start[line] + (3 * t**2 - 2 * t**3) * chord[line] + rise)

    return at


def _winding(rng: np.random.Generator, length: NDArray[np.float64], road_class: NDArray[np.object_]) -> _At:
    swing = pd.Series(road_class).map(SWING).fillna(0.05).to_numpy()
    height = np.minimum(swing * length, MAX_SWING_M)[:, None] * rng.uniform(-1, 1, (len(length), WAVES))
    height /= np.arange(1, WAVES + 1)
    wavelength = pd.Series(road_class).map(WAVELENGTH_M).fillna(OTHER_WAVELENGTH_M).to_numpy()
    cycles = np.maximum(length / wavelength, 0.6)[:, None] * np.arange(1, WAVES + 1) * 0.5
    phase = rng.uniform(0, 2 * np.pi, (len(length), WAVES))

    def at(line: NDArray[np.intp], t: NDArray[np.float64]) -> NDArray[np.float64]:
        waves = height[line] * np.sin(2 * np.pi * cycles[line] * t[:, None] + phase[line])
        return np.asarray(waves.sum(axis=1) * np.sin(np.pi * t) ** 2)

    return at


def _left(direction: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([-direction[:, 1], direction[:, 0]])
