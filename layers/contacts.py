"""Contacts of roads with a border: what of them is connected, and where they leave the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from layers.frame import LENGTH_DECIMALS, ON_LINE_M
from layers.one_road import linked
from layers.sides import sides_of
from layers.stretches import stretches_near

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.frame import BorderFrame

    Ints = NDArray[np.intp]
    Shapes = NDArray[np.object_]

JOINT_M = 0.01  # a joint this near to the end of a contact is in it; joints nearer than this are at one place
STEP_OUT_M = 0.05  # a way out is tested for its side this far beyond the contact

WAY_COLUMNS = ("contact", "pair", "side", "line", "at_m", "ahead", "free_m")


def find_contacts(
    frame: BorderFrame, lines: Shapes, joints: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return what of `lines` is on a border, connected, and the ways out of it.

    Parameters
    ----------
    frame
        The block.
    lines
        Roads near a border (LineStrings, metres).
    joints
        Where they are joined: `line`, `at_m`, `node`, `scrap`.

    Returns
    -------
    stretches
        `contact` (number of the connected contact), `pair`, `line`, `from_m`, `to_m`.
    links
        Joints off the line that a node joins to a contact, with a piece of road that is not drawn:
        `contact`, `pair`, `node`, `line`, `at_m`, `x`, `y`, `side`.
    ways
        WAY_COLUMNS; `side` is None where a way leads to neither member.
    """
    spread, beside = _spread_joints(frame, lines, joints)
    stretches = _reaching(stretches_near(frame, lines, ON_LINE_M), spread, lines, frame.settings.snap_m)
    stretches["contact"], beside["contact"] = _connected(stretches, joints, beside)
    links = beside[beside["contact"] >= 0]
    ways = pd.concat([_ways_of_stretches(frame, stretches, lines), _ways_of_links(links, lines)])
    return stretches, links, ways


