"""Land along a border: uses that clash, and uses across it that only one side serves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from layers.contrast import use_contrast
from layers.cutting import SIDES, geometry_of, parts_by_side
from layers.findings import CheckResult, check_result, worst_provenance
from layers.frame import LENGTH_DECIMALS, BorderFrame
from layers.measurables import cap
from layers.runs import number_runs

__all__ = ["landuse_conflict", "use_contrast"]

CONFLICT_M = 200.0  # METHOD 5: from the border, and of the border beside a use
QUAD_SEGS = 64  # arcs of 200 m: within 2 cm of the circle
_RUN = ["pair", "class_1", "class_2"]


def landuse_conflict(frame: BorderFrame) -> CheckResult:
    """Find stretches of border with clashing uses on opposite sides within 200 m of it.

    Returns
    -------
    result
        One finding a run of segments and pair of classes (of `Settings.landuse_conflicts`, in either order):
        `what` is the two classes joined with ` × ` as the settings name them, `length_m` the border within
        200 m of both, `geometry` that stretch. Side both: neither is worse off by a length.

    Notes
    -----
    Evidence: `class_a`, `class_b` (on side a and on side b, of the order that takes more of the border),
    `length_m`, `run_m` (all segments of the run: m = length_m / run_m), `segments` (those with any),
    `polygons_a`, `polygons_b` (first 20 ids), `count_a`, `count_b`. The id names the segment with the longest
    stretch.
    """
    landuse = frame.layer("landuse")
    if landuse is None:
        return check_result(frame.strip.crs, "landuse_conflict")
    parts = _parts(frame, landuse)
    stretches = _stretches(frame, parts)
    if stretches.empty:
        return check_result(frame.strip.crs, "landuse_conflict")
    by_segment = stretches.groupby([*_RUN, "segment_row"])["length_m"].sum().reset_index()
    group = np.asarray(by_segment.groupby(_RUN).ngroup(), dtype=np.intp)
    by_segment["run"] = number_runs(frame, by_segment["segment_row"].to_numpy(np.intp), group)
    # A loop over the findings, for their geometry and evidence.
    rows = [_finding(frame, run, stretches, parts) for _, run in by_segment.groupby("run")]
    return check_result(frame.strip.crs, "landuse_conflict", rows)


def _parts(frame: BorderFrame, landuse: pd.DataFrame) -> pd.DataFrame:
    """Return what each side holds of the uses that may clash, within 200 m of the border, with its class."""
    classes = {name for clash in frame.settings.landuse_conflicts for name in clash}
    chosen = landuse[landuse["landuse_class"].isin(classes)]
    parts = parts_by_side(frame, geometry_of(chosen), CONFLICT_M)
    position = parts["feature"].to_numpy(np.intp)
    return parts.assign(
        landuse_class=chosen["landuse_class"].to_numpy(object)[position],
        feature_id=chosen["feature_id"].to_numpy(object)[position],
    )


def _stretches(frame: BorderFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Return by segment the border within 200 m of clashing uses of both sides.

    Returns
    -------
    stretches
        `pair`, `class_1`, `class_2` (as in the settings), `segment_row`, `length_m`, `geometry`.
    """
    grounds = _clashing_grounds(frame, parts)
    merged = grounds.groupby(_RUN, as_index=False)["ground"].agg(shapely.union_all)
    tree = shapely.STRtree(geometry_of(frame.segments))
    row, segment = tree.query(merged["ground"].to_numpy(object), predicate="intersects")
    same = merged["pair"].to_numpy()[row] == frame.segments["pair"].to_numpy()[segment]
    row, segment = row[same], segment[same]
    shared = shapely.intersection(
        geometry_of(frame.segments)[segment], merged["ground"].to_numpy(object)[row]
    )
    found = merged[_RUN].iloc[row].reset_index(drop=True)
    found = found.assign(
        segment_row=segment, geometry=shared, length_m=np.round(shapely.length(shared), LENGTH_DECIMALS)
    )
    return pd.DataFrame(found[found["length_m"] > 0]).reset_index(drop=True)


