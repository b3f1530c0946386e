"""The result tables of a workspace: of all blocks together, with what was found before and still holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from geodata.model import STORED_CRS, TABLES
from layers.block import CROSSINGS, PROFILES, TABLES_BY_BLOCK, BlockResult
from layers.due import COMPARISONS
from layers.score import worst_first
from layers.summary import pairing_summary
from layers.work import OWNERS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from geodata.workspace import Workspace
    from layers.region import Region


def result_tables(region: Region, result: BlockResult) -> dict[str, pd.DataFrame]:
    """Return the result tables of the whole workspace."""
    gaps = together(result.tables["gaps"], "gaps")
    not_computed = together(result.tables["not_computed"], "not_computed").drop_duplicates(ignore_index=True)
    borders, segments = region.borders(result.crossings), region.segments()
    return {
        "borders": borders,
        "segments": segments,
        "gaps": worst_first(gaps),
        "not_computed": not_computed.sort_values(
            ["pairing_id", "check", "what", "reason"], ignore_index=True
        ),
        "profiles": together(result.tables["profiles"], "profiles").sort_values(
            "pairing_id", kind="stable", ignore_index=True
        ),
        COMPARISONS: together(result.tables.get(COMPARISONS, []), COMPARISONS),
        "pairing_summary": pairing_summary(region.pairings, borders, segments, gaps, not_computed),
    }


def together(parts: Sequence[pd.DataFrame], name: str) -> Any:
    """Return the rows of all `parts` in the columns of table `name`."""
    table = TABLES[name]
    columns = [*table.column_names, *(["geometry"] if table.geometry else [])]
    filled = [part[columns] for part in parts if len(part)]
    rows = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=columns, dtype=object)
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=STORED_CRS) if table.geometry else rows


def keep_last(
    workspace: Workspace,
    region: Region,
    result: BlockResult,
    *,
    due: Collection[str],
    asked: Collection[str],
) -> None:
    """Take over from the last results what was not due: other checks, other pairings that still exist.

    Parameters
    ----------
    due
        What was computed now.
    asked
        For which pairs; rows of no pair were computed with any of them.
    """
    pairs = {*region.pairs["pairing_id"], *region.far["pairing_id"]}
    for name in TABLES_BY_BLOCK:
        rows = workspace.read_table(name)
        if name == PROFILES:
            made_by = pd.Series(PROFILES, index=rows.index)
        else:
            made_by = rows["kind" if name == "gaps" else "check"].replace(OWNERS)
        nobodys, pair = rows["pairing_id"].isna(), rows["pairing_id"]
        new = made_by.isin(list(due)) & (pair.isin(asked) | nobodys)
        keep = ~new & (pair.isin(pairs) | nobodys)
        result.tables[name].append(rows[keep.to_numpy(dtype=bool)])
    if COMPARISONS not in due:
        result.tables[COMPARISONS] = [workspace.read_table(COMPARISONS)]
    borders = workspace.read_table("borders")
    counted_now = borders["pairing_id"].isin(asked) & (CROSSINGS in due)
    known = borders[borders["crossings"].notna() & ~counted_now]
    kept = dict(zip(known["pairing_id"], known["crossings"].astype(int), strict=True))
    result.crossings = kept | result.crossings
