"""What the generator of the sample builds on: real districts, borders and settlements in metres."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.sample import REGION, SEED
from geodata.strips import Strip

if TYPE_CHECKING:
    from numpy.typing import NDArray

STRIP = Strip(108)  # the region's middle; at its edges 0.08 % long, which no plant depends on
MIN_BORDER_M = 10.0  # METHOD 3: shorter pieces are no border
# The city's core: GeoNames counts its people at one point only (see `settlements.NOT_ONE_PLACE`).
URBAN = ("500103", "500104", "500105", "500106", "500107", "500108")
TOWN_SUFFIXES = ("街道", "镇", "乡")


@dataclass(frozen=True)
class World:
    """Real layers in metres of `STRIP`, and how much is to be generated.

    Parameters
    ----------
    districts
        Indexed by position: `district_id`, `name`, `seat_lon`, `seat_lat`, `geometry`.
    settlements
        `feature_id`, `name`, `people` (NaN: unknown), `district` (position), `geometry` (Point).
    scale
        1, 2, 4, 8: so many times the roads, facilities and people of the region that ships.
    seed
        Each stage draws from a generator of its own (`rng`), so that one can change without the others.
    """

    districts: gpd.GeoDataFrame
    settlements: gpd.GeoDataFrame
    scale: int = 1
    seed: int = SEED

    def rng(self, stage: str) -> np.random.Generator:
        """Return the generator of a stage."""
        return np.random.default_rng([self.seed, *stage.encode()])

    @cached_property
    def region(self) -> shapely.Geometry:
        """All districts together, prepared."""
        region = shapely.coverage_union_all(self.districts.geometry.array)
        shapely.prepare(region)
        return region

    @cached_property
    def borders(self) -> gpd.GeoDataFrame:
        """By pair of districts: `a`, `b` (positions, a before b), `length_m`, `geometry` (lines)."""
        polygons = self.districts.geometry.array
        tree = shapely.STRtree(polygons)
        one, other = tree.query(polygons, predicate="intersects")
        first = one < other
        pairs = np.column_stack([one[first], other[first]])
        pairs = pairs[np.lexsort(pairs.T[::-1])]
        rings = shapely.boundary(polygons)
        lines = shapely.line_merge(shapely.intersection(rings[pairs[:, 0]], rings[pairs[:, 1]]))
        frame = gpd.GeoDataFrame({"a": pairs[:, 0], "b": pairs[:, 1]}, geometry=lines, crs=STRIP.crs)
        frame["length_m"] = frame.length
        return frame[frame["length_m"] >= MIN_BORDER_M].reset_index(drop=True)

    @cached_property
    def all_lines(self) -> shapely.STRtree:
        """Every district outline in short pieces, for distances to the nearest line of any kind."""
        coords = [shapely.get_coordinates(ring) for ring in self._rings]
        pieces = [np.stack([xy[:-1], xy[1:]], axis=1) for xy in coords]  # one array a ring
        return shapely.STRtree(shapely.linestrings(np.concatenate(pieces)))

    @cached_property
    def corners(self) -> NDArray[np.float64]:
        """Ends of the borders: where three districts, or two and the outside, meet (n × 2, metres)."""
        return np.asarray(shapely.get_coordinates(shapely.boundary(self.borders.geometry.array)))

    @cached_property
    def _rings(self) -> NDArray[np.object_]:
        return np.asarray(shapely.get_rings(shapely.get_parts(np.asarray(self.districts.geometry.array))))

    def distance_to_line(self, points: NDArray[np.object_]) -> NDArray[np.float64]:
        """Return the distance of each geometry to the nearest district outline, in metres."""
        return np.asarray(self.all_lines.query_nearest(points, return_distance=True, all_matches=False)[1])

    def district_of(self, points: NDArray[np.object_]) -> NDArray[np.intp]:
        """Return the district (position) each point lies in; -1 outside."""
        found = np.full(len(points), -1, dtype=np.intp)
        point, district = self.districts.sindex.query(points, predicate="intersects")
        found[point] = district
        return found

    def ids(self, districts: NDArray[np.intp]) -> NDArray[np.object_]:
        """Return the district ids of positions."""
        return np.asarray(self.districts["district_id"].to_numpy(dtype=object)[districts])


def read_world(*, scale: int = 1, seed: int = SEED, codes: list[str] | None = None) -> World:
    """Return the real part of the sample region; only the districts `codes` where given (for tests)."""
    districts = STRIP.project_frame(gpd.read_file(REGION / "districts.geojson", engine="pyogrio"))
    if codes is not None:
        districts = districts[districts["district_id"].isin(codes)]
    districts = districts.reset_index(drop=True)
    settlements = STRIP.project_frame(gpd.read_parquet(REGION / "population.parquet"))
    place, district = districts.sindex.query(settlements.geometry.array, predicate="intersects")
    settlements = settlements.iloc[place].assign(district=district).reset_index(drop=True)
    return World(districts, settlements, scale=scale, seed=seed)


def xy_of(frame: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return the coordinates of a point layer (n × 2)."""
    return np.asarray(shapely.get_coordinates(frame.geometry.array))


def short_name(name: str) -> str:
    """Return a place's bare name: 临江 for 临江镇."""
    for suffix in TOWN_SUFFIXES:
        if name.endswith(suffix) and len(name) > len(suffix) + 1:
            return name.removesuffix(suffix)
    return name


def short_district(name: str) -> str:
    """Return a district's bare name: 石柱 for 石柱土家族自治县, 万州 for 万州区, 忠县 as it is."""
    for people in ("土家族苗族自治县", "苗族土家族自治县", "土家族自治县"):
        name = name.removesuffix(people)
    return name[:-1] if len(name) > 2 and name[-1] in "区县" else name  # noqa: PLR2004


def frame_of(rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
    """Return rows with `geometry` in metres as a frame in `STRIP`."""
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=STRIP.crs)
