"""Members compared as wholes: counterparts side by side, and the spread across a group (METHOD 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geodata.model import TABLES
from geodata.pairings import member_id_of
from layers.findings import worst_provenance
from layers.given import Row, given_indicators, programme_counts
from layers.inequality import gini, krugman, max_min, theil
from layers.measurables import (
    KM_M,
    KM_PER_KM2,
    KNOWN,
    MINUTES,
    PAVED_NAME,
    PAVED_SHARE,
    PER_10000,
    ROAD_GROUPS,
    SHARE,
    TEN_THOUSAND,
)
from layers.parks import industry_mix
from layers.seats import minutes_between, people_near_core
from layers.wholes import Wholes, parks_of, wholes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from geodata.model import Provenance
    from layers.region import Region

WHOLE = "all"  # the member of what concerns the pairing as a whole
CORE_MIN = 60.0
COMPARED = ("counterpart", "group")
SPREADS = {"theil": theil, "gini": gini, "max_min": max_min}


def comparisons(
    region: Region, indicators: pd.DataFrame | None = None, programme: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Compare the members of every counterpart and group pairing of a workspace.

    Parameters
    ----------
    region
        The prepared workspace, with its network and travel times where it has roads and facilities.
    indicators, programme
        Canonical layers of these names, or None.

    Returns
    -------
    comparisons
        Columns of `TABLES["comparisons"]`, in the order of the pairings. Of each member: `population`
        (official where given, else that of the layer), `area` (km2), `road_*` (km/km2), `paved_share` (of
        known length), facilities by kind (per 10000 people), `t_own_KIND` (min, mean over people who reach
        one) and the given indicators (name and year). With member `all`: `programme_KIND` (counts); of
        counterparts `krugman_industries`, `travel_between_seats` (min) and `co_built_parks` (count); of
        groups `theil:X`, `gini:X`, `max_min:X` of each indicator X of the members, and
        `within_60_min_of_core`, the share of the people on the network who get to the seat of the first
        member in time.

    Notes
    -----
    Null is what the data do not tell. Spreads give each member the same weight.
    """
    chosen = region.pairings[region.pairings["kind"].isin(COMPARED)]
    columns = list(TABLES["comparisons"].column_names)
    if chosen.empty:
        return pd.DataFrame(columns=columns)
    involved = sorted(
        {district for members in chosen["members"] for member in members for district in member}
    )
    held = wholes(region, involved)
    rows = []
    # A loop over the named pairings, which are few: every other pair is adjacent.
    for pairing in chosen.to_dict("records"):
        members = {member_id_of(districts): list(districts) for districts in pairing["members"]}
        found = [*_of_members(region, held, members), *given_indicators(indicators, members, held.people)]
        if pairing["kind"] == "group":
            found += _spreads(found, members)
            found.append(_near_core(region, members))
        else:
            found.append(_krugman(region, held, members))
            found.append(_between_seats(region, members))
            found.append(_co_built(region, held, members))
        found += programme_counts(programme, str(pairing["pairing_id"]), WHOLE)
        rows += [(pairing["pairing_id"], *row) for row in found]
    return pd.DataFrame(rows, columns=columns)


def _of_members(region: Region, held: Wholes, members: Mapping[str, Sequence[str]]) -> list[Row]:
    """Return what is measured of each member."""
    rows = []
    for name, districts in members.items():
        ids = list(districts)
        people = float(held.people.reindex(ids).sum(skipna=False))
        area = float(held.area_km2.reindex(ids).sum())
        rows += [Row("population", name, people, "people", _people_provenance(region))]
        rows += [Row("area", name, area, "km2", region.provenances.get(("districts", None), "measured"))]
        rows += _roads(region, held, name, ids, area)
        rows += _facilities(region, held, name, ids, people)
        rows += _own_minutes(region, name)
    return rows


def _roads(region: Region, held: Wholes, name: str, ids: Sequence[str], area_km2: float) -> Iterator[Row]:
    if held.metres is None:
        return
    own = held.metres[held.metres["district_id"].isin(ids)].groupby("name")["metres"].sum()
    trusted = region.provenances.get(("roads", None), "measured")
    for group in ROAD_GROUPS:
        yield Row(group, name, float(own.get(group, 0.0)) / KM_M / area_km2, KM_PER_KM2, trusted)
    known = float(own.get(KNOWN, 0.0))
    paved = float(own.get(PAVED_NAME, 0.0)) / known if known > 0 else float("nan")
    yield Row(PAVED_SHARE, name, paved, SHARE, trusted)


