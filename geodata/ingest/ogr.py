"""GeoPackage, Shapefile and others: checked by us, read by GDAL; runs in `geodata.ingest.child` alone."""

from __future__ import annotations

import re
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from geodata.errors import SourceError, all_told
from geodata.ingest import shapefile
from geodata.ingest.arcs import UNNAMED, straightened
from geodata.ingest.beside import listed
from geodata.ingest.formats import DRIVERS
from geodata.ingest.handover import rows_a_batch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geodata.ingest.handover import Handover, TableWriter

_TOGETHER = {".kml"}  # its tables are only folders of one set of places
_TAIL = 256  # bytes in which a drawing says that it ends
# Where in its own source GDAL is, and advice that is not for a planner.
_ASIDE = re.compile(r"\sin\s\S+\.cpp\sat\sline\s\d+|;\sIt\smight\shelp.*", re.DOTALL)
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
        return {"names": tables, "rasters": _rasters(path, name)}
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
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise SourceError(
            source, ["its texts are in another encoding than it says; name it with --encoding"]
        ) from error
    except OSError as error:
        if error.errno is not None:
            raise  # of this machine: told by who started us
        raise SourceError(source, ["it is cut off or damaged; export the file again"]) from error
    except (DataSourceError, DataLayerError, pa.ArrowException, ValueError, RuntimeError) as error:
        if isinstance(error, SourceError):
            raise
        said = _ASIDE.sub("", str(error))
        raise SourceError(source, [f"{said}; export the file again"]) from error


def _tables(path: Path, name: str) -> list[str]:
    if path.suffix.lower() == ".gpkg":
        asked = "SELECT table_name FROM gpkg_contents WHERE data_type IN ('features', 'attributes')"
        tables = [str(table) for (table,) in _rows(path, name, asked)]
        if not tables:
            raise SourceError(name, [_no_data(_rasters(path, name))])
        return tables
    tables = [str(table) for table in pyogrio.list_layers(path)[:, 0]]
    if not tables:
        raise SourceError(name, ["it cannot be read, there is no table in it; export the file again"])
    return tables


def _rasters(path: Path, name: str) -> list[str]:
    """Return the names of the pictures and grids in a GeoPackage."""
    if path.suffix.lower() != ".gpkg":
        return []
    asked = "SELECT table_name FROM gpkg_contents WHERE data_type IN ('tiles', '2d-gridded-coverage')"
    return [str(table) for (table,) in _rows(path, name, asked)]


def _no_data(rasters: list[str]) -> str:
    if not rasters:
        return "there is no table of data in it; export the layer again"
    return (
        f"there are only rasters in it: {listed(rasters)}; "
        "export the layer, or a raster of population as GeoTIFF"
    )


def _read(asked: dict[str, Any], table: str, to: TableWriter, out: Handover) -> None:
    """Hand over one table, batch by batch."""
    path, name, encoding = Path(asked["path"]), asked["name"], asked.get("encoding")
    suffix = path.suffix.lower()
    notes: list[str] = []
    if suffix == ".shp":
        encoding, notes = shapefile.encoding_of(path, name, encoding)
        path = shapefile.legible(path, Path(tempfile.mkdtemp(dir=out.folder)))
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
        for rows, missing in shapefile.with_missing(batches, path if suffix == ".shp" else None):
            rows.validate(full=True)
            straight, drawn = straightened(rows, shape)
            arcs += drawn
            wkb = straight[shape] if typed and shape in straight.column_names else None
            hidden = {shape, info["fid_column"] or "", shapefile.NUMBER}
            plain = straight.select([column for column in straight.column_names if column not in hidden])
            called = asked.get("called", {})
            plain = plain.rename_columns([called.get(column, column) for column in plain.column_names])
            to.add_arrow(plain, wkb, missing)
            out.progress(to.rows, total)
        to.shaped |= typed
    if arcs:
        notes.append(f"{arcs} drawn with arcs: taken as straight lines of 4 degrees")
    to.crs, to.encoding = info["crs"], encoding
    to.notes += notes


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
    if suffix == ".dxf":
        _require_drawing(path, name, head)
    if not expected.get(suffix, True):  # of the others the content is text, or a folder
        raise SourceError(name, [f"its content is not that of a {suffix} file; export it again"])
    if suffix == ".gpkg":
        _require_plain_database(path, name)
    if suffix == ".shp":
        shapefile.require_parts(path, name)


def _require_drawing(path: Path, name: str, head: bytes) -> None:
    """Raise SourceError for a drawing in another form than text, or cut off: GDAL would take the rest."""
    problem = None
    with path.open("rb") as file:
        file.seek(-min(_TAIL, path.stat().st_size), 2)
        tail = file.read()
    if head.startswith(b"AutoCAD Binary"):
        problem = "it is a binary drawing; save it as DXF in text (ASCII)"
    elif head.startswith(b"AC10"):
        problem = "it is a .dwg by another name; save it as .dxf"
    elif b"EOF" not in tail.upper():
        problem = "its end is missing, it was cut off; export it again"
    if problem:
        raise SourceError(name, [problem])


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
