"""An OSM extract (.osm.pbf): districts, roads, facilities, assets, parks, land use and settlements."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import osmium
import pandas as pd
import shapely

from geodata.errors import SourceError
from geodata.ingest import osm_tags
from geodata.ingest.handover import BATCH_BYTES, BATCH_ROWS
from geodata.ingest.raw import DEGREES, RawTable
from geodata.ingest.xml_safety import checked_xml
from geodata.model import LAYERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geodata.ingest.handover import Handover, TableWriter

LICENCE = "ODbL 1.0"
ATTRIBUTION = "© OpenStreetMap contributors"
_DATE_HEADERS = ("osmosis_replication_timestamp", "timestamp")
_TAGS = "osm_tags"  # all tags of a row set aside, as JSON
_INCOMPLETE = "its outline is not complete in the extract; take an extract that reaches farther"
_OPEN = "its outline is open, cut at the edge of the extract or drawn so; close it"
_OUTSIDE = "all of its nodes but one lie outside the extract; take an extract that reaches farther"
_AREA_RELATIONS = ("multipolygon", "boundary")


@dataclass(eq=False)
class _Rows:
    """Rows of one layer, handed over batch by batch while the extract is read; districts at its end."""

    source: str
    layer: str
    out: Handover
    columns: list[dict[str, Any]] = field(default_factory=list)
    wkb: list[str | None] = field(default_factory=list)  # as hexadecimal digits
    spoiled: dict[int, str] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)
    table: TableWriter | None = None
    letters: int = 0

    def add(self, columns: Mapping[str, Any], wkb: str) -> None:
        """Take a row."""
        self.columns.append(dict(columns))
        self.wkb.append(wkb)
        self.letters += len(wkb)
        if self.layer != "districts" and (len(self.columns) >= BATCH_ROWS or self.letters >= 2 * BATCH_BYTES):
            self._flush()

    def spoil(self, feature_id: str, tags: Mapping[str, str], reason: str) -> None:
        """Keep what cannot be a row, with all its tags."""
        self.spoiled[len(self.columns)] = reason
        columns = {"feature_id": feature_id, "name": tags.get("name"), _TAGS: json.dumps(dict(tags))}
        self.columns.append(columns)
        self.wkb.append(None)

    def finish(self, origin: dict[str, Any]) -> bool:
        """Hand over what is left; return whether there was anything."""
        if self.columns:
            self._flush()
        if self.table is None:
            return False
        self.table.origin = origin
        self.tell(self.notes)
        return True

    def tell(self, notes: Mapping[str, int]) -> None:
        """Add to what is said of the layer."""
        if self.table is not None:
            self.table.notes += [f"{count} {note}" for note, count in notes.items()]

    def _flush(self) -> None:
        self.table = self.table or self.out.table(self.source, self.layer)
        self.table.add(_raw(self))
        self.out.progress(sum(table.rows for table in self.out.tables), 0)
        self.columns, self.wkb, self.spoiled, self.letters = [], [], {}, 0


@dataclass
class _Extract:
    """What has been read so far."""

    rows: dict[str, _Rows]
    admin_level: str | None
    candidates: dict[int, dict[str, str]] = field(default_factory=dict)  # relations that should become areas
    open_ways: dict[int, dict[str, str]] = field(default_factory=dict)  # with the tags of areas
    seats: dict[int, int] = field(default_factory=dict)  # district relation -> node of its seat
    places: dict[int, tuple[float, float]] = field(default_factory=dict)
    newest: str = ""


def hand_over(asked: dict[str, Any], out: Handover) -> None:
    """Hand over the layers an extract holds; a layer without a single row is not there.

    Districts are the boundary=administrative relations of `admin_level`, none without it. What is cut at
    the extract's edge: a road is kept as far as it goes (and counted), an area is set aside with that
    reason. Coordinates are kept to the last digit, so that shared nodes are equal points.

    Raises
    ------
    SourceError
        If the file is no OSM extract, or has no complete district of that level.
    """
    path, name, admin_level = Path(asked["path"]), asked["name"], asked.get("admin_level")
    _require_sound(path, name)
    rows = {layer: _Rows(name, layer, out) for layer in _LAYERS}
    extract = _Extract(rows, None if admin_level is None else str(admin_level))
    try:
        date = _date(path)
        _read_objects(path, extract)
    except (RuntimeError, OSError) as error:  # libosmium's own errors are RuntimeErrors
        raise SourceError(name, [f"{error}; download the extract again"]) from error
    if admin_level is not None and not rows["districts"].columns:
        raise SourceError(name, [f"no boundary of admin level {admin_level} is in it; give another level"])
    origin = {
        "licence": LICENCE,
        "attribution": ATTRIBUTION,
        "date": date or extract.newest or None,
        "provenance": "measured",
    }
    found = [one for one in rows.values() if one.finish(origin)]
    if not found:
        raise SourceError(name, ["there is nothing for any layer in it; take another extract"])
    for layer, one in rows.items():
        if one not in found:  # what was left out of a layer that is not there is told with the first
            found[0].tell({f"{note} ({layer})": count for note, count in one.notes.items()})


def _require_sound(path: Path, name: str) -> None:
    """Refuse XML with a document type before libosmium's parser sees it."""
    if path.suffix.lower() == ".osm":
        with path.open("rb") as file:
            checked_xml(file, name, root="osm")


