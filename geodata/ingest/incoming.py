"""A table of a source on its way into a layer: batch by batch, its rows kept in files until all are there."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from geodata.ingest.normalise import OWN, REASON, ROW, Normaliser
from geodata.layer_file import LayerFile
from geodata.store import AS_CSV

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from geodata.ingest.normalise import Meant
    from geodata.ingest.raw import RawSource
    from geodata.intake import IntakeRecord
    from geodata.model import Layer
    from geodata.workspace import Workspace


@dataclass(frozen=True)
class Incoming:
    """A layer ready to be stored: its rows, its record, and the file of the rows set aside, if any."""

    file: LayerFile
    record: IntakeRecord
    quarantine: Path | None
    only: bool = False

    def noted(self, *notes: str) -> Incoming:
        """Return the same with more notes."""
        record = dataclasses.replace(self.record, notes=(*self.record.notes, *notes))
        return dataclasses.replace(self, record=record)

    def called(self, name: str, called: str | None) -> Incoming:
        """Return the same with the source called another name."""
        said = self.record.source
        if called is None or said is None:
            return self
        notes = tuple(note.replace(name, called) for note in self.record.notes)
        record = dataclasses.replace(self.record, source=said.replace(name, called), notes=notes)
        return dataclasses.replace(self, record=record)

    def with_origin(self, origin: Mapping[str, Any]) -> Incoming:
        """Return the same with source, licence, attribution, date, provenance and more notes as it says."""
        notes = (*origin.get("notes", ()), *self.record.notes)
        record = dataclasses.replace(self.record, **{**origin, "notes": notes})
        return dataclasses.replace(self, record=record)


def take_in(
    source: RawSource,
    layer: Layer,
    folder: Path,
    *,
    meant: Meant | None = None,
    beside: Workspace | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Incoming:
    """Return the rows of `source` as rows of `layer`, in files in `folder`.

    Parameters
    ----------
    meant
        How the source is to be understood.
    beside
        Whose rows of the layer stay, these are added; None where they are replaced.

    Raises
    ------
    SourceError
        If they cannot be rows of the layer, or none of them.
    """
    before = None if beside is None else _Before(beside, layer)
    taken = () if beside is None else taken_ids(beside, layer)
    taking = Normaliser(source, layer, meant, taken, before.aside() if before else ())
    file = LayerFile(layer, folder)
    if before:
        before.copy(file)
    aside = _Aside(folder / "quarantine.csv", source, taking)
    for raw in source.load():
        frame, quarantined = taking.add(raw)
        file.add(frame)
        aside.add(quarantined)
        if progress:
            progress(raw.first + len(raw.rows), source.rows or 0)
    record = taking.record()
    if before:
        record, kept = before.joined(record, taking.brought_back)
        aside.add_other(kept)
    return Incoming(file, record, aside.path if aside.rows else None)


def taken_ids(workspace: Workspace, layer: Layer) -> list[str]:
    """Return the ids that rows which are added to a layer cannot have."""
    if layer.key is None or not workspace.has_layer(layer.name):
        return []
    return list(workspace.read_values(layer.name, [layer.key])[layer.key])


class _Aside:
    """The file of the rows set aside: one header for all batches."""

    def __init__(self, path: Path, source: RawSource, taking: Normaliser) -> None:
        self.path = path
        self.rows = 0
        names = [name for name in source.columns if not (taking.brings_back and name in OWN)]
        named = [f"{name} (source)" if name in OWN else name for name in names]
        self._columns = [ROW, REASON, *named, *taking.told]

    def add(self, rows: pd.DataFrame) -> None:
        """Append rows of a batch, which may lack columns that others have."""
        if not len(rows):
            return
        new = self.rows == 0
        rows.reindex(columns=self._columns).to_csv(
            self.path,
            mode="w" if new else "a",
            header=new,
            **AS_CSV,
        )
        self.rows += len(rows)

    def add_other(self, rows: pd.DataFrame) -> None:
        """Put rows of other columns beside those that are there."""
        if not len(rows):
            return
        there = pd.read_csv(self.path, dtype=str, keep_default_na=False) if self.rows else pd.DataFrame()
        both = pd.concat([rows, there], ignore_index=True)
        both.to_csv(self.path, **AS_CSV)
        self.rows += len(rows)


class _Before:
    """The rows of a layer that stay when others are added."""

    def __init__(self, workspace: Workspace, layer: Layer) -> None:
        self._workspace = workspace
        self._layer = layer
        self._record = workspace.intake_of(layer.name)
        self._aside = workspace.quarantine(layer.name)

    def aside(self) -> set[int]:
        """Return the numbers of rows that were set aside."""
        return set() if self._aside is None else {int(row) for row in self._aside[ROW] if row.isdecimal()}

    def copy(self, file: LayerFile) -> None:
        """Put the rows into another file."""
        for frame in self._workspace.pieces(self._layer.name):
            file.add(frame)

    def joined(self, record: IntakeRecord, back: set[int]) -> tuple[IntakeRecord, pd.DataFrame]:
        """Return one record of both, and the rows set aside before that did not come `back`."""
        was = self._record
        if was is None:
            return record, pd.DataFrame()
        aside = self._aside
        kept = pd.DataFrame() if aside is None else aside[~aside[ROW].isin({str(row) for row in back})]
        returned = 0 if aside is None else len(aside) - len(kept)
        sources = dict.fromkeys(name for name in (was.source, record.source) if name)
        return dataclasses.replace(
            was,
            source="; ".join(sources) or None,
            rows_read=was.rows_read - returned + record.rows_read,
            accepted=was.accepted + record.accepted,
            repaired=was.repaired + record.repaired,
            quarantined=was.quarantined - returned + record.quarantined,
            notes=(*was.notes, f"{record.accepted} rows added from {record.source}", *record.notes),
        ), kept
