"""Roads that stop at the line though the next road begins just behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from layers.contacts import STEP_OUT_M
from layers.crossings import find_crossings
from layers.findings import CheckResult, check_result
from layers.frame import LENGTH_DECIMALS, ON_LINE_M
from layers.roads import has_roads, lonlat, named
from layers.sides import OTHER, sides_of
from layers.stretches import ROUNDING_M, stretches_near

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.frame import BorderFrame
    from layers.network import RoadNetwork

    Ints = NDArray[np.intp]
    Floats = NDArray[np.float64]

KIND = "road_dead_end"
DETOUR = 5.0  # the way round is at least this many times the straight line ...
DETOUR_M = 2000.0  # ... and this much longer
FULL_DETOUR_M = 10_000.0  # and this much longer is magnitude 1
DATA_WITHIN_M = 5000.0  # without any road this near on the other side there are no data there


def road_dead_end(frame: BorderFrame) -> CheckResult:
    """Return roads that end within `dead_end_m` of a border, unconnected to the road behind it (METHOD 5).

    Parameters
    ----------
    frame
        Uses the drivable `network` and the layer `roads`.

    Returns
    -------
    result
        `geometry` is the end, or midway between two facing ends. Evidence: `road` (`id`, `name`, `ref`) and,
        at the other end, `next_road` (likewise); `end` and `next` (lon, lat); `straight_m`; `network_m` (None
        if `unreachable`); `border_m` (from the end to the border); `facing` (two ends that are each other's
        nearest). Not computed, counted by pair: ends cut by the edge of the data, ends with no road data on
        the other side.
    """
    if frame.network is None or frame.layer("roads") is None:
        return check_result(frame.strip.crs, KIND)
    nodes = _nodes_near(frame, frame.network)
    ends = _open_ends(frame, frame.network, nodes)
    cut_off = _dwithin(ends, frame.outline, frame.settings.snap_m)
    notes = _notes(frame, ends["pair"][cut_off], "edge of the data")
    ends = _with_nearest_across(ends[~cut_off], nodes, frame.settings.link_m)
    blind = _without_data_across(frame, ends)
    notes += _notes(frame, ends["pair"][blind], "no data there")
    rows = _facing_as_one(_with_long_way_round(frame.network, ends[~blind]))
    return check_result(frame.strip.crs, KIND, [_finding(frame, *row) for row in rows], notes)


def _nodes_near(frame: BorderFrame, network: RoadNetwork) -> pd.DataFrame:
    """Return the network nodes near a border.

    `pair`, `node`, `x`, `y`, `border_m`, `side` (`line` for those on the line, None in a third district).
    """
    here = np.isin(network.road, frame.layers["roads"].index)
    node = np.unique(np.concatenate([network.u[here], network.v[here]]))
    points = frame.strip.project(shapely.points(network.node_lonlat[node]))
    reach = frame.settings.link_m + frame.settings.dead_end_m
    position, pair = frame.pairs_near(points, reach)
    xy = shapely.get_coordinates(points)[position]
    border_m = shapely.distance(frame.borders[pair], points[position]).round(LENGTH_DECIMALS)
    side = np.where(border_m <= ON_LINE_M, "line", sides_of(frame, pair, *xy.T))
    return pd.DataFrame(
        {
            "pair": pair,
            "node": node[position],
            "x": xy[:, 0],
            "y": xy[:, 1],
            "border_m": border_m,
            "side": side,
        }
    )


def _open_ends(frame: BorderFrame, network: RoadNetwork, nodes: pd.DataFrame) -> pd.DataFrame:
    """Return those of `nodes` that are ends where no road crosses, with `row`, the label of their road."""
    limit = frame.settings.dead_end_m
    ends = nodes[(network.degree[nodes["node"]] == 1) & (nodes["border_m"] <= limit)].reset_index(drop=True)
    crossed = find_crossings(frame).table
    tree = shapely.STRtree(shapely.points(ends[["x", "y"]].to_numpy(np.float64)))
    crossing, end = tree.query(crossed["contact"], predicate="dwithin", distance=limit + ROUNDING_M)
    same = crossed["pair"].to_numpy()[crossing] == ends["pair"].to_numpy()[end]
    ends = ends.drop(index=np.unique(end[same]))
    edge = _edge_of(network, ends["node"].to_numpy())
    ends = ends.assign(row=network.road[edge])
    ends["side"] = ends["side"].where(ends["side"] != "line", _side_of_road(frame, ends))
    placed: pd.DataFrame = ends[ends["side"].notna()].reset_index(drop=True)
    return placed


def _edge_of(network: RoadNetwork, node: Ints) -> Ints:
    """Return the edge of each node of degree 1; a scrap within the node itself is none."""
    edge = np.tile(np.flatnonzero(network.u != network.v), 2)
    of = np.concatenate([network.u[network.u != network.v], network.v[network.u != network.v]])
    order = np.argsort(of, kind="stable")
    return np.asarray(edge[order][np.searchsorted(of[order], node)], dtype=np.intp)


def _side_of_road(frame: BorderFrame, ends: pd.DataFrame) -> pd.Series[Any]:
    """Return the side a road comes from that ends on the line; None for one that never leaves it."""
    lines = np.asarray(frame.layers["roads"].geometry.loc[ends["row"]].array, dtype=object)
    point = shapely.points(ends[["x", "y"]].to_numpy(np.float64))
    at_m = shapely.line_locate_point(lines, point)
    ends = ends.assign(line=np.arange(len(ends)), at_m=at_m, forward=at_m < shapely.length(lines) / 2)
    touching = ends[["pair", "line", "at_m", "forward"]].merge(
        stretches_near(frame, lines, ON_LINE_M), on=["pair", "line"]
    )
    touching["gap_m"] = np.maximum(touching["from_m"] - touching["at_m"], touching["at_m"] - touching["to_m"])
    touching = touching.sort_values(["line", "gap_m"]).drop_duplicates("line")
    leaves = np.where(touching["forward"], touching["to_m"] + STEP_OUT_M, touching["from_m"] - STEP_OUT_M)
    of = lines[touching["line"]]
    xy = shapely.get_coordinates(shapely.line_interpolate_point(of, np.clip(leaves, 0.0, shapely.length(of))))
    side = sides_of(frame, touching["pair"].to_numpy(), *xy.T)
    side[(leaves < 0) | (leaves > shapely.length(of))] = None
    return pd.Series(side, index=ends.index[touching["line"]], dtype=object).reindex(ends.index)


def _dwithin(ends: pd.DataFrame, geometry: shapely.Geometry, distance_m: float) -> NDArray[np.bool_]:
    shapely.prepare(geometry)
    points = shapely.points(ends[["x", "y"]].to_numpy(np.float64))
    return np.asarray(shapely.dwithin(geometry, points, distance_m + ROUNDING_M))


def _with_nearest_across(ends: pd.DataFrame, nodes: pd.DataFrame, link_m: float) -> pd.DataFrame:
    """Return `ends` with the nearest node on the other side or on the line.

    `next_node`, `next_x`, `next_y`, `straight_m`: null where there is none within `link_m`. `across` says
    whether there is one on the other side itself.
    """
    tree = shapely.STRtree(shapely.points(nodes[["x", "y"]].to_numpy(np.float64)))
    points = shapely.points(ends[["x", "y"]].to_numpy(np.float64))
    end, at = tree.query(points, predicate="dwithin", distance=link_m + ROUNDING_M)
    near = nodes.iloc[at].reset_index(drop=True).add_prefix("next_").assign(end=end)
    own = ends.iloc[end].reset_index(drop=True)
    near["straight_m"] = np.hypot(near["next_x"] - own["x"], near["next_y"] - own["y"]).round(LENGTH_DECIMALS)
    near["across"] = near["next_side"] == own["side"].map(OTHER)
    meant = near["across"] | ((near["next_side"] == "line") & (near["next_node"] != own["node"]))
    near = near[meant & (near["next_pair"] == own["pair"])].sort_values(["end", "straight_m", "next_node"])
    across = near.groupby("end")["across"].any()
    nearest = near.drop_duplicates("end").set_index("end")[["next_node", "next_x", "next_y", "straight_m"]]
    ends = ends.reset_index(drop=True).join(nearest)
    return ends.assign(across=across.reindex(ends.index, fill_value=False))


def _without_data_across(frame: BorderFrame, ends: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which ends have no road at all on the other side within 5 km."""
    return np.array(
        [  # one by one, as each looks at its own piece of district; those with a node across are not asked
            not across and not has_roads(frame, pair, OTHER[side], shapely.Point(x, y), DATA_WITHIN_M)
            for across, pair, side, x, y in zip(
                *(ends[name] for name in ("across", "pair", "side", "x", "y")), strict=True
            )
        ],
        dtype=np.bool_,
    )


