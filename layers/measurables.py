"""Measurables of a region: how much of what there is, by side of a border and by segment (METHOD 7).

Lines (roads by class group, asset lines) are measured in metres, everything else is counted. An asset drawn
as a polygon counts as one point on each side that holds at least 1 m² of it, at a point inside that part;
what lies on the line counts in full for both sides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import shapely

from geodata.model import PAVED, ROAD_CLASSES, UNPAVED
from layers.cells import cut_by_cells
from layers.cutting import POLYGONS, SIDES, cut, geometry_of, parts_by_side, stretches_on_line
from layers.frame import BELT, LENGTH_DECIMALS, ON_LINE_M, BorderFrame, Side
from layers.roads import base_classes

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from numpy.typing import NDArray

Ground = Literal["zone", "belt"]

PER_KM2, KM_PER_KM2, PER_10000, SHARE = "per km2", "km/km2", "per 10000 people", "share"
PEOPLE_PER_KM2, MINUTES = "people/km2", "min"
ROAD_GROUPS = ("road_arterial", "road_local", "road_track")
KNOWN, PAVED_NAME = "known", "paved"  # metres of road of known surface, and of these the paved ones
PAVED_SHARE = "paved_share"
PEOPLE = "people"
KM2_M2, KM_M, TEN_THOUSAND = 1e6, 1e3, 1e4

_TYPES = dict.fromkeys(["pair", "row", "segment_row"], np.intp) | dict.fromkeys(
    ["distance_m", "amount", "minutes"], np.float64
)
_LINES = (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING)


def measured_lines(frame: BorderFrame) -> pd.DataFrame:
    """Return the lines that are measured: `geometry`, `layer`, `row`, `name`, `surface`.

    `name` is the class group of a road or the kind of an asset; `surface` of roads is paved, unpaved or
    None where it is unknown.
    """
    return frame.once(
        "measured_lines",
        lambda: pd.concat([road_lines(frame.layer("roads")), _asset_lines(frame)], ignore_index=True),
    )


def road_lines(roads: gpd.GeoDataFrame | None) -> pd.DataFrame:
    """Return the roads that are measured, in the columns of `measured_lines`: those of a class group."""
    if roads is None:
        return _table(["geometry", "layer", "row", "name", "surface"])
    group = base_classes(roads).map({name: known.group for name, known in ROAD_CLASSES.items()})
    surface = roads["surface"].map(dict.fromkeys(PAVED, PAVED_NAME) | dict.fromkeys(UNPAVED, "unpaved"))
    table = pd.DataFrame(
        {
            "geometry": geometry_of(roads),
            "layer": "roads",
            "row": roads.index.to_numpy(),
            "name": group.to_numpy(dtype=object),
            "surface": surface.astype(object).where(surface.notna(), None).to_numpy(),
        }
    )
    return table[table["name"].notna()]


def line_metres(frame: BorderFrame, ground: Ground) -> pd.DataFrame:
    """Return metres of line by segment cell of both sides.

    Returns
    -------
    metres
        `segment_row` (row of `frame.segments`), `side`, `layer`, `name`, `metres`; for roads also under the
        names `paved` and `known`. Cells without any have no row.
    """
    return frame.once(f"line_metres {ground}", lambda: _line_metres(frame, ground))


def cell_areas_m2(frame: BorderFrame, ground: Ground) -> dict[Side, NDArray[np.float64]]:
    """Return by side the area of each segment's cell (rows of `frame.segments`)."""
    return {side: shapely.area(cells) for side, cells in ground_cells(frame, ground).items()}


def ground_cells(frame: BorderFrame, ground: Ground) -> dict[Side, NDArray[np.object_]]:
    """Return by side the part of zone or belt that is nearer to each segment than to any other."""

    def cells() -> dict[Side, NDArray[np.object_]]:
        if ground == "zone":
            return {side: frame.cells(side) for side in SIDES}
        pair = frame.segments["pair"].to_numpy()
        return {side: cut_by_cells(frame.belt(side), frame.voronoi, pair) for side in SIDES}

    return frame.once(f"ground_cells {ground}", cells)


