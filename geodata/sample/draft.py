"""The sample while it is being made: generated layers, what is planted in them, and which ground is taken."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geodata.sample.world import STRIP

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geodata.sample.mesh import Mesh
    from geodata.sample.world import World

PLANT_SPACING_M = 7_000.0  # plants do not see one another: METHOD looks 5 km far at most


class NoRoomError(ValueError):
    """The region has no room for a plant."""


@dataclass
class Draft:
    """Layers in metres of the strip; planting changes them.

    `has` tells by facility kind which settlement (position) has one; the lists of rows become layers when
    the sample is written. `truth` has a row for every plant.
    """

    world: World
    mesh: Mesh
    roads: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    has: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    minutes: NDArray[np.float64] | None = None
    assets: list[dict[str, Any]] = field(default_factory=list)
    parks: list[dict[str, Any]] = field(default_factory=list)
    landuse: list[dict[str, Any]] = field(default_factory=list)
    truth: list[dict[str, Any]] = field(default_factory=list)
    taken: list[tuple[float, float]] = field(default_factory=list)

    def free(self, point: shapely.Point, spacing_m: float = PLANT_SPACING_M) -> bool:
        """Tell whether no plant lies within `spacing_m` of `point`."""
        if not self.taken:
            return True
        return bool(np.hypot(*(np.array(self.taken) - [point.x, point.y]).T).min() >= spacing_m)

    def plant(
        self,
        kind: str,
        pair: tuple[int, int],
        side: str,
        place: shapely.Point,
        within_m: float,
        *,
        what: str | None = None,
        story: str,
        take: bool = True,
    ) -> None:
        """Note a planted mismatch; `pair` are districts (positions), `side` as METHOD names it."""
        ids = sorted(self.world.ids(np.array(pair)).tolist())
        lonlat = STRIP.unproject([place])[0]
        self.truth.append(
            {
                "kind": kind,
                "pairing": ids,
                "side": side,
                "lon": round(lonlat.x, 6),
                "lat": round(lonlat.y, 6),
                "within_m": within_m,
                "what": what,
                "story": story,
            }
        )
        if take:
            self.taken.append((place.x, place.y))

    def side_of(self, pair: tuple[int, int], district: int) -> str:
        """Return the side (a, b) of `district` in the pairing of `pair`."""
        ids = self.world.ids(np.array(pair))
        return "a" if self.world.ids(np.array([district]))[0] == min(ids) else "b"

    def add_roads(self, rows: list[dict[str, Any]]) -> None:
        """Append roads; columns not given are unknown, the manager is the district's of the road's middle."""
        new = pd.DataFrame(rows)
        new["provenance"] = "generated"
        for name in ("u", "v", "edge", "route"):
            new[name] = -1
        middle = shapely.line_interpolate_point(new["geometry"].to_numpy(), 0.5, normalized=True)
        names = self.world.districts["name"].to_numpy()[self.world.district_of(middle)]
        if "managed_by" not in new:
            new["managed_by"] = [f"{name}公路养护单位" for name in names]
        joined = pd.concat([pd.DataFrame(self.roads), new], ignore_index=True)
        self.roads = type(self.roads)(joined, geometry="geometry", crs=STRIP.crs)

    def split_road(self, row: int, first: shapely.LineString, second: shapely.LineString) -> int:
        """Replace a road by two pieces with the same attributes; returns the row of the second."""
        copy = self.roads.iloc[[row]].copy()
        self.roads.loc[self.roads.index[row], "geometry"] = first
        copy["geometry"] = [second]
        self.roads = type(self.roads)(
            pd.concat([self.roads, copy], ignore_index=True), geometry="geometry", crs=STRIP.crs
        )
        return len(self.roads) - 1

    def set_road(self, row: int, values: dict[str, Any]) -> None:
        """Change attributes of a road."""
        for name, value in values.items():
            self.roads.loc[self.roads.index[row], name] = value

    def district_name(self, district: int) -> str:
        """Return a district's name."""
        return str(self.world.districts["name"].iloc[district])
