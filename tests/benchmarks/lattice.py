"""Roads, facilities and people in any number, for benchmarks: a crooked lattice over real districts.

Roads are the edges of a lattice whose nodes are moved at random; some are missing. Facilities and people
stand on junctions, so that whoever asks for travel times need not cut roads to let them join. Nothing is
meant to look like a country; what counts is how many there are of each, and that borders run across them. The
same seed gives the same layers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geodata.intake import IntakeRecord
from geodata.model import STORED_CRS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geodata.workspace import Workspace

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

KINDS = (
    *("clinic", "elder_care", "fire_station", "government_hall"),
    *("hospital", "kindergarten", "police", "school"),
)
VERTICES = 4  # of a road
MISSING = 1 / 12  # share of edges left out, about: at borders some more have no room
JITTER = 0.3  # nodes are moved by up to this share of the spacing
DEGREE_KM = 111.2
EQUAL_AREA = 6933
CLASSES = ("tertiary", "residential", "unclassified", "track")
SURFACES = ("asphalt", "concrete", "gravel")
SOURCE = "generated lattice"


@dataclass(frozen=True)
class Lattice:
    """What `lattice` makes: canonical layers, EPSG:4326."""

    districts: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    population: gpd.GeoDataFrame

    def write(self, workspace: Workspace) -> None:
        """Write the layers that have rows to `workspace`."""
        for name in ("districts", "roads", "facilities", "population"):
            rows = getattr(self, name)
            if len(rows):
                workspace.write_layer(name, rows, _record(name, len(rows)))


def lattice(
    districts: gpd.GeoDataFrame, *, roads: int, facilities: int = 0, people: int = 0, seed: int = 1
) -> Lattice:
    """Return so many roads, facilities of eight kinds and places of people in `districts` (EPSG:4326)."""
    rng = np.random.default_rng(seed)
    node, start, end, along = _edges(districts, roads / (1 - MISSING), rng)
    while len(start) < roads:  # small districts have room for fewer: again, narrower
        roomier = 1.2 * roads * roads / max(len(start), 1)
        node, start, end, along = _edges(districts, roomier, rng)
    chosen = np.sort(rng.choice(len(start), roads, replace=False))
    start, end, along = start[chosen], end[chosen], along[chosen]
    junctions = _largest_component(start, end)
    return Lattice(
        districts,
        _roads(node, start, end, along, rng),
        _points("f", node[rng.choice(junctions, facilities)], kind=rng.choice(KINDS, facilities)),
        _points(
            "p", node[rng.choice(junctions, people)], people=rng.integers(50, 3000, people).astype(float)
        ),
    )


def _edges(
    districts: gpd.GeoDataFrame, count: float, rng: np.random.Generator
) -> tuple[Floats, Ints, Ints, Ints]:
    """Return nodes (degrees), and of some `count` edges both nodes and the row or column they run along."""
    west, south, east, north = districts.total_bounds
    area_km2 = districts.geometry.to_crs(EQUAL_AREA).area.sum() / 1e6
    spacing = np.sqrt(2 * area_km2 / count) / DEGREE_KM
    across = spacing / np.cos(np.radians((south + north) / 2))
    columns, rows = np.arange(west, east, across), np.arange(south, north, spacing)
    number = np.arange(len(columns) * len(rows)).reshape(len(rows), len(columns))
    node = np.stack(np.meshgrid(columns, rows), axis=-1).reshape(-1, 2)
    node = node + rng.uniform(-JITTER, JITTER, node.shape) * [across, spacing]
    inside = np.zeros(len(node), dtype=bool)
    shapes = np.asarray(districts.geometry.array, dtype=object)
    inside[shapely.STRtree(shapely.points(node)).query(shapes, predicate="contains")[1]] = True
    start = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    end = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    along = np.concatenate(
        [np.repeat(np.arange(len(rows)), len(columns) - 1), np.tile(np.arange(len(columns)), len(rows) - 1)]
    )
    both = inside[start] & inside[end]
    return node, start[both], end[both], along[both]


def _largest_component(start: Ints, end: Ints) -> Ints:
    """Return the nodes of the largest connected piece."""
    size = int(max(start.max(), end.max())) + 1
    graph = coo_array((np.ones(len(start), dtype=np.int8), (start, end)), shape=(size, size))
    piece = connected_components(graph, directed=False)[1]
    return np.flatnonzero(piece == np.argmax(np.bincount(piece)))


def _roads(node: Floats, start: Ints, end: Ints, along: Ints, rng: np.random.Generator) -> gpd.GeoDataFrame:
    share = np.linspace(0, 1, VERTICES)[None, :, None]
    xy = node[start][:, None, :] * (1 - share) + node[end][:, None, :] * share
    step = np.abs(node[end] - node[start]).max(axis=1)[:, None, None]
    xy[:, 1:-1] += rng.uniform(-0.1, 0.1, (len(start), VERTICES - 2, 2)) * step
    named = np.select(
        [along % 64 == 0, along % 16 == 0, along % 8 == 0],
        ["motorway", "primary", "secondary"],
        rng.choice(CLASSES, len(start)),
    )
    return gpd.GeoDataFrame(
        {
            "feature_id": _ids("r", len(start)),
            "road_class": named,
            "surface": rng.choice(SURFACES, len(start)),
        },
        geometry=shapely.linestrings(xy),
        crs=STORED_CRS,
    )


def _points(prefix: str, lonlat: Floats, **columns: NDArray[np.generic]) -> gpd.GeoDataFrame:
    table = {"feature_id": _ids(prefix, len(lonlat)), **columns}
    return gpd.GeoDataFrame(table, geometry=shapely.points(lonlat), crs=STORED_CRS)


def _ids(prefix: str, count: int) -> pd.Series:
    return prefix + pd.Series(np.arange(count)).astype(str).str.zfill(7)


def _record(name: str, rows: int) -> IntakeRecord:
    return IntakeRecord(
        layer=name,
        source=SOURCE,
        attribution=SOURCE,
        rows_read=rows,
        accepted=rows,
        repaired=0,
        quarantined=0,
        crs="EPSG:4326",
        datum="",
        provenance="generated",
        notes=(),
    )
