"""The tables in one file: which format it is in, and which layer each of them is."""

from __future__ import annotations

import dataclasses
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.errors import SourceError, collected
from geodata.ingest.beside import rasters_beside, tables_beside
from geodata.ingest.dictionary import dictionary
from geodata.ingest.formats import (
    DATABASES,
    DRIVERS,
    OSM,
    PARQUET,
    RASTERS,
    TABLES,
    WORKBOOK,
    ZIPPED,
    drivers_for,
    not_read,
)
from geodata.ingest.reading import read_apart
from geodata.ingest.zipped import Member, unpack
from geodata.model import LAYERS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geodata.ingest.raw import RawSource


MOST_MEMBERS = 100  # files of layers in an archive: each is read by a process of its own


@dataclass(frozen=True)
class FileOptions:
    """What the user says about a file, and where to unpack it."""

    layer: str | None
    table: str | None  # of a database, sheet of a workbook, or file in an archive
    encoding: str | None
    scratch: Path
    admin_level: int | None = None
    cell_m: float | None = None  # of a raster
    progress: Callable[[int, int], None] | None = None


def raw_sources(path: Path, options: FileOptions, failed: list[SourceError]) -> list[tuple[str, RawSource]]:
    """Return the layer and the rows of each table in a file, or in a folder of Parquet parts.

    Of an archive or database of several, those that cannot be used are put into `failed`, so that all of them
    are told at once: whoever imports them stores nothing then.
    """
    suffix = _known_suffix(path)
    if suffix in OSM:
        return [(str(one.called), one) for one in _read(path, options)]
    if suffix in ZIPPED:
        return _zipped(path, options, failed)
    if suffix in DATABASES:
        return _database(path, options, failed)
    layer = "population" if suffix in RASTERS else layer_of(path, options)
    if options.layer not in {None, layer}:
        raise SourceError(
            path.name, [f"a raster holds the layer population, not {options.layer}; leave --layer out"]
        )
    return [(layer, one) for one in _read(path, options, layer=layer)]


def every_table(path: Path, options: FileOptions) -> list[tuple[str | None, RawSource]]:
    """Return every table in a file, with the layer its name says it is (None where it says nothing).

    Of an archive or database of several, what cannot be read is told of beside those that can.
    """
    suffix = _known_suffix(path)
    if suffix in ZIPPED:
        return _every_member(path, options)
    if suffix not in DATABASES:
        return [(_layer_by_name(path, options, one), one) for one in _read(path, options)]
    tables, others, rasters = _tables_wanted(path, options)
    found = [(_layer_by_name(path, options, one), one) for one in _read(path, options, tables=tables)]
    return _with_left(found, [*tables_beside(others), *rasters])


def _with_left(found: list[tuple[Any, RawSource]], left: Sequence[str]) -> list[tuple[Any, RawSource]]:
    """Return tables with what is not used of their file told with the first."""
    if not found or not left:
        return found
    (layer, first), *rest = found
    return [(layer, dataclasses.replace(first, left=(*first.left, *left))), *rest]


def _layer_by_name(path: Path, options: FileOptions, source: RawSource) -> str | None:
    if source.called in LAYERS:
        return source.called
    try:
        return layer_of(path, options, source.called)
    except SourceError:
        return None


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


def _zipped(path: Path, options: FileOptions, failed: list[SourceError]) -> list[tuple[str, RawSource]]:
    """Return what the files in a zip file hold; what is not used of it is told with the first."""
    members, others, alone = _unpacked(path, options)
    found: list[tuple[str, RawSource]] = []
    for member, said in members:
        # One layer in a zip file is called by the zip file's name or its own.
        called = said.layer or (dictionary().layer_called(path.stem) if alone else None)
        of_it: list[SourceError] = []
        with collected(of_it):
            for name, one in raw_sources(member.path, dataclasses.replace(said, layer=called), of_it):
                found.append((name, _of_member(path, member, one)))
        failed += [SourceError(_called_in(path, member, error.source), error.problems) for error in of_it]
    return _with_left(found, others)


def _every_member(path: Path, options: FileOptions) -> list[tuple[str | None, RawSource]]:
    members, others, alone = _unpacked(path, options)
    found: list[tuple[str | None, RawSource]] = []
    failed: dict[str, SourceError] = {}
    inside: dict[str, None] = {}  # what is left of the files that can be read
    for member, said in members:
        try:
            tables = every_table(member.path, said)
        except SourceError as error:
            failed[member.called] = SourceError(f"{path.name}: {member.called}", error.problems)
            continue
        for layer, one in tables:
            told = _of_member(path, member, one)
            inside |= dict.fromkeys(told.left)
            if not alone:
                inner = member.called if len(tables) == 1 else f"{member.called}: {one.called}"
                told = dataclasses.replace(told, called=inner, shared=True)
            else:
                layer = layer or dictionary().layer_called(path.stem)  # noqa: PLW2901  # its name, if any
            found.append((layer, told))
    unread = [f"{called} is not used: {error.problems[0]}" for called, error in failed.items()]
    if not found:
        raise next(iter(failed.values())) if len(failed) == 1 else SourceError(path.name, [*unread, *others])
    left = (*unread, *inside, *others)
    return [(layer, dataclasses.replace(one, left=left)) for layer, one in found]


