"""How what is found is drawn, from bottom to top: MapLibre layers, made of the palette."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.maps.palette import (
    PEOPLE_BREAKS,
    SEVERITY_BREAKS,
    SHARE_BREAKS,
    SIDE_A,
    SIDE_B,
    SIDE_INK,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.maps.palette import Paper, Theme

FONT = ["Noto Sans SC", "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei"]
FADED = 0.22
CLEAR = "rgba(0, 0, 0, 0)"
# Zoom, pixels where nothing is found, pixels where something is.
BORDER_WIDTHS = ((5, 1.0, 2.0), (8, 1.8, 4.2), (11, 3.5, 7.0))
# What borders are coloured by, unless told otherwise the first: factor and limits of its classes.
METRICS = {"worst": (1, SEVERITY_BREAKS), "share": (100, SHARE_BREAKS), "people": (1, PEOPLE_BREAKS)}
_LINE = {"line-join": "round", "line-cap": "round"}
_POLYGONS = ["in", ["geometry-type"], ["literal", ["Polygon", "MultiPolygon"]]]
_POINTS = ["in", ["geometry-type"], ["literal", ["Point", "MultiPoint"]]]
_SHAPES = ["!", _POINTS]


def _by_class(ramp: tuple[str, ...], value: list[Any], otherwise: str) -> list[Any]:
    pairs = [part for number, colour in enumerate(ramp) for part in (number, colour)]
    return ["match", value, *pairs, otherwise]


def _by_metric(of: Callable[[str], list[Any]]) -> list[Any]:
    """Return an expression for the metric that a border's state names."""
    first, *others = METRICS
    pairs = [part for name in others for part in (name, of(name))]
    return ["match", ["coalesce", ["feature-state", "metric"], first], *pairs, of(first)]


def _value(metric: str) -> list[Any]:
    return ["*", METRICS[metric][0], ["to-number", ["get", metric]]]


def _border_colour(paper: Paper, ramp: tuple[str, ...]) -> list[Any]:
    """Return the colour of a border's class; the grey of borders where nobody is affected."""

    def classed(metric: str) -> list[Any]:
        limits = zip(METRICS[metric][1], ramp[1:], strict=True)
        return ["step", _value(metric), ramp[0], *(part for pair in limits for part in pair)]

    return ["case", ["<=", _by_metric(_value), 0], paper.border, _by_metric(classed)]


def _border_width() -> list[Any]:
    quiet = ["<=", _by_metric(_value), 0]
    stops = [part for zoom, thin, thick in BORDER_WIDTHS for part in (zoom, ["case", quiet, thin, thick])]
    return ["interpolate", ["linear"], ["zoom"], *stops]


def district_layers(paper: Paper) -> list[dict[str, Any]]:
    """Return the ground of the map: districts, the outline of them all, members tinted by side."""
    side = ["match", ["get", "side"], "a", SIDE_A, "b", SIDE_B, paper.border]
    return [
        {
            "id": "districts",
            "type": "fill",
            "source": "districts",
            "filter": _POLYGONS,
            "paint": {"fill-color": paper.district, "fill-antialias": False},
        },
        {
            "id": "outlines",
            "type": "line",
            "source": "borders",
            "layout": _LINE,
            "paint": {"line-color": paper.outline, "line-width": 1},
        },
        {
            "id": "region",
            "type": "line",
            "source": "districts",
            "filter": _POLYGONS,
            "layout": _LINE,
            "paint": {"line-color": paper.region, "line-width": 1},
        },
        {
            "id": "members",
            "type": "fill",
            "source": "members",
            "filter": _POLYGONS,
            "paint": {"fill-color": side, "fill-opacity": 0.13, "fill-antialias": False},
        },
        {
            "id": "zones",
            "type": "fill",
            "source": "zones",
            "layout": {"visibility": "none"},
            "paint": {"fill-color": side, "fill-opacity": 0.28},
        },
    ]


