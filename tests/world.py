"""Small worlds drawn by hand, in metres of a strip: the frame a check gets, without files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import LineString, MultiLineString, Point, Polygon, box
from shapely.ops import substring

from geodata.model import LAYERS
from geodata.settings import Settings
from geodata.strips import Strip
from layers.frame import ON_LINE_M, BorderFrame
from layers.network import build_network
from layers.travel import travel_times

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

STRIP = Strip(108)
NORTH = 3_300_000.0  # northing of the world's origin: about 30 degrees north
EAST = 500_000.0  # easting of the central meridian: x = 0 of the worlds

# The usual world: the border runs at x = 0 from y = 10 000 down to y = 0, ten segments of 1 000 m.
#  +-------+-------+
#  |   A   |   B   |
#  +-------+-------+
A = box(-6000, 0, 0, 10000)
B = box(0, 0, 6000, 10000)
LINE = LineString([(0, 10000), (0, 0)])


def move(geometry: Any) -> Any:
    """Return geometry drawn around (0, 0) where the strip has it."""
    return shapely.transform(geometry, lambda xy: xy + np.array([EAST, NORTH]))


def layer(name: str, rows: Sequence[Mapping[str, Any]]) -> gpd.GeoDataFrame:
    """Return a canonical layer in strip coordinates from rows with a `geometry` drawn around (0, 0)."""
    table = pd.DataFrame(list(rows))
    table = table.reindex(columns=[*LAYERS[name].column_names, "geometry"])
    if LAYERS[name].key == "feature_id":
        numbered = pd.Series([f"{name}{k}" for k in range(len(table))], index=table.index, dtype=object)
        table["feature_id"] = table["feature_id"].astype(object).where(table["feature_id"].notna(), numbered)
    return gpd.GeoDataFrame(table, geometry=move(table["geometry"].to_numpy(dtype=object)), crs=STRIP.crs)


def frame(
    members: Mapping[str, Polygon] | None = None,
    borders: Mapping[tuple[str, str], LineString | MultiLineString] | None = None,
    *,
    settings: Settings | None = None,
    **layers: Sequence[Mapping[str, Any]],
) -> BorderFrame:
    """Return the frame of a world.

    Parameters
    ----------
    members
        District id -> polygon; the usual world unless given.
    borders
        Pair of ids -> line in the direction of the chainage.
    layers
        Rows of canonical layers, e.g. `roads=[{"road_class": "tertiary", "geometry": ...}]`.
    """
    shapes = dict(members or {"A": A, "B": B})
    lines = dict(borders or {("A", "B"): LINE})
    settings = settings or Settings()
    districts = gpd.GeoDataFrame(
        {"district_id": list(shapes), "name": [f"District {key}" for key in shapes], "parent": None},
        geometry=move(np.array(list(shapes.values()), dtype=object)),
        crs=STRIP.crs,
    )
    placed = {name: layer(name, rows) for name, rows in layers.items()}
    return BorderFrame(
        strip=STRIP,
        settings=settings,
        pairs=pd.DataFrame(
            [{"pairing_id": f"{a}--{b}", "member_a": a, "member_b": b} for a, b in lines],
            columns=["pairing_id", "member_a", "member_b"],
        ),
        borders=np.array([_multi(move(line)) for line in lines.values()], dtype=object),
        segments=_segments([move(line) for line in lines.values()], settings.segment_m),
        members=gpd.GeoDataFrame(
            {"districts": [[key] for key in shapes]},
            geometry=districts.geometry.array,
            index=pd.Index(list(shapes)),
            crs=STRIP.crs,
        ),
        districts=districts,
        layers=placed,
        memberships={
            name: _memberships(name, rows, districts)
            for name, rows in placed.items()
            if (rows.geom_type == "Point").any()
        },
        kinds_present={
            name: frozenset(placed[name][column].dropna())
            for name, column in (("facilities", "kind"), ("assets", "kind"), ("landuse", "landuse_class"))
            if name in placed
        },
        outline=shapely.boundary(shapely.union_all(districts.geometry.array)),
    )


def with_travel(world: BorderFrame) -> BorderFrame:
    """Return the frame `world` with its network and travel times."""
    roads, facilities = world.layer("roads"), world.layers["facilities"]
    network = None if roads is None else build_network(STRIP.unproject_frame(roads), world.settings)
    population = world.layer("population")
    if population is None:
        population = layer("population", [{"people": 1, "geometry": point(0, 0)}]).iloc[:0]
    nobody = pd.DataFrame(columns=["row", "district_id"]).astype({"row": np.intp})
    travel = travel_times(
        network,
        population=STRIP.unproject_frame(population),
        facilities=STRIP.unproject_frame(facilities),
        memberships={
            "population": world.memberships.get("population", nobody),
            "facilities": world.memberships["facilities"],
        },
        districts=world.districts[["district_id", "parent"]],
        members=world.members["districts"].to_dict(),
        pairs=world.pairs,
        settings=world.settings,
    )
    return replace(world, network=network, travel=travel)


def point(x: float, y: float) -> Point:
    """Return a point drawn around (0, 0)."""
    return Point(x, y)


def _multi(line: LineString | MultiLineString) -> MultiLineString:
    return line if isinstance(line, MultiLineString) else MultiLineString([line] if len(line.coords) else [])


def _segments(lines: Sequence[LineString | MultiLineString], segment_m: float) -> gpd.GeoDataFrame:
    rows = []
    for pair, line in enumerate(lines):
        chainage, number = 0.0, 0
        for piece, part in enumerate(_multi(line).geoms):
            count = max(1, int(part.length / segment_m + 0.5))
            step = part.length / count
            for k in range(count):
                rows.append(
                    {
                        "pair": pair,
                        "segment": number,
                        "piece": piece,
                        "chainage_from_m": chainage + k * step,
                        "chainage_to_m": chainage + (k + 1) * step,
                        "geometry": substring(part, k * step, (k + 1) * step),
                    }
                )
                number += 1
            chainage += part.length
    columns = ["pair", "segment", "piece", "chainage_from_m", "chainage_to_m", "geometry"]
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs=STRIP.crs)


def _memberships(name: str, rows: gpd.GeoDataFrame, districts: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the districts of points: all within 0.1 m of them; people count once, for the smaller id."""
    points = rows[rows.geom_type == "Point"]
    found = [
        (row, district, len(near) > 1)
        for row, geometry in points.geometry.items()
        for near in [districts.loc[districts.distance(geometry) <= ON_LINE_M, "district_id"]]
        for district in (sorted(near)[:1] if name == "population" else sorted(near))
    ]
    return pd.DataFrame(found, columns=["row", "district_id", "on_line"])
