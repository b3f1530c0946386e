"""The files beside a .shp: which are there, how many rows each has, in which encoding its texts are."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from geodata.errors import SourceError
from geodata.ingest.text_encoding import proven_encoding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Any

NUMBER = "OGC_FID"  # column in which GDAL numbers the rows
_DELETED = "it is marked as deleted in the .dbf; undelete it, or let it go"
_NO_VALUES = "its row in the .dbf is missing; copy the .dbf again, or export the layer again"
_NO_SHAPE = "its shape in the .shp is missing; copy the .shp and .shx again, or export the layer again"
_PARTS = (".shp", ".shx", ".dbf", ".cpg")
_DBF_HEADER = 32  # bytes 8 and 9 of it: where the records begin
_LDID = 29  # byte of a dbf's header that names a code page; 0: none
_SHX_HEADER, _SHX_ROW = 100, 8


def require_parts(path: Path, name: str) -> None:
    """Raise SourceError if .shx or .dbf is missing beside a .shp."""
    missing = [suffix for suffix in (".shx", ".dbf") if sibling(path, suffix) is None]
    if missing:
        raise SourceError(name, [f"{' and '.join(missing)} is missing beside it; copy all its files"])


def sibling(path: Path, suffix: str) -> Path | None:
    """Return the file of the same shapefile with `suffix`, whatever its case."""
    wanted = path.stem.lower() + suffix
    return next((other for other in path.parent.iterdir() if other.name.lower() == wanted), None)


def legible(path: Path, folder: Path) -> Path:
    """Return a shapefile whose .prj is ASCII: itself or, with links to its other files, one in `folder`.

    pyogrio cannot bear another encoding than UTF-8 there; names of systems are no matter.
    """
    prj = sibling(path, ".prj")
    if prj is None or prj.read_bytes().isascii():
        return path
    for suffix in _PARTS:
        part = sibling(path, suffix)
        if part is not None:
            (folder / f"{path.stem}{suffix}").symlink_to(part.resolve())
    text = prj.read_bytes().decode("ascii", "replace").replace("\ufffd", "_")
    (folder / f"{path.stem}.prj").write_text(text, encoding="ascii")
    return folder / f"{path.stem}.shp"


def encoding_of(path: Path, name: str, encoding: str | None) -> tuple[str | None, list[str]]:
    """Return the encoding of a shapefile's texts, None where the file itself says it, and a note."""
    if encoding:
        return encoding, []
    dbf, declared = sibling(path, ".dbf"), sibling(path, ".cpg")
    if dbf is None:
        return None, []
    with dbf.open("rb") as file:
        head = file.read(_DBF_HEADER)
    if declared is None and (len(head) < _DBF_HEADER or head[_LDID] != 0):
        return None, []
    start = int.from_bytes(head[8:10], "little")
    proven, ascii_only = proven_encoding(dbf, start)
    known = None if declared is None else _known(declared)
    if known is not None:
        if proven == "utf-8" != known and not ascii_only:  # other texts are never UTF-8 by chance
            problem = f"its texts are utf-8, its .cpg says {known}; name the right one with --encoding"
            raise SourceError(name, [problem])
        return known, []
    if proven is None:
        raise SourceError(name, ["its texts are in an encoding no .cpg names; name it with --encoding"])
    return proven, [] if ascii_only else [f"no .cpg: texts read as {proven}"]


def _known(cpg: Path) -> str | None:
    """Return the encoding a .cpg names, None where nobody knows it ("OEM")."""
    said = cpg.read_bytes()[:80].decode("ascii", "replace").strip().lower().removeprefix("ansi").strip()
    for name in (said, f"cp{said}", "utf-8" if said == "65001" else ""):
        try:
            return codecs.lookup(name).name if name else None
        except LookupError:
            continue
    return None


def with_missing(batches: Any, path: Path | None) -> Iterator[tuple[pa.Table, dict[int, str]]]:
    """Yield batches of a shapefile with empty rows where GDAL leaves rows out, and the reason of each.

    These are marked as deleted, or one of the files ends before the other. Of another source, None, batches
    are handed through.
    """
    at = 0
    schema = None
    counts = _Counts(0, 0) if path is None else _counts(path)
    for batch in batches:
        rows = pa.Table.from_batches([batch])
        schema = rows.schema
        if path is None or NUMBER not in rows.column_names or not len(rows):
            yield rows, {}
            continue
        numbers = rows[NUMBER].to_pylist()
        yield _filled(rows, numbers, range(at, numbers[-1] + 1), counts)
        at = numbers[-1] + 1
    end = max(counts)
    if end > at and schema is not None and NUMBER in schema.names:
        yield _filled(schema.empty_table(), [], range(at, end), counts)


class _Counts(NamedTuple):
    """Rows of values in a .dbf, and shapes in a .shp."""

    values: int
    shapes: int


def _counts(path: Path) -> _Counts:
    """Return how many rows of values and how many shapes there are: what the files say, and can hold."""
    dbf, shx = sibling(path, ".dbf"), sibling(path, ".shx")
    if dbf is None or shx is None:
        return _Counts(0, 0)
    with dbf.open("rb") as file:
        head = file.read(_DBF_HEADER)
    said, start, width = (int.from_bytes(head[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12)))
    held = (dbf.stat().st_size - start) // max(1, width)
    return _Counts(min(said, held), max(0, shx.stat().st_size - _SHX_HEADER) // _SHX_ROW)


def _filled(
    rows: pa.Table, numbers: list[int], wanted: range, counts: _Counts
) -> tuple[pa.Table, dict[int, str]]:
    """Return the rows of the numbers `wanted`, of which some are not there, and why these are not."""
    if len(numbers) == len(wanted):
        return rows, {}
    place = {number: position for position, number in enumerate(numbers)}
    taken = [place.get(number) for number in wanted]
    missing = [position for position, found in enumerate(taken) if found is None]
    reasons = {position: _reason(wanted[position], counts) for position in missing}
    return rows.take(pa.array(taken, pa.int64())), reasons


def _reason(row: int, counts: _Counts) -> str:
    if row >= counts.values:
        return _NO_VALUES
    return _NO_SHAPE if row >= counts.shapes else _DELETED
