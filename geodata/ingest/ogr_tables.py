"""What GDAL reads of one file, for `geodata.ingest.ogr_child`: one table, or all of them as one; no arcs."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyogrio
from pyogrio.errors import DataSourceError

STRAIGHT_DRIVER = "ESRI Shapefile"  # a format without arcs
_HEAD = 5  # bytes of WKB: order and type
_UNNAMED = "wkb_geometry"
# Types with arcs (ISO 13249) and what they become.
_CURVED = {
    8: "MultiLineString",
    9: "MultiLineString",
    10: "MultiPolygon",
    11: "MultiLineString",
    12: "MultiPolygon",
}


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Write the rows asked for to `asked["out"]` and return what they are, or the tables to choose from."""
    path, encoding = asked["path"], asked["encoding"]
    try:
        tables = [str(name) for name in pyogrio.list_layers(path)[:, 0]]
        if not tables:
            return {"error": "it cannot be read, there is no table in it; export the file again"}
        if not asked["together"] and asked["layer"] is None and len(tables) != 1:
            return {"tables": tables}
        wanted = [asked["layer"]] if asked["layer"] is not None else tables
        info = pyogrio.read_info(path, layer=wanted[0], encoding=encoding)
        if info["driver"] != asked["driver"]:
            return {"error": f"its content is {info['driver']}, not {asked['driver']}; export it again"}
        read = [_straight(path, table, encoding, fids=asked["fids"]) for table in wanted]
        rows = pa.concat_tables([rows for rows, _ in read], promote_options="permissive")
        rows.validate(full=True)
    except pa.ArrowInvalid:
        return {"error": "its texts are in another encoding than it says; name it with --encoding"}
    except (DataSourceError, pa.ArrowException, ValueError, RuntimeError) as error:
        return {"error": f"{error}; export the file again"}
    with pa.OSFile(asked["out"], "wb") as sink, pa.ipc.new_file(sink, rows.schema) as writer:
        writer.write_table(rows)
    return {
        "tables": tables,
        "table": wanted[0],
        "geometry": info["geometry_name"] or _UNNAMED,
        "geometry_type": info["geometry_type"],
        "crs": info["crs"],
        "fid": info["fid_column"] or "",
        "arcs": sum(arcs for _, arcs in read),
    }


def _straight(path: str, table: str, encoding: str | None, *, fids: bool) -> tuple[pa.Table, int]:
    """Return the rows of a table without arcs, and how many had some."""
    meta, rows = pyogrio.read_arrow(path, layer=table, encoding=encoding, return_fids=fids)
    name = meta["geometry_name"] or _UNNAMED
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
        table = pa.table({"row": range(len(shapes)), _UNNAMED: pa.array(shapes, pa.binary())})
        pyogrio.write_arrow(
            table, path, driver=STRAIGHT_DRIVER, geometry_name=_UNNAMED, geometry_type=kind, crs="EPSG:4326"
        )
        _, rows = pyogrio.read_arrow(path)
        straight: list[bytes] = rows.column(_UNNAMED).to_pylist()
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