def _clashing_grounds(frame: BorderFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Return the ground within 200 m of both uses of a clash: `pair`, its classes, `ground`."""
    keys = ["pair", "side", "landuse_class"]
    near = parts.groupby(keys, as_index=False)["geometry"].agg(shapely.union_all)
    near["ground"] = shapely.buffer(near["geometry"].to_numpy(object), CONFLICT_M, quad_segs=QUAD_SEGS)
    sides = {
        side: near.loc[near["side"] == side, ["pair", "landuse_class", "ground"]].rename(
            columns={"landuse_class": f"class_{side}", "ground": f"ground_{side}"}
        )
        for side in SIDES
    }
    clashes = pd.DataFrame(
        [
            (first, second, *sides_of)
            for first, second in frame.settings.landuse_conflicts
            for sides_of in dict.fromkeys([(first, second), (second, first)])
        ],
        columns=["class_1", "class_2", "class_a", "class_b"],
    ).drop_duplicates()
    both = clashes.merge(sides["a"], on="class_a").merge(sides["b"], on=["pair", "class_b"])
    both["ground"] = shapely.intersection(
        both["ground_a"].to_numpy(object), both["ground_b"].to_numpy(object)
    )
    return both[[*_RUN, "class_a", "class_b", "ground"]]


def _finding(
    frame: BorderFrame, run: pd.DataFrame, stretches: pd.DataFrame, parts: pd.DataFrame
) -> dict[str, Any]:
    """Return the finding of one run: rows of `pair`, classes, `segment_row` and `length_m`."""
    pair, class_1, class_2 = run[_RUN].iloc[0]
    own = (stretches[_RUN] == [pair, class_1, class_2]).all(axis=1)
    own &= stretches["segment_row"].isin(run["segment_row"])
    stretch = shapely.line_merge(shapely.union_all(stretches.loc[own, "geometry"].to_numpy(object)))
    first, last = run["segment_row"].min(), run["segment_row"].max()
    segments = frame.segments.iloc[first : last + 1]
    length_m, run_m = run["length_m"].sum(), segments.length.sum()
    beside = parts[
        (parts["pair"] == pair) & shapely.dwithin(parts["geometry"].to_numpy(object), stretch, CONFLICT_M)
    ]
    held = beside.groupby(["side", "landuse_class"])["area_m2"].sum()
    class_a, class_b = max(
        ((class_1, class_2), (class_2, class_1)),
        key=lambda order: min(held.get(("a", order[0]), 0.0), held.get(("b", order[1]), 0.0)),
    )
    longest = run.sort_values(["length_m", "segment_row"], ascending=[False, True])["segment_row"].iloc[0]
    evidence: dict[str, Any] = {"class_a": class_a, "class_b": class_b, "length_m": length_m, "run_m": run_m}
    evidence["segments"] = frame.segments["segment"].iloc[run["segment_row"]].tolist()
    for side, name in (("a", class_a), ("b", class_b)):
        ids = beside.loc[(beside["side"] == side) & (beside["landuse_class"] == name), "feature_id"]
        evidence[f"polygons_{side}"], evidence[f"count_{side}"] = cap(ids), ids.nunique()
    trusted = (frame.provenance("landuse", name) for name in (class_1, class_2))
    return {
        "pair": pair,
        "what": f"{class_1} × {class_2}",
        "side": "both",
        "magnitude": min(1.0, round(length_m / run_m, 9)),
        "length_m": length_m,
        "segment_from": segments["segment"].iloc[0],
        "segment_to": segments["segment"].iloc[-1],
        "chainage_m": segments["chainage_from_m"].iloc[0],
        "provenance": worst_provenance(*trusted),
        "features": [f"segment {frame.segments['segment'].iloc[longest]}"],
        "evidence": evidence,
        "geometry": stretch,
    }
