"""How the canonical layers are drawn under what is found: thin and pale, each in one quiet colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.maps.palette import LANDUSE, LANDUSE_GROUPS, OTHER_LANDUSE, PAPER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.maps.palette import Theme
    from dashboard.maps.tiles import Band

# From bottom to top.
CONTEXT_LAYERS = ("landuse", "parks", "population", "roads", "assets", "facilities")
BASE_MAP = "base-map"
_POLYGONS = ["in", ["geometry-type"], ["literal", ["Polygon", "MultiPolygon"]]]
_POINTS = ["in", ["geometry-type"], ["literal", ["Point", "MultiPoint"]]]
_ROUND = {"line-join": "round", "line-cap": "round"}
_MAIN_ROADS = ["motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link"]
_MIDDLE_ROADS = ["secondary", "secondary_link", "tertiary", "tertiary_link"]


def context_styles(name: str, theme: Theme, bands: Sequence[Band] = ()) -> list[dict[str, Any]]:
    """Return the MapLibre layers of a canonical layer, its source of the same name.

    Parameters
    ----------
    name
        Of the layer, one of `CONTEXT_LAYERS`.
    theme
        The theme it is drawn in.
    bands
        Of its tiles, if it comes as tiles: each layer is drawn once for each of them.
    """
    drawn = [{**each, "source": name} for each in _styles(name, theme)]
    if not bands:
        return drawn
    return [
        {**each, "id": f"{each['id']}~{band.name}", "source-layer": band.name}
        for each in drawn
        for band in bands
    ]


def picture_styles(sheets: int, theme: Theme) -> list[dict[str, Any]]:
    """Return the layers of a base map of pictures; quieter than they come, and dim where it is dark."""
    dimmed: dict[str, Any] = {"raster-brightness-max": 0.5} if theme == "dark" else {}
    return [
        {
            "id": f"{BASE_MAP}-{sheet}",
            "type": "raster",
            "source": f"{BASE_MAP}-{sheet}",
            "paint": {"raster-opacity": 1, "raster-saturation": -0.4, "raster-fade-duration": 0, **dimmed},
        }
        for sheet in range(sheets)
    ]


def _styles(name: str, theme: Theme) -> list[dict[str, Any]]:
    paper = PAPER[theme]
    if name == "landuse":
        return _areas(name, landuse_colour(theme), opacity=0.8)
    if name == "parks":
        return _areas(name, paper.parks, opacity=0.6)
    if name == "population":
        return [_population(paper.population)]
    if name == "roads":
        return [_roads(paper.roads)]
    fill = paper.halo if name == "facilities" else paper.points
    return _mixed(name, fill, paper.points, largest=4.0 if name == "facilities" else 2.4)


def landuse_colour(theme: Theme) -> list[Any]:
    """Return the expression that colours an area by the group of its class."""
    colours = LANDUSE[theme]
    pairs = [part for group, classes in LANDUSE_GROUPS.items() for part in (list(classes), colours[group])]
    return ["match", ["coalesce", ["get", "landuse_class"], ""], *pairs, colours[OTHER_LANDUSE]]


def _roads(colour: str) -> dict[str, Any]:
    kind = ["coalesce", ["get", "road_class"], ""]
    near = ["match", kind, _MAIN_ROADS, 3.2, _MIDDLE_ROADS, 2.2, 1.2]
    far = ["match", kind, _MAIN_ROADS, 0.9, _MIDDLE_ROADS, 0.6, 0.4]
    return {
        "id": "roads",
        "type": "line",
        "layout": _ROUND,
        "paint": {
            "line-color": colour,
            "line-width": ["interpolate", ["linear"], ["zoom"], 7, far, 14, near],
            "line-opacity": 1,
        },
    }


def _population(colour: str) -> dict[str, Any]:
    return {
        "id": "population",
        "type": "circle",
        "paint": {
            "circle-color": colour,
            "circle-opacity": 0.55,
            "circle-stroke-color": colour,
            "circle-stroke-width": 0.6,
            "circle-stroke-opacity": 1,
            # Area in proportion to people: 10 000 people are 10 px.
            "circle-radius": ["max", 1.2, ["/", ["sqrt", ["coalesce", ["get", "people"], 0]], 10]],
        },
    }


def _areas(name: str, colour: Any, *, opacity: float) -> list[dict[str, Any]]:
    return [
        {
            "id": name,
            "type": "fill",
            "filter": _POLYGONS,
            "paint": {"fill-color": colour, "fill-opacity": opacity, "fill-antialias": False},
        },
        {
            "id": f"{name}-outlines",
            "type": "line",
            "filter": _POLYGONS,
            "minzoom": 9,
            "paint": {"line-color": colour, "line-width": 1, "line-opacity": 1},
        },
        {
            "id": f"{name}-points",
            "type": "circle",
            "filter": _POINTS,
            "paint": {"circle-color": colour, "circle-radius": 4, "circle-opacity": 0.9},
        },
    ]


def _mixed(name: str, fill: str, colour: str, *, largest: float) -> list[dict[str, Any]]:
    """Return layers of lines and points in one colour; points are filled with `fill`."""
    return [
        {
            "id": f"{name}-lines",
            "type": "line",
            "filter": ["!", _POINTS],
            "layout": _ROUND,
            "paint": {
                "line-color": colour,
                "line-width": 1,
                "line-dasharray": [3, 2],
                "line-opacity": 0.8,
            },
        },
        {
            "id": name,
            "type": "circle",
            "filter": _POINTS,
            "paint": {
                "circle-color": fill,
                "circle-radius": [
                    "interpolate",
                    ["linear"],
                    ["zoom"],
                    6,
                    largest / 4,
                    9,
                    largest / 2,
                    12,
                    largest,
                ],
                "circle-stroke-color": colour,
                "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 6, 0.4, 12, 1.4],
                "circle-opacity": 0.9,
                "circle-stroke-opacity": 0.9,
            },
        },
    ]
