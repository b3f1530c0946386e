"""Every gap of the workspace as one list: what the ledger shows, filters by and hands on as a file."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from dashboard.export.gis import with_sentences
from dashboard.gap_filters import Filters
from dashboard.gap_rows import amount_text, gap_sentence, number
from dashboard.i18n import plain
from dashboard.maps.shapes import mark_points
from dashboard.payloads import member_names, pairing_name
from layers import wording
from layers.wording import LANGS, Lang, is_missing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from dashboard.results import Results

CODED = ("kind", "domain", "side", "provenance", "what")  # columns of few values: sent once, then by place
FACETS = ("kind", "domain", "side", "provenance")


def ledger_body(results: Results, lang: Lang) -> dict[str, Any]:
    """Return all gaps, worst first, by columns: what repeats is listed once and named by its place.

    Returns
    -------
    body
        `pairings`: rows of id, name and names of the two sides, of those with gaps. `groups`: rows of id,
        name and places in `pairings` of what a group consists of. `codes`: column -> its values. `columns`:
        column -> one entry a gap; of those in `codes` the place of the value there.
    """
    gaps, texts = results.gaps, ledger_texts(results, lang)
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
        "sentence": texts,
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


@lru_cache(maxsize=4)
def ledger_texts(results: Results, lang: Lang) -> list[str]:
    """Return the sentence of each gap, in the order of `results.gaps`; made once a run."""
    names = results.names(lang)
    # Each finding is told in words of its own kind: one call a row.
    records: list[Any] = results.gaps.drop(columns="geometry").to_dict("records")
    return [gap_sentence(gap, lang, names) for gap in records]


def chosen_gaps(results: Results, lang: Lang, asked: Mapping[str, Any]) -> gpd.GeoDataFrame:
    """Return the gaps that pass the filters of a ledger, as the browser would list them.

    Parameters
    ----------
    asked
        `pairing` (of a group: its inner borders), `severity` (the least), `words` (each must stand in
        kind, subject, pairing or sentence, in either case), `new` (only such), `km` (a stretch), `status`
        (of the follow-up), and lists of values for any of `FACETS`. What is empty or left out filters
        nothing.
    """
    gaps = results.gaps
    keep = gaps["severity"] >= float(asked.get("severity") or 0)
    if pairing := asked.get("pairing"):
        keep &= gaps["pairing_id"].isin({pairing, *results.inner_pairings(pairing)})
    for name in FACETS:
        if values := asked.get(name):
            keep &= gaps[name].isin(values)
    picked = Filters(
        only_new=bool(asked.get("new")),
        stretch_km=asked.get("km"),
        statuses=tuple(asked.get("status") or ()),
    )
    keep &= picked.keep(gaps, results, lang)
    words = str(asked.get("words") or "").lower().split()
    if words:
        heard = [all(word in text for word in words) for text in searched_texts(results, lang)]
        keep &= np.array(heard, dtype=bool)
    return gaps[keep]


def searched_texts(results: Results, lang: Lang) -> Sequence[str]:
    """Return what words are looked for in, a text a gap, in small letters; the browser has the same."""
    names = {key: pairing_name(results, key, lang) for key in results.gaps["pairing_id"].unique()}
    kinds, whats = results.gaps["kind"].tolist(), results.gaps["what"].tolist()
    return [
        " ".join(
            (
                wording.word(wording.KIND_WORDS, kind, lang),
                "" if is_missing(what) else wording.thing(what, lang),
                names[key],
                sentence,
            )
        ).lower()
        for kind, what, key, sentence in zip(
            kinds, whats, results.gaps["pairing_id"], ledger_texts(results, lang), strict=True
        )
    ]


def explained(results: Results, gaps: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return gaps as files carry them: the columns of METHOD 6 with a sentence in either language."""
    names: dict[Lang, dict[str, str]] = {lang: results.names(lang) for lang in LANGS}
    return with_sentences(gaps, names)
