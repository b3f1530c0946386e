"""Runs: segments of one border that follow one another become one gap (METHOD 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.frame import BorderFrame

    Ints = NDArray[np.intp]

EMPTY_BETWEEN = 1  # segments without any, in the middle of a run


def number_runs(frame: BorderFrame, segment_row: Ints, group: Ints) -> Ints:
    """Return for each entry the number of its run.

    Segments with entries of one group, at most one without any between them, within one piece of one border,
    are one run.

    Parameters
    ----------
    frame
        The block.
    segment_row
        By entry: its segment, a row of `frame.segments`.
    group
        By entry: what is looked at (side, kind, ...); entries of two groups are never one run. Borders need
        not be told apart.

    Returns
    -------
    run
        By entry, from 0, in the order of group and segment.
    """
    entries = pd.DataFrame({"group": group, "row": segment_row})
    steps = entries.drop_duplicates().sort_values(["group", "row"], ignore_index=True)
    row = steps["row"].to_numpy(dtype=np.intp)
    place = frame.segments[["pair", "piece"]].to_numpy()[row]
    begins = np.ones(len(steps), dtype=bool)
    begins[1:] = (
        (np.diff(steps["group"]) != 0)
        | (np.diff(row) > EMPTY_BETWEEN + 1)
        | (np.diff(place, axis=0) != 0).any(axis=1)
    )
    steps["run"] = np.cumsum(begins) - 1
    return entries.merge(steps, on=["group", "row"], how="left")["run"].to_numpy(dtype=np.intp)


def run_places(frame: BorderFrame, segment_row: Ints, run: Ints) -> pd.DataFrame:
    """Return where runs lie.

    Returns
    -------
    places
        By run, from 0: `pair`, `segment_from`, `segment_to`, `chainage_m` (of its start), `geometry` (its
        segments as one line, those without any included).
    """
    rows = pd.Series(segment_row).groupby(run).agg(["min", "max"])
    first, last = rows["min"].to_numpy(dtype=np.intp), rows["max"].to_numpy(dtype=np.intp)
    count = last - first + 1
    owner = np.repeat(np.arange(len(rows)), count)
    member = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count) + first[owner]
    lines = np.asarray(frame.segments.geometry.array, dtype=object)[member]
    stretches = shapely.multilinestrings(lines, indices=owner) if len(lines) else lines
    segments = frame.segments
    return pd.DataFrame(
        {
            "pair": segments["pair"].to_numpy()[first],
            "segment_from": segments["segment"].to_numpy()[first],
            "segment_to": segments["segment"].to_numpy()[last],
            "chainage_m": segments["chainage_from_m"].to_numpy()[first],
            "geometry": shapely.line_merge(stretches),
        }
    )
