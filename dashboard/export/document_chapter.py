"""A document's chapter on one pairing: everything the report lists, the worst with evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dashboard.export.document_parts import SIDE_LETTERS, WIDTH_MM, Pages, quiet, shade_severity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dashboard.export.report_model import Chapter, Finding, Picture
    from dashboard.export.report_pictures import Size

COLUMNS = ("rank", "severity", "finding", "side", "people")
WIDTHS_MM = (10.0, 17.0, WIDTH_MM - 71.0, 24.0, 20.0)
LABEL_MM = 50.0
MARK_MM = 20.0


def chapter_pages(
    pages: Pages,
    chapter: Chapter,
    files: Mapping[Picture, tuple[Path, Size]],
    filtered: str,
    *,
    alone: bool,
) -> None:
    """Write a chapter; `alone` where it is the only one, whose title the document has."""
    text = pages.text
    heading = pages.heading(text("report.summary") if alone else chapter.title, 1)
    heading.paragraph_format.page_break_before = True
    _sides(pages, chapter)
    if chapter.facts:
        rows = pages.table(
            [fact.label for fact in chapter.facts], (WIDTH_MM / len(chapter.facts),) * len(chapter.facts)
        )
        rows.add([fact.value for fact in chapter.facts])
        pages.after_table()
    for sentence in chapter.summary:
        pages.paragraph(sentence)
    _picture(pages, chapter.map, files)
    pages.heading(text("report.findings"), 2)
    if filtered:
        pages.paragraph(text("report.filtered", filters=filtered), quiet=True)
    _ranking(pages, chapter)
    if chapter.worst:
        several = len(chapter.worst) > 1
        title = text("report.worst_title", count=len(chapter.worst)) if several else text("report.worst_one")
        pages.heading(title, 2)
        for finding in chapter.worst:
            _finding(pages, chapter, finding, files)
    _profiles(pages, chapter, files)
    _comparison(pages, chapter)
    if chapter.programme:
        pages.heading(text("report.programme"), 2)
        for item in chapter.programme:
            paragraph = pages.paragraph(item.title, "List Bullet")
            pages.run(paragraph, f"  {item.about}", quiet=True)
    _missing(pages, chapter)


def _sides(pages: Pages, chapter: Chapter) -> None:
    if not chapter.sides:
        return
    paragraph = pages.paragraph("")
    for side in chapter.sides:
        name = f"■ {pages.text(f'side.{side.letter}')} {side.name}    "
        pages.run(paragraph, name, bold=True, colour=SIDE_LETTERS[side.letter])


def _picture(pages: Pages, picture: Picture, files: Mapping[Picture, tuple[Path, Size]]) -> None:
    path, (width_mm, _) = files[picture]
    pages.picture(path, width_mm, picture.alt)


def _ranking(pages: Pages, chapter: Chapter) -> None:
    text = pages.text
    if not chapter.findings:
        pages.paragraph(text("report.none_listed"))
        return
    rows = pages.table([text(f"report.column.{name}") for name in COLUMNS], WIDTHS_MM, aligned="rcllr")
    for finding in chapter.findings:
        severity = f"{finding.severity:.1f}"
        cells = rows.add([str(finding.rank), severity, finding.sentence, "", finding.people_short])
        shade_severity(cells[1], finding.severity_class)
        _side(pages, cells[3].paragraphs[0], finding)
        about = [finding.title, finding.place, finding.provenance_text]
        about += [text("report.stability", runs=finding.stability)] if finding.stability else []
        below = cells[2].add_paragraph()
        below.paragraph_format.space_after = 0
        pages.run(below, " · ".join(part for part in about if part), quiet=True)
    pages.after_table()


def _side(pages: Pages, paragraph: Any, finding: Finding) -> None:
    for letter, colour in SIDE_LETTERS.items():
        if finding.side in (letter, "both"):
            pages.run(paragraph, "■", colour=colour)
    pages.run(paragraph, f" {finding.side_text}")


def _finding(
    pages: Pages, chapter: Chapter, finding: Finding, files: Mapping[Picture, tuple[Path, Size]]
) -> None:
    text = pages.text
    pages.heading(f"{finding.rank}. {finding.title}", 3)
    pages.paragraph(finding.sentence).paragraph_format.keep_with_next = True
    path, (width_mm, _) = files[finding.locator]
    pages.picture(path, width_mm, finding.locator.alt, text("document.where", place=finding.place))
    told = [finding.people, finding.provenance_text, text("report.severity_sum", sum=finding.severity_sum)]
    told += [text("report.stability", runs=finding.stability)] if finding.stability else []
    pages.paragraph(" · ".join(part for part in told if part), quiet=True)
    _evidence_pairs(pages, chapter, finding)
    for row in finding.evidence:
        if "heads" in row:
            _evidence_list(pages, row)


def _evidence_pairs(pages: Pages, chapter: Chapter, finding: Finding) -> None:
    """Write both sides beside each other; below them, away from their columns, what concerns both."""
    names = [side.name for side in chapter.sides]
    names = names or [pages.text(f"side.{letter}") for letter in SIDE_LETTERS]
    sided = [[quiet(row["label"]), row["a"], row["b"]] for row in finding.evidence if "a" in row]
    if finding.value_a or finding.value_b:
        sided.insert(0, [pages.text("report.values"), finding.value_a, finding.value_b])
    if sided:
        rows = pages.table(["", *names], (LABEL_MM, *((WIDTH_MM - LABEL_MM) / 2,) * 2))
        for cells in sided:
            rows.add(cells)
        pages.after_table()
    single = [
        part for row in finding.evidence if "value" in row for part in (quiet(row["label"]), row["value"])
    ]
    if single:
        rows = pages.table(None, (LABEL_MM, WIDTH_MM / 2 - LABEL_MM) * 2)
        for at in range(0, len(single), 4):
            rows.add([*single[at : at + 4], "", ""][:4])
        pages.after_table()


def _evidence_list(pages: Pages, row: Mapping[str, Any]) -> None:
    """Write a list of evidence as a table of its own."""
    pages.paragraph(row["label"], quiet=True).paragraph_format.keep_with_next = True
    rows = pages.table(row["heads"], (WIDTH_MM / len(row["heads"]),) * len(row["heads"]))
    for values in row["rows"]:
        rows.add([quiet(value) for value in values])
    if row["more"] > 0:
        pages.paragraph(pages.text("report.rows_more", count=row["more"]), quiet=True)
    pages.after_table()


def _profiles(pages: Pages, chapter: Chapter, files: Mapping[Picture, tuple[Path, Size]]) -> None:
    if not chapter.profiles:
        return
    pages.heading(pages.text("report.profile"), 2)
    rule = pages.paragraph(pages.text("report.profile_rule"), quiet=True)
    rule.paragraph_format.keep_with_next = True
    for profile in chapter.profiles:
        _picture(pages, profile.along, files)
        _picture(pages, profile.across, files)
        if profile.verdict:
            pages.paragraph(profile.verdict)


def _comparison(pages: Pages, chapter: Chapter) -> None:
    table = chapter.comparison
    if table is None:
        return
    text, count = pages.text, len(table.heads)
    pages.heading(text("report.comparison"), 2)
    each = (WIDTH_MM - LABEL_MM - MARK_MM) / count
    heads = [text("report.column.indicator"), *table.heads, ""]
    rows = pages.table(heads, (LABEL_MM, *(each,) * count, MARK_MM), aligned=f"l{'r' * count}l")
    for label, values, mark in table.rows:
        if len(values) == count:
            rows.add([label, *values, quiet(mark)])
        else:
            rows.add([label, " · ".join(part for part in (*values, mark) if part)])
    pages.after_table()


def _missing(pages: Pages, chapter: Chapter) -> None:
    text = pages.text
    pages.heading(text("report.missing"), 2)
    if not chapter.not_computed:
        pages.paragraph(text("report.all_computed"))
        return
    heads = [text(f"report.column.{name}") for name in ("check", "what", "count", "reason")]
    rows = pages.table(heads, (45, 50, 25, WIDTH_MM - 120), aligned="llrl")
    for one in chapter.not_computed:
        rows.add([one.check, one.what, one.count, one.reason])
    pages.after_table()
