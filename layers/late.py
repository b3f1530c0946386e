"""People for whom a service is too far, gathered along the border: walls and deserts (METHOD 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from layers.findings import CheckResult, check_result, worst_provenance
from layers.runs import number_runs, run_places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geodata.model import Provenance
    from layers.frame import BorderFrame
    from layers.travel import TravelTimes

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

LISTED_PLACES = 50  # evidence names the most populous places; sums are over all
LISTED_FACILITIES = 10
WITHOUT_ROADS = 0.5  # METHOD 6: confidence of services reached in a straight line
DIGITS = 6  # of means in evidence


def located(frame: BorderFrame, travel: TravelTimes, late: pd.DataFrame) -> pd.DataFrame:
    """Return `late` (`pair`, `row`) with `people` and `segment_row`; places without people are left out."""
    people = travel.places.people[late["row"].to_numpy(dtype=np.intp)]
    late = late.assign(people=people)[people > 0].reset_index(drop=True)
    lonlat = travel.places.people_lonlat[late["row"].to_numpy(dtype=np.intp)]
    points = frame.strip.project(shapely.points(lonlat))
    pair = late["pair"].to_numpy(dtype=np.intp)
    nowhere = np.empty(0, dtype=np.intp)
    return late.assign(segment_row=frame.segment_at(pair, points) if len(late) else nowhere)


def gather(
    frame: BorderFrame, travel: TravelTimes, late: pd.DataFrame, groups: Sequence[str], times: Sequence[str]
) -> list[dict[str, Any]]:
    """Return one finding a run of segments, with all it takes to do its magnitude again.

    Parameters
    ----------
    frame, travel
        The block and the travel times of the workspace.
    late
        One row a place, border and kind: `pair`, `side`, `what`, `row`, `people`, `segment_row`, `facility`,
        `m` (its magnitude) and the columns named in `times`.
    groups
        Columns within which runs are looked for, besides the border.
    times
        Columns of minutes: that in which people are late (inf: unreachable), and others to be told beside it.

    Returns
    -------
    findings
        In the order of `groups` and border. Columns of findings, except `side`, `value_a` and `value_b`;
        beside them `times`, the mean minutes of each, and `of_side`, those of the first by side (NaN where
        nobody is reachable).
    """
    if not len(late):
        return []
    group = np.asarray(late.groupby(list(groups), sort=True).ngroup(), dtype=np.intp)
    segment_row = late["segment_row"].to_numpy(dtype=np.intp)
    texts = {name: object for name in late.columns if pd.api.types.is_string_dtype(late[name])}
    late = late.astype(texts).assign(  # of Arrow's texts, each of the many small tables below costs more
        run=number_runs(frame, segment_row, group),
        segment=frame.segments["segment"].to_numpy()[segment_row],
        feature_id=travel.places.people_id[late["row"].to_numpy(dtype=np.intp)],
    )
    where: Any = run_places(frame, segment_row, late["run"].to_numpy(dtype=np.intp)).to_dict("records")
    # One run a turn: each becomes one record with nested evidence.
    runs = [rows for _, rows in late.groupby("run", sort=True)]
    return [
        {**place, **_finding(frame, travel, rows, times)} for place, rows in zip(where, runs, strict=True)
    ]


def method_facts(travel: TravelTimes, kind: str) -> dict[str, Any]:
    """Return how times to `kind` were measured, for evidence."""
    return {
        "threshold_min": travel.settings.threshold_min(kind),
        "method": travel.method(kind),
        "mode": travel.settings.mode,
    }


def method_confidence(travel: TravelTimes, kind: str) -> float:
    """Return the confidence in times to `kind`: less without roads."""
    return WITHOUT_ROADS if travel.by_straight_line(kind) else 1.0


def method_provenance(frame: BorderFrame, travel: TravelTimes, kind: str) -> Provenance:
    """Return the worst provenance of all that times to `kind` rest on; straight lines are a fallback."""
    way: Provenance = "fallback" if travel.by_straight_line(kind) else frame.provenance("roads")
    return worst_provenance(frame.provenance("population"), frame.provenance("facilities", kind), way)


def weighted_mean(values: pd.Series[float], weights: pd.Series[float]) -> float:
    """Return the mean of the finite `values`; NaN where there are none."""
    known = np.isfinite(values)
    total = weights[known].sum()
    return float((values[known] * weights[known]).sum() / total) if total > 0 else float("nan")


def computed(frame: BorderFrame) -> TravelTimes | None:
    """Return the travel times where there are people and facilities to have them."""
    there = frame.layer("population") is not None and frame.layer("facilities") is not None
    return frame.travel if there else None


def without_travel(frame: BorderFrame, kind: str) -> CheckResult:
    """Return that a check was not computed, and for want of what."""
    missing = [name for name in ("population", "facilities") if frame.layer(name) is None]
    reason = f"not computed: no {', '.join(missing) or 'travel times'}"
    return check_result(frame.strip.crs, kind, not_computed=[{"reason": reason}])


def _finding(
    frame: BorderFrame, travel: TravelTimes, rows: pd.DataFrame, times: Sequence[str]
) -> dict[str, Any]:
    kind = str(rows["what"].iloc[0])
    by_segment = [
        {"segment": int(of["segment"].iloc[0]), **_sums(of, times)}
        for _, of in rows.groupby("segment", sort=True)
    ]
    most = max(by_segment, key=lambda part: (part["people"], -part["segment"]))
    sums = _sums(rows, times)
    return {
        "what": kind,
        "magnitude": float((rows["m"] * rows["people"]).sum() / rows["people"].sum()),
        "confidence": method_confidence(travel, kind),
        "people": sums["people"],
        "unreachable_people": sums["unreachable_people"],
        "unit": "min",
        "provenance": method_provenance(frame, travel, kind),
        "features": [f"segment {most['segment']}"],
        "evidence": {
            **method_facts(travel, kind),
            "provision": travel.settings.provision_of(kind),
            **sums,
            "segments": by_segment,
            "facilities": _facilities(travel, rows),
            "place_count": len(rows),
            "places": _places(rows, times),
        },
        "of_side": {
            str(side): weighted_mean(of[times[0]], of["people"]) for side, of in rows.groupby("side")
        },
        "times": {name: sums[name] for name in times},
    }


def _sums(rows: pd.DataFrame, times: Sequence[str]) -> dict[str, Any]:
    late = rows[times[0]]
    return {
        "people": float(rows["people"].sum()),
        "unreachable_people": float(rows.loc[np.isinf(late), "people"].sum()),
        "magnitude": float((rows["m"] * rows["people"]).sum() / rows["people"].sum()),
        **{name: _told(weighted_mean(rows[name], rows["people"])) for name in times},
    }


def _facilities(travel: TravelTimes, rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the facilities nearest to these people, by people; with none of them people have no way."""
    served = rows[rows["facility"] >= 0].groupby("facility")["people"].sum()
    table = pd.DataFrame({"people": served})
    at = table.index.to_numpy(dtype=np.intp)
    table["feature_id"] = travel.places.facility_id[at]
    table["name"] = travel.places.name[at]
    table = table.sort_values(["people", "feature_id"], ascending=[False, True]).head(LISTED_FACILITIES)
    records: Any = table[["feature_id", "name", "people"]].to_dict("records")
    return list(records)


def _places(rows: pd.DataFrame, times: Sequence[str]) -> list[dict[str, Any]]:
    listed = rows.sort_values(["people", "feature_id"], ascending=[False, True]).head(LISTED_PLACES)
    table = listed[["feature_id", "side", "people", *times]].astype(object)
    records: Any = table.where(~table.isin([np.inf]), None).to_dict("records")
    return list(records)


def _told(value: float) -> float | None:
    return round(value, DIGITS) if np.isfinite(value) else None
