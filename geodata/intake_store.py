"""What is on its way into a workspace: files sent, what was seen in them, the one job that works on it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from geodata.errors import SourceError, UsageError
from geodata.ingest.formats import OSM, SUFFIXES, not_read
from geodata.ingest.kept_look import looks_from, looks_text
from geodata.store import told_of_refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from geodata.ingest.look import TableLook

_FOLDER = ".intake"
_ID = re.compile(r"[0-9a-f]{32}")
_ABOUT, _LOOKS, _JOB, _LOCK, _CANCEL = "about.json", "looks.json", "job.json", "job.lock", "cancel"
_KEPT_S = 86_400.0  # an upload nobody went on with
_LONGEST_NAME = 120
_ENDING_S = 5.0  # for a process that has told how it ended to be gone
ENDED = "It ended without an answer; try again, and see the server's log if that does not help."


class TooLargeError(Exception):
    """An upload beyond its limit."""


@dataclass(frozen=True)
class Upload:
    """A file that was sent: where it lies, under a name of ours, and what its owner calls it."""

    id: str
    path: Path
    called: str


class IntakeStore:
    """The staging folder of a workspace; see `Upload`, and `job` for what is known of the job.

    Parameters
    ----------
    root
        Folder of the workspace.
    """

    def __init__(self, root: Path) -> None:
        self.folder = root / _FOLDER

    # --- uploads ----------------------------------------------------------------------------------------

    def receive(self, called: str, chunks: Iterable[bytes], largest: int) -> Upload:
        """Keep a file that comes in pieces; after an error nothing of it is left.

        Raises
        ------
        SourceError
            If its ending is of no format that is read.
        TooLargeError
            If it is larger than `largest` bytes.
        WorkspaceError
            If it cannot be written.
        """
        name = display_name(called)
        suffix = _suffix_of(name)
        number = uuid.uuid4().hex
        folder = self.folder / number
        path = folder / f"upload-{number}{suffix}"
        try:
            with told_of_refusal("the upload"):
                folder.mkdir(parents=True)
                _write_all(path, chunks, largest)
                (folder / _ABOUT).write_text(json.dumps({"called": name}), encoding="utf-8")
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return Upload(number, path, name)

    def upload(self, number: str) -> Upload:
        """Return an upload.

        Raises
        ------
        UsageError
            If there is none of that id.
        """
        folder = self.folder / number
        if not _ID.fullmatch(number) or not (folder / _ABOUT).is_file():
            raise UsageError("this file is not here any more; send it again")
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        path = next(folder.glob(f"upload-{number}*"))
        return Upload(number, path, str(about["called"]))

    def drop(self, number: str) -> None:
        """Let an upload be gone; none is fine."""
        if _ID.fullmatch(number):
            shutil.rmtree(self.folder / number, ignore_errors=True)

    def keep_looks(self, number: str, looks: Sequence[TableLook]) -> None:
        """Keep what was seen in an upload."""
        with told_of_refusal("the upload"):
            _replace(self.folder / number / _LOOKS, looks_text(looks))

    def looks(self, number: str) -> list[TableLook]:
        """Return what was seen in an upload, table by table.

        Raises
        ------
        UsageError
            If nobody has looked yet.
        """
        path = self.folder / self.upload(number).id / _LOOKS
        if not path.is_file():
            raise UsageError("this file has not been read yet; wait until it is")
        return looks_from(path.read_bytes())

    # --- the job ----------------------------------------------------------------------------------------

    def begin(self, order: dict[str, Any]) -> int | None:
        """Return a handle of the right to work, None where a job is running; the order becomes its state.

        Whoever holds the handle, or inherits it, is the job: the system frees it when that process ends.
        """
        with told_of_refusal(_FOLDER):
            self.folder.mkdir(exist_ok=True)
            handle = self._try_lock()
            end = time.monotonic() + _ENDING_S
            while handle is None and not self._is_running() and time.monotonic() < end:
                time.sleep(0.05)  # who has told how it ended is about to be gone
                handle = self._try_lock()
            if handle is None:
                return None
            (self.folder / _CANCEL).unlink(missing_ok=True)
            started = datetime.now(UTC).isoformat(timespec="seconds")
            state = {"id": uuid.uuid4().hex, "state": "running", "what": "", "done": 0, "total": 0}
            self.tell({**state, "started": started, **order})
        return handle

    def tell(self, state: dict[str, Any]) -> None:
        """Replace what is known of the job."""
        _replace(self.folder / _JOB, orjson.dumps(state, default=str))

    def job(self) -> dict[str, Any] | None:
        """Return what is known of the last job, None where there was none.

        One that is said to run while nobody holds the right to work has ended without an answer.
        """
        path = self.folder / _JOB
        try:
            state: dict[str, Any] = orjson.loads(path.read_bytes())
            if state["state"] == "running" and (handle := self._try_lock()) is not None:
                try:
                    state = orjson.loads(path.read_bytes())  # it may have ended well meanwhile
                    if state["state"] == "running":
                        state |= {"state": "failed", "message": ENDED}
                        self.tell(state)
                finally:
                    os.close(handle)
        except (FileNotFoundError, orjson.JSONDecodeError, KeyError):
            return None
        return state

    def cancel(self) -> None:
        """Ask the running job to stop."""
        with told_of_refusal(_FOLDER):
            if self.folder.is_dir():
                (self.folder / _CANCEL).touch()

    def is_cancelled(self) -> bool:
        """Return whether the job was asked to stop."""
        return (self.folder / _CANCEL).exists()

    def sweep(self) -> None:
        """Delete uploads that nobody went on with, unless a job may be working on one."""
        if not self.folder.is_dir():
            return
        job = self.job()
        busy = job["upload"] if job and job["state"] == "running" and "upload" in job else None
        for folder in self.folder.iterdir():
            with contextlib.suppress(OSError):
                old = time.time() - folder.stat().st_mtime > _KEPT_S
                if folder.is_dir() and folder.name != busy and (old or not (folder / _ABOUT).is_file()):
                    shutil.rmtree(folder, ignore_errors=True)

    def _is_running(self) -> bool:
        """Return whether the job says that it runs; one that holds the lock and has said nothing does."""
        try:
            return bool(orjson.loads((self.folder / _JOB).read_bytes())["state"] == "running")
        except (FileNotFoundError, orjson.JSONDecodeError, KeyError):
            return True

    def _try_lock(self) -> int | None:
        handle = os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return None
        return handle


def display_name(called: str) -> str:
    """Return what a file is called in messages: the last part of its name, without letters nobody sees."""
    last = re.split(r"[/\\]", called)[-1]
    seen = "".join(letter for letter in last if letter.isprintable()).strip()
    stem, dot, ending = seen.rpartition(".")
    return f"{stem[:_LONGEST_NAME]}{dot}{ending[:_LONGEST_NAME]}" or "upload"


def _suffix_of(name: str) -> str:
    lowered = name.lower()
    for suffix in sorted({*OSM, *SUFFIXES}, key=len, reverse=True):
        if lowered.endswith(suffix):
            return suffix
    raise SourceError(name, [not_read(name) or name])


def _write_all(path: Path, chunks: Iterable[bytes], largest: int) -> None:
    size = 0
    with path.open("wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > largest:
                raise TooLargeError
            file.write(chunk)


def _replace(path: Path, content: bytes) -> None:
    staged = path.with_name(f"{path.name}.{uuid.uuid4().hex}.new")
    try:
        staged.write_bytes(content)
        staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)
