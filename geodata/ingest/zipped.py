"""Zipped files, unpacked by our own hands: GDAL would check neither sums nor names."""

from __future__ import annotations

import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from geodata.errors import SourceError

MAX_ENTRIES = 1_000
MAX_BYTES = 4 << 30
MAX_RATIO = 200  # a shapefile shrinks to a tenth; a bomb to a thousandth
RATIO_FROM_BYTES = 10 << 20  # small files may be all zeros
_CHUNK = 1 << 20
_WANTED = {
    *(".shp", ".shx", ".dbf", ".prj", ".cpg", ".gpkg", ".fgb", ".geojson", ".json", ".csv", ".tsv", ".xlsx"),
    *(".parquet", ".kml", ".dxf"),
}


def unpack(path: Path, name: str, folder: Path) -> list[Path]:
    """Unpack the geodata in a zip file to `folder`, side by side; return files, and folders ending in .gdb.

    Raises
    ------
    SourceError
        If it is none, leads out of the folder, swells beyond reason, or its sums are wrong.
    """
    written: list[Path] = []
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            require_harmless(entries, name)
            # Entries may overlap: what counts is the archive, not what they say of themselves.
            budget = min(MAX_BYTES, max(RATIO_FROM_BYTES, MAX_RATIO * path.stat().st_size))
            for entry in entries:
                target = _target(folder, entry)
                if target is None:
                    continue
                if target.exists():
                    raise SourceError(name, [f"{target.name} is in it twice; zip each layer by itself"])
                target.parent.mkdir(exist_ok=True)
                budget -= _copy(archive, entry, target, name, budget)
                found = target if target.parent == folder else target.parent
                if found not in written:
                    written.append(found)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise SourceError(name, [f"{error}; zip it again, without a password"]) from error
    if not written:
        wanted = "no .kml" if path.suffix.lower() == ".kmz" else "nothing that is read"
        problem = f"it contains {wanted}; zip a shapefile with its .shx, .dbf and .prj"
        raise SourceError(name, [problem])
    return written


def _target(folder: Path, entry: zipfile.ZipInfo) -> Path | None:
    """Return where an entry goes: side by side, but a file geodatabase is a folder; None: not wanted."""
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if path.parent.suffix.lower() == ".gdb":
        return folder / path.parent.name / path.name
    if path.suffix.lower() not in _WANTED or path.name.startswith("."):
        return None
    return folder / path.name


def require_harmless(entries: list[zipfile.ZipInfo], name: str) -> None:
    """Raise SourceError for entries that lead out of the archive, or are no files."""
    if len(entries) > MAX_ENTRIES:
        raise SourceError(name, [f"it holds {len(entries)} files, {MAX_ENTRIES} are the limit; zip less"])
    problems = []
    for entry in entries:
        parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
        if ".." in parts or entry.filename.startswith(("/", "\\")) or ":" in entry.filename:
            problems.append(
                f"{entry.filename[:80]!r} is an unsafe path that leads out of the archive; zip it again"
            )
        mode = entry.external_attr >> 16
        if stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
            problems.append(f"{entry.filename[:80]!r} is a link or device, no file; zip it again")
        if "\0" in entry.orig_filename:
            problems.append(f"{entry.filename[:80]!r} has a NUL letter in its name; zip it again")
    if problems:
        raise SourceError(name, problems)


def _copy(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, name: str, budget: int) -> int:
    """Write one entry, counting what really comes out of it; return its bytes."""
    size = 0
    with archive.open(entry) as source, target.open("wb") as out:
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            swollen = size > RATIO_FROM_BYTES and size > MAX_RATIO * max(1, entry.compress_size)
            if size > budget or swollen:
                raise SourceError(name, [f"{entry.filename[:80]!r} unpacks to a bomb's size; zip real data"])
            out.write(chunk)
    return size
