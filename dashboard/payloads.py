"""What the browser gets: a body for the overview, one for each pairing; all of it can be shown as it is.

Numbers to sort and filter by stand beside the texts to read, so that the browser formats nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from dashboard.evidence import evidence_rows
from dashboard.i18n import Text
from dashboard.maps import shapes
from dashboard.maps.palette import severity_class
from geodata.model import DOMAINS
from layers import wording
from layers.score import EXPOSURE_WEIGHT, MAGNITUDE_WEIGHT
from layers.sentences import sentence
from layers.wording import Lang, is_missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.results import Results


def overview_body(results: Results, lang: Lang) -> dict[str, Any]:
    """Return the ranking of pairings, and the facts of the whole workspace."""
    names = results.names(lang)
    number_of = {key: number for number, key in enumerate(results.borders.index)}
    worst = results.gaps.drop_duplicates("pairing_id").set_index("pairing_id")
    rows = []
    for row in results.summary.to_dict("records"):  # one row a pairing: texts, not arithmetic
        key = row["pairing_id"]
        rows.append(
            {
                "id": key,
                "border": number_of.get(key),
                "name": pairing_name(results, key, lang),
                "kind": row["kind"],
                "gaps": int(row["gaps"]),
                "domains": [int(row[f"gaps_{domain}"]) for domain in DOMAINS],
                "worst": _number(row["worst_severity"]),
                "worst_text": _sentence(worst.loc[key], lang, names) if key in worst.index else "",
                "share": _number(row["affected_share"]),
                "share_text": wording.percent(row["affected_share"]),
                "people": _number(row["people_affected"]),
                "people_text": _people(row["people_affected"], lang),
                "people_short": _amount(row["people_affected"], lang),
                "border_text": wording.distance(row["border_m"], lang),
                "provenance": row["provenance"],
            }
        )
    return {"rows": rows, "facts": workspace_facts(results, lang), "bounds": results.bounds}


def workspace_facts(results: Results, lang: Lang) -> list[dict[str, str]]:
    """Return the figures that describe the workspace: label and value."""
    text = Text(lang)
    metres = float(results.borders["length_m"].sum())
    values = {
        "fact.districts": wording.amount(len(results.districts), lang),
        "fact.borders": wording.amount(len(results.borders), lang),
        "fact.border_length": wording.distance(metres, lang),
        "fact.gaps": wording.amount(len(results.gaps), lang),
    }
    return [{"label": text(key), "value": value} for key, value in values.items()]


def pairing_name(results: Results, pairing_id: str, lang: Lang) -> str:
    """Return the name of a pairing: its own in Chinese where it has one, else those of its members."""
    own = results.summary["name"].loc[pairing_id]
    if lang == "zh" and not is_missing(own) and own:
        return str(own)
    return " — ".join(member_names(results, pairing_id, lang))


def member_names(results: Results, pairing_id: str, lang: Lang) -> list[str]:
    """Return the name of each member of a pairing; members of several districts name them all."""
    names = results.names(lang)
    return [
        wording.listed([names.get(part, part) for part in member], lang)
        for member in results.members[pairing_id]
    ]


def pairing_body(results: Results, pairing_id: str, lang: Lang) -> dict[str, Any]:
    """Return all that the page of one pairing shows, in one body.

    Raises
    ------
    KeyError
        If there is no such pairing.
    """
    row: Any = results.summary.loc[pairing_id]
    names = results.names(lang)
    keys = results.inner_pairings(pairing_id) if row["kind"] == "group" else [pairing_id]
    gaps = pd.concat([results.rows_of("gaps", key) for key in keys]) if keys else results.gaps.iloc[:0]
    segments = (
        pd.concat([results.rows_of("segments", key) for key in keys]) if keys else results.segments.iloc[:0]
    )
    members = member_names(results, pairing_id, lang)
    return {
        "id": pairing_id,
        "kind": row["kind"],
        "name": pairing_name(results, pairing_id, lang),
        "members": members,
        "facts": pairing_facts(row, results, lang),
        "gaps": [gap_row(gap, lang, names) for gap in gaps.to_dict("records")],
        "not_computed": not_computed_rows(results, keys, lang),
        "provenance": row["provenance"],
        "bounds": shapes.view_bounds(results, pairing_id, segments),
        "map": {
            "members": shapes.members_shape(results, pairing_id, members),
            "around": shapes.around_shape(results, pairing_id),
            "zones": shapes.zones_shape(results, pairing_id),
            "segments": shapes.segments_shape(segments),
            "gaps": shapes.gaps_shape(gaps),
        },
    }


def pairing_facts(row: pd.Series, results: Results, lang: Lang) -> list[dict[str, str]]:
    """Return the figures under a pairing's name."""
    text = Text(lang)
    facts = []
    if row["border_m"] > 0:
        facts.append({"label": text("fact.border_length"), "value": wording.distance(row["border_m"], lang)})
        crossings = results.borders["crossings"].get(row["pairing_id"])
        if not is_missing(crossings):
            facts.append({"label": text("fact.crossings"), "value": str(int(crossings))})
        facts.append({"label": text("fact.share"), "value": wording.percent(row["affected_share"])})
    facts.append({"label": text("fact.people"), "value": _amount(row["people_affected"], lang)})
    return facts