def _of_member(path: Path, member: Member, source: RawSource) -> RawSource:
    """Return a table with its source called by the archive and the path in it."""
    left = tuple(f"{member.called}: {said}" for said in source.left)
    return dataclasses.replace(source, source=_called_in(path, member, source.source), left=left)


def _called_in(path: Path, member: Member, source: str) -> str:
    return f"{path.name}: {source.replace(member.path.name, member.called, 1)}"


def _unpacked(path: Path, options: FileOptions) -> tuple[list[tuple[Member, FileOptions]], list[str], bool]:
    """Return the files in an archive that are wanted, with what is said of each, and what is not used.

    The last says whether there is one file of layers alone, which may go by the archive's name.
    """
    found = unpack(path, path.name, Path(tempfile.mkdtemp(dir=options.scratch)))
    members, table = found.members, options.table
    alone = len(members) == 1
    if table is None and len(members) > MOST_MEMBERS:
        problem = f"it holds {len(members)} layers, {MOST_MEMBERS} are the limit; zip less"
        raise SourceError(path.name, [problem])
    if table is None or alone:
        return [(member, options) for member in members], found.others, alone
    chosen, inner = _chosen(path, members, table)
    others = tables_beside(member.called for member in members if member is not chosen)
    return [(chosen, dataclasses.replace(options, table=inner))], [*others, *found.others], alone


def _chosen(path: Path, members: Sequence[Member], table: str) -> tuple[Member, str | None]:
    """Return the file in an archive that `table` means, and the table in it, where it says one."""
    for member in members:
        if table == member.called:
            return member, None
        if table.startswith(f"{member.called}: "):
            return member, table.removeprefix(f"{member.called}: ")
    named = [member for member in members if table in {member.path.name, member.path.stem}]
    if len(named) != 1:
        there = ", ".join(member.called for member in members)
        raise SourceError(path.name, [f"there is no table {table!r}; there are {there}"])
    return named[0], None


def _known_suffix(path: Path) -> str:
    """Return the ending that tells the format; a folder of parts is Parquet."""
    for ending in OSM:
        if path.name.lower().endswith(ending):
            return ending
    suffix = path.suffix.lower()
    if path.is_dir() and suffix != ".gdb":
        return PARQUET[0]
    problem = not_read(path.name)
    if problem is not None:
        raise SourceError(path.name, [problem])
    return suffix


def _database(path: Path, options: FileOptions, failed: list[SourceError]) -> list[tuple[str, RawSource]]:
    """Return the only table of a database, the one that is named, or all that are called by layers."""
    tables, others, rasters = _tables_wanted(path, options)
    if len(tables) == 1:
        layer = layer_of(path, options, tables[0])
        found = [(layer, one) for one in _read(path, options, tables=tables)]
        return _with_left(found, [*tables_beside(others), *rasters])
    words = dictionary()
    wanted = options.layer or words.layer_called(path.stem)
    called = {table: words.layer_called(table) for table in tables}
    named = {table: layer for table, layer in called.items() if layer is not None and wanted in {None, layer}}
    if not named:
        meant = wanted or "a layer"
        raise SourceError(
            path.name, [f"none of its tables ({', '.join(tables)}) is called {meant}; name one with --table"]
        )
    found = []
    for table, layer in named.items():
        source = f"{path.name}: {table}"
        of_it: list[SourceError] = []
        with collected(of_it):
            found += [
                (layer, dataclasses.replace(one, source=source))
                for one in _read(path, options, tables=[table])
            ]
        failed += [SourceError(source, error.problems) for error in of_it]
    beside = tables_beside(table for table in tables if table not in named)
    return _with_left(found, [*beside, *rasters])


def _tables_wanted(path: Path, options: FileOptions) -> tuple[list[str], list[str], list[str]]:
    """Return the names of the tables in a database that are meant, of the others, and a word on rasters."""
    suffix = path.suffix.lower()
    _, answer = read_apart("ogr", path, path.name, options.scratch, drivers=drivers_for(suffix), names=True)
    tables: list[str] = answer["names"]
    rasters = rasters_beside(answer["rasters"])
    if options.table is None:
        return tables, [], rasters
    if options.table not in tables:
        raise SourceError(path.name, [f"there is no table {options.table!r}; there are {', '.join(tables)}"])
    return [options.table], [table for table in tables if table != options.table], rasters


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
