"""Memory and seconds of an import of many roads, by format: `python import_memory.py --formats csv fgb`.

The roads are made here: short lines of five points in a lattice, with class, name, surface and lanes.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import osmium
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
from measuring import figures, in_new_process, table
from osmium.osm.mutable import Node, Way

from geodata.ingest import import_source
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

ROADS = 2_000_000
PIECE = 100_000  # roads made at a time
FORMATS = ("csv", "geojson", "geojsonl", "parquet", "fgb", "gpkg", "shp", "pbf")
CLASSES = np.array(["residential", "tertiary", "secondary", "primary", "track"])
SURFACES = np.array(["asphalt", "concrete", "gravel", "dirt"])
POINTS = 5


def main() -> None:
    """Make each file, import it in a process of its own, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--roads", type=int, default=ROADS)
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=["csv", "geojson", "parquet", "fgb"])
    parser.add_argument("--markdown", type=Path, help="keep the table in this file")
    given = parser.parse_args()
    report = compared(given.roads, given.formats)
    print(report)  # noqa: T201  # a script's result
    if given.markdown:
        given.markdown.write_text(report + "\n", encoding="utf-8")


def compared(roads: int, formats: list[str]) -> str:
    """Return the table of all formats."""
    rows = []
    for suffix in formats:
        with tempfile.TemporaryDirectory(prefix="bordergap-") as folder:
            file = made(Path(folder), suffix, roads)
            said, most = in_new_process(__file__, "--import", str(file), folder)
            if said["accepted"] != roads or said["read"] != roads:
                raise SystemExit(f"{suffix}: {said} of {roads}")
            parts = file.parent.glob(f"{file.stem}.*")  # of a shapefile there are several
            size = sum(part.stat().st_size for part in parts) / 1e6
            rows.append((suffix, f"{roads:,}", figures(size), figures(said["seconds"]), f"{most:.2f}"))
    return table(("format", "roads", "MB", "CPU s", "GB held"), rows)


def taken_in(file: str, folder: str) -> None:
    """Import one file, and print what was counted and the CPU seconds of all processes."""
    workspace = Workspace.create(Path(folder) / "workspace")
    (record,) = [record for record in import_source(workspace, file) if record.layer == "roads"]
    spent = sum(_cpu())
    print(json.dumps({"read": record.rows_read, "accepted": record.accepted, "seconds": spent}))  # noqa: T201


def _cpu() -> tuple[float, ...]:
    times = os.times()
    return times.user, times.system, times.children_user, times.children_system


def made(folder: Path, suffix: str, roads: int) -> Path:
    """Return a file of roads."""
    path = folder / f"roads.{'osm.pbf' if suffix == 'pbf' else suffix}"
    if suffix in {"fgb", "gpkg", "shp"}:
        _write_gdal(path, roads)
    elif suffix == "parquet":
        _write_parquet(path, roads)
    elif suffix == "pbf":
        _write_pbf(path, roads)
    else:
        with path.open("w", encoding="utf-8") as out:
            _WRITERS[suffix](out, roads)
    return path


def _pieces(roads: int) -> Iterator[tuple[pd.DataFrame, Any]]:
    for start in range(0, roads, PIECE):
        numbers = np.arange(start, min(start + PIECE, roads))
        yield (
            pd.DataFrame(
                {
                    "feature_id": [f"w{number}" for number in numbers],
                    "road_class": CLASSES[numbers % len(CLASSES)],
                    "name": [f"第{number % 5_000}号路" for number in numbers],
                    "surface": SURFACES[numbers % len(SURFACES)],
                    "lanes": numbers % 4 + 1,
                }
            ),
            _lines(numbers),
        )


def _lines(numbers: Any) -> Any:
    """Return lines of five points, 0.001 degrees long, in rows of a thousand."""
    step = np.arange(POINTS) * 0.00025
    x = 106 + (numbers % 1_000)[:, None] * 0.002 + step
    y = 28 + (numbers // 1_000)[:, None] * 0.001 + step * (numbers % 3 - 1)[:, None]
    return shapely.linestrings(np.stack([x, y], axis=2).round(7))


def _write_csv(out: Any, roads: int) -> None:
    for number, (rows, lines) in enumerate(_pieces(roads)):
        rows.assign(wkt=shapely.to_wkt(lines, rounding_precision=7)).to_csv(
            out, index=False, header=number == 0
        )


def _features(roads: int) -> Iterator[str]:
    for rows, lines in _pieces(roads):
        texts = shapely.to_geojson(lines)
        for row, text in zip(rows.to_dict("records"), texts, strict=True):
            properties = json.dumps(row, ensure_ascii=False)
            yield f'{{"type":"Feature","properties":{properties},"geometry":{text}}}'


def _write_geojson(out: Any, roads: int) -> None:
    out.write('{"type":"FeatureCollection","features":[\n')
    for number, text in enumerate(_features(roads)):
        out.write(f"{',' if number else ''}{text}\n")
    out.write("]}\n")


def _write_sequence(out: Any, roads: int) -> None:
    for text in _features(roads):
        out.write(f"{text}\n")


_WRITERS = {"csv": _write_csv, "geojson": _write_geojson, "geojsonl": _write_sequence}


def _tables(roads: int) -> Iterator[pa.Table]:
    for rows, lines in _pieces(roads):
        frame = pa.Table.from_pandas(rows, preserve_index=False)
        yield frame.append_column("geometry", pa.array(shapely.to_wkb(lines), pa.binary()))


def _write_parquet(path: Path, roads: int) -> None:
    about = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {"geometry": {"encoding": "WKB", "geometry_types": ["LineString"]}},
    }
    tables = _tables(roads)
    first = next(tables)
    schema = first.schema.with_metadata({b"geo": json.dumps(about).encode()})
    with pq.ParquetWriter(path, schema) as out:
        out.write_table(first.replace_schema_metadata(schema.metadata))
        for piece in tables:
            out.write_table(piece.replace_schema_metadata(schema.metadata))


def _write_gdal(path: Path, roads: int) -> None:
    driver = {".fgb": "FlatGeobuf", ".gpkg": "GPKG", ".shp": "ESRI Shapefile"}[path.suffix]
    pyogrio.write_arrow(
        pa.concat_tables(_tables(roads)),
        path,
        driver=driver,
        geometry_name="geometry",
        geometry_type="LineString",
        crs="EPSG:4326",
    )


def _write_pbf(path: Path, roads: int) -> None:
    with osmium.SimpleWriter(str(path)) as out:
        for numbers in (np.arange(k, min(k + PIECE, roads)) for k in range(0, roads, PIECE)):
            xy = shapely.get_coordinates(_lines(numbers)).reshape(-1, POINTS, 2)
            for number, points in zip(numbers.tolist(), xy, strict=True):
                for k, point in enumerate(points):
                    out.add_node(Node(id=number * POINTS + k + 1, location=tuple(point)))
        for number in range(roads):
            tags = {
                "highway": str(CLASSES[number % len(CLASSES)]),
                "name": f"第{number % 5_000}号路",
                "surface": str(SURFACES[number % len(SURFACES)]),
                "lanes": str(number % 4 + 1),
            }
            nodes = [number * POINTS + k + 1 for k in range(POINTS)]
            out.add_way(Way(id=number + 1, nodes=nodes, tags=tags))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--import"]:
        taken_in(sys.argv[2], sys.argv[3])
    else:
        main()
