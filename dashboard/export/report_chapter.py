"""One chapter of a report: what was found along one border, or between members that cooperate."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pandas as pd

from dashboard.comparison import comparison_rows
from dashboard.export.report_model import (
    WORST,
    Chapter,
    ComparisonTable,
    Fact,
    Finding,
    Item,
    NotComputed,
    Picture,
    Profile,
    Side,
    worst,
)
from dashboard.export.report_summary import summary_of
from dashboard.gap_rows import gap_row, people_text
from dashboard.i18n import Text, plain
from dashboard.members import compare_body
from dashboard.payloads import (
    PAIR,
    member_names,
    not_computed_rows,
    pairing_facts,
    pairing_name,
    programme_rows,
)
from dashboard.profiles import measurable_body
from layers import wording
from layers.wording import is_missing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dashboard.gap_filters import Filters
    from dashboard.results import Results
    from geodata.ledger import Entry
    from layers.wording import Lang

PROFILES = 3  # measurables drawn
# Kinds whose `what` names no measurable: the one that shows them.
_SHOWN_BY = {
    "road_dead_end": "road_local",
    "low_permeability": "road_local",
    "road_step_change": "paved_share",
    "roadside_mismatch": "guard_rail",
    "service_duplicate": "people",
}


def chapter_of(
    results: Results, pairing_id: str, *, lang: Lang, filters: Filters, entries: Mapping[str, Entry]
) -> Chapter:
    """Return the chapter on one pairing; a group has the gaps of its inner borders.

    `entries` are those that the filters ask for: `Filters.entries`, read once for all chapters.
    """
    text = Text(lang)
    row: Any = results.summary.loc[pairing_id]
    keys = results.inner_pairings(pairing_id) if row["kind"] == "group" else [pairing_id]
    members = member_names(results, pairing_id, lang)
    title = pairing_name(results, pairing_id, lang)
    gaps = _gaps(results, keys)
    listed = gaps[filters.keep(gaps, results, lang, entries)]
    findings = _findings(results, listed, lang, is_group=len(members) > PAIR)
    not_computed = _not_computed(results, keys, lang)
    alt = text("report.alt_map", name=title, count=len(findings))
    sides = (Side("a", members[0]), Side("b", members[1])) if len(members) == PAIR else ()
    return Chapter(
        pairing_id=pairing_id,
        kind=str(row["kind"]),
        kind_text=text(f"kind.{row['kind']}"),
        title=title,
        sides=sides,
        members=tuple(members),
        summary=summary_of(results, row, findings, not_computed, lang=lang, filters=filters, keys=keys),
        facts=_facts(results, row, findings, lang),
        map=Picture("map", alt, pairing_id, gaps=tuple(finding.gap_id for finding in findings)),
        findings=findings,
        worst=findings[:WORST],
        all_gaps=len(gaps),
        people=people_text(row["people_affected"], lang),
        provenance=_provenance(results, row, pairing_id),
        profiles=_profiles(results, pairing_id, findings, lang),
        comparison=_comparison(results, pairing_id, sides, lang),
        programme=tuple(
            Item(item["title"], item["about"]) for item in programme_rows(results, pairing_id, lang)
        ),
        not_computed=not_computed,
    )


def _gaps(results: Results, keys: Sequence[str]) -> Any:
    if not keys:
        return results.gaps.iloc[:0]
    return pd.concat([results.rows_of("gaps", key) for key in keys]).sort_index()  # worst first


def _findings(results: Results, gaps: Any, lang: Lang, *, is_group: bool) -> tuple[Finding, ...]:
    names, text = results.names(lang), Text(lang)
    records: list[Any] = gaps.to_dict("records")
    return tuple(
        _finding(rank, gap_row(gap, lang, names), results, text, is_group=is_group)
        for rank, gap in enumerate(records, start=1)
    )


def _finding(rank: int, row: dict[str, Any], results: Results, text: Text, *, is_group: bool) -> Finding:
    place, what = row["place"], row["what_text"]
    if is_group:  # whose border it is
        place = f"{' — '.join(member_names(results, row['pairing'], text.lang))} · {place}"
    title = text("report.kind_of", kind=row["kind_text"], what=what) if what else row["kind_text"]
    return Finding(
        rank=rank,
        gap_id=row["id"],
        pairing_id=row["pairing"],
        kind=row["kind"],
        domain=row["domain"],
        side=row["side"],
        way=row["way"],
        severity=row["severity"],
        severity_class=row["class"],
        provenance=row["provenance"],
        title=plain(title),
        sentence=row["sentence"],
        side_text=text(f"side.{row['side']}"),
        place=place,
        people=row["facts"]["people"],
        people_short=row["people_short"],
        value_a=row["a"],
        value_b=row["b"],
        provenance_text=text(f"badge.{row['provenance']}"),
        stability=row["facts"]["stability"],
        severity_sum=row["sum"],
        evidence=tuple(row["evidence"]),
        locator=Picture(
            "locator", text("report.alt_locator", gap=row["sentence"]), row["pairing"], gap_id=row["id"]
        ),
    )


def _facts(results: Results, row: Any, findings: Sequence[Finding], lang: Lang) -> tuple[Fact, ...]:
    text = Text(lang)
    if row["border_m"] > 0:
        counted = [Fact(text("fact.gaps"), wording.amount(len(findings), lang))]
        return (*counted, *(Fact(fact["label"], fact["value"]) for fact in pairing_facts(row, results, lang)))
    return ()


def _provenance(results: Results, row: Any, pairing_id: str) -> str:
    """Return the worst provenance of what the chapter shows, also where only members are compared."""
    compared = results.rows_of("comparisons", pairing_id)["provenance"].tolist()
    return worst([row["provenance"], *compared])


def _not_computed(results: Results, keys: list[str], lang: Lang) -> tuple[NotComputed, ...]:
    """Return what was not computed; what is the same along borders of a group once, with their number."""
    rows = not_computed_rows(results, keys, lang)
    if len(keys) <= 1:
        return tuple(NotComputed(**row) for row in rows)
    times = Counter((row["check"], row["what"], row["reason"]) for row in rows)
    text = Text(lang)
    return tuple(
        NotComputed(check, what, text("report.borders_count", count=count), reason)
        for (check, what, reason), count in times.items()
    )


def _profiles(
    results: Results, pairing_id: str, findings: Sequence[Finding], lang: Lang
) -> tuple[Profile, ...]:
    """Return the profiles to draw: of what the worst gaps are about, each once, the worst first."""
    rows = results.rows_of("profiles", pairing_id)
    units = dict(zip(rows["measurable"], rows["unit"], strict=True))
    whats = dict(zip(results.gaps["gap_id"], results.gaps["what"], strict=True)) if len(rows) else {}
    chosen: dict[str, None] = {}
    for finding in findings:
        what = whats.get(finding.gap_id)
        names = (f"t_own_{what}", str(what), _SHOWN_BY.get(finding.kind, ""))
        chosen |= dict.fromkeys(name for name in names[: 1 if names[0] in units else None] if name in units)
    return tuple(_profile(results, pairing_id, name, units[name], lang) for name in list(chosen)[:PROFILES])


def _profile(results: Results, pairing_id: str, name: str, unit: Any, lang: Lang) -> Profile:
    label, text = wording.thing(name, lang), Text(lang)
    along, across = (
        Picture(
            "profile",
            text(f"report.alt.{direction}", what=label),
            pairing_id,
            measurable=name,
            direction=direction,
        )
        for direction in ("along", "across")
    )
    said = "" if is_missing(unit) else wording.word(wording.UNIT_WORDS, unit, lang)
    verdict = measurable_body(results, pairing_id, name, lang)["across"]["verdict"]["text"]
    return Profile(name, label[:1].upper() + label[1:], said, along, across, verdict)


def _comparison(
    results: Results, pairing_id: str, sides: Sequence[Side], lang: Lang
) -> ComparisonTable | None:
    if not len(results.rows_of("comparisons", pairing_id)):
        return None
    if not sides:
        return _spread(compare_body(results, lang, pairing_id), lang)
    told = [
        (row["label"], (row["value"],) if "value" in row else (row["a"], row["b"]), row["mark"])
        for row in comparison_rows(results, pairing_id, lang)
    ]
    return ComparisonTable(tuple(side.name for side in sides), tuple(told))


def _spread(body: dict[str, Any], lang: Lang) -> ComparisonTable:
    """Return the indicators of a group: who stands at the ends, and how unequal its members are."""
    text, names = Text(lang), [member["name"] for member in body["members"]]
    rows = []
    for group in body["groups"]:
        for row in group["rows"]:
            ends = [
                "—" if row[end] is None else f"{row['texts'][row[end]]} · {names[row[end]]}"
                for end in ("least", "most")
            ]
            label = (
                text("report.in_unit", what=row["label"], unit=group["unit"])
                if group["unit"]
                else row["label"]
            )
            rows.append((label, (*ends, row["spread"]["max_min"], row["spread"]["gini"]), row["mark"]))
    rows += [(row["label"], (row["value"],), row["mark"]) for row in body["together"]]
    heads = (text(f"report.column.{name}") for name in ("least", "most", "max_min", "gini"))
    return ComparisonTable(tuple(heads), tuple(rows))
