"""The slides around those on one pairing: title, overview of several, what all of it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pptx.util import Pt

from dashboard.export.slide_briefing import GAP, NOTED, Briefing, within
from dashboard.export.slide_text import SIDES, Box, Run, cell, cut, rows_within, severity_cell, size_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.export.report_model import Chapter
    from dashboard.export.slide_parts import Page

MAP_SHARE = 0.56
SUBTITLE, MEMBERS = 18.0, 16.0  # letters, points
CAUTION = (12.0, 11.0, 10.0, 9.0, 8.0)
BAR = 7.0  # width of a side's colour on our own title slide, points
COLUMNS = {"rank": "right", "pairing": "left", "gaps": "right", "worst": "center", "people": "right"}
SHARES = (0.7, 4.0, 1.0, 1.1, 1.5)
LETTERS = 12.0
NAMED = ("source", "licence", "date")  # facts of a source on the slide; the notes have all
BASIS = (14.0, 13.0, 12.0, 11.0, 10.0)


def title_slide(brief: Briefing) -> None:
    """Say what it is about, of when, and what must be known before it is shown."""
    report, text = brief.report, brief.text
    chapter = None if report.atlas else report.chapters[0]
    title = report.subject if chapter is None else chapter.title
    kind = report.title if chapter is None else f"{report.title} · {chapter.kind_text}"
    page = brief.page(title, chapter.summary if chapter else (), kind="title")
    said = [kind, " · ".join(part for part in (report.workspace, report.date) if part)]
    said += [text("report.filtered", filters=report.filtered)] if report.filtered else []
    if page.subtitle is not None:
        lines = [(Run(cut(line, SUBTITLE, page.subtitle.width / Pt(1), 1)),) for line in said]
        page.fill(page.subtitle.text_frame, lines, None if brief.own else SUBTITLE)
    else:
        page.text(page.area, [(Run(cut(line, SUBTITLE, page.area.width, 1)),) for line in said], SUBTITLE)
    left, width = page.area.left, page.area.width
    if chapter is not None and chapter.sides:
        _members(page, Box(left, page.height * 0.695, width, 48), chapter, brief)
    top, marks = page.height * 0.785, report.appendix.marks
    caution = Box(left, top, width, max(page.area.top + page.area.height - top, 1.0))
    size = size_for(marks, caution, CAUTION)
    page.text(caution, [(Run(mark),) for mark in marks], size)


def _members(page: Page, box: Box, chapter: Chapter, brief: Briefing) -> None:
    """Name the sides in their colours; our own title slide has them as bars, too."""
    lines = [
        (
            Run("■ ", colour=SIDES[side.letter]),
            Run(f"{brief.text(f'side.{side.letter}')} {cut(side.name, MEMBERS, box.width * 0.8, 1)}"),
        )
        for side in chapter.sides
    ]
    page.text(box, lines, MEMBERS)
    if brief.own:
        top, height = page.height * 0.33, page.height * 0.17
        for number, side in enumerate(chapter.sides):
            page.bar(Box(box.left - 22, top + number * height, BAR, height), SIDES[side.letter])


def overview(brief: Briefing) -> None:
    """Show where the pairings lie, and list them as far as there is room."""
    report = brief.report
    page = brief.page(brief.text("report.overview"), [chapter.title for chapter in report.chapters[:NOTED]])
    place, side = page.area.columns(0.5)
    if report.overview is not None:
        brief.picture(page, place, report.overview)
    limit = side.width * SHARES[1] / sum(SHARES) - 14
    head = tuple(
        cell(brief.text(f"report.column.{name}"), align, quiet=True) for name, align in COLUMNS.items()
    )
    rows = [
        (
            cell(str(number), "right", quiet=True),
            cell(cut(chapter.title, LETTERS, limit, 2)),
            cell(str(len(chapter.findings)), "right"),
            severity_cell(chapter.findings[0].severity, chapter.findings[0].severity_class)
            if chapter.findings
            else cell("—", "center"),
            cell(chapter.people, "right"),
        )
        for number, chapter in enumerate(report.chapters, start=1)
    ]
    about, body = side.rows(18.0, 6.0)
    count = max(1, rows_within([head, *rows], body, SHARES, LETTERS) - 1)
    brief.shown(page, about, count, len(rows))
    page.table(body, [head, *rows[:count]], SHARES, LETTERS, brief.text("report.overview"))


def chapter_slide(brief: Briefing, chapter: Chapter) -> None:
    """Show one of several pairings: its map and its summary."""
    noted = [brief.noted(finding) for finding in chapter.worst]
    page = brief.page(chapter.title, [*chapter.summary, *noted])
    place, words = page.area.columns(MAP_SHARE)
    brief.picture(page, place, chapter.map)
    brief.sentences(page, words, chapter.summary)


def basis(brief: Briefing) -> None:
    """Say how it is measured and what it rests on; the notes have the sources in full."""
    appendix, text = brief.report.appendix, brief.text
    missing = [
        f"{one.check} · {one.what} · {one.reason}"
        for chapter in brief.report.chapters
        for one in chapter.not_computed
    ]
    facts = [*((source.layer, source.facts) for source in appendix.sources)]
    page = brief.page(
        text("slides.basis"),
        [
            *(brief.labelled(layer, " · ".join(fact.value for fact in told)) for layer, told in facts),
            *([text("report.missing"), *missing[:NOTED]] if missing else []),
            *(brief.labelled(fact.label, fact.value) for fact in appendix.run),
            appendix.view,
            *([appendix.address] if appendix.address else []),
        ],
    )
    left, right = page.area.columns(0.5)
    method = [appendix.formula, *(fact.value for fact in appendix.method), *appendix.marks]
    _block(page, left, text("report.method"), method)
    named = {text(f"data.{name}") for name in NAMED}
    sources = [
        brief.labelled(source.layer, " · ".join(part for part in (*told, source.provenance_text) if part))
        for source in appendix.sources
        for told in [[fact.value for fact in source.facts if fact.label in named]]
    ]
    _block(page, right, text("report.sources"), sources)


def _block(page: Page, box: Box, title: str, said: Sequence[str]) -> None:
    head, body = box.rows(22.0, 4.0)
    page.text(head, [(Run(title, bold=True),)], 15)
    if said:
        size = size_for(said, body, BASIS)
        page.text(body, [(Run(line),) for line in within(said, size, body)], size, gap=GAP)
