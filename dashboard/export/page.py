"""A report as one HTML file that opens from a folder without network: text, map, list and profiles.

The data stand in the file as JSON and reach the page as text alone; a content policy lets nothing run but the
file's own script, and nothing be fetched.
"""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import html
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from dashboard.export.page_map import map_data, mark_path
from dashboard.export.page_words import WORDS
from dashboard.i18n import TAGS, Text, catalogue
from dashboard.maps.palette import PAPER, SEVERITY, SEVERITY_BREAKS, SHAPES, SIDE_A, SIDE_B, SIDE_INK
from dashboard.profiles import profiles_body
from geodata.model import DOMAINS
from layers import wording
from layers.wording import is_missing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dashboard.commands.terminal import Progress
    from dashboard.export.report_model import Chapter, Finding, Report
    from dashboard.maps.palette import Theme
    from dashboard.results import Results
    from layers.wording import Lang

TEMPLATES = Path(__file__).with_name("templates")
SCRIPTS = ("page_parts.js", "page_map.js", "page_list.js", "page_profile.js", "page.js")


def write_page(report: Report, results: Results, path: Path, progress: Progress | None = None) -> None:
    """Write `report` to `path` as one HTML file; the same report makes the same bytes."""
    chapters = []
    for done, chapter in enumerate(report.chapters, start=1):
        chapters.append(_chapter_data(chapter, report, results))
        if progress is not None:
            progress(chapter.title, done, len(report.chapters))
    path.write_text(_page(report, _report_data(report, chapters)), encoding="utf-8", newline="\n")


def _report_data(report: Report, chapters: list[dict[str, Any]]) -> dict[str, Any]:
    texts = catalogue(report.lang)
    told = ("title", "subject", "workspace", "date", "mark", "filtered", "appendix")
    return {
        **{name: getattr(report, name) for name in told},
        "review": report.review.text,
        "chapters": chapters,
        "words": {name: texts[key] for name, key in WORDS.items()},
        "domains": domain_marks(report.lang),
        "breaks": SEVERITY_BREAKS,
    }


def domain_marks(lang: Lang) -> list[dict[str, str]]:
    """Return each domain with its name and its mark, as the scripts of the map have it."""
    return [
        {"name": name, "label": wording.word(wording.DOMAIN_WORDS, name, lang), "mark": mark_path(name)}
        for name in DOMAINS
        if name in SHAPES
    ]


def _chapter_data(chapter: Chapter, report: Report, results: Results) -> dict[str, Any]:
    """Return a chapter as the page has it: its map and profiles as numbers, not as pictures."""
    told = {each.name: getattr(chapter, each.name) for each in dataclasses.fields(chapter)}
    for name in ("map", "worst", "findings", "profiles"):
        del told[name]
    drawn = map_data(results, chapter, report.lang)
    rows = results.gaps.set_index("gap_id")[["people", "chainage_m"]]
    by_name = {}
    if chapter.profiles:
        body = profiles_body(results, chapter.pairing_id, report.lang)
        by_name = {row["name"]: row for row in body["measurables"]}
    return {
        **told,
        "alt": chapter.map.alt,
        "map": {name: value for name, value in drawn.items() if name != "gaps"},
        "findings": [
            {**_finding_data(finding, report), **_order(rows.loc[finding.gap_id]), **gap}
            for finding, gap in zip(chapter.findings, drawn["gaps"], strict=True)
        ],
        "profiles": [
            {
                "label": profile.label,
                "unit": profile.unit,
                "alts": {"along": profile.along.alt, "across": profile.across.alt},
                "along": by_name[profile.measurable]["along"],
                "across": by_name[profile.measurable]["across"],
            }
            for profile in chapter.profiles
        ],
    }


def _finding_data(finding: Finding, report: Report) -> dict[str, Any]:
    told = {each.name: getattr(finding, each.name) for each in dataclasses.fields(finding)}
    del told["locator"]
    kind = wording.word(wording.KIND_WORDS, finding.kind, report.lang)
    return {**told, "severity_text": f"{finding.severity:.1f}", "kind_text": kind}


def _order(row: Any) -> dict[str, float | None]:
    """Return the numbers that rows are put in order by, beside the texts that are read."""
    return {
        name: None if is_missing(row[column]) else float(row[column])
        for name, column in (("people_number", "people"), ("chainage", "chainage_m"))
    }


def _page(report: Report, data: dict[str, Any]) -> str:
    """Return the file: a head that lets nothing in, style, data, script."""
    style = "\n".join([colours(), _foot(report), asset("page_map.css"), asset("page.css")])
    script = "\n".join(asset(name) for name in SCRIPTS)
    policy = "; ".join(
        [
            "default-src 'none'",
            f"script-src {digest(script)}",
            f"style-src {digest(style)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    title = html.escape(f"{report.title} · {report.subject}")
    said = html.escape(Text(report.lang)("html.no_script"))
    return f"""<!doctype html>
<html lang="{TAGS[report.lang]}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="bordergap">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<noscript><p>{said}</p></noscript>
<main id="report"></main>
<script type="application/json" id="data">{harmless_json(data)}</script>
<script>{script}</script>
</body>
</html>
"""


def harmless_json(data: Any) -> str:
    """Return JSON in which nothing can end a script or begin a comment."""
    told = orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS).decode()
    for letter in "<>&\u2028\u2029":
        told = told.replace(letter, f"\\u{ord(letter):04x}")
    return told


def digest(text: str) -> str:
    """Return what lets a content policy run a script, or use styles, of exactly this text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def asset(name: str) -> str:
    """Return a file of the program's own."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


def colours() -> str:
    """Return the palette as variables of the style sheet; dark where the system is, never on paper."""
    dark = _variables("dark")
    return f":root{{{_variables('light')}}}\n@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"


def _variables(theme: Theme) -> str:
    found: Iterable[tuple[str, str]] = [
        *((f"severity-{level}", colour) for level, colour in enumerate(SEVERITY[theme])),
        ("fill-a", SIDE_A),
        ("fill-b", SIDE_B),
        *zip(("side-a", "side-b"), SIDE_INK[theme], strict=True),
        *((f"map-{name}", colour) for name, colour in dataclasses.asdict(PAPER[theme]).items()),
    ]
    return "".join(f"--{name}:{colour};" for name, colour in found)


def _foot(report: Report) -> str:
    """Return what stands below every printed page: marks, and the page's number."""
    said = " · ".join(filter(None, (report.mark, report.review.text)))
    escaped = "".join(f"\\{ord(letter):06x}" for letter in said)  # of a style sheet: no letter can end it
    left, right = (
        f'@bottom-left{{content:"{escaped}"}}',
        '@bottom-right{content:counter(page) "/" counter(pages)}',
    )
    return f"@page{{{left}{right}}}"
