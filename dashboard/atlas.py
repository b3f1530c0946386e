"""Reports on many pairings for the browser: a process of their own writes them, and tells how far it is.

The answer is a stream: lines of JSON, `{"about", "done", "total"}` as parts are finished, blank ones so that
a reader who has gone is noticed, then `{"name", "bytes"}` and that many bytes of the file. Without that last
line it has failed, and the log says why. Whoever calls the answer off ends the work with it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import orjson

from dashboard.beside import work_beside
from dashboard.export.report_files import write_atlas
from dashboard.gap_filters import Filters
from dashboard.results import Results, stamp
from geodata.errors import BordergapError
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from layers.wording import Lang

LOG = logging.getLogger(__name__)
HEARTBEAT_S = 1.0
PIECE = 1 << 16
STEM = "bordergap-atlas"


@dataclass(frozen=True)
class Order:
    """A report to write.

    Parameters
    ----------
    only
        Pairings that whoever asks may know of; None for all.
    ending
        Format, such as ".pdf".
    """

    workspace: str
    only: Sequence[str] | None
    pairings: Sequence[str]
    ending: str
    lang: Lang
    filters: Filters


def streamed(order: Order) -> Iterator[bytes]:
    """Have the report written and yield the answer; closing it early ends the work."""
    yield b"\n"  # the answer begins before the work does: who only asks whether there is one starts none
    # What is ended at its work may be writing there still.
    scratch = tempfile.TemporaryDirectory(prefix="bordergap-", ignore_cleanup_errors=True)
    with scratch as folder, _writer(order, Path(folder)) as lines:
        for line in lines:
            said = orjson.loads(line) if line else {}
            if "error" in said:
                LOG.error("an atlas could not be written: %r", said["error"])  # names in it come from outside
                return
            if "file" not in said:
                yield line + b"\n"
                continue
            file = Path(folder, said["file"])
            yield orjson.dumps({"name": file.name, "bytes": file.stat().st_size}) + b"\n"
            with file.open("rb") as opened:
                while piece := opened.read(PIECE):
                    yield piece
            return
        LOG.error("an atlas broke off: its process ended without a word")


@contextlib.contextmanager
def _writer(order: Order, folder: Path) -> Iterator[Iterator[bytes]]:
    """Give the lines that a process tells which writes into `folder`; it and its own end with the context."""
    with subprocess.Popen(  # noqa: S603  # our own program, our own arguments
        [sys.executable, "-m", __name__, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(folder)},
        start_new_session=True,  # Ctrl-C is for the server
    ) as child:
        orders, told = cast("IO[bytes]", child.stdin), cast("IO[bytes]", child.stdout)
        try:
            # It stays open: when this process goes, however it goes, the other reads its end.
            orders.write(orjson.dumps(asdict(order)) + b"\n")
            orders.flush()
            yield _lines(told.fileno())
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):  # it has ended; macOS, likewise
                os.killpg(child.pid, signal.SIGKILL)


def _lines(handle: int) -> Iterator[bytes]:
    """Yield lines without their ends as they come; an empty one where none came for a while."""
    rest = b""
    with selectors.DefaultSelector() as waiting:
        waiting.register(handle, selectors.EVENT_READ)
        while True:
            if not waiting.select(HEARTBEAT_S):
                yield b""
                continue
            piece = os.read(handle, PIECE)
            if not piece:
                return
            *whole, rest = (rest + piece).split(b"\n")
            yield from whole


def main() -> None:
    """Write what is ordered on standard input, and tell of it on standard output."""
    folder, order = Path(sys.argv[1]), orjson.loads(sys.stdin.buffer.readline())
    work_beside(partial(_end, folder))
    try:
        file = _write(folder, Order(**{**order, "filters": _filters(order["filters"])}))
    except BordergapError as error:
        _say({"error": str(error)})
    except (OSError, MemoryError) as error:
        _say({"error": f"{getattr(error, 'strerror', None) or type(error).__name__}"})
    else:
        _say({"file": file.name})


def _write(folder: Path, order: Order) -> Path:
    """Return the report; a zip file of its volumes where there are several."""
    workspace = Workspace.open(order.workspace)
    only = None if order.only is None else frozenset(order.only)
    written = list(
        write_atlas(
            Results(workspace, stamp(workspace), only),
            order.pairings,
            folder / f"{STEM}{order.ending}",
            lang=order.lang,
            filters=order.filters,
            progress=lambda about, done, total: _say({"about": about, "done": done, "total": total}),
        )
    )
    if len(written) == 1:
        return written[0]
    packed = folder / f"{STEM}.zip"
    with zipfile.ZipFile(packed, "w") as archive:  # stored: all formats are packed already
        for file in written:
            archive.write(file, file.name)
    return packed


def _filters(said: dict[str, Any]) -> Filters:
    """Return filters from JSON, which has lists for tuples."""
    values: dict[str, Any] = {}
    values |= {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
    return Filters(**values)


def _say(line: dict[str, Any]) -> None:
    sys.stdout.buffer.write(orjson.dumps(line) + b"\n")
    sys.stdout.buffer.flush()


def _end(folder: Path) -> None:
    """End this process and all it has started, and leave nothing of the work."""
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
