"""Plants mismatches of services: people served next door only, and people served by nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geodata.sample.draft import Draft, NoRoomError
from geodata.settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray


WALLS = ("clinic", "school", "fire_station", "police", "kindergarten")
DESERTS = ("clinic", "fire_station", "police")
NAMES = {
    "clinic": "卫生院",
    "police": "派出所",
    "fire_station": "消防站",
    "school": "学校",
    "kindergarten": "幼儿园",
}
OWN_AT_LEAST = 1.15  # of the threshold, without the one taken away
NEIGHBOUR_AT_MOST = 0.88
ANY_AT_LEAST = 1.25
ZONE_M = 1_850.0  # METHOD's border zone is 2 000 m deep
MIN_PEOPLE = 3_000.0


def plant_services(draft: Draft) -> None:
    """Take a facility away where that leaves a wall or a desert, and nobody else worse off."""
    for kind in WALLS:
        _plant(draft, kind, wall=True)
    for kind in DESERTS:
        _plant(draft, kind, wall=False)


def _plant(draft: Draft, kind: str, *, wall: bool) -> None:
    world, limit = draft.world, Settings().threshold_min(kind)
    people = world.settlements["people"].fillna(0).to_numpy()
    district = world.settlements["district"].to_numpy()
    own, other, where = _nearest(draft, kind)
    fit = draft.has[kind] & (people >= MIN_PEOPLE) & ~_needed(draft, kind) & _alone(draft)
    if wall:
        fit &= (own >= OWN_AT_LEAST * limit) & (other <= NEIGHBOUR_AT_MOST * limit)
    else:
        near = world.distance_to_line(np.asarray(world.settlements.geometry.array)) < ZONE_M
        fit &= near & (np.minimum(own, other) >= ANY_AT_LEAST * limit)
    for place in np.argsort(-people, kind="stable"):  # the most populous that is free
        point = world.settlements.geometry.iloc[place]
        if not fit[place] or not draft.free(point):
            continue
        neighbour = int(district[where[place]]) if wall else _nearest_neighbour(draft, place)
        if neighbour < 0:
            continue
        pair = (int(district[place]), neighbour)
        draft.has[kind][place] = False
        name = world.settlements["name"].iloc[place]
        story = (
            f"{name}到本区县最近的{NAMES[kind]}约{own[place]:.0f}分钟，到{draft.district_name(neighbour)}约{other[place]:.0f}分钟"
            if wall
            else f"{name}到任何区县的{NAMES[kind]}都在{min(own[place], other[place]):.0f}分钟以上"
        )
        side = draft.side_of(pair, pair[0])
        name, within = ("service_wall", 25_000.0) if wall else ("service_desert", 3_000.0)
        draft.plant(name, pair, side, point, within, what=kind, story=story)
        return
    raise NoRoomError(f"no settlement for a {'wall' if wall else 'desert'} of {kind}")


def _nearest(draft: Draft, kind: str) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]:
    """Return minutes to the nearest other facility at home and next door, and where the latter is."""
    assert draft.minutes is not None  # noqa: S101 - set by place_services
    district = draft.world.settlements["district"].to_numpy()
    touching = np.zeros((len(draft.world.districts),) * 2, dtype=bool)
    touching[draft.world.borders["a"], draft.world.borders["b"]] = True
    touching |= touching.T
    node = draft.mesh.node_of
    elsewhere = draft.has[kind][None, :] & (node[:, None] != node)
    same = district[:, None] == district
    own = np.where(elsewhere & same, draft.minutes, np.inf).min(axis=1)
    beside = np.where(elsewhere & touching[district][:, district], draft.minutes, np.inf)
    return own, beside.min(axis=1), beside.argmin(axis=1)


def _needed(draft: Draft, kind: str) -> NDArray[np.bool_]:
    """Return the places whose facility is the only own one in reach of another settlement."""
    assert draft.minutes is not None  # noqa: S101 - set by place_services
    district = draft.world.settlements["district"].to_numpy()
    reach = (draft.minutes <= Settings().threshold_min(kind)) & (district[:, None] == district)
    reach &= draft.has[kind][None, :]
    sole = reach & (reach.sum(axis=1) == 1)[:, None]
    np.fill_diagonal(sole, val=False)
    return np.asarray(sole.any(axis=0))


def _alone(draft: Draft) -> NDArray[np.bool_]:
    """Return the settlements that share their node of the network with no other."""
    return np.asarray(np.bincount(draft.mesh.node_of)[draft.mesh.node_of] == 1)


def _nearest_neighbour(draft: Draft, place: int) -> int:
    """Return the district across the nearest border of the settlement's own; -1 where that is the outline."""
    world = draft.world
    district = int(world.settlements["district"].iloc[place])
    mine = world.borders[(world.borders["a"] == district) | (world.borders["b"] == district)]
    gap = mine.distance(world.settlements.geometry.iloc[place])
    if gap.min() > ZONE_M:
        return -1
    row = mine.loc[gap.idxmin()]
    return int(row["b"] if row["a"] == district else row["a"])
