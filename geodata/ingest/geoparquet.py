"""GeoParquet and plain Parquet, read as Arrow: whatever extension types a file names is ignored."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import pyproj.exceptions

from geodata.errors import SourceError
from geodata.ingest.raw import DEGREES, RawTable, shapes_from_wkb

if TYPE_CHECKING:
    from pathlib import Path

MAX_RATIO = 200
SMALL_BYTES = 10 << 20
_COVERING = "bbox"  # column of boxes, by convention: made again on storing


def read_geoparquet(path: Path, name: str) -> RawTable:
    """Return the rows of a Parquet file.

    Raises
    ------
    SourceError
        If it is none, or damaged.
    """
    try:
        _require_honest_size(path, name)
        table = pq.read_table(path, page_checksum_verification=True)
        return _raw(table, path, name)
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, SourceError):
            raise
        raise SourceError(name, [f"{error}; export the file again"]) from error


def _require_honest_size(path: Path, name: str) -> None:
    """Refuse a file that swells beyond reason."""
    metadata = pq.read_metadata(path)
    size = sum(metadata.row_group(k).total_byte_size for k in range(metadata.num_row_groups))
    if size > SMALL_BYTES and size > MAX_RATIO * path.stat().st_size:
        raise SourceError(name, [f"it unpacks to {size >> 20} MB, more than real data do; export it again"])


def _raw(table: pa.Table, path: Path, name: str) -> RawTable:
    geo = json.loads((table.schema.metadata or {}).get(b"geo", b"null"))
    plain = [column for column in table.column_names if column != _COVERING]
    if geo is None:
        return RawTable(name, table.select(plain).to_pandas(ignore_metadata=True))
    primary = str(geo["primary_column"])
    about = geo["columns"][primary]
    # Other geometry columns are not of the layer.
    plain = [column for column in plain if column not in geo["columns"]]
    rows = table.select(plain).to_pandas(ignore_metadata=True)
    crs = _declared_crs(about, name)
    if about.get("encoding") == "WKB":
        wkb = table.column(primary).to_numpy(zero_copy_only=False)
        shapes, spoiled = shapes_from_wkb(np.asarray(wkb, dtype=object))
        return RawTable(name, rows, shapes, crs, spoiled)
    native = gpd.read_parquet(path, columns=[primary])  # GeoArrow encodings: coordinates, nothing to run
    return RawTable(name, rows, np.asarray(native.geometry.array, dtype=object), crs)


def _declared_crs(about: dict[str, Any], name: str) -> str | None:
    """Return the reference system: degrees where the file does not speak of it, None for null."""
    if "crs" not in about:
        return DEGREES
    if about["crs"] is None:
        return None
    try:
        return str(pyproj.CRS.from_json_dict(about["crs"]).to_string())
    except (pyproj.exceptions.CRSError, AttributeError, TypeError) as error:
        raise SourceError(name, ["its reference system cannot be read; name it with --crs"]) from error
