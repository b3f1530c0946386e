"""Which road on one side of a crossing goes on as which on the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from layers.roads import NAMES_OF_ONE_ROAD, ranks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.crossings import Crossings
    from layers.frame import BorderFrame

    Ints = NDArray[np.intp]
    Floats = NDArray[np.float64]

COMPARED_AT_M = 15.0  # from the line, along the road: digitising rarely changes a tag on the line itself
SAME_COURSE_DEG = 45.0  # continuations turn at most this much ...
SAME_RANKS = 3  # ... and are at most this many ranks apart
MATCHES = ("row", *NAMES_OF_ONE_ROAD, "course")
COURSE, NO_MATCH = len(MATCHES) - 1, len(MATCHES)
AT_END_M = 0.01
MOST_PIECES = 8  # of road within 15 m: more are drawing errors


def matched_ways(frame: BorderFrame, found: Crossings) -> pd.DataFrame:
    """Return which road on side a goes on as which on side b, at most `count` pairs a crossing.

    Returns
    -------
    matched
        `crossing`; `row_a`, `row_b` (labels of the roads layer, 15 m from the line); `at_a`, `at_b` (where
        that is: x, y in metres); `way_a`, `way_b` (rows of `Crossings.ways`); `match`: row (one row on both
        sides), feature_id, name, ref or course.
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
    """Return the ways along its line from every joint: `node`, `line`, `at_m`, `ahead`, `free_m`."""
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
    best = onward.groupby("way")["match"].transform("min")
    several = (best == COURSE) & onward.duplicated("way", keep=False)
    onward = onward[~several].drop_duplicates("way")
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
