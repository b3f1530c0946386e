"""A folder with one writer at a time: locking, reading what is staged, publishing it together."""

from __future__ import annotations

import json
import os
import shutil
import threading
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import filelock

from geodata import commit
from geodata.errors import WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOCK = ".lock"
# How a CSV of a workspace is written: ends of lines as in RFC 4180, so that any within a text is quoted.
AS_CSV: dict[str, Any] = {
    "index": False,
    "encoding": "utf-8",
    "errors": "backslashreplace",
    "lineterminator": "\r\n",
}


class Store:
    """Places of files under `root`, and the right to replace them; `name` is what messages call it."""

    def __init__(self, root: Path, name: str) -> None:
        self.root = root
        self.name = name
        self._locks: dict[int, filelock.BaseFileLock] = {}  # by process: a forked one needs its own
        self._local = threading.local()  # a reader in another thread must not see what is only staged

    @contextmanager
    def lock(self, timeout_s: float) -> Iterator[None]:
        """Be the only writer; may be nested. The system frees the lock of a killed process.

        Raises
        ------
        WorkspaceError
            If another process keeps it for longer than `timeout_s`.
        """
        with told_of_refusal(self.name):
            try:
                self._own_lock.acquire(timeout=timeout_s)
            except filelock.Timeout as error:
                raise WorkspaceError(
                    f"{self.name} is being changed by another bordergap; wait until it is done and try again"
                ) from error
        try:
            if self._staged is None:
                with told_of_refusal(self.name):
                    commit.finish(self.root)
                    commit.sweep(self.root)
            yield
        finally:
            self._own_lock.release()

    @contextmanager
    def transaction(self, timeout_s: float) -> Iterator[commit.Commit]:
        """Give the commit to write to: of a surrounding transaction, or a new one published at the end."""
        with self.lock(timeout_s):
            outer = self._staged
            if outer is not None:
                yield outer
                return
            with told_of_refusal(self.name):
                staged = commit.Commit(self.root)
            self._local.staged = staged
            try:
                yield staged
                with told_of_refusal(self.name):
                    staged.publish()
            except BaseException:
                staged.abandon()
                raise
            finally:
                self._local.staged = None

    @contextmanager
    def writing(self, timeout_s: float) -> Iterator[commit.Commit]:
        """Like `transaction`; what the file system refuses inside becomes a message."""
        with self.transaction(timeout_s) as staged, told_of_refusal(self.name):
            yield staged

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Give the holder of the lock an empty folder, gone afterwards; after a kill, the next sweeps it."""
        folder = self.root / f"{commit.STAGING}{uuid.uuid4().hex}"
        with told_of_refusal(self.name):
            folder.mkdir()
        try:
            yield folder
        finally:
            # Who still has a file of it mapped keeps that; Windows refuses, and the next writer sweeps.
            shutil.rmtree(folder, ignore_errors=True)

    def place(self, target: str) -> Path:
        """Return where `target` is to be read: as staged by this thread's transaction, or as published."""
        staged = self._staged
        new = staged.staged(target) if staged else None
        if new is not None:
            return new
        if staged is None and commit.is_unfinished(self.root):
            with self.lock(timeout_s=10.0):
                pass  # a writer was killed after it had decided: whoever locks next finishes for it
        return self.root / target

    @property
    def _own_lock(self) -> filelock.BaseFileLock:
        return self._locks.setdefault(os.getpid(), filelock.FileLock(self.root / _LOCK))

    @property
    def _staged(self) -> commit.Commit | None:
        return getattr(self._local, "staged", None)


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object in `path`.

    Raises
    ------
    WorkspaceError
        If the file holds something else.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise WorkspaceError(f"{path}: {error}; the file is damaged, restore it from a copy") from error
    if not isinstance(values, dict):
        raise WorkspaceError(f"{path}: not a JSON object; the file is damaged, restore it from a copy")
    return values


@contextmanager
def told_of_refusal(name: str) -> Iterator[None]:
    """Turn a refusal of the file system into a message."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise WorkspaceError(
            f"{name} cannot be written: {reason}; make room or get the right to write, then try again"
        ) from error


@contextmanager
def told_of_damage(path: Path, remedy: str) -> Iterator[None]:
    """Turn what Parquet says of a damaged or foreign file into a message."""
    try:
        yield
    except (ValueError, OSError) as error:
        place = f"{path.parent.name}/{path.name}"
        raise WorkspaceError(f"{place} is damaged ({error}); {remedy}") from error
