"""One use that lies across the line, served on one side only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from layers.cutting import (
    LEAST_AREA_M2,
    LEAST_LENGTH_M,
    POLYGONS,
    ROUNDING_M,
    SIDES,
    cut,
    geometry_of,
    parts_by_side,
    stretches_on_line,
)
from layers.findings import CheckResult, check_result, worst_provenance
from layers.frame import LENGTH_DECIMALS, ON_LINE_M, BorderFrame
from layers.measurables import PAVED_NAME, cap, delivered_twice, measured_lines

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.frame import Side

NEAR_M = 200.0  # METHOD 5: two uses of one class no farther apart are one use
LEAST_PART_M2 = 10_000.0
LEAST_SHARE = 0.1  # of the other part: less is drawn carelessly, not a use of both sides
PARK = "park"  # the use of every park
PAVED_ROAD, UNKNOWN_SURFACE = "paved_road", "unknown_surface"
ONE_THING, MORE_THINGS = 0.5, 1.0
HECTARE_M2 = 10_000.0
LEAST = {"points": 1.0, "m": LEAST_LENGTH_M, "m2": LEAST_AREA_M2}  # less is absent


def use_contrast(frame: BorderFrame) -> CheckResult:
    """Find uses across the line with things in one side's part that the other's lacks.

    Returns
    -------
    result
        One finding a use: a park or land-use polygon that crosses the line, or two land uses of one class at
        most 200 m apart across it. `what` is the class, or `park`; `side` the one that lacks more things,
        both where they lack as many; `features` and `geometry` the polygon or the two.

    Notes
    -----
    Evidence: `layer` (landuse, parks); `use`; `things` (all that one side lacks, sorted; `paved_road` for
    paved roads), `only_a`, `only_b` (which side has them); `found`: thing -> `{a, b, unit, ids}`, how much of
    it each part has (points; m; m²) and the first 20 ids; `polygons_a`, `polygons_b` (ids); `area_ha_a`,
    `area_ha_b` of the parts in the zone; `distance_m` between them; `unknown_surface_m_a`, `_b`.
    """
    uses = _uses(frame)
    pairs = _parts_across(frame, uses)
    if pairs.empty:
        return check_result(frame.strip.crs, "use_contrast")
    # A loop over the uses that cross the line and hold anything, for the sets of things that each side has.
    rows = [
        _finding(frame, uses, pairs.iloc[things["number"].iloc[0]], things)
        for _, things in _things(frame, pairs).groupby("number")
        if _lacked(things, "a") | _lacked(things, "b")
    ]
    return check_result(frame.strip.crs, "use_contrast", rows, _lacking(frame, pairs))


def _uses(frame: BorderFrame) -> pd.DataFrame:
    """Return parks and land uses near a border: `layer`, `use`, `feature_id`, `geometry`.

    A park that the land-use layer has as well (same id, or same outline) is one use, the park.
    """
    tables = []
    for name in ("parks", "landuse"):
        layer = frame.layer(name)
        if layer is None:
            continue
        geometry = geometry_of(layer)
        use = (
            np.full(len(layer), PARK, dtype=object)
            if name == "parks"
            else layer["landuse_class"].to_numpy(object)
        )
        table = pd.DataFrame(
            {
                "layer": name,
                "use": use,
                "feature_id": layer["feature_id"].to_numpy(object),
                "geometry": geometry,
            }
        )
        near = np.unique(frame.pairs_near(geometry, NEAR_M + ROUNDING_M)[0])
        areal = np.isin(shapely.get_type_id(geometry), POLYGONS)
        tables.append(table.iloc[near[areal[near]]])
    if not tables:
        return pd.DataFrame({column: [] for column in ("layer", "use", "feature_id", "geometry")})
    uses = pd.concat(tables, ignore_index=True)
    outline = shapely.to_wkb(
        shapely.normalize(shapely.set_precision(uses["geometry"].to_numpy(object), ON_LINE_M))
    )
    parks = uses["layer"] == "parks"
    again = uses["feature_id"].isin(uses.loc[parks, "feature_id"]) & _touches_any(uses, parks)
    again |= pd.Series(outline, index=uses.index).isin(outline[parks.to_numpy()])
    return uses[parks | ~again].reset_index(drop=True)


def _touches_any(uses: pd.DataFrame, parks: pd.Series[bool]) -> NDArray[np.bool_]:
    """Return which uses touch a park: ids of two layers may be alike by chance."""
    geometry = uses["geometry"].to_numpy(object)
    touching = np.zeros(len(uses), dtype=bool)
    touching[shapely.STRtree(geometry[parks.to_numpy()]).query(geometry, predicate="intersects")[0]] = True
    return touching


def _parts_across(frame: BorderFrame, uses: pd.DataFrame) -> pd.DataFrame:
    """Return the uses of both sides: `pair`, `use_a`, `use_b` (rows of `uses`), `part_a`, `part_b`, areas."""
    parts = parts_by_side(frame, uses["geometry"].to_numpy(object), frame.settings.zone_m)
    parts = parts.rename(columns={"feature": "use", "geometry": "part"})
    largest = parts.groupby(["pair", "use"])["area_m2"].transform("max")
    parts = parts[(parts["area_m2"] >= LEAST_PART_M2) & (parts["area_m2"] >= LEAST_SHARE * largest)]
    sides = {side: parts[parts["side"] == side].drop(columns="side") for side in SIDES}
    crossing = (
        sides["a"]
        .assign(use_=sides["a"]["use"])
        .merge(sides["b"].assign(use_=sides["b"]["use"]), on=["pair", "use_"], suffixes=("_a", "_b"))
    )
    facing = _facing(frame, uses, sides["a"], sides["b"])
    both = pd.concat([crossing.drop(columns="use_").assign(distance_m=0.0), facing], ignore_index=True)
    areas = both[["area_m2_a", "area_m2_b"]]
    both = both[areas.min(axis=1) >= LEAST_SHARE * areas.max(axis=1)]
    return both.sort_values(["pair", "use_a", "use_b"], ignore_index=True)


def _facing(frame: BorderFrame, uses: pd.DataFrame, a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """Return the parts of two land uses of one class that are each other's nearest across the line.

    A polygon that crosses the line is nearest to itself, which leaves it out here, and its neighbours of that
    class with it.
    """
    part_a, part_b = a["part"].to_numpy(object), b["part"].to_numpy(object)
    at, by = shapely.STRtree(part_b).query(part_a, predicate="dwithin", distance=NEAR_M + ROUNDING_M)
    near = pd.concat(
        [
            a.iloc[at].reset_index(drop=True).add_suffix("_a"),
            b.iloc[by].reset_index(drop=True).add_suffix("_b"),
        ],
        axis=1,
    ).rename(columns={"pair_a": "pair"})
    near["distance_m"] = np.round(shapely.distance(part_a[at], part_b[by]), LENGTH_DECIMALS)
    kind, layer = uses["use"].to_numpy(object), uses["layer"].to_numpy(object)
    one, other = near["use_a"].to_numpy(np.intp), near["use_b"].to_numpy(np.intp)
    alike = (kind[one] == kind[other]) & (layer[one] == "landuse") & (layer[other] == "landuse")
    near = near[alike & (near["pair"] == near["pair_b"]) & (near["distance_m"] <= NEAR_M)].drop(
        columns="pair_b"
    )
    for side in SIDES:
        row = near[f"use_{side}"].to_numpy(np.intp)
        near[f"id_{side}"] = uses["feature_id"].to_numpy(object)[row].astype(str)
        pair, part = near["pair"].to_numpy(np.intp), near[f"part_{side}"].to_numpy(object)
        beside = shapely.get_point(shapely.shortest_line(frame.borders[pair], part), 0)
        near[f"segment_{side}"] = frame.segment_at(pair, beside) if len(near) else 0
    best = {}
    for side, other_side in (("a", "b"), ("b", "a")):
        ties = ["distance_m", f"segment_{other_side}", f"id_{other_side}"]
        best[side] = near.sort_values(ties).drop_duplicates(["pair", f"use_{side}"]).index
    mutual = near.loc[best["a"].intersection(best["b"])]
    kept = ["pair", "use_a", "part_a", "area_m2_a", "use_b", "part_b", "area_m2_b", "distance_m"]
    return pd.DataFrame(mutual.loc[mutual["use_a"] != mutual["use_b"], kept])


def _things(frame: BorderFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return what lies in the parts: `number` (row of `pairs`), `side`, `name`, `unit`, `amount`, `ids`."""
    parts = np.concatenate([pairs["part_a"].to_numpy(object), pairs["part_b"].to_numpy(object)])
    found = pd.concat([_lines_in(frame, parts), *_assets_in(frame, parts)], ignore_index=True)
    things = found.groupby(["part", "name", "unit"], as_index=False).agg(
        amount=("amount", "sum"), ids=("id", cap)
    )
    things = things[things["amount"].round(LENGTH_DECIMALS) >= things["unit"].map(LEAST).astype(np.float64)]
    side, number = np.divmod(things["part"].to_numpy(np.intp), len(pairs))
    return things.assign(number=number, side=np.array(SIDES)[side]).drop(columns="part")


