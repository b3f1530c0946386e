"""Hold the ledger against what an analysis has found: what is gone, what came back, what moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Geod

from geodata.database_errors import DatabaseError
from layers.history import HISTORY
from layers.kinds import KINDS, TRAVEL
from layers.sensitivity import BY_PLACE, alike, shared_segments
from layers.wording import THING_WORDS, is_missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geodata.workspace import Workspace

NEAR_M = 200.0  # a gap that has another id is the same one up to here: drawings of one road differ by less
# Reasons of `not_computed` that leave out some places, roads or parks; of the rest the check still speaks.
OF_PARTS = ("off network", "edge of the data", "industries unknown", "contested or unclaimed")
_TRAVEL_TIME = "travel_time"
_EARTH = Geod(ellps="WGS84")


def hold_ledger(workspace: Workspace) -> dict[str, int]:
    """Hold the ledger of `workspace` against its last run, once; return how many are gone, returned, moved.

    Raises
    ------
    DatabaseError
        If the database of the ledger cannot be used; the next run, or the next call, makes up for it.
    """
    run, nothing = workspace.run_record(), {"gone": 0, "returned": 0, "moved": 0}
    if run is None or not workspace.database.exists:
        return nothing
    finished = str(run["finished"])
    try:
        if workspace.ledger.reconciled() == finished:
            return nothing
        gaps = gpd.GeoDataFrame(workspace.read_table("gaps"))
        since = workspace.read_table(HISTORY).set_index("gap_id")["first_found"]
        notes = workspace.read_table("not_computed")
        pairs = {
            pair
            for name in ("borders", "pairing_summary")
            for pair in workspace.read_table(name)["pairing_id"]
        }

        def decide(missing: pd.DataFrame, last: str | None) -> tuple[dict[str, str], set[str]]:
            first = gaps["gap_id"].map(since)
            # A clock that was set back makes the new run's time the smaller one.
            new = (first == finished) | (first > (last or finished))
            moves = moved(missing, gaps[new.to_numpy(dtype=bool)])
            untold = ~missing["pairing_id"].isin(pairs) | not_looked_for(missing, notes)
            return moves, set(missing.loc[untold, "gap_id"])

        return workspace.ledger.reconcile(gaps, finished, decide)
    except DatabaseError as error:
        raise DatabaseError(
            f"the findings are written, but not held against the ledger: {error}; then analyse again, "
            "nothing is computed twice"
        ) from error


def moved(missing: pd.DataFrame, new: gpd.GeoDataFrame) -> dict[str, str]:
    """Return which gap of `new` each of `missing` has become, by id; each once, the nearest first.

    Both are of the same pairing, kind, side and what; and they have segments in common, where the id of a
    kind moves with its place (BY_PLACE), or lie within NEAR_M of one another.

    Parameters
    ----------
    missing
        Gaps as last seen, with `lon` and `lat`.
    new
        Gaps that no earlier run has found.
    """
    points = new.geometry.representative_point()
    there = pd.DataFrame(new.drop(columns="geometry")).assign(lon=points.x, lat=points.y)
    both = alike(missing, there)
    if both.empty:
        return {}
    shared = shared_segments(both).to_numpy()
    lon, lat, lon_again, lat_again = (
        both[name].to_numpy(dtype=float) for name in ("lon", "lat", "lon_again", "lat_again")
    )
    _, _, away_m = _EARTH.inv(lon, lat, lon_again, lat_again)
    away_m = np.nan_to_num(away_m, nan=np.inf)  # a gap without a place is near nothing
    by_place = both["kind"].isin(BY_PLACE).to_numpy() & both["segment_from"].notna().to_numpy()
    same = np.where(by_place, shared > 0, away_m <= NEAR_M)
    ids, ids_again = both["gap_id"].to_numpy(), both["gap_id_again"].to_numpy()
    found: dict[str, str] = {}
    taken: set[str] = set()
    for row in np.lexsort((ids_again, away_m, -shared)):  # each takes one: what is taken decides what is left
        if same[row] and ids[row] not in found and ids_again[row] not in taken:
            found[ids[row]] = ids_again[row]
            taken.add(ids_again[row])
    return found


def not_looked_for(missing: pd.DataFrame, notes: pd.DataFrame) -> pd.Series[bool]:
    """Return of which of the gaps `missing` a run says nothing: their check was not computed there.

    Parameters
    ----------
    notes
        The table `not_computed`.
    """
    whole = notes[~notes["reason"].str.startswith(OF_PARTS)]
    by_check: dict[str, list[dict[Any, Any]]] = {
        str(check): rows.to_dict("records") for check, rows in whole.groupby("check")
    }
    told: list[dict[Any, Any]] = missing[["pairing_id", "kind", "what"]].to_dict("records")
    untold = [
        any(_concerns(note, gap) for check in _checks_of(gap["kind"]) for note in by_check.get(check, ()))
        for gap in told
    ]
    return pd.Series(np.array(untold, dtype=bool), index=missing.index)


def _checks_of(kind: str) -> tuple[str, ...]:
    """Return the checks whose rows of `not_computed` concern a kind of gap."""
    travels = kind in KINDS and bool(set(TRAVEL) & set(KINDS[kind].settings))
    return (kind, _TRAVEL_TIME) if travels else (kind,)


def _concerns(note: Mapping[Any, Any], gap: Mapping[Any, Any]) -> bool:
    if not is_missing(note["pairing_id"]) and note["pairing_id"] != gap["pairing_id"]:
        return False
    if is_missing(note["what"]) or is_missing(gap["what"]):
        return bool(note["check"] == gap["kind"])
    named = str(note["what"]).split(", ")
    # Layers and the like concern the whole check, things themselves alone.
    return gap["what"] in named or not all(name in THING_WORDS for name in named)
