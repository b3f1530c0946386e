"""Shapes of the map, where borders and views are awkward."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import orjson
import shapely
from shapely.geometry import LineString

from dashboard.maps.shapes import members_shape


def test_names_stand_beside_a_border_straight_to_the_north() -> None:
    #  +-------+-------+   The border is a line without width: a map of it shows what lies beside it, too.
    #  |   A   |   B   |
    #  +-------+-------+
    segments = gpd.GeoDataFrame({"pairing_id": ["A--B"]}, geometry=[LineString([(0, 0), (0, 1)])])
    results: Any = SimpleNamespace(
        districts=gpd.GeoDataFrame(
            {"district_id": ["A", "B"]}, geometry=[shapely.box(-1, 0, 0, 1), shapely.box(0, 0, 1, 1)]
        ),
        members={"A--B": [["A"], ["B"]]},
        rows_of=lambda *_: segments,
    )

    shape = members_shape(results, "A--B", ["West", "East"])

    features = orjson.loads(orjson.dumps(shape))["features"]
    places = {
        each["properties"]["name"]: each["geometry"]["coordinates"]
        for each in features
        if "name" in each["properties"]
    }
    assert -0.3 < places["West"][0] < -0.1
    assert 0.1 < places["East"][0] < 0.3


def test_a_member_that_only_touches_the_view_elsewhere_has_its_name_in_it() -> None:
    #  The view is (0, 0) to (2, 2): of member A a square lies in it, and another one outside shares its edge.
    segments = gpd.GeoDataFrame({"pairing_id": ["A--B"]}, geometry=[LineString([(0, 0), (2, 2)])])
    areas = [
        shapely.MultiPolygon([shapely.box(0.5, 0.5, 1, 1), shapely.box(2, 0, 3, 1)]),
        shapely.box(5, 5, 6, 6),
    ]
    results: Any = SimpleNamespace(
        districts=gpd.GeoDataFrame({"district_id": ["A", "B"]}, geometry=areas),
        members={"A--B": [["A"], ["B"]]},
        rows_of=lambda *_: segments,
    )

    shape = members_shape(results, "A--B", ["West", "East"])

    (label,) = (each["properties"] for each in shape["features"] if "name" in each["properties"])
    assert label["name"] == "West"
