"""One part of the ground against another, measurable by measurable: densities and their tests (METHOD 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from layers.cutting import LEAST_AREA_M2, LEAST_LENGTH_M
from layers.frame import LENGTH_DECIMALS, Side
from layers.measurables import (
    KM2_M2,
    KM_M,
    KM_PER_KM2,
    KNOWN,
    PAVED_NAME,
    PAVED_SHARE,
    PEOPLE,
    PER_10000,
    PER_KM2,
    SHARE,
    TEN_THOUSAND,
    Ground,
    cell_areas_m2,
    line_metres,
    of_ground,
    places,
)
from layers.roads import has_roads
from layers.significance import LEAST_DIFFERENCES, binomial_p, sign_flip_p

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.frame import BorderFrame

NO_DATA_M = 5000.0  # METHOD 5: no road at all within this on the other side is no finding but "no data there"
SAME_DENSITY = 1e-6  # densities nearer than this, relatively (1 mm in 1 km), are equal: projecting moves more
TEST_COLUMNS = (
    *("pair", "layer", "name", "form", "unit", "amount_1", "amount_2", "base_1", "base_2"),
    *("value_1", "value_2", "p", "segments", "hits", "flips"),
)
_UNTESTED = ("pair", "name", "count", "reason")


class Part(NamedTuple):
    """A part of the ground of every pair: the zone or the interior belt of one side."""

    side: Side
    ground: Ground


def compare_parts(frame: BorderFrame, first: Part, second: Part) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare two parts of the ground of each pair by every measurable that is in either.

    Returns
    -------
    tests
        TEST_COLUMNS, sorted by pair, layer, name and form (points, lines). `amount`: number of points, or
        metres of line (of paved road); `base`: people, m², or metres of road of known surface, as `unit`
        says; `value`: density in `unit`; `p`: before any adjustment. Of lines: the segments used, and the
        flips of their signs that are as extreme (`hits` of `flips`).
    untested
        `pair`, `name`, `count` (segments left), `reason`.

    Notes
    -----
    Lines of a pair where roads are missing altogether on one side within 5 km are "no data there": that
    part of the ground has not been surveyed, which tells nothing about its roads.
    """
    points = _point_tests(frame, first, second)
    lines, short = _line_tests(frame, first, second)
    lines, blind = _without_data(frame, lines, first, second)
    short = short[~short["pair"].isin(blind["pair"]) | (short["layer"] != "roads")]
    tests = pd.concat([points.assign(form="points"), lines.assign(form="lines")])
    tests = tests.reindex(columns=list(TEST_COLUMNS)).astype({"pair": np.intp})
    tests = tests.sort_values(["pair", "layer", "name", "form"], ignore_index=True)
    return tests, pd.concat([short, blind])[list(_UNTESTED)].astype({"pair": np.intp})


def people_of(frame: BorderFrame, part: Part) -> NDArray[np.float64] | None:
    """Return the people of a part of the ground by pair; None without a population layer."""
    if frame.layer("population") is None:
        return None
    found = _of_part(frame, part)
    found = found[found["layer"] == "population"]
    return _by_pair(frame, found["pair"], found["amount"])


def areas_m2(frame: BorderFrame, part: Part) -> NDArray[np.float64]:
    """Return the area of a part of the ground by pair."""
    cells = cell_areas_m2(frame, part.ground)[part.side]
    return _by_pair(frame, frame.segments["pair"], cells)


def _by_pair(frame: BorderFrame, pair: Any, amounts: Any) -> NDArray[np.float64]:
    sums = np.bincount(np.asarray(pair, dtype=np.intp), np.asarray(amounts), minlength=len(frame.pairs))
    return sums.astype(np.float64)


def _of_part(frame: BorderFrame, part: Part) -> pd.DataFrame:
    found = of_ground(places(frame), part.ground, frame.settings.zone_m)
    return found[found["side"] == part.side]


def _point_tests(frame: BorderFrame, first: Part, second: Part) -> pd.DataFrame:
    """Compare counts by the conditional binomial test: per person, or per km² where a part has nobody."""
    counted = []
    for number, part in enumerate((first, second), 1):
        found = _of_part(frame, part)
        found = found[found["name"] != PEOPLE]
        counted.append(found.groupby(["pair", "layer", "name"])["amount"].sum().rename(f"amount_{number}"))
    table = pd.concat(counted, axis=1).fillna(0.0).reset_index()
    pair = table["pair"].to_numpy(np.intp)
    people = [people_of(frame, part) for part in (first, second)]
    areas = [areas_m2(frame, part)[pair] for part in (first, second)]
    if people[0] is None or people[1] is None:
        inhabited = np.zeros(len(table), dtype=bool)
        heads = areas
    else:
        heads = [people[0][pair], people[1][pair]]
        inhabited = (heads[0] > 0) & (heads[1] > 0)
    table["unit"] = np.where(inhabited, PER_10000, PER_KM2)
    for number in (1, 2):
        base = np.where(inhabited, heads[number - 1], areas[number - 1])
        table[f"base_{number}"] = base
        table[f"value_{number}"] = (
            table[f"amount_{number}"] / base * np.where(inhabited, TEN_THOUSAND, KM2_M2)
        )
    table = pd.DataFrame(table[np.minimum(areas[0], areas[1]) >= LEAST_AREA_M2])
    counts = table[["amount_1", "amount_2"]]
    share = table["base_1"] / (table["base_1"] + table["base_2"])
    return table.assign(p=binomial_p(counts["amount_1"], counts.sum(axis=1), share))


