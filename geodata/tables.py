"""Canonical layers and result tables as frames and as (Geo)Parquet files: columns, types, content hash."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyproj
import shapely

from geodata.model import STORED_CRS, Dtype, Layer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

ROW = "row"  # column of a file that holds the row's position in the layer
ROW_GROUP = 32_768  # rows read or skipped together
OWN = b"bordergap"  # key of the file metadata that holds our own
BOX = ("xmin", "ymin", "xmax", "ymax")
ARROW: dict[Dtype, pa.DataType] = {
    "text": pa.large_string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "texts": pa.list_(pa.string()),
    "members": pa.list_(pa.list_(pa.string())),
}
_CRS = pyproj.CRS.from_user_input(STORED_CRS)


def canonical_frame(
    frame: pd.DataFrame, layer: Layer, columns: Sequence[str] | None = None
) -> pd.DataFrame | gpd.GeoDataFrame:
    """Return `frame` with the columns of `layer` in their order and types; others are left out.

    text is `str`, integer `Int64`, number `float64`, texts a list of str, members a list of lists; unknown
    is NaN, NA or None: `isna()` in every column. Layers with geometry come as GeoDataFrame in EPSG:4326.

    Parameters
    ----------
    frame
        A geometry in another CRS is projected; one without CRS is taken to be in EPSG:4326.
    layer
        Whose columns.
    columns
        Only these of them (and the geometry).

    Raises
    ------
    ValueError
        If a required column is missing or empty in a row, or a value has not the column's type.
    """
    wanted = [column for column in layer.columns if columns is None or column.name in columns]
    missing = [column.name for column in wanted if column.required and column.name not in frame]
    if missing:
        raise ValueError(f"{layer.name}: columns missing: {', '.join(missing)}")
    made = {column.name: _typed(frame.get(column.name), column.dtype, frame.index) for column in wanted}
    plain = pd.DataFrame(made, index=frame.index)
    empty = [column.name for column in wanted if column.required and plain[column.name].isna().any()]
    if empty:
        raise ValueError(f"{layer.name}: columns not filled in every row: {', '.join(empty)}")
    if not layer.geometry:
        return plain
    geometry = frame.geometry if isinstance(frame, gpd.GeoDataFrame) else frame.get("geometry")
    if geometry is None:
        geometry = np.full(len(frame), None, dtype=object)
    shapes = gpd.GeoSeries(geometry, index=frame.index, crs=getattr(geometry, "crs", None) or STORED_CRS)
    return gpd.GeoDataFrame(plain, geometry=shapes.to_crs(STORED_CRS))


def write_table(
    frame: pd.DataFrame,
    layer: Layer,
    path: Path,
    own: Mapping[str, Any] | None = None,
    *,
    salt: Mapping[str, Any] | None = None,
) -> None:
    """Write `frame` as (Geo)Parquet 1.1 with a bounding box for each row.

    Parameters
    ----------
    frame, layer
        As for `canonical_frame`.
    own
        JSON values kept in the file's metadata; `hash`, the content hash, is added.
    salt
        JSON values that count as content though they stand in no column.
    """
    canonical = canonical_frame(frame, layer).reset_index(drop=True)
    arrays = arrays_of(canonical, layer)
    own = {**(own or {}), "hash": _hash(arrays, salt or {})}
    metadata = {OWN: json.dumps(own, ensure_ascii=False).encode()}
    if layer.geometry:
        shapes = canonical.geometry.to_numpy()
        arrays["bbox"] = boxes(shapes)
        known = shapes[~shapely.is_missing(shapes)]
        types = sorted(gpd.GeoSeries(known).geom_type.unique())
        edges = shapely.total_bounds(known).tolist() if len(known) else None
        metadata[b"geo"] = json.dumps(geo_metadata(types, edges)).encode()
    table = pa.table(arrays).replace_schema_metadata(metadata)
    pq.write_table(table, path, compression="zstd", row_group_size=ROW_GROUP, write_page_checksum=True)


def read_table(
    path: Path,
    layer: Layer,
    bbox: tuple[float, float, float, float] | None = None,
    columns: Sequence[str] | None = None,
    *,
    geometry: bool = True,
) -> pd.DataFrame | gpd.GeoDataFrame:
    """Return what `write_table` wrote (or a folder of such parts), the row's position as index.

    Parameters
    ----------
    bbox
        West, south, east, north in degrees: only rows whose bounding box meets it.
    columns
        Only these (and the geometry).
    geometry
        Whether to read it; without, a layer comes as a plain table, and whole.

    Raises
    ------
    ValueError, OSError
        If the file is none of `layer`, or damaged.
    """
    present = set(pq.ParquetDataset(path).schema.names)
    wanted = _wanted(layer, present, columns)
    checked: dict[str, Any] = {"page_checksum_verification": True}
    if layer.geometry and geometry:
        box = bbox if {"bbox", ROW} <= present else None
        frame = _read_shapes(path, [*wanted, "geometry"], box, checked)
    else:
        frame = pq.read_table(path, columns=wanted, **checked).to_pandas()
    if ROW in frame:
        frame = frame.set_index(ROW).sort_index().rename_axis(None)
    if layer.geometry and not geometry:
        return canonical_frame(frame, replace(layer, geometry=()), columns)
    canonical = canonical_frame(frame, layer, columns)
    if bbox is not None and not {"bbox", ROW} <= present:
        canonical = canonical[_meets(gpd.GeoSeries(canonical["geometry"]).bounds, bbox)]
    return canonical


def _read_shapes(
    path: Path, columns: list[str], box: tuple[float, float, float, float] | None, checked: dict[str, Any]
) -> gpd.GeoDataFrame:
    """Return rows with geometry: our own files without GeoPandas, which takes 40 ms to read their CRS."""
    stored = json.loads((pq.ParquetDataset(path).schema.metadata or {}).get(b"geo", b"{}"))
    about = stored.get("columns", {}).get("geometry", {})
    if about.get("encoding") != "WKB" or about.get("crs") != _CRS.to_json_dict():
        return gpd.read_parquet(path, columns=columns, bbox=box, **checked)
    within = None
    if box is not None:
        west, south, east, north = box
        low_x, low_y, high_x, high_y = (pc.field("bbox", name) for name in ("xmin", "ymin", "xmax", "ymax"))
        within = (low_x <= east) & (low_y <= north) & (high_x >= west) & (high_y >= south)
    table = pq.read_table(path, columns=columns, filters=within, **checked)
    shapes = shapely.from_wkb(table["geometry"].to_numpy(zero_copy_only=False))
    return gpd.GeoDataFrame(table.drop_columns(["geometry"]).to_pandas(), geometry=shapes, crs=_CRS)


def read_pieces(path: Path, layer: Layer) -> Iterator[pd.DataFrame]:
    """Yield what `write_table` wrote in pieces of a row group."""
    for fragment in pq.ParquetDataset(path).fragments:
        file = pq.ParquetFile(fragment.path, page_checksum_verification=True)
        names = [name for name in (*layer.column_names, "geometry") if name in file.schema_arrow.names]
        for group in range(file.num_row_groups):
            frame = file.read_row_group(group, columns=names).to_pandas(ignore_metadata=True)
            if "geometry" in frame:
                frame["geometry"] = shapely.from_wkb(frame["geometry"].to_numpy())
            yield canonical_frame(frame, layer)


def read_parts(path: Path, layer: Layer, columns: Sequence[str]) -> Iterator[pd.DataFrame | gpd.GeoDataFrame]:
    """Give what `read_table` returns one row group of the file after the other; the index is the same.

    A file made elsewhere, or a folder of such, comes whole.
    """
    if ROW not in pq.ParquetDataset(path).schema.names:
        yield read_table(path, layer, columns=columns)
        return
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        wanted = _wanted(layer, set(file.schema_arrow.names), columns)
        for group in range(file.num_row_groups):
            table = file.read_row_group(group, columns=[*wanted, "geometry"])
            frame = table.drop_columns("geometry").to_pandas()
            shapes = shapely.from_wkb(table["geometry"].to_numpy())
            rows = gpd.GeoDataFrame(frame, geometry=shapes, crs=STORED_CRS)
            yield canonical_frame(rows.set_index(ROW).sort_index().rename_axis(None), layer, columns)


def count_rows(path: Path) -> int:
    """Return the number of rows of a file, or a folder of parts, without reading them."""
    return sum(fragment.metadata.num_rows for fragment in pq.ParquetDataset(path).fragments)


def read_own(path: Path) -> dict[str, Any]:
    """Return the JSON values kept in the metadata of a file; none for a folder or a file made elsewhere."""
    if path.is_dir():
        return {}
    metadata = pq.read_metadata(path).metadata or {}  # a schema lacks what was added at the end
    own = json.loads(metadata.get(OWN, b"{}"))
    return own if isinstance(own, dict) else {}


def content_hash(frame: pd.DataFrame, layer: Layer, salt: Mapping[str, Any] | None = None) -> str:
    """Return the hash `write_table` keeps: of the values in their order and of `salt`."""
    return _hash(arrays_of(canonical_frame(frame, layer), layer), salt or {})


def _wanted(layer: Layer, present: set[str], columns: Sequence[str] | None) -> list[str]:
    """Return the columns of a file to read, the rows' positions among them."""
    wanted = [name for name in layer.column_names if name in present and (columns is None or name in columns)]
    return wanted + [name for name in (ROW,) if name in present]


