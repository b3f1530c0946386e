"""GCJ-02 and BD-09: known places, there and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geodata.datum import bd09_to_gcj02, gcj02_to_bd09, gcj02_to_wgs84, to_wgs84, wgs84_to_gcj02

GEOD = Geod(ellps="GRS80")
LON = st.floats(75, 134)
LAT = st.floats(5, 53)


def at(*lonlat: float) -> tuple[np.ndarray, np.ndarray]:
    return np.array([lonlat[0]]), np.array([lonlat[1]])


def test_the_published_value() -> None:
    # The example of eviltransform and coordtransform, libraries that agree on it to the centimetre.
    lon, lat = wgs84_to_gcj02(*at(116.404, 39.915))

    assert lon[0] == pytest.approx(116.41024449916938, abs=1e-9)
    assert lat[0] == pytest.approx(39.91640428150164, abs=1e-9)


@given(LON, LAT)
def test_there_and_back(lon: float, lat: float) -> None:
    here = at(lon, lat)
    gcj = wgs84_to_gcj02(*here)
    back = gcj02_to_wgs84(*gcj)
    back_too = to_wgs84(*gcj02_to_bd09(*gcj), "bd09")

    for x, y in (back, back_too):
        assert GEOD.inv(*here, x, y)[2][0] < 1e-4
    assert 10 < GEOD.inv(*here, *gcj)[2][0] < 1500


def test_bd09_lies_beyond_gcj02() -> None:
    lon, lat = gcj02_to_bd09(*at(116.404, 39.915))

    assert (lon[0], lat[0]) == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-9)
    assert np.allclose(bd09_to_gcj02(lon, lat), at(116.404, 39.915), atol=1e-10)


def test_places_far_away_are_not_shifted() -> None:
    assert wgs84_to_gcj02(*at(9.5, 47.1)) == at(9.5, 47.1)
    assert to_wgs84(*at(9.5, 47.1), "gcj02") == at(9.5, 47.1)


def test_unknown_places_stay_unknown() -> None:
    assert np.isnan(to_wgs84(*at(np.nan, 30.0), "gcj02")[0])
