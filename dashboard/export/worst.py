"""The worst gap on each segment of a border."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd


def worst_by_segment(gaps: gpd.GeoDataFrame) -> pd.Series:
    """Return the highest severity of the gaps that touch a segment, by (pairing_id, segment).

    Segments that none touches have no row, and gaps that concern a border as a whole touch none.

    Parameters
    ----------
    gaps
        Rows of `Results.gaps`.
    """
    worst: dict[tuple[str, int], float] = {}
    located = gaps[~gaps["border_wide"].to_numpy(bool) & gaps["segment_from"].notna().to_numpy(bool)]
    columns = ("pairing_id", "segment_from", "segment_to", "severity")
    for key, first, last, severity in zip(*(located[name] for name in columns), strict=True):
        for segment in range(int(first), int(last) + 1):  # a gap touches few segments
            worst[key, segment] = max(worst.get((key, segment), 0.0), float(severity))
    index = pd.MultiIndex.from_tuples(list(worst), names=["pairing_id", "segment"])
    return pd.Series(list(worst.values()), index=index, dtype=float)