_LAYERS = ("districts", "roads", "facilities", "assets", "parks", "landuse", "population")


def _date(path: Path) -> str | None:
    """Return the day the extract shows, as its header says."""
    with osmium.io.Reader(str(path)) as reader:
        header = reader.header()
    stated = next((header.get(name) for name in _DATE_HEADERS if header.get(name)), None)
    return stated[:10] if stated else None


def _read_objects(path: Path, extract: _Extract) -> None:
    """Read all objects, one after the other: libosmium hands them over like that."""
    objects = osmium.FileProcessor(str(path)).with_locations().with_areas()
    objects = objects.with_filter(osmium.filter.KeyFilter("type", *osm_tags.KEYS))
    factory = osmium.geom.WKBFactory()
    areas: set[int] = set()
    thing: Any  # a node, way, relation or area
    for thing in objects:
        tags = {tag.k: tag.v for tag in thing.tags}
        if thing.is_area():
            _take_area(extract, thing, tags, factory)
            areas |= set() if thing.from_way() else {thing.orig_id()}
            continue
        extract.newest = max(extract.newest, f"{thing.timestamp:%Y-%m-%d}")
        if thing.is_node():
            _take_node(extract, thing, tags, factory)
        elif thing.is_way():
            _take_way(extract, thing, tags, factory)
        else:
            _take_relation(extract, thing, tags)
    _set_aside_outlines(extract, areas)
    _place_seats(extract)


def _set_aside_outlines(extract: _Extract, areas: set[int]) -> None:
    """Keep as rejected rows what should have become an area; `areas` are the relations that did."""
    for way, tags in extract.open_ways.items():
        for layer in _layers_of_area(extract, tags, from_way=True):
            extract.rows[layer].spoil(f"w{way}", tags, _OPEN)
    for relation, tags in extract.candidates.items():
        if relation not in areas:
            for layer in _layers_of_area(extract, tags, from_way=False):
                extract.rows[layer].spoil(f"r{relation}", tags, _INCOMPLETE)


def _take_node(extract: _Extract, node: Any, tags: dict[str, str], factory: Any) -> None:
    identity = f"n{node.id}"
    wkb = factory.create_point(node)
    _take_facility(extract, identity, tags, wkb)
    asset = osm_tags.asset_of(tags, "point")
    if asset:
        extract.rows["assets"].add(_asset(identity, asset, tags), wkb)
    if "place" in tags:
        extract.places[node.id] = (node.location.lon, node.location.lat)
        _take_place(extract.rows["population"], identity, tags, wkb)


