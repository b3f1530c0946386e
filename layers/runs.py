"""Runs of segments: neighbours along a border that are one finding (METHOD 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from layers.frame import BorderFrame

EMPTY_BETWEEN = 1  # so many segments with nothing to report do not interrupt a run


def run_numbers(frame: BorderFrame, affected: pd.DataFrame, by: list[str]) -> pd.Series[int]:
    """Return which run each affected segment belongs to.

    Parameters
    ----------
    affected
        `segment_row` (row of `frame.segments`) and the columns `by`, such as side and kind; one row a segment
        and group.
    by
        What is told apart: runs never join two of its values, nor two borders or pieces.

    Returns
    -------
    numbers
        0, 1, …, by row of `affected`, in the order of `by` and segments.
    """
    place = frame.segments[["pair", "piece"]].iloc[affected["segment_row"].to_numpy(np.intp)]
    table = affected[[*by, "segment_row"]].copy()
    table["pair"], table["piece"] = place["pair"].to_numpy(), place["piece"].to_numpy()
    groups = [*by, "pair", "piece"]
    ordered = table.sort_values([*groups, "segment_row"])
    step = ordered.groupby(groups, dropna=False)["segment_row"].diff()
    starts = step.isna() | (step > EMPTY_BETWEEN + 1)
    return (starts.cumsum() - 1).reindex(affected.index)
