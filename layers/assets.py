"""What is built on one side of a border only, and borders that are poorer than the land behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.findings import CheckResult, check_result, worst_provenance
from layers.measurables import PAVED_SHARE, PER_10000, ROAD_GROUPS, cap, of_ground, places
from layers.rates import Part, areas_m2, compare_parts, people_of
from layers.significance import benjamini_hochberg

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from geodata.model import Provenance
    from layers.frame import BorderFrame, Side

LEAST_RATIO = 2.0  # of the sides
MOST_DEPRESSED = 0.5  # zone / interior
ALPHA = 0.05
RATIO_DECIMALS = 9  # METHOD 1: ratios are compared after rounding to 1e-9
DEPRESSION_UNIT = "zone/interior"
ADJUSTMENT = ("p", "rank", "tests", "by_p", "by_rank")

ZONE_A, ZONE_B = Part("a", "zone"), Part("b", "zone")
BELT_A, BELT_B = Part("a", "belt"), Part("b", "belt")
_KEYS = ["pair", "layer", "name", "form"]


def asset_imbalance(frame: BorderFrame) -> CheckResult:
    """Find measurables of which one side's border zone has at least twice as much as the other's.

    Returns
    -------
    result
        One finding a pair and measurable, on the border; `what` is the measurable, `side` the worse off,
        `value_a` and `value_b` the densities in `unit`, `p_value` the adjusted one, `people` those of the
        worse zone.

    Notes
    -----
    Evidence: `layer`, `unit`; by side `amount_*` (points, or metres of line, of `paved_share` metres of paved
    road), `base_*` (people, m², of `paved_share` metres of known surface), `value_*`, `people_*` and
    `area_km2_*` of the zone, `features_*` (ids of the first 20 points); `ratio` (null where one side has
    none); `p` (before adjustment), `rank` and `tests` (its place among the measurables tested), `by_p` and
    `by_rank` (what it was adjusted by: p_value = min(1, by_p × tests / by_rank)); for lines `segments`,
    `hits` and `flips` (p = hits / flips up to 12 segments, else (1 + hits) / (1 + flips)).
    """
    tests, untested = compare_parts(frame, ZONE_A, ZONE_B)
    adjusted = benjamini_hochberg(tests["p"], tests["pair"])
    low = tests[["value_1", "value_2"]].min(axis=1)
    high = tests[["value_1", "value_2"]].max(axis=1)
    tests = tests.join(adjusted).assign(
        magnitude=(1 - low / high).where(high > 0, 0.0), ratio=high / low.where(low > 0)
    )
    uneven = (high > 0) & ~(tests["ratio"].round(RATIO_DECIMALS) < LEAST_RATIO)
    found = tests[uneven & (tests["p_adjusted"].round(RATIO_DECIMALS) < ALPHA)]
    people = {"a": people_of(frame, ZONE_A), "b": people_of(frame, ZONE_B)}
    # A loop over the findings, few, for their evidence.
    rows = []
    for test in found.to_dict("records"):
        side: Side = "a" if test["value_1"] < test["value_2"] else "b"
        served = people[side]
        rows.append(
            {
                **_common(frame, test, (test["unit"],)),
                "side": side,
                "magnitude": test["magnitude"],
                "people": np.nan if served is None else served[test["pair"]],
                "value_a": test["value_1"],
                "value_b": test["value_2"],
                "unit": test["unit"],
                "evidence": _imbalance_evidence(frame, test),
            }
        )
    return check_result(frame.strip.crs, "asset_imbalance", rows, _untested(frame, untested))


def border_depression(frame: BorderFrame) -> CheckResult:
    """Find measurables of which both border zones have at most half of what their own interiors have.

    Returns
    -------
    result
        One finding a pair and measurable, on the border, side both; `value_a` and `value_b` are zone /
        interior, `p_value` the adjusted larger one of the two sides', `people` those of both zones.

    Notes
    -----
    Tested is what either side has, in its zone or its belt; of what a side lacks altogether p is 1.
    Evidence: `layer`; `a` and `b`, each with `unit`, `amount_zone`, `amount_belt`, `base_zone`, `base_belt`,
    `value_zone`, `value_belt`, `ratio`, `p`, and for lines `segments`, `hits`, `flips` (as in
    `asset_imbalance`); `p` (the larger), `rank`, `tests`, `by_p`, `by_rank` (likewise); `people_a` and
    `people_b` of the zones.
    """
    sides, untested = {}, []
    for side, zone, belt in (("a", ZONE_A, BELT_A), ("b", ZONE_B, BELT_B)):
        tests, short = compare_parts(frame, zone, belt)
        tests["ratio"] = tests["value_1"] / tests["value_2"].where(tests["value_2"] > 0)
        sides[side] = tests
        untested.append(short)
    short = pd.concat(untested)
    both = _tested_on_both(sides["a"], sides["b"], short)
    both = both.join(benjamini_hochberg(both["p"], both["pair"]))
    low = (both[["ratio_a", "ratio_b"]].round(RATIO_DECIMALS) <= MOST_DEPRESSED).all(axis=1)
    found = both[low & (both["p_adjusted"].round(RATIO_DECIMALS) < ALPHA)]
    people = [people_of(frame, zone) for zone in (ZONE_A, ZONE_B)]
    # A loop over the findings, few, for their evidence.
    rows = []
    for test in found.to_dict("records"):
        people_a, people_b = (np.nan if side is None else side[test["pair"]] for side in people)
        rows.append(
            {
                **_common(frame, test, (test["unit_a"], test["unit_b"])),
                "side": "both",
                "magnitude": 1 - (test["ratio_a"] + test["ratio_b"]) / 2,
                "people": people_a + people_b,
                "value_a": test["ratio_a"],
                "value_b": test["ratio_b"],
                "unit": DEPRESSION_UNIT,
                "evidence": {
                    "layer": test["layer"],
                    "a": _side_evidence(test, "a"),
                    "b": _side_evidence(test, "b"),
                    **{name: test[name] for name in ADJUSTMENT},
                    "people_a": people_a,
                    "people_b": people_b,
                },
            }
        )
    short = short.sort_values("count").drop_duplicates(["pair", "name", "reason"])
    return check_result(frame.strip.crs, "border_depression", rows, _untested(frame, short))


def provenance_of(frame: BorderFrame, layer: str, name: str, units: Iterable[str]) -> Provenance:
    """Return how far a measurable can be trusted: as far as its layer, and the people it is counted by."""
    kind = None if name in ROAD_GROUPS or name == PAVED_SHARE else name
    own = frame.provenance(layer, kind)
    return worst_provenance(own, frame.provenance("population")) if PER_10000 in units else own


def _tested_on_both(a: pd.DataFrame, b: pd.DataFrame, short: pd.DataFrame) -> pd.DataFrame:
    """Return the tests of both sides in one row, with the larger `p`, but for what is too short on one."""
    both = a.merge(b, on=_KEYS, how="outer", suffixes=("_a", "_b"))
    left_out = pd.MultiIndex.from_frame(short[["pair", "name"]])
    lines = pd.MultiIndex.from_frame(both[["pair", "name"]]).isin(left_out) & (both["form"] == "lines")
    both = both[~lines].reset_index(drop=True)
    both["p"] = both[["p_a", "p_b"]].fillna(1.0).max(axis=1)
    return both


def _common(frame: BorderFrame, test: Mapping[Hashable, Any], units: tuple[str, ...]) -> dict[str, Any]:
    """Return what both kinds say alike: they concern the border as a whole and no single feature."""
    pair = test["pair"]
    return {
        "pair": pair,
        "what": test["name"],
        "p_value": test["p_adjusted"],
        "chainage_m": 0.0,
        "segment_from": 0,
        "segment_to": frame.first_segment[pair + 1] - frame.first_segment[pair] - 1,
        "provenance": provenance_of(frame, test["layer"], test["name"], units),
        "features": [],
        "geometry": frame.borders[pair],
    }


def _imbalance_evidence(frame: BorderFrame, test: Mapping[Hashable, Any]) -> dict[str, Any]:
    evidence: dict[str, Any] = {name: test[name] for name in ("layer", "unit", "ratio", *ADJUSTMENT)}
    for number, part in enumerate((ZONE_A, ZONE_B), 1):
        people = people_of(frame, part)
        evidence |= {f"{name}_{part.side}": test[f"{name}_{number}"] for name in ("amount", "base", "value")}
        evidence[f"people_{part.side}"] = None if people is None else people[test["pair"]]
        evidence[f"area_km2_{part.side}"] = areas_m2(frame, part)[test["pair"]] / 1e6
        evidence[f"features_{part.side}"] = _point_ids(frame, test, part)
    return evidence | _flips(test, "")


def _point_ids(frame: BorderFrame, test: Mapping[Hashable, Any], part: Part) -> list[str]:
    found = of_ground(places(frame), part.ground, frame.settings.zone_m)
    chosen = (
        (found["side"] == part.side) & (found["layer"] == test["layer"]) & (found["name"] == test["name"])
    )
    chosen &= found["pair"] == test["pair"]
    if not chosen.any():
        return []
    return cap(frame.layers[test["layer"]]["feature_id"].loc[found.loc[chosen, "row"]])


def _side_evidence(test: Mapping[Hashable, Any], side: str) -> dict[str, Any]:
    evidence = {name: test[f"{name}_{side}"] for name in ("unit", "ratio", "p")}
    for number, ground in enumerate(("zone", "belt"), 1):
        evidence |= {
            f"{name}_{ground}": test[f"{name}_{number}_{side}"] for name in ("amount", "base", "value")
        }
    return evidence | _flips(test, f"_{side}")


def _flips(test: Mapping[Hashable, Any], suffix: str) -> dict[str, int]:
    """Return how a line's test was made; nothing for points."""
    names = ("segments", "hits", "flips")
    return {} if np.isnan(test[f"flips{suffix}"]) else {name: int(test[f"{name}{suffix}"]) for name in names}


def _untested(frame: BorderFrame, untested: pd.DataFrame) -> list[dict[str, Any]]:
    ids = frame.pairs["pairing_id"]
    return [
        {"pairing_id": ids[row["pair"]], "what": row["name"], "count": row["count"], "reason": row["reason"]}
        for row in untested.sort_values(["pair", "name"]).to_dict("records")
    ]