def border_layers(paper: Paper, ramp: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the heroes: borders of the overview, and the segments of the pairing in view."""
    wider = ["interpolate", ["linear"], ["zoom"], 5, 3.2, 8, 6.4, 11, 10]
    beside = ["boolean", ["feature-state", "beside"], False]  # not of the district that is looked at
    exact = ["boolean", ["feature-state", "exact"], False]  # source "around" has it in full detail
    found = ["feature-state", "severity"]
    touched = ["boolean", ["feature-state", "touched"], False]
    return [
        {
            "id": "borders-casing",
            "type": "line",
            "source": "borders",
            "layout": _LINE,
            "paint": {
                "line-color": ["case", ["boolean", ["feature-state", "hover"], False], paper.ink, paper.halo],
                "line-width": wider,
                "line-opacity": ["case", ["boolean", ["feature-state", "hover"], False], 1, beside, 0, 0.75],
            },
        },
        {
            "id": "borders",
            "type": "line",
            "source": "borders",
            "layout": {**_LINE, "line-sort-key": ["coalesce", ["get", "worst"], -1]},
            "paint": {
                "line-color": _border_colour(paper, ramp),
                "line-width": _border_width(),
                "line-opacity": ["case", beside, FADED, 1],
            },
        },
        {
            "id": "borders-quiet",
            "type": "line",
            "source": "borders",
            "layout": {**_LINE, "visibility": "none"},
            "paint": {"line-color": ["case", exact, CLEAR, paper.region], "line-width": 1.2},
        },
        {
            "id": "around",
            "type": "line",
            "source": "around",
            "layout": _LINE,
            "paint": {"line-color": paper.region, "line-width": 1.2},
        },
        {
            "id": "segments-casing",
            "type": "line",
            "source": "segments",
            "layout": {"line-join": "round", "line-cap": "round"},
            "paint": {"line-color": paper.halo, "line-width": 9, "line-opacity": 0.9},
        },
        {
            "id": "segments",
            "type": "line",
            "source": "segments",
            "layout": {"line-join": "round", "line-cap": "butt"},
            "paint": {
                "line-color": ["case", touched, _by_class(ramp, found, paper.border), paper.border],
                "line-width": ["case", touched, 6, 3],
            },
        },
    ]


def gap_layers(paper: Paper, ramp: tuple[str, ...], theme: Theme) -> list[dict[str, Any]]:
    """Return places, stretches and marks of gaps.

    States say which are out, by filters, and which one is chosen: filters of the map itself would have all of
    them laid out anew. The source "chosen" has the chosen one alone, from assets/map.js.
    """
    colour = _by_class(ramp, ["get", "class"], paper.border)
    is_out, is_chosen = (["boolean", ["feature-state", name], False] for name in ("out", "chosen"))
    unless_chosen = ["case", is_chosen, 0, is_out, 0, 1]
    image = ["concat", "mark|", ["get", "domain"], "|", ["to-string", ["get", "class"]], "|", theme]
    mark = {
        "icon-allow-overlap": True,
        "icon-ignore-placement": True,
        "symbol-sort-key": ["get", "severity"],
    }
    return [
        {
            "id": "cursor",
            "type": "circle",
            "source": "cursor",
            "paint": {
                "circle-color": paper.halo,
                "circle-radius": 9,
                "circle-stroke-color": paper.ink,
                "circle-stroke-width": 3,
            },
        },
        {
            "id": "gap-areas",
            "type": "fill",
            "source": "gaps",
            "filter": _POLYGONS,
            "paint": {"fill-color": colour, "fill-opacity": ["case", is_chosen, 0.3, is_out, 0, 0.3]},
        },
        {
            "id": "gap-outlines",
            "type": "line",
            "source": "gaps",
            "filter": _POLYGONS,
            "layout": _LINE,
            "paint": {"line-color": colour, "line-width": 1.5, "line-opacity": unless_chosen},
        },
        {
            "id": "chosen-casing",
            "type": "line",
            "source": "chosen",
            "filter": _SHAPES,
            "layout": _LINE,
            "paint": {"line-color": paper.ink, "line-width": 10, "line-opacity": 0.9},
        },
        {
            "id": "chosen",
            "type": "line",
            "source": "chosen",
            "filter": _SHAPES,
            "layout": _LINE,
            "paint": {"line-color": colour, "line-width": 6},
        },
        {
            "id": "chosen-places",
            "type": "circle",
            "source": "chosen",
            "filter": ["all", _POINTS, ["!", ["has", "mark"]]],
            "paint": {
                "circle-color": colour,
                "circle-radius": 6,
                "circle-stroke-color": paper.ink,
                "circle-stroke-width": 2,
            },
        },
        {
            "id": "gap-marks",
            "type": "symbol",
            "source": "gaps",
            "filter": ["all", _POINTS, ["==", ["get", "mark"], True]],
            "layout": {**mark, "icon-image": image},
            "paint": {"icon-opacity": unless_chosen},
        },
        {
            "id": "chosen-mark",
            "type": "symbol",
            "source": "chosen",
            "filter": ["has", "mark"],
            "layout": {**mark, "icon-image": ["concat", image, "|chosen"], "icon-size": 1.5},
        },
    ]


def label_layers(paper: Paper, theme: Theme) -> list[dict[str, Any]]:
    """Return the names: of districts in the overview, of the members beside their border."""
    ink_a, ink_b = SIDE_INK[theme]
    side = ["match", ["get", "side"], "a", ink_a, "b", ink_b, paper.ink]
    return [
        {
            "id": "member-names",
            "type": "symbol",
            "source": "members",
            "filter": _POINTS,
            "layout": {
                "text-field": ["get", "name"],
                "text-font": FONT,
                "text-size": 17,
            },
            "paint": {"text-color": side, "text-halo-color": paper.district, "text-halo-width": 1.5},
        },
        {
            "id": "names",
            "type": "symbol",
            "source": "districts",
            "filter": _POINTS,
            "layout": {
                "text-field": ["get", "name"],
                "text-font": FONT,
                "text-size": ["interpolate", ["linear"], ["zoom"], 6, 11, 10, 14],
                "text-padding": 4,
                "text-max-width": 7,
                "symbol-sort-key": ["get", "rank"],
            },
            "paint": {
                "text-color": paper.ink,
                "text-opacity": 0.72,
                "text-halo-color": paper.district,
                "text-halo-width": 1.6,
            },
        },
    ]
