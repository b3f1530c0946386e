"""Evidence of a gap as a table a person reads: what was measured, side a and side b next to each other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dashboard.i18n import catalogue, plain
from layers import wording
from layers.wording import VALUE_WORDS, Lang

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MOST_LISTED = 8  # longer lists are cut, and say how much was cut
SHOWN_BESIDE = frozenset({"people", "unreachable_people"})  # stand above the evidence already
PLACES = frozenset({"end", "next", "at"})  # longitude and latitude
# Stand behind what a reader knows the meaning of.
IDS = frozenset({"id", "ids", "feature_id", "feature_ids", "features", "polygons", "park", "barrier_assets"})
_SIDES = ("a", "b")
_UNITS = ("_min", "_m2", "_km2", "_ha", "_m", "_kmh", "_km")

Row = dict[str, Any]  # label, and: value; a and b; or heads and rows (and more: how many were cut)


def evidence_rows(text: str | None, lang: Lang, names: Mapping[str, str]) -> list[Row]:
    """Return the evidence (JSON text) as rows of `label` with `value`, with `a` and `b`, or with a table.

    Values under `a` and `b`, or under names that end in `_a` and `_b`, stand next to each other. A list of
    objects is a table: `heads`, `rows`, and how many rows were cut. What is not JSON is shown as it is.
    """
    if not text:
        return []
    try:
        evidence = json.loads(text, parse_constant=lambda _: None)  # not a number is unknown
    except ValueError:
        return [{"label": catalogue(lang)["evidence"], "value": text}]
    if not isinstance(evidence, dict):
        evidence = {"evidence": evidence}
    shown = {name: value for name, value in evidence.items() if name not in SHOWN_BESIDE}
    if all(isinstance(shown.get(side), dict) for side in _SIDES):
        sides = {side: shown.pop(side) for side in _SIDES}
        rows = [*_side_rows("", "", sides, lang, names), *_rows(_by_side(shown), lang, names)]
    else:
        rows = _rows(_by_side(shown), lang, names)
    return sorted(rows, key=lambda row: "heads" in row)  # numbers first, lists below them


def _by_side(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """Return `evidence` with every `x_a`, `x_b` as `x: {a, b}`, ids last."""
    folded: dict[str, Any] = {}
    for name, value in evidence.items():
        stem, _, side = name.rpartition("_")
        if stem and side in _SIDES:
            folded.setdefault(stem, {})[side] = value
        else:
            folded[name] = value
    return {name: folded[name] for name in _ids_last(folded)}


def _ids_last(names: Iterable[str]) -> list[str]:
    return sorted(names, key=IDS.__contains__)


def _parted(name: str, value: Mapping[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Return what an object has by side, under `name` with their unit, and the rest of it."""
    for unit in ("", *_UNITS):
        keys = {side: f"{side}{unit}" for side in _SIDES}
        if value.keys() >= set(keys.values()):
            rest = {key: item for key, item in value.items() if key not in keys.values()}
            return f"{name}{unit}", {side: value[key] for side, key in keys.items()}, rest
    return name, {}, dict(value)


def _rows(evidence: Mapping[str, Any], lang: Lang, names: Mapping[str, str], within: str = "") -> list[Row]:
    rows: list[Row] = []
    for name, value in evidence.items():
        label = f"{within}{_label(name, lang)}"
        if isinstance(value, dict) and value and set(value) <= set(_SIDES):
            rows += _side_rows(name, label, value, lang, names)
        elif isinstance(value, dict) and value:
            sided, sides, rest = _parted(name, value)
            rows += _side_rows(sided, label, sides, lang, names) if sides else []
            rows += _rows(_by_side(rest), lang, names, f"{label} · ")
        elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            rows.append(_table(label, value, lang, names))
        else:
            rows.append({"label": label, "value": said(name, value, lang, names)})
    return rows


def _table(label: str, items: list[dict[str, Any]], lang: Lang, names: Mapping[str, str]) -> Row:
    """Return a list of objects as a table: a column for each name that any of them has a value for."""
    columns = [
        name
        for name in _ids_last(dict.fromkeys(name for item in items for name in item))
        if any(item.get(name) is not None for item in items)
    ]
    shown = [[said(name, item.get(name), lang, names) for name in columns] for item in items[:MOST_LISTED]]
    heads = [_label(name, lang) for name in columns]
    return {"label": label, "heads": heads, "rows": shown, "more": max(0, len(items) - MOST_LISTED)}


