"""A small world in which every kind of gap is found: three districts, all layers, drawn from one seed."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any

import drawn
import numpy as np
import world
from shapely.geometry import LineString, Point, box

from geodata.intake import IntakeRecord
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

Row = dict[str, Any]

#  +-------+-------+   Between A and B land that nobody claims, 100 m wide and 55 m wide; C claims 80 m of A,
#  |   A   |   B   |   and an exclave of C lies in B. The road along the western border of A and B has a rail
#  +-------+-------+   on one side; C's roads end before its border.
#  |       C       |
#  +---------------+
DISTRICTS = {
    "A": box(-6000, 0, 0, 10000) | box(-3000, -80, -2000, 0),
    "B": box(0, 0, 6000, 10000)
    - box(0, 3000, 100, 3700)
    - box(0, 5000, 55, 5600)
    - box(4000, 400, 4300, 700),
    "C": box(-6000, -6000, 6000, 0) | box(4000, 400, 4300, 700),
}
KINDS = (
    "clinic",
    "hospital",
    "fire_station",
    "police",
    "school",
    "kindergarten",
    "government_hall",
    "elder_care",
)
MANAGERS = ("west office", "east office", None)


def _line(*xy: tuple[float, float], **tags: Any) -> Row:
    return {"road_class": "tertiary", **tags, "geometry": LineString(xy)}


def _roads() -> list[Row]:
    """Return a road across the line every 1.4 km, better in the west, joined by one along each side."""
    managers = cycle(MANAGERS)
    west = {"surface": "asphalt", "lit": "yes", "lanes": 4.0, "road_class": "secondary", "maxspeed_kmh": 60.0}
    east = {"surface": "gravel", "lit": "no", "lanes": 2.0, "oneway": "yes"}
    roads = []
    for y in range(800, 9800, 1400):
        name = {"name": f"Road {y}"}
        roads += [
            _line((-5500, y), (-2500, y), (0, y), **name, **west, managed_by=next(managers)),
            # The ends of the halves are 8 m apart on every second road: joined at 20 m, not at 5 m.
            _line((8 * (y // 1400 % 2), y), (2500, y), (5500, y), **name, **east, managed_by=next(managers)),
        ]
    roads += [_line((x, 300), (x, 9700), managed_by=next(managers)) for x in (-5500, -2500, 2500, 5500)]
    roads += [
        _line((-4000, 6000), (-30, 6000), road_class="residential"),  # two that stop at the line
        _line((-5500, 2600), (-40, 2600), road_class="residential"),
        _line((1500, 2500), (400, 2500), (400, 2650), road_class="residential"),
        _line((10, 6600), (10, 8600), barrier_left="guard_rail", sidewalk="right", managed_by="west office"),
        _line((3000, 2200), (3000, 2900), road_class="busway"),
    ]
    roads += [_line((x, -5500), (x, -300)) for x in range(-5500, 5600, 500)]
    roads += [_line((-5500, y), (5500, y)) for y in (-5500, -2900)]
    roads.append(_line((2500, -300), (2500, 300)))
    return roads


def _facilities() -> list[Row]:
    """Return services of every kind: of most kinds fewer in the east, some twice on the line."""
    rng = np.random.default_rng(7)
    rows = [
        {"kind": kind, "capacity": float(10 * number + 10), "geometry": Point(x, y)}
        for number, kind in enumerate(KINDS)
        for x, y in (
            *zip(rng.uniform(-5400, -200, 2), rng.uniform(500, 9500, 2), strict=True),
            (float(rng.uniform(4500, 5400)), float(rng.uniform(8500, 9500))),
        )
    ]
    twice = [Point(-200, 800), Point(250, 800)]
    rows += [{"kind": "school", "capacity": 900.0, "geometry": place} for place in twice]
    return rows


def _assets() -> list[Row]:
    rng = np.random.default_rng(8)

    def points(kind: str, count: int, x: tuple[int, int], y: tuple[int, int]) -> list[Row]:
        places = zip(rng.uniform(*x, count), rng.uniform(*y, count), strict=True)
        return [{"kind": kind, "geometry": Point(*place)} for place in places]

    rows = points("reservoir", 14, (-1900, -50), (200, 9800))
    rows += points("telecom_tower", 30, (-5900, -4100), (200, 9800))
    rows += points("telecom_tower", 30, (4100, 5900), (800, 9800))
    rows += [
        {"kind": "irrigation_canal", "geometry": LineString([(-1500, y), (-300, y)])}
        for y in range(450, 9800, 400)
    ]
    rows = [{**row, "managed_by": "west office"} for row in rows]
    managers = cycle(MANAGERS)
    rows += [
        {"kind": "power_line", "managed_by": next(managers), "geometry": LineString([(-900, y), (900, y)])}
        for y in range(1100, 9000, 1300)
    ]
    rows.append({"kind": "fence", "geometry": LineString([(2, 6600), (2, 7600)])})
    return rows


def layers() -> dict[str, gpd.GeoDataFrame]:
    """Return the canonical layers of the world, EPSG:4326."""
    rng = np.random.default_rng(9)
    homes = zip(rng.uniform(-5900, 5900, 260), rng.uniform(-5900, 9900, 260), strict=True)
    rows = {
        "roads": _roads(),
        "facilities": _facilities(),
        "assets": _assets(),
        "parks": [
            {"industries": ["optics", "cars"], "geometry": box(-1500, 8200, -900, 8600)},
            {"industries": ["Cars", "optics"], "geometry": box(900, 8900, 1500, 9300)},
            {"industries": ["rice"], "geometry": box(1000, 4000, 1500, 4600)},
        ],
        "landuse": [
            {"landuse_class": "industrial", "geometry": box(-700, 6900, -20, 8100)},
            {"landuse_class": "residential", "geometry": box(60, 7000, 800, 8000)},
            {"landuse_class": "quarry", "geometry": box(-600, 1000, -50, 2100)},
            {"landuse_class": "residential", "geometry": box(20, 1200, 700, 2400)},
            {"landuse_class": "orchard", "geometry": box(-900, 4000, 900, 4700)},
        ],
        "population": [{"people": float(rng.integers(20, 900)), "geometry": Point(*xy)} for xy in homes],
    }
    made = {name: world.STRIP.unproject_frame(world.layer(name, part)) for name, part in rows.items()}
    return {"districts": drawn.districts(DISTRICTS), **made}


def make(path: Path, **changed: Any) -> Workspace:
    """Write the world into a new workspace at `path` and return it; `changed` layers in place of its own."""
    workspace = Workspace.create(path)
    for name, rows in {**layers(), **changed}.items():
        write(workspace, name, rows)
    return workspace


def write(workspace: Workspace, name: str, rows: gpd.GeoDataFrame) -> None:
    """Write a layer into a workspace."""
    record = IntakeRecord(layer=name, source="drawn by hand", rows_read=len(rows), accepted=len(rows))
    workspace.write_layer(name, rows.set_geometry(np.asarray(rows.geometry)), record)