def gap_row(gap: Mapping[str, Any], lang: Lang, names: Mapping[str, str]) -> dict[str, Any]:
    """Return one gap as the grid and the detail show it."""
    what = None if is_missing(gap["what"]) else str(gap["what"])
    facts = {
        "people": _people(gap["people"], lang),
        "length": wording.distance(gap["length_m"], lang),
        "chainage": wording.distance(gap["chainage_m"], lang),
        "unreachable": _people(gap["unreachable_people"], lang)
        if (gap["unreachable_people"] or 0) > 0
        else "",
        "p": "" if is_missing(gap["p_value"]) else wording.number(gap["p_value"]),
    }
    return {
        "id": gap["gap_id"],
        "pairing": gap["pairing_id"],
        "kind": gap["kind"],
        "domain": gap["domain"],
        "side": gap["side"],
        "provenance": gap["provenance"],
        "severity": float(gap["severity"]),
        "class": severity_class(gap["severity"]),
        "people": _number(gap["people"]),
        "wide": bool(gap["border_wide"]),
        "from": _number(gap["segment_from"]),
        "to": _number(gap["segment_to"]),
        "chainage": _number(gap["chainage_m"]),
        "kind_text": wording.word(wording.KIND_WORDS, gap["kind"], lang),
        "what_text": wording.thing(what, lang) if what else "",
        "sentence": _sentence(gap, lang, names),
        "place": _place(gap, facts, Text(lang)),
        "people_short": _amount(gap["people"], lang),
        "a": _value(gap["value_a"], gap, lang),
        "b": _value(gap["value_b"], gap, lang),
        "facts": facts,
        "evidence": evidence_rows(gap["evidence"], lang, names),
        "sum": severity_sum(gap),
    }


def _place(gap: Mapping[str, Any], facts: Mapping[str, str], text: Text) -> str:
    """Return where on the border a gap lies, and how long it is."""
    if gap["border_wide"]:
        return text("place.whole")
    if is_missing(gap["chainage_m"]):
        return text("place.nowhere")
    if is_missing(gap["length_m"]) or gap["length_m"] == 0:
        return text("place.at", chainage=facts["chainage"])
    return text("place.along", chainage=facts["chainage"], length=facts["length"])


def severity_sum(gap: Mapping[str, Any]) -> str:
    """Return the arithmetic of a severity: confidence, magnitude and exposure as the row has them."""
    parts = f"{MAGNITUDE_WEIGHT} × {gap['magnitude']:.3f} + {EXPOSURE_WEIGHT} × {gap['exposure']:.3f}"
    return f"100 × {gap['confidence']:.2f} × ({parts}) = {gap['severity']:.1f}"


def not_computed_rows(results: Results, pairing_ids: list[str], lang: Lang) -> list[dict[str, str]]:
    """Return what was not computed for these pairings or for the whole workspace, and why."""
    everywhere = results.not_computed[results.not_computed["pairing_id"].isna()]
    own = [results.rows_of("not_computed", key) for key in pairing_ids]
    rows = pd.concat([*own, everywhere]) if own else everywhere
    return [
        {
            "check": wording.word(wording.KIND_WORDS, row["check"], lang),
            "what": "" if is_missing(row["what"]) else wording.thing(row["what"], lang),
            "count": "" if is_missing(row["count"]) else wording.amount(float(row["count"]), lang),
            "reason": wording.reason(str(row["reason"]), lang),
        }
        for row in rows.to_dict("records")
    ]


def _sentence(gap: Any, lang: Lang, names: Mapping[str, str]) -> str:
    return sentence(dict(gap), lang, names)


def _value(value: Any, gap: Mapping[str, Any], lang: Lang) -> str:
    """Return a side's value; a time that is missing does not exist: there is no way."""
    both_missing = is_missing(gap["value_a"]) and is_missing(gap["value_b"])
    if is_missing(value) and (both_missing or gap["unit"] != "min"):
        return ""
    return wording.quantity(None if is_missing(value) else float(value), gap["unit"], lang)


def _people(count: Any, lang: Lang) -> str:
    return "—" if is_missing(count) else wording.people(float(count), lang)


def _amount(count: Any, lang: Lang) -> str:
    return "—" if is_missing(count) else wording.amount(float(count), lang)


def _number(value: Any) -> float | None:
    return None if is_missing(value) else float(value)
