"""The pen: many shapes drawn as one path in one style, so that files stay small."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.patches import PathPatch
from matplotlib.path import Path

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray


def area_path(shapes: NDArray[np.object_]) -> Path | None:
    """Return polygons as one path whose holes stay open; None where there are none."""
    parts = shapely.get_parts(shapely.get_parts(shapes))
    polygons = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    rings = shapely.get_rings(shapely.orient_polygons(polygons))
    return _path(rings, closed=True)


def line_path(shapes: NDArray[np.object_]) -> Path | None:
    """Return lines, and outlines of polygons, as one path; None where there are none."""
    parts = shapely.get_parts(shapely.get_parts(shapes))
    kinds = shapely.get_type_id(parts)
    lines = parts[np.isin(kinds, (shapely.GeometryType.LINESTRING, shapely.GeometryType.LINEARRING))]
    rings = shapely.get_rings(parts[kinds == shapely.GeometryType.POLYGON])
    return _path(np.concatenate([lines, rings]), closed=False)


def fill(axes: Axes, shapes: NDArray[np.object_], colour: str, order: float, **style: Any) -> None:
    """Fill polygons."""
    if (path := area_path(shapes)) is not None:
        axes.add_artist(PathPatch(path, facecolor=colour, **{"edgecolor": "none", "zorder": order, **style}))


def stroke(
    axes: Axes, shapes: NDArray[np.object_], colour: str, line: float, order: float, **style: Any
) -> None:
    """Draw lines, or outlines of polygons, `line` points wide."""
    if (path := line_path(shapes)) is not None:
        ends = {"capstyle": "round", "joinstyle": "round", "zorder": order, **style}
        axes.add_artist(PathPatch(path, fill=False, edgecolor=colour, linewidth=line, **ends))


def dots(
    axes: Axes,
    shapes: NDArray[np.object_],
    radius: float,
    order: float,
    shape: Path | None = None,
    **style: Any,
) -> None:
    """Draw a small shape, a disc unless given, at every point."""
    parts = shapely.get_parts(shapes)
    places = shapely.get_coordinates(parts[shapely.get_type_id(parts) == shapely.GeometryType.POINT])
    if len(places):
        path = stamped(shape or Path.unit_circle(), places, radius)
        axes.add_artist(PathPatch(path, **{"zorder": order, **style}))


def stamped(shape: Path, places: NDArray[np.float64], radius: float) -> Path:
    """Return one path of a shape at each of (n, 2) places."""
    outline, codes = np.asarray(shape.vertices), np.asarray(shape.codes)
    vertices = (places[:, None] + outline[None] * radius).reshape(-1, 2)
    return Path(np.round(vertices, 2), np.tile(codes, len(places)))


def _path(lines: NDArray[np.object_], *, closed: bool) -> Path | None:
    if not len(lines):
        return None
    places, owner = shapely.get_coordinates(lines, return_index=True)
    codes = np.full(len(places), Path.LINETO, dtype=Path.code_type)
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    codes[starts] = Path.MOVETO
    if closed:
        codes[np.append(starts[1:], len(codes)) - 1] = Path.CLOSEPOLY
    return Path(np.round(places, 2), codes)
