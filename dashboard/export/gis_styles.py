"""How QGIS draws a GeoPackage: severity as depth of colour, domain as shape, as on the screen."""

from __future__ import annotations

import uuid
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from dashboard.i18n import Text, catalogue
from dashboard.maps.palette import PAPER, SEVERITY, SEVERITY_BREAKS, SHAPES
from layers.wording import DOMAIN_WORDS, LANGS, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TABLE = "layer_styles"  # where QGIS looks for the styles of a GeoPackage
QGIS = "3.28.0"  # the version whose form the styles have; later ones read it
RAMP, INK = SEVERITY["light"], PAPER["light"]
# QGIS's names for the marks; its cross is a thin one, `cross_fill` the thick one.
QGIS_SHAPES = {**{shape: shape for shape in SHAPES.values()}, "cross": "cross_fill"}
MARK_MM, CROSS_MM, RIM_MM = 3.6, 5.2, 0.2  # the arms of a cross are thin
POINT, LINE = "0", "1"  # QGIS's numbers for what a layer's geometries are
_KEYS = uuid.UUID("6f2c3a52-5d1f-4c1e-9f0e-1b6f0d1a7c11")  # of rules: any, but always the same

Rule = tuple[str, str, ET.Element]  # label, filter, symbol


def marks_style(fields: Sequence[str]) -> str:
    """Return the style of gaps as points: a rule for each domain, in it one for each class of severity."""
    groups = []
    for domain, shape in SHAPES.items():
        rules = [
            (label, condition, _marker(QGIS_SHAPES[shape], colour))
            for (label, condition), colour in zip(_classes(), RAMP, strict=True)
        ]
        groups.append((_both(DOMAIN_WORDS, domain), f"\"domain\" = '{domain}'", rules))
    return _document(POINT, groups, fields)


def lines_style(fields: Sequence[str], *, width_mm: float) -> str:
    """Return the style of borders or segments: by class of the worst gap, quiet where there is none."""
    quiet = (_both_texts("picture.untouched"), '"severity" IS NULL', _line(INK.border, width_mm / 3))
    found = [
        (label, condition, _line(colour, width_mm))
        for (label, condition), colour in zip(_classes(), RAMP, strict=True)
    ]
    return _document(LINE, [("", "", [quiet, *found])], fields)


def alias(field: str) -> str:
    """Return what a column is called in tables and forms: in both languages, itself without a word."""
    key = f"gis.column.{field}"
    return _both_texts(key) if key in catalogue("en") else field


def _classes() -> list[tuple[str, str]]:
    """Return label and condition of each class of severity, from light to dark."""
    edges = [0, *SEVERITY_BREAKS, 100]
    return [
        (
            f"{low}–{high}",
            f'"severity" >= {low}' + (f' AND "severity" < {high}' if high in SEVERITY_BREAKS else ""),
        )
        for low, high in pairwise(edges)
    ]


def _document(geometry: str, groups: Iterable[tuple[str, str, list[Rule]]], fields: Sequence[str]) -> str:
    """Return a QML document of rules, groups of them where a group has a condition."""
    root = ET.Element("qgis", version=QGIS, styleCategories="Symbology|Fields|MapTips")
    renderer = ET.SubElement(
        root,
        "renderer-v2",
        {"type": "RuleRenderer", "symbollevels": "0", "enableorderby": "1", "forceraster": "0"},
    )
    rules = ET.SubElement(renderer, "rules", key=_key("root"))
    symbols = ET.SubElement(renderer, "symbols")
    for name, condition, inner in groups:
        parent = rules
        if condition:
            parent = ET.SubElement(rules, "rule", key=_key(condition), filter=condition, label=name)
        for label, member_condition, symbol in inner:
            number = str(len(symbols))
            symbol.set("name", number)
            symbols.append(symbol)
            key = _key(f"{condition}|{member_condition}")
            ET.SubElement(parent, "rule", key=key, filter=member_condition, label=label, symbol=number)
    order = ET.SubElement(ET.SubElement(renderer, "orderby"), "orderByClause", asc="1", nullsFirst="1")
    order.text = '"severity"'
    names = ET.SubElement(root, "aliases")
    for place, field in enumerate(fields):
        ET.SubElement(names, "alias", field=field, index=str(place), name=alias(field))
    shown = "sentence_zh" if "sentence_zh" in fields else "pairing_id"
    ET.SubElement(root, "previewExpression").text = f'"{shown}"'
    ET.SubElement(root, "layerGeometryType").text = geometry
    return "<!DOCTYPE qgis>\n" + ET.tostring(root, encoding="unicode")


def _marker(shape: str, colour: str) -> ET.Element:
    return _symbol(
        "marker",
        "SimpleMarker",
        {
            "name": shape,
            "color": _rgb(colour),
            "outline_color": _rgb(INK.halo),
            "outline_width": str(RIM_MM),
            "outline_width_unit": "MM",
            "size": str(CROSS_MM if shape.startswith("cross") else MARK_MM),
            "size_unit": "MM",
        },
    )


def _line(colour: str, width_mm: float) -> ET.Element:
    return _symbol(
        "line",
        "SimpleLine",
        {
            "line_color": _rgb(colour),
            "line_width": f"{width_mm:.2f}",
            "line_width_unit": "MM",
            "line_style": "solid",
            "capstyle": "flat",
            "joinstyle": "round",
        },
    )


def _symbol(kind: str, layer_class: str, values: dict[str, str]) -> ET.Element:
    symbol = ET.Element("symbol", {"type": kind, "alpha": "1", "clip_to_extent": "1", "force_rhr": "0"})
    given = {"class": layer_class, "pass": "0", "locked": "0", "enabled": "1"}
    options = ET.SubElement(ET.SubElement(symbol, "layer", given), "Option", type="Map")
    for name, value in values.items():
        ET.SubElement(options, "Option", name=name, value=value, type="QString")
    return symbol


def _rgb(colour: str) -> str:
    return ",".join(str(int(colour[place : place + 2], 16)) for place in (1, 3, 5)) + ",255"


def _key(text: str) -> str:
    return f"{{{uuid.uuid5(_KEYS, text)}}}"


def _both(table: Any, name: str) -> str:
    return " · ".join(dict.fromkeys(word(table, name, lang) for lang in LANGS))


def _both_texts(key: str) -> str:
    return " · ".join(dict.fromkeys(Text(lang)(key) for lang in LANGS))
