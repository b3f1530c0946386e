"""Borders, and stretches of them, with fewer crossings than the country around."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

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
            ratio = on_border * self.curves_m.sum(axis=1) / self.on_curves.sum(axis=1)
        return np.asarray(np.round(ratio, DECIMALS))

    @property
    def p(self) -> Floats:
        """P(X <= crossings), if each crossing fell on border and curves by their lengths."""
        from scipy.stats import binom  # noqa: PLC0415  # takes seconds to load, and most processes never ask

        share = self.border_m / np.maximum(self.border_m + self.curves_m.sum(axis=1), 1.0)
        tried = self.crossings + self.on_curves.sum(axis=1)
        return np.asarray(np.round(binom.cdf(self.crossings, tried, share), DECIMALS))

    @property
    def found(self) -> NDArray[np.bool_]:
        enough = self.on_curves.sum(axis=1) >= LEAST_ON_CURVES
        return np.asarray(enough & (self.ratio < BELOW_RATIO) & (self.p < SIGNIFICANT))


@dataclass(frozen=True)
class _Found:
    """A border or window found: row `number` of what was `tested`, rows `start` to `stop` of segments."""

    pair: int
    tested: _Tested
    number: int
    start: int
    stop: int

    @property
    def silent(self) -> list[Side]:
        """Sides on whose curves there is no road at all: perhaps there are no data."""
        by_curve = zip(CURVES, self.tested.on_curves[self.number], strict=True)
        heard = {side for (side, _), count in by_curve if count > 0}
        return [side for side, _ in CURVES[:: len(DEPTHS)] if side not in heard]

    def is_whole(self, frame: BorderFrame) -> bool:
        """Return whether it is the whole border."""
        return bool(np.array_equal([self.start, self.stop], frame.first_segment[self.pair : self.pair + 2]))

    def line(self, frame: BorderFrame) -> shapely.Geometry:
        """Return the border or window."""
        if self.is_whole(frame):
            return frame.borders[self.pair]
        return shapely.line_merge(shapely.union_all(frame.segments.geometry.array[self.start : self.stop]))


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
    crossed = find_crossings(frame).table["count"].to_numpy(np.float64)
    on_border = np.bincount(_segment_of_crossing(frame), crossed, len(frame.segments)).astype(np.float64)
    on_curves = np.column_stack([_on_curve(frame, curve) for curve in lines])
    totals = np.column_stack([curve.length_by_pair(len(frame.pairs)) for curve in lines])
    on_curves_by_pair = np.column_stack([_by_pair(frame, one) for one in on_curves.T])
    whole = _Tested(_by_pair(frame, on_border), frame.lengths_m, on_curves_by_pair, totals)
    found = [
        _Found(pair, whole, pair, *frame.first_segment[pair : pair + 2].tolist())
        for pair in np.flatnonzero(whole.found).tolist()
    ]
    found += _windows(frame, lines, on_border, on_curves, ~whole.found)
    seen = [
        all(has_roads(frame, one.pair, side, one.line(frame), DATA_WITHIN_M) for side in one.silent)
        for one in found
    ]
    blind = [
        {
            "pairing_id": frame.pairs.loc[one.pair, "pairing_id"],
            "what": "roads",
            "count": 1,
            "reason": "no data there",
        }
        for one, ok in zip(found, seen, strict=True)
        if not ok
    ]
    rows = [_finding(frame, one) for one, ok in zip(found, seen, strict=True) if ok]
    return check_result(frame.strip.crs, KIND, rows, blind)


def _segment_of_crossing(frame: BorderFrame) -> Ints:
    """Return the row in `segments` of each crossing."""
    table = find_crossings(frame).table
    if len(table) == 0:
        return np.empty(0, dtype=np.intp)
    return frame.segment_at(table["pair"].to_numpy(np.intp), np.asarray(table.geometry.array, dtype=object))


def _by_pair(frame: BorderFrame, by_segment: Floats) -> Floats:
    return np.bincount(frame.segments["pair"].to_numpy(np.intp), by_segment, len(frame.pairs)).astype(
        np.float64
    )


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
) -> list[_Found]:
    """Return the windows found of borders `asked`, those with the smallest p first, none over another."""
    count = np.diff(frame.first_segment)
    asked = asked & (count > WINDOW) & (_by_pair(frame, on_curves.sum(axis=1)) >= LEAST_ON_CURVES)
    of = frame.segments["pair"].to_numpy(np.intp)
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
        first = int(start[number])
        if not taken[first : first + WINDOW].any():
            taken[first : first + WINDOW] = True
            found.append(_Found(int(of[first]), tested, int(number), first, first + WINDOW))
    return found


def _finding(frame: BorderFrame, one: _Found) -> dict[str, Any]:
    """Return the row of `check_result` for a border or window."""
    tested, number = one.tested, one.number
    part = frame.segments.iloc[one.start : one.stop]
    whole = one.is_whole(frame)
    segment = _segment_of_crossing(frame)
    crossed = find_crossings(frame).table["roads"][(segment >= one.start) & (segment < one.stop)]
    labels = sorted({label for labels in crossed for label in labels})
    ratio = float(tested.ratio[number])
    return {
        "pair": one.pair,
        "side": "both",
        "magnitude": round(1 - ratio, DECIMALS),
        "p_value": tested.p[number],
        "segment_from": part["segment"].iloc[0],
        "segment_to": part["segment"].iloc[-1],
        "chainage_m": part["chainage_from_m"].iloc[0],
        "provenance": frame.provenance("roads"),
        "features": [] if whole else [f"segment {part['segment'].iloc[0]}"],
        "evidence": {
            "whole": whole,
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
        "geometry": one.line(frame),
    }
