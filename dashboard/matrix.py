"""All pairs of a group as a matrix: members in rows and columns, a cell where two of them touch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.gap_rows import amount_text
from dashboard.maps.palette import PEOPLE_BREAKS, SEVERITY_BREAKS, SHARE_BREAKS
from layers import wording
from layers.wording import Lang, is_missing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.results import Results

GAPS_BREAKS = (2, 3, 5, 8)
# What a cell may be coloured by: column of the summary, limits of its classes, factor to their unit.
MEASURES: dict[str, tuple[str, tuple[int, ...], float]] = {
    "worst": ("worst_severity", SEVERITY_BREAKS, 1),
    "share": ("affected_share", SHARE_BREAKS, 100),
    "gaps": ("gaps", GAPS_BREAKS, 1),
    "people": ("people_affected", PEOPLE_BREAKS, 1),
}


def matrix_of(results: Results, members: Sequence[Sequence[str]], lang: Lang) -> dict[str, Any]:
    """Return the pairs of `members` (lists of district ids) that touch.

    Returns
    -------
    matrix
        `order`: places of the members such that those that touch stand near each other. `cells`: rows of two
        places, pairing, classes (0 to 4 of the severity ramp, -1 where there is nothing) and texts, both by
        measure.
    """
    place = {frozenset(member): number for number, member in enumerate(members)}
    cells: list[dict[str, Any]] = []
    for key, pair in results.members.items():
        places = [place.get(frozenset(member)) for member in pair]
        if key not in results.borders.index or None in places:
            continue
        row = results.summary.loc[key]
        cells.append(
            {
                "at": places,
                "id": key,
                "classes": {name: _class(row, name) for name in MEASURES},
                "texts": {name: _text(row, name, lang) for name in MEASURES},
            }
        )
    return {"order": _order(len(members), [cell["at"] for cell in cells]), "cells": cells}


def _class(row: Any, measure: str) -> int:
    """Return the class of a value in the ramp; -1 for none, and for a pair where nothing was found."""
    column, breaks, factor = MEASURES[measure]
    value = row[column]
    if is_missing(value) or value <= 0:
        return -1
    return sum(float(value) * factor >= limit for limit in breaks)


def _text(row: Any, measure: str, lang: Lang) -> str:
    value = row[MEASURES[measure][0]]
    if measure == "share":
        return wording.percent(value)
    if measure == "worst":
        return "—" if is_missing(value) else f"{value:.0f}"
    return amount_text(value, lang)


def _order(count: int, pairs: Sequence[Sequence[int]]) -> list[int]:
    """Return the places in an order that keeps those that touch together, near the diagonal."""
    if not pairs:
        return list(range(count))
    from scipy.sparse import csr_matrix  # noqa: PLC0415  # takes long to load, and reports need none of it
    from scipy.sparse.csgraph import reverse_cuthill_mckee  # noqa: PLC0415

    ends = np.asarray(pairs)
    both = np.vstack([ends, ends[:, ::-1]])
    touching = csr_matrix((np.ones(len(both)), (both[:, 0], both[:, 1])), shape=(count, count))
    return [int(place) for place in reverse_cuthill_mckee(touching, symmetric_mode=True)]
