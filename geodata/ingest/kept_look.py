"""What was seen in a source as text, for whoever asks about it later without reading the source again."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pandas as pd
import shapely

from geodata.ingest.look import ColumnLook, TableLook
from geodata.ingest.raw import RawTable

if TYPE_CHECKING:
    from collections.abc import Sequence

_OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS


def looks_text(looks: Sequence[TableLook]) -> bytes:
    """Return looks as JSON; geometry of their samples as WKB in hexadecimal."""
    return orjson.dumps([_plain(look) for look in looks], default=_as_text, option=_OPTIONS)


def looks_from(text: bytes) -> list[TableLook]:
    """Return the looks that a text of `looks_text` holds."""
    return [_look(values) for values in orjson.loads(text)]


def _plain(look: TableLook) -> dict[str, Any]:
    raw = look.sample
    wkb = None if raw.geometry is None else shapely.to_wkb(raw.geometry, hex=True).tolist()
    rows = raw.rows.astype(object).where(raw.rows.notna(), None)
    sample = {
        "source": raw.source,
        "columns": [str(name) for name in rows.columns],
        "rows": [[_cell(value) for value in row] for row in rows.to_numpy(dtype=object).tolist()],
        "wkb": wkb,
        "crs": raw.crs,
        "spoiled": list(raw.spoiled.items()),
        "notes": raw.notes,
        "quiet": list(raw.quiet),
        "repaired": sorted(raw.repaired),
        "encoding": raw.encoding,
    }
    own = {one.name: getattr(look, one.name) for one in fields(look) if one.name not in {"sample", "columns"}}
    return {**own, "columns": [vars(column) for column in look.columns], "sample": sample}


def _look(values: dict[str, Any]) -> TableLook:
    sample = values.pop("sample")
    columns = [
        ColumnLook(**{**column, "examples": tuple((text, count) for text, count in column["examples"])})
        for column in values.pop("columns")
    ]
    rows = pd.DataFrame(
        sample["rows"], columns=sample["columns"], dtype=object, index=pd.RangeIndex(len(sample["rows"]))
    )
    geometry = None
    if sample["wkb"] is not None:
        geometry = np.asarray(shapely.from_wkb(np.array(sample["wkb"], dtype=object)), dtype=object)
    raw = RawTable(
        sample["source"],
        rows,
        geometry,
        sample["crs"],
        dict(sample["spoiled"]),
        sample["notes"],
        tuple(sample["quiet"]),
        frozenset(sample["repaired"]),
        sample["encoding"],
    )
    bounds = values.pop("bounds")
    notes, left = tuple(values.pop("notes")), tuple(values.pop("left"))
    west_to_north = None if bounds is None else tuple(bounds)
    return TableLook(
        **values, columns=tuple(columns), notes=notes, left=left, bounds=west_to_north, sample=raw
    )


def _cell(value: Any) -> Any:
    """Return a value as JSON bears it: letters and numbers that it cannot hold as text."""
    if isinstance(value, str):
        return value.encode("utf-8", errors="replace").decode("utf-8")
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 1 << 63:
        return str(value)
    return value


def _as_text(value: Any) -> str:
    return str(value)
