"""What a workspace is told rather than measures: indicators of districts, programme items (METHOD 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from geodata.model import PROVENANCES
from layers.findings import worst_provenance

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geodata.model import Provenance

RATE_MARKS = ("/", "per ", "%", "share", "index", "率", "每", "人均")  # units of what cannot be added up


class Row(NamedTuple):
    """One row of `TABLES["comparisons"]`, but for the pairing."""

    indicator: str
    member: str
    value: float
    unit: str | None
    provenance: Provenance = "measured"


def given_indicators(
    indicators: pd.DataFrame | None, members: Mapping[str, Sequence[str]], people: pd.Series[float]
) -> list[Row]:
    """Return the given indicators of `members`, each for the last year that most of them have.

    Parameters
    ----------
    indicators
        Canonical layer, or None.
    members
        Member id -> district ids.
    people
        By district id; weights of rates.

    Returns
    -------
    rows
        Named `INDICATOR YEAR`. Of a member of several districts: their sum, or, where the unit tells a rate
        (per, /, %), their mean weighted by people; null where one of them is missing.
    """
    if indicators is None:
        return []
    of_district = pd.Series({district: name for name, ids in members.items() for district in ids})
    chosen = indicators[indicators["district_id"].isin(of_district.index) & indicators["value"].notna()]
    chosen = chosen.drop_duplicates(["district_id", "indicator", "year"], keep="last")
    chosen = chosen.assign(member=chosen["district_id"].map(of_district))
    rows = []
    # A loop over the given indicators, for the year each is compared at.
    for indicator, values in chosen.groupby("indicator"):
        counts = values.groupby("year")["district_id"].nunique()
        year = counts.index[counts == counts.max()].max()
        at = values[values["year"] == year].set_index("district_id")
        unit = next((str(unit) for unit in at["unit"] if pd.notna(unit)), None)
        known = [str(told) for told in at["provenance"] if pd.notna(told)] if "provenance" in at else []
        trusted = worst_provenance(*(told for told in PROVENANCES if told in known))
        rows += [
            Row(f"{indicator} {int(year)}", name, _of_member(at["value"], ids, people, unit), unit, trusted)
            for name, ids in members.items()
        ]
    return rows


def programme_counts(programme: pd.DataFrame | None, pairing_id: str, member: str) -> list[Row]:
    """Return how many programme items a pairing has, by kind: `programme_KIND`."""
    if programme is None:
        return []
    counts = programme.loc[programme["pairing_id"] == pairing_id].groupby("kind").size()
    return [Row(f"programme_{kind}", member, float(count), "count") for kind, count in counts.items()]


def is_rate(unit: str | None) -> bool:
    """Return whether a unit is that of a rate, which districts have a mean of and no sum."""
    return unit is not None and any(mark in unit.casefold() for mark in RATE_MARKS)


def _of_member(
    values: pd.Series[float], ids: Sequence[str], people: pd.Series[float], unit: str | None
) -> float:
    own = values.reindex(list(ids)).to_numpy(np.float64)
    if len(own) == 1 or not is_rate(unit):
        return float(own.sum())
    weights = people.reindex(list(ids)).to_numpy(np.float64)
    return float((own * weights).sum() / weights.sum()) if weights.sum() > 0 else float("nan")
