"""The paper of a map: projection in metres, scale, and the way from degrees to points on paper."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import shapely

from geodata.strips import Strip

if TYPE_CHECKING:
    from numpy.typing import NDArray

Box = tuple[float, float, float, float]  # left, bottom, right, top; of degrees: west, south, east, north

POINTS_PER_MM = 72 / 25.4
STRIP_REACH_DEG = 3.0  # wider maps are drawn in an equal-area projection of their own
AROUND = 0.07  # of the content's size, left free on each side
BLEED = 12.0  # points beyond the edge that are still drawn, so that cut lines end unseen
FINEST = 0.36  # points (0.13 mm): two vertices nearer than this are one on paper
DIGITS = 2  # decimals of a point kept in files
EDGE_STEPS = 24  # places along an edge where its degrees are asked for


@dataclass(frozen=True)
class Frame:
    """A rectangle of paper on the earth.

    Parameters
    ----------
    crs
        Projected, metres; the map's x is east, y north along its middle meridian.
    centre
        Metres of `crs` in the middle of the paper.
    scale
        Denominator: 250 000 of 1:250 000.
    width, height
        Of the paper, in points (1/72 inch).
    """

    crs: pyproj.CRS
    centre: tuple[float, float]
    scale: int
    width: float
    height: float

    @classmethod
    def around(cls, bounds: Box, size: tuple[float, float], scale: int | None = None) -> Frame:
        """Return the frame of `size` (points) that shows `bounds` (degrees): fitted, or at a given scale."""
        crs = crs_of(bounds)
        left, bottom, right, top = _projected(bounds, pyproj.Proj(crs), inverse=False)
        width, height = size
        if scale is None:
            per_point = max((right - left) / width, (top - bottom) / height) * (1 + 2 * AROUND)
            scale = rounded_up(per_point * POINTS_PER_MM * 1000)
        return cls(crs, ((left + right) / 2, (bottom + top) / 2), scale, width, height)

    @property
    def metres_per_point(self) -> float:
        """How many metres lie in a point of paper."""
        return self.scale / 1000 / POINTS_PER_MM

    @cached_property
    def degrees(self) -> Box:
        """West, south, east, north of what the paper shows, its bleed included."""
        half = [(side / 2 + BLEED) * self.metres_per_point for side in (self.width, self.height)]
        x, y = self.centre
        return _projected((x - half[0], y - half[1], x + half[0], y + half[1]), self._proj, inverse=True)

    def shows(self, bounds: Box) -> bool:
        """Return whether all of `bounds` (degrees) is on the paper."""
        left, bottom, right, top = _projected(bounds, self._proj, inverse=False)
        half = [side / 2 * self.metres_per_point for side in (self.width, self.height)]
        x, y = self.centre
        return x - half[0] <= left and right <= x + half[0] and y - half[1] <= bottom and top <= y + half[1]

    def on_paper(self, geometries: Any, *, simplify: bool = True) -> NDArray[np.object_]:
        """Return geometries given in degrees in points of paper, cut at its bleed; empty where they miss it.

        Vertices are as dense as the paper shows, coordinates rounded to what a file keeps.
        """
        array = np.array(geometries, dtype=object, ndmin=1)
        west, south, east, north = self.degrees
        low = shapely.bounds(array)
        seen = (low[:, 0] <= east) & (low[:, 2] >= west) & (low[:, 1] <= north) & (low[:, 3] >= south)
        result = np.full(len(array), shapely.Point(), dtype=object)
        near = array[seen]
        if simplify:  # before projecting: most vertices of a small picture go here
            finest = FINEST / 2 * self.metres_per_point / 111_000
            near = shapely.simplify(near, finest, preserve_topology=False)
        placed = shapely.transform(near, self.places)
        edge = (-BLEED, -BLEED, self.width + BLEED, self.height + BLEED)
        result[seen] = shapely.clip_by_rect(shapely.make_valid(placed) if simplify else placed, *edge)
        return result

    def places(self, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (n, 2) longitudes and latitudes as points of paper from its lower left corner."""
        xy = np.column_stack(self._proj(lonlat[:, 0], lonlat[:, 1]))
        middle = (self.width / 2, self.height / 2)
        return np.round((xy - self.centre) / self.metres_per_point + middle, DIGITS)

    def outline(self) -> NDArray[np.object_]:
        """Return what the paper shows, without its bleed, as a polygon in degrees."""
        half = np.array([self.width / 2, self.height / 2]) * self.metres_per_point
        box = shapely.segmentize(shapely.box(*(self.centre - half), *(self.centre + half)), half.max())
        moved = shapely.transform(
            box, lambda xy: np.column_stack(self._proj(xy[:, 0], xy[:, 1], inverse=True))
        )
        return np.array([moved], dtype=object)

    @property
    def north(self) -> float:
        """Angle from the paper's upward direction to true north in its middle: degrees, clockwise."""
        lon, lat = self._proj(*self.centre, inverse=True)
        x, y = self._proj([lon, lon], [lat, lat + 0.01])
        return math.degrees(math.atan2(x[1] - x[0], y[1] - y[0]))

    @cached_property
    def _proj(self) -> pyproj.Proj:
        return pyproj.Proj(self.crs)


def crs_of(bounds: Box) -> pyproj.CRS:
    """Return the projection of a map of `bounds` (degrees): a strip, or equal-area where it is wider."""
    west, south, east, north = bounds
    if east - west <= STRIP_REACH_DEG:
        return Strip.of_longitudes(west, east).crs
    middle = f"+lat_0={(south + north) / 2:.2f} +lon_0={(west + east) / 2:.2f}"
    return pyproj.CRS.from_proj4(f"+proj=laea {middle} +ellps=GRS80 +units=m +no_defs")


def rounded_up(denominator: float) -> int:
    """Return the next denominator of a scale that has two digits: 340 000."""
    power = 10.0 ** (math.floor(math.log10(max(denominator, 10.0))) - 1)
    return int(math.ceil(round(denominator / power, 6)) * power)


def nice_length(longest_m: float) -> float:
    """Return the longest of 1, 2, 5, 10, 20, … metres that is no longer than `longest_m`."""
    power = 10.0 ** math.floor(math.log10(longest_m))
    return next(step * power for step in (5, 2, 1) if step * power <= longest_m * (1 + 1e-9))


def _projected(box: Box, proj: pyproj.Proj, *, inverse: bool) -> Box:
    """Return the box around a box in other coordinates; its edges may bend."""
    left, bottom, right, top = box
    across, up = np.linspace(left, right, EDGE_STEPS), np.linspace(bottom, top, EDGE_STEPS)
    xs = np.concatenate([across, across, np.full(EDGE_STEPS, left), np.full(EDGE_STEPS, right)])
    ys = np.concatenate([np.full(EDGE_STEPS, bottom), np.full(EDGE_STEPS, top), up, up])
    x, y = proj(xs, ys, inverse=inverse)
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())
