"""Reading a file in a process of its own: started, watched, ended, and what it hands over."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.errors import SourceError
from geodata.ingest.handover import received

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from geodata.ingest.raw import RawSource

WAIT_S = 3600
_BROKEN = "something in it is not as its format has it; open it in its program and export it again"
_LIMIT = "it cannot be read within the limits of memory and time; split it or export it again"


def read_apart(
    reader: str,
    path: Path,
    name: str,
    scratch: Path,
    *,
    progress: Callable[[int, int], None] | None = None,
    drivers: tuple[str, ...] = (),
    **asked: Any,
) -> tuple[list[RawSource], dict[str, Any]]:
    """Return the tables in a file, and what else its reader says.

    Parameters
    ----------
    reader
        Module of geodata.ingest whose `hand_over` reads it.
    path, name
        The file, and what messages call it.
    scratch
        Folder for what is handed over; the tables are read from it as long as it is there.
    progress
        Told rows read, and rows in all where known (else 0).
    drivers
        Of GDAL, that may be used.
    asked
        What else the reader is asked, plain JSON values.

    Raises
    ------
    SourceError
        If it cannot be read, or not within the limits.
    """
    out = Path(tempfile.mkdtemp(dir=scratch.resolve()))  # the child works in a folder of its own
    question = {"reader": reader, "path": str(path.resolve()), "name": name, "out": str(out), **asked}
    answer = _answer(question, name, drivers, progress or _quiet)
    if "problems" in answer:
        problems = [problem.replace(str(path.resolve()), name) for problem in answer["problems"]]
        raise SourceError(answer["source"], problems)
    return [received(out, said) for said in answer.pop("tables")], answer


def _answer(
    question: Mapping[str, Any],
    name: str,
    drivers: tuple[str, ...],
    progress: Callable[[int, int], None],
) -> dict[str, Any]:
    command = [sys.executable, "-m", "geodata.ingest.child"]
    answer: dict[str, Any] = {}
    with subprocess.Popen(  # noqa: S603, our own module
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        env=_environment(drivers, str(question["out"])),
        cwd=Path(__file__).parents[2],
    ) as child:
        late = threading.Timer(WAIT_S, child.kill)
        late.start()
        try:
            assert child.stdin is not None  # noqa: S101  # pipes were asked for
            assert child.stdout is not None  # noqa: S101
            try:
                with child.stdin as given:
                    json.dump(question, given)
            except BrokenPipeError:
                pass  # it ended before it was asked: said below
            for line in child.stdout:
                answer = json.loads(line)
                if "done" in answer:
                    progress(answer["done"], answer["total"])
        finally:
            late.cancel()
            if child.poll() is None and "tables" not in answer and "problems" not in answer:
                child.kill()  # who reads gave up
    if child.returncode != 0 or not ("tables" in answer or "problems" in answer):
        raise SourceError(name, [_BROKEN if child.returncode == 1 else _LIMIT])  # 1: a library gave up
    return answer


def _quiet(done: int, total: int) -> None:
    """Tell nobody."""


def _environment(drivers: tuple[str, ...], folder: str) -> dict[str, str]:
    """Return an environment without secrets, in which GDAL knows few drivers and reaches no other machine."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "SYSTEMROOT") if key in os.environ}
    return kept | {
        "GDAL_SKIP": ",".join(other for other in _all_drivers() if other not in drivers) if drivers else "",
        "GDAL_DRIVER_PATH": "disable",
        "GDAL_HTTP_PROXY": "127.0.0.1:9",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
        "OGR_SQLITE_LOAD_EXTENSIONS": "NO",
        "SPATIALITE_SECURITY": "strict",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONWARNINGS": "ignore",  # what GDAL doubts is seen in the rows
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "TMPDIR": folder,  # gone with what is handed over
    }


@cache
def _all_drivers() -> tuple[str, ...]:
    import pyogrio  # noqa: PLC0415  # only where GDAL is to read

    return tuple(pyogrio.list_drivers())
