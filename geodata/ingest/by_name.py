"""Import of district boundaries by name, with the pairings of the catalogue that are named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geodata.catalogue import pairings_for
from geodata.china import chosen
from geodata.ingest.incoming import take_in
from geodata.ingest.normalise import Meant
from geodata.ingest.whereabouts import meeting
from geodata.intake import IntakeRecord
from geodata.model import LAYERS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geodata.china import Level
    from geodata.workspace import Workspace


def import_boundaries(
    workspace: Workspace,
    names: Sequence[str],
    *,
    level: Level = "county",
    add: bool = False,
    progress: Callable[[str, int, int], None] | None = None,
) -> list[IntakeRecord]:
    """Put the districts of each name into `workspace` and return the records of what was written.

    A name that is a pairing of the catalogue brings the pairing, too; those that are there stay, as far as
    all their districts do.

    Parameters
    ----------
    names, level
        See `geodata.china.chosen`.
    add
        Keep the districts that are there; those named again stay as they are.

    Raises
    ------
    SourceError
        If a name is unknown or not clear.
    UsageError
        If the package with the boundaries is not installed.
    WorkspaceError
        If the workspace is locked or cannot be written.
    """
    with workspace.transaction(), workspace.scratch() as scratch:
        if progress:
            progress("districts", 0, 2)
        beside = workspace if add and workspace.has_layer("districts") else None
        there = workspace.read_values("districts", ["district_id"])["district_id"] if beside else ()
        found = chosen(names, level, set(there))
        districts = take_in(
            found.districts, LAYERS["districts"], scratch, meant=Meant(datum="gcj02"), beside=beside
        )
        frame = districts.file.frame()
        districts = districts.noted(*meeting(frame))
        workspace.put_layer(districts.file, districts.record, districts.quarantine)
        if progress:
            progress("pairings", 1, 2)
        wanted = {entry.pairing_id for entry in found.pairings}
        if wanted or workspace.has_layer("pairings"):
            _write_pairings(workspace, frame, wanted)
        if progress:
            progress("pairings", 2, 2)
        records = [workspace.intake_of(name) for name in ("districts", "pairings")]
    return [record for record in records if record is not None]


def _write_pairings(workspace: Workspace, districts: pd.DataFrame, wanted: set[str]) -> None:
    """Put the pairings `wanted` beside those there are whose districts are all there."""
    known = pairings_for(districts)
    fresh = known[known["pairing_id"].isin(wanted)]
    notes = [
        f"{name}: not all of its districts are here at this level; no pairing was made"
        for name in sorted(wanted - set(fresh["pairing_id"]))
    ]
    there = workspace.read_layer("pairings")
    rows = fresh
    if there is not None and len(there):
        ids = set(districts["district_id"])
        stays = np.array([all(set(member) <= ids for member in members) for members in there["members"]])
        kept = there[stays & ~there["pairing_id"].isin(set(fresh["pairing_id"])).to_numpy()]
        gone = len(there) - int(stays.sum())
        notes += [f"{gone} pairings left out, whose districts are no longer there"] if gone else []
        rows = pd.concat([kept, fresh], ignore_index=True) if len(kept) else fresh
    record = IntakeRecord(
        "pairings",
        source="catalogue of bordergap" if len(fresh) else None,
        rows_read=len(rows),
        accepted=len(rows),
        notes=tuple(notes),
    )
    workspace.write_layer("pairings", rows, record, only=workspace.pairings_only)
