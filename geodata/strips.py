"""Strip projection: where lengths, areas and distances of a border are measured (METHOD 2)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import shapely

from geodata.errors import CrsError
from geodata.model import STORED_CRS

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from numpy.typing import NDArray

STRIP_WIDTH_DEG = 3
METRES_PER_DEGREE = 110_500.0  # of latitude, at the least: for boxes that may be larger than asked


@dataclass(frozen=True)
class Strip:
    """Transverse Mercator on GRS80, scale 1, with central meridian `lon0` (degrees, a multiple of 3)."""

    lon0: int

    @classmethod
    def of_longitudes(cls, west: float, east: float) -> Strip:
        """Return the strip nearest to the middle of a longitude extent; the eastern one on a tie."""
        return cls(int(cls.meridians(np.array([west]), np.array([east]))[0]))

    @staticmethod
    def meridians(west: NDArray[np.float64], east: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return by longitude extent (degrees) the central meridian of its strip; 0 where there is none."""
        strip = np.floor(np.round((west + east) / 2 / STRIP_WIDTH_DEG, 9) + 0.5)
        return (STRIP_WIDTH_DEG * np.nan_to_num(strip)).astype(np.int64)

    @cached_property
    def crs(self) -> pyproj.CRS:
        """CRS in metres, x east and y north."""
        return pyproj.CRS.from_proj4(
            f"+proj=tmerc +lat_0=0 +lon_0={self.lon0} +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +no_defs"
        )

    def project(self, geometries: Any) -> NDArray[np.object_]:
        """Return geometries given in degrees (EPSG:4326) in metres of the strip; z is dropped.

        Coordinates go through the projection as one flat array. EPSG:4326 is taken as GRS80:
        the two ellipsoids differ by 0.1 mm.
        """
        return self._transform(geometries, inverse=False)

    def unproject(self, geometries: Any) -> NDArray[np.object_]:
        """Return geometries given in metres of the strip in degrees (EPSG:4326)."""
        return self._transform(geometries, inverse=True)

    def project_places(self, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return places (n, 2, degrees) in metres of the strip, as `project` moves vertices."""
        return np.column_stack(self._projection(lonlat[:, 0], lonlat[:, 1]))

    def project_frame(self, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Return a copy of `frame` (EPSG:4326) in strip coordinates; index and columns stay."""
        if frame.crs != STORED_CRS:
            raise CrsError(f"expected {STORED_CRS}, got {frame.crs}")
        return frame.set_geometry(self.project(frame.geometry.array), crs=self.crs)

    def unproject_frame(self, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Return a copy of `frame` (strip coordinates) in EPSG:4326."""
        require_metres(frame, "frame")
        return frame.set_geometry(self.unproject(frame.geometry.array), crs=STORED_CRS)

    @cached_property
    def _projection(self) -> pyproj.Proj:
        return pyproj.Proj(self.crs)

    def _transform(self, geometries: Any, *, inverse: bool) -> NDArray[np.object_]:
        def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.column_stack(self._projection(xy[:, 0], xy[:, 1], inverse=inverse))

        array = np.asarray(geometries, dtype=object)
        return np.asarray(shapely.transform(array, move), dtype=object)


def lon0_of(geometries: Any) -> NDArray[np.int64]:
    """Return by geometry (EPSG:4326) the central meridian of its strip; 0 for an empty one."""
    bounds = shapely.bounds(np.asarray(geometries, dtype=object)).reshape(-1, 4)
    return Strip.meridians(bounds[:, 0], bounds[:, 2])


def measured(geometries: Any, measure: Callable[[Any], NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return what `measure` (as `shapely.length`) says of each geometry (EPSG:4326) in its own strip."""
    array = np.asarray(geometries, dtype=object)
    lon0 = lon0_of(array)
    result = np.zeros(len(array))
    for meridian in np.unique(lon0):  # strips: 25 for all of China
        here = lon0 == meridian
        result[here] = measure(Strip(int(meridian)).project(array[here]))
    return result


def require_metres(frame: gpd.GeoDataFrame, name: str) -> None:
    """Raise CrsError unless `frame` has a projected CRS in metres."""
    if frame.crs is None:
        raise CrsError(f"{name} has no CRS; strip coordinates are needed")
    if not frame.crs.is_projected or frame.crs.axis_info[0].unit_name != "metre":
        raise CrsError(f"{name} is in {frame.crs.name}; strip coordinates (metres) are needed")
