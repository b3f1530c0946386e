"""The questions of `peers.py`, answered as a competent planner would: plain GeoPandas and NetworkX."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely

from geodata.model import ROAD_CLASSES
from geodata.settings import Settings
from geodata.strips import Strip

if TYPE_CHECKING:
    from lattice import Lattice

STRIP_CRS = Strip(108).crs
DEGREES = "+proj=longlat +ellps=GRS80 +no_defs"  # as bordergap takes stored degrees: no datum shift
QUAD_SEGS = 16
MIN_PIECE_M = 10.0


class Plain:
    """Answers as Series, in the shape of `Bordergap`'s."""

    def __init__(self, made: Lattice) -> None:
        self.made = made
        self.settings = Settings()

    def load(self) -> None:
        """Put everything into metres, and say in which district people and facilities are."""
        self.districts, self.roads, self.facilities, self.people = (
            layer.set_crs(DEGREES, allow_override=True).to_crs(STRIP_CRS)
            for layer in (self.made.districts, self.made.roads, self.made.facilities, self.made.population)
        )
        group = {name: known.group for name, known in ROAD_CLASSES.items()}
        self.roads["group"] = self.roads["road_class"].map(group)
        whose = self.districts[["district_id", "geometry"]]
        self.facilities = self.facilities.sjoin(whose, predicate="within").drop(columns="index_right")
        self.people = self.people.sjoin(whose, predicate="within").drop(columns="index_right")

    def q1(self) -> pd.Series:
        """Return the length of each border."""
        found = self.districts.sjoin(self.districts, predicate="touches")
        found = found[found["district_id_left"] < found["district_id_right"]]
        other = self.districts.loc[found["index_right"]].geometry
        shared = found.geometry.boundary.intersection(other.boundary, align=False).to_numpy()
        lines = [
            shapely.multilinestrings(
                [part for part in shapely.get_parts(shapely.line_merge(_linear(shape))) if _long(part)]
            )
            for shape in shared
        ]
        borders = gpd.GeoDataFrame(
            {"a": found["district_id_left"].to_numpy(), "b": found["district_id_right"].to_numpy()},
            geometry=lines,
            crs=STRIP_CRS,
        )
        borders["pair"] = borders["a"] + "--" + borders["b"]
        self.borders = borders[~borders.is_empty].reset_index(drop=True)
        return self.borders.set_index("pair").length

    def q2(self) -> pd.Series:
        """Return the area of each zone."""
        near = self.borders.buffer(self.settings.zone_m, quad_segs=QUAD_SEGS)
        shapes = self.districts.set_index("district_id").geometry
        zones = []
        for side in ("a", "b"):
            cut = near.intersection(shapes.loc[self.borders[side]], align=False)
            zones.append(gpd.GeoDataFrame({"side": side, "pair": self.borders["pair"]}, geometry=cut))
        self.zones = gpd.GeoDataFrame(pd.concat(zones, ignore_index=True), crs=STRIP_CRS)
        return self.zones.set_index(["side", "pair"]).area

    def q3(self) -> pd.Series:
        """Return the metres of road by side, pair and class group."""
        found = gpd.overlay(self.roads[["group", "geometry"]], self.zones, keep_geom_type=True)
        return found.assign(metres=found.length).groupby(["side", "pair", "group"])["metres"].sum()

    def q4(self) -> pd.Series:
        """Return the number of facilities by side, pair and kind."""
        borders = self.borders[["a", "b", "pair", "geometry"]]
        near = self.facilities.sjoin(borders, predicate="dwithin", distance=self.settings.zone_m)
        found = [near[near["district_id"] == near[side]].assign(side=side) for side in ("a", "b")]
        return pd.concat(found).groupby(["side", "pair", "kind"]).size().astype(float)

    def q5(self) -> pd.Series:
        """Return the straight-line minutes by kind and place, to the nearest of any and of its own."""
        rate = self.settings.detour / 1000 / self.settings.straight_kmh * 60
        found = {}
        people = self.people[["district_id", "geometry"]]
        for kind, stops in self.facilities[["kind", "district_id", "geometry"]].groupby("kind"):
            near = people.sjoin_nearest(stops[["geometry"]], distance_col="metres")
            found[kind, "any"] = near["metres"].groupby(level=0).first() * rate
            own = []
            for district, some in people.groupby("district_id"):
                of = stops.loc[stops["district_id"] == district, ["geometry"]]
                if of.empty:
                    own.append(pd.Series(np.inf, index=some.index))
                    continue
                near = some.sjoin_nearest(of, distance_col="metres")
                own.append(near["metres"].groupby(level=0).first() * rate)
            found[kind, "own"] = pd.concat(own)
        return pd.concat({key: pd.Series(values) for key, values in found.items()}).dropna()

    def q6(self) -> pd.Series:
        """Return the number of crossings by pair."""
        drivable = self.roads[self.roads["road_class"].isin(self.settings.speeds_kmh)]
        found = drivable.sjoin(self.borders[["pair", "geometry"]], predicate="intersects")
        lines, borders = found.geometry, self.borders.loc[found["index_right"]].geometry
        points = lines.intersection(borders, align=False).to_numpy()
        counts = pd.Series(shapely.get_num_geometries(points)).groupby(found["pair"].to_numpy()).sum()
        return counts.reindex(self.borders["pair"], fill_value=0).astype(float)

    def t_network(self) -> None:
        """Make the road graph; its nodes are the ends of roads, on which facilities and people stand."""
        roads = self.made.roads
        lines = roads.geometry.to_numpy()
        bounds = roads.bounds
        strip = Strip.meridians(bounds["minx"].to_numpy(), bounds["maxx"].to_numpy())
        metres = pd.Series(0.0, index=roads.index)
        for lon0 in np.unique(strip):  # each road's length in its own strip: the times are to be the same
            here = roads[strip == lon0].set_crs(DEGREES, allow_override=True)
            metres[strip == lon0] = here.to_crs(Strip(int(lon0)).crs).length
        minutes = metres / 1000 / roads["road_class"].map(self.settings.speeds_kmh) * 60
        ends = (_lonlat(shapely.get_point(lines, end)) for end in (0, -1))
        self.graph = nx.Graph()
        self.graph.add_weighted_edges_from(zip(*ends, minutes, strict=True))

    def t_own(self, wanted: list[tuple[str, str]]) -> pd.Series:
        """Return the minutes to the nearest own facility by kind, district and place."""
        found = {}
        at = pd.Series(_lonlat(self.made.population.geometry.to_numpy()), index=self.made.population.index)
        stop = pd.Series(_lonlat(self.made.facilities.geometry.to_numpy()), index=self.made.facilities.index)
        for kind, district in wanted:
            own = self.facilities["kind"].eq(kind) & self.facilities["district_id"].eq(district)
            people = self.people.index[self.people["district_id"] == district]
            sources = set(stop[self.facilities.index[own]])
            minutes = nx.multi_source_dijkstra_path_length(self.graph, sources) if sources else {}
            found[kind, district] = pd.Series([minutes.get(at[row], np.inf) for row in people], index=people)
        return pd.concat(found)


def _lonlat(points: np.ndarray) -> list[tuple[float, float]]:
    return list(map(tuple, shapely.get_coordinates(points).tolist()))


def _linear(shape: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shape)
    return shapely.multilinestrings(parts[shapely.get_dimensions(parts) == 1])


def _long(part: shapely.Geometry) -> bool:
    return bool(part.length >= MIN_PIECE_M)
