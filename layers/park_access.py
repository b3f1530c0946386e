"""Parks at a border that roads and fire engines do not reach in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from layers.cutting import ROUNDING_M, geometry_of, holders
from layers.findings import CheckResult, check_result, worst_provenance
from layers.frame import LENGTH_DECIMALS
from layers.roads import drivable, ranks

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from layers.frame import BorderFrame, Side

ROAD_WITHIN_M = 1000.0
SEARCH_M = 20_000.0  # as far as the layers of a block reach
SECONDARY = 4  # rank; METHOD 5: a road of class secondary or better
FIRE = "fire_station"
HALF = 0.5  # magnitude of each of the two things a park may lack
INPUTS = 2  # asked of each park


def park_service_gap(frame: BorderFrame) -> CheckResult:
    """Find parks in the border zone without a good road near, or too far from their own fire station.

    Returns
    -------
    result
        One finding a park: `what` is `road`, `fire_station` or both, joined with a comma; `side` the member
        that holds most of it; `value_a` and `value_b` minutes to the fire stations of either member from the
        park's point nearest to the network (null: no way, or not asked); `geometry` the park.

    Notes
    -----
    Evidence: `park` (id), `name`; `road_gap` and `fire_gap` (null where not asked); `nearest_road_m` (of
    class secondary or better, null: none within 20 km); `own_min`, `neighbour_min` (null: no way),
    `neighbour_meets` (T or less), `threshold_min`, `straight_line`. Not asked without a road layer, and
    without fire stations in the data or with the park off the network; each halves the confidence.
    """
    parks = frame.layer("parks")
    if parks is None:
        return check_result(frame.strip.crs, "park_service_gap")
    near = _in_zone(frame, parks)
    near["nearest_road_m"] = _nearest_good_road_m(frame, geometry_of(parks.loc[near["row"]]))
    asked = frame.layer("roads") is not None
    near["road_gap"] = ~(near["nearest_road_m"] <= ROAD_WITHIN_M) if asked else None
    near = _with_fire_minutes(frame, parks, near)
    found = near[near["road_gap"].isin([True]) | near["fire_gap"].isin([True])]
    # A loop over the findings, few, for their evidence.
    rows = [_service_gap(frame, parks.loc[park["row"]], park) for _, park in found.iterrows()]
    return check_result(frame.strip.crs, "park_service_gap", rows, _not_asked(frame, near))


def park_name(park: pd.Series[Any]) -> str:
    """Return what a park is called; its id where it has no name."""
    name = park.get("name")
    return str(park["feature_id"]) if name is None or pd.isna(name) else str(name)


def _in_zone(frame: BorderFrame, parks: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the parks that reach into the border zone of the member that holds most of them."""
    sides = frame.sides[frame.lengths_m[frame.sides["pair"].to_numpy(np.intp)] > 0]
    held = holders(parks, frame.districts, sides)
    geometry = geometry_of(parks.loc[held["row"]])
    apart = np.round(
        shapely.distance(geometry, frame.borders[held["pair"].to_numpy(np.intp)]), LENGTH_DECIMALS
    )
    return pd.DataFrame(held[apart <= frame.settings.zone_m]).reset_index(drop=True)


