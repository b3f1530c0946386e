"""The tables in one file: which format it is in, and which layer each of them is."""

from __future__ import annotations

import dataclasses
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.errors import SourceError
from geodata.ingest.dictionary import dictionary
from geodata.ingest.formats import (
    DATABASES,
    DRIVERS,
    OSM,
    PARQUET,
    RASTERS,
    SUFFIXES,
    TABLES,
    WORKBOOK,
    ZIPPED,
    drivers_for,
)
from geodata.ingest.reading import read_apart
from geodata.ingest.zipped import unpack
from geodata.model import LAYERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from geodata.ingest.raw import RawSource


@dataclass(frozen=True)
class FileOptions:
    """What the user says about a file, and where to unpack it."""

    layer: str | None
    table: str | None  # of a database, or sheet of a workbook
    encoding: str | None
    scratch: Path
    admin_level: int | None = None
    cell_m: float | None = None  # of a raster
    progress: Callable[[int, int], None] | None = None


def raw_sources(path: Path, options: FileOptions) -> list[tuple[str, RawSource]]:
    """Return the layer and the rows of each table in a file, or in a folder of Parquet parts."""
    suffix = _known_suffix(path)
    if suffix in OSM:
        return [(str(one.called), one) for one in _read(path, options)]
    if suffix in ZIPPED:
        return _zipped(path, options)
    if suffix in DATABASES:
        return _database(path, options)
    layer = "population" if suffix in RASTERS else layer_of(path, options)
    if options.layer not in {None, layer}:
        raise SourceError(
            path.name, [f"a raster holds the layer population, not {options.layer}; leave --layer out"]
        )
    return [(layer, one) for one in _read(path, options, layer=layer)]


def every_table(path: Path, options: FileOptions) -> list[RawSource]:
    """Return every table in a file, whatever layer it may be."""
    suffix = _known_suffix(path)
    if suffix in ZIPPED:
        found = [one for file in _unpacked(path, options) for one in every_table(file, options)]
        return [dataclasses.replace(one, source=f"{path.name}: {one.source}") for one in found]
    if suffix in DATABASES:
        return _read(path, options, tables=_tables_wanted(path, options))
    return _read(path, options)


def _read(path: Path, options: FileOptions, **asked: Any) -> list[RawSource]:
    """Return the tables a reader hands over."""
    suffix = _known_suffix(path)
    sources, _ = read_apart(
        _reader(suffix),
        path,
        path.name,
        options.scratch,
        progress=options.progress,
        drivers=drivers_for(suffix),
        encoding=options.encoding,
        admin_level=options.admin_level,
        table=options.table,
        cell_m=options.cell_m,
        **asked,
    )
    return sources


def _reader(suffix: str) -> str:
    """Return the module of geodata.ingest that reads a format."""
    own = {
        **dict.fromkeys(OSM, "osm"),
        **dict.fromkeys(DRIVERS, "ogr"),
        **dict.fromkeys(RASTERS, "raster"),
        **dict.fromkeys(TABLES, "csv_table"),
        **dict.fromkeys(PARQUET, "geoparquet"),
        WORKBOOK: "xlsx",
        ".kml": "kml",
    }
    return own.get(suffix, "geojson")


def _zipped(path: Path, options: FileOptions) -> list[tuple[str, RawSource]]:
    """Return what the files in a zip file hold."""
    inside = _unpacked(path, options)
    found: list[tuple[str, RawSource]] = []
    for file in inside:
        # One layer in a zip file is called by the zip file's name or its own.
        called = options.layer or (dictionary().layer_called(path.stem) if len(inside) == 1 else None)
        try:
            for name, one in raw_sources(file, dataclasses.replace(options, layer=called)):
                found.append((name, dataclasses.replace(one, source=f"{path.name}: {one.source}")))
        except SourceError as error:
            raise SourceError(f"{path.name}: {error.source}", error.problems) from error
    return found


def _unpacked(path: Path, options: FileOptions) -> list[Path]:
    folder = Path(tempfile.mkdtemp(dir=options.scratch))
    return [file for file in unpack(path, path.name, folder) if file.suffix.lower() in SUFFIXES]


def _known_suffix(path: Path) -> str:
    """Return the ending that tells the format; a folder of parts is Parquet."""
    for ending in OSM:
        if path.name.lower().endswith(ending):
            return ending
    suffix = path.suffix.lower()
    if path.is_dir() and suffix != ".gdb":
        return PARQUET[0]
    if suffix not in SUFFIXES:
        wanted = ", ".join(sorted({*SUFFIXES, *OSM}))
        problem = f"the format {suffix or 'without ending'} is not supported; give {wanted}"
        raise SourceError(path.name, [problem])
    return suffix


def _database(path: Path, options: FileOptions) -> list[tuple[str, RawSource]]:
    """Return the only table of a database, the one that is named, or all that are called by layers."""
    tables = _tables_wanted(path, options)
    if len(tables) == 1:
        layer = layer_of(path, options, tables[0])
        return [(layer, one) for one in _read(path, options, tables=tables)]
    words = dictionary()
    wanted = options.layer or words.layer_called(path.stem)
    called = {table: words.layer_called(table) for table in tables}
    named = {table: layer for table, layer in called.items() if layer is not None and wanted in {None, layer}}
    if not named:
        meant = wanted or "a layer"
        raise SourceError(
            path.name, [f"none of its tables ({', '.join(tables)}) is called {meant}; name one with --table"]
        )
    return [
        (layer, dataclasses.replace(one, source=f"{path.name}: {table}"))
        for table, layer in named.items()
        for one in _read(path, options, tables=[table])
    ]


def _tables_wanted(path: Path, options: FileOptions) -> list[str]:
    suffix = path.suffix.lower()
    _, answer = read_apart("ogr", path, path.name, options.scratch, drivers=drivers_for(suffix), names=True)
    tables: list[str] = answer["names"]
    if options.table is None:
        return tables
    if options.table not in tables:
        raise SourceError(path.name, [f"there is no table {options.table!r}; there are {', '.join(tables)}"])
    return [options.table]


def layer_of(path: Path, options: FileOptions, table: str | None = None) -> str:
    """Return the layer a file holds: as the user says, by its name or by its table's."""
    for name in (options.layer, path.stem, table, None if table is None else table.rpartition(".")[2]):
        layer = None if name is None else dictionary().layer_called(name)
        if layer is not None:
            return layer
    raise SourceError(
        path.name,
        [f"which layer it holds is not clear; say --layer, one of {', '.join(LAYERS)}, or --propose"],
    )
