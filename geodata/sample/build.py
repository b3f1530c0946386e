"""Builds the generated part of the sample region and writes it as an input folder.

    python -m geodata.sample.build [--scale N] [--seed N] [FOLDER]

Without FOLDER the region that ships is written anew. With `--scale` 2, 4 or 8 the region has so many times
the villages, facilities and people's places, and about three quarters of that the roads, for benchmarks.
The same seed gives the same content.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.model import LAYERS
from geodata.sample import REGION, SEED, TRUTH
from geodata.sample.curves import meet
from geodata.sample.draft import Draft, NoRoomError
from geodata.sample.facts import CONFIG, PAIRINGS, SCALED_POPULATION, SOURCES, programme_rows
from geodata.sample.land import make_assets, make_landuse, make_parks
from geodata.sample.planted_bases import plant_bases
from geodata.sample.planted_land import plant_assets, plant_conflicts, plant_responsibility
from geodata.sample.planted_parks import plant_parks
from geodata.sample.planted_places import plant_services
from geodata.sample.planted_roads import plant_dead_ends, plant_low_permeability, plant_step_changes
from geodata.sample.planted_roadsides import plant_roadsides
from geodata.sample.roads import make_roads
from geodata.sample.services import facilities, place_services
from geodata.sample.world import STRIP, read_world

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geodata.sample.world import World

DECIMALS = 6  # 0.1 m
MIN_ROAD_M = 1.0
STRAY_END_M = 60.0  # METHOD 5 looks for dead ends within 50 m


def main() -> None:
    """Write the region."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", nargs="?", type=Path, default=REGION)
    parser.add_argument("--scale", type=int, default=1, choices=(1, 2, 4, 8))
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    world = read_world(scale=given.scale, seed=given.seed)
    layers, truth = build(world)
    write(world, layers, truth, given.folder)


def build(world: World) -> tuple[dict[str, gpd.GeoDataFrame], list[dict[str, Any]]]:
    """Return the generated layers in EPSG:4326 and the truth about what is planted in them.

    Returns
    -------
    layers
        `roads`, `facilities`, `assets`, `parks`, `landuse`, with the columns of `geodata.model`.
    truth
        One row a plant: `kind`, `pairing` (member ids), `side`, `lon`, `lat`, `within_m`, `what`, `story`.

    Raises
    ------
    NoRoomError
        Where the region as it ships has no room for a plant.
    """
    roads, mesh, streets = make_roads(world)
    draft = Draft(world, mesh, roads, streets)
    for step in (
        plant_low_permeability,
        plant_dead_ends,
        plant_step_changes,
        plant_responsibility,
        plant_roadsides,
        plant_bases,
        place_services,
        plant_services,
        make_assets,
        plant_assets,
        plant_parks,
        plant_conflicts,
        make_parks,
        make_landuse,
    ):
        try:
            step(draft)
        except NoRoomError:
            if world.scale == 1:
                raise  # among denser roads some plants find no quiet place: the truth then has fewer
    layers = {
        "roads": _finished_roads(draft),
        "facilities": facilities(draft),
        "assets": _frame(draft.assets),
        "parks": _frame(draft.parks),
        "landuse": _frame(draft.landuse),
    }
    return {name: _stored(name, layer) for name, layer in layers.items()}, draft.truth


