"""Values of a source as the types of a layer; what does not fit becomes unknown, and is counted."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geodata.ingest.dictionary import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from geodata.model import Column

MPH_KMH = 1.609344  # international mile
KNOT_KMH = 1.852
FOOT_M = 0.3048
_KEPT_AS_WRITTEN = {"name", "name_en", "title"}  # read by people, compared by nobody
_EXAMPLES = 3
_TOLD = 12  # words a note names
_OF_ONE_TYPE = {"string", "integer", "floating", "boolean"}
_SHOWN = 40
_NUMBER = re.compile(r"\s*([-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?)\s*([^\d\s].*?)?\s*")
_UNITS: dict[str, dict[str, float]] = {
    "km/h": {"km/h": 1, "kmh": 1, "kph": 1, "公里/小时": 1, "mph": MPH_KMH, "knots": KNOT_KMH},
    "m": {"m": 1, "米": 1, "cm": 0.01, "km": 1000, "ft": FOOT_M, "'": FOOT_M},
    "people": {"人": 1, "万": 10_000, "万人": 10_000},
}
_SIGNED = {"seat_lon", "seat_lat", "value", "amount_cny"}  # other numbers are never below 0

# Where no number stands, the law of the country does (OSM's `CC:context`); METHOD takes only numbers.
# StVO (DE) 3, StVO (AT) 20, VRV (CH, LI) 4a, Code de la route (FR) R413, Codice della strada (IT) 142, UK
# Highway Code 124. Where the law asks more than the word tells (China: centre lines) it stays unknown.
SPEED_WORDS: dict[str, float] = {
    "DE:urban": 50,
    "DE:rural": 100,
    "AT:urban": 50,
    "AT:rural": 100,
    "AT:trunk": 100,
    "AT:motorway": 130,
    "CH:urban": 50,
    "CH:rural": 80,
    "CH:trunk": 100,
    "CH:motorway": 120,
    "LI:urban": 50,
    "LI:rural": 80,
    "FR:urban": 50,
    "FR:rural": 80,
    "FR:motorway": 130,
    "IT:urban": 50,
    "IT:rural": 90,
    "IT:trunk": 110,
    "IT:motorway": 130,
    "GB:nsl_single": 60 * MPH_KMH,
    "GB:nsl_dual": 70 * MPH_KMH,
    "GB:motorway": 70 * MPH_KMH,
}


@dataclass(frozen=True)
class Meanings:
    """What is known of the values of one column of a source.

    Parameters
    ----------
    words
        Word (folded) -> value of the model, of the dictionary; none for free text.
    said
        Value as the source has it -> value of the model, as the user says; goes before.
    unit
        In which numbers without one are, as the column's name says.
    """

    words: Mapping[str, str] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)
    unit: str | None = None


def coerced(
    values: pd.Series, column: Column, meanings: Meanings | None = None
) -> tuple[pd.Series, list[str]]:
    """Return `values` as the type of `column` and notes on what was translated or not understood.

    Whole numbers that came as fractions (1.0) are texts without point; true and false are yes and no; a
    number in another unit is converted; a text of several values (a;b) is no number. A text that is a word
    of the dictionary becomes the value it means; one that is none stays as it is, and is told of.
    """
    meant = meanings or Meanings()
    uniques, codes = _distinct(values)
    convert = _CONVERTERS[column.dtype]
    # Once for each distinct value, not for each row.
    made = [
        None if _is_missing(value) else convert(_with_header_unit(value, column, meant), column)
        for value in uniques
    ]
    counts = np.bincount(codes[codes >= 0], minlength=len(uniques))
    made, notes = _translated(made, counts.tolist(), column, meant)
    allowed = None if column.allowed is None else set(column.allowed)
    if allowed is not None:
        made = [value if value in allowed else None for value in made]
    unfit = np.array(
        [
            value is None and not _is_missing(given) and not _is_blank(given)
            for value, given in zip(made, uniques, strict=True)
        ],
        dtype=bool,
    )
    if unfit.any():
        count = int(unfit[codes].sum())
        shown = ", ".join(repr(uniques[k])[:_SHOWN] for k in np.flatnonzero(unfit)[:_EXAMPLES])
        wanted = f"one of {', '.join(column.allowed)}" if column.allowed else _WANTED[column.dtype]
        notes.append(f"{column.name}: {count} values are no {wanted} ({shown}), taken as unknown")
    pool = pd.Series(made, dtype=object)
    return pd.Series(pool.to_numpy()[codes], index=values.index, dtype=object), notes


def _translated(
    made: list[Any], counts: list[int], column: Column, meant: Meanings
) -> tuple[list[Any], list[str]]:
    """Return texts by what they mean, and notes on what was translated and what is unknown."""
    if column.dtype not in ("text", "texts") or not (meant.words or meant.said):
        return made, []
    translated: Counter[tuple[str, str]] = Counter()
    unknown: Counter[str] = Counter()

    def meaning(text: Any, count: int) -> Any:
        if isinstance(text, list):
            return [meaning(part, count) for part in text]
        if text is None:
            return None
        found = meant.said.get(text, meant.said.get(text.strip(), meant.words.get(folded(text))))
        if found is None:
            unknown[text] += count
            return text
        if found != text:
            translated[text, found] += count
        return found

    values = [meaning(text, count) for text, count in zip(made, counts, strict=True)]
    notes = []
    if translated:
        shown = ", ".join(
            f"{text[:_SHOWN]} = {to} ({count})" for (text, to), count in translated.most_common(_TOLD)
        )
        more = f" and {len(translated) - _TOLD} more" if len(translated) > _TOLD else ""
        notes.append(f"{column.name}: values translated: {shown}{more}")
    if unknown and column.allowed is None and meant.words:
        shown = ", ".join(f"{text[:_SHOWN]!r} ({count})" for text, count in unknown.most_common(_TOLD))
        total = sum(unknown.values())
        notes.append(f"{column.name}: {total} values are no known kind, kept as they are: {shown}")
    return values, notes


def _with_header_unit(value: Any, column: Column, meant: Meanings) -> Any:
    """Return a number with the unit that its column's name gives it: 3.2 of 人口(万人) is 3.2 万人."""
    if column.dtype != "number" or meant.unit not in _UNITS.get(column.unit or "", {}):
        return value
    if isinstance(value, bool | np.bool_) or re.search(r"[^\d\s.,+-]", str(value)):
        return value
    return f"{value}{meant.unit}"