def _lines_in(frame: BorderFrame, parts: NDArray[np.object_]) -> pd.DataFrame:
    """Return metres of asset lines, and of roads by surface, in each part; on the line, in both."""
    lines = measured_lines(frame)
    geometry = lines["geometry"].to_numpy(object)
    inside = cut(parts, geometry)
    inside["amount"] = shapely.length(inside["geometry"].to_numpy(object))
    along = stretches_on_line(frame, geometry)
    stretch = along["geometry"].to_numpy(object)
    beside = cut(shapely.buffer(parts, 2 * ON_LINE_M), stretch)
    whole = beside["geometry"].to_numpy(object)
    held = shapely.intersection(whole, parts[beside["region"].to_numpy(np.intp)])
    beside["amount"] = shapely.length(whole) - shapely.length(held)
    beside["feature"] = along["line"].to_numpy()[beside["feature"].to_numpy(np.intp)]
    columns = ["region", "feature", "amount"]
    found = pd.concat([inside[columns], beside[columns]]).rename(columns={"region": "part"})
    found = found.join(lines[["layer", "row", "name", "surface"]], on="feature")
    found = found[(found["layer"] == "assets") | (found["surface"] != "unpaved")]
    road_name = found["surface"].map({PAVED_NAME: PAVED_ROAD}).fillna(UNKNOWN_SURFACE)
    found["name"] = found["name"].where(found["layer"] == "assets", road_name)
    ids = [frame.layers[layer]["feature_id"].loc[row] for layer, row in found[["layer", "row"]].to_numpy()]
    return found.assign(unit="m", id=ids)[["part", "name", "unit", "amount", "id"]]


