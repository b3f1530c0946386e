"""Values along and across a border, as the browser draws them (METHOD 7)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from dashboard.payloads import member_names
from dashboard.two_ways import TESTED, Cells, across_of, verdict
from layers import wording
from layers.measurables import PEOPLE
from layers.wording import Lang, is_missing

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from dashboard.results import Results

KM_M = 1000.0
DIGITS = 3  # what a density or a mean bears
SAME_PLACE = 1e-6  # degrees: segments that meet share a vertex (METHOD 1 orders pieces to this)


@dataclass(frozen=True)
class _Profiles:
    """The profiles of one pairing as arrays: a table, asked anew for each measurable, takes far longer."""

    cells: Cells
    across: NDArray[np.bool_]
    names: NDArray[np.object_]
    units: NDArray[np.object_]
    people: Cells
    gaps: pd.DataFrame
    members: list[str]
    zone_m: float

    @classmethod
    def of(cls, results: Results, pairing_id: str, lang: Lang) -> _Profiles:
        """Return those of a pairing."""
        rows = results.rows_of("profiles", pairing_id)
        names, units, direction, side = (
            rows[name].to_numpy(dtype=object) for name in ("measurable", "unit", "direction", "side")
        )
        cells = Cells(side == "a", *(rows[name].to_numpy(np.float64) for name in ("from_m", "to_m", "value")))
        across = direction == "across"
        gaps = results.rows_of("gaps", pairing_id)
        return cls(
            cells,
            across,
            names,
            units,
            cells.only(across & (names == PEOPLE)),
            gaps[gaps["kind"].isin(TESTED.values())],
            member_names(results, pairing_id, lang),
            results.workspace.settings.zone_m,
        )

    def body(self, name: str, lang: Lang) -> dict[str, Any]:
        """Return one measurable."""
        own = self.names == name
        bands, unit = self.cells.only(own & self.across), self.units[own][0]
        found = across_of(bands, self.people, str(unit), self.zone_m)
        gaps = self.gaps if self.gaps.empty else self.gaps[self.gaps["what"] == name]
        return {
            "name": name,
            "label": wording.thing(name, lang),
            "unit": _unit(unit, lang),
            "along": _along(self.cells.only(own & ~self.across)),
            "across": {
                **_across(bands),
                "zone": self.zone_m / KM_M,
                "inside": {side: significant(value) for side, value in found.inside.items()},
                "inside_text": {
                    side: wording.quantity(value, found.unit, lang) for side, value in found.inside.items()
                },
                "verdict": verdict(found, gaps, self.members, lang),
            },
        }


def profiles_body(results: Results, pairing_id: str, lang: Lang) -> dict[str, Any]:
    """Return each measurable of a pairing with its values along the border and across it.

    `along`: `from` and `to` in km of chainage, `a` and `b` by segment. `across`: `from` and `to` in km of
    signed distance, negative on side a, and `value` by band; `zone`, the depth of the border zone in km;
    `inside`, the mean of each interior; `verdict`, whether it is a jump, a depression, both or neither.
    `pieces` of the border: `from` and `to` in km of chainage. Values bear three digits; null is unknown.
    """
    profiles = _Profiles.of(results, pairing_id, lang)
    return {
        "measurables": [profiles.body(str(name), lang) for name in sorted(set(profiles.names))],
        "pieces": pieces(results.rows_of("segments", pairing_id)),
    }


def measurable_body(results: Results, pairing_id: str, name: str, lang: Lang) -> dict[str, Any]:
    """Return what `profiles_body` has of one measurable; the profiles have it."""
    return _Profiles.of(results, pairing_id, lang).body(name, lang)


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


def _along(cells: Cells) -> dict[str, list[float | None]]:
    """Return the cells of both sides next to each other, by chainage."""
    ends = np.column_stack([cells.from_m, cells.to_m])
    places, row = np.unique(ends, axis=0, return_inverse=True)
    values = np.full((2, len(places)), np.nan)
    values[np.where(cells.is_a, 0, 1), row] = cells.value
    return {
        "from": _km(places[:, 0]),
        "to": _km(places[:, 1]),
        "a": [significant(value) for value in values[0].tolist()],
        "b": [significant(value) for value in values[1].tolist()],
    }


def _across(bands: Cells) -> dict[str, list[float | None]]:
    order = np.argsort(bands.from_m, kind="stable")
    return {
        "from": _km(bands.from_m[order]),
        "to": _km(bands.to_m[order]),
        "value": [significant(value) for value in bands.value[order].tolist()],
    }


def _km(metres: NDArray[np.float64]) -> list[float | None]:
    return [round(value / KM_M, 3) for value in metres.tolist()]


def _unit(unit: Any, lang: Lang) -> str:
    return "" if is_missing(unit) else wording.word(wording.UNIT_WORDS, unit, lang)