def number_of(value: Any, column: Column) -> float | None:
    """Return a number in the column's unit, None for what is none."""
    if isinstance(value, bool | np.bool_):
        return None
    if isinstance(value, int | float | np.number):
        number = _finite(value)
    elif column.unit == "km/h" and str(value).strip() in SPEED_WORDS:
        number = SPEED_WORDS[str(value).strip()]
    else:
        number = _with_unit(str(value), _UNITS.get(column.unit or "", {}))
    if number is None or (number < 0 and column.name not in _SIGNED):
        return None
    return number


def _with_unit(text: str, units: Mapping[str, float]) -> float | None:
    found = _NUMBER.fullmatch(
        text.replace(",", "") if re.fullmatch(r"\s*\d{1,3}(,\d{3})+\s*", text) else text
    )
    if found is None:
        return None
    digits, unit = found.groups()
    factor = 1.0 if unit is None else units.get(unit.lower())
    return None if factor is None else _finite(float(digits.replace(",", ".")) * factor)


def _finite(value: Any) -> float | None:
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _integer(value: Any, _: Column) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) < 1 << 63 else None
    number = _with_unit(str(value), {}) if not isinstance(value, bool) else None
    return int(number) if number is not None and number.is_integer() and abs(number) < 1 << 53 else None


def _text(value: Any, column: Column) -> str | None:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating):
        return (
            (str(int(value)) if float(value).is_integer() else str(value)) if math.isfinite(value) else None
        )
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False)
    # Letters that end a text in half of all programs, or stand for no letter at all.
    text = str(value).replace("\0", "").encode("utf-8", errors="replace").decode("utf-8")
    if not text.strip():
        return None
    return text if column.name in _KEPT_AS_WRITTEN else text.strip()


def _texts(value: Any, column: Column) -> list[str] | None:
    if isinstance(value, str):
        value = _json_list(value) or re.split(r"[;；、,，]", value)
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if not isinstance(value, list | tuple):
        return None
    texts = [text for item in value if (text := _text(item, column))]
    return texts or None


def _json_list(text: str) -> list[Any] | None:
    if not text.lstrip().startswith("["):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) else None


def _distinct(values: pd.Series) -> tuple[list[Any], np.ndarray[Any, Any]]:
    """Return the distinct values and the position of each row's; 1, True and "1" are distinct."""
    if pd.api.types.infer_dtype(values, skipna=True) in _OF_ONE_TYPE:
        codes, found = pd.factorize(values, use_na_sentinel=False)
        return found.tolist(), np.asarray(codes)
    seen: dict[Any, int] = {}
    uniques: list[Any] = []
    codes = np.empty(len(values), dtype=np.intp)
    for row, value in enumerate(values):  # of mixed types, lists among them
        key = (type(value), value if value.__hash__ is not None else repr(value))
        code = seen.get(key)
        if code is None:
            code = seen[key] = len(uniques)
            uniques.append(value)
        codes[row] = code
    return uniques, codes


def _is_missing(value: Any) -> bool:
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def _is_blank(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()


_CONVERTERS: dict[str, Callable[[Any, Column], Any]] = {
    "text": _text,
    "integer": _integer,
    "number": number_of,
    "texts": _texts,
    "members": _texts,
}
_WANTED = {
    "text": "text",
    "integer": "whole number",
    "number": "number of the right unit",
    "texts": "list of texts",
    "members": "list of lists",
}