def _assets_in(frame: BorderFrame, parts: NDArray[np.object_]) -> list[pd.DataFrame]:
    """Return points and polygons of assets in each part; a point on the line is in both."""
    assets = frame.layer("assets")
    if assets is None:
        return []
    geometry, kind = geometry_of(assets), assets["kind"].to_numpy(object)
    alone = ~assets.index.isin(delivered_twice(frame))
    form = shapely.get_type_id(geometry)
    points = np.flatnonzero(alone & (form == shapely.GeometryType.POINT))
    areas = np.flatnonzero(alone & np.isin(form, POLYGONS))
    part, point = shapely.STRtree(geometry[points]).query(parts, predicate="dwithin", distance=ON_LINE_M)
    inside = cut(parts, geometry[areas])
    tables = (
        (part, points[point], "points", np.ones(len(part))),
        (inside["region"], areas[inside["feature"]], "m2", shapely.area(inside["geometry"].to_numpy(object))),
    )
    ids = assets["feature_id"].to_numpy(object)
    return [
        pd.DataFrame({"part": of, "name": kind[row], "unit": unit, "amount": amount, "id": ids[row]})
        for of, row, unit, amount in tables
    ]


def _lacked(things: pd.DataFrame, side: Side) -> set[str]:
    """Return what `side` lacks and the other has; a road of unknown surface may be the paved one."""
    here = set(things.loc[things["side"] == side, "name"])
    there = set(things.loc[things["side"] != side, "name"])
    unsure = {PAVED_ROAD} if UNKNOWN_SURFACE in here else set()
    return there - here - unsure - {UNKNOWN_SURFACE}


