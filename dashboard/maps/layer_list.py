"""The list of layers beside the map: what each shows, where it comes from, where its geometry is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.base_map import has_key
from dashboard.i18n import Text, plain
from dashboard.import_words import imported
from dashboard.maps import tiles
from dashboard.maps.base_style import vector_styles
from dashboard.maps.context_drawing import BASE_MAP, CONTEXT_LAYERS, context_styles, picture_styles
from dashboard.maps.palette import LANDUSE, LANDUSE_GROUPS, OTHER_LANDUSE, PAPER, SIDE_A, SIDE_B
from dashboard.maps.style import LOWEST_DRAWN, LOWEST_FOUND, SWITCHES
from geodata.errors import BordergapError
from layers import wording
from layers.wording import is_missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.maps.palette import Theme
    from dashboard.maps.tile_works import TileWorks
    from dashboard.results import Results
    from geodata.display import BaseMap
    from layers.wording import Lang

THEMES: tuple[Theme, ...] = ("light", "dark")
OFF_AT_FIRST = ("zones", *CONTEXT_LAYERS)
ONLY_PAIRING = ("gaps", "segments", "zones")  # their geometry comes with a pairing
HALF = ("zones", "landuse", "parks", "population")  # shown at half of what they can be
# What the key of a layer looks like: classes of assets/layers.css.
KEYS = {
    "gaps": "mark",
    "segments": "key-thick",
    "borders": "key-line",
    "zones": "key-sides",
    "districts": "key-area key-outlined",
    "facilities": "key-ring",
    "assets": "key-dot",
    "roads": "key-line",
    "parks": "key-area",
    "population": "key-ring key-soft",
    "landuse": "key-area",
}


def layer_list(results: Results, works: TileWorks, lang: Lang) -> dict[str, Any]:
    """Return the layers of a workspace, from the top of the map to its bottom, as the browser needs them."""
    text = Text(lang)
    given = [name for name in reversed(CONTEXT_LAYERS) if results.workspace.has_layer(name)]
    rows = [_found(results, name, text) for name in SWITCHES]
    rows += [_given(results, works, name, text) for name in given]
    base_map = results.workspace.display.base_map
    if base_map is not None:
        rows.append(_base_map(results, base_map, text))
    return {"layers": rows}


def _row(name: str, label: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "label": label,
        "on": name not in OFF_AT_FIRST,
        "opacity": 50 if name in HALF else 100,
        "only_pairing": name in ONLY_PAIRING,
        "state": "ready",
        "said": "",
        "badge": "",
        "notes": [],
        "keys": [],
        "below": LOWEST_FOUND,
        **more,
    }


def _found(results: Results, name: str, text: Text) -> dict[str, Any]:
    """Return the row of what the program found, or of the districts."""
    if name == "districts":
        return _row(
            name,
            wording.word(wording.LAYER_WORDS, name, text.lang),
            group="given",
            ids=SWITCHES[name],
            key=_key(name, "district"),
            **_origin(results, name, text),
        )
    run = results.workspace.run_record()
    when = "" if run is None else str(run.get("finished", ""))[:10]
    found = {text("data.source"): text("layers.found"), text("data.date"): when or text("layers.unknown")}
    return _row(
        name,
        text(f"layer.{name}"),
        group="found",
        ids=SWITCHES[name],
        key=_key(name, "border"),
        facts=[{"label": label, "value": value} for label, value in found.items()],
        badge=_found_badge(results, text) if name == "gaps" else "",
    )


def _found_badge(results: Results, text: Text) -> str:
    """Return the mark of findings that rest on data that are not measured."""
    there = set(results.gaps["provenance"])
    return next((text(f"badge.{name}") for name in ("generated", "fallback") if name in there), "")


def _given(results: Results, works: TileWorks, name: str, text: Text) -> dict[str, Any]:
    """Return the row of a canonical layer, with the address of its geometry."""
    workspace = results.workspace
    version = tiles.version(workspace, name)
    is_heavy = tiles.is_heavy(workspace, name)
    state, said = works.state(name, version) if is_heavy else ("ready", "")
    bands = tiles.bands(name) if is_heavy else ()
    notes = [text(f"layer.{name}.note")] if name in ("population", "roads") else []
    styles = {theme: context_styles(name, theme, bands) for theme in THEMES}
    source: dict[str, Any] = {"type": "geojson", "data": f"layers/{version}/{name}.json"}
    if is_heavy:
        source = {
            "type": "vector",
            "tiles": [f"tiles/{version}/{name}/{{z}}/{{x}}/{{y}}.mvt"],
            "minzoom": bands[0].min_zoom,
            "maxzoom": bands[-1].max_zoom,
        }
    return _row(
        name,
        wording.word(wording.LAYER_WORDS, name, text.lang),
        group="given",
        ids=[each["id"] for each in styles["light"]],
        sources={name: source},
        styles=styles,
        key=_key(name, name if name in ("roads", "parks", "population", "landuse") else "points"),
        keys=_landuse_keys(text) if name == "landuse" else [],
        state=state,
        said=plain(said),
        notes=notes,
        **_origin(results, name, text),
    )


def _base_map(results: Results, base_map: BaseMap, text: Text) -> dict[str, Any]:
    """Return the row of the base map; it says so where it cannot be had."""
    state, said, styles = "ready", "", {}
    if base_map.kind == "raster":
        names = [f"{BASE_MAP}-{sheet}" for sheet in range(len(base_map.tiles))]
        styles = {theme: picture_styles(len(names), theme) for theme in THEMES}
    else:
        names = [BASE_MAP]
        try:
            drawn = vector_styles(results.workspace.base_map_style())
            styles = dict.fromkeys(THEMES, drawn)
        except BordergapError as error:
            state, said = "failed", str(error)
    if not has_key(base_map):
        state, said = "failed", text("layers.no_key", name=base_map.key)
    source = {
        "type": base_map.kind,
        "minzoom": base_map.min_zoom,
        "maxzoom": base_map.max_zoom,
        "attribution": plain(base_map.attribution),
    }
    if base_map.kind == "raster":
        source["tileSize"] = base_map.tile_size
    return _row(
        "base_map",
        text("layer.base_map"),
        group="base",
        ids=[each["id"] for each in styles.get("light", [])],
        sources={
            name: {**source, "tiles": [f"basemap/{sheet}/{{z}}/{{x}}/{{y}}"]}
            for sheet, name in enumerate(names)
        },
        styles=styles,
        key={"shape": "key-area key-outlined", "light": PAPER["light"].ground, "dark": PAPER["dark"].ground},
        state=state,
        said=plain(said),
        facts=[{"label": text("data.source"), "value": plain(base_map.attribution)}],
        below=LOWEST_DRAWN,
    )


def _origin(results: Results, name: str, text: Text) -> dict[str, Any]:
    """Return source, date and licence of a layer, and its mark where it is not measured."""
    record = results.workspace.intake_of(name)
    told = {} if record is None else {"source": record.source, "date": record.date, "licence": record.licence}
    facts = [
        {"label": text(f"data.{part}"), "value": _said(told, part, text)}
        for part in ("source", "date", "licence")
    ]
    made = None if record is None else record.provenance
    return {"facts": facts, "badge": text(f"badge.{made}") if made in ("generated", "fallback") else ""}


def _said(told: Mapping[str, str | None], part: str, text: Text) -> str:
    value = told.get(part)
    return text("layers.unknown") if is_missing(value) or not value else imported(str(value), text.lang)


def _key(name: str, colour: str) -> dict[str, str]:
    """Return the key of a layer: its shape, and its colour in both themes."""
    if name == "zones":
        return {"shape": KEYS[name], "light": SIDE_A, "dark": SIDE_B}
    return {"shape": KEYS[name], **{theme: getattr(PAPER[theme], colour) for theme in THEMES}}


def _landuse_keys(text: Text) -> list[dict[str, str]]:
    return [
        {
            "shape": "key-area",
            "label": text(f"layer.landuse.{group}"),
            **{theme: LANDUSE[theme][group] for theme in THEMES},
        }
        for group in (*LANDUSE_GROUPS, OTHER_LANDUSE)
    ]