def _take_place(rows: _Rows, identity: str, tags: dict[str, str], wkb: str) -> None:
    if tags["place"] in osm_tags.PARTS_OF_PLACES and "population" in tags:
        rows.notes["parts of towns left out: their people are counted with the town"] += 1
    elif tags["place"] in osm_tags.PLACES:
        if "population" in tags:
            rows.add({"feature_id": identity, "people": tags["population"], "name": tags.get("name")}, wkb)
        else:
            rows.notes["settlements without population left out"] += 1


def _take_way(extract: _Extract, way: Any, tags: dict[str, str], factory: Any) -> None:
    identity = f"w{way.id}"
    if "highway" in tags:
        if osm_tags.is_road(tags):
            columns = {"feature_id": identity, **osm_tags.road_columns(tags)}
            _take_line(extract.rows["roads"], way, tags, columns, factory)
        else:
            extract.rows["roads"].notes["ways left out: planned, in construction, closed down"] += 1
    ring = way.is_closed() and tags.get("area") != "no"
    asset = osm_tags.asset_of(tags, "line", ring=ring)
    if asset:
        _take_line(extract.rows["assets"], way, tags, _asset(identity, asset, tags), factory)
    if not way.is_closed() and asset is None and _layers_of_area(extract, tags, from_way=True):
        extract.open_ways[way.id] = tags


def _take_line(rows: _Rows, way: Any, tags: dict[str, str], columns: Mapping[str, Any], factory: Any) -> None:
    """Add a way as a line, or the pieces of it that are in the extract."""
    try:
        rows.add(columns, factory.create_linestring(way))
    except (osmium.InvalidLocationError, RuntimeError):
        wkb = _pieces(way)
        if wkb is None:
            rows.spoil(columns["feature_id"], tags, _OUTSIDE)
            return
        rows.add(columns, wkb)
        rows.notes["ways cut at the edge of the extract"] += 1


def _pieces(way: Any) -> str | None:
    """Return the stretches of a way between nodes that are missing, None where there are none."""
    stretches: list[list[tuple[float, float]]] = [[]]
    for node in way.nodes:
        if node.location.valid():
            point = (node.location.lon, node.location.lat)
            if not stretches[-1] or stretches[-1][-1] != point:
                stretches[-1].append(point)
        elif stretches[-1]:
            stretches.append([])
    lines = [stretch for stretch in stretches if len(stretch) > 1]
    return shapely.to_wkb(shapely.MultiLineString(lines), hex=True) if lines else None


def _take_relation(extract: _Extract, relation: Any, tags: dict[str, str]) -> None:
    if tags.get("type") not in _AREA_RELATIONS:
        return
    extract.candidates[relation.id] = tags
    for member in relation.members:
        if member.type == "w":
            extract.open_ways.pop(member.ref, None)  # part of an outline, not one by itself
    if _is_district(extract, tags):
        for member in relation.members:
            if member.type == "n" and (member.role == "admin_centre" or relation.id not in extract.seats):
                extract.seats[relation.id] = member.ref


def _take_area(extract: _Extract, area: Any, tags: dict[str, str], factory: Any) -> None:
    layers = _layers_of_area(extract, tags, from_way=area.from_way())
    if not layers:
        return
    identity = f"{'w' if area.from_way() else 'r'}{area.orig_id()}"
    try:
        wkb = factory.create_multipolygon(area)
    except (osmium.InvalidLocationError, RuntimeError):
        for layer in layers:
            extract.rows[layer].spoil(identity, tags, _INCOMPLETE)
        return
    for layer in layers:
        if layer == "facilities":
            _take_facility(extract, identity, tags, wkb)
        else:
            extract.rows[layer].add(_area_columns(layer, identity, tags), wkb)


