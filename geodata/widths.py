"""Width of a piece of land: the diameter of the largest circle that fits into it (METHOD 3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geodata.strips import measured

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROUNDING_M2 = 1.0  # METHOD 3.2: smaller pieces are rounding, whatever their width
ACCURACY_M = 0.01  # METHOD 1: lengths are compared after rounding to 0.01 m
HALVINGS = 12  # of the range on a logarithmic scale; a buffer is true to 1 % only
NEARLY = 0.95


def widths_m(geometries: NDArray[np.object_], tolerance_m: float) -> NDArray[np.float64]:
    """Return the diameter in metres of the largest circle inscribed in each polygon (EPSG:4326).

    Of pieces narrower than `tolerance_m` it is true to 1 %: the exact search takes length / width steps, and
    noise is long, narrow and plentiful. Pieces under 1 m2 are rounding: their width is 0.
    """

    def widths(polygons: NDArray[np.object_]) -> NDArray[np.float64]:
        result = np.zeros(len(polygons))
        area = shapely.area(polygons)
        asked = np.flatnonzero(area >= ROUNDING_M2)
        result[asked] = _by_halving(polygons[asked], area[asked])
        wide = result >= NEARLY * tolerance_m
        circles = shapely.maximum_inscribed_circle(polygons[wide], tolerance=ACCURACY_M)
        result[wide] = 2 * shapely.length(circles)
        return result

    return measured(geometries, widths)


def is_narrow(
    width_m: NDArray[np.float64], area_m2: NDArray[np.float64], tolerance_m: float
) -> NDArray[np.bool_]:
    """Return which pieces are digitising noise: narrower than the tolerance, or rounding."""
    return (np.round(width_m, 2) < tolerance_m) | (area_m2 < ROUNDING_M2)


def _by_halving(polygons: NDArray[np.object_], area: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the largest width by which polygons can be made narrower without vanishing."""
    # No circle is smaller than this, and none larger than the area.
    least, most = 2 * area / shapely.length(polygons), 2 * np.sqrt(area / np.pi)
    for _ in range(HALVINGS):
        middle = np.sqrt(least * most)
        left = ~shapely.is_empty(shapely.buffer(polygons, -middle / 2, join_style="mitre"))
        least, most = np.where(left, middle, least), np.where(left, most, middle)
    return np.asarray(least, dtype=float)