def _spread_joints(
    frame: BorderFrame, lines: Shapes, joints: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the joints of nodes whose joints are not all at one place, and those near a border by pair.

    Such a node is a piece of road that is not drawn. `beside`: `joint` (label in `joints`), `pair`, `node`,
    `line`, `at_m`, `x`, `y`, `side`.
    """
    at = joints["at_m"].to_numpy()
    points = shapely.line_interpolate_point(lines[joints["line"]], at)
    xy = pd.DataFrame(shapely.get_coordinates(points), columns=["x", "y"], index=joints.index)
    by_node = xy.groupby(joints["node"])
    wide = ((by_node.max() - by_node.min()) > JOINT_M).any(axis=1)
    spread = joints[joints["node"].map(wide).astype(bool)].join(xy)
    leading = spread[~spread["scrap"]]
    position, pair = frame.pairs_near(points[leading.index], 2 * frame.settings.snap_m)
    beside = leading.iloc[position].rename_axis("joint").reset_index().assign(pair=pair)
    beside["side"] = sides_of(frame, pair, beside["x"].to_numpy(), beside["y"].to_numpy())
    return spread, beside


def _reaching(contacts: pd.DataFrame, spread: pd.DataFrame, lines: Shapes, snap_m: float) -> pd.DataFrame:
    """Return `contacts` that reach to the end of their road where that end is joined to a road farther off.

    A road drawn a little over the line, and joined there to one that begins at the line or before it, would
    else be two crossings.
    """
    length = shapely.length(lines)
    is_start = spread["at_m"].to_numpy() < JOINT_M
    is_end = spread["at_m"].to_numpy() > length[spread["line"]] - JOINT_M
    starts, ends = np.zeros(len(lines), dtype=bool), np.zeros(len(lines), dtype=bool)
    starts[spread["line"].to_numpy()[is_start]] = True
    ends[spread["line"].to_numpy()[is_end]] = True
    line = contacts["line"].to_numpy()
    from_m, to_m = contacts["from_m"].to_numpy(), contacts["to_m"].to_numpy()
    return contacts.assign(
        from_m=np.where(starts[line] & (from_m <= snap_m), 0.0, from_m),
        to_m=np.where(ends[line] & (length[line] - to_m <= snap_m), length[line], to_m),
    )


def _connected(contacts: pd.DataFrame, joints: pd.DataFrame, beside: pd.DataFrame) -> tuple[Ints, Ints]:
    """Return which connected contact each of `contacts` is of, and each of `beside` (-1: of none).

    Stretches are connected by the nodes that lie in them. A node with joints on both sides of the line is a
    contact by itself.
    """
    inside = contacts.reset_index(names="stretch").merge(joints.reset_index(names="joint"), on="line")
    inside = inside[
        (inside["at_m"] >= inside["from_m"] - JOINT_M) & (inside["at_m"] <= inside["to_m"] + JOINT_M)
    ]
    sides = (
        beside.assign(a=beside["side"] == "a", b=beside["side"] == "b")
        .groupby(["pair", "node"])[["a", "b"]]
        .any()
    )
    straddling = sides[sides["a"] & sides["b"]].reset_index()[["pair", "node"]]
    nodes = pd.concat([inside[["pair", "node"]], straddling]).drop_duplicates(ignore_index=True)
    number = pd.Series(np.arange(len(nodes)) + len(contacts), index=pd.MultiIndex.from_frame(nodes))
    at_node = number.reindex(pd.MultiIndex.from_frame(inside[["pair", "node"]])).to_numpy()
    count = len(contacts) + len(nodes)
    part = linked(count, inside["stretch"].to_numpy(np.intp), at_node.astype(np.intp))
    # Joints in the contact are no ways out of it; those elsewhere of a node in it are.
    drawn = pd.MultiIndex.from_frame(inside[["pair", "joint"]])
    away = ~pd.MultiIndex.from_frame(beside[["pair", "joint"]]).isin(drawn)
    of_node = number.reindex(pd.MultiIndex.from_frame(beside[["pair", "node"]])).to_numpy(np.float64)
    led = away & np.isfinite(of_node)
    of_joint = np.full(len(beside), -1, dtype=np.intp)
    of_joint[led] = part[of_node[led].astype(np.intp)]
    return part[: len(contacts)].astype(np.intp), of_joint


def _ways_of_stretches(frame: BorderFrame, contacts: pd.DataFrame, lines: Shapes) -> pd.DataFrame:
    """Return the ways out of stretches: where their line goes on, off the border."""
    length = shapely.length(lines[contacts["line"]])
    same = contacts.groupby(["pair", "line"])
    before = contacts["from_m"] - same["to_m"].shift().fillna(0.0)
    after = same["from_m"].shift(-1).fillna(pd.Series(length, contacts.index)) - contacts["to_m"]
    ways = pd.concat(
        [
            contacts.assign(at_m=contacts["from_m"], ahead=False, free_m=before),
            contacts.assign(at_m=contacts["to_m"], ahead=True, free_m=after),
        ]
    )
    ways = ways[ways["free_m"].round(LENGTH_DECIMALS) > 0]
    out = np.minimum(STEP_OUT_M, ways["free_m"] / 2) * np.where(ways["ahead"], 1.0, -1.0)
    xy = shapely.get_coordinates(shapely.line_interpolate_point(lines[ways["line"]], ways["at_m"] + out))
    ways["side"] = sides_of(frame, ways["pair"].to_numpy(), *xy.T)
    return ways[list(WAY_COLUMNS)]


def _ways_of_links(links: pd.DataFrame, lines: Shapes) -> pd.DataFrame:
    """Return the ways out of undrawn pieces of road: where the roads they lead to begin."""
    rest = shapely.length(lines[links["line"]]) - links["at_m"]
    ahead = rest > JOINT_M
    return links.assign(ahead=ahead, free_m=np.where(ahead, rest, links["at_m"]))[list(WAY_COLUMNS)]
