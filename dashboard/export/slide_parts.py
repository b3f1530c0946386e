"""Parts of a slide: text that fits its box, native tables, pictures with their words, notes."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.shapes import MSO_SHAPE, PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.oxml.xmlchemy import OxmlElement
from pptx.util import Pt

from dashboard.export.letters import written
from dashboard.export.office import CHINESE, rgb
from dashboard.export.slide_deck import MARGIN, RUNNING, WIDE, layout_for, title_of
from dashboard.export.slide_text import BOLD, CELL, LINE, Box, Cell, Run, cut, height_of, row_height, size_for
from dashboard.i18n import TAGS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from layers.wording import Lang

TITLE_SIZES = (26.0, 24.0, 22.0, 20.0, 18.0, 16.0)
NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # "No Style, No Grid", known to every program
FOOT = 26.0  # height of the line about data and review


class Page:
    """One slide of a deck, with its title, its line about data and review, and its notes.

    Parameters
    ----------
    kind
        "title" or "titleOnly".
    foot
        What every slide has to say: of its data (nothing where they are measured), and of its review.
    """

    def __init__(self, deck: Any, lang: Lang, title: str, *, kind: str, foot: tuple[str, str]) -> None:
        self.lang = lang
        self.width, self.height = deck.slide_width / Pt(1), deck.slide_height / Pt(1)
        layout = layout_for(deck, kind)
        self.area = _area(layout, self.width, self.height)
        self.slide = deck.slides.add_slide(layout)
        self.subtitle = self._without_empty()
        self.title(title)
        self._number(layout)
        line = Box(self.area.left, self.area.top + self.area.height + 4, self.area.width * 0.9, FOOT)
        mark, review = foot
        runs = [Run(mark, bold=True), Run(" · ", quiet=True)] if mark else []
        size = size_for([" · ".join(foot)], line, (11.0, 10.0, 9.0, 8.0))
        self.text(line, [(*runs, Run(review, quiet=True))], size)

    def _without_empty(self) -> Any | None:
        """Remove the placeholders that stay empty; return that of the subtitle."""
        subtitle = None
        for each in list(self.slide.placeholders):
            if each.placeholder_format.type == PP_PLACEHOLDER.SUBTITLE:
                subtitle = each
            elif each != title_of(self.slide):
                each.element.getparent().remove(each.element)
        return subtitle

    def title(self, text: str) -> None:
        """Set the title, smaller where it is long; a text box where the layout has no title."""
        holder = title_of(self.slide)
        if holder is None:
            box = Box(self.area.left, self.height * 0.05, self.area.width, self.height * 0.11)
            self.text(box, [(Run(cut(text, 20, box.width, 2), bold=True),)], 20)
            return
        width, height = holder.width / Pt(1) * BOLD, holder.height / Pt(1) - 4
        box = Box(0, 0, width, height)
        size = size_for([text], box, TITLE_SIZES)
        fits = height_of([text], TITLE_SIZES[0], width) <= height
        lines = max(1, int(height / (size * LINE)))
        self.fill(holder.text_frame, [(Run(cut(text, size, width, lines)),)], None if fits else size)

    def _number(self, layout: Any) -> None:
        """Put a number on the slide where the layout has a place for it."""
        for each in layout.placeholders:
            if each.placeholder_format.type == PP_PLACEHOLDER.SLIDE_NUMBER:
                self.slide.shapes._spTree.append(copy.deepcopy(each.element))  # noqa: SLF001

    def text(
        self,
        box: Box,
        paragraphs: Sequence[Sequence[Run]],
        size: float,
        *,
        gap: float = 0.0,
    ) -> None:
        """Add a text box; `gap` between paragraphs in lines."""
        shape = self.slide.shapes.add_textbox(*(Pt(v) for v in (box.left, box.top, box.width, box.height)))
        frame = shape.text_frame
        frame.word_wrap = True
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        frame.auto_size = MSO_AUTO_SIZE.NONE
        self.fill(frame, paragraphs, size, gap=gap)

    def bar(self, box: Box, colour: str) -> None:
        """Add a plain field of colour, which says nothing by itself."""
        shape = self.slide.shapes.add_shape(
            MSO_SHAPE.RECTANGLE, *(Pt(value) for value in (box.left, box.top, box.width, box.height))
        )
        shape.fill.solid()
        shape.fill.fore_color.rgb = rgb(colour)
        shape.line.fill.background()
        shape.shadow.inherit = False

    def fill(
        self, frame: Any, paragraphs: Sequence[Sequence[Run]], size: float | None, *, gap: float = 0.0
    ) -> None:
        """Set the text of a frame; without a size it is that of the layout."""
        for number, runs in enumerate(paragraphs):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            if number and gap and size is not None:
                paragraph.space_before = Pt(gap * size * LINE)
            if size is not None:  # an empty paragraph is as high as its end
                paragraph._p.get_or_add_endParaRPr().set("sz", str(round(size * 100)))  # noqa: SLF001
            for run in (run for run in runs if run.text):
                self._run(paragraph.add_run(), run, size, plain=size is None)

    def _run(self, target: Any, run: Run, size: float | None, *, plain: bool) -> None:
        target.text = written(run.text)
        properties = target._r.get_or_add_rPr()  # noqa: SLF001
        properties.set("lang", TAGS[self.lang] if self.lang == "zh" else "en-US")
        properties.set("altLang", "en-US" if self.lang == "zh" else "zh-CN")
        if size is not None:
            target.font.size = Pt(size)
        if run.bold:
            target.font.bold = True
        if run.colour is not None:
            target.font.color.rgb = rgb(run.colour)
        elif not plain:
            target.font.color.theme_color = MSO_THEME_COLOR.TEXT_1
            if run.quiet:
                target.font.color.brightness = 0.35
        east = OxmlElement("a:ea")
        east.set("typeface", CHINESE)
        properties.append(east)

    def picture(self, box: Box, path: Path, alt: str) -> None:
        """Add a picture in a place of its own proportions."""
        shape = self.slide.shapes.add_picture(
            str(path), *(Pt(v) for v in (box.left, box.top, box.width, box.height))
        )
        describe(shape, alt)

    def table(
        self, box: Box, rows: Sequence[Sequence[Cell]], shares: Sequence[float], size: float, alt: str
    ) -> None:
        """Add a native table; the first row is its head, `shares` are those of the width."""
        total = sum(shares)
        widths = [box.width * share / total for share in shares]
        heights = [row_height(row, widths, size) for row in rows]
        frame = self.slide.shapes.add_table(
            len(rows), len(widths), *(Pt(v) for v in (box.left, box.top, box.width, sum(heights)))
        )
        describe(frame, alt)
        table = frame.table
        table.horz_banding = False
        frame._element.graphic.graphicData.tbl.tblPr.find(qn("a:tableStyleId")).text = NO_STYLE  # noqa: SLF001
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Pt(width)
        for number, (row, height) in enumerate(zip(rows, heights, strict=True)):
            table.rows[number].height = Pt(height)
            place = 0
            for content in row:
                self._cell(table.cell(number, place), content, size, head=number == 0)
                if content.span > 1:
                    table.cell(number, place).merge(table.cell(number, place + content.span - 1))
                place += content.span

    def _cell(self, target: Any, content: Cell, size: float, *, head: bool) -> None:
        target.margin_left = target.margin_right = Pt(CELL[0])
        target.margin_top = target.margin_bottom = Pt(CELL[1])
        target.vertical_anchor = MSO_ANCHOR.MIDDLE
        self.fill(target.text_frame, [content.runs], size)
        align = {"left": PP_ALIGN.LEFT, "right": PP_ALIGN.RIGHT, "center": PP_ALIGN.CENTER}[content.align]
        target.text_frame.paragraphs[0].alignment = align
        properties = target._tc.get_or_add_tcPr()  # noqa: SLF001
        properties.insert(0, _rule(1.25, faded=False) if head else _rule(0.5, faded=True))
        if content.fill is not None:
            target.fill.solid()
            target.fill.fore_color.rgb = rgb(content.fill)

    def notes(self, sentences: Sequence[str]) -> None:
        """Set what the speaker sees."""
        frame = self.slide.notes_slide.notes_text_frame
        if frame is not None:
            self.fill(frame, [(Run(sentence),) for sentence in sentences], None)


def _rule(width: float, *, faded: bool) -> Any:
    """Return the line below a cell, in the theme's text colour."""
    line, fill, colour = (OxmlElement(name) for name in ("a:lnB", "a:solidFill", "a:schemeClr"))
    line.set("w", str(Pt(width)))
    colour.set("val", "tx1")
    for name, value in (("a:lumMod", "25000"), ("a:lumOff", "75000")) if faded else ():
        part = OxmlElement(name)
        part.set("val", value)
        colour.append(part)
    fill.append(colour)
    line.append(fill)
    return line


def describe(shape: Any, alt: str) -> None:
    """Say in words what a picture, table or chart shows."""
    shape._element._nvXxPr.cNvPr.set("descr", written(alt))  # noqa: SLF001


def _area(layout: Any, width: float, height: float) -> Box:
    """Return where content stands: below the title and above what the layout keeps at its foot."""
    title = title_of(layout)
    margin = MARGIN / WIDE[0] * width
    left, right, top = margin, width - margin, height * 0.18
    if title is not None:
        bottom = (title.top + title.height) / Pt(1)
        if bottom < height / 2:
            top = bottom + height * 0.025
        if title.width / Pt(1) > width / 2:
            left, right = title.left / Pt(1), (title.left + title.width) / Pt(1)
    running = [each.top / Pt(1) for each in layout.placeholders if each.placeholder_format.type in RUNNING]
    foot = min([at for at in running if at > height * 0.6], default=height * 0.97)
    return Box(left, top, right - left, foot - FOOT - 4 - top)
