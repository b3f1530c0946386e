"""GeoPackage, Shapefile and others: checked by us, read by GDAL; runs in `geodata.ingest.child` alone."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from geodata.errors import SourceError, all_told
from geodata.ingest.arcs import UNNAMED, straightened
from geodata.ingest.formats import DRIVERS
from geodata.ingest.handover import rows_a_batch
from geodata.ingest.text_encoding import proven_encoding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geodata.ingest.handover import Handover, TableWriter

_TOGETHER = {".kml"}  # its tables are only folders of one set of places
_FID = "OGC_FID"  # column in which GDAL numbers the rows
_DELETED = "it is marked as deleted in the .dbf; undelete it, or let it go"
_DBF_HEADER = 32  # bytes 8 and 9 of it: where the records begin
_LDID = 29  # byte of a dbf's header that names a code page; 0: none
_PLAIN_TABLE = re.compile(r"\s*create\s+table\b", re.IGNORECASE)
_INDEX = re.compile(r"\s*create\s+virtual\s+table\s+.{1,200}?\s+using\s+rtree\b", re.IGNORECASE)
_RECURSIVE = re.compile(r"\brecursive\b|\bload_extension\b|\breadfile\b", re.IGNORECASE)


def hand_over(asked: dict[str, Any], out: Handover) -> dict[str, Any]:
    """Hand over the tables that `asked["tables"]` names (null: the only one); of "names", their names only.

    Of several tables, those that cannot be read are told of as left beside those that can.

    Raises
    ------
    SourceError
        If the file is another than its name says, is damaged, or does more than hold data; if none of the
        tables can be read.
    """
    path, name = Path(asked["path"]), asked["name"]
    _require_sound(path, name)
    with _told(name):
        tables = _tables(path, name)
    if asked.get("names"):
        return {"names": tables}
    if path.suffix.lower() in _TOGETHER:
        together = out.table(name, tables[0])
        with _told(name):
            for table in tables:
                _read(asked, table, together, out)
        return {}
    wanted = tables if asked.get("tables") is None and len(tables) == 1 else asked.get("tables")
    if wanted is None:
        raise SourceError(name, [f"it has {len(tables)} tables: {', '.join(tables)}; choose one"])
    bad: dict[str, SourceError] = {}
    for table in wanted:
        source = name if len(wanted) == 1 else f"{name}: {table}"
        try:
            with _told(source):
                _read(asked, table, out.table(source, table), out)
        except SourceError as error:
            out.tables.pop()
            bad[table] = SourceError(source, error.problems)
    if not out.tables:
        raise all_told(name, list(bad.values()))
    for one in out.tables:
        one.left = [f"{table} is not used: {error.problems[0]}" for table, error in bad.items()]
    return {}


@contextmanager
def _told(source: str) -> Iterator[None]:
    """Let what GDAL and Arrow say of a source be a message with a remedy."""
    try:
        yield
    except pa.ArrowInvalid as error:
        raise SourceError(
            source, ["its texts are in another encoding than it says; name it with --encoding"]
        ) from error
    except (DataSourceError, DataLayerError, pa.ArrowException, ValueError, RuntimeError) as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(source, [f"{error}; export the file again"]) from error


def _tables(path: Path, name: str) -> list[str]:
    if path.suffix.lower() == ".gpkg":
        asked = "SELECT table_name FROM gpkg_contents WHERE data_type IN ('features', 'attributes')"
        tables = [str(table) for (table,) in _rows(path, name, asked)]
        if not tables:
            raise SourceError(name, ["there is no table of data in it; export the layer again"])
        return tables
    tables = [str(table) for table in pyogrio.list_layers(path)[:, 0]]
    if not tables:
        raise SourceError(name, ["it cannot be read, there is no table in it; export the file again"])
    return tables


def _read(asked: dict[str, Any], table: str, to: TableWriter, out: Handover) -> None:
    """Hand over one table, batch by batch."""
    path, name, encoding = Path(asked["path"]), asked["name"], asked.get("encoding")
    suffix = path.suffix.lower()
    notes: list[str] = []
    if suffix == ".shp":
        encoding, notes = _shapefile_encoding(path, name, encoding)
    info = pyogrio.read_info(path, layer=table, encoding=encoding)
    if info["driver"] != DRIVERS[suffix]:
        raise SourceError(name, [f"its content is {info['driver']}, not {DRIVERS[suffix]}; export it again"])
    total = max(0, int(info["features"]))
    size = rows_a_batch(_size(path), total)
    arcs = 0
    options = {"layer": table, "encoding": encoding, "return_fids": suffix == ".shp", "batch_size": size}
    with pyogrio.open_arrow(path, use_pyarrow=True, **options) as (meta, batches):
        shape = meta["geometry_name"] or UNNAMED
        typed = info["geometry_type"] is not None
        for rows, deleted in _with_deleted(batches, _records(path)):
            rows.validate(full=True)
            straight, drawn = straightened(rows, shape)
            arcs += drawn
            wkb = straight[shape] if typed and shape in straight.column_names else None
            hidden = {shape, info["fid_column"] or "", _FID}
            plain = straight.select([column for column in straight.column_names if column not in hidden])
            called = asked.get("called", {})
            plain = plain.rename_columns([called.get(column, column) for column in plain.column_names])
            to.add_arrow(plain, wkb, dict.fromkeys(deleted, _DELETED))
            out.progress(to.rows, total)
        to.shaped |= typed
    if arcs:
        notes.append(f"{arcs} drawn with arcs: taken as straight lines of 4 degrees")
    to.crs, to.encoding = info["crs"], encoding
    to.notes += notes


def _with_deleted(batches: Any, records: int) -> Iterator[tuple[pa.Table, list[int]]]:
    """Yield batches of a shapefile with empty rows where GDAL leaves out rows marked as deleted.

    And the positions of these in the batch; other files are handed through.
    """
    at = 0
    schema = None
    for batch in batches:
        rows = pa.Table.from_batches([batch])
        schema = rows.schema
        if not records or _FID not in rows.column_names or not len(rows):
            yield rows, []
            continue
        numbers = rows[_FID].to_pylist()
        yield _filled(rows, numbers, at, numbers[-1] + 1)
        at = numbers[-1] + 1
    if records > at and schema is not None and _FID in schema.names:
        yield _filled(schema.empty_table(), [], at, records)


def _filled(rows: pa.Table, numbers: list[int], start: int, end: int) -> tuple[pa.Table, list[int]]:
    """Return rows number `start` to `end` of which some are not there, and which these are."""
    if len(numbers) == end - start:
        return rows, []
    place = {number: position for position, number in enumerate(numbers)}
    taken = [place.get(number) for number in range(start, end)]
    missing = [position for position, found in enumerate(taken) if found is None]
    return rows.take(pa.array(taken, pa.int64())), missing


def _size(path: Path) -> int:
    """Return the bytes of a file, or of all files of a folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def _require_sound(path: Path, name: str) -> None:
    """Refuse a file whose first bytes are another format's, or a database that does more than hold data."""
    head = b""
    if path.is_file():
        with path.open("rb") as file:
            head = file.read(16)
    expected = {
        ".gpkg": head.startswith(b"SQLite format 3\0"),
        ".shp": head.startswith(b"\x00\x00\x27\x0a"),
        ".fgb": head.startswith(b"fgb\x03"),
    }
    suffix = path.suffix.lower()
    if not expected.get(suffix, True):  # of the others the content is text, or a folder
        raise SourceError(name, [f"its content is not that of a {suffix} file; export it again"])
    if suffix == ".gpkg":
        _require_plain_database(path, name)
    if suffix == ".shp":
        missing = [s for s in (".shx", ".dbf") if _sibling(path, s) is None]
        if missing:
            raise SourceError(name, [f"{' and '.join(missing)} is missing beside it; copy all its files"])