def _layers_of_area(extract: _Extract, tags: dict[str, str], *, from_way: bool) -> list[str]:
    """Return the layers an area with these tags belongs to."""
    of = {
        # Members of a boundary carry its tags too; only the relation is the district.
        "districts": not from_way and _is_district(extract, tags),
        "facilities": osm_tags.facility_of(tags) is not None,
        "assets": osm_tags.asset_of(tags, "area") is not None,
        "parks": tags.get("landuse") == "industrial" and "name" in tags,
        "landuse": osm_tags.landuse_of(tags) is not None,
    }
    return [layer for layer, belongs in of.items() if belongs]


def _is_district(extract: _Extract, tags: Mapping[str, str]) -> bool:
    level = extract.admin_level
    return level is not None and tags.get("boundary") == "administrative" and tags.get("admin_level") == level


def _area_columns(layer: str, identity: str, tags: dict[str, str]) -> dict[str, Any]:
    named = {"feature_id": identity, "name": tags.get("name")}
    if layer == "districts":
        codes = {code: tags.get(code) for code in osm_tags.CODES}
        return {
            **named,
            **codes,
            "district_id": identity,
            "name_en": tags.get("name:en"),
            "population": tags.get("population"),
        }
    if layer == "assets":
        return _asset(identity, osm_tags.asset_of(tags, "area") or "", tags)
    if layer == "landuse":
        return {**named, "landuse_class": osm_tags.landuse_of(tags)}
    return {**named, "managed_by": tags.get("operator")}


def _asset(identity: str, kind: str, tags: Mapping[str, str]) -> dict[str, Any]:
    return {
        "feature_id": identity,
        "kind": kind,
        "name": tags.get("name"),
        "managed_by": tags.get("operator"),
    }


def _take_facility(extract: _Extract, identity: str, tags: dict[str, str], wkb: str) -> None:
    found = osm_tags.facility_of(tags)
    if found is None:
        return
    kind, tag = found
    rows = extract.rows["facilities"]
    if tag in osm_tags.SAID_FACILITIES:
        rows.notes[f"{tag[0]}={tag[1]} taken as {kind}"] += 1
    capacity = tags.get("capacity") or tags.get("capacity:beds") or tags.get("beds")
    columns = {"feature_id": identity, "kind": kind, "name": tags.get("name"), "capacity": capacity}
    rows.add({**columns, "managed_by": tags.get("operator")}, wkb)


def _place_seats(extract: _Extract) -> None:
    """Give each district the place of its seat, and an official code as id where all have one."""
    rows = [row for row in extract.rows["districts"].columns if _TAGS not in row]
    codes = [[row.pop(code) for row in rows] for code in osm_tags.CODES]
    for row in rows:
        lon, lat = extract.places.get(extract.seats.get(int(row["feature_id"][1:]), -1), (math.nan, math.nan))
        row |= {"seat_lon": lon, "seat_lat": lat}
    official = next((column for column in codes if all(column) and len(set(column)) == len(rows)), None)
    if official and rows:
        for row, code in zip(rows, official, strict=True):
            row["district_id"] = code


def _raw(rows: _Rows) -> RawTable:
    frame = pd.DataFrame(rows.columns, index=pd.RangeIndex(len(rows.columns)), dtype=object)
    if rows.layer == "districts":
        frame["district_id"] = frame.get("district_id", frame["feature_id"]).fillna(frame["feature_id"])
    hexes = np.array(rows.wkb, dtype=object)
    known = np.array([wkb is not None for wkb in rows.wkb], dtype=bool)
    shapes = np.full(len(hexes), None, dtype=object)
    shapes[known] = shapely.from_wkb(hexes[known])
    quiet = (_TAGS, "feature_id", *osm_tags.CODES)
    for column in (*LAYERS[rows.layer].required, *LAYERS[rows.layer].expected):
        if column not in frame:  # all rows are set aside
            frame[column] = None
    return RawTable(rows.source, frame, shapes, DEGREES, rows.spoiled, [], quiet)
