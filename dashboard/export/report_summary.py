"""What a reader in a hurry needs: a border and its gaps in a few sentences, made of the figures alone."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from dashboard.i18n import Text
from dashboard.payloads import PAIR, member_names
from dashboard.two_ways import DEPRESSION, JUMP
from geodata.model import DOMAINS
from layers import wording
from layers.wording import is_missing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.export.report_model import Finding, NotComputed
    from dashboard.gap_filters import Filters
    from dashboard.results import Results
    from layers.wording import Lang


def summary_of(
    results: Results,
    row: Any,
    findings: Sequence[Finding],
    not_computed: Sequence[NotComputed],
    *,
    lang: Lang,
    filters: Filters,
    keys: Sequence[str],
) -> tuple[str, ...]:
    """Return three to five sentences: the border, the gaps, the worst, the people, what is not known.

    Parameters
    ----------
    row
        The pairing's row of the summary table.
    findings
        The gaps that are listed, worst first.
    keys
        Pairings whose borders are meant: the pairing's own, or those inside a group.
    """
    text = Text(lang)
    members = member_names(results, str(row["pairing_id"]), lang)
    everything = sum(len(results.rows_of("gaps", key)) for key in keys)
    sentences = [_border(row, members, results, keys, text)]
    if row["border_m"] > 0 or everything:
        bare = results.is_bare and not everything
        told = text("overview.bare") if bare else _gaps(findings, everything, filters, members, text)
        sentences.append(told)
    if findings:
        severity = wording.number(findings[0].severity)
        sentences.append(text("report.worst", severity=severity, sentence=findings[0].sentence))
    if not is_missing(row["people_affected"]) and row["people_affected"] > 0:
        sentences.append(text("report.people", people=wording.people(float(row["people_affected"]), lang)))
    checks = list(dict.fromkeys(one.check for one in not_computed))
    if checks:
        sentences.append(text("report.not_computed", checks=wording.listed(checks, lang)))
    return tuple(sentences)


def _border(row: Any, members: Sequence[str], results: Results, keys: Sequence[str], text: Text) -> str:
    length = wording.distance(row["border_m"], text.lang)
    if len(members) > PAIR:
        count = sum(key in results.borders.index for key in keys)
        return text("report.group_border", members=len(members), borders=count, length=length)
    if not row["border_m"] > 0:
        return text("report.no_border", a=members[0], b=members[1])
    crossings = results.borders["crossings"].get(row["pairing_id"])
    said = {"a": members[0], "b": members[1], "length": length}
    if is_missing(crossings):
        return text("report.border", **said)
    return text("report.border_crossings", **said, crossings=int(crossings))


def _gaps(
    findings: Sequence[Finding], everything: int, filters: Filters, members: Sequence[str], text: Text
) -> str:
    """Return how many gaps are listed, of which domains, and whether they are jumps or depressions."""
    filtered = filters.said(text.lang)
    if not findings:
        return text("report.none_pass", all=everything) if filtered and everything else text("report.none")
    counts = Counter(finding.domain for finding in findings)
    domains = [
        text("report.domain_count", domain=_within(wording.DOMAIN_WORDS, name, text), count=counts[name])
        for name in DOMAINS
        if counts[name]
    ]
    said = {"count": len(findings), "all": everything, "domains": wording.listed(domains, text.lang)}
    key = "report.found_filtered" if filtered else "report.found"
    return text(key, **said, filters=filtered) + _shape(findings, members, text)


def _shape(findings: Sequence[Finding], members: Sequence[str], text: Text) -> str:
    ways = Counter(finding.way for finding in findings)
    worse = Counter(finding.side for finding in findings if finding.way == JUMP)
    jumps, low = ways[JUMP], ways[DEPRESSION]
    parts = []
    if worse["a"] + worse["b"] and len(members) == PAIR:
        sides = [
            text("report.side_count", name=name, count=worse[side])
            for side, name in zip("ab", members, strict=True)
            if worse[side]
        ]
        parts.append(text("report.jumps_of", count=jumps, sides=wording.listed(sides, text.lang)))
    elif jumps:
        parts.append(text("report.jumps", count=jumps))
    if low:
        parts.append(text("report.depressions", count=low))
    return text("report.of_these", parts=text("report.clause_joint").join(parts)) if parts else ""


def _within(table: Any, name: str, text: Text) -> str:
    """Return a word as it stands inside a sentence."""
    word = wording.word(table, name, text.lang)
    return word.lower() if text.lang == "en" else word