def arrays_of(canonical: pd.DataFrame, layer: Layer) -> dict[str, pa.Array]:
    """Return the columns (and the geometry as WKB) of a canonical frame as Arrow arrays."""
    arrays = {
        column.name: _whole(pa.array(canonical[column.name], ARROW[column.dtype], from_pandas=True))
        for column in layer.columns
    }
    if layer.geometry:
        arrays["geometry"] = pa.array(shapely.to_wkb(canonical["geometry"].to_numpy()), pa.large_binary())
    return arrays


def _whole(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return texts of several parts as one array."""
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _typed(values: pd.Series | None, dtype: Dtype, index: pd.Index) -> pd.Series:
    if values is None:
        values = pd.Series(None, index=index, dtype=object)
    if dtype == "number":
        return pd.to_numeric(values, errors="raise").astype("float64")
    if dtype == "integer":
        return pd.to_numeric(values, errors="raise").astype("Int64")
    if dtype == "text":
        return values.astype("str")
    as_lists = _texts if dtype == "texts" else _members
    # Lists are Python objects in a frame: no vectorised way, and columns of them are short.
    lists = [as_lists(value) for value in values]
    return pd.Series(lists, index=index, dtype=object)


def _texts(value: Any) -> list[str] | None:
    return None if _is_unknown(value) else [str(item) for item in value]


def _members(value: Any) -> list[list[str]] | None:
    return None if _is_unknown(value) else [[str(item) for item in member] for member in value]


def _is_unknown(value: Any) -> bool:
    return pd.api.types.is_scalar(value) and bool(pd.isna(value))


def boxes(shapes: Any) -> pa.StructArray:
    """Return the bounding box of each geometry."""
    bounds = shapely.bounds(shapes) if len(shapes) else np.empty((0, 4))
    edges = [pa.array(bounds[:, k], pa.float64(), from_pandas=True) for k in range(4)]
    return pa.StructArray.from_arrays(edges, BOX)


def _meets(bounds: pd.DataFrame, bbox: tuple[float, float, float, float]) -> pd.Series:
    west, south, east, north = bbox
    return (
        (bounds["minx"] <= east)
        & (bounds["maxx"] >= west)
        & (bounds["miny"] <= north)
        & (bounds["maxy"] >= south)
    )


def geo_metadata(types: Sequence[str], edges: Sequence[float] | None) -> dict[str, Any]:
    """Return the file metadata of GeoParquet 1.1 for rows of `types` of geometry within `edges`."""
    column: dict[str, Any] = {
        "encoding": "WKB",
        "crs": _CRS.to_json_dict(),
        "geometry_types": list(types),
        "covering": {"bbox": {name: ["bbox", name] for name in BOX}},
    }
    if edges is not None:
        column["bbox"] = [float(edge) for edge in edges]
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}


class ContentHash:
    """A hash of values, not of bytes of a file: compression, padding and pieces do not change it.

    Parameters
    ----------
    salt
        JSON values that count as content though they stand in no column.
    """

    def __init__(self, salt: Mapping[str, Any]) -> None:
        self._salt = json.dumps(dict(salt), sort_keys=True).encode()
        self._columns: dict[str, tuple[Any, Any]] = {}  # what is there, and the values
        self._rows: dict[str, int] = {}

    def update(self, name: str, array: pa.Array) -> None:
        """Add the next values of a column."""
        there, values = self._columns.setdefault(name, (hashlib.sha256(), hashlib.sha256()))
        self._rows[name] = self._rows.get(name, 0) + len(array)
        _HASHED.get(array.type, _hash_json)(there, values, array)

    def hexdigest(self) -> str:
        """Return the hash of all that was added."""
        digest = hashlib.sha256(self._salt)
        for name, (there, values) in self._columns.items():
            digest.update(f"\0{name}\0{self._rows[name]}\0".encode())
            digest.update(there.digest())
            digest.update(values.digest())
        return digest.hexdigest()


def _hash(arrays: Mapping[str, pa.Array], salt: Mapping[str, Any]) -> str:
    digest = ContentHash(salt)
    for name, array in arrays.items():
        digest.update(name, array)
    return digest.hexdigest()


def _hash_numbers(there: Any, values: Any, array: pa.Array) -> None:
    there.update(array.is_null().to_numpy(zero_copy_only=False).tobytes())
    values.update(pc.fill_null(array, 0).to_numpy(zero_copy_only=False).tobytes())


def _hash_bytes(there: Any, values: Any, array: pa.Array) -> None:
    """Hash lengths and bytes of texts or geometries, straight from Arrow's buffers."""
    lengths = pc.fill_null(pc.binary_length(array).cast(pa.int64()), -1)
    there.update(lengths.to_numpy(zero_copy_only=False).tobytes())
    filled = pc.fill_null(array.cast(pa.large_binary()), b"")
    _, offsets, data = filled.buffers()
    if data is not None and len(filled):
        bounds = np.frombuffer(offsets, dtype=np.int64)[filled.offset : filled.offset + len(filled) + 1]
        values.update(memoryview(data)[bounds[0] : bounds[-1]])


def _hash_json(_: Any, values: Any, array: pa.Array) -> None:
    for value in array.to_pylist():  # lists: few rows
        values.update(json.dumps(value).encode() + b"\n")


_HASHED: dict[pa.DataType, Callable[[Any, Any, pa.Array], None]] = {
    pa.large_string(): _hash_bytes,
    pa.large_binary(): _hash_bytes,
    pa.int64(): _hash_numbers,
    pa.float64(): _hash_numbers,
}
