"""Plants roads along a border that are treated on one side only."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from shapely.ops import substring

from geodata.sample.draft import Draft, NoRoomError
from geodata.sample.shapes import smooth
from geodata.sample.sites import is_urban, nodes_near, pair_of, quiet_places

ROADSIDE_M = 900.0  # length of the stretch along the border; METHOD asks for 200
OFFSET_M = 12.0  # from the border to the road's line; METHOD asks for less than 30
RAIL_M = 5.0  # from the road's line to the rail; METHOD asks for less than 15
LINK_CLEAR_M = 60.0

ROADSIDE: tuple[dict[str, Any], ...] = (
    {"tag": "barrier", "rail": "guard_rail", "story": "沿界道路只在一侧设有护栏"},
    {"tag": "barrier", "rail": None, "story": "沿界道路护栏只装在一侧（道路属性）"},
    {"tag": "sidewalk", "rail": None, "story": "沿界道路只在一侧有人行道"},
    {"tag": None, "rail": "fence", "story": "沿界道路只在一侧有围栏"},
)


def plant_roadsides(draft: Draft) -> None:
    """Lay roads along borders, treated on one side only."""
    for plan in ROADSIDE:
        places = quiet_places(draft, road_m=500.0)
        if not any(
            _roadside(draft, plan, place) for place in places.itertuples() if draft.free(place.geometry)
        ):
            raise NoRoomError(f"no border for {plan['story']}")


def _roadside(draft: Draft, plan: dict[str, Any], place: Any) -> bool:
    world = draft.world
    pair = pair_of(world, place.pair)
    if is_urban(draft, pair):
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
    near = nodes_near(draft, end)
    ahead = ((draft.mesh.nodes[near] - end) * onward).sum(axis=1) > 0
    for node in near[ahead].tolist():  # the nearest that can be reached
        line = smooth(draft.world.rng(f"link {end[0]:.0f}"), tuple(end), tuple(draft.mesh.nodes[node]))
        beyond = substring(line, LINK_CLEAR_M, line.length)
        inside = shapely.covers(draft.world.districts.geometry.iloc[district], line)
        if inside and draft.world.distance_to_line(np.array([beyond]))[0] > OFFSET_M * 2:
            return line
    return None


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