def places(frame: BorderFrame) -> pd.DataFrame:
    """Return everything that is counted, out to 5 zone depths from each border, by side.

    Returns
    -------
    places
        `pair`, `side`, `layer`, `name`, `row`, `distance_m` (rounded as METHOD compares lengths),
        `segment_row`, `amount`: 1, of `people` their number. What is on the line stands on both sides.
    """
    return frame.once("places", lambda: _places(frame))


def of_ground(table: pd.DataFrame, ground: Ground, zone_m: float) -> pd.DataFrame:
    """Return the rows of `places` that lie in the zone or in the interior belt."""
    low, high = (0.0, 1.0) if ground == "zone" else BELT
    return table[table["distance_m"].between(low * zone_m, high * zone_m)]


def delivered_twice(frame: BorderFrame) -> NDArray[np.intp]:
    """Return the rows of assets that the facility layer has as well: of one kind, at one place."""
    assets, facilities = frame.layer("assets"), frame.layer("facilities")
    if assets is None or facilities is None:
        return np.empty(0, dtype=np.intp)
    tree = shapely.STRtree(geometry_of(facilities))
    asset, facility = tree.query(geometry_of(assets), predicate="dwithin", distance=ON_LINE_M)
    same = assets["kind"].to_numpy()[asset] == facilities["kind"].to_numpy()[facility]
    return np.asarray(assets.index[np.unique(asset[same])], dtype=np.intp)


def own_minutes(frame: BorderFrame) -> pd.DataFrame:
    """Return T_own of the people in `places`: `pair`, `side`, `row`, `kind`, `minutes`.

    Who is off the network, or reaches none, has no row: mean minutes leave them out. No travel times give no
    rows.
    """
    return frame.once("own_minutes", lambda: _own_minutes(frame))


def cap(ids: Iterable[Any], most: int = 20) -> list[str]:
    """Return the first `most` of `ids`, sorted, as text: evidence names examples and gives the count."""
    return sorted({str(identity) for identity in ids})[:most]


def _own_minutes(frame: BorderFrame) -> pd.DataFrame:
    travel = frame.travel
    if travel is None or not travel.kinds:
        return _table(["pair", "side", "row", "kind", "minutes"])
    people = places(frame)
    people = people.loc[people["layer"] == "population", ["pair", "side", "row"]].reset_index(drop=True)
    pair, row = people["pair"].to_numpy(np.intp), people["row"].to_numpy(np.intp)
    on_a = (people["side"] == "a").to_numpy()
    member = np.where(on_a, frame.pairs["member_a"].iloc[pair], frame.pairs["member_b"].iloc[pair])
    of, names = pd.factorize(member, sort=True)
    at, kinds, minutes = [], [], []
    for number, name in enumerate(names):  # own facilities, and so the times, are the member's
        here = np.flatnonzero(of == number)
        for kind in travel.kinds:
            own = travel.own_minutes(kind, str(name), row[here])
            reached = np.isfinite(own)
            at.append(here[reached])
            minutes.append(own[reached])
            kinds += [kind] * len(at[-1])
    if not at:
        return _table(["pair", "side", "row", "kind", "minutes"])
    table = people.iloc[np.concatenate(at)].reset_index(drop=True)
    return table.assign(kind=kinds, minutes=np.concatenate(minutes))


def _asset_lines(frame: BorderFrame) -> pd.DataFrame:
    assets = frame.layer("assets")
    if assets is None:
        return _table(["geometry", "layer", "row", "name", "surface"])
    geometry = geometry_of(assets)
    lines = np.isin(shapely.get_type_id(geometry), _LINES)
    return pd.DataFrame(
        {
            "geometry": geometry[lines],
            "layer": "assets",
            "row": assets.index.to_numpy()[lines],
            "name": assets["kind"].to_numpy(dtype=object)[lines],
            "surface": None,
        }
    )


