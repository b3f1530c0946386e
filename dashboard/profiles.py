"""Values along and across a border, as the browser draws them (METHOD 7)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from layers import wording
from layers.wording import Lang, is_missing

if TYPE_CHECKING:
    from dashboard.results import Results

KM_M = 1000.0
DIGITS = 3  # what a density or a mean bears


def profiles_body(results: Results, pairing_id: str, lang: Lang) -> dict[str, Any]:
    """Return each measurable of a pairing with its values along the border and across it.

    `along`: `from` and `to` in km of chainage, `a` and `b` by segment. `across`: `from` and `to` in km of
    signed distance, negative on side a, and `value` by band. Values bear three digits; null is unknown.
    """
    rows = results.rows_of("profiles", pairing_id)
    return {
        "measurables": [
            {
                "name": str(name),
                "label": wording.thing(name, lang),
                "unit": _unit(part["unit"].iloc[0], lang),
                "along": _along(part[part["direction"] == "along"]),
                "across": _across(part[part["direction"] == "across"]),
            }
            for name, part in rows.groupby("measurable", sort=True)
        ]
    }


def significant(value: Any) -> float | None:
    """Return a value with three significant digits, null where it is unknown."""
    if is_missing(value):
        return None
    if value == 0:
        return 0.0
    return round(float(value), DIGITS - 1 - math.floor(math.log10(abs(value))))


def _along(rows: pd.DataFrame) -> dict[str, list[float | None]]:
    keys = ["from_m", "to_m"]
    sides = {side: rows[rows["side"] == side].set_index(keys)["value"] for side in ("a", "b")}
    cells = rows[keys].drop_duplicates().sort_values(keys)
    places = pd.MultiIndex.from_frame(cells)
    return {
        "from": [round(value / KM_M, 3) for value in cells["from_m"]],
        "to": [round(value / KM_M, 3) for value in cells["to_m"]],
        **{side: [significant(value) for value in values.reindex(places)] for side, values in sides.items()},
    }


def _across(rows: pd.DataFrame) -> dict[str, list[float | None]]:
    ordered = rows.sort_values("from_m")
    return {
        "from": [round(value / KM_M, 3) for value in ordered["from_m"]],
        "to": [round(value / KM_M, 3) for value in ordered["to_m"]],
        "value": [significant(value) for value in ordered["value"]],
    }


def _unit(unit: Any, lang: Lang) -> str:
    return "" if is_missing(unit) else wording.word(wording.UNIT_WORDS, unit, lang)
