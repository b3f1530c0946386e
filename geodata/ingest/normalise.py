"""The one way from rows as they came to rows of a layer: nothing silent, nothing lost."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.errors import SourceError
from geodata.ingest.cells import with_places
from geodata.ingest.columns import listed, matched_columns
from geodata.ingest.dictionary import dictionary, unit_in
from geodata.ingest.shapes import Shapes, fit_to_layer, in_degrees
from geodata.ingest.values import Meanings, coerced
from geodata.intake import IntakeRecord
from geodata.model import STORED_CRS
from geodata.tables import canonical_frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geodata.datum import Datum
    from geodata.ingest.dictionary import Dictionary
    from geodata.ingest.raw import RawTable
    from geodata.model import Layer

ValueMap = Mapping[str, Mapping[str, str]]  # field -> value of the source -> value of the model

_UNUSED_SHOWN = 20
_ROWS_SHOWN = 10
_LINE, _MULTILINE = 1, 5


@dataclass(frozen=True)
class Prepared:
    """A layer ready to be stored, and what is kept of how it came."""

    frame: pd.DataFrame
    record: IntakeRecord
    quarantined: pd.DataFrame
    only: bool = False

    def with_origin(self, origin: Mapping[str, Any]) -> Prepared:
        """Return the same with source, licence, attribution, date, provenance and more notes as it says."""
        notes = (*origin.get("notes", ()), *self.record.notes)
        return dataclasses.replace(
            self, record=dataclasses.replace(self.record, **{**origin, "notes": notes})
        )


def normalise(
    raw: RawTable,
    layer: Layer,
    *,
    field_map: Mapping[str, str] | None = None,
    crs: str | None = None,
    datum: Datum | None = None,
    swap_axes: bool = False,
    value_map: ValueMap | None = None,
    words: Dictionary | None = None,
    near: gpd.GeoDataFrame | None = None,
) -> Prepared:
    """Return the rows of `raw` as rows of `layer`, with those set aside and the record of both.

    Rows keep their order. Unknown values become null and are counted in the notes; a row stays out if it
    has no (readable, possible) geometry, lacks a required value, or repeats an id that must not repeat.
    A multi-line of a layer of lines becomes one row for each part, with the same id.

    Parameters
    ----------
    field_map
        Canonical column -> column of the source; lon and lat, or wkt, name columns of coordinates.
    crs, datum, swap_axes
        How the coordinates are to be understood, as the user says.
    value_map
        Canonical column -> value of the source -> value of the model.
    words
        What columns and values are called; those that come with the program unless given.
    near
        Districts that proposals for a missing reference system are held against.

    Raises
    ------
    SourceError
        If a required column has no match, or the coordinates fit no reference system.
    """
    if len(raw.rows) == 0:
        raise SourceError(raw.source, ["it is empty, no features or rows are in it; export it again"])
    words = words or dictionary()
    raw = with_places(raw, {**_own_places(raw, words), **(field_map or {})})
    present = [
        str(column) for column in raw.rows.columns if column not in raw.quiet or column in layer.column_names
    ]
    columns = matched_columns(layer, present, field_map, raw.source, words)
    if layer.geometry_required and layer.geometry and raw.geometry is None:
        raise SourceError(
            raw.source, [f"it has no geometry, {layer.name} needs one; give lon and lat, or WKT"]
        )
    frame, notes = _values(raw, layer, columns, words, value_map or {})
    reasons = dict(raw.spoiled)
    shapes: Shapes | None = None
    if layer.geometry and raw.geometry is not None:
        shapes = in_degrees(raw.geometry, raw.source, raw.crs, crs, datum, swap_axes=swap_axes, near=near)
        shapes.reasons.update(reasons)
        names = frame["name"] if "name" in frame else frame[layer.key or layer.column_names[0]]
        fit_to_layer(shapes, layer, names.to_numpy(dtype=object))
        reasons = shapes.reasons
        notes = [*shapes.notes, *notes]
    _require_values(frame, [*layer.required, *(name for name in layer.expected if name in columns)], reasons)
    _require_new_ids(frame, layer, reasons)
    if len(reasons) == len(frame):
        raise SourceError(raw.source, _summed_up(reasons))
    kept = ~np.isin(np.arange(len(frame)), list(reasons))
    repaired = {*raw.repaired, *(shapes.repaired if shapes else ())} - set(reasons)
    record = IntakeRecord(
        layer.name,
        source=raw.source,
        rows_read=len(frame),
        accepted=int(kept.sum()),
        repaired=len(repaired),
        quarantined=len(reasons),
        crs=shapes.crs if shapes else None,
        datum=shapes.datum if shapes else None,
        notes=(*raw.notes, *notes, *_unused(raw, columns)),
    )
    made = _kept_frame(frame, layer, shapes, kept)
    return Prepared(made, record, _quarantined(raw, reasons, crs))


def _own_places(raw: RawTable, words: Dictionary) -> dict[str, str]:
    """Return columns of coordinates that the user's own words name, where the reader found none."""
    if raw.geometry is not None:
        return {}
    header = [str(column) for column in raw.rows.columns]
    found = {place: words.place_columns(header, place) for place in ("wkt", "lon", "lat")}
    pair = ("wkt",) if found["wkt"] else ("lon", "lat")
    return {place: found[place][0] for place in pair} if all(found[place] for place in pair) else {}


