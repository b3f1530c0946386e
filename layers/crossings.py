"""Where drivable roads cross a border: connected contacts with the line, and the ways out of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.contacts import find_contacts
from layers.cutting import SIDES
from layers.frame import LENGTH_DECIMALS
from layers.joints import find_joints
from layers.lines import road_lines
from layers.roads import drivable
from layers.stretches import cut

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.frame import BorderFrame

    Ints = NDArray[np.intp]
    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]
    Shapes = NDArray[np.object_]

NEAR_M = 50.0  # roads this near to a border are looked at; continuations of those that cross are among them


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
    contacts, links, ways = find_contacts(frame, lines, joints)
    table, number = _table(frame, contacts, links, ways, row=row, lines=lines)
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
    of_line = joints.groupby("line")["node"]
    within_node = (of_line.transform("min") == of_line.transform("max")).to_numpy()
    short = shapely.length(lines)[found.line].round(LENGTH_DECIMALS) <= frame.settings.snap_m
    joints["scrap"] = within_node & short
    return roads.index.to_numpy(np.int64)[usable.row], lines, joints


def _table(
    frame: BorderFrame,
    contacts: pd.DataFrame,
    links: pd.DataFrame,
    ways: pd.DataFrame,
    *,
    row: NDArray[np.int64],
    lines: Shapes,
) -> tuple[gpd.GeoDataFrame, pd.Series[int]]:
    """Return the crossings, and by number of a contact its row among them."""
    out = [ways.loc[ways["side"] == side, "contact"].value_counts() for side in SIDES]
    count = pd.concat(out, axis=1).min(axis=1, skipna=False).dropna().astype(int).sort_index()
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
    of = ways[ways["contact"].isin(count.index)]
    roads = pd.DataFrame({"contact": of["contact"], "row": row[of["line"]]}).drop_duplicates()
    roads = roads.sort_values(["contact", "row"])
    last = np.searchsorted(roads["contact"], count.index, side="right")
    table = gpd.GeoDataFrame(
        {
            "pair": pair,
            "count": count.to_numpy(),
            "chainage_m": frame.chainage_m(pair, at),
            "roads": [part.tolist() for part in np.split(roads["row"].to_numpy(), last)[: len(count)]],
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
