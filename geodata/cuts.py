"""Lines that cut a long gap where a border comes to it, so that no district gets more than its stretch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geodata.strips import Strip, lon0_of, measured

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geodata.faces import Faces

LONG = 10  # tolerances: a shorter gap goes to one district as a whole
CUT_NEIGHBOURS = 3  # a gap between two districts has no border to cut it
BEYOND_M = 0.01  # a cut ends this far beyond the line it reaches, to meet it for certain


def find_cuts(
    faces: Faces, gaps: pd.DataFrame, claims: set[tuple[int, int]], tolerance_m: float
) -> NDArray[np.object_]:
    """Return lines (EPSG:4326) across long gaps that three districts or more meet.

    Districts that were each drawn for themselves leave gaps that run on past triple points for many km. As a
    whole such a gap would go to the district that happens to meet most of it, and part others far from it.

    Parameters
    ----------
    gaps
        Narrow gaps: `face`, `districts` (that meet it).
    claims
        Face and district: who holds what.
    """
    several = gaps.loc[gaps["districts"].map(len) >= CUT_NEIGHBOURS, "face"].to_numpy(np.intp)
    long = measured(faces.polygons[several], shapely.length) / 2 >= LONG * tolerance_m
    owner = pd.Series(dict(sorted(claims, reverse=True)), dtype=float)
    near = faces.neighbours
    near = near[near["face"].isin(several[long])]
    near = near.assign(district=near["other"].map(owner)).dropna().sort_values("edge")
    # One gap after the other: few are that long.
    lines = [_across(faces, around, tolerance_m) for _, around in near.groupby("face")]
    return np.concatenate([np.empty(0, dtype=object), *lines])


def _across(faces: Faces, around: pd.DataFrame, tolerance_m: float) -> NDArray[np.object_]:
    """Return the shortest lines across one gap from where its neighbour changes.

    `around` has the edges of the gap in the order of its rings, and the `district` beyond each.
    """
    edges = faces.edges
    edge, district = around["edge"].to_numpy(), around["district"].to_numpy()
    end = edges.vertex[edges.start[edge] + 1]
    begins = pd.Series(np.arange(len(edge)), index=edges.vertex[edges.start[edge]])
    after = begins[~begins.index.duplicated()].reindex(end).to_numpy()
    changes = np.flatnonzero(~np.isnan(after))
    following = after[changes].astype(np.intp)
    differ = district[changes] != district[following]
    changes, following = changes[differ], following[differ]
    lines = edges.lines(edge)
    strip = Strip(int(lon0_of([shapely.multilinestrings(list(lines))])[0]))
    local = strip.project(lines)
    found = []
    for one, two in zip(changes, following, strict=True):  # borders that come to one gap: a handful
        opposite = local[(district != district[one]) & (district != district[two])]
        if not len(opposite):
            continue
        vertex = edges.xy[edges.start[edge[one]] + 1]
        place = shapely.get_point(local[one], 1)
        foot = shapely.get_coordinates(shapely.shortest_line(place, shapely.multilinestrings(list(opposite))))
        hop = foot[1] - foot[0]
        length = float(np.hypot(*hop))
        if BEYOND_M < length <= 2 * tolerance_m:
            reached = strip.unproject([shapely.Point(foot[1] + hop / length * BEYOND_M)])
            found.append(shapely.LineString([vertex, shapely.get_coordinates(reached)[0]]))
    return np.array(found, dtype=object)
