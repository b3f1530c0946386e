"""Values along and across a border, as the browser draws them (METHOD 7)."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from dashboard.payloads import member_names
from dashboard.two_ways import across_of, verdict
from layers import wording
from layers.measurables import PEOPLE
from layers.wording import Lang, is_missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from dashboard.results import Results

KM_M = 1000.0
DIGITS = 3  # what a density or a mean bears
SAME_PLACE = 1e-6  # degrees: segments that meet share a vertex (METHOD 1 orders pieces to this)


def profiles_body(results: Results, pairing_id: str, lang: Lang) -> dict[str, Any]:
    """Return each measurable of a pairing with its values along the border and across it.

    `along`: `from` and `to` in km of chainage, `a` and `b` by segment. `across`: `from` and `to` in km of
    signed distance, negative on side a, and `value` by band; `zone`, the depth of the border zone in km;
    `inside`, the mean of each interior; `verdict`, whether it is a jump, a depression, both or neither.
    `pieces` of the border: `from` and `to` in km of chainage. Values bear three digits; null is unknown.
    """
    rows = results.rows_of("profiles", pairing_id)
    names = sorted(rows["measurable"].unique())
    return {
        "measurables": [measurable_body(results, pairing_id, str(name), lang) for name in names],
        "pieces": pieces(results.rows_of("segments", pairing_id)),
    }


@lru_cache(maxsize=32)  # a report asks for each three times: its words, and both of its pictures
def measurable_body(results: Results, pairing_id: str, name: str, lang: Lang) -> Mapping[str, Any]:
    """Return what `profiles_body` has of one measurable; the profiles have it."""
    rows = results.rows_of("profiles", pairing_id)
    part = rows[rows["measurable"] == name]
    bands = part[part["direction"] == "across"]
    people = rows[(rows["measurable"] == PEOPLE) & (rows["direction"] == "across")]
    zone_m = results.workspace.settings.zone_m
    found = across_of(bands, people, zone_m)
    gaps = results.rows_of("gaps", pairing_id)
    members = member_names(results, pairing_id, lang)
    inside_text = {side: wording.quantity(value, found.unit, lang) for side, value in found.inside.items()}
    return {
        "name": name,
        "label": wording.thing(name, lang),
        "unit": _unit(part["unit"].iloc[0], lang),
        "along": _along(part[part["direction"] == "along"]),
        "across": {
            **_across(bands),
            "zone": zone_m / KM_M,
            "inside": {side: significant(value) for side, value in found.inside.items()},
            "inside_text": inside_text,
            "verdict": verdict(found, gaps[gaps["what"] == name], members, lang),
        },
    }


def pieces(segments: gpd.GeoDataFrame) -> list[dict[str, float]]:
    """Return the pieces of a border, `from` and `to` in km of chainage, told by where its segments meet.

    Parameters
    ----------
    segments
        Of one pairing, by chainage.
    """
    if segments.empty:
        return []
    lines = np.asarray(segments.geometry, dtype=object)
    starts = shapely.get_coordinates(shapely.get_point(lines, 0))
    ends = shapely.get_coordinates(shapely.get_point(lines, -1))
    apart = np.abs(starts[1:] - ends[:-1]).max(axis=1) > SAME_PLACE
    first = np.flatnonzero(np.r_[True, apart])
    last = np.r_[first[1:] - 1, len(lines) - 1]
    froms, tos = (segments[f"chainage_{end}_m"].to_numpy(np.float64) for end in ("from", "to"))
    return [
        {"from": round(float(froms[one]) / KM_M, 3), "to": round(float(tos[other]) / KM_M, 3)}
        for one, other in zip(first, last, strict=True)
    ]


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
