"""How large a layer is and how much of it is unknown, read from the footers of its files alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Size:
    """Rows, and bytes of their geometry (WKB: 16 a vertex) before compression."""

    rows: int
    geometry_bytes: int


def size_of(path: Path) -> Size:
    """Return the size of a (Geo)Parquet file, or of a folder of such parts.

    Raises
    ------
    ValueError, OSError
        If a file is damaged.
    """
    parts = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    rows = geometry = 0
    for part in parts:
        footer = pq.read_metadata(part)
        rows += footer.num_rows
        for number in range(footer.num_row_groups):  # a few a file, never one a row
            group = footer.row_group(number)
            columns = (group.column(place) for place in range(group.num_columns))
            geometry += sum(
                column.total_uncompressed_size for column in columns if column.path_in_schema == "geometry"
            )
    return Size(rows, geometry)


def nulls_of(path: Path) -> dict[str, int]:
    """Return by plain column of a Parquet file, or of a folder of parts, how many rows know nothing of it.

    Raises
    ------
    ValueError, OSError
        If a file is damaged.
    """
    parts = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    nulls: dict[str, int] = {}
    for part in parts:
        footer = pq.read_metadata(part)
        for number in range(footer.num_row_groups):
            group = footer.row_group(number)
            for place in range(group.num_columns):
                column = group.column(place)
                if "." not in column.path_in_schema and column.is_stats_set:
                    name = column.path_in_schema
                    nulls[name] = nulls.get(name, 0) + column.statistics.null_count
    return nulls
