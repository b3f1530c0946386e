"""Services out of reach at the line: within reach next door, or for nobody (METHOD 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.findings import CheckResult, check_result
from layers.late import computed, gather, located, without_travel

if TYPE_CHECKING:
    from layers.frame import BorderFrame, Side

SIDES: tuple[tuple[Side, Side], ...] = (("a", "b"), ("b", "a"))


def service_wall(frame: BorderFrame) -> CheckResult:
    """Find people whose own facility is beyond T and the neighbour's within it: the invisible wall.

    Anywhere in the member; by kind and side, gathered into runs of the segments nearest to them. Magnitude is
    min(1, (T_own - T_neighbour) / T), population-weighted; 1 for those who have no way to their own.
    """
    travel = computed(frame)
    if travel is None:
        return without_travel(frame, "service_wall")
    parts = []
    members = {side: frame.pairs[f"member_{side}"].to_numpy(dtype=object) for side, _ in SIDES}
    has_border = np.diff(frame.first_segment) > 0
    for pair in np.flatnonzero(has_border):  # a look-up a pair, side and kind: most have no wall at all
        for side, other in SIDES:
            parts += [
                travel.walls(kind, members[side][pair], members[other][pair]).assign(
                    pair=pair, side=side, what=kind
                )
                for kind in travel.kinds
                if travel.has_walls(kind, members[side][pair], members[other][pair])
            ]
    if not parts:
        return check_result(frame.strip.crs, "service_wall")
    late = pd.concat(parts, ignore_index=True)
    late = late.rename(columns={"own_min": "t_own_min", "neighbour_min": "t_neighbour_min"})
    threshold = late["what"].map(travel.settings.threshold_min)
    late["m"] = np.minimum(1.0, (late["t_own_min"] - late["t_neighbour_min"]) / threshold)
    late = located(frame, travel, late)
    found = gather(frame, travel, late, ["what", "side"], ["t_own_min", "t_neighbour_min"])
    return check_result(frame.strip.crs, "service_wall", [_wall(finding) for finding in found])


def service_desert(frame: BorderFrame) -> CheckResult:
    """Find people in the border zone who are beyond T of every facility of a kind.

    Each person belongs to the nearest border of their district; the sides are pooled. Magnitude is
    min(1, (T_any - T) / T), population-weighted.
    """
    travel = computed(frame)
    if travel is None:
        return without_travel(frame, "service_desert")
    near = _at_home(frame, frame.points_near("population", frame.settings.zone_m))
    rows = near["row"].to_numpy(dtype=np.intp)
    parts = []
    for kind in travel.kinds:  # each kind has its own times and threshold
        times = travel.any(kind)
        threshold = travel.settings.threshold_min(kind)
        minutes = times.minutes[rows]
        table = near[["pair", "side", "row"]].assign(
            what=kind,
            t_any_min=minutes,
            facility=times.stop[rows],
            m=np.minimum(1.0, (minutes - threshold) / threshold),
        )
        parts += [table[minutes > threshold]] if (minutes > threshold).any() else []
    if not parts:
        return check_result(frame.strip.crs, "service_desert")
    late = located(frame, travel, pd.concat(parts, ignore_index=True))
    found = gather(frame, travel, late, ["what"], ["t_any_min"])
    return check_result(frame.strip.crs, "service_desert", [_desert(finding) for finding in found])


def _wall(finding: dict[str, Any]) -> dict[str, Any]:
    (side,) = finding.pop("of_side")
    times = finding.pop("times")
    own, neighbour = times["t_own_min"], times["t_neighbour_min"]
    a, b = (own, neighbour) if side == "a" else (neighbour, own)
    return {**finding, "side": side, "value_a": a, "value_b": b}


def _desert(finding: dict[str, Any]) -> dict[str, Any]:
    of_side = finding.pop("of_side")
    del finding["times"]
    side = next(iter(of_side)) if len(of_side) == 1 else "both"
    return {**finding, "side": side, "value_a": of_side.get("a"), "value_b": of_side.get("b")}


def _at_home(frame: BorderFrame, near: pd.DataFrame) -> pd.DataFrame:
    """Return of people near borders those for whom it is the nearest border of their district."""
    facing = frame.sides.assign(side=frame.sides["side"].map({"a": "b", "b": "a"}))
    near = near.assign(district_id=frame.across.reindex(near["row"]).to_numpy(dtype=object))
    return near.merge(facing, on=["pair", "side", "district_id"]).sort_values(["pair", "side", "row"])
