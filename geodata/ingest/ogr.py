"""GeoPackage, Shapefile and others: GDAL reads them, in a process of its own that can do little else."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio

from geodata.errors import SourceError
from geodata.ingest.ogr_tables import STRAIGHT_DRIVER
from geodata.ingest.raw import RawTable, shapes_from_wkb
from geodata.ingest.text_encoding import proven_encoding

DRIVERS = {
    ".gpkg": "GPKG",
    ".shp": "ESRI Shapefile",
    ".fgb": "FlatGeobuf",
    ".kml": "LIBKML",
    ".dxf": "DXF",
    ".gdb": "OpenFileGDB",
}
_WITH_ARCS = {"GPKG", "OpenFileGDB"}
_TOGETHER = {".kml"}  # its tables are only folders of one set of places
_WAIT_S = 900
_FID = "OGC_FID"  # column in which GDAL numbers the rows
_DBF_HEADER = 32  # bytes 8 and 9 of it: where the records begin
_LDID = 29  # byte of a dbf's header that names a code page; 0: none
_PLAIN_TABLE = re.compile(r"\s*create\s+table\b", re.IGNORECASE)
_INDEX = re.compile(r"\s*create\s+virtual\s+table\s+.{1,200}?\s+using\s+rtree\b", re.IGNORECASE)
_RECURSIVE = re.compile(r"\brecursive\b|\bload_extension\b|\breadfile\b", re.IGNORECASE)


def tables_of(path: Path, name: str) -> list[str]:
    """Return the names of the tables of data in a GeoPackage or file geodatabase.

    Raises
    ------
    SourceError
        If it is none, or has none.
    """
    _require_sound(path, name)
    if path.suffix.lower() != ".gpkg":
        with tempfile.TemporaryDirectory(prefix="bordergap-") as folder:
            answer = _ask(path, name, None, None, Path(folder) / "rows.arrow")
            return list(answer["tables"])
    asked = "SELECT table_name FROM gpkg_contents WHERE data_type IN ('features', 'attributes')"
    tables = [str(table) for (table,) in _rows(path, name, asked)]
    if not tables:
        raise SourceError(name, ["there is no table of data in it; export the layer again"])
    return tables


def read_ogr(path: Path, name: str, table: str | None = None, encoding: str | None = None) -> RawTable:
    """Return the rows of one table of a file that GDAL reads.

    Parameters
    ----------
    path
        File whose ending is in DRIVERS; siblings of a shapefile beside it.
    name
        As the user named it.
    table
        Which of several; None where there is one.
    encoding
        Of a shapefile's texts, where neither it nor its .cpg says so.

    Raises
    ------
    SourceError
        If the file is another than its name says, is damaged, or does more than hold data.
    """
    _require_sound(path, name)
    notes: list[str] = []
    if path.suffix.lower() == ".shp":
        encoding, notes = _shapefile_encoding(path, name, encoding)
    with tempfile.TemporaryDirectory(prefix="bordergap-") as folder:
        out = Path(folder) / "rows.arrow"
        answer = _ask(path, name, table, encoding, out)
        if "table" not in answer:
            raise SourceError(
                name, [f"it has {len(answer['tables'])} tables: {answer['tables']}; choose one"]
            )
        with pa.OSFile(str(out), "rb") as file:
            rows = pa.ipc.open_file(file).read_all()
    if answer["arcs"]:
        notes.append(f"{answer['arcs']} drawn with arcs: taken as straight lines of 4 degrees")
    raw = _raw(rows, answer, name, notes)
    raw.encoding = encoding
    return _with_deleted(raw, _records(path))


def _with_deleted(raw: RawTable, records: int) -> RawTable:
    """Return the rows of a shapefile with empty ones where GDAL leaves out rows marked as deleted."""
    number = raw.rows.pop(_FID).to_numpy(int) if _FID in raw.rows else np.arange(len(raw.rows))
    if len(number) >= records:
        return raw
    raw.rows = raw.rows.set_index(pd.Index(number)).reindex(pd.RangeIndex(records))
    deleted = np.setdiff1d(np.arange(records), number).tolist()
    raw.spoiled = {int(number[row]): reason for row, reason in raw.spoiled.items()}
    raw.spoiled |= dict.fromkeys(deleted, "it is marked as deleted in the .dbf; undelete it, or let it go")
    if raw.geometry is not None:
        shapes = np.full(records, None, dtype=object)
        shapes[number] = raw.geometry
        raw.geometry = shapes
    return raw


def _raw(rows: pa.Table, answer: dict[str, Any], name: str, notes: list[str]) -> RawTable:
    geometry = None
    spoiled: dict[int, str] = {}
    if answer["geometry"] in rows.column_names and answer["geometry_type"] is not None:
        wkb = rows.column(answer["geometry"]).to_numpy(zero_copy_only=False)
        geometry, spoiled = shapes_from_wkb(np.asarray(wkb, dtype=object))
    hidden = {answer["geometry"], answer["fid"]}
    plain = [column for column in rows.column_names if column not in hidden]
    frame = rows.select(plain).to_pandas(ignore_metadata=True)
    return RawTable(name, frame, geometry, answer["crs"], spoiled, notes)


def _ask(path: Path, name: str, table: str | None, encoding: str | None, out: Path) -> dict[str, Any]:
    """Return what the child process says of the file, whose rows it writes to `out`."""
    driver = DRIVERS[path.suffix.lower()]
    asked = {
        "path": str(path),
        "driver": driver,
        "layer": table,
        "encoding": encoding,
        "together": path.suffix.lower() in _TOGETHER,
        "fids": path.suffix.lower() == ".shp",
        "out": str(out),
    }
    command = [sys.executable, "-m", "geodata.ingest.ogr_child"]
    try:
        done = subprocess.run(  # noqa: S603, our own module
            command,
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            timeout=_WAIT_S,
            check=False,
            env=_environment(driver),
            cwd=Path(__file__).parents[2],
        )
    except subprocess.TimeoutExpired as error:
        raise SourceError(name, ["reading it takes too long; split it or export it as GeoParquet"]) from error
    if done.returncode != 0:
        raise SourceError(name, ["it cannot be read within the limits; split it or export it again"])
    answer: dict[str, Any] = json.loads(done.stdout)
    if "error" in answer:
        raise SourceError(name, [answer["error"].replace(str(path), name)])
    return answer


def _environment(driver: str) -> dict[str, str]:
    """Return an environment in which GDAL knows one driver and reaches no other machine.

    With databases, which may hold arcs, it knows the format that has none; their content is told by its first
    bytes, so that nothing is read through it.
    """
    known = {driver, STRAIGHT_DRIVER} if driver in _WITH_ARCS else {driver}
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "SYSTEMROOT") if key in os.environ}
    return kept | {
        "GDAL_SKIP": ",".join(other for other in _all_drivers() if other not in known),
        "GDAL_DRIVER_PATH": "disable",
        "GDAL_HTTP_PROXY": "127.0.0.1:9",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
        "OGR_SQLITE_LOAD_EXTENSIONS": "NO",
        "SPATIALITE_SECURITY": "strict",
        "PYTHONWARNINGS": "ignore",  # what GDAL doubts is seen in the rows
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
    }


@cache
def _all_drivers() -> tuple[str, ...]:
    return tuple(pyogrio.list_drivers())


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
    content = dbf.read_bytes()
    if declared is not None or len(content) < _DBF_HEADER or content[_LDID] != 0:
        return None, []
    records = content[int.from_bytes(content[8:10], "little") :]
    proven = proven_encoding(records)
    if proven is None:
        raise SourceError(name, ["its texts are in an encoding no .cpg names; name it with --encoding"])
    return proven, [] if records.isascii() else [f"no .cpg: texts read as {proven}"]
