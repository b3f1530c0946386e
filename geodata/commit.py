"""Several files that appear together or not at all, whatever is killed in between."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import uuid
from pathlib import Path

STAGING = ".staging-"
COMMITTED = ".commit"
_PLAN = "plan.json"
_DIRECTORY = getattr(os, "O_DIRECTORY", None)


class Commit:
    """Files staged beside their places, moved there at once by `publish`.

    What is staged counts from the moment its folder is renamed to `.commit`: before it, a kill leaves the
    old state (the staging folder is swept later), after it `finish` moves what is left. Only the holder of
    the workspace's lock stages, publishes or sweeps.

    Parameters
    ----------
    root
        Folder under which all targets lie.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / f"{STAGING}{uuid.uuid4().hex}"
        self.folder.mkdir()
        self._numbers = itertools.count()
        self._staged: dict[str, str | None] = {}  # target -> name in the staging folder, None: removed

    def add(self, target: str) -> Path:
        """Return the path to write the new content of `target` (file or folder, with `/`) to."""
        name = f"new-{next(self._numbers)}"
        self._staged[target] = name
        return self.folder / name

    def remove(self, target: str) -> None:
        """Let `target` be gone afterwards; none is fine."""
        self._staged[target] = None

    def staged(self, target: str) -> Path | None:
        """Return where the new content of `target` stands, if this commit has one."""
        name = self._staged.get(target)
        return self.folder / name if name else None

    def publish(self) -> None:
        """Put everything in its place."""
        if not self._staged:
            self.abandon()
            return
        finish(self.root)
        plan = self.folder / _PLAN
        plan.write_text(json.dumps(self._staged), encoding="utf-8")
        for folder, _, names in os.walk(self.folder):
            for name in names:
                _sync(Path(folder, name))
            _sync(Path(folder))
        self.folder.rename(self.root / COMMITTED)
        _sync(self.root)
        finish(self.root)

    def abandon(self) -> None:
        """Leave everything as it was."""
        shutil.rmtree(self.folder, ignore_errors=True)


def is_unfinished(root: Path) -> bool:
    """Return whether a commit was decided but not all of its files moved."""
    return (root / COMMITTED).exists()


def finish(root: Path) -> None:
    """Move what a decided commit has not moved yet; nothing to do is fine. Needs the workspace's lock."""
    committed = root / COMMITTED
    plan = committed / _PLAN
    if plan.exists():
        for number, (target, name) in enumerate(json.loads(plan.read_text(encoding="utf-8")).items()):
            _move(root / target, committed / name if name else None, committed / f"old-{number}")
        plan.unlink()  # all moved: a kill from here on only leaves rubbish
    shutil.rmtree(committed, ignore_errors=True)


def sweep(root: Path) -> None:
    """Delete what killed writers left behind. Needs the workspace's lock."""
    for rubbish in root.glob(f"{STAGING}*"):
        shutil.rmtree(rubbish, ignore_errors=True)


def _move(target: Path, new: Path | None, old: Path) -> None:
    """Replace `target` by `new`; repeating it after a kill anywhere comes to the same."""
    if new is not None and not new.exists():
        return  # moved before the kill
    target.parent.mkdir(parents=True, exist_ok=True)
    # A file takes another's place in one step; a folder has to make way first.
    if target.exists() and (new is None or new.is_dir() or target.is_dir()):
        target.rename(old)
    if new is not None:
        new.replace(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    """Have the system write `path` (file or folder) to the disk."""
    if path.is_dir() and _DIRECTORY is None:
        return  # Windows has no handle for folders
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
