"""Rows handed from the process that reads a file to the one that asked: Arrow files, one for each batch."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from geodata.ingest.raw import RawSource, RawTable

BATCH_ROWS = 65_536
BATCH_BYTES = 64 << 20  # of geometry, where it is large
FEWEST_ROWS = 256
_COLUMN = "column "  # before the name of each column of the source
_WKB, _REASON, _REPAIRED = "wkb", "reason", "repaired"
_JSON = {b"json": b"1"}  # of columns whose values Arrow has no one type for
_ONE_TYPE = {"string", "integer", "floating", "boolean", "empty"}
_OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4")


@dataclass
class TableWriter:
    """Writes one table, batch by batch, and keeps what is to be said of it."""

    folder: Path
    number: int
    source: str
    called: str | None = None
    crs: str | None = None
    encoding: str | None = None
    notes: list[str] = field(default_factory=list)
    quiet: tuple[str, ...] = ()
    left: list[str] = field(default_factory=list)
    origin: dict[str, Any] = field(default_factory=dict)
    columns: dict[str, None] = field(default_factory=dict)
    filled: set[str] = field(default_factory=set)  # columns with a value in any row
    shaped: bool = False
    rows: int = 0
    batches: int = 0

    def add(self, raw: RawTable) -> None:
        """Write rows of a frame; what is said of the table is what the last batch says."""
        import shapely  # noqa: PLC0415  # readers that are Arrow all the way do without

        arrays = {_COLUMN + str(name): _encoded(raw.rows[name]) for name in raw.rows.columns}
        wkb = None if raw.geometry is None else pa.array(shapely.to_wkb(raw.geometry), pa.large_binary())
        self.crs, self.encoding, self.notes, self.quiet = raw.crs, raw.encoding, raw.notes, raw.quiet
        fields = [pa.field(name, array.type, metadata=meta) for name, (array, meta) in arrays.items()]
        self._write(
            len(raw.rows),
            fields,
            [array for array, _ in arrays.values()],
            wkb,
            raw.spoiled,
            repaired=raw.repaired,
        )

    def add_arrow(self, rows: pa.Table, wkb: pa.ChunkedArray | None, spoiled: Mapping[int, str]) -> None:
        """Write rows of an Arrow table, and their geometry."""
        fields = [column.with_name(_COLUMN + column.name).remove_metadata() for column in rows.schema]
        self._write(len(rows), fields, rows.columns, wkb, spoiled)

    def _write(
        self,
        count: int,
        fields: list[pa.Field],
        arrays: list[Any],
        wkb: Any,
        spoiled: Mapping[int, str],
        *,
        repaired: frozenset[int] = frozenset(),
    ) -> None:
        self.columns |= dict.fromkeys(column.name.removeprefix(_COLUMN) for column in fields)
        self.filled |= {
            column.name.removeprefix(_COLUMN)
            for column, array in zip(fields, arrays, strict=True)
            if array.null_count < count
        }
        self.shaped |= wkb is not None
        reasons = pa.array(
            [spoiled.get(row) for row in range(count)] if spoiled else [None] * count, pa.string()
        )
        mended = pa.array([row in repaired for row in range(count)] if repaired else [False] * count)
        fields = [*fields, pa.field(_REASON, pa.string()), pa.field(_REPAIRED, pa.bool_())]
        arrays = [*arrays, reasons, mended]
        if wkb is not None:
            fields.append(pa.field(_WKB, wkb.type))
            arrays.append(wkb)
        table = pa.Table.from_arrays(arrays, schema=pa.schema(fields))
        path = _batch(self.folder, self.number, self.batches)
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema, options=_OPTIONS) as out:
            out.write_table(table)
        self.rows += count
        self.batches += 1

    def said(self) -> dict[str, Any]:
        """Return what is to be said of the table as plain JSON values."""
        kept = (
            "number",
            "source",
            "called",
            "crs",
            "encoding",
            "quiet",
            "left",
            "origin",
            "shaped",
            "rows",
            "batches",
        )
        return {
            **{name: getattr(self, name) for name in kept},
            "notes": self.notes,
            "columns": list(self.columns),
        }


class Handover:
    """Where a reader puts its tables.

    Parameters
    ----------
    folder
        Empty, of this reading alone.
    progress
        Told rows read, and rows in all where they are known (else 0).
    """

    def __init__(self, folder: Path, progress: Callable[[int, int], None]) -> None:
        self.folder = folder
        self.progress = progress
        self.tables: list[TableWriter] = []

    def table(self, source: str, called: str | None = None) -> TableWriter:
        """Begin a table."""
        self.tables.append(TableWriter(self.folder, len(self.tables), source, called))
        return self.tables[-1]


def received(folder: Path, said: Mapping[str, Any]) -> RawSource:
    """Return a table that was handed over: `said` is what its writer says of it."""
    from geodata.ingest.raw import RawSource  # noqa: PLC0415  # what follows is for the process that asked

    return RawSource(
        said["source"],
        tuple(said["columns"]),
        said["rows"],
        said["shaped"],
        lambda: _batches(folder, said),
        said["called"],
        said["crs"],
        tuple(said["notes"]),
        tuple(said["quiet"]),
        said["encoding"],
        said["origin"],
        tuple(said["left"]),
    )


def _batches(folder: Path, said: Mapping[str, Any]) -> Iterator[RawTable]:
    from geodata.ingest.raw import RawTable, shapes_from_wkb  # noqa: PLC0415

    first = 0
    for number in range(said["batches"]):
        with pa.OSFile(str(_batch(folder, said["number"], number)), "rb") as file:
            table = pa.ipc.open_file(file).read_all()
        shapes: NDArray[Any] | None = None
        spoiled: dict[int, str] = {}
        if said["shaped"]:
            shapes, spoiled = shapes_from_wkb(_wkb(table))
        if table[_REASON].null_count < len(table):
            reasons = enumerate(table[_REASON].to_pylist())
            spoiled |= {row: reason for row, reason in reasons if reason is not None}
        repaired = frozenset(row for row, mended in enumerate(table[_REPAIRED].to_pylist()) if mended)
        yield RawTable(
            said["source"],
            _rows(table),
            shapes,
            said["crs"],
            spoiled,
            quiet=tuple(said["quiet"]),
            repaired=repaired,
            encoding=said["encoding"],
            first=first,
        )
        first += len(table)


def _wkb(table: pa.Table) -> NDArray[Any]:
    import numpy as np  # noqa: PLC0415

    if _WKB not in table.column_names:
        return np.full(len(table), None, dtype=object)
    return np.asarray(table[_WKB].to_numpy(zero_copy_only=False), dtype=object)


def _rows(table: pa.Table) -> pd.DataFrame:
    """Return the columns of the source; what was no one type is again what it was."""
    import pandas as pd  # noqa: PLC0415

    made: dict[str, pd.Series] = {}
    for column in table.schema:
        if not column.name.startswith(_COLUMN):
            continue
        values = table[column.name]
        if column.metadata == _JSON:
            decoded = [None if text is None else json.loads(text) for text in values.to_pylist()]
            made[column.name.removeprefix(_COLUMN)] = pd.Series(decoded, dtype=object)
        else:
            made[column.name.removeprefix(_COLUMN)] = values.to_pandas(integer_object_nulls=True)
    return pd.DataFrame(made, index=pd.RangeIndex(len(table)))


def _encoded(values: pd.Series) -> tuple[pa.Array, dict[bytes, bytes] | None]:
    """Return a column as one Arrow type, or its values as JSON, exactly as they are."""
    import pandas as pd  # noqa: PLC0415

    if values.dtype != object or pd.api.types.infer_dtype(values, skipna=True) in _ONE_TYPE:
        try:
            array = pa.array(values, from_pandas=True)
            return (array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array), None
        except (pa.ArrowException, UnicodeEncodeError, OverflowError):
            pass  # numbers of hundreds of digits, halves of letters
    missing = values.isna()
    texts = [
        None if gone and not isinstance(value, list | dict) else json.dumps(value)
        for value, gone in zip(values, missing, strict=True)
    ]
    return pa.array(texts, pa.large_string()), _JSON


def _batch(folder: Path, table: int, number: int) -> Path:
    return folder / f"{table}-{number}.arrow"


def rows_a_batch(total_bytes: int, rows: int) -> int:
    """Return how many rows of a file of `total_bytes` make a batch of reasonable size."""
    each = max(1, total_bytes // max(1, rows))
    return int(min(BATCH_ROWS, max(FEWEST_ROWS, BATCH_BYTES // each)))