def _with_long_way_round(network: RoadNetwork, ends: pd.DataFrame) -> pd.DataFrame:
    """Return the ends from which the way to the next node is long or none, with `network_m` (inf: none)."""
    ends = ends[ends["next_node"].notna()].astype({"next_node": np.intp})
    network_m = np.round(network.route_length_m(ends["node"], ends["next_node"]), LENGTH_DECIMALS)
    straight_m = ends["straight_m"].to_numpy()
    far = (network_m >= DETOUR * straight_m) & (np.round(network_m - straight_m, LENGTH_DECIMALS) >= DETOUR_M)
    long: pd.DataFrame = ends.assign(network_m=network_m)[far]
    return long


def _facing_as_one(ends: pd.DataFrame) -> list[tuple[dict[str, Any], dict[str, Any] | None]]:
    """Return one record a finding, that of side a first where two facing ends are each other's nearest."""
    records: list[dict[str, Any]] = ends.to_dict("records")  # type: ignore[assignment]  # columns are named
    at = {(row["pair"], row["node"]): row for row in records}
    result: list[tuple[dict[str, Any], dict[str, Any] | None]] = []
    for row in records:  # of findings, which are few
        twin = at.get((row["pair"], row["next_node"]))
        facing = twin is not None and twin["next_node"] == row["node"] and twin["side"] == OTHER[row["side"]]
        if not facing:
            result.append((row, None))
        elif row["side"] == "a":
            result.append((row, twin))
    return result


