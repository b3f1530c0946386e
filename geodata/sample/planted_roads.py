"""Plants mismatches on roads that cross a border: dead ends, changes at the line, a border nobody crosses."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra
from shapely.ops import substring

from geodata.sample.draft import Draft, NoRoomError
from geodata.sample.sites import crossings, pair_of

DEAD_ENDS = 4
STUB_M = 30.0  # from the end to the line, along the road: METHOD asks for less than 50
FACING_STUB_M = 22.0
FAR_STUB_M = 190.0  # the other side's road stops here; METHOD asks for a node within 500
MIN_WAY_ROUND_M = 7_000.0  # METHOD asks for 5 × the straight line and 2 km more
CLEAR_M = 600.0  # to the next crossing
STEEP_DEG = 55.0
REST_M = 900.0  # of the road on either side
CORNER_M = 2_500.0
BARRIER_M = (40_000.0, 75_000.0)  # long enough to test, short enough to see as a whole

# What changes at the line: classes of road looked for, attributes of the better and of the worse side.
STEP_CHANGES: tuple[dict[str, Any], ...] = (
    {
        "classes": ("tertiary",),
        "good": {"surface": "concrete"},
        "poor": {"surface": "gravel"},
        "what": "surface",
        "story": "县道在界线处由水泥路变为砂石路",
    },
    {
        "classes": ("trunk", "primary"),
        "good": {"lanes": 4.0, "width_m": 15.0},
        "poor": {"lanes": 2.0, "width_m": 8.5},
        "what": "lanes",
        "story": "双向四车道在界线处变为两车道",
    },
    {
        "classes": ("secondary",),
        "good": {"maxspeed_kmh": 60.0, "width_m": 8.5},
        "poor": {"maxspeed_kmh": 30.0, "width_m": 5.5},
        "what": "width",
        "story": "路面在界线处变窄，限速由60降为30",
    },
    {
        "classes": ("tertiary", "secondary"),
        "good": {"sidewalk": "both", "lit": "yes"},
        "poor": {"sidewalk": "none", "lit": "no"},
        "what": "sidewalk",
        "story": "人行道和路灯到界线为止",
    },
    {
        "classes": ("tertiary",),
        "good": {"surface": "asphalt"},
        "poor": {
            "surface": "ground",
            "road_class": "track",
            "lanes": 1.0,
            "width_m": 3.0,
            "maxspeed_kmh": np.nan,
        },
        "what": "class",
        "story": "县道过界后成为机耕道",
    },
)


def plant_dead_ends(draft: Draft) -> None:
    """Cut roads short of the line; the last one on both sides."""
    found = crossings(draft)
    rng = draft.world.rng("dead ends")
    classes = draft.roads["road_class"].to_numpy()[found["road"]]
    fit = _clean(found) & np.isin(classes, ["tertiary", "unclassified"])
    todo, pairs = DEAD_ENDS, set()
    for i in rng.permutation(np.flatnonzero(fit)).tolist():  # one after the other until there are enough
        row = found.iloc[i]
        if (
            row["pair"] in pairs
            or not draft.free(row.geometry)
            or _way_round(draft, int(row["road"])) < MIN_WAY_ROUND_M
        ):
            continue
        facing = todo == 1
        if _cut(draft, row, pair_of(draft.world, int(row["pair"])), facing=facing):
            pairs.add(row["pair"])
            todo -= 1
        if not todo:
            return
    raise NoRoomError(f"no room for {todo} more dead ends")


def plant_step_changes(draft: Draft) -> None:
    """Change roads at the line, each another way."""
    rng = draft.world.rng("step changes")
    pairs: set[int] = set()
    for change in STEP_CHANGES:  # each takes the first place that suits
        found = crossings(draft)
        classes = draft.roads["road_class"].to_numpy()[found["road"]]
        fit = _clean(found) & np.isin(classes, change["classes"])
        for i in rng.permutation(np.flatnonzero(fit)).tolist():
            row = found.iloc[i]
            if int(row["pair"]) not in pairs and draft.free(row.geometry):
                _change(draft, row, change)
                pairs.add(int(row["pair"]))
                break
        else:
            raise NoRoomError(f"no road for {change['story']}")


def plant_low_permeability(draft: Draft) -> None:
    """Take the local roads across one border away: few ways over, while the country around has many."""
    world, found = draft.world, crossings(draft)
    local = draft.roads["road_class"].isin(["tertiary", "unclassified", "track"]).to_numpy()[found["road"]]
    counts = np.bincount(found["pair"], minlength=len(world.borders))
    length = world.borders["length_m"].to_numpy()
    pair = int(np.argmax(np.where((length > BARRIER_M[0]) & (length < BARRIER_M[1]), counts / length, 0)))
    gone = found["road"].to_numpy()[local & (found["pair"] == pair).to_numpy()]
    spared = gone[:: max(len(gone) // 3, 1)]  # three of them stay
    draft.roads = draft.roads.drop(index=draft.roads.index[np.setdiff1d(gone, spared)]).reset_index(drop=True)
    a, b = pair_of(world, pair)
    line = world.borders.geometry.iloc[pair]
    draft.plant(
        "low_permeability",
        (a, b),
        "both",
        shapely.line_interpolate_point(line, 0.5, normalized=True),
        30_000.0,
        story=f"{draft.district_name(a)}与{draft.district_name(b)}之间大部分地方道路不相通",
        take=False,
    )


def _clean(found: Any) -> np.ndarray[Any, np.dtype[np.bool_]]:
    rest = np.minimum(found["along_m"], found["length_m"] - found["along_m"])
    good = (found["next_m"] > CLEAR_M) & (found["corner_m"] > CORNER_M) & (found["angle_deg"] > STEEP_DEG)
    return np.asarray(good & (rest > REST_M))


def _way_round(draft: Draft, row: int) -> float:
    """Return the way between the ends of a road without the road itself, in metres."""
    roads = draft.roads
    ends, length = roads[["u", "v"]].to_numpy(), roads.length.to_numpy()
    usable = ends[:, 0] >= 0
    usable[row] = False
    size = len(draft.mesh.nodes)
    graph = coo_matrix((length[usable], (ends[usable, 0], ends[usable, 1])), shape=(size, size)).tocsr()
    return float(dijkstra(graph, directed=False, indices=int(ends[row, 0]), limit=60_000.0)[ends[row, 1]])


def _cut(draft: Draft, row: Any, pair: tuple[int, int], *, facing: bool) -> bool:
    """Cut a road before the line and take away its beginning beyond; False where the line is too near."""
    world = draft.world
    line = draft.roads.geometry.iloc[int(row["road"])]
    at, total = float(row["along_m"]), float(row["length_m"])
    near = substring(line, 0, at - STUB_M)
    far = substring(line, at + (FACING_STUB_M if facing else FAR_STUB_M), total)
    border = world.borders.geometry.iloc[int(row["pair"])]
    stub = shapely.distance(shapely.Point(near.coords[-1]), border)
    if not 15 < stub < 45 or shapely.distance(shapely.Point(far.coords[0]), border) < (12 if facing else 90):  # noqa: PLR2004
        return False
    district = int(world.district_of(np.array([shapely.Point(line.coords[0])]))[0])
    other = pair[0] if district == pair[1] else pair[1]
    second = draft.split_road(int(row["road"]), near, far)
    draft.roads.loc[draft.roads.index[second], ["u", "v"]] = -1  # the graph has no such edge any more
    draft.roads.loc[draft.roads.index[int(row["road"])], ["u", "v"]] = -1
    ends = f"{draft.district_name(district)}一侧的路在界线前约{round(stub)}米中断"
    draft.plant(
        "road_dead_end",
        pair,
        "both" if facing else draft.side_of(pair, district),
        row.geometry if facing else shapely.Point(near.coords[-1]),
        60.0,
        story=f"{ends}，{draft.district_name(other)}一侧也未接上" if facing else ends,
    )
    return True


def _change(draft: Draft, row: Any, change: dict[str, Any]) -> None:
    world = draft.world
    pair = pair_of(world, int(row["pair"]))
    road, at = int(row["road"]), float(row["along_m"])
    line = draft.roads.geometry.iloc[road]
    first, second = substring(line, 0, at), substring(line, at, float(row["length_m"]))
    district = int(world.district_of(np.array([shapely.Point(line.coords[-1])]))[0])
    draft.set_road(road, change["good"])
    poor = draft.split_road(road, first, second)
    draft.set_road(poor, change["poor"])
    names = f"{draft.district_name(pair[0])}与{draft.district_name(pair[1])}"
    draft.plant(
        "road_step_change",
        pair,
        draft.side_of(pair, district),
        row.geometry,
        30.0,
        what=change["what"],
        story=f"{names}交界：{change['story']}",
    )
