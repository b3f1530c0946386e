"""GeoJSON, read without GDAL: it would follow addresses in `crs` and cut names at NUL letters.

Runs in `geodata.ingest.child`.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pandas as pd
import pyproj
import pyproj.exceptions
import shapely

from geodata.errors import SourceError
from geodata.ingest.formats import SEQUENCES
from geodata.ingest.handover import BATCH_BYTES, BATCH_ROWS
from geodata.ingest.json_stream import JsonStream
from geodata.ingest.raw import DEGREES, RawTable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geodata.ingest.handover import Handover

# Type -> how deep its positions lie.
_DEPTH = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}
_GEOMETRIES = frozenset(_DEPTH)
_CORNERS = 3  # of the smallest ring
_LETTERS = 40  # of a position as JSON, with both its numbers
TEXT = "geometry_text"  # column for geometry that is none, as it came
_NAMED = re.compile(r"https?://www\.opengis\.net/def/crs/[\w/.]{1,80}|[\w\s.:()-]{1,80}(/[\w\s.:()-]{1,80})?")
_REMEDIES = {
    "Point": "a point needs a longitude and a latitude",
    "LineString": "a line needs two positions or more",
    "Polygon": "a ring needs four positions or more, the last the same as the first",
}


def hand_over(asked: dict[str, Any], out: Handover) -> None:
    """Hand over the features of a GeoJSON file, one row each, with their top-level `id` where they have one.

    A list of features without a collection around it is one, too; of other objects it is a plain table. A
    sequence has one feature a line.

    Raises
    ------
    SourceError
        If the file is no GeoJSON, or points elsewhere for its reference system.
    """
    path, name = Path(asked["path"]), asked["name"]
    table = out.table(name)
    pending: list[Any] = []
    letters = 0
    stream = JsonStream(path, name, asked.get("encoding"))
    sequence = path.suffix.lower() in SEQUENCES
    document = _Document(stream, sequence=sequence)
    listed, plain = not sequence and stream.peek() == "[", False
    for item in stream.items() if listed else document.features():
        if listed and not pending and not table.batches:
            plain = not (isinstance(item, dict) and item.get("type") == "Feature")
        pending.append(item)
        letters += _positions(item)
        if len(pending) >= BATCH_ROWS or letters >= BATCH_BYTES:
            table.add(_plain_rows(pending, name) if plain else _rows(pending, name))
            out.progress(table.rows, 0)
            pending, letters = [], 0
    if pending or not table.batches:
        table.add(_plain_rows(pending, name) if plain else _rows(pending, name))
    if listed:
        stream.require_end()
    if not plain:
        table.crs = _declared_crs(document.members.get("crs"), name)


class _Document:
    """A GeoJSON text: its features one by one, then what else it says of itself."""

    def __init__(self, stream: JsonStream, *, sequence: bool) -> None:
        self.stream = stream
        self.sequence = sequence
        self.members: dict[str, Any] = {}

    def features(self) -> Iterator[Any]:
        """Yield features; `members` is complete afterwards."""
        if self.sequence:
            yield from self._sequence()
            return
        if self.stream.peek() != "{":
            self.stream.value()  # not even JSON, perhaps: that is said first
            raise SourceError(
                self.stream.name, ["it is no GeoJSON object; export it as a GeoJSON FeatureCollection"]
            )
        for member in self.stream.members():
            if member == "features" and self.stream.peek() == "[":
                yield from self.stream.items()
                self.members[member] = True
            else:
                self.members[member] = self.stream.value()
        self.stream.require_end()
        _declared_crs(self.members.get("crs"), self.stream.name)
        kind = self.members.get("type")
        if kind == "FeatureCollection" and self.members.get("features") is True:
            return
        if kind == "Feature":
            yield self.members
        elif kind in _GEOMETRIES:
            yield {"type": "Feature", "properties": {}, "geometry": self.members}
        else:
            problem = f"it is a {str(kind)[:40]!r}; export it as a GeoJSON FeatureCollection"
            if kind is None:  # of Esri, say, or the answer of some service
                problem = "it is JSON of another kind; export it as a GeoJSON FeatureCollection"
            raise SourceError(self.stream.name, [problem])

    def _sequence(self) -> Iterator[Any]:
        """Yield one feature a line; a line that cannot be read is one all the same, and set aside."""
        while not self.stream.at_end():
            line = self.stream.line()
            try:
                yield json.loads(line, parse_constant=lambda _: math.nan)
            except (ValueError, RecursionError):
                yield _Cut(line)


@dataclass(frozen=True)
class _Cut:
    """A line of a sequence that is no JSON."""

    text: str


def _positions(item: Any) -> int:
    """Return about how many letters a feature's geometry has, by the positions of its longest ring."""
    try:
        nested = item["geometry"]["coordinates"]
        count = len(nested)
        while isinstance(nested[0], list) and nested[0] and isinstance(nested[0][0], list):
            nested = nested[0]
            count = max(count, len(nested))
    except (KeyError, TypeError, IndexError):
        return _LETTERS
    return count * _LETTERS


def _plain_rows(items: list[Any], name: str) -> RawTable:
    if not all(isinstance(row, dict) for row in items):
        raise SourceError(name, ["it is no GeoJSON object; export it as a GeoJSON FeatureCollection"])
    return RawTable(name, pd.DataFrame(items, dtype=object, index=pd.RangeIndex(len(items))))