def _side_rows(
    name: str, label: str, value: Mapping[str, Any], lang: Lang, names: Mapping[str, str]
) -> list[Row]:
    sides = [value.get(side) for side in _SIDES]
    if not any(isinstance(side, dict) for side in sides):
        return [{"label": label, **{side: said(name, value.get(side), lang, names) for side in _SIDES}}]
    parts = [side if isinstance(side, dict) else {} for side in sides]
    inner = _ids_last(dict.fromkeys(key for part in parts for key in part))
    return [
        {
            "label": _label(key, lang),
            **{side: said(key, part.get(key), lang, names) for side, part in zip(_SIDES, parts, strict=True)},
        }
        for key in inner
    ]


def _label(name: str, lang: Lang) -> str:
    words = catalogue(lang)
    candidates = dict.fromkeys((name, *(name.removesuffix(unit) for unit in _UNITS)))
    for candidate in candidates:
        if f"evidence.{candidate}" in words:
            return words[f"evidence.{candidate}"]
    for candidate in candidates:
        if candidate in wording.THING_WORDS or candidate.startswith("t_own_"):
            return wording.thing(candidate, lang)
    return name.replace("_", " ")


def said(name: str, value: Any, lang: Lang, names: Mapping[str, str]) -> str:
    """Return one value of evidence as text; the end of its `name` tells the unit."""
    words = catalogue(lang)
    if value is None:
        text = words["unknown"]
    elif isinstance(value, bool):
        text = words["yes" if value else "no"]
    elif isinstance(value, int | float):
        text = _number(name, float(value), lang)
    elif name in PLACES and isinstance(value, list):
        text = ", ".join(f"{degrees:.5f}" for degrees in value)
    elif isinstance(value, list):
        text = _listed(name, value, lang, names)
    elif isinstance(value, dict):
        text = _together(name, value, lang, names)
    elif name == "side" and f"side.{value}" in words:
        text = words[f"side.{value}"]
    elif name == "unit" and value in wording.UNIT_WORDS:
        text = wording.word(wording.UNIT_WORDS, value, lang) or words["none"]
    elif name == "layer":
        text = wording.word(wording.LAYER_WORDS, value, lang)
    else:
        text = _word(str(value), lang, names)
    return text


def _together(name: str, value: Mapping[str, Any], lang: Lang, names: Mapping[str, str]) -> str:
    """Return an object in one cell: what it is on side a and on side b, else name by name."""
    if {"value_a", "value_b"} <= set(value):
        return " → ".join(said(name, value[f"value_{side}"], lang, names) for side in _SIDES)
    return "; ".join(f"{_label(key, lang)} {said(key, value[key], lang, names)}" for key in _ids_last(value))


def _listed(name: str, values: list[Any], lang: Lang, names: Mapping[str, str]) -> str:
    """Return a list as text, cut after MOST_LISTED."""
    if not values:
        return catalogue(lang)["none"]
    shown = wording.listed([said(name, item, lang, names) for item in values[:MOST_LISTED]], lang)
    cut = len(values) - MOST_LISTED
    return shown + (catalogue(lang)["evidence.more"].format(count=cut) if cut > 0 else "")


def _word(text: str, lang: Lang, names: Mapping[str, str]) -> str:
    """Return the name of a district, or the word for a value of the vocabulary; other text as it is."""
    if text in names:
        return names[text]
    spoken = catalogue(lang).get(f"value.{text.replace(' ', '_')}")
    if spoken is not None:
        return spoken
    if text in VALUE_WORDS:
        return wording.word(VALUE_WORDS, text, lang)
    return wording.thing(text, lang) if text in wording.THING_WORDS else plain(text)


def _number(name: str, value: float, lang: Lang) -> str:
    if name.endswith("_min") or name == "minutes":
        return wording.minutes(value, lang)
    if name.endswith("_m2"):
        return f"{wording.number(value / 10_000)} {'公顷' if lang == 'zh' else 'ha'}"
    if name.endswith("_m"):
        return wording.distance(value, lang)
    if name.endswith("share"):
        return wording.percent(value)
    if name == "people" or name.endswith("_people"):
        return wording.people(value, lang)
    return wording.number(value)
