"""The vocabulary: every canonical layer and result table, its columns, units and allowed values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Dtype = Literal["text", "integer", "number", "texts", "members"]
Provenance = Literal["measured", "generated", "fallback"]

STORED_CRS = "EPSG:4326"
PROVENANCES: tuple[Provenance, ...] = ("measured", "fallback", "generated")  # from best to worst
DOMAINS = ("roads", "services", "assets", "parks", "landuse", "boundary")
SIDES = ("a", "b", "both")


@dataclass(frozen=True)
class Column:
    """One column of a layer or table; unknown is null, never a made-up default.

    `required`: every row fills it. `expected`: so does every row of a source that has the column; a source
    without it is taken too, and its rows are in no finding.
    """

    name: str
    dtype: Dtype = "text"
    required: bool = False
    expected: bool = False
    unit: str | None = None
    allowed: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Layer:
    """One canonical layer: GeoParquet in EPSG:4326 under `layers/` of a workspace.

    `geometry` lists the geometry types that may stand in it; none for a plain table.
    `key` is the column whose second occurrence is quarantined, unless `key_repeats`.
    """

    name: str
    columns: tuple[Column, ...]
    geometry: tuple[str, ...] = ()
    key: str | None = "feature_id"
    key_repeats: bool = False
    geometry_required: bool = True

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns every row must fill."""
        return tuple(column.name for column in self.columns if column.required)

    @property
    def expected(self) -> tuple[str, ...]:
        """Names of the columns without which a row is in no finding."""
        return tuple(column.name for column in self.columns if column.expected)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns in order, without `geometry`."""
        return tuple(column.name for column in self.columns)


_ID = Column("feature_id", required=True)
_NAME = Column("name")
_MANAGED = Column("managed_by")
# Null means: as the layer's intake record says. By feature, as the sample mixes real and generated.
_PROVENANCE = Column("provenance", allowed=PROVENANCES)

_POLYGON = ("Polygon", "MultiPolygon")
_POINT = ("Point",)
_ANY = ("Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon")

LAYERS: dict[str, Layer] = {
    layer.name: layer
    for layer in (
        Layer(
            "districts",
            (
                Column("district_id", required=True),
                Column("name", required=True),
                Column("name_en"),
                Column("parent"),
                Column("population", "number", unit="people"),
                Column("seat_lon", "number", unit="degree"),
                Column("seat_lat", "number", unit="degree"),
                _PROVENANCE,
            ),
            _POLYGON,
            key="district_id",
            key_repeats=True,  # rows of one id are one district
        ),
        Layer(
            "roads",
            (
                _ID,
                Column("road_class", expected=True),
                _NAME,
                Column("ref"),
                Column("surface"),
                Column("lanes", "number"),
                Column("width_m", "number", unit="m"),
                Column("maxspeed_kmh", "number", unit="km/h"),
                Column("oneway"),
                Column("lit"),
                Column("sidewalk", allowed=("none", "left", "right", "both")),
                Column("barrier_left"),
                Column("barrier_right"),
                Column("median"),
                Column("layer", "integer"),
                _MANAGED,
                _PROVENANCE,
            ),
            ("LineString",),
            key_repeats=True,  # pieces of one road may share an id
        ),
        Layer(
            "facilities",
            (_ID, Column("kind", expected=True), _NAME, Column("capacity", "number"), _MANAGED, _PROVENANCE),
            _POINT,
        ),
        Layer("assets", (_ID, Column("kind", expected=True), _NAME, _MANAGED, _PROVENANCE), _ANY),
        Layer(
            "parks",
            (
                _ID,
                _NAME,
                Column("industries", "texts"),
                Column("status", allowed=("planned", "building", "operating")),
                Column("partners", "texts"),
                _MANAGED,
                _PROVENANCE,
            ),
            ("Point", *_POLYGON),
        ),
        Layer("landuse", (_ID, Column("landuse_class", expected=True), _NAME, _PROVENANCE), _POLYGON),
        Layer(
            "population",
            (_ID, Column("people", "number", required=True, unit="people"), _NAME, _PROVENANCE),
            _POINT,
        ),
        Layer(
            "pairings",
            (
                Column("pairing_id", required=True),
                Column("kind", required=True, allowed=("adjacent", "counterpart", "group")),
                Column("members", "members", required=True),
                _NAME,
                Column("name_en"),
                Column("since"),
                Column("source"),
            ),
            key="pairing_id",
        ),
        Layer(
            "indicators",
            (
                Column("district_id", required=True),
                Column("indicator", required=True),
                Column("year", "integer", required=True),
                Column("value", "number"),
                Column("unit"),
                Column("source"),
                _PROVENANCE,
            ),
            key=None,
        ),
        Layer(
            "programme",
            (
                Column("item_id", required=True),
                Column("pairing_id", required=True),
                Column("kind", required=True),
                Column("title", required=True),
                Column("sector"),
                Column("status"),
                Column("amount_cny", "number", unit="CNY"),
                Column("count", "number"),  # how many the item stands for: 144 projects; null: one
                Column("part_of"),  # item_id of which this is a part: 53 projects begun of 144
                Column("shares"),  # JSON: {member id: share}
                Column("start"),
                Column("end"),
                Column("parties", "texts"),
                Column("source"),
                _PROVENANCE,
            ),
            _POINT,
            key="item_id",
            geometry_required=False,
        ),
    )
}

_PAIRING = Column("pairing_id", required=True)

TABLES: dict[str, Layer] = {
    table.name: table
    for table in (
        Layer(
            "borders",
            (
                _PAIRING,
                Column("member_a", required=True),
                Column("member_b", required=True),
                Column("length_m", "number", unit="m"),
                Column("pieces", "integer"),
                Column("segments", "integer"),
                Column("crossings", "integer"),  # null without a road layer
            ),
            ("LineString", "MultiLineString"),
            key="pairing_id",
        ),
        Layer(
            "segments",
            (
                _PAIRING,
                Column("segment", "integer", required=True),
                Column("chainage_from_m", "number", unit="m"),
                Column("chainage_to_m", "number", unit="m"),
            ),
            ("LineString",),
            key=None,
        ),
        Layer(
            "gaps",
            (
                Column("gap_id", required=True),
                _PAIRING,
                Column("kind", required=True),
                Column("domain", required=True, allowed=DOMAINS),
                Column("what"),
                Column("side", required=True, allowed=SIDES),
                Column("severity", "number", required=True),
                Column("magnitude", "number", required=True),
                Column("exposure", "number", required=True),
                Column("confidence", "number", required=True),
                Column("people", "number", unit="people"),
                Column("unreachable_people", "number", unit="people"),
                Column("length_m", "number", unit="m"),
                Column("segment_from", "integer"),
                Column("segment_to", "integer"),
                Column("chainage_m", "number", unit="m"),
                Column("value_a", "number"),
                Column("value_b", "number"),
                Column("unit"),
                Column("p_value", "number"),
                Column("provenance", required=True, allowed=PROVENANCES),
                Column("evidence"),  # JSON
            ),
            ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"),
            key="gap_id",
            geometry_required=False,
        ),
        Layer(
            "sensitivity",  # no rows for gaps that were not looked for again
            (
                Column("gap_id", required=True),
                _PAIRING,
                Column("stability", "number", required=True),  # share of the runs in which it was still found
                Column("runs", "integer", required=True),
                Column("lost_with", "texts"),  # the runs in which it was not, such as "zone_m +25%"
            ),
            key="gap_id",
        ),
        Layer(
            "history",  # a gap that is found no longer keeps its row
            (
                Column("gap_id", required=True),
                _PAIRING,
                Column("first_found", required=True),  # when the run that found it ended: ISO time
                Column("last_found", required=True),
            ),
            key="gap_id",
        ),
        Layer(
            "profiles",
            (
                _PAIRING,
                Column("member_a", required=True),
                Column("member_b", required=True),
                Column("direction", required=True, allowed=("along", "across")),
                Column("side", required=True, allowed=("a", "b")),
                Column("measurable", required=True),
                Column("from_m", "number", unit="m"),
                Column("to_m", "number", unit="m"),
                Column("value", "number"),
                Column("unit"),
            ),
            key=None,
        ),
        Layer(
            "pairing_summary",
            (
                _PAIRING,
                Column("kind", required=True, allowed=("adjacent", "counterpart", "group")),
                Column("name"),
                Column("members", "members"),
                Column("border_m", "number", unit="m"),
                Column("gaps", "integer"),
                *(Column(f"gaps_{domain}", "integer") for domain in DOMAINS),
                Column("worst_severity", "number"),
                Column("people_affected", "number", unit="people"),
                Column("affected_share", "number"),
                Column("border_wide", "integer"),
                Column("not_computed", "integer"),
                Column("provenance", allowed=PROVENANCES),
            ),
            key="pairing_id",
        ),
        Layer(
            "comparisons",
            (
                _PAIRING,
                Column("indicator", required=True),
                Column("member", required=True),
                Column("value", "number"),
                Column("unit"),
                Column("provenance", allowed=PROVENANCES),
            ),
            key=None,
        ),
        Layer(
            "not_computed",
            (
                Column("pairing_id"),  # null: the whole workspace
                Column("check", required=True),
                Column("what"),
                Column("count", "number"),
                Column("reason", required=True),
            ),
            key=None,
        ),
        Layer(
            "intake",
            (
                Column("layer", required=True),
                Column("source"),
                Column("licence"),
                Column("attribution"),
                Column("date"),
                Column("rows_read", "integer"),
                Column("accepted", "integer"),
                Column("repaired", "integer"),
                Column("quarantined", "integer"),
                Column("crs"),
                Column("datum"),
                Column("provenance", allowed=PROVENANCES),
                Column("notes", "texts"),
                Column("changes"),  # JSON: added, removed, moved, altered against the version before
            ),
            key="layer",
        ),
    )
}

# METHOD 5. "track" of METHOD's class groups is a group of its own.
PAVED = frozenset(
    [
        "paved",
        "asphalt",
        "concrete",
        "concrete:plates",
        "concrete:lanes",
        "paving_stones",
        "sett",
        "cobblestone",
        "chipseal",
        "metal",
        "wood",
    ]
)
UNPAVED = frozenset(
    [
        "unpaved",
        "gravel",
        "fine_gravel",
        "compacted",
        "dirt",
        "earth",
        "ground",
        "grass",
        "sand",
        "mud",
        "pebblestone",
        "rock",
    ]
)


@dataclass(frozen=True)
class RoadClass:
    """How a class of road is ranked and grouped (METHOD 5); None where METHOD names none."""

    rank: int | None
    group: Literal["road_arterial", "road_local", "road_track"] | None


ROAD_CLASSES: dict[str, RoadClass] = {
    "motorway": RoadClass(1, "road_arterial"),
    "trunk": RoadClass(2, "road_arterial"),
    "primary": RoadClass(3, "road_arterial"),
    "secondary": RoadClass(4, "road_arterial"),
    "tertiary": RoadClass(5, "road_local"),
    "unclassified": RoadClass(6, "road_local"),
    "residential": RoadClass(6, "road_local"),
    "road": RoadClass(None, "road_local"),
    "living_street": RoadClass(7, "road_local"),
    "service": RoadClass(7, "road_local"),
    "track": RoadClass(8, "road_track"),
}
FOOT_CLASSES = ("footway", "path", "pedestrian", "steps", "bridleway", "cycleway")
NO_MOTOR_CLASSES_ON_FOOT = ("motorway", "trunk")
BARRIER_KINDS = ("fence", "guard_rail", "wall")
FACILITY_KINDS = (
    "clinic",
    "hospital",
    "fire_station",
    "police",
    "school",
    "kindergarten",
    "government_hall",
    "elder_care",
)


def base_road_class(road_class: str) -> str:
    """Return the class a `*_link` counts as: `primary_link` is `primary`."""
    return road_class.removesuffix("_link")