def _rows(features: list[Any], name: str) -> RawTable:
    """Return features as rows."""
    spoiled: dict[int, str] = {}
    rows: list[dict[str, Any]] = []
    texts: list[str | None] = []
    # Each feature is its own JSON object: nothing to vectorise before the geometry is text again.
    for position, feature in enumerate(features):
        row, geometry, reason = _row(feature)
        rows.append(row)
        texts.append(geometry)
        if reason:
            spoiled[position] = reason
    shapes = shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore")
    shapes = np.asarray(shapes, dtype=object)
    repaired = set()
    for position in np.flatnonzero(shapely.is_missing(shapes)).tolist():
        text = texts[position]
        if text is None or position in spoiled:
            continue
        geometry = json.loads(text)
        shapes[position] = mended(geometry)
        if shapes[position] is not None:
            repaired.add(position)
            continue
        spoiled[position] = _geometry_reason(geometry)
        rows[position][TEXT] = text
    frame = pd.DataFrame(rows, index=pd.RangeIndex(len(rows)), dtype=object)
    return RawTable(name, frame, shapes, DEGREES, spoiled, quiet=(TEXT,), repaired=frozenset(repaired))


def mended(geometry: Any) -> shapely.Geometry | None:
    """Return a geometry GEOS refuses with its rings closed and without a fourth number; None if none."""
    if not isinstance(geometry, dict) or geometry.get("type") not in _GEOMETRIES:
        return None
    positions = _DEPTH[geometry["type"]]
    try:
        coordinates = _mended(geometry.get("coordinates"), positions, rings="Polygon" in geometry["type"])
    except (TypeError, IndexError):
        return None
    text = json.dumps({"type": geometry["type"], "coordinates": coordinates})
    return shapely.from_geojson(text, on_invalid="ignore")


def _mended(nested: Any, depth: int, *, rings: bool) -> list[Any]:
    if depth == 0:
        return [nested[0], nested[1]]
    parts = [_mended(part, depth - 1, rings=rings) for part in nested]
    if rings and depth == 1 and len(parts) >= _CORNERS and parts[0] != parts[-1]:
        parts.append(parts[0])
    return parts


def _declared_crs(declared: Any, name: str) -> str:
    """Return the reference system; GeoJSON without one is in degrees (RFC 7946)."""
    if declared is None:
        return DEGREES
    if isinstance(declared, str):  # not in any standard, and clear enough
        declared = {"type": "name", "properties": {"name": declared}}
    kind = declared.get("type") if isinstance(declared, dict) else None
    if kind == "EPSG":  # the GeoJSON of 2006
        declared = {"properties": {"name": f"EPSG:{(declared.get('properties') or {}).get('code')}"}}
    elif kind != "name":
        raise SourceError(
            name,
            [f"its crs is a {kind or 'value'!s} instead of a name; addresses are not followed: remove it"],
        )
    properties = declared.get("properties")
    called = str(properties.get("name") if isinstance(properties, dict) else None)
    if not _NAMED.fullmatch(called):  # a definition in full may name files
        problem = f"its crs {called[:80]!r} is not known; name an EPSG code in it, or remove it"
        raise SourceError(name, [problem])
    try:
        return str(pyproj.CRS.from_user_input(called).to_string())
    except pyproj.exceptions.CRSError:
        return called  # what the user names goes before; without it the import stops at this name


def _row(feature: Any) -> tuple[dict[str, Any], str | None, str | None]:
    """Return a feature's properties, its geometry as text and, where it is none, the reason."""
    if isinstance(feature, _Cut):
        return {TEXT: feature.text}, None, "its line is no JSON, cut off perhaps; export it again"
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        return {TEXT: json.dumps(feature)}, None, "it is no GeoJSON feature; export it again"
    properties = feature.get("properties")
    row = dict(properties) if isinstance(properties, dict) else {}
    if "id" in feature and "id" not in row:
        row["id"] = feature["id"]
    geometry = feature.get("geometry")
    return row, None if geometry is None else _as_text(geometry), None


def _as_text(geometry: Any) -> str:
    """Return a geometry as JSON, numbers to the last digit; NaN becomes null, no coordinate either."""
    try:
        return orjson.dumps(geometry).decode()
    except orjson.JSONEncodeError:  # integers beyond 64 bits, lone surrogates, too many levels
        return json.dumps(geometry)


def _geometry_reason(geometry: Any) -> str:
    """Return why GEOS could not make a geometry of it."""
    if not isinstance(geometry, dict) or not isinstance(geometry.get("type"), str):
        return "its geometry is no GeoJSON geometry; draw it again"
    numbers = list(_numbers(geometry.get("coordinates")))
    if not all(isinstance(n, int | float) and math.isfinite(n) for n in numbers):
        return "a coordinate is no number; correct it"
    base = geometry["type"].removeprefix("Multi")
    return f"its {geometry['type']} cannot be read: {_REMEDIES.get(base, 'draw it again')}"


def _numbers(value: Any) -> Any:
    """Yield what stands at the bottom of nested lists."""
    stack = [value]
    while stack:
        top = stack.pop()
        if isinstance(top, list):
            stack += top
        else:
            yield top
