"""Plants mismatches of assets, parks, land use and responsibility."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from shapely.ops import substring

from geodata.sample.draft import Draft, NoRoomError
from geodata.sample.shapes import blob
from geodata.sample.sites import crossings, pair_of, quiet_places

ZONE_M = 2_000.0
POINTS = (("bus_stop", "公交站"), ("telecom_tower", "通信基站"), ("street_lamp", None))
LINES = (("irrigation_canal", "灌溉渠", 620.0), ("water_main", "供水干管", 820.0))
NAMES = {**dict(POINTS), "street_lamp": "路灯", **{kind: name for kind, name, _ in LINES}}
TIMES_AS_MANY = 5.0  # METHOD asks for twice as many and p < 0.05
AT_LEAST = 30
ZONE_PEOPLE = 20_000.0
LINE_BORDER_M = (25_000.0, 70_000.0)
CONFLICTS = (("industrial", "nature_reserve"), ("quarry", "residential"), ("industrial", "residential"))
CONFLICT_RADIUS_M = 330.0
CONFLICT_GAP_M = 60.0


def plant_assets(draft: Draft) -> None:
    """Give one side of a border several times the assets of the other."""
    used: set[int] = set()
    for kind, label in POINTS:
        used.add(_points(draft, kind, label, used))
    for kind, label, depth in LINES:
        used.add(_lines(draft, kind, label, depth, used))


def plant_conflicts(draft: Draft) -> None:
    """Lay uses that clash on opposite sides of a border."""
    for one, other in CONFLICTS:
        places = quiet_places(draft, road_m=350.0)
        if not any(
            _conflict(draft, place, (one, other))
            for place in places.itertuples()
            if draft.free(place.geometry)
        ):
            raise NoRoomError(f"no border for {one} beside {other}")


def plant_responsibility(draft: Draft) -> None:
    """Leave roads across the line to nobody, or to two."""
    found = crossings(draft)
    classes = draft.roads["road_class"].to_numpy()[found["road"]]
    fit = np.isin(classes, ["secondary", "tertiary"]) & (found["next_m"] > 600) & (found["corner_m"] > 2_500)  # noqa: PLR2004
    fit &= (found["length_m"] - found["along_m"] > 900) & (found["along_m"] > 900)  # noqa: PLR2004
    rng = draft.world.rng("responsibility")
    todo = ["none", "none", "two"]
    for i in rng.permutation(np.flatnonzero(fit)).tolist():  # one after the other until there are enough
        row = found.iloc[i]
        if not todo:
            return
        if draft.free(row.geometry):
            _manage(draft, row, todo.pop())
    raise NoRoomError("no roads for responsibility")


def _zone_people(draft: Draft, row: int) -> tuple[np.ndarray[Any, Any], tuple[int, int]]:
    world, pair = draft.world, pair_of(draft.world, row)
    near = world.settlements.distance(world.borders.geometry.iloc[row]) < ZONE_M
    people = world.settlements["people"].fillna(0).where(near, 0)
    return np.array([people[world.settlements["district"] == d].sum() for d in pair]), pair


def _points(draft: Draft, kind: str, label: str | None, used: set[int]) -> int:
    world = draft.world
    rng = world.rng(f"imbalance {kind}")
    for row in rng.permutation(len(world.borders)).tolist():
        people, pair = _zone_people(draft, row)
        if row in used or people.min() < ZONE_PEOPLE or people.max() > 2.5 * people.min():
            continue
        rich = int(rng.integers(2))
        zone = shapely.intersection(
            world.districts.geometry.iloc[pair[rich]],
            shapely.difference(
                world.borders.geometry.iloc[row].buffer(1_800), world.borders.geometry.iloc[row].buffer(150)
            ),
        )
        existing = [np.array([zone.contains(a["geometry"]) for a in draft.assets if a["kind"] == kind]).sum()]
        wanted = int(max(AT_LEAST, TIMES_AS_MANY * existing[0]))
        roads = draft.roads[draft.roads["road_class"].isin(["trunk", "primary", "secondary", "tertiary"])]
        lines = shapely.get_parts(
            shapely.intersection(roads.geometry.array[roads.sindex.query(zone, predicate="intersects")], zone)
        )
        lines = lines[shapely.length(lines) > 50]  # noqa: PLR2004
        if shapely.length(lines).sum() < 200 * wanted:
            continue
        host = lines[rng.choice(len(lines), wanted, p=shapely.length(lines) / shapely.length(lines).sum())]
        spots = shapely.get_coordinates(
            shapely.line_interpolate_point(host, rng.random(wanted), normalized=True)
        )
        spots += rng.normal(0, 5, spots.shape)
        manager = f"{draft.district_name(pair[rich])}市政单位"
        draft.assets += [
            {
                "kind": kind,
                "name": f"沿线{label}{i + 1}号" if label else None,
                "managed_by": manager,
                "geometry": shapely.Point(s),
            }
            for i, s in enumerate(spots)
        ]
        _tell_imbalance(draft, row, pair, rich, kind)
        return int(row)
    raise NoRoomError(f"no border for more {kind} on one side")


def _lines(draft: Draft, kind: str, label: str, depth: float, used: set[int]) -> int:
    world = draft.world
    rng = world.rng(f"imbalance {kind}")
    for row in rng.permutation(len(world.borders)).tolist():
        border, pair = world.borders.geometry.iloc[row], pair_of(world, row)
        if row in used or not LINE_BORDER_M[0] < border.length < LINE_BORDER_M[1]:
            continue
        rich = int(rng.integers(2))
        district = world.districts.geometry.iloc[pair[rich]]
        line = shapely.intersection(shapely.boundary(border.buffer(depth)), district.buffer(-300))
        pieces = shapely.get_parts(shapely.line_merge(shapely.simplify(line, 25.0)))
        pieces = pieces[shapely.length(pieces) > 800]  # noqa: PLR2004
        if shapely.length(pieces).sum() < 0.6 * border.length:
            continue
        manager = f"{draft.district_name(pair[rich])}水利单位"
        draft.assets += [
            {"kind": kind, "name": f"{label}{i + 1}号", "managed_by": manager, "geometry": piece}
            for i, piece in enumerate(pieces)
        ]
        _tell_imbalance(draft, row, pair, rich, kind)
        return int(row)
    raise NoRoomError(f"no border for {kind} on one side")


def _tell_imbalance(draft: Draft, row: int, pair: tuple[int, int], rich: int, kind: str) -> None:
    middle = shapely.line_interpolate_point(draft.world.borders.geometry.iloc[row], 0.5, normalized=True)
    better, worse = draft.district_name(pair[rich]), draft.district_name(pair[1 - rich])
    story = f"界线{better}一侧的{NAMES[kind]}远多于{worse}一侧"
    poor_side = draft.side_of(pair, pair[1 - rich])
    draft.plant("asset_imbalance", pair, poor_side, middle, 30_000.0, what=kind, story=story, take=False)


def _conflict(draft: Draft, place: Any, classes: tuple[str, str]) -> bool:
    world, pair = draft.world, pair_of(draft.world, place.pair)
    border = world.borders.geometry.iloc[place.pair]
    rng = world.rng(f"conflict {len(draft.truth)}")
    round_about = shapely.Point(place.geometry).buffer(CONFLICT_RADIUS_M + CONFLICT_GAP_M)
    ring = shapely.get_coordinates(round_about)
    where = world.district_of(shapely.points(ring))
    polygons = []
    for district in pair:
        own = ring[where == district]
        if not len(own):
            return False
        depth = shapely.distance(shapely.points(own), border)
        if depth.max() < CONFLICT_RADIUS_M:
            return False
        polygon = blob(rng, tuple(own[depth.argmax()]), CONFLICT_RADIUS_M)
        room = shapely.difference(world.districts.geometry.iloc[district], border.buffer(CONFLICT_GAP_M))
        polygon = shapely.intersection(polygon, room)
        if polygon.geom_type != "Polygon" or polygon.distance(border) > 2 * CONFLICT_GAP_M:
            return False
        polygons.append(polygon)
    for landuse_class, polygon in zip(classes, polygons, strict=True):
        draft.landuse.append({"landuse_class": landuse_class, "name": None, "geometry": polygon})
    names = "与".join(draft.district_name(d) for d in pair)
    what, story = "/".join(classes), f"{names}界线两侧用地相互冲突"
    draft.plant("landuse_conflict", pair, "both", place.geometry, 900.0, what=what, story=story)
    return True


def _manage(draft: Draft, row: Any, who: str) -> None:
    """Take the road's manager away, or name a second one for a part of it beyond the line."""
    pair, road = pair_of(draft.world, int(row["pair"])), int(row["road"])
    if who == "none":
        draft.set_road(road, {"managed_by": None})
        side, story = "both", "跨界公路没有养护单位"
    else:
        line, at = draft.roads.geometry.iloc[road], float(row["along_m"]) + 500.0
        second = draft.split_road(road, substring(line, 0, at), substring(line, at, line.length))
        draft.set_road(road, {"managed_by": f"{draft.district_name(pair[0])}公路养护单位"})
        draft.set_road(second, {"managed_by": f"{draft.district_name(pair[1])}公路养护单位"})
        side, story = "both", "同一公路在界线一侧有两个养护单位"
    draft.plant("responsibility", pair, side, row.geometry, 60.0, story=story)
