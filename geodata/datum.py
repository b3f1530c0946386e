"""GCJ-02 and BD-09, the shifted coordinates of Chinese maps, from and to WGS 84."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Datum = Literal["gcj02", "bd09"]
DATUMS: tuple[Datum, ...] = ("gcj02", "bd09")
UNSHIFTED: Literal["none"] = "none"  # what says that there is no shift, where None says nothing of it
Said = Datum | Literal["none"]
LonLat = tuple[NDArray[np.float64], NDArray[np.float64]]

# The published shift was computed on Krassovsky's ellipsoid (1940), whatever the data are on.
_A = 6378245.0
_E2 = 0.00669342162296594323
_ROUNDS = 5  # the inverse converges by a factor of more than 100 a round: below a micrometre after five
# The map services shift inside this rectangle only, of which neighbouring countries are a part: what is
# declared to be GCJ-02 is taken at its word.
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
_BD_PI = np.pi * 3000.0 / 180.0
_BD_SHIFT = (0.0065, 0.006)


def to_wgs84(lon: NDArray[np.float64], lat: NDArray[np.float64], datum: Datum) -> LonLat:
    """Return WGS 84 degrees of coordinates in degrees of `datum`; NaN stays NaN."""
    if datum == "bd09":
        lon, lat = bd09_to_gcj02(lon, lat)
    return gcj02_to_wgs84(lon, lat)


def from_wgs84(lon: NDArray[np.float64], lat: NDArray[np.float64], datum: Datum) -> LonLat:
    """Return degrees of `datum` of WGS 84 degrees."""
    shifted = wgs84_to_gcj02(lon, lat)
    return gcj02_to_bd09(*shifted) if datum == "bd09" else shifted


def wgs84_to_gcj02(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> LonLat:
    """Return GCJ-02 degrees of WGS 84 degrees; places outside the shifted rectangle stay."""
    inside = (lon >= _WEST) & (lon <= _EAST) & (lat >= _SOUTH) & (lat <= _NORTH)
    east_m, north_m = _shift_m(lon - 105.0, lat - 35.0)
    phi = np.radians(lat)
    root = 1 - _E2 * np.sin(phi) ** 2
    shifted_lat = lat + np.degrees(north_m * root * np.sqrt(root) / (_A * (1 - _E2)))
    shifted_lon = lon + np.degrees(east_m * np.sqrt(root) / (_A * np.cos(phi)))
    return np.where(inside, shifted_lon, lon), np.where(inside, shifted_lat, lat)


def gcj02_to_wgs84(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> LonLat:
    """Return WGS 84 degrees of GCJ-02 degrees, to a micrometre."""
    x, y = lon.copy(), lat.copy()
    for _ in range(_ROUNDS):
        shifted_x, shifted_y = wgs84_to_gcj02(x, y)
        x, y = x + lon - shifted_x, y + lat - shifted_y
    return x, y


def gcj02_to_bd09(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> LonLat:
    """Return BD-09 degrees of GCJ-02 degrees."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_PI)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_PI)
    return radius * np.cos(angle) + _BD_SHIFT[0], radius * np.sin(angle) + _BD_SHIFT[1]


def bd09_to_gcj02(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> LonLat:
    """Return GCJ-02 degrees of BD-09 degrees, to a micrometre."""
    x, y = lon - _BD_SHIFT[0], lat - _BD_SHIFT[1]
    for _ in range(_ROUNDS):
        shifted_x, shifted_y = gcj02_to_bd09(x, y)
        x, y = x + lon - shifted_x, y + lat - shifted_y
    return x, y


def _shift_m(x: NDArray[np.float64], y: NDArray[np.float64]) -> LonLat:
    """Return the published shift east and north in metres, at degrees from 105 E, 35 N."""
    ripple = 20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)
    root = np.sqrt(np.abs(x))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north = north + 2 / 3 * (ripple + 20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi))
    north = north + 2 / 3 * (160.0 * np.sin(y / 12.0 * np.pi) + 320 * np.sin(y * np.pi / 30.0))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east = east + 2 / 3 * (ripple + 20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi))
    east = east + 2 / 3 * (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi))
    return east, north