def _line_metres(frame: BorderFrame, ground: Ground) -> pd.DataFrame:
    lines = measured_lines(frame)
    geometry = lines["geometry"].to_numpy(dtype=object)
    on_line = stretches_on_line(frame, geometry)
    found = []
    for side, cells in ground_cells(frame, ground).items():
        inside = cut(cells, geometry)
        metres = inside.rename(columns={"region": "segment_row", "feature": "line"})
        metres["metres"] = shapely.length(inside["geometry"].to_numpy(dtype=object))
        extra = _missed(on_line, cells) if ground == "zone" else on_line.assign(metres=0.0)
        both = pd.concat([metres, extra])[["segment_row", "line", "metres"]]
        found.append(both[both["metres"] > 0].assign(side=side))
    return by_name(pd.concat(found, ignore_index=True), lines, ["segment_row", "side"])


def _missed(on_line: pd.DataFrame, cells: NDArray[np.object_]) -> pd.DataFrame:
    """Return what of the stretches on the line the cells beside them lack: it counts for both sides."""
    stretch = on_line["geometry"].to_numpy(dtype=object)
    held = shapely.intersection(stretch, cells[on_line["segment_row"].to_numpy(np.intp)])
    return on_line.assign(metres=shapely.length(stretch) - shapely.length(held))


def by_name(metres: pd.DataFrame, lines: pd.DataFrame, where: list[str]) -> pd.DataFrame:
    """Return metres of single lines (`line`, `metres`) summed by `where`, layer and name.

    Roads count under their class group, those of known surface also as `known`, of these the paved ones as
    `paved`.
    """
    table = metres.join(lines[["layer", "name", "surface"]], on="line")
    known = table[table["surface"].notna()]
    paved = known[known["surface"] == PAVED_NAME]
    table = pd.concat([table, known.assign(name=KNOWN), paved.assign(name=PAVED_NAME)])
    return table.groupby([*where, "layer", "name"])["metres"].sum().reset_index()


def _places(frame: BorderFrame) -> pd.DataFrame:
    reach = BELT[1] * frame.settings.zone_m
    found = []
    for name in ("facilities", "assets", "population"):
        layer = frame.layer(name)
        if layer is None or name not in frame.memberships:
            continue
        near = frame.points_near(name, reach + ON_LINE_M).assign(layer=name)
        row = near["row"]
        near["name"] = PEOPLE if name == "population" else layer["kind"].loc[row].to_numpy(dtype=object)
        near["amount"] = layer["people"].loc[row].to_numpy(np.float64) if name == "population" else 1.0
        found.append(near)
    if frame.layer("assets") is not None:
        found.append(_asset_polygons(frame, reach))
    columns = ["pair", "side", "layer", "name", "row", "distance_m", "segment_row", "amount"]
    if not found:
        return _table(columns)
    table = pd.concat(found, ignore_index=True)[columns]
    table["distance_m"] = table["distance_m"].round(LENGTH_DECIMALS)
    table = table[table["distance_m"] <= reach]
    twice = (table["layer"] == "assets") & table["row"].isin(delivered_twice(frame))
    return table[~twice].reset_index(drop=True)


def _asset_polygons(frame: BorderFrame, reach: float) -> pd.DataFrame:
    """Return the asset polygons near a border as points inside what each side holds of them."""
    assets = frame.layers["assets"]
    geometry = geometry_of(assets)
    areal = np.flatnonzero(np.isin(shapely.get_type_id(geometry), POLYGONS))
    parts = parts_by_side(frame, geometry[areal], reach)
    pair = parts["pair"].to_numpy(np.intp)
    inside = shapely.point_on_surface(parts["geometry"].to_numpy(dtype=object))
    position = areal[parts["feature"].to_numpy(np.intp)]
    return parts.assign(
        layer="assets",
        row=assets.index.to_numpy()[position],
        name=assets["kind"].to_numpy(dtype=object)[position],
        distance_m=shapely.distance(frame.borders[pair], inside),
        segment_row=frame.segment_at(pair, inside) if len(parts) else np.empty(0, dtype=np.intp),
        amount=1.0,
    )


def _table(columns: list[str]) -> pd.DataFrame:
    """Return a table without rows whose columns can be joined with others."""
    return pd.DataFrame({column: pd.Series(dtype=_TYPES.get(column, object)) for column in columns})
