"""The eight attributes in which a road may change at the line, and how much each difference weighs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geodata.model import PAVED, UNPAVED
from layers.roads import ranks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Values = NDArray[np.object_]

# In METHOD's order of magnitudes, which decides between equal ones.
ATTRIBUTES = ("surface", "rail", "class", "lanes", "width", "speed", "lit", "sidewalk")
ABSENT = frozenset({"no", "none", "disused"})  # of lighting, sidewalks, barriers and medians

LEAST_RANKS, FULL_RANKS = 2, 5
LEAST_LANES, FULL_LANES = 2, 4
LEAST_WIDTH_SHARE = 0.25
LEAST_KMH, FULL_KMH = 20.0, 60.0
SURFACE_M, RAIL_M, LIT_M, SIDEWALK_M = 1.0, 0.8, 0.4, 0.4


def is_paved(surface: pd.Series[Any]) -> Floats:
    """Return 1 for a paved surface, 0 for an unpaved one, NaN where unknown; `a;b` only where both agree."""
    return _tristate(surface, PAVED, UNPAVED)


def is_present(tag: pd.Series[Any]) -> Floats:
    """Return 1 where a tag says that something is there, 0 where that it is not, NaN without a tag."""
    text = tag.astype(object).where(tag.notna())
    low = text.map(lambda value: str(value).strip().lower() in ABSENT, na_action="ignore")
    return np.asarray(1.0 - low.astype(np.float64))


def is_railed(roads: pd.DataFrame) -> tuple[Floats, Floats]:
    """Return by road whether it has a median, and whether a rail; NaN where unknown.

    A rail on one side is a rail; a tag for one side means none on the other.
    """
    left, right = is_present(roads["barrier_left"]), is_present(roads["barrier_right"])
    return is_present(roads["median"]), np.fmax(left, right)


@dataclass(frozen=True)
class _Compared:
    """One attribute of roads, row by row: weight of the difference (0: none), who is worse, known on both."""

    m: Floats
    worse_b: NDArray[np.bool_]
    known: NDArray[np.bool_]
    value_a: Values
    value_b: Values


def compare(a: pd.DataFrame, b: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.intp]]:
    """Return how roads differ, row by row.

    Parameters
    ----------
    a, b
        Rows of the roads layer, of one length; row k of `a` is compared with row k of `b`.

    Returns
    -------
    differences
        `matched` (k), `attribute`, `order` (of the attribute), `m`, `side` (the worse one), `value_a`,
        `value_b`; one row a difference that METHOD counts. Unknown on a side is no difference.
    known
        Number of attributes known on both sides, by k.
    """
    a, b = a.reset_index(drop=True), b.reset_index(drop=True)
    compared = _comparisons(a, b)
    tables = []
    for order, attribute in enumerate(ATTRIBUTES):
        one = compared[attribute]
        here = np.flatnonzero(one.known & (one.m > 0))
        columns = {
            "matched": here,
            "attribute": attribute,
            "order": order,
            "m": one.m[here],
            "side": np.where(one.worse_b[here], "b", "a"),
            "value_a": one.value_a[here],
            "value_b": one.value_b[here],
        }
        tables.append(pd.DataFrame(columns))
    known = np.sum([one.known for one in compared.values()], axis=0)
    return pd.concat(tables, ignore_index=True), known.astype(np.intp)


def _comparisons(a: pd.DataFrame, b: pd.DataFrame) -> dict[str, _Compared]:
    def tags(column: str) -> tuple[Values, Values]:
        return tuple(roads[column].astype(object).to_numpy() for roads in (a, b))  # type: ignore[return-value]

    def numbers(column: str) -> tuple[Floats, Floats]:
        return tuple(_numbers(roads[column]) for roads in (a, b))  # type: ignore[return-value]

    def at_least(difference: Floats, least: float, full: float) -> Floats:
        size = np.round(np.abs(difference), 9)
        return np.where(size >= least, np.minimum(1.0, size / full), 0.0)

    paved = is_paved(a["surface"]), is_paved(b["surface"])
    rank = ranks(a), ranks(b)
    lanes, width, speed = numbers("lanes"), numbers("width_m"), numbers("maxspeed_kmh")
    share = np.round(1 - np.minimum(*width) / np.maximum(*width), 9)
    lit = is_present(a["lit"]), is_present(b["lit"])
    sidewalk = is_present(a["sidewalk"]), is_present(b["sidewalk"])
    return {
        "surface": _present_or_not(paved, SURFACE_M, tags("surface")),
        "rail": _rails(a, b),
        "class": _by_size(
            at_least(rank[0] - rank[1], LEAST_RANKS, FULL_RANKS), (-rank[0], -rank[1]), tags("road_class")
        ),
        "lanes": _by_size(at_least(lanes[0] - lanes[1], LEAST_LANES, FULL_LANES), lanes, lanes),
        "width": _by_size(np.where(share >= LEAST_WIDTH_SHARE, share, 0.0), width, width),
        "speed": _by_size(at_least(speed[0] - speed[1], LEAST_KMH, FULL_KMH), speed, speed),
        "lit": _present_or_not(lit, LIT_M, tags("lit")),
        "sidewalk": _present_or_not(sidewalk, SIDEWALK_M, tags("sidewalk")),
    }


def _by_size(m: Floats, better: tuple[Floats, Floats], shown: tuple[Any, Any]) -> _Compared:
    """Return a comparison in which the side with less of `better` is worse."""
    known = np.isfinite(better[0]) & np.isfinite(better[1])
    return _Compared(m, better[1] < better[0], known, *(np.asarray(values, dtype=object) for values in shown))


def _present_or_not(present: tuple[Floats, Floats], weight: float, shown: tuple[Any, Any]) -> _Compared:
    return _by_size(np.where(present[0] != present[1], weight, 0.0), present, shown)


def _rails(a: pd.DataFrame, b: pd.DataFrame) -> _Compared:
    """Return the comparison of medians and rails: one has either, the other is known to lack that one."""
    medians, rails = zip(is_railed(a), is_railed(b), strict=True)
    either = [np.fmax(median, rail) == 1 for median, rail in zip(medians, rails, strict=True)]
    lacks = [
        ((medians[other] == 1) & (medians[own] == 0)) | ((rails[other] == 1) & (rails[own] == 0))
        for own, other in ((0, 1), (1, 0))
    ]
    differ = [lacks[own] & ~either[own] for own in (0, 1)]
    known = ~np.isnan(medians[0] + medians[1]) | ~np.isnan(rails[0] + rails[1]) | (either[0] & either[1])
    shown = [np.where(has, "yes", "no").astype(object) for has in either]
    return _Compared(np.where(differ[0] | differ[1], RAIL_M, 0.0), differ[1], known, *shown)


def _numbers(column: pd.Series[Any]) -> Floats:
    """Return positive numbers, NaN for anything else."""
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(values > 0, values, np.nan)


def _tristate(tag: pd.Series[Any], yes: frozenset[str], no: frozenset[str]) -> Floats:
    def of(value: Any) -> float:
        parts = {part.strip().lower() for part in str(value).split(";")}
        return 1.0 if parts <= yes else 0.0 if parts <= no else np.nan

    values = {value: of(value) for value in tag.dropna().unique()}
    return np.asarray(tag.map(values).astype(np.float64))
