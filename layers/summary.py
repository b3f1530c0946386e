"""One row a pairing: gaps by domain, people, affected share, what was not computed (METHOD 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geodata.model import DOMAINS, PROVENANCES, TABLES
from layers.score import is_border_wide

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

SEVERE = 50.0  # a segment is affected when a located gap of this severity touches it


def pairing_summary(
    pairings: pd.DataFrame,
    borders: gpd.GeoDataFrame,
    segments: gpd.GeoDataFrame,
    gaps: gpd.GeoDataFrame,
    not_computed: pd.DataFrame,
) -> pd.DataFrame:
    """Return one row a pairing, in the columns of `TABLES["pairing_summary"]`.

    Parameters
    ----------
    pairings
        `pairing_id`, `kind`, `name`, `members`, and `inner`: the ids of the adjacent pairings that a group
        consists of (a group's gaps are theirs; others have their own id there).
    borders, segments, gaps, not_computed
        Result tables of the whole workspace.

    Notes
    -----
    `people_affected` are those behind a wall or in a desert of the one kind of service that affects most: the
    same people lack several services and stand near several gaps, so a sum over gaps would count them again
    and again. `affected_share` is km of border in segments
    touched by a located gap of severity 50 and more, by km of border; null without a border.
    """
    wide = is_border_wide(gaps, borders.set_index("pairing_id")["segments"])
    touched = affected_length_m(gaps[~wide.to_numpy()], segments)
    rows = [
        _row(pairing, borders=borders, gaps=gaps, wide=wide, touched=touched, not_computed=not_computed)
        for pairing in pairings.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=list(TABLES["pairing_summary"].column_names))


def affected_length_m(gaps: pd.DataFrame, segments: pd.DataFrame) -> pd.Series:
    """Return by `pairing_id` the metres of border in segments touched by a located gap of severity >= 50."""
    severe = gaps[(gaps["severity"] >= SEVERE) & gaps["segment_from"].notna()]
    spans = severe[["pairing_id", "segment_from", "segment_to"]]
    cut = segments[["pairing_id", "segment", "chainage_from_m", "chainage_to_m"]]
    hit = cut.merge(spans, on="pairing_id")
    hit = hit[(hit["segment"] >= hit["segment_from"]) & (hit["segment"] <= hit["segment_to"])]
    hit = hit.drop_duplicates(["pairing_id", "segment"])
    return (hit["chainage_to_m"] - hit["chainage_from_m"]).groupby(hit["pairing_id"]).sum()


def _row(
    pairing: Mapping[Any, Any],
    *,
    borders: pd.DataFrame,
    gaps: pd.DataFrame,
    wide: pd.Series,
    touched: pd.Series,
    not_computed: pd.DataFrame,
) -> dict[str, object]:
    inner = pairing["inner"]
    own = gaps["pairing_id"].isin(inner)
    found = gaps[own]
    border_m = float(borders.loc[borders["pairing_id"].isin(inner), "length_m"].sum())
    affected_m = float(touched.reindex(inner).fillna(0.0).sum())
    counted = found[found["kind"].isin(["service_wall", "service_desert"])]
    return {
        "pairing_id": pairing["pairing_id"],
        "kind": pairing["kind"],
        "name": pairing["name"],
        "members": pairing["members"],
        "border_m": border_m,
        "gaps": len(found),
        **{f"gaps_{domain}": int((found["domain"] == domain).sum()) for domain in DOMAINS},
        "worst_severity": found["severity"].max() if len(found) else np.nan,
        "people_affected": counted.groupby("what")["people"].sum().max() if len(counted) else np.nan,
        "affected_share": affected_m / border_m if border_m > 0 else np.nan,
        "border_wide": int((own & wide).sum()),
        "not_computed": int(not_computed["pairing_id"].isin(inner).sum()),
        "provenance": max(found["provenance"], key=PROVENANCES.index, default=None),
    }
