"""What services offer a head at the line: the same twice, or more on one side (METHOD 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from layers.findings import CheckResult, check_result
from layers.late import computed, method_confidence, method_facts, method_provenance, without_travel
from layers.twostep import CATCHMENT
from layers.wording import PER_PERSON

if TYPE_CHECKING:
    from layers.frame import BorderFrame, Side
    from layers.travel import TravelTimes

SIDES: tuple[Side, Side] = ("a", "b")
RATIO_DECIMALS = 9  # METHOD 1
IMBALANCE_RATIO = 1.5
PLENTY = 2.0  # access at a duplicate, in medians of the workspace


def service_duplicate(frame: BorderFrame) -> CheckResult:
    """Find facilities of one kind on both sides, each other's nearest, where there is plenty of them.

    In the border zone, within `duplicate_min` of one another; mean E2SFCA access at the two places at least
    twice the population-weighted median of the workspace. Magnitude is 1 - time / `duplicate_min`.
    """
    travel = computed(frame)
    if travel is None:
        return without_travel(frame, "service_duplicate")
    near = frame.points_near("facilities", frame.settings.zone_m)
    near["what"] = travel.places.kind[near["row"].to_numpy(dtype=np.intp)]
    found: list[dict[str, Any]] = []
    for kind in travel.kinds:  # each kind has its own times
        found += _duplicates(frame, travel, kind, near[near["what"] == kind])
    return check_result(frame.strip.crs, "service_duplicate", found)


def service_imbalance(frame: BorderFrame) -> CheckResult:
    """Find kinds of which people of one side reach 1.5 times as much of their own as those of the other.

    E2SFCA access with own facilities and the whole own member's demand, population-weighted over the zone's
    people. Magnitude is 1 - min / max.
    """
    travel = computed(frame)
    if travel is None:
        return without_travel(frame, "service_imbalance")
    near = frame.points_near("population", frame.settings.zone_m)
    near["people"] = travel.places.people[near["row"].to_numpy(dtype=np.intp)]
    found: list[dict[str, Any]] = []
    nobody: dict[tuple[str, str], list[str]] = {}  # by pairing and reason: the kinds, to be said once
    for kind in travel.kinds:  # each kind has access of its own
        if travel.settings.provision_of(kind) == "district":
            zones = _zone_access(frame, travel, kind, near)
            lacking = (zones["people_a"] == 0) | (zones["people_b"] == 0)
            for zone in zones[lacking].itertuples():
                nobody.setdefault(_nobody(frame, zone), []).append(kind)
            found += _imbalances(frame, travel, kind, zones[~lacking])
    notes = [
        {"pairing_id": pairing, "what": ", ".join(kinds), "count": len(kinds), "reason": reason}
        for (pairing, reason), kinds in nobody.items()
    ]
    return check_result(frame.strip.crs, "service_imbalance", found, notes)


def _duplicates(
    frame: BorderFrame, travel: TravelTimes, kind: str, near: pd.DataFrame
) -> list[dict[str, Any]]:
    rows = np.unique(near["row"].to_numpy(dtype=np.intp))
    if not len(rows):
        return []
    times = travel.journeys.between(kind, rows, frame.settings.duplicate_min)
    a, b = (near.loc[near["side"] == side, ["pair", "row"]] for side in SIDES)
    both = a.merge(times, left_on="row", right_on="first").merge(
        b, left_on=["pair", "second"], right_on=["pair", "row"]
    )
    both["id_a"] = travel.places.facility_id[both["first"].to_numpy(dtype=np.intp)]
    both["id_b"] = travel.places.facility_id[both["second"].to_numpy(dtype=np.intp)]
    both = both.sort_values(["minutes", "id_a", "id_b"], ignore_index=True)
    by_a = both.groupby(["pair", "first"])["second"].transform("first")
    by_b = both.groupby(["pair", "second"])["first"].transform("first")
    mutual = both[(by_a == both["second"]) & (by_b == both["first"])]
    access_a, access_b = (travel.access_at(kind, mutual[which]) for which in ("first", "second"))
    median = travel.median_access(kind)
    mean = (access_a + access_b) / 2
    plenty = (mean > 0) & (np.round(mean, RATIO_DECIMALS) >= np.round(PLENTY * median, RATIO_DECIMALS))
    mutual = mutual.assign(access_a=access_a, access_b=access_b, mean=mean)[plenty]
    # The same two facilities on the line are on either side of it.
    mutual = mutual[~mutual.assign(ids=_unordered(mutual)).duplicated(["pair", "ids"])]
    return [_duplicate(frame, travel, kind, row, median) for row in mutual.to_dict("records")]


def _unordered(table: pd.DataFrame) -> list[tuple[Any, ...]]:
    return [tuple(sorted(pair)) for pair in zip(table["first"], table["second"], strict=True)]


def _duplicate(
    frame: BorderFrame, travel: TravelTimes, kind: str, row: dict[Any, Any], median: float
) -> dict[str, Any]:
    places = travel.places
    ends = [int(row["first"]), int(row["second"])]
    points = frame.strip.project(shapely.points(places.facility_lonlat[ends]))
    known = travel.known_capacities(kind)
    return {
        "pair": row["pair"],
        "what": kind,
        "side": "both",
        "magnitude": max(0.0, 1 - row["minutes"] / frame.settings.duplicate_min),
        "confidence": method_confidence(travel, kind) * known,
        "value_a": row["access_a"],
        "value_b": row["access_b"],
        "unit": PER_PERSON,
        "provenance": method_provenance(frame, travel, kind),
        "features": [row["id_a"], row["id_b"]],
        "evidence": {
            **method_facts(travel, kind),
            "minutes": row["minutes"],
            "duplicate_min": frame.settings.duplicate_min,
            "facility_a": _facility(travel, ends[0]),
            "facility_b": _facility(travel, ends[1]),
            "access": row["mean"],
            "median_access": median,
            "access_ratio": row["mean"] / median if median > 0 else None,
            "catchment_min": CATCHMENT * travel.settings.threshold_min(kind),
            "known_capacities": known,
        },
        "geometry": shapely.multipoints(points),
    }


def _facility(travel: TravelTimes, row: int) -> dict[str, Any]:
    places = travel.places
    return {"feature_id": places.facility_id[row], "name": places.name[row], "capacity": places.capacity[row]}


def _zone_access(frame: BorderFrame, travel: TravelTimes, kind: str, near: pd.DataFrame) -> pd.DataFrame:
    """Return by pair with a border the people of each side on the network and their mean access."""
    parts = [near[:0].assign(access=0.0)]
    for side in SIDES:
        member = frame.pairs[f"member_{side}"].reindex(near["pair"]).to_numpy(dtype=object)
        of_side = near[near["side"] == side].assign(member=member[near["side"] == side])
        parts += [
            rows.assign(access=travel.access_own(kind, str(name), rows["row"]))
            for name, rows in of_side.groupby("member")  # access is kept by member
        ]
    known = pd.concat(parts).dropna(subset=["access"])
    known["access"] *= known["people"]
    sums = known.groupby(["pair", "side"])[["people", "access"]].sum()
    wanted = np.flatnonzero(np.diff(frame.first_segment) > 0)
    zones = pd.DataFrame(index=pd.Index(wanted, name="pair"))
    for side in SIDES:
        of_side = sums[sums.index.get_level_values("side") == side].droplevel("side")
        of_side = of_side.reindex(wanted).fillna(0.0)
        zones[f"people_{side}"] = of_side["people"]
        zones[f"access_{side}"] = of_side["access"] / of_side["people"].where(of_side["people"] > 0)
    return zones


def _imbalances(
    frame: BorderFrame, travel: TravelTimes, kind: str, zones: pd.DataFrame
) -> list[dict[str, Any]]:
    values = zones[["access_a", "access_b"]]
    least, most = values.min(axis=1), values.max(axis=1)
    ratio = (most / least.where(least > 0)).fillna(np.inf).round(RATIO_DECIMALS)
    unequal = zones[(most > 0) & (ratio >= IMBALANCE_RATIO)]
    return [
        _imbalance(frame, travel, kind, pair, zone)
        for pair, (_, zone) in zip(unequal.index.to_list(), unequal.iterrows(), strict=True)
    ]


def _imbalance(
    frame: BorderFrame, travel: TravelTimes, kind: str, pair: int, zone: pd.Series[float]
) -> dict[str, Any]:
    worse: Side = "a" if zone["access_a"] < zone["access_b"] else "b"
    least, most = sorted([zone["access_a"], zone["access_b"]])
    members = {side: str(frame.pairs[f"member_{side}"].iloc[pair]) for side in SIDES}
    known = travel.known_capacities(kind, members.values())
    segments = frame.segments["segment"].iloc[frame.first_segment[pair] : frame.first_segment[pair + 1]]
    return {
        "pair": pair,
        "what": kind,
        "side": worse,
        "magnitude": 1 - least / most,
        "confidence": method_confidence(travel, kind) * known,
        "people": zone[f"people_{worse}"],
        "segment_from": segments.iloc[0],
        "segment_to": segments.iloc[-1],
        "chainage_m": 0.0,
        "value_a": zone["access_a"],
        "value_b": zone["access_b"],
        "unit": PER_PERSON,
        "provenance": method_provenance(frame, travel, kind),
        "features": [],
        "evidence": {
            **method_facts(travel, kind),
            "catchment_min": CATCHMENT * travel.settings.threshold_min(kind),
            **{str(name): value for name, value in zone.items()},
            **{f"facilities_{side}": len(travel.places.stops_in(kind, members[side])) for side in SIDES},
            "known_capacities": known,
        },
        "geometry": frame.borders[pair],
    }


def _nobody(frame: BorderFrame, zone: Any) -> tuple[str, str]:
    """Return the pairing, and the reason that names its sides without people."""
    empty = [side for side in SIDES if getattr(zone, f"people_{side}") == 0]
    return str(frame.pairs["pairing_id"].iloc[zone.Index]), f"nobody on a side: {', '.join(empty)}"