def write(
    world: World, layers: dict[str, gpd.GeoDataFrame], truth: list[dict[str, Any]], folder: Path
) -> None:
    """Write layers and facts as an input folder, and the truth beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, layer in layers.items():
        layer.to_parquet(folder / f"{name}.parquet", compression="zstd", compression_level=19, index=False)
    pd.DataFrame(programme_rows()).to_parquet(folder / "programme.parquet", compression="zstd", index=False)
    sources = SOURCES if world.scale == 1 else {**SOURCES, "population": SCALED_POPULATION}
    for name, content in (("pairings", PAIRINGS), ("config", CONFIG), ("sources", sources)):
        _write_json(folder / f"{name}.json", content)
    if folder.resolve() == REGION.resolve():
        _write_json(TRUTH, truth)
        return
    _write_json(folder.parent / f"{folder.name}-truth.json", truth)
    shutil.copyfile(REGION / "districts.geojson", folder / "districts.geojson")
    population(world).to_parquet(folder / "population.parquet", compression="zstd", index=False)


def population(world: World) -> gpd.GeoDataFrame:
    """Return the population layer: GeoNames' points, at larger scales split into points around them."""
    real = gpd.read_parquet(REGION / "population.parquet")
    if world.scale == 1:
        return real
    rng = world.rng("population")
    split = world.settlements.loc[world.settlements.index.repeat(world.scale)].reset_index(drop=True)
    moved = shapely.get_coordinates(split.geometry.array) + rng.normal(0, 150, (len(split), 2))
    home = world.district_of(shapely.points(moved)) == split["district"].to_numpy()
    split = split.set_geometry(
        gpd.GeoSeries(np.where(home, shapely.points(moved), split.geometry.array), crs=STRIP.crs)
    )
    split["people"] = (split["people"] / world.scale).round()
    split["feature_id"] += "-" + (np.arange(len(split)) % world.scale + 1).astype(str)
    return _rounded(
        split[[c for c in real.columns if c != "provenance" and c in split]].assign(provenance="generated")
    )


def _finished_roads(draft: Draft) -> gpd.GeoDataFrame:
    """Return the roads with shared vertices where they meet, and no end near a border that is not planted."""
    roads = draft.roads
    lines = np.asarray(roads.geometry.array)
    ground = (roads["road_class"] != "motorway").to_numpy()  # motorways pass over, and join at their ends
    lines[ground] = meet(lines[ground])
    roads = roads.set_geometry(gpd.GeoSeries(lines, index=roads.index, crs=STRIP.crs))
    roads = roads[roads.length > MIN_ROAD_M].reset_index(drop=True)
    return roads[~_stray(draft, roads)].reset_index(drop=True)


def _stray(draft: Draft, roads: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Return the roads that end close to a line without a plant there."""
    lines = np.asarray(roads.geometry.array)
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    host = np.tile(np.arange(len(lines)), 2)
    vertices = shapely.points(shapely.get_coordinates(lines))
    near = draft.world.distance_to_line(ends) < STRAY_END_M
    candidates = np.flatnonzero(near)
    count = np.zeros(len(ends), dtype=int)
    if len(candidates):
        tree = shapely.STRtree(vertices)
        of = tree.query(ends[candidates], predicate="dwithin", distance=0.5)[0]
        count[candidates] = np.bincount(of, minlength=len(candidates))
    planted = np.array([not draft.free(end, 400.0) for end in ends[candidates]], dtype=bool)
    stray = candidates[(count[candidates] < 2) & ~planted]  # noqa: PLR2004 - alone: only its own vertex
    result = np.zeros(len(lines), dtype=bool)
    result[host[stray]] = True
    return result


def _frame(rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        pd.DataFrame(rows).assign(provenance="generated"), geometry="geometry", crs=STRIP.crs
    )


def _stored(name: str, layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer as it is stored: canonical columns, ids in order, degrees rounded."""
    prefix = {"roads": "r", "facilities": "f", "assets": "a", "parks": "p", "landuse": "l"}[name]
    layer = layer.assign(feature_id=[f"{prefix}{i:06d}" for i in range(1, len(layer) + 1)])
    columns = [c for c in LAYERS[name].column_names if c in layer]
    return _rounded(layer[[*columns, "geometry"]])


def _rounded(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    layer = STRIP.unproject_frame(layer)
    geometry = shapely.transform(np.asarray(layer.geometry.array), lambda xy: np.round(xy, DECIMALS))
    return layer.set_geometry(gpd.GeoSeries(geometry, index=layer.index, crs=layer.crs))


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
