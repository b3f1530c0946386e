"""Boundaries that disagree: land both districts claim, land between them that nobody does (METHOD 3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from layers.findings import CheckResult, check_result
from layers.frame import LENGTH_DECIMALS

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.frame import BorderFrame

WORST_M = 500.0  # METHOD 5: as wide as this, or wider, is magnitude 1
METRES_PER_KM = 1000.0


def boundary_overlap(frame: BorderFrame) -> CheckResult:
    """Find land, wider than the tolerance, that districts of both members claim.

    Returns
    -------
    result
        One finding a connected piece, side both: `geometry` is its polygon, `features` the two district
        ids. By pair, the km of border that other checks do without are listed as not computed.

    Notes
    -----
    Evidence: `width_m` (diameter of the largest inscribed circle), `area_m2`, `districts`.
    """
    return _found(frame, "boundary_overlap", frame.overlaps)


def boundary_gap(frame: BorderFrame) -> CheckResult:
    """Find enclosed land, wider than the tolerance, between the members that nobody claims.

    Returns
    -------
    result
        As of `boundary_overlap`. Land that three districts meet is one finding, of the two that meet it
        longest; `districts` of its evidence names all.
    """
    return _found(frame, "boundary_gap", frame.gaps)


def _found(frame: BorderFrame, kind: str, pieces: gpd.GeoDataFrame | None) -> CheckResult:
    if pieces is None or pieces.empty:
        return check_result(frame.strip.crs, kind)
    held = _by_pair(frame, pieces)
    geometry = np.asarray(pieces.geometry.array, dtype=object)[held["piece"].to_numpy(np.intp)]
    width = np.round(held["width_m"].to_numpy(float), LENGTH_DECIMALS)
    ids = [sorted(two) for two in zip(held["district_a"], held["district_b"], strict=True)]
    rows = pd.DataFrame(
        {
            "pair": held["pair"],
            "side": "both",
            "magnitude": np.minimum(1.0, width / WORST_M),
            "provenance": frame.provenance("districts"),
            "features": ids,
            "evidence": _evidence(held, width),
            "geometry": geometry,
        }
    )
    return check_result(frame.strip.crs, kind, rows, _without_border(frame, held, width, geometry))


def _by_pair(frame: BorderFrame, pieces: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return `pieces` as `piece` (position), with the `pair` whose members have its two districts."""
    rows = pd.DataFrame(pieces.drop(columns=pieces.geometry.name)).assign(piece=np.arange(len(pieces)))
    held = rows.merge(frame.sides.rename(columns={"district_id": "district_a"}), on="district_a")
    held = held.merge(frame.sides.rename(columns={"district_id": "district_b"}), on=["district_b", "pair"])
    held = held[held["side_x"] != held["side_y"]]
    return held.sort_values(["pair", "piece"], ignore_index=True)


def _evidence(held: pd.DataFrame, width: Any) -> list[dict[str, Any]]:
    both = held[["district_a", "district_b"]].to_numpy().tolist()
    districts = held.get("district_ids", pd.Series(both))
    return [
        {"width_m": float(wide), "area_m2": round(float(area), LENGTH_DECIMALS), "districts": sorted(ids)}
        for wide, area, ids in zip(width, held["area_m2"], districts, strict=True)
    ]


def _without_border(
    frame: BorderFrame, held: pd.DataFrame, width: Any, geometry: Any
) -> list[dict[str, Any]]:
    """Return by pair the km along its pieces: as long as half their outline, without the ends."""
    km = np.maximum(shapely.length(geometry) / 2 - width, 0.0) / METRES_PER_KM
    total = np.bincount(held["pair"], km, len(frame.pairs))
    return [
        {
            "pairing_id": frame.pairs["pairing_id"].iloc[pair],
            "what": "km",
            "count": round(float(total[pair]), LENGTH_DECIMALS),
            "reason": "contested or unclaimed",
        }
        for pair in np.unique(held["pair"])
    ]
