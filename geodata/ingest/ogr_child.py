"""The process that lets GDAL read one file: `python -m geodata.ingest.ogr_child`, see geodata.ingest.ogr.

It is told by JSON on its standard input: `path`, `driver`, `layer`, `encoding`, `out`, and answers in JSON.
Its environment limits GDAL to a few drivers, which works only before the library is loaded.
"""

from __future__ import annotations

import json
import sys
from typing import Any

try:
    import resource
except ModuleNotFoundError:  # Windows has no limits; the time limit of the parent stays
    resource = None  # type: ignore[assignment]

MEMORY_BYTES = 8 << 30  # address space; a province of roads takes about 2 GB
CPU_S = 900
FILE_BYTES = 8 << 30


def main() -> None:
    """Answer the one question on standard input."""
    asked = json.load(sys.stdin)
    _limit()
    json.dump(_answer(asked), sys.stdout)


def _limit() -> None:
    if resource is not None:
        for what, most in (
            (resource.RLIMIT_AS, MEMORY_BYTES),
            (resource.RLIMIT_CPU, CPU_S),
            (resource.RLIMIT_FSIZE, FILE_BYTES),
        ):
            _, hard = resource.getrlimit(what)
            limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(what, (limit, hard))


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    # Imported here: the limits above must hold for what the libraries do while they load.
    import pyarrow as pa  # noqa: PLC0415
    import pyogrio  # noqa: PLC0415
    from pyogrio.errors import DataSourceError  # noqa: PLC0415

    try:
        tables = [str(name) for name in pyogrio.list_layers(asked["path"])[:, 0]]
        if not tables:
            return {"error": "it cannot be read, there is no table in it; export the file again"}
        if asked["layer"] is None and len(tables) != 1:
            return {"tables": tables}
        table = asked["layer"] or tables[0]
        info = pyogrio.read_info(asked["path"], layer=table, encoding=asked["encoding"])
        if info["driver"] != asked["driver"]:
            return {"error": f"its content is {info['driver']}, not {asked['driver']}; export it again"}
        meta, rows = pyogrio.read_arrow(asked["path"], layer=table, encoding=asked["encoding"])
        rows.validate(full=True)
    except pa.ArrowInvalid:
        return {"error": "its texts are in another encoding than it says; name it with --encoding"}
    except (DataSourceError, pa.ArrowException, ValueError, RuntimeError) as error:
        return {"error": f"{error}; export the file again"}
    with pa.OSFile(asked["out"], "wb") as sink, pa.ipc.new_file(sink, rows.schema) as writer:
        writer.write_table(rows)
    return {
        "tables": tables,
        "table": table,
        "geometry": meta["geometry_name"] or "wkb_geometry",
        "geometry_type": meta["geometry_type"],
        "crs": meta["crs"],
        "fid": info["fid_column"] or "",
    }


if __name__ == "__main__":
    main()
