"""Files whole or not at all: written beside their name and renamed."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

from geodata.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a name beside `path` to write to, which takes its place at the end and goes after an error.

    Raises
    ------
    UsageError
        For a folder that does not exist.
    """
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent} is no folder; make it first")
    beside = path.with_name(f".{uuid.uuid4().hex}{path.suffix.lower()}")
    try:
        yield beside
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
