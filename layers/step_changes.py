"""Roads that change at the line: the pieces on either side of a crossing, matched and compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from layers.crossings import Crossings, find_crossings
from layers.findings import CheckResult, check_result
from layers.road_attributes import ATTRIBUTES, compare
from layers.roads import NAMES_OF_ONE_ROAD, lonlat, named, ranks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.frame import BorderFrame

    Ints = NDArray[np.intp]
    Floats = NDArray[np.float64]

KIND = "road_step_change"
COMPARED_AT_M = 15.0  # from the line, along the road: digitising rarely changes a tag on the line itself
SAME_COURSE_DEG = 45.0  # continuations turn at most this much ...
SAME_RANKS = 3  # ... and are at most this many ranks apart
MATCHES = ("row", *NAMES_OF_ONE_ROAD, "course")
COURSE, NO_MATCH = len(MATCHES) - 1, len(MATCHES)
SHOWN = ("value_a", "value_b", "m", "side")
AT_END_M = 0.01
MOST_PIECES = 8  # of road within 15 m: more are drawing errors


def road_step_change(frame: BorderFrame) -> CheckResult:
    """Return crossings at which a road changes (METHOD 5).

    Parameters
    ----------
    frame
        Uses the layer `roads`.

    Returns
    -------
    result
        One row a crossing, `what` the attribute that gives the magnitude. Evidence: `attribute` (as `what`),
        `value_a`, `value_b` (its values), `name` (or ref, of either road; None), `compared_at_m`, `known`
        and `asked` (attributes, of the pair that gives m), `pairs`: for each two pieces that differ `a` and
        `b` (`id`, `name`, `ref`, `at`: lon, lat of where they are compared), `match` (feature_id, name, ref
        or course), `known`, and `differences`: by attribute `value_a`, `value_b`, `m`, `side`.
    """
    found = find_crossings(frame)
    pairs = matched_ways(frame, found)
    roads = frame.layer("roads")
    changed = pairs[pairs["match"] != "row"].reset_index(drop=True)
    if roads is None or len(changed) == 0:
        return check_result(frame.strip.crs, KIND)
    differences, known = compare(roads.loc[changed["row_a"]], roads.loc[changed["row_b"]])
    changed["known"] = known
    differences = differences.join(changed[["crossing", "known"]], on="matched")
    # The largest gives m; of equal ones that of the better known roads, then the first in METHOD's order.
    order = ["crossing", "m", "known", "order", "matched"]
    differences = differences.sort_values(order, ascending=[True, False, False, True, True])
    rows = [  # findings are few
        _finding(frame, found, changed, of_crossing) for _, of_crossing in differences.groupby("crossing")
    ]
    return check_result(frame.strip.crs, KIND, rows)


def matched_ways(frame: BorderFrame, found: Crossings) -> pd.DataFrame:
    """Return which road on side a goes on as which on side b, at most `count` pairs a crossing.

    Returns
    -------
    matched
        `crossing`; `row_a`, `row_b` (labels of the roads layer, 15 m from the line); `at_a`, `at_b` (where
        that is: x, y in metres); `way_a`, `way_b` (rows of `Crossings.ways`); `match`: row (one row on both sides), feature_id, name, ref or course.
    """
    layer = frame.layer("roads")
    if layer is None or len(found.table) == 0:
        return pd.DataFrame(columns=["crossing", "row_a", "row_b", "at_a", "at_b", "way_a", "way_b", "match"])
    names = layer.loc[found.row, list(NAMES_OF_ONE_ROAD)].reset_index(drop=True)
    ways = _compared_places(found, names.assign(rank=ranks(layer.loc[found.row])))
    both = ways[ways["side"] == "a"].merge(ways[ways["side"] == "b"], on="crossing", suffixes=("_a", "_b"))
    both["turn"] = _turn_deg(-both[["dx_a", "dy_a"]].to_numpy(), both[["dx_b", "dy_b"]].to_numpy())
    both["match"] = _match(both, "_a", "_b")
    taken = []
    # Pairs of one row, id, name or ref come before any by course; one pair a crossing and round.
    same = both[both["match"] < COURSE].sort_values(
        ["crossing", "match", "turn", "feature_id_a", "feature_id_b"]
    )
    while len(same):
        best = same.drop_duplicates("crossing")
        taken.append(best)
        same = same[~same["way_a"].isin(best["way_a"]) & ~same["way_b"].isin(best["way_b"])]
    done = pd.concat(taken) if taken else both.iloc[:0]
    left = both[
        ~both["way_a"].isin(done["way_a"]) & ~both["way_b"].isin(done["way_b"]) & (both["match"] == COURSE)
    ]
    only = ~left.duplicated("way_a", keep=False) & ~left.duplicated("way_b", keep=False)
    done = pd.concat([done, left[only]]).sort_values(["crossing", "way_a"], ignore_index=True)
    row = found.row
    return pd.DataFrame(
        {
            "crossing": done["crossing"],
            "row_a": row[done["line_a"]],
            "row_b": row[done["line_b"]],
            "at_a": list(done[["x_a", "y_a"]].to_numpy()),
            "at_b": list(done[["x_b", "y_b"]].to_numpy()),
            "way_a": done["way_a"],
            "way_b": done["way_b"],
            "match": np.array(MATCHES, dtype=object)[done["match"].astype(np.intp)],
        }
    )


def _compared_places(found: Crossings, names: pd.DataFrame) -> pd.DataFrame:
    """Return the ways out with the line they are on 15 m from the border, the place, and the course to it.

    `way`, `crossing`, `side`, `line`, `x`, `y`, `dx`, `dy`, and the columns of `names` of that line.
    """
    lines, length = found.lines, shapely.length(found.lines)
    ways = found.ways.assign(way=np.arange(len(found.ways)), left_m=COMPARED_AT_M)
    start = _places(lines, ways["line"], ways["at_m"])
    arms = _arms(found, length)
    for _ in range(MOST_PIECES):
        end_m = ways["at_m"] + np.where(ways["ahead"], 1.0, -1.0) * ways["free_m"]
        ends = (end_m < AT_END_M) | (end_m > length[ways["line"]] - AT_END_M)
        short = ways[ends & (ways["free_m"] < ways["left_m"])].assign(end_m=end_m)
        going_on = _continued(found, short, arms, names)
        if len(going_on) == 0:
            break
        ways = pd.concat([ways[~ways["way"].isin(going_on["way"])], going_on]).sort_values(
            "way", ignore_index=True
        )
    step = np.minimum(ways["left_m"], ways["free_m"]) * np.where(ways["ahead"], 1.0, -1.0)
    place = _places(lines, ways["line"], ways["at_m"] + step)
    ways = ways.assign(x=place[:, 0], y=place[:, 1], dx=(place - start)[:, 0], dy=(place - start)[:, 1])
    return ways.drop(columns=["at_m", "ahead", "free_m", "left_m"]).join(names, on="line")


def _arms(found: Crossings, length: Floats) -> pd.DataFrame:
    """Return the two ways along its line from every joint, where there are two: `node`, `line`, `at_m`, `ahead`, `free_m`."""
    joints = found.joints[~found.joints["scrap"]]
    back = joints.assign(ahead=False, free_m=joints["at_m"])
    ahead = joints.assign(ahead=True, free_m=length[joints["line"]] - joints["at_m"])
    arms = pd.concat([back, ahead], ignore_index=True)
    return arms[arms["free_m"] > AT_END_M]


def _continued(
    found: Crossings, short: pd.DataFrame, arms: pd.DataFrame, names: pd.DataFrame
) -> pd.DataFrame:
    """Return the ways of `short`, which end before 15 m, on the piece of road that goes on from there.

    That is one of the same id, name or ref, the straightest; else the only one that holds course and rank.
    """
    ends = found.joints.rename(columns={"at_m": "end_m"})
    here = (
        short.drop(columns="end_m")
        .assign(cm=(short["end_m"] / AT_END_M).round())
        .merge(ends.assign(cm=(ends["end_m"] / AT_END_M).round()), on=["line", "cm"])
    )
    onward = here.merge(arms, on="node", suffixes=("_in", "_out"))
    onward = onward[(onward["line_in"] != onward["line_out"]) | (onward["ahead_in"] == onward["ahead_out"])]
    if len(onward) == 0:
        return short.iloc[:0].drop(columns="end_m")
    coming = _course(
        found.lines, onward["line_in"], onward["end_m"], onward["ahead_in"], -onward["free_m_in"]
    )
    going = _course(
        found.lines, onward["line_out"], onward["at_m_out"], onward["ahead_out"], onward["free_m_out"]
    )
    onward["turn"] = _turn_deg(-coming, going)
    for way in ("_in", "_out"):
        onward = onward.join(names.add_suffix(way), on=f"line{way}")
    onward["match"] = _match(onward, "_in", "_out")
    onward = onward[onward["match"] < NO_MATCH].sort_values(["way", "match", "turn", "feature_id_out"])
    several = onward["match"].eq(COURSE) & onward.duplicated("way", keep=False)
    onward = onward.drop_duplicates("way")[
        lambda table: ~several.loc[table.index] | (table["match"] < COURSE)
    ]
    return pd.DataFrame(
        {
            "crossing": onward["crossing"],
            "side": onward["side"],
            "line": onward["line_out"],
            "at_m": onward["at_m_out"],
            "ahead": onward["ahead_out"],
            "free_m": onward["free_m_out"],
            "way": onward["way"],
            "left_m": onward["left_m"] - onward["free_m_in"],
        }
    )


def _match(table: pd.DataFrame, one: str, other: str) -> Ints:
    """Return by row of `table` the position in MATCHES that makes its two roads one, or NO_MATCH."""
    apart = (table[f"rank{one}"] - table[f"rank{other}"]).abs()
    tests = [table[f"line{one}"] == table[f"line{other}"]]
    tests += [
        table[f"{name}{one}"].notna() & (table[f"{name}{one}"] == table[f"{name}{other}"])
        for name in NAMES_OF_ONE_ROAD
    ]
    # A class without a rank is unknown, and no reason against it.
    tests.append((table["turn"].round(9) <= SAME_COURSE_DEG) & ~(apart > SAME_RANKS))
    return np.select(tests, range(len(tests)), default=NO_MATCH)


def _places(lines: NDArray[np.object_], line: pd.Series[int], at_m: pd.Series[float]) -> Floats:
    return np.asarray(shapely.get_coordinates(shapely.line_interpolate_point(lines[line], at_m)))


def _course(
    lines: NDArray[np.object_],
    line: pd.Series[int],
    at_m: pd.Series[float],
    ahead: pd.Series[bool],
    far_m: pd.Series[float],
) -> Floats:
    """Return the vectors from `at_m` on a line to a place up to 15 m farther on (negative: back)."""
    step = np.clip(far_m, -COMPARED_AT_M, COMPARED_AT_M) * np.where(ahead, 1.0, -1.0)
    return _places(lines, line, at_m + step) - _places(lines, line, at_m)


def _turn_deg(one: Floats, other: Floats) -> Floats:
    """Return the angle between vectors in degrees, 0 (straight on) to 180."""
    cross = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
    dot = (one * other).sum(axis=1)
    return np.asarray(np.degrees(np.arctan2(np.abs(cross), dot)))


def _finding(
    frame: BorderFrame, found: Crossings, changed: pd.DataFrame, differences: pd.DataFrame
) -> dict[str, Any]:
    """Return the row of `check_result` for a crossing; its `differences` with the one that gives m first."""
    main = differences.iloc[0]
    crossing = found.table.loc[main["crossing"]]
    roads = frame.layers["roads"]
    pairs, ids = [], set()
    for matched, of_pair in differences.groupby("matched"):  # the pairs of a crossing, rarely more than one
        pair = changed.loc[matched]
        sides = {
            side: {**named(roads.loc[pair[f"row_{side}"]]), "at": lonlat(frame, pair[f"at_{side}"])}
            for side in ("a", "b")
        }
        listed = {row["attribute"]: {key: row[key] for key in SHOWN} for row in of_pair.to_dict("records")}
        pairs.append({**sides, "match": pair["match"], "known": int(pair["known"]), "differences": listed})
        ids |= {sides["a"]["id"], sides["b"]["id"]}
    names = [sides[key] for sides in (pairs[0]["a"], pairs[0]["b"]) for key in ("name", "ref") if sides[key]]
    return {
        "pair": crossing["pair"],
        "what": main["attribute"],
        "side": main["side"],
        "magnitude": main["m"],
        "confidence": main["known"] / len(ATTRIBUTES),
        "provenance": frame.provenance("roads"),
        "features": sorted(ids),
        "evidence": {
            "attribute": main["attribute"],
            "value_a": main["value_a"],
            "value_b": main["value_b"],
            "name": names[0] if names else None,
            "compared_at_m": COMPARED_AT_M,
            "known": int(main["known"]),
            "asked": len(ATTRIBUTES),
            "pairs": pairs,
        },
        "geometry": crossing["geometry"],
    }
