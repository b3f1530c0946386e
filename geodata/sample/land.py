"""Generated assets, parks and land use of the calm country: in step with the people, clear of the borders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay

from geodata.sample.facts import PAIRINGS
from geodata.sample.shapes import blob
from geodata.sample.world import URBAN, short_name, xy_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geodata.sample.draft import Draft

# kind -> (people per piece, ring around the settlement in m, name). In step with the people, so that
# the same number of people has the same on both sides of a border.
POINTS = {
    "street_lamp": (10_000.0, (40.0, 420.0), None),
    "bus_stop": (12_000.0, (60.0, 700.0), "公交站"),
    "telecom_tower": (20_000.0, (250.0, 1_100.0), "通信基站"),
    "water_tower": (40_000.0, (150.0, 800.0), "水塔"),
    "reservoir": (30_000.0, (500.0, 1_500.0), "水库"),
}
CORE_SIZE = 60_000.0
CITY_SIZE = 120_000.0  # what stands around one point does not grow on
POWER_TOWN = 55_000
RAIL_SHARE = 0.10
RAIL_CLEAR_M = 1_300.0  # METHOD 5: barrier lines count as known within 1 km of a road along the line
RAIL_OFFSET_M = 7.0
INDUSTRIES = (
    *("汽车零部件", "电子信息", "装备制造", "生物医药", "新材料", "食品加工"),
    *("纺织服装", "现代物流", "清洁能源", "绿色建材", "软件信息", "消费品工业"),
    *("页岩气", "智能家居", "节能环保", "林产品加工"),
)
PARK_TOWN = 40_000
PARK_NEAR_M = 20_000.0  # METHOD 5: parks of like industries within 20 km are twice there
LIKE = 0.5
PARK_CLEAR_M = 2_700.0  # outside the border zones
BORDER_CLEAR_M = 320.0  # no use within 200 m of another's across a line
# class -> (how many at scale 1, radii in m, ring around settlements in m or None: anywhere)
USES: dict[str, tuple[int, tuple[float, float], tuple[float, float] | None]] = {
    "nature_reserve": (22, (2_500.0, 5_500.0), None),
    "reservoir": (70, (150.0, 420.0), None),
    "forest": (360, (700.0, 2_000.0), None),
    "orchard": (260, (250.0, 700.0), (1_500.0, 6_000.0)),
    "farmland": (420, (350.0, 900.0), (1_200.0, 5_000.0)),
    "quarry": (30, (90.0, 200.0), None),
}


def make_assets(draft: Draft) -> None:
    """Add point assets in step with the people, power lines between towns, rails on some main roads."""
    world = draft.world
    rng = world.rng("assets")
    xy, district = xy_of(world.settlements), world.settlements["district"].to_numpy()
    # No people are invented for the city's core: this only says how much stands there, as beside it.
    core = pd.Series(world.ids(district)).isin(URBAN)
    people = world.settlements["people"].fillna(0).mask(core & world.settlements["people"].isna(), CORE_SIZE)
    people = people.clip(upper=CITY_SIZE).to_numpy() * world.scale
    names = [short_name(name) for name in world.settlements["name"]]
    for kind, (per, ring, label) in POINTS.items():
        count = np.floor(people / per + rng.random(len(people))).astype(int)
        place = np.repeat(np.arange(len(people)), count)
        spots = _around(rng, xy[place], ring)
        stray = world.district_of(shapely.points(spots)) != district[place]
        spots[stray] = _around(rng, xy[place[stray]], (10.0, 40.0))
        numbers = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count) + 1
        draft.assets += [
            {
                "kind": kind,
                "name": f"{names[p]}{label}{n}号" if label else None,
                "managed_by": f"{draft.district_name(district[p])}市政单位",
                "geometry": shapely.Point(s),
            }
            for p, n, s in zip(place.tolist(), numbers.tolist(), spots, strict=True)
        ]
    _power_lines(draft, xy[people >= POWER_TOWN])
    _guard_rails(draft, rng)


def make_parks(draft: Draft) -> None:
    """Add industrial parks near the larger towns, on good roads, of industries the neighbours have not."""
    world = draft.world
    rng = world.rng("parks")
    people = world.settlements["people"].fillna(0).to_numpy()
    major = draft.roads[draft.roads["road_class"].isin(["trunk", "primary", "secondary"])]
    for place in np.flatnonzero(people >= PARK_TOWN).tolist():  # each looks where the earlier ones are
        spot = _park_spot(draft, rng, place, major)
        if spot is None:
            continue
        district = int(world.settlements["district"].iloc[place])
        industries = _unlike(draft, rng, spot, district)
        if industries is None:
            continue
        name = short_name(str(world.settlements["name"].iloc[place]))
        add_park(draft, rng, spot, district, name=f"{name}工业园", industries=industries)


def add_park(
    draft: Draft,
    rng: np.random.Generator,
    spot: shapely.Point,
    district: int,
    *,
    name: str,
    industries: list[str] | None,
    radius_m: float | None = None,
) -> None:
    """Add a park and its industrial land."""
    polygon = blob(rng, (spot.x, spot.y), radius_m or rng.uniform(250.0, 520.0))
    status = str(rng.choice(["operating", "building", "planned"], p=[0.7, 0.2, 0.1])) if industries else None
    manager = f"{draft.district_name(district)}园区管委会"
    draft.parks.append(
        {
            "name": name,
            "industries": industries,
            "status": status,
            "partners": None,
            "managed_by": manager,
            "district": district,
            "geometry": polygon,
        }
    )
    draft.landuse.append({"landuse_class": "industrial", "name": name, "geometry": polygon})


def make_landuse(draft: Draft) -> None:
    """Add land use that overlaps nothing and keeps clear of every border."""
    world = draft.world
    rng = world.rng("land use")
    xy = xy_of(world.settlements)
    people = world.settlements["people"].fillna(6_000).to_numpy()
    centres, radii = [], []
    for item in draft.landuse:  # what parks and plants took already
        centre = item["geometry"].centroid
        centres.append((centre.x, centre.y))
        radii.append(np.sqrt(item["geometry"].area / np.pi) * 1.3)
    town = np.clip(120 + np.sqrt(people) * 2.2, 150, 1_300)
    wanted = [("residential", xy, town)]
    for name, (count, (low, high), ring) in USES.items():
        spots = _candidates(draft, rng, count * 3 * world.scale, ring)
        wanted.append((name, spots, rng.uniform(low, high, len(spots)) / np.sqrt(world.scale)))

    def dry(name: str, spot: list[float], size: float) -> bool:
        """Tell whether no road runs through water or a pit."""
        kept_off = name in ("reservoir", "quarry")
        point = shapely.Point(spot)
        return not kept_off or not len(
            draft.roads.sindex.query(point, predicate="dwithin", distance=1.3 * size)
        )

    for name, spots, sizes in wanted:
        clear = world.distance_to_line(shapely.points(spots))
        left = len(spots) if name == "residential" else USES[name][0] * world.scale
        for spot, size, room in zip(spots.tolist(), sizes.tolist(), clear.tolist(), strict=True):  # in order
            fits = min(size, (room - BORDER_CLEAR_M) / 1.35)
            if left and fits > 0.45 * size and _is_free(spot, fits, centres, radii) and dry(name, spot, fits):
                centres.append(tuple(spot))
                radii.append(fits * 1.3)
                left -= 1
                draft.landuse.append(
                    {"landuse_class": name, "name": None, "geometry": blob(rng, tuple(spot), fits)}
                )


def _is_free(spot: list[float], size: float, centres: list[Any], radii: list[float]) -> bool:
    if not centres:
        return True
    gap = np.hypot(*(np.array(centres) - spot).T) - np.array(radii)
    return bool(gap.min() > size * 1.3)


def _candidates(
    draft: Draft, rng: np.random.Generator, count: int, ring: tuple[float, float] | None
) -> NDArray[np.float64]:
    world = draft.world
    if ring is not None:
        xy = xy_of(world.settlements)
        spots = _around(rng, xy[rng.integers(len(xy), size=count)], ring)
    else:
        west, south, east, north = shapely.bounds(world.region)
        spots = np.column_stack([rng.uniform(west, east, count * 3), rng.uniform(south, north, count * 3)])
    return spots[world.district_of(shapely.points(spots)) >= 0]


def _around(
    rng: np.random.Generator, centres: NDArray[np.float64], ring: tuple[float, float]
) -> NDArray[np.float64]:
    angle = rng.uniform(0, 2 * np.pi, len(centres))
    reach = rng.uniform(*ring, len(centres))
    return np.asarray(centres + reach[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]))


def _power_lines(draft: Draft, towns: NDArray[np.float64]) -> None:
    """Join the larger towns by a tree of straight lines."""
    triangles = Delaunay(towns).simplices
    sides = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    sides = np.unique(np.sort(sides, axis=1), axis=0)
    length = np.hypot(*(towns[sides[:, 1]] - towns[sides[:, 0]]).T)
    tree = minimum_spanning_tree(coo_matrix((length, sides.T), shape=(len(towns),) * 2)).tocoo()
    lines = shapely.linestrings(towns[np.column_stack([tree.row, tree.col])])
    lines = lines[shapely.covers(draft.world.region, lines)]
    draft.assets += [
        {"kind": "power_line", "name": "输电线路", "managed_by": "市级电网单位", "geometry": line}
        for line in lines
    ]


def _guard_rails(draft: Draft, rng: np.random.Generator) -> None:
    """Set rails along some main roads, away from roads that run along a border."""
    roads = draft.roads[
        draft.roads["road_class"].isin(["trunk", "primary", "secondary"]) & (draft.roads["u"] >= 0)
    ]
    lines = np.asarray(roads.geometry.array)[rng.random(len(roads)) < RAIL_SHARE]
    away = draft.world.distance_to_line(lines) > RAIL_CLEAR_M
    rails = shapely.offset_curve(lines[away], rng.choice([-1, 1], int(away.sum())) * RAIL_OFFSET_M)
    draft.assets += [
        {"kind": "guard_rail", "name": None, "managed_by": "市级公路养护单位", "geometry": rail}
        for rail in rails
        if rail.geom_type == "LineString" and not rail.is_empty
    ]


def _park_spot(draft: Draft, rng: np.random.Generator, place: int, major: Any) -> shapely.Point | None:
    world = draft.world
    centre = np.array([world.settlements.geometry.iloc[place].coords[0]])
    for spot in shapely.points(_around(rng, np.repeat(centre, 25, axis=0), (1_200.0, 3_200.0))):
        at_home = world.district_of(np.array([spot]))[0] == world.settlements["district"].iloc[place]
        if at_home and world.distance_to_line(np.array([spot]))[0] > PARK_CLEAR_M:  # noqa: SIM102
            if len(major.sindex.query(spot, predicate="dwithin", distance=500.0)):
                return spot
    return None


def _unlike(draft: Draft, rng: np.random.Generator, spot: shapely.Point, district: int) -> list[str] | None:
    """Return industries that no park of another district within reach, or of a partner, has half of."""
    partners = _partners(draft, district)
    near = [
        set(park["industries"])
        for park in draft.parks
        if park["industries"]
        and park["district"] != district
        and (park["district"] in partners or park["geometry"].distance(spot) < PARK_NEAR_M + 1_000)
    ]
    for _ in range(40):
        drawn = rng.choice(INDUSTRIES, size=int(rng.integers(2, 4)), replace=False).tolist()
        if all(len(other & set(drawn)) / len(other | set(drawn)) < LIKE for other in near):
            return [str(name) for name in drawn]
    return None


def _partners(draft: Draft, district: int) -> set[int]:
    """Return the districts that cooperate with one: METHOD 5 compares their parks at any distance."""
    ids = draft.world.districts["district_id"].tolist()
    found: set[int] = set()
    for pairing in (row["members"] for row in PAIRINGS if row["kind"] == "counterpart"):
        for one, other in (pairing, pairing[::-1]):
            if ids[district] in one:
                found |= {ids.index(code) for code in other if code in ids}
    return found