def _require_plain_database(path: Path, name: str) -> None:
    """Refuse virtual tables and views that run code: they read other files through the database."""
    schema = _rows(path, name, "SELECT type, name, sql FROM sqlite_master")
    bad = [
        f"{kind} {str(called)[:60]!r} does more than hold data; export the layer to a new GeoPackage"
        for kind, called, sql in schema
        if (kind == "table" and not (_PLAIN_TABLE.match(sql or "") or _INDEX.match(sql or "")))
        or (kind == "view" and _RECURSIVE.search(sql or ""))
    ]
    if bad:
        raise SourceError(name, bad)


def _rows(path: Path, name: str, asked: str) -> list[tuple[Any, ...]]:
    """Return the answer of a database that is only read."""
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as database:
            return database.execute(asked).fetchall()
    except sqlite3.Error as error:
        raise SourceError(name, [f"{error}; export the file again"]) from error


def _sibling(path: Path, suffix: str) -> Path | None:
    """Return the file of the same shapefile with `suffix`, whatever its case."""
    wanted = path.stem.lower() + suffix
    return next((other for other in path.parent.iterdir() if other.name.lower() == wanted), None)


def _records(path: Path) -> int:
    """Return how many rows a shapefile's table says it has; 0 for other files."""
    dbf = _sibling(path, ".dbf") if path.suffix.lower() == ".shp" else None
    if dbf is None:
        return 0
    with dbf.open("rb") as file:
        head = file.read(_DBF_HEADER)
    said, start, width = (int.from_bytes(head[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12)))
    return min(said, (dbf.stat().st_size - start) // max(1, width))  # it may say anything


def _shapefile_encoding(path: Path, name: str, encoding: str | None) -> tuple[str | None, list[str]]:
    """Return the encoding of a shapefile's texts, None where the file itself says it, and a note."""
    if encoding:
        return encoding, []
    dbf, declared = _sibling(path, ".dbf"), _sibling(path, ".cpg")
    if dbf is None:
        return None, []
    with dbf.open("rb") as file:
        head = file.read(_DBF_HEADER)
        if declared is not None or len(head) < _DBF_HEADER or head[_LDID] != 0:
            return None, []
    start = int.from_bytes(head[8:10], "little")
    proven, ascii_only = proven_encoding(dbf, start)
    if proven is None:
        raise SourceError(name, ["its texts are in an encoding no .cpg names; name it with --encoding"])
    return proven, [] if ascii_only else [f"no .cpg: texts read as {proven}"]
