"""What OSM's tags mean in the words of the model, as tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Form = Literal["any", "line", "area", "point"]  # any: point, open line or area

# Ways that are not there (yet, or any more), or that nobody walks or drives along.
NO_ROADS = frozenset(
    {
        *("construction", "proposed", "planned", "abandoned", "razed", "disused", "demolished"),
        *("platform", "bus_stop", "rest_area", "services", "elevator", "corridor", "raceway", "no"),
    }
)

# (key, value) -> kind of facility. doctors are METHOD's clinic, townhall its government hall.
FACILITIES: dict[tuple[str, str], str] = {
    ("amenity", "hospital"): "hospital",
    ("healthcare", "hospital"): "hospital",
    ("amenity", "clinic"): "clinic",
    ("amenity", "doctors"): "clinic",
    ("healthcare", "clinic"): "clinic",
    ("healthcare", "doctor"): "clinic",
    ("amenity", "school"): "school",
    ("amenity", "kindergarten"): "kindergarten",
    ("amenity", "police"): "police",
    ("amenity", "fire_station"): "fire_station",
    ("amenity", "townhall"): "government_hall",
    ("amenity", "nursing_home"): "elder_care",
    ("social_facility", "nursing_home"): "elder_care",
    ("social_facility", "assisted_living"): "elder_care",
    ("social_facility:for", "senior"): "elder_care",
    ("social_facility:for", "elderly"): "elder_care",
    ("amenity", "pharmacy"): "pharmacy",
    ("amenity", "library"): "library",
    ("amenity", "university"): "university",
    ("amenity", "college"): "college",
    ("amenity", "post_office"): "post_office",
}
SAID_FACILITIES = {
    ("amenity", "doctors"),
    ("healthcare", "doctor"),
}  # taken as another kind: said in the record


@dataclass(frozen=True)
class Asset:
    """A kind of asset, and the form in which the tag means it."""

    kind: str
    form: Form = "any"


ASSETS: dict[tuple[str, str], Asset] = {
    # along roads
    ("barrier", "guard_rail"): Asset("guard_rail", "line"),
    ("barrier", "fence"): Asset("fence", "line"),
    ("barrier", "wall"): Asset("wall", "line"),
    ("barrier", "retaining_wall"): Asset("retaining_wall", "line"),
    ("highway", "street_lamp"): Asset("street_lamp", "point"),
    ("highway", "bus_stop"): Asset("bus_stop", "point"),
    ("highway", "traffic_signals"): Asset("traffic_signals", "point"),
    ("highway", "speed_camera"): Asset("camera", "point"),
    ("man_made", "surveillance"): Asset("camera", "point"),
    ("amenity", "bus_station"): Asset("bus_station"),
    ("amenity", "charging_station"): Asset("charging_station"),
    # water
    ("landuse", "reservoir"): Asset("reservoir", "area"),
    ("water", "reservoir"): Asset("reservoir", "area"),
    ("man_made", "reservoir_covered"): Asset("reservoir"),
    ("man_made", "water_tower"): Asset("water_tower"),
    ("man_made", "water_tank"): Asset("water_tank"),
    ("man_made", "water_well"): Asset("water_well"),
    ("man_made", "water_works"): Asset("water_works"),
    ("man_made", "pumping_station"): Asset("pumping_station"),
    ("man_made", "wastewater_plant"): Asset("wastewater_plant"),
    ("amenity", "drinking_water"): Asset("drinking_water"),
    ("emergency", "fire_hydrant"): Asset("fire_hydrant", "point"),
    ("waterway", "dam"): Asset("dam"),
    ("waterway", "weir"): Asset("weir"),
    ("man_made", "dyke"): Asset("dyke", "line"),
    # power and communication
    ("power", "line"): Asset("power_line", "line"),
    ("power", "minor_line"): Asset("power_line", "line"),
    ("power", "tower"): Asset("power_tower", "point"),
    ("power", "pole"): Asset("power_pole", "point"),
    ("power", "substation"): Asset("substation"),
    ("power", "sub_station"): Asset("substation"),  # until 2014
    ("power", "plant"): Asset("power_plant"),
    ("power", "transformer"): Asset("transformer", "point"),
    ("man_made", "communications_tower"): Asset("telecom_tower"),
    ("tower:type", "communication"): Asset("telecom_tower"),
    # waste
    ("amenity", "recycling"): Asset("recycling"),
    ("amenity", "waste_transfer_station"): Asset("waste_transfer_station"),
}
_CANALS = ("canal", "ditch", "drain")
_WATER = ("water", "drinking_water")

# (key, value) -> class of METHOD where it names one, else OSM's own; other values of landuse stay themselves.
LANDUSE: dict[tuple[str, str], str] = {
    ("landuse", "reservoir"): "water",
    ("landuse", "basin"): "water",
    ("natural", "water"): "water",
    ("waterway", "riverbank"): "water",
    ("natural", "wood"): "forest",
    ("natural", "scrub"): "scrub",
    ("natural", "wetland"): "wetland",
    ("leisure", "nature_reserve"): "nature_reserve",
    ("boundary", "national_park"): "nature_reserve",
    ("boundary", "protected_area"): "nature_reserve",
    ("boundary", "water_protection_area"): "water_protection",
    ("amenity", "school"): "school",
    ("amenity", "hospital"): "hospital",
}
_WATER_PROTECTION_CLASS = "12"  # protect_class of areas that protect drinking water
_FOREST_RESERVES = ("forest reserve", "waldreservat", "森林保护区")
_NO_CLASS = {"yes", "no"}

# Settlements whose population is their own. Suburbs and villages inside a town are counted with it.
PLACES = ("city", "town", "village", "hamlet", "isolated_dwelling", "farm")
PARTS_OF_PLACES = ("suburb", "quarter", "neighbourhood", "borough", "city_block")

# Tags that hold an official code of a district, the first one that every district has.
CODES = (
    "ref:gb2260",
    "de:amtlicher_gemeindeschluessel",
    "ref:INSEE",
    "ref:ISTAT",
    "ref:at:gkz",
    "swisstopo:BFS_NUMMER",
    "ref:gss",
    "ISO3166-2",
)

KEYS = (
    "highway",
    "amenity",
    "healthcare",
    "social_facility",
    "social_facility:for",
    "barrier",
    "man_made",
    "tower:type",
    "power",
    "waterway",
    "water",
    "emergency",
    "landuse",
    "natural",
    "leisure",
    "boundary",
    "place",
)


def facility_of(tags: Mapping[str, str]) -> tuple[str, tuple[str, str]] | None:
    """Return the kind of facility and the tag that says so; None for what is none."""
    return next(((kind, tag) for tag, kind in FACILITIES.items() if tags.get(tag[0]) == tag[1]), None)


def asset_of(tags: Mapping[str, str], form: Form, *, ring: bool = False) -> str | None:
    """Return the kind of asset drawn as `form` (point, line, area); None for what is none.

    A line that is a `ring` encloses an area, and is taken as that where its kind may be either.
    """
    found = next((asset for tag, asset in ASSETS.items() if tags.get(tag[0]) == tag[1]), None)
    if found is not None:
        forms = {form} if ring else {"any", form}
        return found.kind if found.form in forms else None
    if form != "line":
        return None
    if tags.get("tunnel") == "culvert":
        return "culvert"
    if tags.get("waterway") in _CANALS:
        irrigates = tags.get("usage") == "irrigation" or tags.get("irrigation") == "yes"
        irrigates = irrigates or tags.get("service") == "irrigation"
        return "irrigation_canal" if irrigates else "canal" if tags["waterway"] == "canal" else None
    if tags.get("man_made") == "pipeline":
        carried = tags.get("substance") or tags.get("type")
        return "water_main" if carried in _WATER else "pipeline"
    return None


def landuse_of(tags: Mapping[str, str]) -> str | None:
    """Return the class of land use of an area; None for what is none."""
    if tags.get("boundary") == "protected_area":
        title = f"{tags.get('protection_title', '')} {tags.get('designation', '')}".lower()
        if tags.get("protect_class") == _WATER_PROTECTION_CLASS:
            return "water_protection"
        if any(word in title for word in _FOREST_RESERVES):
            return "forest_reserve"
    found = next((name for tag, name in LANDUSE.items() if tags.get(tag[0]) == tag[1]), None)
    landuse = tags.get("landuse")
    return found or (None if landuse in _NO_CLASS else landuse)


def is_road(tags: Mapping[str, str]) -> bool:
    """Return whether a way is a road or path that is there; the edge of a square is walked along."""
    return tags.get("highway", "no") not in NO_ROADS


def road_columns(tags: Mapping[str, str]) -> dict[str, str | None]:
    """Return the columns of the layer `roads`, values as texts; unknown is None."""
    return {
        "road_class": tags.get("highway"),
        "name": tags.get("name"),
        "ref": tags.get("ref"),
        "surface": tags.get("surface"),
        "lanes": tags.get("lanes"),
        "width_m": tags.get("width"),
        "maxspeed_kmh": _speed(tags),
        "oneway": _oneway(tags),
        "lit": tags.get("lit"),
        "sidewalk": _sidewalk(tags),
        "barrier_left": _beside(tags, "left"),
        "barrier_right": _beside(tags, "right"),
        "median": tags.get("median") or tags.get("divider") or tags.get("dual_carriageway"),
        "layer": tags.get("layer"),
        "managed_by": tags.get("operator"),
    }


def _speed(tags: Mapping[str, str]) -> str | None:
    """Return the limit: a number, or the word for the law where one stands there or beside it."""
    limit = tags.get("maxspeed")
    beside = next((tags[key] for key in ("maxspeed:type", "source:maxspeed") if key in tags), None)
    return limit or beside


def _oneway(tags: Mapping[str, str]) -> str | None:
    """Return the tag, or what OSM says a motorway or roundabout without it means."""
    implied = tags.get("junction") in {"roundabout", "circular"} or tags.get("highway") == "motorway"
    return tags.get("oneway") or ("yes" if implied else None)


def _sidewalk(tags: Mapping[str, str]) -> str | None:
    """Return none, left, right or both; None where a side is not told, or drawn as a way of its own."""
    whole = tags.get("sidewalk") or tags.get("sidewalk:both")
    if whole is not None:
        return {"no": "none", "none": "none", "yes": "both", "separate": None}.get(whole, whole)
    left, right = (
        {"yes": True, "no": False}.get(tags.get(f"sidewalk:{side}", "")) for side in ("left", "right")
    )
    if left is None or right is None:
        return None
    return {(True, True): "both", (True, False): "left", (False, True): "right", (False, False): "none"}[
        left, right
    ]


def _beside(tags: Mapping[str, str], side: Literal["left", "right"]) -> str | None:
    """Return the barrier on one side of a road, where its tags tell."""
    barrier = tags.get(f"barrier:{side}") or tags.get("barrier:both")
    if barrier is not None:
        return "none" if barrier == "no" else barrier
    rail = tags.get(f"guard_rail:{side}") or tags.get("guard_rail:both")
    whole = tags.get("guard_rail")
    if whole in {"left", "right", "both", "no", "none"}:
        rail = "yes" if whole in {side, "both"} else "no"
    return {"yes": "guard_rail", "no": "none"}.get(rail or "")