def _finding(frame: BorderFrame, row: dict[str, Any], twin: dict[str, Any] | None) -> dict[str, Any]:
    """Return the row of `check_result` for an end, and the end that faces it."""
    roads = frame.layers["roads"]
    road = named(roads.loc[row["row"]])
    next_road = named(roads.loc[_a_road_at(frame, row["next_node"]) if twin is None else twin["row"]])
    end, beyond = (row["x"], row["y"]), (row["next_x"], row["next_y"])
    unreachable = bool(np.isinf(row["network_m"]))
    longer = row["network_m"] - row["straight_m"]
    return {
        "pair": row["pair"],
        "side": row["side"] if twin is None else "both",
        "magnitude": 1.0 if unreachable else min(1.0, round(longer / FULL_DETOUR_M, 9)),
        "provenance": frame.provenance("roads"),
        "features": [road["id"]] if twin is None else sorted([road["id"], next_road["id"]]),
        "evidence": {
            "road": road,
            "next_road": next_road,
            "end": lonlat(frame, end),
            "next": lonlat(frame, beyond),
            "straight_m": row["straight_m"],
            "network_m": None if unreachable else row["network_m"],
            "unreachable": unreachable,
            "border_m": row["border_m"],
            "facing": twin is not None,
        },
        "geometry": shapely.Point(end if twin is None else np.mean([end, beyond], axis=0)),
    }


def _a_road_at(frame: BorderFrame, node: int) -> int:
    """Return the label of a road that meets `node`: the one with the smallest id."""
    network = frame.network
    assert network is not None  # noqa: S101  the check ends at once without one
    rows = np.unique(network.road[(network.u == node) | (network.v == node)])
    ids = frame.layers["roads"]["feature_id"].loc[rows]
    return int(ids.sort_values().index[0])


def _notes(frame: BorderFrame, pair: pd.Series[int], reason: str) -> list[dict[str, Any]]:
    """Return a row of `not_computed` for each pair that has ends left out for `reason`."""
    of, count = np.unique(pair, return_counts=True)
    names = frame.pairs["pairing_id"].to_numpy()[of.astype(np.intp)]
    return [
        {"pairing_id": name, "what": "road end", "count": number, "reason": reason}
        for name, number in zip(names, count, strict=True)
    ]
