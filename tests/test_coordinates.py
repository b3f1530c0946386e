"""Coordinates without a declared system: what they may be, by their range and where they would lie."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import pytest
from shapely import box, points

from geodata.datum import from_wgs84
from geodata.errors import SourceError
from geodata.ingest.coordinates import clear_one, proposals
from geodata.ingest.shapes import in_degrees
from geodata.ingest.whereabouts import meeting

DISTRICTS = gpd.GeoDataFrame(
    {"district_id": ["1", "2"]},
    geometry=[box(106.2, 29.2, 106.5, 29.8), box(106.5, 29.2, 106.8, 29.8)],
    crs=4326,
)
PLACES = np.random.default_rng(6).uniform((106.21, 29.21), (106.79, 29.79), (400, 2))


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(
    ("code", "said"),
    [
        (4326, "EPSG:4326"),
        (4524, "EPSG:4524"),  # 3-degree zone 36, its number before the easting
        (4496, "EPSG:4496"),  # 6-degree zone 18, its number before the easting
        (4545, "EPSG:4545"),  # central meridian 108, no number
        (4507, "EPSG:4544"),  # central meridian 105: strips of 3 and 6 degrees are the same there
        (3857, "EPSG:3857"),
    ],
)
def test_a_system_is_told_by_the_districts(code: int, said: str, *, swapped: bool) -> None:
    xy = np.column_stack(pyproj.Transformer.from_crs(4326, code, always_xy=True).transform(*PLACES.T))

    best = clear_one(proposals(xy[:, ::-1] if swapped else xy, DISTRICTS))

    assert best is not None
    assert (best.crs, best.swapped, best.datum) == (said, swapped, None)
    assert (best.lon, best.lat) == pytest.approx((106.5, 29.5), abs=0.05)
    assert best.inside == 1


def test_codes_with_two_names_are_told_and_rows_of_one_name_are_not() -> None:
    parts = gpd.GeoDataFrame(
        {"district_id": ["1", "1", "2", "2"], "name": ["江北", "江北", "渝北", "巴南"]},
        geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1), box(2, 0, 3, 1), box(3, 0, 4, 1)],
        crs=4326,
    )

    (note,) = [each for each in meeting(parts) if "names" in each]

    assert note.startswith("1 codes stand for rows of different names")
    assert "2 (渝北, 巴南)" in note


def test_of_a_code_of_many_names_some_are_named() -> None:
    count = 20
    parts = gpd.GeoDataFrame(
        {"district_id": "1", "name": [f"n{number}" for number in range(count)]},
        geometry=[box(number, 0, number + 1, 1) for number in range(count)],
        crs=4326,
    )

    (note,) = [each for each in meeting(parts) if "names" in each]

    assert "1 (n0, n1, n2, …);" in note


def test_without_districts_a_strip_without_number_stays_open() -> None:
    xy = np.column_stack(pyproj.Transformer.from_crs(4326, 4545, always_xy=True).transform(*PLACES.T))

    found = proposals(xy)

    assert len(found) > 10
    assert clear_one(found) is None


def test_the_number_of_a_zone_is_enough_without_districts() -> None:
    xy = np.column_stack(pyproj.Transformer.from_crs(4326, 4524, always_xy=True).transform(*PLACES.T))

    best = clear_one(proposals(xy))

    assert best is not None
    assert best.options == "--crs EPSG:4524"


def test_shifted_places_along_the_outline_are_recognised() -> None:
    lat = np.linspace(29.21, 29.79, 300)
    edge = np.column_stack([np.full(300, 106.7995), lat])  # 50 m inside; GCJ-02 moves them 350 m east, out
    shifted = np.column_stack(from_wgs84(edge[:, 0], edge[:, 1], "gcj02"))

    found = proposals(shifted, DISTRICTS)

    assert "gcj02" in {one.datum for one in found}
    assert "300 of 300 places" in next(one.reason for one in found if one.datum == "gcj02")


def test_names_of_columns_tell_a_shift() -> None:
    found = proposals(PLACES, DISTRICTS, hint="bd09")

    assert "bd09" in {one.datum for one in found}


def test_the_message_names_what_to_type() -> None:
    xy = np.column_stack(pyproj.Transformer.from_crs(4326, 4545, always_xy=True).transform(*PLACES.T))
    shapes = np.asarray(points(xy), dtype=object)

    with pytest.raises(SourceError, match=r"it may be --crs EPSG:4545 .* 100% of it in the districts"):
        in_degrees(shapes, "a.dxf", None, near=DISTRICTS)


def test_axes_can_be_exchanged() -> None:
    shapes = in_degrees(np.asarray(points(PLACES[:, ::-1]), dtype=object), "a", "EPSG:4326", swap_axes=True)

    assert (shapes.geometry[0].x, shapes.geometry[0].y) == pytest.approx(tuple(PLACES[0]))
