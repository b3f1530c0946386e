"""What an import changes, as the page tells it."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pytest
from shapely import LineString

from dashboard.layer_changes import changes_body
from geodata.model import LAYERS
from geodata.versions import Changes, Difference

STAYS = LineString([(106.0, 29.5), (106.1, 29.5)])


def roads(change: str, *shapes: LineString, **values: Any) -> gpd.GeoDataFrame:
    """Return the rows of one road, a part each."""
    rows = {"feature_id": "a", "name": "甲", **values, "change": change, "feature": 0}
    return gpd.GeoDataFrame([rows] * len(shapes), geometry=list(shapes), crs=4326)


@pytest.mark.parametrize("order", [1, -1])
def test_a_road_of_two_parts_moves_as_a_whole(order: int) -> None:
    # One part of two stays, the other goes 0.002 degrees north (222 m): the middle goes half as far.
    before = [STAYS, LineString([(106.1, 29.5), (106.2, 29.5)])]
    now = [STAYS, LineString([(106.1, 29.502), (106.2, 29.502)])]
    found = Difference(Changes(moved=1), roads("moved", *before[::order]), roads("moved", *now[::order]))

    (row,) = changes_body(found, LAYERS["roads"])["rows"]

    assert row["id"] == "a"
    assert row["moved_m"] == pytest.approx(111, abs=1)


def test_where_a_row_comes_from_is_a_change_like_others() -> None:
    found = Difference(
        Changes(altered=1),
        roads("altered", STAYS, provenance="measured"),
        roads("altered", STAYS, provenance="synthetic"),
    )

    (row,) = changes_body(found, LAYERS["roads"])["rows"]

    assert row["fields"] == [{"name": "provenance", "before": "measured", "after": "synthetic"}]