def _finding(
    frame: BorderFrame, uses: pd.DataFrame, pair: pd.Series[Any], things: pd.DataFrame
) -> dict[str, Any]:
    lacked: dict[Side, set[str]] = {side: _lacked(things, side) for side in SIDES}
    lacking = lacked["a"] | lacked["b"]
    fewer = len(lacked["a"]) - len(lacked["b"])
    rows = list(dict.fromkeys([pair["use_a"], pair["use_b"]]))
    use = uses.iloc[rows[0]]
    evidence = {
        "layer": use["layer"],
        "use": use["use"],
        "things": sorted(lacking),
        "only_a": sorted(lacked["b"]),
        "only_b": sorted(lacked["a"]),
        "found": _amounts(things, lacking),
        "distance_m": pair["distance_m"],
    }
    for side in SIDES:
        evidence[f"polygons_{side}"] = [str(uses["feature_id"].iloc[pair[f"use_{side}"]])]
        evidence[f"area_ha_{side}"] = pair[f"area_m2_{side}"] / HECTARE_M2
        unknown = things[(things["side"] == side) & (things["name"] == UNKNOWN_SURFACE)]
        evidence[f"unknown_surface_m_{side}"] = float(unknown["amount"].sum())
    trusted = [frame.provenance(use["layer"], None if use["layer"] == "parks" else use["use"])]
    trusted += [
        frame.provenance("roads") if name == PAVED_ROAD else frame.provenance("assets", name)
        for name in lacking
    ]
    return {
        "pair": pair["pair"],
        "what": use["use"],
        "side": "both" if fewer == 0 else "a" if fewer > 0 else "b",
        "magnitude": ONE_THING if len(lacking) == 1 else MORE_THINGS,
        "provenance": worst_provenance(*trusted),
        "features": [str(uses["feature_id"].iloc[row]) for row in rows],
        "evidence": evidence,
        "geometry": shapely.union_all(uses["geometry"].to_numpy(object)[rows]),
    }


def _amounts(things: pd.DataFrame, names: set[str]) -> dict[str, dict[str, Any]]:
    """Return by thing how much of it each part has, in which unit, and examples by id."""
    chosen = things[things["name"].isin(names)]
    table: dict[str, dict[str, Any]] = {}
    for thing in chosen.sort_values(["name", "unit"]).to_dict("records"):
        entry = table.setdefault(
            thing["name"], {"a": 0.0, "b": 0.0, "unit": thing["unit"], "ids": thing["ids"]}
        )
        if entry["unit"] == thing["unit"]:  # of a kind drawn in several ways, one is told
            entry[thing["side"]] = thing["amount"]
    return table


def _lacking(frame: BorderFrame, pairs: pd.DataFrame) -> list[dict[str, str]]:
    """Return by pairing with a use across its line which of the things to compare the data lack."""
    ids = frame.pairs["pairing_id"].iloc[pairs["pair"].unique().astype(np.intp)]
    missing = [name for name in ("assets", "roads") if frame.layer(name) is None]
    return [
        {"pairing_id": identity, "what": name, "reason": f"not computed: no {name}"}
        for identity in ids
        for name in missing
    ]
