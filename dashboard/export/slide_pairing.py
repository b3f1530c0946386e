"""The slides on one pairing: summary, map, list, worst gaps, profile, members side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.export.slide_briefing import NOTED, Briefing
from dashboard.export.slide_charts import across_chart, along_chart, domain_chart
from dashboard.export.slide_text import (
    BOLD,
    LINE,
    SIDES,
    Box,
    Cell,
    Run,
    cell,
    cut,
    lines_of,
    rows_within,
    severity_cell,
)
from dashboard.profiles import measurable_body

if TYPE_CHECKING:
    from dashboard.export.report_model import Chapter, ComparisonTable, Finding, Profile
    from dashboard.export.slide_parts import Page

LETTERS, SMALLER = 13.0, 12.0  # of tables, points
FIGURES = (26.0, 22.0, 18.0, 14.0)
COLUMNS = {"rank": "left", "severity": "center", "finding": "left", "side": "left", "people": "right"}
SHARES = (0.65, 0.95, 7.0, 1.5, 1.15)
EVIDENCE_SHARES = (1.3, 1.0, 1.0)
SENTENCE_LINES = 3  # of a gap's sentence in the list
MISSING_LINES = 6  # of what was not computed
INSET = 14.0  # what a cell's borders take of its column


def summary(brief: Briefing, chapter: Chapter) -> None:
    """Say what a mayor reads in a minute."""
    page = brief.page(brief.text("report.summary"), chapter.summary)
    body = page.area
    if chapter.facts:
        facts, body = page.area.rows(58.0)
        width = facts.width / len(chapter.facts)
        for number, fact in enumerate(chapter.facts):
            place = Box(facts.left + number * width, facts.top, width - 10, facts.height)
            room = place.width * BOLD
            size = next((size for size in FIGURES if lines_of(fact.value, size, room) == 1), FIGURES[-1])
            page.text(place, [(Run(fact.label, quiet=True),)], LETTERS)
            page.text(place.rows(18, 2)[1], [(Run(fact.value, bold=True),)], size)
    words = body
    if chapter.findings:
        words, side = body.columns(0.66)
        name = brief.text("slides.by_domain")
        domain_chart(page, side, chapter, name, brief.labelled(name, chapter.title))
    brief.sentences(page, words, chapter.summary)


def map_slide(brief: Briefing, chapter: Chapter) -> None:
    """Show the border and where its gaps lie."""
    page = brief.page(chapter.title, [chapter.map.alt, *chapter.summary])
    brief.picture(page, page.area, chapter.map)


def ranking(brief: Briefing, chapter: Chapter) -> None:
    """List the gaps as far as they fit, and say how many there are; the notes have more of them."""
    text = brief.text
    page = brief.page(text("report.findings"), [brief.noted(each) for each in chapter.findings[:NOTED]])
    if not chapter.findings:
        page.text(page.area, [(Run(text("report.none_listed")),)], 18)
        return
    about, body = page.area.rows(20.0, 6.0)
    head = tuple(cell(text(f"report.column.{name}"), align, quiet=True) for name, align in COLUMNS.items())
    width = body.width * SHARES[2] / sum(SHARES) - INSET
    rows = [_row(finding, width) for finding in chapter.findings]
    count = max(1, rows_within([head, *rows], body, SHARES, LETTERS) - 1)
    brief.shown(page, about, count, len(rows), brief.report.filtered)
    page.table(body, [head, *rows[:count]], SHARES, LETTERS, text("report.findings"))


def _row(finding: Finding, width: float) -> tuple[Cell, ...]:
    colours = [colour for letter, colour in SIDES.items() if finding.side in (letter, "both")]
    return (
        cell(str(finding.rank), quiet=True),
        severity_cell(finding.severity, finding.severity_class),
        cell(cut(finding.sentence, LETTERS, width, SENTENCE_LINES)),
        Cell((*(Run("■", colour=colour) for colour in colours), Run(f" {finding.side_text}"))),
        cell(finding.people_short, "right"),
    )


def finding_slide(brief: Briefing, chapter: Chapter, finding: Finding) -> None:
    """Show one gap: where it is, in a sentence, and side a beside side b."""
    told = [row for row in finding.evidence if "heads" not in row]
    page = brief.page(
        f"{finding.rank}. {finding.title}",
        [
            brief.noted(finding),
            brief.text("report.severity_sum", sum=finding.severity_sum),
            *(
                brief.labelled(row["label"], row["value"] if "value" in row else f"{row['a']} | {row['b']}")
                for row in told
            ),
        ],
    )
    place, words = page.area.columns(0.54)
    brief.picture(page, place, finding.locator)
    height = brief.sentences(page, words.rows(words.height * 0.42)[0], [finding.sentence])
    _sides(brief, page, words.rows(height, 16)[1], chapter, finding)


def _sides(brief: Briefing, page: Page, box: Box, chapter: Chapter, finding: Finding) -> None:
    """Set side a and side b next to each other: the values, then the evidence as far as it fits."""
    text, size = brief.text, SMALLER
    of_label, limit, _ = (box.width * share / sum(EVIDENCE_SHARES) - INSET for share in EVIDENCE_SHARES)

    def whole(label: str, value: str) -> tuple[Cell, ...]:
        told = Cell((Run(cut(value, size, 2 * limit, 2)),), "center", span=2)  # of neither side
        return cell(cut(label, size, of_label, 2), quiet=True), told

    def beside(label: str, a: str, b: str, *, bold: bool = False) -> tuple[Cell, ...]:
        values = (cell(cut(value, size, limit, 2), bold=bold) for value in (a, b))
        return cell(cut(label, size, of_label, 2), quiet=True), *values

    names = [side.name for side in chapter.sides] or [text(f"side.{letter}") for letter in SIDES]
    heads = (
        Cell((Run("■ ", colour=SIDES[letter]), Run(cut(name, size, limit - size, 2), bold=True)))
        for letter, name in zip(SIDES, names, strict=True)
    )
    mark = severity_cell(finding.severity, finding.severity_class, f"{text('report.column.severity')} ")
    rows = [whole(text("slides.place"), finding.place)]
    if finding.value_a or finding.value_b:
        rows.insert(0, beside(text("report.values"), finding.value_a, finding.value_b, bold=True))
    rows += [
        beside(row["label"], row["a"], row["b"]) if "a" in row else whole(row["label"], row["value"])
        for row in finding.evidence
        if "heads" not in row
    ]
    table = [(mark, *heads), *rows]
    count = max(2, rows_within(table, box, EVIDENCE_SHARES, size))
    page.table(box, table[:count], EVIDENCE_SHARES, size, finding.title)


def profile_slide(brief: Briefing, chapter: Chapter, profile: Profile) -> None:
    """Draw a profile as charts whose figures can be edited."""
    text = brief.text
    body = measurable_body(brief.results, chapter.pairing_id, profile.measurable, brief.report.lang)
    names = [side.name for side in chapter.sides]
    about = text("slides.profile_about", a=names[0], b=names[1])
    page = brief.page(
        brief.labelled(text("report.profile"), profile.label),
        [profile.verdict, about, profile.along.alt, profile.across.alt],
    )
    said, size = (
        [cut(each, LETTERS + 1, page.area.width, 2) for each in (profile.verdict, about) if each],
        LETTERS + 1,
    )
    lines = sum(lines_of(each, size, page.area.width) for each in said)
    words, charts = page.area.rows(lines * size * LINE, 10.0)
    page.text(words, [(Run(each),) for each in said], size)
    left, right = charts.columns(0.64)
    unit = text("slides.unit", unit=profile.unit) if profile.unit else text("slides.no_unit")
    # A name never begins a cell of the workbook behind the chart: there it could be a formula.
    sides = [f"{text(f'side.{side.letter}')} {side.name}" for side in chapter.sides]
    along_chart(page, left, body["along"], sides, title=text("slides.along") + unit, alt=profile.along.alt)
    across_chart(page, right, body["across"], sides, title=text("slides.across"), alt=profile.across.alt)


def comparison_slide(brief: Briefing, chapter: Chapter, table: ComparisonTable) -> None:
    """Set members side by side as far as there is room."""
    text, columns = brief.text, len(table.heads)
    page = brief.page(
        text("report.comparison"),
        [brief.labelled(label, " | ".join(values)) for label, values, _ in table.rows[:NOTED]],
    )
    about, body = page.area.rows(20.0, 6.0)
    shares = (3.0, *((4.8 / columns,) * columns), 0.9)
    of_label, limit = (body.width * share / sum(shares) - INSET for share in shares[:2])
    heads = (_head(chapter, number, name, limit) for number, name in enumerate(table.heads))
    rows: list[tuple[Cell, ...]] = [(cell(text("report.column.indicator"), quiet=True), *heads, cell(""))]
    for label, values, mark in table.rows:
        told = (
            tuple(cell(cut(value, LETTERS, limit, 2), "right") for value in values)
            if len(values) == columns
            else (Cell((Run(cut(values[0], LETTERS, limit * columns, 2)),), "center", span=columns),)
        )
        rows.append((cell(cut(label, LETTERS, of_label, 2)), *told, cell(mark, quiet=True)))
    count = max(2, rows_within(rows, body, shares, LETTERS))
    brief.shown(page, about, count - 1, len(table.rows))
    page.table(body, rows[:count], shares, LETTERS, text("report.comparison"))


def missing_slide(brief: Briefing, chapter: Chapter) -> None:
    """Say what was not computed, and why."""
    text, shares = brief.text, (2.2, 2.4, 1.2, 3.0)
    noted = [f"{one.check} · {one.what} · {one.reason}" for one in chapter.not_computed]
    page = brief.page(text("report.missing"), noted)
    about, body = page.area.rows(20.0, 6.0)
    widths = [body.width * share / sum(shares) - INSET for share in shares]
    rows: list[tuple[Cell, ...]] = [
        tuple(
            cell(text(f"report.column.{name}"), quiet=True) for name in ("check", "what", "count", "reason")
        )
    ]
    for one in chapter.not_computed:
        told = zip((one.check, one.what, one.count, one.reason), widths, strict=True)
        rows.append(tuple(cell(cut(value, LETTERS, width, MISSING_LINES)) for value, width in told))
    count = max(2, rows_within(rows, body, shares, LETTERS))
    brief.shown(page, about, count - 1, len(chapter.not_computed))
    page.table(body, rows[:count], shares, LETTERS, text("report.missing"))


def _head(chapter: Chapter, number: int, name: str, limit: float) -> Cell:
    said = Run(cut(name, LETTERS, limit - LETTERS, 2), bold=True)
    if not chapter.sides:
        return Cell((said,), "right")
    return Cell((Run("■ ", colour=SIDES[chapter.sides[number].letter]), said), "right")
