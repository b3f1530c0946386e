"""What the browser gets: a body for the overview, one for each pairing; all of it can be shown as it is.

Numbers to sort and filter by stand beside the texts to read, so that the browser formats nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from dashboard.comparison import comparison_rows
from dashboard.gap_rows import amount_text, gap_row, gap_sentence, number, people_text
from dashboard.i18n import Text, plain
from dashboard.import_words import imported
from dashboard.maps import shapes
from dashboard.two_ways import WAYS
from geodata.model import DOMAINS
from layers import wording
from layers.wording import Lang, is_missing

if TYPE_CHECKING:
    from dashboard.results import Results


PAIR = 2  # members; more are a group


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
                "worst": number(row["worst_severity"]),
                "worst_text": gap_sentence(worst.loc[key], lang, names) if key in worst.index else "",
                "share": number(row["affected_share"]),
                "share_text": wording.percent(row["affected_share"]),
                "people": number(row["people_affected"]),
                "people_text": people_text(row["people_affected"], lang),
                "people_short": amount_text(row["people_affected"], lang),
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
    """Return the name of a pairing: its own in `lang`, of a group in any language; else its members'."""
    own, english = results.summary["name"].loc[pairing_id], results.english_names.get(pairing_id)
    if lang == "en" and english:
        return plain(english)
    if (lang == "zh" or len(results.members[pairing_id]) > PAIR) and not is_missing(own) and own:
        return plain(str(own))
    return " — ".join(member_names(results, pairing_id, lang))


def member_names(results: Results, pairing_id: str, lang: Lang) -> list[str]:
    """Return the short name of each member of a pairing; members of several districts name them all."""
    names = results.short_names(lang)
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
    keys = results.inner_pairings(pairing_id) if row["kind"] == "group" else [pairing_id]
    gaps = pd.concat([results.rows_of("gaps", key) for key in keys]) if keys else results.gaps.iloc[:0]
    gaps = gaps.sort_index()  # worst first, as all gaps are
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
        "gaps": _gap_rows(results, gaps, lang, is_group=len(members) > PAIR),
        "not_computed": not_computed_rows(results, keys, lang),
        "bare": results.is_bare,
        "provenance": row["provenance"],
        "since": results.previous_run,
        "ways": WAYS,
        "programme": programme_rows(results, pairing_id, lang),
        "comparison": comparison_rows(results, pairing_id, lang),
        "profiles": bool(len(results.rows_of("profiles", pairing_id))),
        "borders": sum(key in results.borders.index for key in keys),
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
        facts.append({"label": text("fact.people"), "value": amount_text(row["people_affected"], lang)})
    return facts


def _gap_rows(results: Results, gaps: pd.DataFrame, lang: Lang, *, is_group: bool) -> list[dict[str, Any]]:
    """Return gaps as rows; in a group each also says between whom it lies."""
    names = results.names(lang)
    records: list[Any] = gaps.to_dict("records")
    pairings = {key: pairing_name(results, key, lang) for key in gaps["pairing_id"].unique()}
    rows = [{**gap_row(gap, lang, names), "pairing_text": pairings[gap["pairing_id"]]} for gap in records]
    for row in rows if is_group else ():
        row["members"], row["on_border"] = member_names(results, row["pairing"], lang), row["place"]
        row["place"] = f"{' — '.join(row['members'])} · {row['place']}"
    return rows


def not_computed_rows(results: Results, pairing_ids: list[str], lang: Lang) -> list[dict[str, str]]:
    """Return what was not computed for these pairings or for the whole workspace, and why."""
    everywhere = results.not_computed[results.not_computed["pairing_id"].isna()]
    own = [results.rows_of("not_computed", key) for key in pairing_ids]
    rows = pd.concat([*own, everywhere]) if own else everywhere
    return [
        {
            "check": wording.check(row["check"], lang),
            "what": "" if is_missing(row["what"]) else wording.noted(row["what"], lang),
            "count": "" if is_missing(row["count"]) else wording.amount(float(row["count"]), lang),
            "reason": wording.reason(str(row["reason"]), lang),
        }
        for row in rows.to_dict("records")
    ]


def programme_rows(results: Results, pairing_id: str, lang: Lang) -> list[dict[str, str]]:
    """Return what the members of a pairing do together: title, kind, money, time and source of each item."""
    items: Any = results.programme
    if items is None:
        return []
    text = Text(lang)
    rows = []
    for item in items[items["pairing_id"] == pairing_id].to_dict("records"):
        when = [str(item[name]) for name in ("start", "end") if not is_missing(item[name])]
        money = "" if is_missing(item["amount_cny"]) else wording.amount(item["amount_cny"], lang)
        about = [
            text.of("programme.kind", item["kind"]),
            "" if is_missing(item["status"]) else text.of("programme.status", item["status"]),
            text("money", amount=money) if money else "",
            " – ".join(when),
            "" if is_missing(item["source"]) else imported(str(item["source"]), lang),
        ]
        rows.append(
            {"title": plain(str(item["title"])), "about": " · ".join(plain(part) for part in about if part)}
        )
    return rows
