"""Where lines run near a border: stretches in metres along each line, exact, without buffers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.frame import BorderFrame

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]
    Shapes = NDArray[np.object_]

ROUNDING_M = 0.005 - 1e-9  # distances are compared after rounding to 0.01 m
SAME_PLACE_M = 1e-6  # stretches of neighbouring edges nearer than this are one
NOWHERE = (np.inf, -np.inf)


def stretches_near(frame: BorderFrame, lines: Shapes, distance_m: float) -> pd.DataFrame:
    """Return the stretches of `lines` within `distance_m` of a border.

    Parameters
    ----------
    frame
        The block; its borders.
    lines
        LineStrings in strip coordinates.
    distance_m
        Compared after rounding to 0.01 m.

    Returns
    -------
    stretches
        `pair`, `line` (position in `lines`), `from_m`, `to_m` (along the line, from <= to), each as long as
        can be; sorted by pair, line and from_m. A line that only touches the zone has a stretch without
        length.
    """
    borders, edge_pair, tree = border_edges(frame)
    reach = distance_m + ROUNDING_M
    near = np.unique(frame.pairs_near(lines, reach)[0])
    edges, owner = edges_of(lines[near])
    at, by = tree.query(_linestrings(edges), predicate="dwithin", distance=reach)
    start, end = _within_capsule(edges[at], borders[by], reach)
    before = _distance_before(edges, owner)
    found = pd.DataFrame(
        {
            "pair": edge_pair[by],
            "line": near[owner[at]],
            "from_m": before[at] + start,
            "to_m": before[at] + end,
        }
    )
    return _merged(found[end >= start])


def cut(lines: Shapes, line: Ints, from_m: Floats, to_m: Floats) -> Shapes:
    """Return by row the part of `lines[line]` between two distances along it (LineStrings, metres)."""
    if len(line) == 0:
        return np.empty(0, dtype=object)
    of = lines[line]
    xy, owner = shapely.get_coordinates(of, return_index=True)
    at_m = _along(xy, owner)
    inner = (at_m > from_m[owner] + SAME_PLACE_M) & (at_m < to_m[owner] - SAME_PLACE_M)
    ends = shapely.get_coordinates(
        shapely.line_interpolate_point(np.concatenate([of, of]), np.append(from_m, to_m))
    )
    rows = np.arange(len(of))
    all_xy = np.concatenate([ends, xy[inner]])
    all_owner = np.concatenate([rows, rows, owner[inner]])
    all_at = np.concatenate([from_m, to_m, at_m[inner]])
    # At one distance the start goes before the end: both are there, even of a stretch without length.
    order = np.lexsort((np.arange(len(all_at)), all_at, all_owner))
    return np.asarray(shapely.linestrings(all_xy[order], indices=all_owner[order]), dtype=object)


def border_edges(frame: BorderFrame) -> tuple[Floats, Ints, shapely.STRtree]:
    """Return the edges of all borders of a block (n, 4), the pair of each, and a tree of them."""

    def derive() -> tuple[Floats, Ints, shapely.STRtree]:
        pieces, pair = shapely.get_parts(frame.borders, return_index=True)
        edges, piece = edges_of(pieces)
        return edges, pair[piece], shapely.STRtree(_linestrings(edges))

    return frame.once("border_edges", derive)


def edges_of(lines: Shapes) -> tuple[Floats, Ints]:
    """Return the edges of lines (n, 4: from x, y, to x, y), none without length, and the line of each."""
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    edge = np.column_stack([xy[:-1], xy[1:]])
    real = (owner[:-1] == owner[1:]) & (edge[:, :2] != edge[:, 2:]).any(axis=1)
    return edge[real], owner[:-1][real].astype(np.intp)


def _linestrings(edges: Floats) -> Shapes:
    return np.asarray(shapely.linestrings(edges.reshape(-1, 2, 2)), dtype=object)


def _along(xy: Floats, owner: Ints) -> Floats:
    """Return by vertex the metres from the start of its line."""
    step = np.concatenate([[0.0], np.hypot(*np.diff(xy, axis=0).T)])
    total = np.cumsum(step)
    first = np.searchsorted(owner, np.arange(owner[-1] + 1))
    return np.asarray(total - total[first][owner])


def _distance_before(edges: Floats, owner: Ints) -> Floats:
    """Return by edge the metres from the start of its line to the start of the edge."""
    length = np.hypot(edges[:, 2] - edges[:, 0], edges[:, 3] - edges[:, 1])
    total = np.cumsum(length) - length
    first = np.searchsorted(owner, owner)
    return np.asarray(total - total[first])


def _within_capsule(edges: Floats, borders: Floats, reach: float) -> tuple[Floats, Floats]:
    """Return from where to where each of `edges` is within `reach` of the border edge of its row.

    What is within reach of a straight edge is a capsule: a rectangle and two discs. It is convex, so the
    stretch inside is one, from the first to the last of the places inside any of the three.
    """
    ahead, length = _unit(edges)
    along, border_length = _unit(borders)
    offset = edges[:, :2] - borders[:, :2]
    rectangle = _meet(
        _between(_dot(offset, along), _dot(ahead, along), 0.0, border_length),
        _between(_cross(along, offset), _cross(along, ahead), -reach, reach),
    )
    discs = (_in_disc(offset, ahead, reach), _in_disc(edges[:, :2] - borders[:, 2:], ahead, reach))
    start = np.minimum.reduce([rectangle[0], *(disc[0] for disc in discs)])
    end = np.maximum.reduce([rectangle[1], *(disc[1] for disc in discs)])
    return np.maximum(start, 0.0), np.minimum(end, length)


def _unit(edges: Floats) -> tuple[Floats, Floats]:
    step = edges[:, 2:] - edges[:, :2]
    length = np.hypot(step[:, 0], step[:, 1])
    return step / length[:, None], length


def _dot(a: Floats, b: Floats) -> Floats:
    return np.asarray(a[:, 0] * b[:, 0] + a[:, 1] * b[:, 1])


def _cross(a: Floats, b: Floats) -> Floats:
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])


def _between(
    value: Floats, slope: Floats, low: Floats | float, high: Floats | float
) -> tuple[Floats, Floats]:
    """Return for which t `value + slope * t` is from low to high."""
    level = np.abs(slope) < 1e-12  # noqa: PLR2004  a turn of 1e-12 m in a metre is none
    safe = np.where(level, 1.0, slope)
    one, other = (low - value) / safe, (high - value) / safe
    always = (value >= low) & (value <= high)
    start = np.where(level, np.where(always, -np.inf, np.inf), np.minimum(one, other))
    end = np.where(level, np.where(always, np.inf, -np.inf), np.maximum(one, other))
    return start, end


def _in_disc(offset: Floats, ahead: Floats, radius: float) -> tuple[Floats, Floats]:
    """Return for which t `offset + ahead * t` is within `radius` of the origin."""
    middle = -_dot(offset, ahead)
    square = middle**2 - _dot(offset, offset) + radius**2
    half = np.sqrt(np.maximum(square, 0.0))
    hit = square >= 0
    return np.where(hit, middle - half, np.inf), np.where(hit, middle + half, -np.inf)


def _meet(one: tuple[Floats, Floats], other: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    start, end = np.maximum(one[0], other[0]), np.minimum(one[1], other[1])
    empty = start > end
    return np.where(empty, NOWHERE[0], start), np.where(empty, NOWHERE[1], end)


def _merged(stretches: pd.DataFrame) -> pd.DataFrame:
    """Return `stretches` with those of one pair and line that overlap or touch made one."""
    ordered = stretches.sort_values(["pair", "line", "from_m"], ignore_index=True)
    same = ["pair", "line"]
    reached = ordered.groupby(same)["to_m"].cummax()
    apart = ordered["from_m"] > reached.groupby([ordered["pair"], ordered["line"]]).shift() + SAME_PLACE_M
    first = ~ordered.duplicated(same)
    number = (apart | first).cumsum()
    grouped = ordered.groupby(number, sort=False)
    merged = grouped.agg(
        pair=("pair", "first"), line=("line", "first"), from_m=("from_m", "first"), to_m=("to_m", "max")
    )
    return merged.reset_index(drop=True)
