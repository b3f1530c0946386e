"""Local streets around the settlements: bent grids, as large as the place."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geodata.sample.world import URBAN, frame_of, short_name

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geodata.sample.mesh import Mesh
    from geodata.sample.world import World

BLOCK_M = 190.0
# Where GeoNames knows no people: only the size of the street grid rests on these, nothing that is counted.
UNKNOWN_PEOPLE = 9_000
UNKNOWN_IN_CITY = 170_000
MAX_HALF = 7  # streets on each side of the middle one
BEND_M = 55.0
CLEARANCE_M = 135.0  # more than half a block: no street ends at a line, none crosses one
STREETS = (
    *("人民路", "解放路", "建设路", "中山路", "和平路", "新华路"),
    *("文化路", "团结路", "滨江路", "迎宾路", "兴隆街", "正街"),
    *("新街", "老街", "永安街", "青年路", "工农路", "胜利路"),
)


def make_streets(world: World, mesh: Mesh) -> gpd.GeoDataFrame:
    """Return the streets of every settlement that has a node of the network.

    Returns
    -------
    streets
        `settlement` (position), `name`, `main` (the two that meet in the middle), `geometry` (LineString,
        metres; streets of one place share a vertex where they meet, those of the middle end there).
    """
    rng = world.rng("streets")
    leads = np.unique(mesh.node_of, return_index=True)[1]  # one settlement a node
    in_city = np.isin(world.ids(world.settlements["district"].to_numpy()), URBAN)
    unknown = pd.Series(np.where(in_city, UNKNOWN_IN_CITY, UNKNOWN_PEOPLE), index=world.settlements.index)
    people = world.settlements["people"].fillna(unknown).to_numpy()
    rows: list[dict[str, object]] = []
    for place in leads.tolist():  # a grid of its own size for each
        half = min(1 + int(np.sqrt(people[place] * world.scale / 14_000)), MAX_HALF)
        town = short_name(str(world.settlements["name"].iloc[place]))
        grid = _grid(rng, mesh.nodes[mesh.node_of[place]], half)
        clear = world.distance_to_line(shapely.points(grid.reshape(-1, 2))) > CLEARANCE_M
        clear &= (
            world.district_of(shapely.points(grid.reshape(-1, 2)))
            == world.settlements["district"].iloc[place]
        )
        shape = clear.reshape(grid.shape[:2]) & _round(half)
        rows += [{"settlement": place, **street} for street in _lines(rng, grid, shape, half, town)]
    return frame_of(rows)


def _grid(rng: np.random.Generator, centre: NDArray[np.float64], half: int) -> NDArray[np.float64]:
    """Return (2 half + 1)² crossings around `centre`, turned and bent."""
    angle = rng.uniform(0, np.pi / 2)
    stretch = rng.uniform(0.85, 1.2, 2) * BLOCK_M
    steps = np.arange(-half, half + 1)
    u, v = np.meshgrid(steps * stretch[0], steps * stretch[1], indexing="ij")
    phase = rng.uniform(0, 2 * np.pi, 4)
    reach = max(half, 2) * BLOCK_M * 2
    bent_u = (
        u + BEND_M * (np.sin(2 * np.pi * v / reach + phase[0]) - np.sin(phase[0])) + rng.normal(0, 9, u.shape)
    )
    bent_v = (
        v + BEND_M * (np.sin(2 * np.pi * u / reach + phase[1]) - np.sin(phase[1])) + rng.normal(0, 9, v.shape)
    )
    bent_u[half, half] = bent_v[half, half] = 0.0
    turned = np.stack(
        [bent_u * np.cos(angle) - bent_v * np.sin(angle), bent_u * np.sin(angle) + bent_v * np.cos(angle)],
        axis=2,
    )
    return np.asarray(turned + centre)


def _round(half: int) -> NDArray[np.bool_]:
    steps = np.arange(-half, half + 1)
    return np.asarray(np.hypot(*np.meshgrid(steps, steps, indexing="ij")) <= half + 0.4)


def _lines(
    rng: np.random.Generator, grid: NDArray[np.float64], shape: NDArray[np.bool_], half: int, town: str
) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    names = rng.permutation(STREETS)
    size = 2 * half + 1
    for number in range(2 * size):  # streets one way, then the other
        across, i = divmod(number, size)
        points, on = (grid[i], shape[i]) if not across else (grid[:, i], shape[:, i])
        cuts = [half] if i == half else []  # the middle ones end in the middle, where the main roads arrive
        name = f"{town}{names[number % len(names)]}" + (
            "" if number < len(names) else f"{number // len(names) + 1}段"
        )
        for run in _runs(on, cuts):
            rows.append({"name": name, "main": i == half, "geometry": shapely.LineString(points[run])})  # noqa: PERF401
    return rows


def _runs(on: NDArray[np.bool_], cuts: list[int]) -> list[slice]:
    """Return the stretches of at least two points that are `on`, cut at `cuts`."""
    found, start = [], None
    for k, here in enumerate([*on.tolist(), False]):  # a street is a run of crossings
        if here and start is None:
            start = k
        elif not here and start is not None:
            found += _cut(start, k, cuts)
            start = None
    return found


def _cut(start: int, stop: int, cuts: list[int]) -> list[slice]:
    at = [start, *(c for c in cuts if start < c < stop - 1), stop - 1]
    return [slice(a, b + 1) for a, b in pairwise(at) if b > a]