def _facilities(region: Region, held: Wholes, name: str, ids: Sequence[str], people: float) -> Iterator[Row]:
    if held.facilities is None:
        return
    own = held.facilities[held.facilities["district_id"].isin(ids)].drop_duplicates("row")
    counts = own.groupby("kind").size()
    for kind in sorted(region.kinds_present.get("facilities", ())):
        rate = counts.get(kind, 0) / people * TEN_THOUSAND if people > 0 else float("nan")
        trusted = region.provenances.get(("facilities", kind), "measured")
        yield Row(kind, name, rate, PER_10000, worst_provenance(trusted, _people_provenance(region)))


def _own_minutes(region: Region, name: str) -> Iterator[Row]:
    travel = region.travel
    if travel is None:
        return
    people = travel.places.people[travel.people_of(name)]
    for kind in travel.kinds:
        minutes = travel.own(kind, name).minutes
        served = np.isfinite(minutes) & (people > 0)
        mean = float(np.average(minutes[served], weights=people[served])) if served.any() else float("nan")
        trusted = region.provenances.get(("facilities", kind), "measured")
        way: Provenance = "fallback" if travel.by_straight_line(kind) else _way_provenance(region)
        provenance = worst_provenance(trusted, _people_provenance(region), way)
        yield Row(f"t_own_{kind}", name, mean, MINUTES, provenance)


def _spreads(found: Sequence[Row], members: Mapping[str, Sequence[str]]) -> list[Row]:
    """Return Theil, Gini and max / min across the members of each indicator in `found`."""
    rows = []
    for indicator in dict.fromkeys(row.indicator for row in found):
        own = [row for row in found if row.indicator == indicator and row.member in members]
        values = np.array([row.value for row in own], dtype=np.float64)
        trusted = worst_provenance(*(row.provenance for row in own))
        rows += [
            Row(f"{name}:{indicator}", WHOLE, index(values), "index", trusted)
            for name, index in SPREADS.items()
        ]
    return rows


def _near_core(region: Region, members: Mapping[str, Sequence[str]]) -> Row:
    near = people_near_core(region, list(members.values()), CORE_MIN)
    known = near is not None and near.on_network > 0
    value = near.in_time / near.on_network if near is not None and known else float("nan")
    return Row("within_60_min_of_core", WHOLE, value, SHARE, _way_provenance(region))


def _krugman(region: Region, held: Wholes, members: Mapping[str, Sequence[str]]) -> Row:
    """Return how different the industries of two members are, by how many of their parks name each."""
    industries = {}
    if held.parks is not None:
        industries = region.layers.values("parks", ("industries",))["industries"].to_dict()
    mixes = [industry_mix(industries[row] for row in parks_of(held.parks, ids)) for ids in members.values()]
    trusted = region.provenances.get(("parks", None), "measured")
    return Row("krugman_industries", WHOLE, krugman(*mixes), "index", trusted)


def _between_seats(region: Region, members: Mapping[str, Sequence[str]]) -> Row:
    minutes, _ = minutes_between(region, *members.values())
    return Row("travel_between_seats", WHOLE, minutes, MINUTES, _way_provenance(region))


def _co_built(region: Region, held: Wholes, members: Mapping[str, Sequence[str]]) -> Row:
    """Return how many parks of either member name a district of the other as partner."""
    if held.parks is None:
        return Row("co_built_parks", WHOLE, float("nan"), "count")
    one, other = members.values()
    parks = region.layers.values("parks", ("partners",))
    count = sum(
        bool(_names(parks["partners"].loc[row]) & set(partners))
        for ids, partners in ((one, other), (other, one))
        for row in parks_of(held.parks, ids)
    )
    return Row(
        "co_built_parks", WHOLE, float(count), "count", region.provenances.get(("parks", None), "measured")
    )


def _names(listed: object) -> set[str]:
    return set() if listed is None or isinstance(listed, float | str) else {str(name) for name in listed}  # type: ignore[attr-defined]


def _people_provenance(region: Region) -> Provenance:
    return worst_provenance(
        region.provenances.get(("population", None), "measured"),
        region.provenances.get(("districts", None), "measured"),
    )


def _way_provenance(region: Region) -> Provenance:
    """Return how far travel to a seat can be trusted: a straight line stands in for roads."""
    return region.provenances.get(("roads", None), "measured") if "roads" in region.layers else "fallback"
