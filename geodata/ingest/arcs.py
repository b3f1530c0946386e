"""Arcs made straight: what is drawn with them becomes lines of 4 degrees, as GDAL writes them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyogrio

STRAIGHT_DRIVER = "ESRI Shapefile"  # a format without arcs
_HEAD = 5  # bytes of WKB: order and type
UNNAMED = "wkb_geometry"  # what GDAL calls geometry that has no name
# Types with arcs (ISO 13249) and what they become.
_CURVED = {
    8: "MultiLineString",
    9: "MultiLineString",
    10: "MultiPolygon",
    11: "MultiLineString",
    12: "MultiPolygon",
}


def straightened(rows: pa.Table, name: str) -> tuple[pa.Table, int]:
    """Return rows without arcs, and how many had some; `name` is the column of geometry."""
    curved = _curved(rows.column(name)) if name in rows.column_names else {}
    if not curved:
        return rows, 0
    shapes = rows.column(name).to_pylist()
    for kind in sorted(set(curved.values())):
        of_kind = [row for row, other in curved.items() if other == kind]
        for row, made in zip(of_kind, _drawn_straight([shapes[row] for row in of_kind], kind), strict=True):
            shapes[row] = made
    made = pa.array(shapes, pa.large_binary())
    return rows.set_column(rows.column_names.index(name), name, made), len(curved)


def _drawn_straight(shapes: list[bytes], kind: str) -> list[bytes]:
    """Return geometries with straight lines of 4 degrees for arcs: what GDAL writes where there are none."""
    with tempfile.TemporaryDirectory(prefix="bordergap-") as folder:
        path = str(Path(folder) / "straight.shp")
        table = pa.table({"row": range(len(shapes)), UNNAMED: pa.array(shapes, pa.binary())})
        pyogrio.write_arrow(
            table, path, driver=STRAIGHT_DRIVER, geometry_name=UNNAMED, geometry_type=kind, crs="EPSG:4326"
        )
        _, rows = pyogrio.read_arrow(path)
        straight: list[bytes] = rows.column(UNNAMED).to_pylist()
        return straight


def _curved(column: pa.ChunkedArray) -> dict[int, str]:
    """Return the type each row with arcs becomes, by row."""
    heads = pc.binary_slice(column.cast(pa.large_binary()), 0, _HEAD).combine_chunks().dictionary_encode()
    kinds = [_CURVED.get(_kind(head)) for head in heads.dictionary.to_pylist()]
    if not any(kinds):
        return {}
    codes = enumerate(heads.indices.to_pylist())
    return {row: kind for row, code in codes if code is not None and (kind := kinds[code]) is not None}


def _kind(head: bytes) -> int:
    """Return the type a WKB value begins with, without its flags for height."""
    if len(head) < _HEAD:
        return 0
    return (int.from_bytes(head[1:], "little" if head[0] == 1 else "big") & 0x0FFFFFFF) % 1000
