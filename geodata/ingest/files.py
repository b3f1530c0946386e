"""The tables in one file: which format it is in, and which layer each of them is."""

from __future__ import annotations

import dataclasses
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from geodata.errors import SourceError
from geodata.ingest import ogr
from geodata.ingest.csv_table import read_csv
from geodata.ingest.dictionary import dictionary
from geodata.ingest.geojson import read_geojson, read_json_text
from geodata.ingest.geoparquet import read_geoparquet
from geodata.ingest.kml import read_kml
from geodata.ingest.raw import RawTable
from geodata.ingest.xlsx import read_sheets, read_xlsx
from geodata.ingest.zipped import unpack
from geodata.model import LAYERS

if TYPE_CHECKING:
    from collections.abc import Iterator

OSM = (".osm.pbf", ".osm")
_CSV = {".csv", ".tsv"}
_PARQUET = {".parquet", ".geoparquet"}
_ZIPPED = {".zip", ".kmz"}
_DATABASES = {".gpkg", ".gdb"}
SUFFIXES = {".geojson", ".json", ".xlsx", *_ZIPPED, *ogr.DRIVERS, *_CSV, *_PARQUET}


@dataclass(frozen=True)
class FileOptions:
    """What the user says about a file, and where to unpack it."""

    layer: str | None
    table: str | None  # of a database, or sheet of a workbook
    encoding: str | None
    scratch: Path


def raw_tables(path: Path, options: FileOptions) -> Iterator[tuple[str, RawTable]]:
    """Yield the layer and the rows of each table in a file."""
    suffix = path.suffix.lower()
    _require_known(path)
    if suffix in _ZIPPED:
        yield from _zipped(path, options)
    elif suffix in _DATABASES:
        yield from _database(path, options)
    else:
        name = layer_of(path, options)
        if suffix == ".xlsx":
            yield name, read_xlsx(path, path.name, LAYERS[name], options.table)
        else:
            yield name, _read(path, suffix, options)


def every_table(path: Path, options: FileOptions) -> Iterator[tuple[str | None, RawTable]]:
    """Yield every table in a file, whatever layer it may be, and how `table` names it among several."""
    suffix = path.suffix.lower()
    _require_known(path)
    if suffix in _ZIPPED:
        for file in _unpacked(path, options):
            for table, raw in every_table(file, options):
                raw.source = f"{path.name}: {raw.source}"
                yield table, raw
    elif suffix in _DATABASES:
        for table in _tables_wanted(path, options):
            yield table, ogr.read_ogr(path, path.name, table)
    elif suffix == ".xlsx":
        yield from read_sheets(path, path.name, options.table).items()
    else:
        yield None, _read(path, suffix, options)


def _read(path: Path, suffix: str, options: FileOptions) -> RawTable:
    """Return the rows of a file that holds one table."""
    if suffix in _CSV:
        return read_csv(path, path.name, options.encoding)
    if suffix == ".kml":
        return read_kml(path, path.name)
    if suffix in ogr.DRIVERS:
        return ogr.read_ogr(path, path.name, encoding=options.encoding)
    if suffix in _PARQUET:
        return read_geoparquet(path, path.name)
    return read_geojson(path, path.name) if suffix == ".geojson" else _read_json(path)


def _zipped(path: Path, options: FileOptions) -> Iterator[tuple[str, RawTable]]:
    """Yield what the files in a zip file hold."""
    inside = _unpacked(path, options)
    for file in inside:
        # One layer in a zip file is called by the zip file's name or its own.
        called = options.layer or (dictionary().layer_called(path.stem) if len(inside) == 1 else None)
        try:
            for name, raw in raw_tables(file, dataclasses.replace(options, layer=called)):
                raw.source = f"{path.name}: {raw.source}"
                yield name, raw
        except SourceError as error:
            raise SourceError(f"{path.name}: {error.source}", error.problems) from error


def _unpacked(path: Path, options: FileOptions) -> list[Path]:
    folder = Path(tempfile.mkdtemp(dir=options.scratch))
    return [file for file in unpack(path, path.name, folder) if file.suffix.lower() in SUFFIXES]


def _require_known(path: Path) -> None:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        wanted = ", ".join(sorted({*SUFFIXES, *OSM}))
        problem = f"the format {suffix or 'without ending'} is not supported; give {wanted}"
        raise SourceError(path.name, [problem])


def _database(path: Path, options: FileOptions) -> Iterator[tuple[str, RawTable]]:
    """Yield the only table of a database, the one that is named, or all that are called by layers."""
    tables = _tables_wanted(path, options)
    if len(tables) == 1:
        yield layer_of(path, options, tables[0]), ogr.read_ogr(path, path.name, tables[0])
        return
    words = dictionary()
    wanted = options.layer or words.layer_called(path.stem)
    called = {table: words.layer_called(table) for table in tables}
    named = [table for table, layer in called.items() if layer is not None and wanted in {None, layer}]
    if not named:
        meant = wanted or "a layer"
        raise SourceError(
            path.name, [f"none of its tables ({', '.join(tables)}) is called {meant}; name one with --table"]
        )
    for table in named:
        yield str(called[table]), ogr.read_ogr(path, f"{path.name}: {table}", table)


def _tables_wanted(path: Path, options: FileOptions) -> list[str]:
    tables = ogr.tables_of(path, path.name)
    if options.table is None:
        return tables
    if options.table not in tables:
        raise SourceError(path.name, [f"there is no table {options.table!r}; there are {', '.join(tables)}"])
    return [options.table]


def _read_json(path: Path) -> RawTable:
    """Return GeoJSON under the ending .json, or a list of plain rows."""
    document = read_json_text(path, path.name)
    if isinstance(document, list) and all(isinstance(row, dict) for row in document):
        return RawTable(path.name, pd.DataFrame(document, dtype=object, index=pd.RangeIndex(len(document))))
    return read_geojson(path, path.name)


def layer_of(path: Path, options: FileOptions, table: str | None = None) -> str:
    """Return the layer a file holds: as the user says, by its name or by its table's."""
    for name in (options.layer, path.stem, table):
        layer = None if name is None else dictionary().layer_called(name)
        if layer is not None:
            return layer
    raise SourceError(
        path.name,
        [f"which layer it holds is not clear; say --layer, one of {', '.join(LAYERS)}, or --propose"],
    )