def _line_tests(frame: BorderFrame, first: Part, second: Part) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare lines by the differences of their segments' densities; second: what is too short to test."""
    grid = _segment_grid(frame, first, second)
    by = grid.groupby(["pair", "layer", "name"])
    table = by[["amount_1", "amount_2", "base_1", "base_2"]].sum().reset_index()
    share = table["name"] == PAVED_SHARE
    table["unit"] = np.where(share, SHARE, KM_PER_KM2)
    scale = np.where(share, 1.0, KM2_M2 / KM_M)
    for number in (1, 2):
        base = table[f"base_{number}"]
        table[f"value_{number}"] = table[f"amount_{number}"] / base.where(base > 0) * scale
    usable = grid[grid["usable"]]
    differences = usable["difference"].groupby([usable["pair"], usable["layer"], usable["name"]])
    table["segments"] = by["usable"].sum().to_numpy(np.int64)
    long = table["segments"] >= LEAST_DIFFERENCES
    short = table[~long].rename(columns={"segments": "count"}).assign(reason="too short to test")
    table = table[long].copy()
    ids = frame.pairs["pairing_id"]
    ground = "/".join(f"{part.side} {part.ground}" for part in (first, second))
    results = [
        # One call a test: the draws of each have a seed of their own.
        sign_flip_p(
            differences.get_group((pair, layer, name)).to_numpy(np.float64),
            f"{ids[pair]} {ground} {layer} {name}",
        )
        for pair, layer, name in table[["pair", "layer", "name"]].itertuples(index=False, name=None)
    ]
    table[["p", "hits", "flips"]] = np.array(results, dtype=np.float64).reshape(-1, 3)
    return table, short


def _segment_grid(frame: BorderFrame, first: Part, second: Part) -> pd.DataFrame:
    """Return amounts, bases and difference of density by segment, for each line measurable a pair has."""
    keys = ["pair", "layer", "name", "segment_row"]
    found = []
    for number, part in enumerate((first, second), 1):
        metres = line_metres(frame, part.ground)
        metres = metres[metres["side"] == part.side]
        pair = frame.segments["pair"].to_numpy()[metres["segment_row"].to_numpy(np.intp)]
        found.append(metres.assign(pair=pair).set_index(keys)["metres"].rename(f"amount_{number}"))
    amounts = pd.concat(found, axis=1).fillna(0.0)
    total = amounts.sum(axis=1).groupby(["pair", "layer", "name"]).sum()
    present = total[total.round(LENGTH_DECIMALS) > 0].index.to_frame(index=False)
    rows = pd.DataFrame(
        {"pair": frame.segments["pair"].to_numpy(), "segment_row": np.arange(len(frame.segments))}
    )
    grid = present.merge(rows, on="pair").set_index(keys)
    grid = grid.join(amounts).fillna(0.0).reset_index()
    for number, part in enumerate((first, second), 1):
        grid[f"base_{number}"] = cell_areas_m2(frame, part.ground)[part.side][
            grid["segment_row"].to_numpy(np.intp)
        ]
    return _with_differences(_paved_share(grid, keys))


def _paved_share(grid: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return `grid` with one measurable, paved of known metres, in the place of these two lengths.

    It stands for every pair with roads, known or not: a share that cannot be told is listed, not dropped.
    """
    roads = grid["layer"] == "roads"
    helpers = roads & grid["name"].isin([KNOWN, PAVED_NAME])
    where = ["pair", "layer", "segment_row"]
    share = grid.loc[roads, where].drop_duplicates().assign(name=PAVED_SHARE)
    for name, column in ((PAVED_NAME, "amount"), (KNOWN, "base")):
        columns = {f"amount_{number}": f"{column}_{number}" for number in (1, 2)}
        metres = grid.loc[roads & (grid["name"] == name), [*where, *columns]].rename(columns=columns)
        share = share.merge(metres, on=where, how="left")
    numbers = ["amount_1", "amount_2", "base_1", "base_2"]
    share[numbers] = share[numbers].fillna(0.0)
    return pd.concat([grid[~helpers], share], ignore_index=True).sort_values(keys, ignore_index=True)


def _with_differences(grid: pd.DataFrame) -> pd.DataFrame:
    """Return `grid` with `usable` (both bases are there) and `difference` of density, 0 if equal."""
    least = np.where(grid["name"] == PAVED_SHARE, 10.0**-LENGTH_DECIMALS, LEAST_AREA_M2)
    grid["usable"] = (grid["base_1"] >= least) & (grid["base_2"] >= least)
    density = [grid[f"amount_{number}"] / grid[f"base_{number}"].where(grid["usable"]) for number in (1, 2)]
    difference = density[0] - density[1]
    same = difference.abs() <= SAME_DENSITY * np.maximum(density[0], density[1])
    grid["difference"] = difference.mask(same, 0.0)
    return grid


def _without_data(
    frame: BorderFrame, tests: pd.DataFrame, first: Part, second: Part
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return `tests` without those on roads of pairs where one side has no road data, and these pairs."""
    if first.side == second.side:
        return tests, pd.DataFrame(columns=list(_UNTESTED))
    roads = tests[(tests["layer"] == "roads") & (tests["name"] != PAVED_SHARE)]
    sums = roads.groupby("pair")[["amount_1", "amount_2"]].sum()
    empty = [
        (pair, part.side)
        for number, part in enumerate((first, second), 1)
        for pair in sums.index[sums[f"amount_{number}"] < LEAST_LENGTH_M]
    ]
    # A loop over the few sides without any road in the zone.
    blind = [
        (pair, side)
        for pair, side in empty
        if not has_roads(frame, pair, side, frame.borders[pair], NO_DATA_M)
    ]
    pairs = [pair for pair, _ in blind]
    listed = pd.DataFrame(
        [(pair, "roads", np.nan, f"no data there: {side}") for pair, side in blind],
        columns=list(_UNTESTED),
    )
    return tests[~(tests["pair"].isin(pairs) & (tests["layer"] == "roads"))], listed