def _nearest_good_road_m(frame: BorderFrame, geometry: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return how far each park is from a road of class secondary or better; NaN: none within 20 km."""
    apart = np.full(len(geometry), np.nan)
    roads = frame.layer("roads")
    if roads is not None:
        good = shapely.STRtree(geometry_of(roads[ranks(roads) <= SECONDARY]))
        reach = SEARCH_M + ROUNDING_M
        (park, _), nearest = good.query_nearest(geometry, max_distance=reach, return_distance=True)
        apart[park] = np.round(nearest, LENGTH_DECIMALS)
    return apart


def _with_fire_minutes(frame: BorderFrame, parks: gpd.GeoDataFrame, near: pd.DataFrame) -> pd.DataFrame:
    """Return `near` with `own_min`, `neighbour_min` and `fire_gap` (None where it is not asked)."""
    near = near.assign(own_min=np.nan, neighbour_min=np.nan, fire_gap=None)
    travel = frame.travel
    if travel is None or not _has_fire_stations(frame) or near.empty:
        return near
    points = frame.strip.unproject(_access_points(frame, geometry_of(parks.loc[near["row"]])))
    lonlat = shapely.get_coordinates(points)
    # A loop over members with parks at a border: each has stations of its own.
    for _, here in near.groupby(["pair", "side"]):
        rows, side, pair = here.index.to_numpy(), here["side"].iloc[0], frame.pairs.iloc[here["pair"].iloc[0]]
        own, other = pair[f"member_{side}"], pair["member_b" if side == "a" else "member_a"]
        near.loc[rows, "own_min"] = travel.minutes_from(lonlat[rows], FIRE, own)
        near.loc[rows, "neighbour_min"] = travel.minutes_from_neighbour(lonlat[rows], FIRE, other)
    known = near["own_min"].notna()
    limit = frame.settings.threshold_min(FIRE)
    near["fire_gap"] = (near["own_min"] > limit).astype(object).where(known, None)
    return near


def _has_fire_stations(frame: BorderFrame) -> bool:
    return FIRE in frame.kinds_present.get("facilities", frozenset())


def _access_points(frame: BorderFrame, geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the point of each park nearest to the network; of those on a road the one nearest its middle.

    Without roads (or none near, or by straight line) it is a point inside.
    """
    inside: NDArray[np.object_] = shapely.point_on_surface(geometry)
    roads = frame.layer("roads")
    if roads is None or frame.travel is None or frame.travel.by_straight_line(FIRE):
        return inside
    usable = drivable(frame)
    if frame.network is not None:
        usable = usable[usable.index.isin(frame.network.road[frame.network.joined])]
    lines = geometry_of(usable)
    tree = shapely.STRtree(lines)
    points = np.array(inside, dtype=object)
    park, line = tree.query_nearest(geometry, max_distance=frame.settings.access_m + ROUNDING_M)
    points[park] = shapely.get_point(shapely.shortest_line(geometry[park], lines[line]), 0)
    park, line = tree.query(geometry, predicate="intersects")
    within = shapely.intersection(lines[line], geometry[park])
    order = np.lexsort((line, np.round(shapely.distance(within, inside[park]), LENGTH_DECIMALS), park))
    first = order[np.unique(park[order], return_index=True)[1]]
    points[park[first]] = shapely.get_point(shapely.shortest_line(within[first], inside[park[first]]), 0)
    return points


def _service_gap(frame: BorderFrame, park: pd.Series[Any], near: pd.Series[Any]) -> dict[str, Any]:
    side: Side = near["side"]
    limit, fire_gap = frame.settings.threshold_min(FIRE), near["fire_gap"]
    asked = [near["road_gap"] is not None, fire_gap is not None]
    lacking = [name for name, gap in (("road", near["road_gap"]), (FIRE, fire_gap)) if gap]
    straight = fire_gap is not None and frame.travel is not None and frame.travel.by_straight_line(FIRE)
    trusted = [frame.provenance("parks"), *([frame.provenance("roads")] if asked[0] else [])]
    minutes = {side: near["own_min"], "b" if side == "a" else "a": near["neighbour_min"]}
    finite = {name: value if np.isfinite(value) else None for name, value in minutes.items()}
    return {
        "pair": near["pair"],
        "what": ", ".join(lacking),
        "side": side,
        "magnitude": HALF * len(lacking),
        "confidence": sum(asked) / INPUTS,
        "value_a": finite["a"],
        "value_b": finite["b"],
        "unit": "min",
        "provenance": worst_provenance(
            *trusted, *([frame.provenance("facilities", FIRE)] if asked[1] else [])
        ),
        "features": [str(park["feature_id"])],
        "evidence": {
            "park": str(park["feature_id"]),
            "name": park_name(park),
            "road_gap": near["road_gap"],
            "fire_gap": fire_gap,
            "nearest_road_m": near["nearest_road_m"],
            "own_min": near["own_min"],
            "neighbour_min": near["neighbour_min"],
            "neighbour_meets": bool(near["neighbour_min"] <= limit) if asked[1] else None,
            "threshold_min": limit,
            "straight_line": straight,
        },
        "geometry": park["geometry"],
    }


def _not_asked(frame: BorderFrame, near: pd.DataFrame) -> list[dict[str, Any]]:
    """Return by pairing with parks in its zone which of the two questions was not asked, and why."""
    ids = frame.pairs["pairing_id"]
    pairs = near.groupby("pair").size()
    reasons = []
    if frame.layer("roads") is None:
        reasons.append(("road", "not computed: no roads", pairs))
    if frame.layer("facilities") is None:
        reasons.append((FIRE, "not computed: no facilities", pairs))
    elif not _has_fire_stations(frame):
        reasons.append((FIRE, "kind absent", pairs))
    else:
        reasons.append((FIRE, "off network", near[near["fire_gap"].isna()].groupby("pair").size()))
    return [
        {"pairing_id": str(ids.iloc[int(pair)]), "what": what, "count": count, "reason": reason}
        for what, reason, counts in reasons
        for pair, count in zip(counts.index, counts, strict=True)
    ]
