"""Plants mismatches beside a border: roads along the line, and one use of land served on one side only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely.ops import substring

from geodata.sample.shapes import blob, smooth
from geodata.sample.sites import pair_of, quiet_places
from geodata.sample.world import URBAN, short_district

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geodata.sample.draft import Draft

ROADSIDE_M = 900.0  # length of the stretch along the border; METHOD asks for 200
OFFSET_M = 12.0  # from the border to the road's line; METHOD asks for less than 30
RAIL_M = 5.0  # from the road's line to the rail; METHOD asks for less than 15
NODE_REACH_M = 6_000.0
LINK_CLEAR_M = 60.0
BASE_RADIUS_M = 620.0
NEAR_SHARE = 0.35  # of the blob's radius: how far from the line its equipment stands

ROADSIDE: tuple[dict[str, Any], ...] = (
    {"tag": "barrier", "rail": "guard_rail", "story": "沿界道路只在一侧设有护栏"},
    {"tag": "barrier", "rail": None, "story": "沿界道路护栏只装在一侧（道路属性）"},
    {"tag": "sidewalk", "rail": None, "story": "沿界道路只在一侧有人行道"},
    {"tag": None, "rail": "fence", "story": "沿界道路只在一侧有围栏"},
)
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


def plant_roadsides(draft: Draft) -> None:
    """Lay roads along borders, treated on one side only."""
    for plan in ROADSIDE:
        places = quiet_places(draft, road_m=500.0)
        if not any(
            _roadside(draft, plan, place) for place in places.itertuples() if draft.free(place.geometry)
        ):
            raise ValueError(f"no border for {plan['story']}")


def plant_bases(draft: Draft) -> None:
    """Lay orchards and fields across borders, equipped on one side only."""
    for plan in BASES:
        places = quiet_places(draft, road_m=BASE_RADIUS_M + 250.0)
        if not any(_base(draft, plan, place) for place in places.itertuples() if draft.free(place.geometry)):
            raise ValueError(f"no border for {plan['name']}")


def _roadside(draft: Draft, plan: dict[str, Any], place: Any) -> bool:
    world = draft.world
    pair = pair_of(world, place.pair)
    if _is_urban(draft, pair):
        return False
    piece = shapely.get_parts(world.borders.geometry.iloc[place.pair])[place.part]
    half = ROADSIDE_M / 2
    if place.chainage_m < half or place.chainage_m > piece.length - half:
        return False
    border = world.borders.geometry.iloc[place.pair]
    stretch = substring(piece, place.chainage_m - half, place.chainage_m + half)
    for sign in (1, -1):
        road = shapely.offset_curve(stretch, sign * OFFSET_M)
        rail = shapely.offset_curve(stretch, sign * (OFFSET_M - RAIL_M))
        if not _along(road, stretch, border):
            continue
        district = int(world.district_of(np.array([road.interpolate(0.5, normalized=True)]))[0])
        first = _link(draft, road.coords[0], road.coords[1], district)
        last = _link(draft, road.coords[-1], road.coords[-2], district)
        if district not in pair or first is None or last is None:
            continue
        whole = shapely.LineString([*first.coords[::-1], *road.coords[1:-1], *last.coords])
        if not whole.is_simple:
            continue
        _equip_roadside(
            draft, plan, whole, rail, pair, district=district, place=place.geometry, left=sign < 0
        )
        return True
    return False


def _along(road: shapely.Geometry, stretch: shapely.LineString, border: shapely.Geometry) -> bool:
    """Tell whether the offset line is one simple line that keeps its distance to every part of the border."""
    if (
        road.geom_type != "LineString"
        or road.is_empty
        or not road.is_simple
        or road.length < stretch.length * 0.7
    ):
        return False
    points = shapely.line_interpolate_point(road, np.arange(0, road.length, 10.0))
    gap = shapely.distance(points, border)
    return bool(gap.min() > OFFSET_M * 0.7 and gap.max() < OFFSET_M * 1.5)


def _link(draft: Draft, end: Any, inner: Any, district: int) -> shapely.LineString | None:
    """Return a road onward from the `end` of a stretch to a junction of its district, or none."""
    onward = np.subtract(end, inner)
    near = _nodes_near(draft, end)
    ahead = ((draft.mesh.nodes[near] - end) * onward).sum(axis=1) > 0
    for node in near[ahead].tolist():  # the nearest that can be reached
        line = smooth(draft.world.rng(f"link {end[0]:.0f}"), tuple(end), tuple(draft.mesh.nodes[node]))
        beyond = substring(line, LINK_CLEAR_M, line.length)
        inside = shapely.covers(draft.world.districts.geometry.iloc[district], line)
        if inside and draft.world.distance_to_line(np.array([beyond]))[0] > OFFSET_M * 2:
            return line
    return None


def _nodes_near(draft: Draft, point: Any) -> NDArray[np.intp]:
    """Return the nodes around a point, nearest first."""
    near = np.asarray(cKDTree(draft.mesh.nodes).query(point, k=15, distance_upper_bound=NODE_REACH_M)[1])
    return near[near < len(draft.mesh.nodes)].astype(np.intp)


def _equip_roadside(
    draft: Draft,
    plan: dict[str, Any],
    road: shapely.LineString,
    rail: shapely.Geometry,
    pair: tuple[int, int],
    *,
    district: int,
    place: shapely.Point,
    left: bool,
) -> None:
    """Add the road and, on the side of the border (`left` of the road or not), what stands there."""
    side = "left" if left else "right"
    other = "right" if left else "left"
    row: dict[str, Any] = {
        "road_class": "tertiary",
        "name": f"沿界路{len(draft.truth) + 1}号",
        "surface": "asphalt",
        "lanes": 2.0,
        "width_m": 6.5,
        "maxspeed_kmh": 40.0,
        "geometry": road,
    }
    if plan["tag"] == "barrier":
        row |= {f"barrier_{side}": "guard_rail", f"barrier_{other}": "none"}
    elif plan["tag"] == "sidewalk":
        row["sidewalk"] = side
    draft.add_roads([row])
    if plan["rail"]:
        manager = f"{draft.district_name(district)}公路养护单位"
        draft.assets.append({"kind": plan["rail"], "name": None, "managed_by": manager, "geometry": rail})
    worse = draft.side_of(pair, district)  # what stands on the border's side is the neighbour's gain
    names = f"{draft.district_name(pair[0])}与{draft.district_name(pair[1])}"
    draft.plant("roadside_mismatch", pair, worse, place, 120.0, story=f"{names}交界：{plan['story']}")


def _base(draft: Draft, plan: dict[str, Any], place: Any) -> bool:
    """Lay one base across the border; the district with the smaller row is the one that equips its part."""
    world = draft.world
    pair = pair_of(world, place.pair)
    if _is_urban(draft, pair):
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


def _is_urban(draft: Draft, pair: tuple[int, int]) -> bool:
    """Tell whether a border is one of the city's core, where rivers are the borders and orchards are none."""
    return any(code in URBAN for code in draft.world.ids(np.array(pair)))


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
    for node in _nodes_near(draft, start).tolist():  # the nearest that can be reached
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
