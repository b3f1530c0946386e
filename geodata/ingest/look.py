"""What a source holds, found out without storing anything: for a proposal that somebody confirms."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geodata.errors import UsageError
from geodata.ingest.dictionary import dictionary
from geodata.ingest.files import FileOptions, every_table
from geodata.ingest.postgis import is_address, read_postgis
from geodata.ingest.raw import RawTable

if TYPE_CHECKING:
    from geodata.ingest.raw import RawSource

VALUES = 60  # most frequent values of a column that are shown
MOST_VALUES = 20_000  # that are counted, of a column
SAMPLE = 2_000  # rows that a preview draws
_LONGEST = 200  # letters of a value that are shown

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class ColumnLook:
    """One column of a table.

    Parameters
    ----------
    name
        As the source has it.
    filled
        Rows with a value.
    distinct, complete
        How many different values there are; more than that where this is not `complete`.
    examples
        The most frequent ones as texts, each with the number of its rows; at most VALUES.
    numeric
        Whether all values are numbers or read as such.
    """

    name: str
    filled: int
    distinct: int
    complete: bool
    examples: tuple[tuple[str, int], ...]
    numeric: bool


@dataclass(frozen=True)
class TableLook:
    """One table of a source; coordinates are those of the source, in whatever system.

    Parameters
    ----------
    source
        File (and table in it) as messages name it.
    table
        What `--table` calls it; None where the source has only one.
    layer
        The layer its name says it is; None where it says nothing.
    rows
        How many there are, those that cannot be read among them.
    unreadable
        Of these, how many cannot be read, whatever is confirmed.
    geometry_types
        Rows by type of geometry; empty for a plain table.
    crs
        As declared; None where it is not.
    bounds
        West, south, east, north of all coordinates; None where there are none.
    sample
        Rows evenly taken, at most SAMPLE, for a preview: `normalise` takes them as it takes all.
    left, shared
        As of RawSource.
    """

    source: str
    table: str | None
    layer: str | None
    rows: int
    unreadable: int
    columns: tuple[ColumnLook, ...]
    geometry_types: dict[str, int]
    crs: str | None
    bounds: Bounds | None
    encoding: str | None
    notes: tuple[str, ...]
    sample: RawTable
    left: tuple[str, ...] = ()
    shared: bool = False


def look(
    source: str | Path,
    *,
    table: str | None = None,
    encoding: str | None = None,
    admin_level: int | None = None,
) -> list[TableLook]:
    """Return what is in a file, table by table; the workspace is not needed, nothing is kept.

    The file is read as for an import, with the same checks and limits.

    Parameters
    ----------
    source, table, encoding, admin_level
        As for `import_source`.

    Raises
    ------
    SourceError
        If it cannot be read, naming reason and remedy.
    UsageError
        If there is no such file.
    """
    if is_address(source):
        found = read_postgis(str(source), table)
        return [looked_at(found, dictionary().layer_called(str(found.called).rpartition(".")[2]))]
    path = Path(source)
    if not path.exists():
        raise UsageError(f"{source}: there is no such file")
    with tempfile.TemporaryDirectory(prefix="bordergap-") as scratch:
        options = FileOptions(None, table, encoding, Path(scratch), admin_level)
        return [looked_at(one, layer) for layer, one in every_table(path, options)]


def looked_at(source: RawSource, layer: str | None = None) -> TableLook:
    """Return what a table holds; it is read once, batch by batch."""
    columns = {name: _Column(name) for name in source.columns if name not in source.quiet}
    types: Counter[str] = Counter()
    edges = np.array([np.inf, np.inf, -np.inf, -np.inf])
    rows = unreadable = 0
    samples: list[RawTable] = []
    for raw in source.load():
        rows += len(raw.rows)
        unreadable += len(raw.spoiled)
        for column in columns.values():
            if column.name in raw.rows:
                column.add(raw.rows[column.name])
        if raw.geometry is not None:
            known = raw.geometry[~shapely.is_missing(raw.geometry) & ~shapely.is_empty(raw.geometry)]
            types.update(shape.geom_type for shape in known)
            if len(known):
                west, south, east, north = shapely.total_bounds(known)
                edges = np.array([*np.fmin(edges[:2], [west, south]), *np.fmax(edges[2:], [east, north])])
        samples.append(_sample(raw))
    return TableLook(
        source=source.source,
        table=source.called,
        layer=layer,
        rows=rows,
        unreadable=unreadable,
        columns=tuple(column.told() for column in columns.values()),
        geometry_types=dict(types),
        crs=source.crs,
        bounds=tuple(float(edge) for edge in edges) if np.isfinite(edges).all() else None,  # type: ignore[arg-type]  # four
        encoding=source.encoding,
        notes=source.notes,
        sample=_joined(samples, source),
        left=source.left,
        shared=source.shared,
    )


class _Column:
    """What is found out about a column while its rows go by."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.filled = 0
        self.numeric = True
        self.counts: Counter[str] = Counter()
        self.full = False

    def add(self, values: pd.Series) -> None:
        """Count the values of a batch."""
        texts = values[values.notna()].astype(object).map(_legible)
        counted = texts[texts != ""].value_counts()
        self.filled += int(counted.sum())
        numbers = pd.to_numeric(counted.index.to_series(), errors="coerce")
        self.numeric = self.numeric and bool(numbers.notna().all())
        for text, count in counted.items():
            if text in self.counts or len(self.counts) < MOST_VALUES:
                self.counts[str(text)] += int(count)
            else:
                self.full = True

    def told(self) -> ColumnLook:
        """Return what was found out."""
        shown = tuple((text[:_LONGEST], count) for text, count in self.counts.most_common(VALUES))
        numeric = bool(self.numeric and self.filled)
        return ColumnLook(self.name, self.filled, len(self.counts), not self.full, shown, numeric)


def _legible(value: Any) -> str:
    """Return a value as text; halves of letters, which no text can hold, are shown as question marks."""
    return str(value).encode("utf-8", "replace").decode().strip()


def _sample(raw: RawTable, most: int = SAMPLE) -> RawTable:
    """Return at most `most` rows, evenly taken."""
    count = len(raw.rows)
    if count <= most:
        return raw
    taken = np.linspace(0, count - 1, most).astype(int)
    new = {int(row): position for position, row in enumerate(taken)}
    return replace(
        raw,
        rows=raw.rows.iloc[taken].reset_index(drop=True),
        geometry=None if raw.geometry is None else raw.geometry[taken],
        spoiled={new[row]: reason for row, reason in raw.spoiled.items() if row in new},
        repaired=frozenset(new[row] for row in raw.repaired if row in new),
    )


def _joined(samples: list[RawTable], source: RawSource) -> RawTable:
    """Return samples of batches as one."""
    rows = [raw.rows for raw in samples]
    starts = np.cumsum([0, *map(len, rows)]).tolist()
    joined = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()
    both = RawTable(
        source.source,
        joined.reindex(columns=list(source.columns)),
        np.concatenate([np.empty(0, object), *(raw.geometry for raw in samples if raw.geometry is not None)])
        if source.shaped
        else None,
        source.crs,
        {
            start + row: why
            for start, raw in zip(starts, samples, strict=False)
            for row, why in raw.spoiled.items()
        },
        list(source.notes),
        source.quiet,
        frozenset(start + row for start, raw in zip(starts, samples, strict=False) for row in raw.repaired),
        source.encoding,
    )
    return _sample(both)
