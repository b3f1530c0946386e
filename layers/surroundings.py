"""What lies around the borders of a block: the layers there, read when a check asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geodata.boundaries import memberships

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

    from geodata.reader import Layers
    from geodata.strips import Strip
    from geodata.workspace import Box

REACH_M = 20_000.0  # METHOD 5 compares parks this far apart; nothing looks farther from a border
MAPPED_LAYERS = ("roads", "facilities", "assets", "parks", "landuse", "population")
METRES_PER_DEGREE = 110_000.0  # for boxes that may be larger than asked, never smaller
WIDE_LAYERS = ("parks", "population")  # two parks near one another may both be far from the border
POINT_LAYERS = ("population", "facilities", "assets")
ALWAYS_THERE = 0.01  # cosine of the latitude, at the least: near the poles a box is wide enough


class Surroundings(Mapping[str, "gpd.GeoDataFrame"]):
    """The canonical layers around a block, in its strip; each is read at the first look at it.

    Parameters
    ----------
    layers
        Where they are read.
    box
        What is around the block; degrees.
    wide
        What is around its members, for WIDE_LAYERS; degrees.
    strip
        The block's.
    """

    def __init__(self, layers: Layers, box: Box, wide: Box, strip: Strip) -> None:
        self._layers = layers
        self._box = box
        self._wide = wide
        self._strip = strip
        self._stored: dict[str, gpd.GeoDataFrame] = {}
        self._projected: dict[str, gpd.GeoDataFrame] = {}

    def __getitem__(self, name: str) -> gpd.GeoDataFrame:
        """Return the rows of a layer that meet its box, in strip coordinates."""
        if name not in self._projected:
            self._projected[name] = self._strip.project_frame(self.stored(name))
            if name not in POINT_LAYERS:  # of points, degrees tell the districts they are in
                del self._stored[name]
        return self._projected[name]

    def __iter__(self) -> Iterator[str]:
        """Give the names of the layers there are, anywhere."""
        return (name for name in MAPPED_LAYERS if name in self._layers)

    def __len__(self) -> int:
        """Return the number of layers there are."""
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        """Return whether there is a layer, without reading it."""
        return name in MAPPED_LAYERS and name in self._layers

    def stored(self, name: str) -> gpd.GeoDataFrame:
        """Return the rows of a layer that meet its box, as they are stored: EPSG:4326."""
        if name not in self:
            raise KeyError(name)
        if name not in self._stored:
            box = self._wide if name in WIDE_LAYERS else self._box
            self._stored[name] = within(self._layers.read(name, box), shapely.box(*box))
        return self._stored[name]


class Belonging(Mapping[str, pd.DataFrame]):
    """Whose the points around a block are, by layer: `row`, `district_id`, `on_line`, as in `BorderFrame`.

    Parameters
    ----------
    around
        The layers.
    known
        Of whole layers; the others are looked up in `districts` when asked for.
    districts
        Of the clean coverage, those around the block and a little more; EPSG:4326.
    """

    def __init__(
        self, around: Surroundings, known: Mapping[str, pd.DataFrame], districts: gpd.GeoDataFrame
    ) -> None:
        self._around = around
        self._known = known
        self._districts = districts
        self._found: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return whose the points of a layer are."""
        if name not in self:
            raise KeyError(name)
        if name not in self._found:
            rows = self._around.stored(name)
            if name in self._known:
                table = self._known[name]
                self._found[name] = table[table["row"].isin(rows.index)]
            else:
                self._found[name] = members_of_points(name, rows, self._districts)
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        """Give the names of the layers with points."""
        return (name for name in POINT_LAYERS if name in self._around)

    def __len__(self) -> int:
        """Return the number of layers with points."""
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        """Return whether there is a layer with points of that name, without reading it."""
        return name in POINT_LAYERS and name in self._around


def members_of_points(name: str, rows: gpd.GeoDataFrame, districts: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the districts of the points of a layer (EPSG:4326); people count once, for the smaller id."""
    points = np.array(rows.geometry.array, dtype=object)
    points[shapely.get_type_id(points) != shapely.GeometryType.POINT] = None
    found = memberships(points, districts)
    found["row"] = rows.index.to_numpy()[found["row"].to_numpy(np.intp)]
    return found.drop_duplicates("row", ignore_index=True) if name == "population" else found


def around(bounds: Box, distance_m: float = REACH_M) -> Box:
    """Return `bounds` (degrees) larger by at least `distance_m` on all sides."""
    west, south, east, north = bounds
    margin = distance_m / METRES_PER_DEGREE
    wide = margin / max(float(np.cos(np.radians(max(abs(south), abs(north))))), ALWAYS_THERE)
    return west - wide, south - margin, east + wide, north + margin


def within(rows: gpd.GeoDataFrame, ground: shapely.Geometry) -> gpd.GeoDataFrame:
    """Return the rows that meet `ground`, in one CRS with it."""
    return rows[shapely.intersects(ground, np.asarray(rows.geometry.array, dtype=object))]
