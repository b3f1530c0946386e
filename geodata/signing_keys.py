"""The keys that sign a login on its way to OpenID Connect and back: one file that only its owner reads."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

import filelock

from geodata.errors import WorkspaceError
from geodata.private_file import SECRET_BYTES, is_weak, require_private, write_private
from geodata.store import read_json, told_of_refusal

if TYPE_CHECKING:
    from pathlib import Path

FILE = "access-keys.json"
KEPT_KEYS = 2  # the one in use, and the one before it
WAIT_S = 10.0
_LOCK = ".access-keys.lock"
_REMEDY = f"delete {FILE}: logins that are under way start again"


def signing_keys(root: Path) -> tuple[str, ...]:
    """Return the keys of the workspace in folder `root`, newest first; made when first asked for.

    Raises
    ------
    WorkspaceError
        If the file is damaged, holds a short key, others may read it, or it cannot be written.
    """
    return _read(root) or rotate_keys(root, only_if_none=True)


def rotate_keys(root: Path, *, only_if_none: bool = False) -> tuple[str, ...]:
    """Sign with a new key from now on; what the last one signed still holds, older ones do not."""
    with told_of_refusal(root.name):
        try:
            with filelock.FileLock(root / _LOCK, timeout=WAIT_S):
                before = _read(root)
                if only_if_none and before:
                    return before
                keys = (secrets.token_hex(SECRET_BYTES), *before[: KEPT_KEYS - 1])
                write_private(root / FILE, json.dumps({"keys": keys}, indent=1))
                return keys
        except filelock.Timeout as error:
            raise WorkspaceError("keys are being changed by another bordergap; try again") from error


def _read(root: Path) -> tuple[str, ...]:
    path = root / FILE
    if not require_private(path, "signs logins", "logins that are under way start again"):
        return ()
    keys = read_json(path).get("keys")
    if not isinstance(keys, list) or not keys or not all(isinstance(key, str) for key in keys):
        raise WorkspaceError(f"{FILE} is damaged; {_REMEDY}")
    if any(is_weak(key) for key in keys):
        raise WorkspaceError(f"{FILE} holds a key shorter than {SECRET_BYTES} random bytes; {_REMEDY}")
    return tuple(keys)
