"""Since when each gap is known: when a run found it first, and when one found it last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from geodata.model import TABLES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

HISTORY = "history"


def history(
    before: pd.DataFrame,
    found_before: pd.DataFrame,
    last: Mapping[str, Any] | None,
    found: pd.DataFrame,
    finished: str,
    *,
    looked_at: Collection[str],
) -> pd.DataFrame:
    """Return when each gap was found first and last, in the columns of `TABLES["history"]`.

    Parameters
    ----------
    before
        The table as the last run left it.
    found_before, found
        Tables of gaps: of the last run, and of this one.
    last
        The record of the last run; None where this is the first.
    finished
        When this run ends: ISO time. A later run has a later one.
    looked_at
        Ids of the pairs this run was about; the gaps of others stand as they were found last.

    Returns
    -------
    history
        One row a gap, those found longest ago first, then by id. Gaps that are found no longer keep their
        row: their `last_found` is that of the last run that had them.

    Notes
    -----
    What an earlier version of the program found, which kept no such table, counts as found by the last run.
    """
    known = before.set_index("gap_id")
    if last is not None:
        unknown = found_before[~found_before["gap_id"].isin(known.index)]
        known = pd.concat([known, _rows(unknown, str(last["finished"]))])
    now = _rows(found, finished)
    again = now.index.isin(known.index)
    known.loc[now.index[again & now["pairing_id"].isin(looked_at)], "last_found"] = finished
    rows = pd.concat([known, now[~again]]).rename_axis("gap_id").reset_index()
    rows = rows.sort_values(["first_found", "gap_id"], ignore_index=True)
    return rows[list(TABLES[HISTORY].column_names)]


def is_new(gap_ids: pd.Series, table: pd.DataFrame, run: Mapping[str, Any] | None) -> pd.Series:
    """Return by gap whether the last run was the first to find it; of a first run nothing is new."""
    if run is None or run.get("previous") is None:
        return pd.Series(data=False, index=gap_ids.index)
    new = table.loc[table["first_found"] == run["finished"], "gap_id"]
    return gap_ids.isin(new)


def _rows(gaps: pd.DataFrame, when: str) -> pd.DataFrame:
    rows = gaps[["gap_id", "pairing_id"]].astype(object).assign(first_found=when, last_found=when)
    return pd.DataFrame(rows).set_index("gap_id")
