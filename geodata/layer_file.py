"""A layer written piece by piece, however large: put in order and given its hash at the end."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from geodata import tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from geodata.model import Layer

SLAB_ROWS = 4 * tables.ROW_GROUP  # rows put in order together
POSITIONS = 20_000  # kept of each piece, to tell where the layer lies


class LayerFile:
    """Rows of a layer on their way into its file.

    Parameters
    ----------
    layer
        Whose rows.
    folder
        For the pieces; a file of the disk is mapped, not held in memory.
    """

    def __init__(self, layer: Layer, folder: Path) -> None:
        self.layer = layer
        self.rows = 0
        self._folder = folder
        self._parts: list[tuple[Path, int]] = []  # and how many rows were before it
        self._middles: list[NDArray[np.float64]] = []
        self._positions: list[NDArray[np.float64]] = []
        self._edges = np.array([np.inf, np.inf, -np.inf, -np.inf])
        self._types: set[str] = set()

    def add(self, frame: pd.DataFrame) -> None:
        """Take rows by the model's columns; see `tables.canonical_frame`."""
        canonical = tables.canonical_frame(frame, self.layer).reset_index(drop=True)
        if canonical.empty:
            return
        arrays: dict[str, pa.Array] = tables.arrays_of(canonical, self.layer)
        if self.layer.geometry:
            shapes = canonical.geometry.to_numpy()
            self._place(shapes)
            arrays["bbox"] = tables.boxes(shapes)
        path = self._folder / f"{uuid.uuid4().hex}.arrow"
        table = pa.table(arrays)
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as out:
            out.write_table(table, max_chunksize=len(table))
        self._parts.append((path, self.rows))
        self.rows += len(table)

    def _place(self, shapes: NDArray[np.object_]) -> None:
        """Remember where rows lie."""
        bounds = shapely.bounds(shapes)
        self._middles.append(
            np.column_stack([bounds[:, [0, 2]].mean(axis=1), bounds[:, [1, 3]].mean(axis=1)])
        )
        known = bounds[np.isfinite(bounds).all(axis=1)]
        if len(known):
            self._edges[:2] = np.minimum(self._edges[:2], known[:, :2].min(axis=0))
            self._edges[2:] = np.maximum(self._edges[2:], known[:, 2:].max(axis=0))
        present = shapes[~shapely.is_missing(shapes)]
        self._types |= set(gpd.GeoSeries(present).geom_type.unique())
        self._positions.append(_thinned(shapely.get_coordinates(shapes)))

    def pieces(self) -> Iterator[pa.Table]:
        """Yield the rows in the order they came, piece by piece."""
        for path, _ in self._parts:
            yield _mapped(path)

    def positions(self) -> NDArray[np.float64]:
        """Return vertices of the layer, evenly taken: at most POSITIONS of each piece."""
        return np.concatenate(self._positions) if self._positions else np.empty((0, 2))

    def frame(self) -> pd.DataFrame:
        """Return all rows, in the order they came: for layers that are small."""
        if not self._parts:
            empty = pd.DataFrame(columns=list(self.layer.column_names))
            return tables.canonical_frame(empty, self.layer)
        table = pa.concat_tables([_mapped(path) for path, _ in self._parts])
        plain = table.select(list(self.layer.column_names)).to_pandas()
        if self.layer.geometry:
            plain["geometry"] = shapely.from_wkb(table["geometry"].to_numpy())
        return tables.canonical_frame(plain, self.layer)

    def write(self, path: Path, own: Callable[[str], Mapping[str, Any]], salt: Mapping[str, Any]) -> None:
        """Write the layer to `path` like `tables.write_table`, with no more than a slab of it in memory.

        `own` is told the hash of the content.
        """
        cluster = bool(self.layer.geometry) and self.layer.geometry_required
        digest = tables.ContentHash(salt)
        order = self._order() if cluster and self.rows > tables.ROW_GROUP else np.arange(self.rows)
        schema = self._schema(cluster=cluster)
        options = {"compression": "zstd", "write_page_checksum": True}
        with pq.ParquetWriter(path, schema, **options) as out:
            for start, slab in self._slabs(order):
                for name in (*self.layer.column_names, *(["geometry"] if self.layer.geometry else [])):
                    digest.update(name, slab[name].combine_chunks())
                if cluster:
                    numbers = pa.array(np.arange(start, start + len(slab)))
                    slab = slab.append_column(tables.ROW, numbers)  # noqa: PLW2901  # the same rows, numbered
                out.write_table(slab.cast(schema), row_group_size=tables.ROW_GROUP)
            found = digest.hexdigest()
            about = {**own(found), "hash": found}
            out.add_key_value_metadata({tables.OWN: json.dumps(about, ensure_ascii=False).encode()})

    def _schema(self, *, cluster: bool) -> pa.Schema:
        fields = [pa.field(column.name, tables.ARROW[column.dtype]) for column in self.layer.columns]
        metadata: dict[bytes, bytes] = {}
        if self.layer.geometry:
            box = pa.struct([(name, pa.float64()) for name in tables.BOX])
            fields += [pa.field("geometry", pa.large_binary()), pa.field("bbox", box)]
            edges = self._edges.tolist() if np.isfinite(self._edges).all() else None
            metadata[b"geo"] = json.dumps(tables.geo_metadata(sorted(self._types), edges)).encode()
        if cluster:
            fields.append(pa.field(tables.ROW, pa.int64()))
        return pa.schema(fields, metadata=metadata)

    def _order(self) -> NDArray[np.intp]:
        """Return the rows along a Hilbert curve over the whole layer."""
        distances = [
            gpd.GeoSeries(shapely.points(middles)).hilbert_distance(total_bounds=self._edges).to_numpy()
            for middles in self._middles
        ]
        return np.argsort(np.concatenate(distances), kind="stable")

    def _slabs(self, order: NDArray[np.intp]) -> Iterator[tuple[int, pa.Table]]:
        """Yield rows in `order`, some at a time, each with the position of its first."""
        parts = [(_mapped(path), first) for path, first in self._parts]
        for start in range(0, len(order), SLAB_ROWS):
            wanted = order[start : start + SLAB_ROWS]
            pieces: list[pa.Table] = []
            came: list[NDArray[np.intp]] = []
            for table, first in parts:
                here = np.flatnonzero((wanted >= first) & (wanted < first + len(table)))
                if len(here):
                    pieces.append(table.take(pa.array(wanted[here] - first)))
                    came.append(here)
            slab = pa.concat_tables(pieces).combine_chunks()
            yield start, slab.take(pa.array(np.argsort(np.concatenate(came), kind="stable")))


def _mapped(path: Path) -> pa.Table:
    """Return a piece as pages of its file."""
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def positions(path: Path) -> NDArray[np.float64]:
    """Return vertices of a layer that is stored, evenly taken: at most POSITIONS of each row group."""
    found = [np.empty((0, 2))]
    for fragment in pq.ParquetDataset(path).fragments:
        file = pq.ParquetFile(fragment.path)
        for group in range(file.num_row_groups):
            wkb = file.read_row_group(group, columns=["geometry"])["geometry"].to_numpy()
            found.append(_thinned(shapely.get_coordinates(shapely.from_wkb(wkb))))
    return np.concatenate(found)


def _thinned(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(xy[:: max(1, -(-len(xy) // POSITIONS))])
