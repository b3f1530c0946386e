"""Adds the cooperation parks, and plants parks of like industries and a park nobody reaches."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from geodata.sample.draft import Draft, NoRoomError
from geodata.sample.land import INDUSTRIES, add_park
from geodata.sample.sites import pair_of, quiet_places
from geodata.sample.world import STRIP, short_name, xy_of

DUPLICATES = 3
DUPLICATE_M = (5_000.0, 12_000.0)
COOPERATION = (
    ("重庆江津—开州产业合作园区", "500154", ["500116"]),
    ("璧山—梁平产业合作园区", "500155", ["500120"]),
)


def plant_parks(draft: Draft) -> None:
    """Add the two cooperation parks, like parks on two sides of a border, and parks nobody reaches."""
    rng = draft.world.rng("planted parks")
    for name, code, partners in COOPERATION:
        seat = draft.world.districts.set_index("district_id").loc[code]
        place = int(np.argmin(draft.world.settlements.distance(_seat(seat))))
        town = np.array(draft.world.settlements.geometry.iloc[place].coords[0])
        spot = shapely.Point(town + rng.uniform(1_500, 2_200, 2) * rng.choice([-1, 1], 2))
        district = int(draft.world.settlements["district"].iloc[place])
        add_park(draft, rng, spot, district, name=name, industries=None, radius_m=600.0)
        draft.parks[-1] |= {"partners": partners, "managed_by": None}
    for number in range(DUPLICATES):
        _duplicate(draft, rng, number)
    _unserved_park(draft, rng)


def _seat(district: Any) -> shapely.Point:
    return STRIP.project([shapely.Point(district["seat_lon"], district["seat_lat"])])[0]


def _duplicate(draft: Draft, rng: np.random.Generator, number: int) -> None:
    world = draft.world
    xy, district = xy_of(world.settlements), world.settlements["district"].to_numpy()
    big = np.flatnonzero(world.settlements["people"].fillna(0).to_numpy() > 18_000)  # noqa: PLR2004
    borders = set(zip(world.borders["a"], world.borders["b"], strict=True))
    clear = world.distance_to_line(np.asarray(world.settlements.geometry.array)) > 3_000  # noqa: PLR2004
    for i in rng.permutation(big[clear[big]]).tolist():
        gap = np.hypot(*(xy[big] - xy[i]).T)
        for j in big[(gap > DUPLICATE_M[0]) & (gap < DUPLICATE_M[1]) & clear[big]].tolist():
            pair = (min(district[i], district[j]), max(district[i], district[j]))
            middle = shapely.Point((xy[i] + xy[j]) / 2)
            if pair not in borders or not draft.free(middle, 15_000.0):
                continue
            shared = [INDUSTRIES[(3 * number + k) % len(INDUSTRIES)] for k in range(3)]
            for place, industries in ((i, shared), (j, [*shared[:2]])):
                name = f"{short_name(str(world.settlements['name'].iloc[place]))}产业园"
                add_park(
                    draft,
                    rng,
                    shapely.Point(xy[place] + (900.0, 700.0)),
                    int(district[place]),
                    name=name,
                    industries=industries,
                    radius_m=380.0,
                )
            names = "与".join(draft.district_name(d) for d in pair)
            story = f"{names}相邻园区发展同样的产业"
            draft.plant(
                "park_duplicate",
                (int(pair[0]), int(pair[1])),
                "both",
                middle,
                12_000.0,
                what=shared[0],
                story=story,
                take=False,
            )
            return
    raise NoRoomError("no two towns for like parks")


def _unserved_park(draft: Draft, rng: np.random.Generator) -> None:
    world = draft.world
    major = draft.roads[draft.roads["road_class"].isin(["motorway", "trunk", "primary", "secondary"])]
    for place in quiet_places(draft, road_m=300.0).itertuples():
        pair = pair_of(world, place.pair)
        for angle in np.linspace(0, 2 * np.pi, 8, endpoint=False):
            spot = shapely.Point(
                place.geometry.x + 1_150 * np.cos(angle), place.geometry.y + 1_150 * np.sin(angle)
            )
            district = int(world.district_of(np.array([spot]))[0])
            if district not in pair or world.distance_to_line(np.array([spot]))[0] < 800:  # noqa: PLR2004
                continue
            if len(major.sindex.query(spot, predicate="dwithin", distance=2_000.0)) or not draft.free(spot):
                continue
            industries = [INDUSTRIES[-1], INDUSTRIES[-2], "竹制品"]
            add_park(draft, rng, spot, district, name="竹木加工园", industries=industries, radius_m=260.0)
            draft.plant(
                "park_service_gap",
                pair,
                draft.side_of(pair, district),
                spot,
                500.0,
                story="园区一公里内没有二级以上公路",
            )
            return
    raise NoRoomError("no place for an unserved park")
