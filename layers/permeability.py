"""Borders, and stretches of them, with fewer crossings than the country around."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from scipy.stats import binom

from layers.crossings import find_crossings
from layers.findings import CheckResult, check_result
from layers.parallels import Parallels, parallels
from layers.roads import drivable, drivable_tree, has_roads, road_keys

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.frame import BorderFrame, Side

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

KIND = "low_permeability"
DEPTHS = (0.5, 1.0)  # of the curves, in zone depths
WINDOW = 10  # consecutive segments
LEAST_ON_CURVES = 5
BELOW_RATIO = 0.5
SIGNIFICANT = 0.05
DECIMALS = 9  # ratios are compared after rounding to 1e-9
DATA_WITHIN_M = 5000.0  # a side without any road this near has no data, and is not compared with
CURVES: tuple[tuple[Side, float], ...] = tuple((side, depth) for side in ("a", "b") for depth in DEPTHS)


@dataclass(frozen=True)
class _Tested:
    """Stretches of border, put to the test: counts, lengths in metres, ratio of crossings per km, p."""

    crossings: Floats
    border_m: Floats
    on_curves: Floats  # (n, 4), in the order of CURVES
    curves_m: Floats  # (n, 4)

    @property
    def ratio(self) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            on_border = self.crossings / self.border_m
            return np.round(on_border * self.curves_m.sum(axis=1) / self.on_curves.sum(axis=1), DECIMALS)

    @property
    def p(self) -> Floats:
        """P(X <= crossings), if each crossing fell on border and curves by their lengths."""
        share = self.border_m / np.maximum(self.border_m + self.curves_m.sum(axis=1), 1.0)
        tried = self.crossings + self.on_curves.sum(axis=1)
        return np.round(binom.cdf(self.crossings, tried, share), DECIMALS)

    @property
    def found(self) -> NDArray[np.bool_]:
        enough = self.on_curves.sum(axis=1) >= LEAST_ON_CURVES
        return np.asarray(enough & (self.ratio < BELOW_RATIO) & (self.p < SIGNIFICANT))


def low_permeability(frame: BorderFrame) -> CheckResult:
    """Return borders, or windows of 10 segments, with few crossings for the roads around (METHOD 5).

    Parameters
    ----------
    frame
        Uses the layer `roads`.

    Returns
    -------
    result
        `geometry` is the border or window, `side` both. Evidence: `whole` (the border, not a window);
        `crossings`, `border_m`; `on_curves`, `curves_m`; `ratio` (of crossings per km); `curves`: for each
        `side`, `distance_m`, `length_m`, `crossings`; `roads` (ids of the roads that cross). Magnitude is
        1 - ratio; `p_value` is P(X <= crossings) for X ~ binomial(crossings + on_curves, border_m /
        (border_m + curves_m)). Not computed: borders with no road data on a side.
    """
    if frame.layer("roads") is None:
        return check_result(frame.strip.crs, KIND)
    lines = [parallels(frame, side, depth * frame.settings.zone_m) for side, depth in CURVES]
    on_border = np.bincount(
        _segment_of_crossing(frame), find_crossings(frame).table["count"], len(frame.segments)
    )
    on_curves = np.column_stack([_on_curve(frame, curve) for curve in lines])
    totals = np.column_stack([np.bincount(curve.pair, curve.length_m, len(frame.pairs)) for curve in lines])
    whole = _Tested(
        _by_pair(frame, on_border),
        frame.lengths_m,
        np.column_stack([_by_pair(frame, one) for one in on_curves.T]),
        totals,
    )
    found = [
        (pair, whole, pair, slice(*frame.first_segment[pair : pair + 2]))
        for pair in np.flatnonzero(whole.found)
    ]
    found += _windows(frame, lines, on_border, on_curves, ~whole.found)
    rows, blind = [], []
    for pair, tested, number, segments in found:  # of findings, which are few
        row = _finding(frame, pair, tested, number, segments)
        sides = [
            side
            for side, count in zip(
                ("a", "b"), tested.on_curves[number].reshape(2, -1).sum(axis=1), strict=True
            )
            if count == 0
        ]
        if all(has_roads(frame, pair, side, row["geometry"], DATA_WITHIN_M) for side in sides):
            rows.append(row)
        else:
            blind.append(
                {"pairing_id": frame.pairs["pairing_id"].iloc[pair], "count": 1, "reason": "no data there"}
            )
    return check_result(frame.strip.crs, KIND, rows, blind)


def _segment_of_crossing(frame: BorderFrame) -> Ints:
    """Return the row in `segments` of each crossing."""
    table = find_crossings(frame).table
    if len(table) == 0:
        return np.empty(0, dtype=np.intp)
    return frame.segment_at(table["pair"].to_numpy(np.intp), np.asarray(table.geometry.array, dtype=object))


def _by_pair(frame: BorderFrame, by_segment: Floats) -> Floats:
    return np.bincount(frame.segments["pair"], by_segment, len(frame.pairs)).astype(np.float64)


def _on_curve(frame: BorderFrame, curve: Parallels) -> Floats:
    """Return by segment how many roads cross `curve` nearest to it; one road counts once."""
    roads = drivable(frame)
    lines = np.asarray(roads.geometry.array, dtype=object)
    edge, road = drivable_tree(frame).query(curve.edges, predicate="intersects")
    places = shapely.intersection(lines[road], curve.edges[edge])
    xy, owner = shapely.get_coordinates(places, return_index=True)
    if len(xy) == 0:
        return np.zeros(len(frame.segments))
    segment = frame.segment_at(curve.pair[edge[owner]], shapely.points(xy))
    key = road_keys(roads).to_numpy()[road[owner]]
    once = pd.DataFrame({"segment": segment, "road": key}).drop_duplicates()
    return np.bincount(once["segment"], minlength=len(frame.segments)).astype(np.float64)


def _windows(
    frame: BorderFrame, lines: list[Parallels], on_border: Floats, on_curves: Floats, asked: NDArray[np.bool_]
) -> list[tuple[int, _Tested, int, slice]]:
    """Return the windows found of borders `asked`, as `(pair, tested, number in tested, rows of segments)`."""
    count = np.diff(frame.first_segment)
    asked = asked & (count > WINDOW) & (_by_pair(frame, on_curves.sum(axis=1)) >= LEAST_ON_CURVES)
    of = frame.segments["pair"].to_numpy()
    start = np.arange(max(0, len(of) - WINDOW + 1))
    start = start[(of[start] == of[start + WINDOW - 1]) & asked[of[start]]]
    if len(start) == 0:
        return []
    curves_m = np.column_stack([curve.length_by_segment(frame, asked) for curve in lines])

    def in_windows(by_segment: Floats) -> Floats:
        total = np.concatenate([np.zeros((1, *by_segment.shape[1:])), np.cumsum(by_segment, axis=0)])
        return np.asarray(total[start + WINDOW] - total[start])

    tested = _Tested(
        in_windows(on_border),
        in_windows(frame.segments.length.to_numpy()),
        in_windows(on_curves),
        in_windows(curves_m),
    )
    candidates = np.flatnonzero(tested.found)
    taken = np.zeros(len(of), dtype=bool)
    found = []
    for number in candidates[
        np.lexsort((start[candidates], tested.p[candidates]))
    ]:  # each depends on those before
        rows = slice(start[number], start[number] + WINDOW)
        if not taken[rows].any():
            taken[rows] = True
            found.append((int(of[start[number]]), tested, int(number), rows))
    return found


def _finding(frame: BorderFrame, pair: int, tested: _Tested, number: int, segments: slice) -> dict[str, Any]:
    """Return the row of `check_result` for a border or window: `number` of what was `tested`."""
    part = frame.segments.iloc[segments]
    whole = segments.stop - segments.start == frame.first_segment[pair + 1] - frame.first_segment[pair]
    crossed = find_crossings(frame).table
    here = np.isin(_segment_of_crossing(frame), np.arange(segments.start, segments.stop))
    labels = sorted({label for labels in crossed["roads"][here] for label in labels})
    ratio = float(tested.ratio[number])
    return {
        "pair": pair,
        "side": "both",
        "magnitude": round(1 - ratio, DECIMALS),
        "p_value": tested.p[number],
        "segment_from": part["segment"].iloc[0],
        "segment_to": part["segment"].iloc[-1],
        "chainage_m": part["chainage_from_m"].iloc[0],
        "provenance": frame.provenance("roads"),
        "features": [] if whole else [f"segment {part['segment'].iloc[0]}"],
        "evidence": {
            "whole": bool(whole),
            "crossings": int(tested.crossings[number]),
            "border_m": float(tested.border_m[number]),
            "on_curves": int(tested.on_curves[number].sum()),
            "curves_m": float(tested.curves_m[number].sum()),
            "ratio": ratio,
            "curves": [
                {
                    "side": side,
                    "distance_m": depth * frame.settings.zone_m,
                    "length_m": float(length_m),
                    "crossings": int(count),
                }
                for (side, depth), length_m, count in zip(
                    CURVES, tested.curves_m[number], tested.on_curves[number], strict=True
                )
            ],
            "roads": sorted(set(frame.layers["roads"]["feature_id"].loc[labels])),
        },
        "geometry": frame.borders[pair]
        if whole
        else shapely.line_merge(shapely.union_all(part.geometry.array)),
    }
