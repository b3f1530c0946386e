"""Roads and assets on the line that nobody, or more than one, is in charge of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from layers.cutting import SIDES
from layers.findings import CheckResult, check_result
from layers.frame import LENGTH_DECIMALS
from layers.joints import find_joints
from layers.lines import road_lines
from layers.on_line import assets_on_line, roads_on_line
from layers.one_road import linked, one_road
from layers.roads import NAMES_OF_ONE_ROAD

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from layers.frame import BorderFrame

    Ints = NDArray[np.intp]

KIND = "responsibility"
NONE_M, TWO_M = 0.5, 1.0
LEAST_KNOWN = 0.5  # of the layer's features in the zones; with fewer, no manager means little
LEAST_IN_ZONE_M = 50.0  # a manager of less of a road in a side's zone only reaches over the line
SHARE_DECIMALS = 9


def responsibility(frame: BorderFrame) -> CheckResult:
    """Return roads and assets that cross or lie on a border with no manager, or with two (METHOD 5).

    Parameters
    ----------
    frame
        Uses the layers `roads` and `assets`: `managed_by`.

    Returns
    -------
    result
        One row a road or asset; `what` is `road` or the asset's kind; `geometry` the feature within zone_m.
        A road is what goes on across the line, or under one id, name or ref beside it. Evidence: `layer`
        (roads or assets), `ids`, `name` (or ref, or None), `reason`: none (m 0.5), one_id (two managers of
        one feature id) or one_side (of one road in one side's zone; m 1), `managers` (all given, sorted),
        `in_zones`: by side the metres of road of each manager (one_side only), `known` and `features` (how
        many features of the layer in the zones carry `managed_by`, of how many). Not computed: pairs where
        fewer than half do.
    """
    rows: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    for name, find in (("roads", _roads), ("assets", _assets)):
        layer = frame.layer(name)
        if layer is None:
            continue
        known = _known(frame, layer, name)
        enough = (known["known"] / known["features"]).round(SHARE_DECIMALS) >= LEAST_KNOWN
        few = known[~enough].join(frame.pairs["pairing_id"])
        notes += [
            {"pairing_id": pairing, "what": name, "count": count, "reason": "managers unknown"}
            for pairing, count in zip(few["pairing_id"], few["features"] - few["known"], strict=True)
        ]
        rows += [
            {**row, "evidence": {"layer": name, **row["evidence"], **_plain(known.loc[row["pair"]])}}
            for row in find(frame, layer, np.asarray(enough.index[enough], dtype=np.intp))
        ]
    return check_result(frame.strip.crs, KIND, rows, notes)


def _known(frame: BorderFrame, layer: gpd.GeoDataFrame, name: str) -> pd.DataFrame:
    """Return by pair how many features of `layer` are in its zones, and how many carry `managed_by`."""
    table = _in_zones(frame, layer, name).join(layer[["feature_id", "managed_by"]], on="row")
    by_id = table["managed_by"].notna().groupby([table["pair"], table["feature_id"]]).any().groupby("pair")
    return pd.DataFrame({"known": by_id.sum(), "features": by_id.size()}).astype(int)


def _in_zones(frame: BorderFrame, layer: gpd.GeoDataFrame, name: str) -> pd.DataFrame:
    """Return which rows of `layer` are in which zone: `pair`, `side`, `row` (label)."""

    def derive() -> pd.DataFrame:
        tree = shapely.STRtree(layer.geometry.array)
        found = {side: tree.query(frame.zone(side), predicate="intersects") for side in SIDES}
        return pd.concat(
            [
                pd.DataFrame({"pair": pair, "side": side, "row": layer.index.to_numpy()[at]})
                for side, (pair, at) in found.items()
            ],
            ignore_index=True,
        )

    return frame.once(f"{name}_in_zones", derive)


def _plain(known: pd.Series[int]) -> dict[str, int]:
    return {name: int(known[name]) for name in ("known", "features")}


def _roads(frame: BorderFrame, layer: gpd.GeoDataFrame, pairs: Ints) -> list[dict[str, Any]]:
    """Return the findings of roads, for `pairs`: where two are in charge, and else where nobody is."""
    on_line, across = roads_on_line(frame)
    own = layer.loc[layer["feature_id"].isin(on_line["feature_id"]), ["feature_id", "managed_by"]]
    given = own.dropna().groupby("feature_id")["managed_by"].agg(lambda by: sorted(set(by)))
    on_line["managers"] = [given.get(feature, []) for feature in on_line["feature_id"]]
    nobody = _without_manager(on_line, across)
    shared = managers_by_side(frame, layer, on_line)
    two = (on_line["managers"].map(len) > 1) | on_line["place"].isin(shared["place"])
    asked = on_line["pair"].isin(pairs)
    rows = []  # of findings, which are few
    for place, of_road in on_line[two & asked].groupby("place"):
        reason = "one_id" if of_road["managers"].map(len).max() > 1 else "one_side"
        rows.append(_of_road(frame, layer, of_road, reason, shared[shared["place"] == place]))
    for _, of_road in on_line[asked].groupby(nobody[asked]):
        rows.append(_of_road(frame, layer, of_road, "none", shared.iloc[:0]))
    return rows


def _without_manager(on_line: pd.DataFrame, across: NDArray[np.intp]) -> pd.Series[float]:
    """Return by row of `on_line` the number of the road, if it has no manager on either side; else NaN."""
    given = on_line["managers"].map(len).to_numpy() > 0
    # Of a road that goes on under another id across the line, one manager is enough.
    through = linked(len(on_line), *across.T)
    open_ = ~np.isin(through, through[given])
    first = on_line["place"].map(on_line[open_].reset_index().groupby("place")["index"].first())
    same = np.flatnonzero(open_)
    beside = np.column_stack([same, first.to_numpy()[same]]).astype(np.intp)
    number = linked(len(on_line), *np.concatenate([across, beside]).T)
    return pd.Series(number, on_line.index, dtype=np.float64).where(open_)


def managers_by_side(frame: BorderFrame, layer: gpd.GeoDataFrame, on_line: pd.DataFrame) -> pd.DataFrame:
    """Return the managers of roads that have two in one side's zone.

    `place`, `side`, `managed_by`, `length_m`, `ids` (of its pieces there).

    A road's pieces share its id, name or ref and are connected to what of it is on the line, by such pieces.
    """
    pieces = _pieces_in_zones(frame, layer, on_line)
    pieces = pieces[pieces.groupby(["place", "side"])["managed_by"].transform("nunique") > 1]
    if len(pieces) == 0:
        return pieces.assign(length_m=0.0, ids=None)[["place", "side", "managed_by", "length_m", "ids"]]
    rows = np.unique(np.concatenate([pieces["row"], on_line["row"][on_line["place"].isin(pieces["place"])]]))
    road = _road_of_row(frame, layer, rows)
    own = on_line.assign(road=road.reindex(on_line["row"]).to_numpy())[["place", "road"]]
    pieces = pieces.assign(road=road.loc[pieces["row"]].to_numpy()).merge(
        own.drop_duplicates(), on=["place", "road"]
    )
    zones = np.where(pieces["side"] == "a", frame.zone("a")[pieces["pair"]], frame.zone("b")[pieces["pair"]])
    shapes = np.asarray(layer.geometry.loc[pieces["row"]].array, dtype=object)
    pieces["length_m"] = shapely.length(shapely.intersection(shapes, zones))
    grouped = pieces.join(layer["feature_id"], on="row").groupby(["place", "side", "managed_by"])
    by = grouped.agg(length_m=("length_m", "sum"), ids=("feature_id", set)).reset_index()
    by = by[by["length_m"].round(LENGTH_DECIMALS) >= LEAST_IN_ZONE_M]
    return by[by.groupby(["place", "side"])["managed_by"].transform("size") > 1]


def _pieces_in_zones(frame: BorderFrame, layer: gpd.GeoDataFrame, on_line: pd.DataFrame) -> pd.DataFrame:
    """Return the rows in the zones that share an id, name or ref with a road on the line, by its `place`."""
    names = layer[list(NAMES_OF_ONE_ROAD)]
    within = _in_zones(frame, layer, "roads").join(names, on="row")
    own = on_line[["pair", "place", "row"]].join(names, on="row")
    found = [
        within.dropna(subset=column).merge(
            own[["pair", "place", column]].drop_duplicates(), on=["pair", column]
        )
        for column in NAMES_OF_ONE_ROAD
    ]
    pieces = pd.concat(found)[["pair", "place", "side", "row"]].drop_duplicates(ignore_index=True)
    return pieces.join(layer["managed_by"], on="row")


def _road_of_row(frame: BorderFrame, layer: gpd.GeoDataFrame, rows: NDArray[np.int64]) -> pd.Series[int]:
    """Return by row (label of the layer) the number of the road it is a connected piece of."""
    chosen = layer.loc[rows]
    lines = road_lines(frame.strip.unproject_frame(chosen), np.ones(len(chosen), dtype=bool))
    joints = find_joints(lines, frame.settings.snap_m)
    row = lines.row[joints.line]
    number = one_road(len(rows), row, joints.node, chosen[list(NAMES_OF_ONE_ROAD)].iloc[row])
    return pd.Series(number, index=rows)


def _of_road(
    frame: BorderFrame, layer: gpd.GeoDataFrame, of_road: pd.DataFrame, reason: str, shared: pd.DataFrame
) -> dict[str, Any]:
    """Return the finding of a road: its pieces on the line, and its managers in one side's zone."""
    ids = sorted(set(of_road["feature_id"]))
    pieces = layer[layer["feature_id"].isin(ids)]
    managers = set(shared["managed_by"]).union(*of_road["managers"])
    sides = sorted(set(shared["side"]))
    called = [value for column in ("name", "ref") for value in pieces[column].dropna()]
    return {
        "pair": int(of_road["pair"].iloc[0]),
        "what": "road",
        "side": sides[0] if reason == "one_side" and len(sides) == 1 else "both",
        "magnitude": NONE_M if reason == "none" else TWO_M,
        "provenance": frame.provenance("roads"),
        "features": ids,
        "evidence": {
            "ids": sorted(set(ids).union(*shared["ids"])),
            "name": called[0] if called else None,
            "reason": reason,
            "managers": sorted(managers),
            "in_zones": {
                side: dict(zip(of_side["managed_by"], of_side["length_m"], strict=True))
                for side, of_side in shared.groupby("side")
            },
        },
        "geometry": _in_zone(frame, int(of_road["pair"].iloc[0]), pieces),
    }


def _in_zone(frame: BorderFrame, pair: int, features: gpd.GeoDataFrame) -> shapely.Geometry:
    """Return `features` within zone_m of the border, inside its members."""
    zone = shapely.union(frame.zone("a")[pair], frame.zone("b")[pair])
    inside = shapely.intersection(shapely.union_all(features.geometry.array), zone)
    return shapely.line_merge(inside) if inside.geom_type == "MultiLineString" else inside


def _assets(frame: BorderFrame, layer: gpd.GeoDataFrame, pairs: Ints) -> list[dict[str, Any]]:
    """Return the findings of assets, for `pairs`."""
    on_line = assets_on_line(frame, layer)
    table = on_line[on_line["pair"].isin(pairs)].join(
        layer[["feature_id", "kind", "name", "managed_by"]], on="row"
    )
    by_feature = table.groupby(["pair", "feature_id"])["managed_by"]
    table["managers"] = by_feature.transform("nunique")
    rows = []
    for (_, feature), of_asset in table[table["managers"] != 1].groupby(["pair", "feature_id"]):
        pair = int(of_asset["pair"].iloc[0])
        two = of_asset["managers"].iloc[0] > 1
        called = of_asset["name"].dropna()
        rows.append(
            {
                "pair": pair,
                "what": of_asset["kind"].iloc[0],
                "side": "both",
                "magnitude": TWO_M if two else NONE_M,
                "provenance": frame.provenance("assets", of_asset["kind"].iloc[0]),
                "features": [feature],
                "evidence": {
                    "ids": [feature],
                    "name": called.iloc[0] if len(called) else None,
                    "reason": "one_id" if two else "none",
                    "managers": sorted(set(of_asset["managed_by"].dropna())),
                    "in_zones": {},
                },
                "geometry": _in_zone(frame, pair, layer.loc[of_asset["row"]]),
            }
        )
    return rows
