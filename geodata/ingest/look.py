"""What a source holds, found out without storing anything: for a proposal that somebody confirms."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geodata.errors import SourceError, UsageError
from geodata.ingest.files import OSM, FileOptions, every_table, layer_of
from geodata.ingest.osm import osm_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from geodata.ingest.raw import RawTable

VALUES = 60  # most frequent values of a column that are shown
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
    distinct
        How many different values there are.
    examples
        The most frequent ones as texts, each with the number of its rows; at most VALUES.
    numeric
        Whether all values are numbers or read as such.
    """

    name: str
    filled: int
    distinct: int
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
    path = Path(source)
    if not path.is_file() and path.suffix.lower() != ".gdb":
        raise UsageError(f"{source}: there is no such file")
    with tempfile.TemporaryDirectory(prefix="bordergap-") as scratch:
        options = FileOptions(None, table, encoding, Path(scratch))
        return [_looked(called, layer, raw) for called, layer, raw in _tables(path, options, admin_level)]


def _tables(
    path: Path, options: FileOptions, admin_level: int | None
) -> Iterator[tuple[str | None, str | None, RawTable]]:
    if path.name.lower().endswith(OSM):
        for layer, raw in osm_tables(path, admin_level)[0].items():
            yield None, layer, raw
        return
    for table, raw in every_table(path, options):
        yield table, _layer(path, options, table), raw


def _layer(path: Path, options: FileOptions, table: str | None) -> str | None:
    try:
        return layer_of(path, options, table)
    except SourceError:
        return None


def _looked(table: str | None, layer: str | None, raw: RawTable) -> TableLook:
    shapes = raw.geometry
    known = None if shapes is None else shapes[~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)]
    return TableLook(
        source=raw.source,
        table=table,
        layer=layer,
        rows=len(raw.rows),
        unreadable=len(raw.spoiled),
        columns=tuple(
            _column(raw.rows[name], str(name)) for name in raw.rows.columns if name not in raw.quiet
        ),
        geometry_types={} if known is None else dict(Counter(shape.geom_type for shape in known)),
        crs=raw.crs,
        bounds=None if known is None or not len(known) else _bounds(known),
        encoding=raw.encoding,
        notes=tuple(raw.notes),
        sample=_sample(raw),
    )


def _bounds(shapes: Any) -> Bounds:
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(shapes))
    return west, south, east, north


def _column(values: pd.Series, name: str) -> ColumnLook:
    filled = values[values.notna()]
    texts = filled.astype(str).str.strip()
    counted = Counter(texts[texts != ""])
    shown = tuple((text[:_LONGEST], count) for text, count in counted.most_common(VALUES))
    return ColumnLook(name, sum(counted.values()), len(counted), shown, bool(counted) and _numeric(counted))


def _numeric(texts: Counter[str]) -> bool:
    for text in texts:
        try:
            float(text)
        except ValueError:
            return False
    return True


def _sample(raw: RawTable) -> RawTable:
    """Return at most SAMPLE rows, evenly taken."""
    count = len(raw.rows)
    if count <= SAMPLE:
        return raw
    taken = np.linspace(0, count - 1, SAMPLE).astype(int)
    new = {int(row): position for position, row in enumerate(taken)}
    return replace(
        raw,
        rows=raw.rows.iloc[taken].reset_index(drop=True),
        geometry=None if raw.geometry is None else raw.geometry[taken],
        spoiled={new[row]: reason for row, reason in raw.spoiled.items() if row in new},
        repaired=frozenset(new[row] for row in raw.repaired if row in new),
    )
