"""Whether a map may be shown: its approval number, bound to a hash of what the map draws."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from weakref import WeakKeyDictionary

import geopandas as gpd
import shapely

from dashboard.i18n import Text, plain
from dashboard.maps import geojson
from geodata import tables
from geodata.model import LAYERS, TABLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.results import Results
    from geodata.model import Layer
    from layers.wording import Lang

HASH_LETTERS = 16
# The columns a map draws; what is only said when the pointer rests on a feature is none of them.
DRAWN: dict[str, tuple[str, ...]] = {
    "districts": ("district_id", "name"),
    "roads": ("road_class",),
    "facilities": ("kind",),
    "assets": ("kind",),
    "parks": (),
    "landuse": ("landuse_class",),
    "population": ("people",),
    "borders": ("pairing_id",),
    "gaps": ("pairing_id", "domain", "side", "severity"),
}
FOUND = ("borders", "gaps")  # made by the program; the rest is given to it
_known: WeakKeyDictionary[Results, str] = WeakKeyDictionary()


@dataclass(frozen=True)
class ReviewNote:
    """The line in the lower left of every map: approved, changed since its approval, or never reviewed."""

    kind: Literal["approved", "changed", "none"]
    text: str


def review_note(results: Results, lang: Lang) -> ReviewNote:
    """Return what a map of these results has to say about its review.

    Raises
    ------
    SettingsError
        If `display.toml` does not fit.
    """
    text, display = Text(lang), results.workspace.display
    if display.approval_number is None:
        return ReviewNote("none", text("map.not_reviewed"))
    number = plain(display.approval_number)
    if display.approved_content is None:
        return ReviewNote("changed", text("map.approval_unbound", number=number))
    if display.approved_content != map_content(results):
        return ReviewNote("changed", text("map.approval_changed", number=number))
    return ReviewNote("approved", text("map.approved", number=number))


def map_content(results: Results) -> str:
    """Return a hash of what the map draws: the layers by content, borders and gaps by place and severity.

    It is made of values, not of files or code: another release that draws the same has the same hash.
    """
    if results not in _known:
        digest = hashlib.sha256()
        for name, columns in DRAWN.items():
            digest.update(f"{name} {_content(results, name, columns)}\n".encode())
        _known[results] = digest.hexdigest()[:HASH_LETTERS]
    return _known[results]


def _content(results: Results, name: str, columns: Sequence[str]) -> str:
    model = LAYERS.get(name) or TABLES[name]
    drawn = dataclasses.replace(model, columns=_columns(model, columns))
    if name not in FOUND:
        frame: Any = results.workspace.read_layer(name, columns=list(columns))
        return "" if frame is None else tables.content_hash(frame, drawn)
    found = getattr(results, name)[[*columns, "geometry"]]
    # Order and start of a line, and digits below a metre, are no matter of the map.
    shapes = shapely.normalize(geojson.rounded(found.geometry, geojson.EXACT_DECIMALS))
    rows: Any = gpd.GeoDataFrame(found[list(columns)], geometry=shapes, crs=found.crs)
    if "severity" in rows:
        rows["severity"] = rows["severity"].round(1)
    rows = rows.reset_index(drop=True)
    order = rows.drop(columns="geometry").assign(place=shapely.to_wkb(shapes, hex=True))
    return tables.content_hash(rows.loc[order.sort_values([*columns, "place"]).index], drawn)


def _columns(model: Layer, names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(column for column in model.columns if column.name in names)