def _summed_up(reasons: Mapping[int, str]) -> list[str]:
    """Return each reason once, with its rows: none of them can be used."""
    rows: dict[str, list[str]] = {}
    for row, reason in sorted(reasons.items()):
        rows.setdefault(reason, []).append(str(row + 1))
    return [
        f"row {', '.join(numbers[:_ROWS_SHOWN])}{' …' if len(numbers) > _ROWS_SHOWN else ''}: {reason}"
        for reason, numbers in rows.items()
    ]


def _values(
    raw: RawTable,
    layer: Layer,
    columns: Mapping[str, str],
    words: Dictionary,
    value_map: ValueMap,
) -> tuple[pd.DataFrame, list[str]]:
    """Return the canonical columns, values of the right type or None, and notes."""
    made: dict[str, pd.Series] = {}
    notes: list[str] = []
    for column in layer.columns:
        if column.name in columns:
            meant = Meanings(
                words.values_of(layer.name, column.name),
                value_map.get(column.name, {}),
                unit_in(columns[column.name]),
            )
            made[column.name], said = coerced(raw.rows[columns[column.name]], column, meant)
            notes += said
        elif column.name == "feature_id":
            numbers = [f"{layer.name}-{row + 1}" for row in range(len(raw.rows))]
            made[column.name] = pd.Series(numbers, index=raw.rows.index, dtype=object)
            notes.append("no column of ids: numbered by row")
        elif column.name == "district_id":
            made[column.name] = made_ids = coerced(raw.rows[columns["name"]], column)[0]
            notes.append(f"no column of codes: {made_ids.nunique()} districts told apart by their names")
        else:
            if column.expected:
                there = listed([str(name) for name in raw.rows.columns])
                unknown = f"no column for {column.name}: unknown for all rows, so that they are in no finding"
                notes.append(f"{unknown}; name it with --map {column.name}=COLUMN, there are {there}")
            made[column.name] = pd.Series(None, index=raw.rows.index, dtype=object)
    return pd.DataFrame(made, index=raw.rows.index), notes


def _require_values(frame: pd.DataFrame, names: Sequence[str], reasons: dict[int, str]) -> None:
    for name in names:
        empty = frame[name].isna().to_numpy()
        for row in np.flatnonzero(empty).tolist():
            reasons.setdefault(row, f"{name} is missing or of no use; fill it")


def _require_new_ids(frame: pd.DataFrame, layer: Layer, reasons: dict[int, str]) -> None:
    """Set aside the second row of an id (METHOD 9), of the rows that would stay."""
    if layer.key is None or layer.key_repeats:
        return
    ids = frame.loc[~np.isin(np.arange(len(frame)), list(reasons)), layer.key]
    first = {value: row for row, value in reversed(list(ids.items()))}
    for row, value in ids[ids.duplicated()].items():
        reasons[int(row)] = (  # type: ignore[call-overload]  # a RangeIndex holds integers
            f"{layer.key} {value!r} is already taken by row {first[value] + 1}; give each its own"
        )


def _kept_frame(
    frame: pd.DataFrame, layer: Layer, shapes: Shapes | None, kept: NDArray[np.bool_]
) -> pd.DataFrame:
    rows = frame[kept]
    if shapes is None:
        return canonical_frame(rows.reset_index(drop=True), layer)
    made = gpd.GeoDataFrame(rows, geometry=shapes.geometry[kept], crs=STORED_CRS)
    if "MultiLineString" not in layer.geometry:
        many = shapely.get_type_id(made.geometry.to_numpy()) == _MULTILINE
        made = made.explode(index_parts=False) if many.any() else made
    return canonical_frame(made.reset_index(drop=True), layer)


def _quarantined(raw: RawTable, reasons: Mapping[int, str], crs: str | None) -> pd.DataFrame:
    """Return the rows set aside as they came, with number, reason, and geometry as WKT in its own CRS."""
    positions = sorted(reasons)
    rows = raw.rows.iloc[positions].astype(object)
    rows = rows.map(_as_cell).rename(
        columns={name: f"{name} (source)" for name in ("row", "reason", "wkt", "crs")}
    )
    out = pd.DataFrame({"row": [p + 1 for p in positions], "reason": [reasons[p] for p in positions]})
    out = pd.concat([out, rows.reset_index(drop=True)], axis=1)
    if raw.geometry is not None:
        out["wkt"] = shapely.to_wkt(raw.geometry[positions], rounding_precision=-1)
        out["crs"] = crs or raw.crs
    return out


def _as_cell(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list | tuple) else value


def _unused(raw: RawTable, columns: Mapping[str, str]) -> list[str]:
    """Return a note on columns that are of no layer's concern, so that nobody looks for them in vain."""
    used = {*columns.values(), *raw.quiet}
    unused = [str(column)[:40] for column in raw.rows.columns if column not in used]
    if not unused:
        return []
    more = f" and {len(unused) - _UNUSED_SHOWN} more" if len(unused) > _UNUSED_SHOWN else ""
    return [f"columns not used: {', '.join(unused[:_UNUSED_SHOWN])}{more}"]
