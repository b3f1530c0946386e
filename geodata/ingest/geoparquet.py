"""GeoParquet and plain Parquet, a file or a folder of parts; runs in `geodata.ingest.child`.

Read as Arrow: whatever extension types a file names is ignored. Columns of nested values (Overture's names,
say) become one column for each value inside, `names.primary`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import pyproj.exceptions

from geodata.errors import SourceError, all_told, collected
from geodata.ingest.dictionary import dictionary
from geodata.ingest.handover import rows_a_batch
from geodata.ingest.parts import parquet_parts
from geodata.ingest.raw import DEGREES

if TYPE_CHECKING:
    from geodata.ingest.handover import Handover, TableWriter

MAX_RATIO = 200
SMALL_BYTES = 10 << 20
MAX_PARTS = 10_000
_COVERING = "bbox"  # column of boxes, by convention: made again on storing
_NESTED = 3  # levels that are told apart
_NATIVE = {"point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon"}


def hand_over(asked: dict[str, Any], out: Handover) -> None:
    """Hand over the rows of a Parquet file, or of all files of a folder in the order of their names.

    Raises
    ------
    SourceError
        If it is none, or damaged; of a folder naming all parts that are.
    """
    path, name = Path(asked["path"]), asked["name"]
    table = out.table(name)
    parts = parquet_parts(path) if path.is_dir() else [path]
    if len(parts) > MAX_PARTS:
        raise SourceError(name, [f"it has {len(parts)} parts; more than {MAX_PARTS} are no layer"])
    failed: list[SourceError] = []
    for part in parts:
        with collected(failed):
            _read_part(part, name if part == path else f"{name}/{part.relative_to(path)}", table, out)
    if failed:
        raise all_told(name, failed)


def _read_part(path: Path, name: str, table: TableWriter, out: Handover) -> None:
    try:
        _require_honest_size(path, name)
        _read(pq.ParquetFile(path, page_checksum_verification=True), path, name, table, out)
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


def _read(file: pq.ParquetFile, path: Path, name: str, table: TableWriter, out: Handover) -> None:
    """Hand over the rows of one file."""
    about = _declared(file, name) or _undeclared(file)
    primary = None if about is None else str(about["primary_column"])
    others = set() if about is None else set(about["columns"])
    shape: dict[str, Any] = {} if about is None else about["columns"][primary]
    crs = None if about is None else _declared_crs(shape, name)
    if table.batches and crs != table.crs:
        raise SourceError(name, ["its reference system is not that of the parts before; give each by itself"])
    table.crs = crs
    table.shaped |= primary is not None
    wanted = [column for column in file.schema_arrow.names if column != _COVERING]
    size = rows_a_batch(path.stat().st_size * 2, file.metadata.num_rows)
    for batch in file.iter_batches(batch_size=size, columns=wanted):
        rows = pa.Table.from_batches([batch])
        wkb = None
        if primary is not None:
            wkb = _wkb(rows, primary, str(shape.get("encoding")))
        # Other geometry columns are not of the layer.
        plain = rows.select([column for column in rows.column_names if column not in others])
        table.add_arrow(_flat(plain), wkb, {})
        out.progress(table.rows, file.metadata.num_rows)
    if not table.batches:  # no rows, but columns
        plain = file.schema_arrow.empty_table().select([name for name in wanted if name not in others])
        table.add_arrow(_flat(plain), None, {})


def _declared(file: pq.ParquetFile, name: str) -> dict[str, Any] | None:
    """Return what a file says of its geometry; None where it says nothing."""
    try:
        about = json.loads((file.schema_arrow.metadata or {}).get(b"geo", b"null"))
        if about is not None:
            about["columns"][about["primary_column"]]
    except (ValueError, KeyError, TypeError) as error:
        problem = "what it says of its geometry cannot be understood; export the file again"
        raise SourceError(name, [problem]) from error
    return about if about is None else dict(about)


def _undeclared(file: pq.ParquetFile) -> dict[str, Any] | None:
    """Return what a file that says nothing would say of a column of WKB by its name; None without one."""
    named = dictionary().place_columns([str(name) for name in file.schema_arrow.names], "wkt")
    binary = (pa.types.is_binary, pa.types.is_large_binary)
    for name in named:
        kind = file.schema_arrow.field(name).type
        if any(is_kind(kind) for is_kind in binary):
            return {"primary_column": name, "columns": {name: {"encoding": "WKB", "crs": None}}}
    return None


def _flat(rows: pa.Table) -> pa.Table:
    """Return nested columns as one column for each value inside; dictionaries as their values."""
    for _ in range(_NESTED):
        if not any(pa.types.is_struct(column.type) for column in rows.schema):
            break
        rows = rows.flatten()
    for number, column in enumerate(rows.schema):
        if pa.types.is_dictionary(column.type):
            values = rows[column.name].cast(column.type.value_type)
            rows = rows.set_column(number, column.name, values)
    return rows


def _wkb(rows: pa.Table, name: str, encoding: str) -> pa.ChunkedArray:
    if encoding == "WKB":
        return rows[name]
    if encoding not in _NATIVE:
        raise SourceError(name, [f"its geometry is encoded as {encoding[:40]!r}; export it as WKB"])
    import geopandas as gpd  # noqa: PLC0415  # GeoArrow encodings: coordinates, nothing to run

    known = {b"ARROW:extension:name": f"geoarrow.{encoding}".encode()}
    field = rows.schema.field(name).with_metadata(known)
    column = pa.Table.from_arrays([rows[name]], schema=pa.schema([field]))
    shapes = gpd.GeoDataFrame.from_arrow(column).geometry
    return pa.chunked_array([pa.array(shapes.to_wkb().to_numpy(), pa.large_binary())])


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
