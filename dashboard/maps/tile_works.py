"""Making tiles beside the server: a child process at a time, started when tiles are asked for."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import weakref
from functools import partial
from typing import TYPE_CHECKING, Literal

from dashboard.beside import work_beside
from dashboard.maps import tiles
from geodata.errors import BordergapError
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

State = Literal["ready", "preparing", "failed"]
FAILED = 1


class TileWorks:
    """The child process that makes the tiles of a workspace.

    Its standard input is a pipe that only this process holds: when this process ends, however it does, the
    pipe closes and the child ends too.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def state(self, layer: str, version: str) -> tuple[State, str]:
        """Return how far the tiles of a layer are, and why they failed; has them made where nobody does."""
        store = self._workspace.tiles
        if store.is_ready(layer, version):
            return "ready", ""
        if self._is_running() or store.is_making():
            return "preparing", ""
        if store.is_ready(layer, version):  # since the first look
            return "ready", ""
        reason = store.failure(layer, version)
        if reason is not None or self._has_failed():
            return "failed", reason or ""
        self.start([layer])
        return "preparing", ""

    def start(self, layers: Sequence[str]) -> None:
        """Have the tiles of `layers` made in a process of its own, one layer after the other."""
        with self._lock:
            if layers and not (self._child and self._child.poll() is None):
                self._child = subprocess.Popen(  # noqa: S603  # our own program, our own arguments
                    [sys.executable, "-m", __name__, str(self._workspace.path.resolve()), *layers],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,  # Ctrl-C is for the server, which closes the pipe
                )
                weakref.finalize(self, _end, self._child, os.getpid())

    def stop(self) -> None:
        """End the process, if there is one; what it had not finished is made another time."""
        with self._lock:
            if self._child:
                _end(self._child, os.getpid())

    def _is_running(self) -> bool:
        with self._lock:
            return self._child is not None and self._child.poll() is None

    def _has_failed(self) -> bool:
        """Return whether the child ended badly: of a folder that cannot be written it leaves no trace."""
        with self._lock:
            return self._child is not None and self._child.poll() not in (None, 0)


def prepare(workspace: Workspace) -> TileWorks:
    """Have all tiles made that are missing, what failed before tried again; returns at once."""
    works = TileWorks(workspace)
    store = workspace.tiles
    store.forget_failures()
    heavy = tiles.heavy_layers(workspace)
    works.start([name for name in heavy if not store.is_ready(name, tiles.version(workspace, name))])
    return works


def make(workspace: Workspace, layers: Sequence[str]) -> bool:
    """Make the tiles of `layers` that are missing, here and now; returns whether none of them failed."""
    store, well = workspace.tiles, True
    with store.maker() as is_mine:
        for layer in layers if is_mine else ():
            version = tiles.version(workspace, layer)
            if store.is_ready(layer, version):
                continue
            try:
                store.make(layer, version, partial(tiles.write_tiles, workspace, layer))
            except (BordergapError, OSError, RuntimeError, ValueError, MemoryError):
                well = False  # the store keeps the reason; the other layers have their turn
    return well


def _end(child: subprocess.Popen[bytes], parent: int) -> None:
    """End a child process, whatever it is doing, and leave nothing of it behind; only its parent does."""
    if os.getpid() != parent:
        return  # a worker that was forked later
    child.terminate()
    child.wait()
    if child.stdin:
        child.stdin.close()


if __name__ == "__main__":
    work_beside(partial(os._exit, FAILED))
    sys.exit(0 if make(Workspace.open(sys.argv[1]), sys.argv[2:]) else FAILED)
