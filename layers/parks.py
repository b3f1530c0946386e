"""Industrial parks: the same industries across the line, and parks that nobody reaches."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geodata.strips import require_metres
from layers.cutting import SIDES, geometry_of, holders
from layers.findings import CheckResult, check_result
from layers.frame import LENGTH_DECIMALS
from layers.park_access import park_name, park_service_gap

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    import pandas as pd

    from geodata.model import Provenance
    from layers.frame import BorderFrame

__all__ = [
    "counterpart_park_duplicate",
    "industries_of",
    "industry_mix",
    "park_duplicate",
    "park_service_gap",
]

WITHIN_M = 20_000.0  # METHOD 5, edge to edge
LEAST_JACCARD = 0.5
RATIO_DECIMALS = 9  # METHOD 1: ratios are compared after rounding to 1e-9


def park_duplicate(frame: BorderFrame) -> CheckResult:
    """Find parks of the two members within 20 km of one another that plan the same industries.

    Returns
    -------
    result
        One finding a pair of parks; `what` is the shared industries, `geometry` a point inside each park,
        `features` their ids. Parks without known industries are listed as not computed.

    Notes
    -----
    Evidence: `park_a`, `park_b` (ids), `name_a`, `name_b`, `industries_a`, `industries_b` and `shared`
    (trimmed, case-folded, sorted), `jaccard`, `distance_m` (edge to edge; null where members do not touch).
    """
    parks = frame.layer("parks")
    if parks is None:
        return check_result(frame.strip.crs, "park_duplicate")
    sides = frame.sides[frame.lengths_m[frame.sides["pair"].to_numpy(np.intp)] > 0]
    held = holders(parks, frame.districts, sides)
    found = _alike(parks, held)
    one, other = (geometry_of(parks.loc[found[f"row_{side}"]]) for side in SIDES)
    found["distance_m"] = np.round(shapely.distance(one, other), LENGTH_DECIMALS)
    found = found[found["distance_m"] <= WITHIN_M]
    rows = _duplicates(parks, found, frame.provenance("parks"))
    return check_result(
        frame.strip.crs, "park_duplicate", rows, _unknown(parks, held, frame.pairs["pairing_id"])
    )


def counterpart_park_duplicate(
    pairs: pd.DataFrame,
    sides: pd.DataFrame,
    districts: gpd.GeoDataFrame,
    parks: gpd.GeoDataFrame,
    *,
    provenance: Provenance = "measured",
) -> CheckResult:
    """Find parks of members that do not touch with the same industries, however far apart (METHOD 5).

    Parameters
    ----------
    pairs
        RangeIndex; `pairing_id`. The position is the `pair` of `sides` and of the findings.
    sides
        `pair`, `side`, `district_id`, as `BorderFrame.sides`.
    districts, parks
        Canonical layers in metres of one CRS (which need not be exact this far out: nothing is measured but
        which district holds most of a park).
    provenance
        Of the park layer.

    Returns
    -------
    result
        As `park_duplicate`, but m is the Jaccard similarity and `distance_m` of the evidence is null; there
        is no border, so no segment and no chainage.
    """
    require_metres(districts, "districts")
    require_metres(parks, "parks")
    held = holders(parks, districts, sides)
    rows = _duplicates(parks, _alike(parks, held).assign(distance_m=np.nan), provenance)
    return check_result(parks.crs, "park_duplicate", rows, _unknown(parks, held, pairs["pairing_id"]))


def industries_of(park: Any) -> frozenset[str]:
    """Return the industries of a park, trimmed and case-folded; none where they are unknown."""
    listed = [] if park is None or isinstance(park, float | str) else list(park)
    return frozenset(name for name in (str(entry).strip().casefold() for entry in listed) if name)


def industry_mix(industries: Iterable[Any]) -> dict[str, float]:
    """Return by industry how many parks name it; `industries` has what each park lists, or None."""
    named = [name for listed in industries for name in industries_of(listed)]
    return {name: float(count) for name, count in Counter(named).items()}


def _alike(parks: gpd.GeoDataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs of parks whose industries are alike: `pair`, `row_a`, `row_b`, `jaccard`, `shared`."""
    industries = parks["industries"].map(industries_of)
    listed = held.assign(industry=industries.loc[held["row"]].map(sorted).to_numpy(object)).explode(
        "industry"
    )
    listed = listed.dropna(subset="industry")
    a, b = (listed[listed["side"] == side].drop(columns="side") for side in SIDES)
    common = a.merge(b, on=["pair", "industry"], suffixes=("_a", "_b"))
    found = common.groupby(["pair", "row_a", "row_b"])["industry"].agg(list).rename("shared").reset_index()
    count = found["shared"].map(len).to_numpy(np.float64)
    sizes = [industries.loc[found[f"row_{side}"]].map(len).to_numpy(np.float64) for side in SIDES]
    found["jaccard"] = count / (sizes[0] + sizes[1] - count)
    return found[found["jaccard"].round(RATIO_DECIMALS) >= LEAST_JACCARD].reset_index(drop=True)


def _duplicates(parks: gpd.GeoDataFrame, found: pd.DataFrame, provenance: Provenance) -> list[dict[str, Any]]:
    rows = []
    # A loop over the findings, few, for their evidence.
    for pair in found.to_dict("records"):
        two = {side: parks.loc[pair[f"row_{side}"]] for side in SIDES}
        evidence: dict[str, Any] = {"jaccard": pair["jaccard"], "distance_m": pair["distance_m"]}
        for side, park in two.items():
            evidence[f"park_{side}"] = str(park["feature_id"])
            evidence[f"name_{side}"] = park_name(park)
            evidence[f"industries_{side}"] = sorted(industries_of(park["industries"]))
        evidence["shared"] = sorted(pair["shared"])
        apart = 0.0 if np.isnan(pair["distance_m"]) else pair["distance_m"] / WITHIN_M
        rows.append(
            {
                "pair": pair["pair"],
                "what": ", ".join(evidence["shared"]),
                "side": "both",
                "magnitude": pair["jaccard"] * (1 - apart),
                "provenance": provenance,
                "features": [evidence["park_a"], evidence["park_b"]],
                "evidence": evidence,
                "geometry": shapely.multipoints(
                    [shapely.point_on_surface(park["geometry"]) for park in two.values()]
                ),
            }
        )
    return rows


def _unknown(parks: gpd.GeoDataFrame, held: pd.DataFrame, ids: pd.Series[str]) -> list[dict[str, Any]]:
    """Return by pairing how many parks of its members have no known industries."""
    blank = ~parks["industries"].map(industries_of).map(bool)
    counts = held[blank.loc[held["row"]].to_numpy(bool)].groupby("pair").size()
    return [
        {
            "pairing_id": str(ids.iloc[int(pair)]),
            "what": "industries",
            "count": count,
            "reason": "industries unknown",
        }
        for pair, count in zip(counts.index, counts, strict=True)
    ]
