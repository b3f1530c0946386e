"""What a check hands over: findings in strip coordinates, and what it could not decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geodata.model import PROVENANCES, Provenance

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pyproj

# One row a finding, in strip coordinates. NaN or None in a column marked * lets `layers.score` fill it by the
# general rule of METHOD 6.
FINDING_COLUMNS: tuple[str, ...] = (
    "pair",  # position in BorderFrame.pairs
    "kind",
    "what",
    "side",  # a, b, both
    "magnitude",  # 0 to 1
    "confidence",  # before the factor for a missing population layer
    "people",  # * those within 2 km of the geometry
    "unreachable_people",
    "length_m",  # * of line geometries
    "segment_from",  # * segments the geometry touches, else the nearest
    "segment_to",  # *
    "chainage_m",  # * the border's first point nearest to the geometry
    "value_a",
    "value_b",
    "unit",
    "p_value",
    "provenance",
    "features",  # list of ids that name the finding: the gap_id is made of them
    "evidence",  # dict of plain JSON values
    "geometry",
)
NOT_COMPUTED_COLUMNS: tuple[str, ...] = ("pairing_id", "check", "what", "count", "reason")

_NUMBERS = (
    "magnitude",
    "confidence",
    "people",
    "unreachable_people",
    "length_m",
    "segment_from",
    "segment_to",
    "chainage_m",
    "value_a",
    "value_b",
    "p_value",
)


@dataclass(frozen=True)
class CheckResult:
    """Findings (FINDING_COLUMNS) and what was not computed (NOT_COMPUTED_COLUMNS) of one check and block."""

    findings: gpd.GeoDataFrame
    not_computed: pd.DataFrame


def check_result(
    crs: pyproj.CRS,
    kind: str,
    rows: pd.DataFrame | Sequence[Mapping[str, Any]] = (),
    not_computed: Iterable[Mapping[str, Any]] = (),
) -> CheckResult:
    """Return the result of a check of `kind`, its missing columns filled with null.

    Parameters
    ----------
    crs
        The strip's CRS; `geometry` of `rows` is in it.
    kind
        Kind of gap, put in the column `kind` and, unless a row says otherwise, in `check` of `not_computed`.
    rows
        One finding each, with any of FINDING_COLUMNS; `pair`, `side`, `magnitude`, `features`, `evidence`
        and `geometry` are needed. `confidence` is 1 and `provenance` measured unless given.
    not_computed
        Rows with any of NOT_COMPUTED_COLUMNS; `reason` is needed.

    Raises
    ------
    KeyError
        If a needed column is missing or an unknown one is given.
    """
    found = pd.DataFrame(rows if isinstance(rows, pd.DataFrame) else list(rows))
    unknown = set(found.columns) - set(FINDING_COLUMNS)
    if unknown:
        raise KeyError(f"{kind}: unknown columns {sorted(unknown)}")
    if len(found):
        missing = {"pair", "side", "magnitude", "features", "evidence", "geometry"} - set(found.columns)
        if missing:
            raise KeyError(f"{kind}: columns {sorted(missing)} are needed")
    found["kind"] = kind
    found = found.reindex(columns=list(FINDING_COLUMNS))
    for column in _NUMBERS:
        found[column] = pd.to_numeric(found[column], errors="raise").astype(np.float64)
    found["confidence"] = found["confidence"].fillna(1.0)
    found["provenance"] = found["provenance"].astype(object).fillna("measured")
    notes = pd.DataFrame(list(not_computed)).reindex(columns=list(NOT_COMPUTED_COLUMNS))
    notes["check"] = notes["check"].astype(object).where(notes["check"].notna(), kind)
    return CheckResult(gpd.GeoDataFrame(found, geometry="geometry", crs=crs), notes)


def worst_provenance(*provenances: Provenance) -> Provenance:
    """Return the least trustworthy of `provenances`: generated, before fallback, before measured."""
    return max(provenances, key=PROVENANCES.index, default="measured")
