"""Every gap of the workspace as one list: what the ledger shows, filters by and hands on as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from dashboard.export.gis import with_sentences
from dashboard.gap_rows import amount_text, gap_texts, number
from dashboard.i18n import plain
from dashboard.maps.shapes import mark_points
from dashboard.payloads import member_names, pairing_name
from layers import wording
from layers.wording import LANGS, Lang

if TYPE_CHECKING:
    import geopandas as gpd

    from dashboard.gap_filters import Filters
    from dashboard.results import Results

CODED = ("kind", "domain", "side", "provenance", "what")  # columns of few values: sent once, then by place


def ledger_body(results: Results, lang: Lang) -> dict[str, Any]:
    """Return all gaps, worst first, by columns: what repeats is listed once and named by its place.

    Returns
    -------
    body
        `pairings`: rows of id, name and names of the two sides, of those with gaps. `groups`: rows of id,
        name and places in `pairings` of what a group consists of. `codes`: column -> its values. `columns`:
        column -> one entry a gap; of those in `codes` the place of the value there.
    """
    gaps, names = results.gaps, results.names(lang)
    # Each finding is told in words of its own kind: one call a row.
    texts = [gap_texts(gap, lang, names) for gap in gaps.drop(columns="geometry").to_dict("records")]
    keys = list(dict.fromkeys(gaps["pairing_id"]))
    place = {key: number_ for number_, key in enumerate(keys)}
    codes = {name: [str(value) for value in gaps[name].dropna().unique()] for name in CODED}
    coded = {name: {value: number_ for number_, value in enumerate(values)} for name, values in codes.items()}
    columns: dict[str, list[Any]] = {
        "id": gaps["gap_id"].tolist(),
        "pairing": [place[key] for key in gaps["pairing_id"]],
        **{name: [coded[name].get(value) for value in gaps[name]] for name in CODED},
        "severity": gaps["severity"].tolist(),
        "people": [number(value) for value in gaps["people"]],
        "people_short": [amount_text(value, lang) for value in gaps["people"]],
        "chainage": [number(value) for value in gaps["chainage_m"]],
        "chainage_text": [wording.distance(value, lang) for value in gaps["chainage_m"]],
        **places_of(gaps),
        "new": gaps["new"].tolist() if "new" in gaps else [],
        **{name: [told[name] for told in texts] for name in ("sentence", "place")},
    }
    return {
        "pairings": [
            [key, pairing_name(results, key, lang), *member_names(results, key, lang)[:2]] for key in keys
        ],
        "groups": [
            [key, pairing_name(results, key, lang), [place[part] for part in inner if part in place]]
            for key in results.summary.index[results.summary["kind"] == "group"]
            if (inner := results.inner_pairings(key))
        ],
        "codes": codes,
        "columns": columns,
        "whats": [wording.thing(value, lang) for value in codes["what"]],
    }


def places_of(gaps: gpd.GeoDataFrame) -> dict[str, list[float | None]]:
    """Return longitude and latitude of the mark of each gap, to a metre; null for one without a place."""
    points = mark_points(gaps.geometry)
    points[shapely.is_empty(points)] = None
    degrees = {"lon": shapely.get_x(points), "lat": shapely.get_y(points)}
    return {
        name: [None if np.isnan(value) else round(float(value), 5) for value in values]
        for name, values in degrees.items()
    }


def known_members(results: Results, pairing_id: str, lang: Lang) -> tuple[str, str, str]:
    """Return the name of a pairing and of its two sides; the id where the workspace has it no more."""
    if pairing_id not in results.members:
        return plain(pairing_id), "", ""
    a, b, *_ = [*member_names(results, pairing_id, lang), "", ""]
    return pairing_name(results, pairing_id, lang), a, b


def chosen_gaps(results: Results, lang: Lang, filters: Filters, pairing: str = "") -> gpd.GeoDataFrame:
    """Return the gaps that pass the filters of a page, as the browser would list them.

    Parameters
    ----------
    pairing
        Only its gaps, of a group those of its inner borders; of all unless given.
    """
    gaps = results.gaps
    if pairing:
        gaps = gaps[gaps["pairing_id"].isin({pairing, *results.inner_pairings(pairing)})]
    return gaps[filters.keep(gaps, results, lang, filters.entries(results))]


def explained(results: Results, gaps: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return gaps as files carry them: the columns of METHOD 6 with a sentence in either language."""
    names: dict[Lang, dict[str, str]] = {lang: results.names(lang) for lang in LANGS}
    return with_sentences(gaps, names)
