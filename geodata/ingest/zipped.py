"""Zipped files, unpacked by our own hands: GDAL would check neither sums nor names."""

from __future__ import annotations

import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from geodata.errors import SourceError
from geodata.ingest.formats import SUFFIXES, ZIPPED

MAX_ENTRIES = 1_000
MAX_BYTES = 4 << 30
MAX_RATIO = 200  # a shapefile shrinks to a tenth; a bomb to a thousandth
RATIO_FROM_BYTES = 10 << 20  # small files may be all zeros
_CHUNK = 1 << 20
_SHAPEFILE = {".shx", ".dbf", ".prj", ".cpg"}  # what a .shp is read with
_BESIDE = {
    ".qpj",
    ".sbn",
    ".sbx",
    ".qix",
    ".qmd",
    ".qml",
    ".sld",
    ".lyr",
    ".fbn",
    ".fbx",
    ".ain",
    ".aih",
    ".atx",
}
_WANTED = SUFFIXES - {*ZIPPED, ".gdb"} | _SHAPEFILE
_OF_SYSTEM = {"__macosx", "thumbs.db", "desktop.ini"}
_UTF8_NAME = 0x800  # flag of an entry (APPNOTE 4.4.4)
_OTHERS_SHOWN = 20


@dataclass(frozen=True)
class Member:
    """A file that was unpacked (or a folder ending in .gdb): where it lies, and its path in the archive."""

    path: Path
    called: str


@dataclass(frozen=True)
class Unpacked:
    """What an archive holds: the files of layers, and of the others each with the reason it is not used."""

    members: list[Member]
    others: list[str]


def unpack(path: Path, name: str, folder: Path) -> Unpacked:
    """Unpack the geodata in a zip file to `folder`; what lies in one folder of the archive stays together.

    Parts of shapefiles and styles beside them are no layers of their own, and what systems add (`__MACOSX`,
    hidden files) is not told of.

    Raises
    ------
    SourceError
        If it is none, leads out of the folder, swells beyond reason, or its sums are wrong.
    """
    written: dict[Path, str] = {}
    left: list[str] = []
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            require_harmless(entries, name)
            # Entries may overlap: what counts is the archive, not what they say of themselves.
            budget = min(MAX_BYTES, max(RATIO_FROM_BYTES, MAX_RATIO * path.stat().st_size))
            numbers: dict[PurePosixPath, Path] = {}  # folder of the archive -> ours
            for entry in entries:
                inside = PurePosixPath(name_of(entry).replace("\\", "/"))
                if not _is_wanted(inside):
                    left += [] if _goes_without_saying(inside) else [str(inside)]
                    continue
                home = inside.parent.parent if _in_geodatabase(inside) else inside.parent
                own = numbers.setdefault(home, folder / str(len(numbers)))
                target = own / inside.relative_to(home)
                if target.exists():
                    raise SourceError(name, [f"{inside.name} is in it twice; zip each layer by itself"])
                target.parent.mkdir(parents=True, exist_ok=True)
                budget -= _copy(archive, entry, target, name, budget)
                found = inside.parent if _in_geodatabase(inside) else inside
                written.setdefault(own / found.relative_to(home), str(found))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        if path.suffix.lower() == ".kmz" and _begins(path, b"<"):
            problem = "it is a KML file that is not zipped; let its name end in .kml"
            raise SourceError(name, [problem]) from error
        if "is encrypted" in str(error):
            raise SourceError(name, ["it is encrypted; zip it again, without a password"]) from error
        raise SourceError(name, [f"{error}; zip it again, without a password"]) from error
    members, strays = _layers_of(written)
    if not members:
        wanted = "no .kml" if path.suffix.lower() == ".kmz" else "nothing that is read"
        problem = f"it contains {wanted}; zip a shapefile with its .shx, .dbf and .prj"
        raise SourceError(name, [problem])
    # Pictures of placemarks lie in a .kmz by nature.
    return Unpacked(members, [] if path.suffix.lower() == ".kmz" else _told(left, strays))


def _begins(path: Path, letters: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(64).lstrip(b"\xef\xbb\xbf \r\n\t").startswith(letters)


def name_of(entry: zipfile.ZipInfo) -> str:
    """Return the path of an entry: in UTF-8 or, as Chinese Windows writes it, in GBK."""
    if entry.flag_bits & _UTF8_NAME:
        return entry.filename
    try:
        raw = entry.filename.encode("cp437")  # what zipfile has taken it for
    except UnicodeEncodeError:
        return entry.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _is_wanted(inside: PurePosixPath) -> bool:
    hidden = inside.name.startswith(".") or any(part.lower() in _OF_SYSTEM for part in inside.parts)
    return not hidden and (_in_geodatabase(inside) or inside.suffix.lower() in _WANTED)


def _in_geodatabase(inside: PurePosixPath) -> bool:
    return inside.parent.suffix.lower() == ".gdb"


def _goes_without_saying(inside: PurePosixPath) -> bool:
    """Return whether a file is of the system, or of those that lie beside a layer."""
    if inside.name.startswith(".") or any(part.lower() in _OF_SYSTEM for part in inside.parts):
        return True
    return inside.suffix.lower() in _BESIDE or inside.name.lower().endswith((".shp.xml", ".aux.xml"))


def _layers_of(written: dict[Path, str]) -> tuple[list[Member], list[str]]:
    """Return the layers among what was unpacked, and the paths of parts of shapefiles without a .shp."""
    shapes = {path.with_suffix("").as_posix().lower() for path in written if path.suffix.lower() == ".shp"}
    members, strays = [], []
    for path, called in written.items():
        if path.suffix.lower() not in _SHAPEFILE:
            members.append(Member(path, called))
        elif path.with_suffix("").as_posix().lower() not in shapes:
            strays.append(called)
    return members, strays


def _told(left: list[str], strays: list[str]) -> list[str]:
    """Return of each file that is not used why it is not."""
    said = [
        f"{called[:120]} is not used: it is part of a shapefile whose .shp is not here" for called in strays
    ]
    for called in left:
        nested = PurePosixPath(called).suffix.lower() in ZIPPED
        why = "a zip file in a zip file is not opened" if nested else "its format is none that is read"
        said.append(f"{called[:120]} is not used: {why}")
    more = len(said) - _OTHERS_SHOWN
    return [*said[:_OTHERS_SHOWN], *([f"{more} more files are not used"] if more > 0 else [])]


def require_harmless(entries: list[zipfile.ZipInfo], name: str) -> None:
    """Raise SourceError for entries that lead out of the archive, or are no files."""
    if len(entries) > MAX_ENTRIES:
        raise SourceError(name, [f"it holds {len(entries)} files, {MAX_ENTRIES} are the limit; zip less"])
    problems = []
    for entry in entries:
        called = name_of(entry)[:80]
        parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
        if ".." in parts or entry.filename.startswith(("/", "\\")) or ":" in entry.filename:
            problems.append(f"{called!r} is an unsafe path that leads out of the archive; zip it again")
        mode = entry.external_attr >> 16
        if stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
            problems.append(f"{called!r} is a link or device, no file; zip it again")
        if "\0" in entry.orig_filename:
            problems.append(f"{called!r} has a NUL letter in its name; zip it again")
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
                raise SourceError(name, [f"{name_of(entry)[:80]!r} unpacks to a bomb's size; zip real data"])
            out.write(chunk)
    return size
