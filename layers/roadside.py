"""Roads along a border that are treated on one side only: rails, fences, pavements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.model import BARRIER_KINDS
from layers.crossings import Crossings, find_crossings
from layers.findings import CheckResult, check_result, worst_provenance
from layers.frame import LENGTH_DECIMALS
from layers.one_road import one_road
from layers.roads import NAMES_OF_ONE_ROAD, drivable, named
from layers.roadside_samples import Barriers, sample_roadside
from layers.sides import OTHER
from layers.stretches import cut, stretches_near

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.frame import BorderFrame

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

KIND = "roadside_mismatch"
BESIDE_M = 30.0  # a road this near to the border runs along it ...
LEAST_M = 200.0  # ... where it does so for this long
AT_END_M = 0.01
SEGMENT_EVERY = 10  # samples: segments are a hundred times as long
THINGS = ("barrier", "sidewalk")
ASKED = 3  # tags of barriers, tag of sidewalks, barrier lines


def roadside_mismatch(frame: BorderFrame) -> CheckResult:
    """Return stretches of road along a border with a barrier or sidewalk on one side only (METHOD 5).

    Parameters
    ----------
    frame
        Uses the layers `roads` and `assets` (fence, guard_rail, wall).

    Returns
    -------
    result
        One row a stretch, `geometry` its road, `what` the kind of barrier or `sidewalk` that makes most of
        the difference, `side` the one that lacks more. Evidence: `road` (`id`, `name`, `ref` of its longest
        piece), `ids` (of all pieces), `length_m`, `differs_m` (magnitude is their ratio), `lacks_a_m`,
        `lacks_b_m` (where that side lacks what the other has; across the line neither), `barrier` and
        `sidewalk`: `a_m`, `b_m`, `unknown_m` (length with it on that side, and with neither side known),
        `barrier_kinds`, `barrier_assets` (ids of barrier lines beside it), `known` (of 3, mean along it).
    """
    found = find_crossings(frame)
    pieces = _pieces(frame, found)
    if len(pieces) == 0:
        return check_result(frame.strip.crs, KIND)
    barriers = Barriers.of(frame.layer("assets"))
    roads = drivable(frame).loc[found.row]
    told = roads[["barrier_left", "barrier_right", "sidewalk"]].notna().any(axis=1).to_numpy()
    shapes = np.asarray(pieces.geometry.array, dtype=object)
    asked = pd.Series(told[pieces["line"]] | barriers.beside(shapes), pieces.index)
    # Where nothing is known of any piece of a stretch there is nothing to compare.
    pieces = pieces[asked.groupby(pieces["stretch"]).transform("any")]
    samples = sample_roadside(frame, pieces, roads, barriers)
    rows = [  # of stretches with something to compare, which are few
        _finding(frame, pieces[pieces["stretch"] == stretch], found, barriers, of_stretch)
        for stretch, of_stretch in samples.groupby("stretch")
        if of_stretch["differs"].any()
    ]
    return check_result(frame.strip.crs, KIND, rows)


def _pieces(frame: BorderFrame, found: Crossings) -> gpd.GeoDataFrame:
    """Return the pieces of road within 30 m of a border that make stretches of 200 m or more.

    `pair`, `line`, `stretch` (number of the stretch), `length_m`, `geometry`. Pieces that meet and share a
    feature id, name or ref are of one stretch.
    """
    near = stretches_near(frame, found.lines, BESIDE_M)
    near["length_m"] = near["to_m"] - near["from_m"]
    near = near[near["length_m"].round(LENGTH_DECIMALS) > 0].reset_index(drop=True)
    meeting = near.reset_index(names="piece").merge(found.joints, on="line")
    meeting = meeting[meeting["at_m"].between(meeting["from_m"] - AT_END_M, meeting["to_m"] + AT_END_M)]
    names = drivable(frame)[list(NAMES_OF_ONE_ROAD)].loc[found.row[meeting["line"]]]
    # The same node beside two borders is two places.
    place = np.asarray(meeting.groupby(["pair", "node"]).ngroup(), dtype=np.intp)
    near["stretch"] = one_road(len(near), np.asarray(meeting["piece"], dtype=np.intp), place, names)
    long = near.groupby("stretch")["length_m"].transform("sum").round(LENGTH_DECIMALS) >= LEAST_M
    near = near[long].reset_index(drop=True)
    shapes = cut(found.lines, *(near[name].to_numpy() for name in ("line", "from_m", "to_m")))
    return gpd.GeoDataFrame(
        near[["pair", "line", "stretch", "length_m"]], geometry=shapes, crs=frame.strip.crs
    )


def _finding(
    frame: BorderFrame, pieces: gpd.GeoDataFrame, found: Crossings, barriers: Barriers, samples: pd.DataFrame
) -> dict[str, Any]:
    """Return the row of `check_result` for one stretch: its `pieces` and the `samples` along them."""
    pair = int(pieces["pair"].iloc[0])
    roads = frame.layers["roads"].loc[found.row[pieces["line"]]]
    length = samples["length_m"]
    total, differs_m = length.sum(), length[samples["differs"]].sum()
    lacks = {side: length[lacking].sum() for side, lacking in _lacking(samples).items()}
    worse = np.sign(round(lacks["a"] - lacks["b"], LENGTH_DECIMALS))
    kinds = _differences(samples, frame.layers["roads"].loc[found.row], barriers)
    assets = sorted(set(barriers.rows["feature_id"].iloc[kinds["asset"].dropna().astype(np.intp)]))
    drawn = [frame.provenance("assets", kind) for kind in BARRIER_KINDS] if len(barriers.rows) else []
    every_10 = samples.iloc[::SEGMENT_EVERY]
    points = shapely.points(every_10[["x", "y"]].to_numpy(np.float64))
    segments = frame.segments["segment"].iloc[frame.segment_at(np.full(len(points), pair), points)]
    known = float(np.average(samples["known"], weights=length))
    return {
        "pair": pair,
        "what": kinds.groupby("kind")["length_m"].sum().idxmax(),
        "side": {1: "a", -1: "b", 0: "both"}[int(worse)],
        "magnitude": round(differs_m / total, 9),
        "confidence": known / ASKED,
        "length_m": total,
        "segment_from": segments.min(),
        "segment_to": segments.max(),
        "provenance": worst_provenance(frame.provenance("roads"), *drawn),
        "features": sorted(set(roads["feature_id"])),
        "evidence": {
            "road": named(roads.iloc[pieces["length_m"].to_numpy().argmax()]),
            "ids": sorted(set(roads["feature_id"])),
            "length_m": total,
            "differs_m": differs_m,
            "lacks_a_m": lacks["a"],
            "lacks_b_m": lacks["b"],
            **{thing: _by_side(samples, thing) for thing in THINGS},
            "barrier_kinds": sorted(set(kinds["kind"]) - {"sidewalk"}),
            "barrier_assets": assets,
            "known": known,
        },
        "geometry": shapely.line_merge(shapely.multilinestrings(pieces.geometry.array)),
    }


def _sides(samples: pd.DataFrame, thing: str) -> dict[str, Floats]:
    """Return whether `thing` is on side a and on side b of each sample; NaN: unknown, or across the line."""
    left, right = samples[f"{thing}_left"], samples[f"{thing}_right"]
    is_a = samples["left_is_a"]
    return {
        "a": np.select([is_a == 1, is_a == 0], [left, right], np.nan),
        "b": np.select([is_a == 1, is_a == 0], [right, left], np.nan),
    }


def _by_side(samples: pd.DataFrame, thing: str) -> dict[str, float]:
    """Return the length with `thing` on either side, and the length where nothing is known of it."""
    length = samples["length_m"].to_numpy()
    sides = {f"{side}_m": float(length[has == 1].sum()) for side, has in _sides(samples, thing).items()}
    return {**sides, "unknown_m": float(length[samples[f"{thing}_left"].isna()].sum())}


def _lacking(samples: pd.DataFrame) -> dict[str, NDArray[np.bool_]]:
    """Return by side which samples lack there what the other side has."""
    lacks = {side: np.zeros(len(samples), dtype=bool) for side in OTHER}
    for thing in THINGS:
        sides = _sides(samples, thing)
        for side, other in OTHER.items():
            lacks[side] |= (sides[side] == 0) & (sides[other] == 1)
    return lacks


def _differences(samples: pd.DataFrame, roads: pd.DataFrame, barriers: Barriers) -> pd.DataFrame:
    """Return what one side of a stretch has and the other lacks.

    `kind`, `length_m`, `asset` (position in `barriers.rows`; NaN: told by a tag).
    """
    found = []
    for side, other in (("left", "right"), ("right", "left")):
        one = samples[(samples[f"sidewalk_{side}"] == 1) & (samples[f"sidewalk_{other}"] == 0)]
        found.append(pd.DataFrame({"kind": "sidewalk", "length_m": one["length_m"], "asset": np.nan}))
        one = samples[(samples[f"barrier_{side}"] == 1) & (samples[f"barrier_{other}"] == 0)]
        asset = one[f"asset_{side}"].to_numpy()
        tag = roads[f"barrier_{side}"].to_numpy(dtype=object)[one["line"]]
        if len(barriers.rows):
            tag = np.where(asset >= 0, barriers.rows["kind"].to_numpy(dtype=object)[asset], tag)
        kind = np.where(np.isin(tag.astype(str), BARRIER_KINDS), tag, "barrier")
        found.append(
            pd.DataFrame(
                {"kind": kind, "length_m": one["length_m"], "asset": np.where(asset >= 0, asset, np.nan)}
            )
        )
    return pd.concat(found, ignore_index=True)
