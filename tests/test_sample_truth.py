"""Every mismatch that was planted in the sample is found, where and as it was planted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import shapely

from geodata.sample import TRUTH
from geodata.sample.world import STRIP
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

PLANTED = json.loads(TRUTH.read_text("utf-8"))
CHECKS = {  # at least so many of each are planted
    "road_dead_end": 4,
    "road_step_change": 5,
    "roadside_mismatch": 4,
    "use_contrast": 4,
    "service_wall": 5,
    "service_desert": 3,
    "asset_imbalance": 5,
    "low_permeability": 1,
    "park_duplicate": 3,
    "park_service_gap": 1,
    "landuse_conflict": 3,
    "responsibility": 3,
}


@pytest.fixture(scope="module")
def gaps(demo: Path) -> gpd.GeoDataFrame:
    return STRIP.project_frame(Workspace.open(demo).read_table("gaps"))


def test_enough_of_every_kind_is_planted() -> None:
    counts = {kind: sum(plant["kind"] == kind for plant in PLANTED) for kind in CHECKS}

    assert all(counts[kind] >= least for kind, least in CHECKS.items()), counts


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: f"{plant['kind']}-{'-'.join(plant['pairing'])}")
def test_what_was_planted_is_found(plant: dict[str, Any], gaps: gpd.GeoDataFrame) -> None:
    (place,) = STRIP.project([shapely.Point(plant["lon"], plant["lat"])])
    here = gaps[gaps["kind"] == plant["kind"]]
    here = here[here["pairing_id"] == "--".join(plant["pairing"])]
    here = here[here.distance(place) <= plant["within_m"]]
    if plant["what"]:
        named = here["what"].fillna("") + here["evidence"].fillna("")
        here = here[named.str.contains(plant["what"].split("/")[0], regex=False)]

    assert len(here), f"not found: {plant['story']}"
    assert plant["side"] in set(here["side"]), f"found on side {set(here['side'])}: {plant['story']}"
    assert set(here["provenance"]) == {"generated"}
