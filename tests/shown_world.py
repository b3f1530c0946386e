"""A small analysed workspace for the tests of the screen: three districts, real checks, hostile names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import LineString, Point, box
from world import STRIP, layer

from geodata.intake import IntakeRecord
from geodata.workspace import Workspace
from layers.run import analyse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

HOSTILE = """<b>East</b><img src=x onerror="window.__pwned=1">'"&amp;🙂\u202egnorts"""
PAIRING = "A--B"

#  +-------+-------+   The village of the west at the line is 30 minutes from its clinic, two from the east's.
#  |   A   |   B   |   A road of the west stops 30 m before the line. The south has nothing at all.
#  +-------+-------+
#  |       C       |
#  +---------------+
DISTRICTS = {"A": box(-6000, 0, 0, 10000), "B": box(0, 0, 6000, 10000), "C": box(-6000, -6000, 6000, 0)}
NAMES = {"A": ("西区", "West"), "B": (HOSTILE, HOSTILE), "C": ("南县", "South")}
ROADS = [
    LineString(
        [(-5500, 500), (-5500, 8000), (-1000, 8000), (0, 8000), (1000, 8000), (1000, 5000), (100, 5000)]
    ),
    LineString([(-4000, 5000), (-30, 5000)]),
]


def make(path: Path) -> Workspace:
    """Write the world into a new workspace at `path`, analyse it and return it."""
    workspace = _bounded(path)
    add_roads(workspace)
    facilities = [
        {"kind": "clinic", "name": "西诊所", "geometry": Point(-5500, 500)},
        {"kind": "clinic", "name": HOSTILE, "geometry": Point(600, 8000)},
    ]
    people = [
        {"people": 800, "geometry": Point(-300, 8000)},
        {"people": 500, "geometry": Point(900, 8000)},
    ]
    for name, rows in (("facilities", facilities), ("population", people)):
        _write(workspace, name, _stored(name, rows), "generated")
    analyse(workspace, engine="serial")
    return workspace


def make_bare(path: Path, districts: Mapping[str, Any] = DISTRICTS) -> Workspace:
    """Write districts alone into a new workspace at `path`, analyse it and return it."""
    workspace = _bounded(path, districts)
    analyse(workspace, engine="serial")
    return workspace


def add_roads(workspace: Workspace) -> None:
    """Write the roads of the world into a workspace."""
    roads = [{"road_class": "residential", "geometry": line} for line in ROADS]
    _write(workspace, "roads", _stored("roads", roads), "generated")


def import_programme(workspace: Workspace, items: Sequence[dict[str, Any]]) -> None:
    """Write rows of the layer `programme` as an import does."""
    record = IntakeRecord("programme", rows_read=len(items), accepted=len(items), quarantined=0)
    workspace.write_layer("programme", pd.DataFrame(list(items)), record)


def _bounded(path: Path, districts: Mapping[str, Any] = DISTRICTS) -> Workspace:
    workspace = Workspace.create(path)
    rows = gpd.GeoDataFrame(
        {
            "district_id": list(districts),
            "name": [NAMES[key][0] for key in districts],
            "name_en": [NAMES[key][1] for key in districts],
        },
        geometry=layer("landuse", [{"geometry": shape} for shape in districts.values()]).geometry.array,
        crs=STRIP.crs,
    )
    _write(workspace, "districts", STRIP.unproject_frame(rows), "measured")
    return workspace


def _stored(name: str, rows: Sequence[dict[str, Any]]) -> gpd.GeoDataFrame:
    return STRIP.unproject_frame(layer(name, rows))


def _write(workspace: Workspace, name: str, rows: gpd.GeoDataFrame, provenance: Any) -> None:
    record = IntakeRecord(
        layer=name,
        source="drawn by hand",
        attribution=f"<i>drawn</i> {name}",
        rows_read=len(rows),
        accepted=len(rows),
        provenance=provenance,
    )
    workspace.write_layer(name, rows.set_geometry(np.asarray(rows.geometry)), record)
