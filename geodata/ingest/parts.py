"""The files of a layer that is a folder of Parquet parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geodata.ingest.formats import PARQUET

if TYPE_CHECKING:
    from pathlib import Path


def parquet_parts(folder: Path) -> list[Path]:
    """Return the Parquet files of a folder, those in `theme=…/type=…` folders among them, by their names."""
    found = (path for path in folder.rglob("*") if path.suffix.lower() in PARQUET and path.is_file())
    return sorted(path for path in found if not path.name.startswith((".", "_")) and not path.is_symlink())
