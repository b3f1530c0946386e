"""Map tiles made of a workspace's layers: one archive for each layer and content, in its folder `tiles`."""

from __future__ import annotations

import contextlib
import re
import threading
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import filelock
from pmtiles.reader import MmapSource
from pmtiles.tile import deserialize_directory, deserialize_header, find_tile, zxy_to_tileid

from geodata.store import told_of_refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_FOLDER = "tiles"
_VERSION = re.compile(r"[0-9a-f]{16}")
_LAYER = re.compile(r"[a-z]{1,40}")
LONGEST_REASON = 500
_DEEPEST = 4  # directories within directories, at most (PMTiles 3)
_KEPT_DIRECTORIES = 256


class TileStore:
    """Archives (PMTiles) under `root`; made by one process at a time, read by any number.

    Nothing is written beside a finished archive but the attempt at the next: an attempt that is there while
    nobody makes tiles has failed, however its maker ended.

    Parameters
    ----------
    root
        Folder of the workspace.
    """

    def __init__(self, root: Path) -> None:
        self.folder = root / _FOLDER
        self._open: dict[str, _Archive] = {}
        self._lock = threading.Lock()

    def is_ready(self, layer: str, version: str) -> bool:
        """Return whether the tiles of that content are there."""
        return self._archive(layer, version).is_file()

    def is_making(self) -> bool:
        """Return whether some process makes tiles now."""
        lock = self._maker()
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            return True
        except OSError:
            return False  # a folder that cannot be written: nobody makes tiles in it
        lock.release()
        return False

    def failure(self, layer: str, version: str) -> str | None:
        """Return why the last attempt failed, "" where its maker could not say; None where there was none."""
        try:
            return self._attempt(layer, version).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def forget_failures(self) -> None:
        """Let everything that failed be tried again."""
        with told_of_refusal(_FOLDER):
            for attempt in self.folder.glob("*.attempt"):
                attempt.unlink(missing_ok=True)

    @contextmanager
    def maker(self) -> Iterator[bool]:
        """Be the one who makes tiles; gives False where another process is."""
        with told_of_refusal(_FOLDER):
            self.folder.mkdir(exist_ok=True)
        lock = self._maker()
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    def make(self, layer: str, version: str, write: Callable[[Path], None]) -> None:
        """Have `write` make the archive at the path it gets, publish it whole, and delete older ones.

        Needs `maker`. What `write` raises is noted as the reason of the failure, and raised.
        """
        archive, attempt = self._archive(layer, version), self._attempt(layer, version)
        staged = archive.with_suffix(".new.pmtiles")
        with told_of_refusal(_FOLDER):
            attempt.touch()
        try:
            write(staged)
        except BaseException as error:
            staged.unlink(missing_ok=True)
            attempt.write_text(f"{error}"[:LONGEST_REASON], encoding="utf-8", errors="replace")
            raise
        with told_of_refusal(_FOLDER):
            staged.replace(archive)
            attempt.unlink(missing_ok=True)
        for old in self.folder.glob(f"{layer}-*"):
            if old != archive:
                with contextlib.suppress(PermissionError):  # Windows keeps what is open; the next one gets it
                    old.unlink(missing_ok=True)

    def tile(self, layer: str, version: str, place: tuple[int, int, int]) -> bytes | None:
        """Return a tile as it was stored (gzip), None where nothing is drawn.

        Parameters
        ----------
        layer, version
            Which archive.
        place
            Zoom, column and row.

        Raises
        ------
        FileNotFoundError
            If there is no such archive.
        """
        path = self._archive(layer, version)
        with self._lock:
            archive = self._open.get(layer)
            if archive is None or archive.path != path:
                archive = self._open[layer] = _Archive(path)
        return archive.tile(*place)

    def _maker(self) -> filelock.BaseFileLock:
        return filelock.FileLock(self.folder / ".lock")

    def _archive(self, layer: str, version: str) -> Path:
        return self._place(layer, version, "pmtiles")

    def _attempt(self, layer: str, version: str) -> Path:
        return self._place(layer, version, "attempt")

    def _place(self, layer: str, version: str, ending: str) -> Path:
        """Return the file of a layer; names come from addresses, too, and must not lead elsewhere."""
        if not _LAYER.fullmatch(layer) or not _VERSION.fullmatch(version):
            raise FileNotFoundError(f"no tiles {layer!r} {version!r}")
        return self.folder / f"{layer}-{version}.{ending}"


class _Archive:
    """An open archive; its directories are decoded once, where the library would for every tile."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            self._bytes: Callable[[int, int], bytes] = MmapSource(file)  # type: ignore[no-untyped-call]
        self._header: Any = deserialize_header(self._bytes(0, 127))
        self._entries = lru_cache(_KEPT_DIRECTORIES)(self._directory)

    def tile(self, zoom: int, column: int, row: int) -> bytes | None:
        """Return what is stored of a tile, None where it is empty."""
        number = zxy_to_tileid(zoom, column, row)
        offset, length = self._header["root_offset"], self._header["root_length"]
        for _ in range(_DEEPEST):
            entry = find_tile(self._entries(offset, length), number)
            if entry is None:
                return None
            if entry.run_length:
                return self._bytes(self._header["tile_data_offset"] + entry.offset, entry.length)
            offset, length = self._header["leaf_directory_offset"] + entry.offset, entry.length
        return None

    def _directory(self, offset: int, length: int) -> Any:
        return deserialize_directory(self._bytes(offset, length))
