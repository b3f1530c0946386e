"""Plants one use of land that crosses a border and is equipped on one side only."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from geodata.sample.draft import Draft, NoRoomError
from geodata.sample.shapes import blob, smooth
from geodata.sample.sites import is_urban, nodes_near, pair_of, quiet_places
from geodata.sample.world import short_district

BASE_RADIUS_M = 620.0

BASES: tuple[dict[str, Any], ...] = (
    {"use": "orchard", "name": "柑橘基地", "label": "山坪塘", "kind": "reservoir", "count": 2, "road": True},
    {
        "use": "orchard",
        "name": "脆李基地",
        "label": "灌溉渠",
        "kind": "irrigation_canal",
        "count": 1,
        "road": False,
    },
    {
        "use": "farmland",
        "name": "高标准农田",
        "label": "提灌站",
        "kind": "pumping_station",
        "count": 2,
        "road": False,
    },
    {"use": "orchard", "name": "茶果基地", "label": "山坪塘", "kind": "reservoir", "count": 3, "road": False},
)


def plant_bases(draft: Draft) -> None:
    """Lay orchards and fields across borders, equipped on one side only."""
    for plan in BASES:
        places = quiet_places(draft, road_m=BASE_RADIUS_M + 250.0)
        if not any(_base(draft, plan, place) for place in places.itertuples() if draft.free(place.geometry)):
            raise NoRoomError(f"no border for {plan['name']}")


def _base(draft: Draft, plan: dict[str, Any], place: Any) -> bool:
    """Lay one base across the border; the district with the smaller row is the one that equips its part."""
    world = draft.world
    pair = pair_of(world, place.pair)
    if is_urban(draft, pair):
        return False
    rng = world.rng(f"base {len(draft.truth)}")
    polygon = blob(rng, (place.geometry.x, place.geometry.y), BASE_RADIUS_M)
    parts = [shapely.intersection(polygon, world.districts.geometry.iloc[d]) for d in pair]
    areas = np.array([part.area for part in parts])
    if areas.min() < 0.3 * areas.max() or areas.sum() < 0.999 * polygon.area:
        return False
    if any(part.geom_type != "Polygon" for part in parts):
        return False
    rich = int(rng.integers(2))
    ways = [_way_in(draft, place.geometry, d) for d in pair] if plan["road"] else [None, None]
    if plan["road"] and None in ways:
        return False
    name = f"{short_district(draft.district_name(pair[0]))}{plan['name']}"
    draft.landuse.append({"landuse_class": plan["use"], "name": name, "geometry": polygon})
    _equip(draft, plan, parts[rich], pair[rich], rng)
    better, worse = draft.district_name(pair[rich]), draft.district_name(pair[1 - rich])
    story = f"{name}跨界：{better}一侧有{plan['count']}处{plan['label']}，{worse}一侧没有"
    poor_side = draft.side_of(pair, pair[1 - rich])
    if plan["road"]:
        story += "；道路一侧为水泥路，另一侧为砂石路"
        _roads_in(draft, ways, rich, name)
        draft.plant(
            "road_step_change", pair, poor_side, place.geometry, 30.0, what="surface", story=story, take=False
        )
    draft.plant("use_contrast", pair, poor_side, place.geometry, 150.0, what=plan["kind"], story=story)
    return True


def _way_in(draft: Draft, place: shapely.Point, district: int) -> shapely.LineString | None:
    """Return a road from the border at `place` into the district that touches the border there only."""
    for step in (25.0, 40.0, 60.0):  # away from the line first, so that the bend does not run along it
        ring = shapely.get_coordinates(place.buffer(step))
        inside = _inside(draft, ring, district)
        if not len(inside):
            continue
        gap = draft.world.distance_to_line(shapely.points(inside))
        start = inside[gap.argmax()]
        link = _link_from(draft, start, district)
        if link is not None:
            return shapely.LineString([(place.x, place.y), *link.coords])
    return None


def _inside(draft: Draft, xy: Any, district: int) -> Any:
    """Return which coordinates lie in a district."""
    return xy[draft.world.district_of(shapely.points(xy)) == district]


def _link_from(draft: Draft, start: Any, district: int) -> shapely.LineString | None:
    for node in nodes_near(draft, start).tolist():  # the nearest that can be reached
        line = smooth(draft.world.rng(f"way {start[0]:.0f}"), tuple(start), tuple(draft.mesh.nodes[node]))
        clear = draft.world.distance_to_line(np.array([line]))[0] > 10.0  # noqa: PLR2004
        if clear and shapely.covers(draft.world.districts.geometry.iloc[district], line):
            return line
    return None


def _roads_in(draft: Draft, ways: list[Any], rich: int, name: str) -> None:
    shared = {"road_class": "unclassified", "name": f"{name}产业路", "lanes": 1.0, "maxspeed_kmh": 30.0}
    draft.add_roads(
        [
            {**shared, "surface": "concrete", "width_m": 4.5, "geometry": ways[rich].reverse()},
            {**shared, "surface": "gravel", "width_m": 3.5, "geometry": ways[1 - rich]},
        ]
    )


def _equip(draft: Draft, plan: dict[str, Any], part: shapely.Polygon, district: int, rng: Any) -> None:
    manager = f"{draft.district_name(district)}水利单位"
    heart = part.buffer(-70.0)
    heart = heart if not heart.is_empty else part
    if plan["kind"] == "irrigation_canal":
        centre = heart.representative_point()
        line = smooth(rng, (centre.x - 260, centre.y - 90), (centre.x + 240, centre.y + 110))
        inside = shapely.intersection(line, heart)
        longest = max(shapely.get_parts(inside), key=shapely.length)
        draft.assets.append(
            {"kind": plan["kind"], "name": plan["label"], "managed_by": manager, "geometry": longest}
        )
        return
    west, south, east, north = heart.bounds
    spots: list[shapely.Point] = []
    while len(spots) < plan["count"]:  # a few draws until they lie inside
        spot = shapely.Point(rng.uniform(west, east), rng.uniform(south, north))
        if heart.contains(spot):
            spots.append(spot)
    draft.assets += [
        {"kind": plan["kind"], "name": f"{plan['label']}{i + 1}号", "managed_by": manager, "geometry": spot}
        for i, spot in enumerate(spots)
    ]
