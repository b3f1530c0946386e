"""Where drivable roads cross a border: connected contacts with the line, and the ways out of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.frame import LENGTH_DECIMALS, ON_LINE_M
from layers.joints import find_joints
from layers.lines import road_lines
from layers.one_road import linked
from layers.roads import drivable
from layers.stretches import cut, stretches_near

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.frame import BorderFrame, Side

    Ints = NDArray[np.intp]
    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]
    Shapes = NDArray[np.object_]

NEAR_M = 50.0  # roads this near to a border are looked at; continuations of those that cross are among them
JOINT_M = 0.01  # a joint this near to the end of a contact is in it; joints nearer than this are at one place
STEP_OUT_M = 0.05  # a way out is tested for its side this far beyond the contact

WAY_COLUMNS = ("contact", "pair", "side", "line", "at_m", "ahead", "free_m")


@dataclass(frozen=True)
class Crossings:
    """Crossings of a block and the roads they are made of.

    Parameters
    ----------
    table
        RangeIndex, ordered by pair and chainage: `pair`, `count` (METHOD 1), `chainage_m`, `roads` (index
        labels of the roads layer, sorted), `contact` (where they are on the line: MultiLineString),
        `geometry` (Point on the border).
    ways
        Ways out, ordered by crossing: `crossing` (row of `table`), `side`, `line` (position in `lines`),
        `at_m` (where along the line it leaves the contact), `ahead` (True: in the line's direction),
        `free_m` (how far it goes until it is on the line again, or ends).
    row, lines
        By line: index label in the roads layer, and LineString.
    joints
        Where the lines are joined, sorted by line and distance: `line`, `at_m`, `node`, `scrap` (of a line so
        short that it lies within one node).
    """

    table: gpd.GeoDataFrame
    ways: pd.DataFrame
    row: NDArray[np.int64]
    lines: Shapes
    joints: pd.DataFrame


def crossings(frame: BorderFrame) -> gpd.GeoDataFrame:
    """Return the crossings of drivable roads with the borders of a block; see `Crossings.table`.

    A crossing is a connected contact of drivable road with the border (within 0.1 m) that it leaves to both
    sides; it counts as many as the smaller number of ways out. What is connected is what the road network
    joins: ends that nearly meet are one place, so that a road whose two halves were digitised a few metres
    apart at the line does cross it. Without a road layer there are none.
    """
    return find_crossings(frame).table


def find_crossings(frame: BorderFrame) -> Crossings:
    """Return the crossings of a block with their ways out; computed once a frame."""
    return frame.once("crossings", lambda: _find(frame))


def _find(frame: BorderFrame) -> Crossings:
    row, lines, joints = _near_lines(frame)
    spread, beside = _spread_joints(frame, lines, joints)
    contacts = _reaching(stretches_near(frame, lines, ON_LINE_M), spread, lines, frame.settings.snap_m)
    of_contact, of_joint = _connected(contacts, joints, beside)
    contacts["contact"], beside["contact"] = of_contact, of_joint
    links = beside[beside["contact"] >= 0]
    ways = pd.concat([_ways_of_stretches(frame, contacts, lines), _ways_of_links(links, lines)])
    table, number = _table(frame, contacts, links, ways, row, lines)
    ways["crossing"] = ways["contact"].map(number)
    ways = ways[ways["crossing"].notna() & ways["side"].notna()].astype({"crossing": np.intp})
    order = ["crossing", "side", "line", "at_m", "ahead"]
    ways = ways.sort_values(order, ignore_index=True)[[*order, "free_m"]]
    return Crossings(table, ways, row, lines, joints)


def _near_lines(frame: BorderFrame) -> tuple[NDArray[np.int64], Shapes, pd.DataFrame]:
    """Return the drivable roads near a border: index labels, LineStrings, and where they are joined."""
    roads = drivable(frame)
    near = np.unique(frame.pairs_near(roads.geometry.array, NEAR_M)[0])
    roads = roads.iloc[near]
    usable = road_lines(frame.strip.unproject_frame(roads), np.ones(len(roads), dtype=bool))
    lines = np.asarray(roads.geometry.array, dtype=object)[usable.row]
    found = find_joints(usable, frame.settings.snap_m)
    # The network measures each road in its own strip: as a share of the length the place is the same here.
    at_m = found.at_m / usable.length_m[found.line] * shapely.length(lines)[found.line]
    joints = pd.DataFrame({"line": found.line, "at_m": at_m, "node": found.node})
    within_node = joints.groupby("line")["node"].nunique() == 1
    scrap = within_node & (
        shapely.length(lines)[within_node.index].round(LENGTH_DECIMALS) <= frame.settings.snap_m
    )
    joints["scrap"] = joints["line"].map(scrap).astype(bool)
    return roads.index.to_numpy(np.int64)[usable.row], lines, joints


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
    """Return the number of the connected contact each of `contacts` is of, and each of `beside` (-1: of none).

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


def _table(
    frame: BorderFrame,
    contacts: pd.DataFrame,
    links: pd.DataFrame,
    ways: pd.DataFrame,
    row: NDArray[np.int64],
    lines: Shapes,
) -> tuple[gpd.GeoDataFrame, pd.Series[int]]:
    """Return the crossings, and by number of a contact its row among them."""
    out = (
        ways.groupby(["contact", "side"])
        .size()
        .unstack(fill_value=0)
        .reindex(columns=["a", "b"], fill_value=0)
    )
    count = out.min(axis=1)
    count = count[count > 0].sort_index()
    contacts, links = (
        contacts[contacts["contact"].isin(count.index)],
        links[links["contact"].isin(count.index)],
    )
    pair = pd.concat([contacts, links]).groupby("contact")["pair"].first().to_numpy(np.intp)
    parts = cut(lines, *(contacts[name].to_numpy() for name in ("line", "from_m", "to_m")))
    centre = _centres(contacts, links, parts)
    at = shapely.get_point(shapely.shortest_line(frame.borders[pair], shapely.points(centre)), 0)
    # An undrawn piece of road runs from its joint to the middle of the contact.
    middle = centre[np.searchsorted(count.index, links["contact"])]
    drawn = shapely.linestrings(np.stack([links[["x", "y"]].to_numpy(np.float64), middle], axis=1))
    owner = np.searchsorted(count.index, np.concatenate([contacts["contact"], links["contact"]]))
    order = np.argsort(owner, kind="stable")
    roads = ways[ways["contact"].isin(count.index)].groupby("contact")["line"].unique()
    table = gpd.GeoDataFrame(
        {
            "pair": pair,
            "count": count.to_numpy(),
            "chainage_m": frame.chainage_m(pair, at),
            "roads": [sorted(set(row[of].tolist())) for of in roads],
            "contact": shapely.multilinestrings(np.concatenate([parts, drawn])[order], indices=owner[order]),
        },
        geometry=at,
        crs=frame.strip.crs,
    )
    place = np.lexsort((table["chainage_m"].round(LENGTH_DECIMALS), pair))
    number = pd.Series(np.argsort(place), index=count.index)
    return table.iloc[place].reset_index(drop=True), number


def _centres(contacts: pd.DataFrame, links: pd.DataFrame, parts: Shapes) -> Floats:
    """Return by contact (ascending number) the mean of the ends of its stretches and links."""
    ends = [shapely.get_coordinates(shapely.get_point(parts, end)) for end in (0, -1)]
    xy = np.concatenate([*ends, links[["x", "y"]].to_numpy(np.float64)])
    owner = np.concatenate([contacts["contact"], contacts["contact"], links["contact"]])
    return np.asarray(pd.DataFrame(xy).groupby(owner).mean().to_numpy())


def sides_of(frame: BorderFrame, pair: Ints, x: Floats, y: Floats) -> NDArray[np.object_]:
    """Return for points (metres) the side of the border `pair` they are on; None where neither or both."""
    held = {}
    sides: tuple[Side, Side] = ("a", "b")
    for side in sides:
        members = frame.member(side)
        shapely.prepare(members)
        held[side] = shapely.contains_xy(members[pair], x, y)
    result = np.full(len(pair), None, dtype=object)
    result[held["a"] & ~held["b"]] = "a"
    result[held["b"] & ~held["a"]] = "b"
    return result
