"""Files that their owner alone reads: what signs links and logins."""

from __future__ import annotations

import os
import uuid
from typing import TYPE_CHECKING

from geodata.errors import WorkspaceError

if TYPE_CHECKING:
    from pathlib import Path

SECRET_BYTES = 32  # of a new secret; a shorter one is refused
FEWEST_LETTERS = 8  # different ones in a secret that was drawn by chance
_OTHERS = 0o077  # rights of the group and of everybody


def require_private(path: Path, does: str, ends: str) -> bool:
    """Return whether the file is there; `does` and `ends` say what it is for, and what ends with it.

    Raises
    ------
    WorkspaceError
        If others can read it.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    if os.name == "posix" and mode & _OTHERS:
        raise WorkspaceError(
            f"{path.name} {does}, and others can read it; run chmod 600 {path}, and where "
            f"somebody may have read it, delete it: {ends}"
        )
    return True


def write_private(path: Path, text: str) -> None:
    """Replace a file, made with its rights: a moment in which others may read it would be one too many."""
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def is_weak(secret: str) -> bool:
    """Return whether a secret, hexadecimal, is shorter than it must be, or not drawn by chance."""
    return len(set(secret)) < FEWEST_LETTERS or len(secret) < 2 * SECRET_BYTES
