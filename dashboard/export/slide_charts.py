"""Native charts of slides, which their readers can edit: the profile of a border, gaps by domain."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.oxml.ns import qn
from pptx.oxml.xmlchemy import OxmlElement
from pptx.util import Pt

from dashboard.export.letters import written
from dashboard.export.office import CHINESE, rgb
from dashboard.export.slide_parts import Page, describe
from dashboard.export.slide_text import SIDES, Box, cut
from dashboard.maps.palette import SEVERITY
from geodata.model import DOMAINS
from layers import wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.export.report_model import Chapter

_Data: Any = CategoryChartData  # the library says nothing of its types
LETTERS = 12.0  # points
UNSIGNED = "General;General"  # side b hangs below the line; its values are no less than nothing
ALONG_TICKS, ACROSS_TICKS = 12, 7  # labels of the axis of kilometres
NARROW, WIDE = 12, 45  # gap between bars, per cent of their width
CHART_HEAD, BAR_ROOM = 60.0, 44.0  # height of a chart without its bars, and of one bar, points
NAME = 34  # letters of a series' name, in ems of its line


def along_chart(page: Page, box: Box, cells: Any, names: Sequence[str], *, title: str, alt: str) -> None:
    """Add the profile along a border: side a above the line, side b below it, by kilometre.

    Parameters
    ----------
    cells
        `along` of `dashboard.profiles.profiles_body`.
    """
    data = _Data(number_format=UNSIGNED)
    data.categories = [f"{start:.1f}" for start in cells["from"]]
    data.add_series(_name(names[0]), cells["a"])
    data.add_series(_name(names[1]), [None if value is None else -value for value in cells["b"]])
    chart = _added(page, box, XL_CHART_TYPE.COLUMN_STACKED, data, alt)
    _paint(chart, list(SIDES.values()), gap=NARROW)
    _axes(chart, len(cells["from"]), ALONG_TICKS)
    _title(chart, title, page)
    _legend(chart)


def across_chart(page: Page, box: Box, cells: Any, names: Sequence[str], *, title: str, alt: str) -> None:
    """Add the profile across a border: the bands of side a left, those of side b right of the line.

    Parameters
    ----------
    cells
        `across` of `dashboard.profiles.profiles_body`.
    """
    data = _Data(number_format=UNSIGNED)
    middles = [(start + end) / 2 for start, end in zip(cells["from"], cells["to"], strict=True)]
    data.categories = [f"{abs(middle):.1f}" for middle in middles]
    for name, own in zip(names, (False, True), strict=True):
        values = [
            value if (middle > 0) == own else None
            for middle, value in zip(middles, cells["value"], strict=True)
        ]
        data.add_series(_name(name), values)
    chart = _added(page, box, XL_CHART_TYPE.COLUMN_STACKED, data, alt)
    _paint(chart, list(SIDES.values()), gap=NARROW)
    _axes(chart, len(middles), ACROSS_TICKS)
    _title(chart, title, page)
    chart.has_legend = False


def domain_chart(page: Page, box: Box, chapter: Chapter, title: str, alt: str) -> None:
    """Add the number of gaps by domain."""
    counts = Counter(finding.domain for finding in chapter.findings)
    shown = [name for name in DOMAINS if counts[name]]
    data = _Data(number_format="General")
    data.categories = [wording.word(wording.DOMAIN_WORDS, name, page.lang) for name in reversed(shown)]
    data.add_series(written(title), [counts[name] for name in reversed(shown)])
    tall = min(box.height, CHART_HEAD + BAR_ROOM * len(shown))
    chart = _added(page, box.rows(tall)[0], XL_CHART_TYPE.BAR_CLUSTERED, data, alt)
    _paint(chart, [SEVERITY["light"][3]], gap=WIDE)
    chart.has_legend = False
    _title(chart, title, page)
    values, names = chart.value_axis, chart.category_axis
    values.visible = values.has_major_gridlines = False
    values.minimum_scale = 0
    names.format.line.fill.background()
    plot = chart.plots[0]
    plot.has_data_labels = True
    plot.data_labels.position = XL_LABEL_POSITION.OUTSIDE_END


def _name(name: str) -> str:
    return cut(written(name), LETTERS, NAME * LETTERS, 1)


def _added(page: Page, box: Box, kind: Any, data: Any, alt: str) -> Any:
    frame = page.slide.shapes.add_chart(
        kind, *(Pt(value) for value in (box.left, box.top, box.width, box.height)), data
    )
    describe(frame, alt)
    chart = frame.chart
    chart.font.size = Pt(LETTERS)
    chart.font.color.theme_color = MSO_THEME_COLOR.TEXT_1
    _set_east(chart.font._rPr)  # noqa: SLF001
    return chart


def _set_east(properties: Any) -> None:
    east = OxmlElement("a:ea")
    east.set("typeface", CHINESE)
    properties.append(east)


def _paint(chart: Any, colours: Sequence[str], *, gap: int) -> None:
    plot = chart.plots[0]
    plot.gap_width = gap
    for series, colour in zip(plot.series, colours, strict=True):
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = rgb(colour)
        series.invert_if_negative = False


def _axes(chart: Any, count: int, ticks: int) -> None:
    """Draw quiet lines at round values without signs, and some of the kilometres."""
    values, places = chart.value_axis, chart.category_axis
    values.tick_labels.number_format = UNSIGNED
    values.tick_labels.number_format_is_linked = False
    values.major_gridlines.format.line.color.theme_color = MSO_THEME_COLOR.TEXT_1
    values.major_gridlines.format.line.color.brightness = 0.85
    values.format.line.fill.background()
    places.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    skip = -(-count // ticks)
    for name in ("c:tickLblSkip", "c:tickMarkSkip"):
        element = OxmlElement(name)
        element.set("val", str(skip))
        places._element.find(qn("c:noMultiLvlLbl")).addprevious(element)  # noqa: SLF001


def _title(chart: Any, title: str, page: Page) -> None:
    chart.has_title = True
    frame = chart.chart_title.text_frame
    frame.text = written(title)
    run = frame.paragraphs[0].runs[0]
    run.font.size, run.font.bold = Pt(LETTERS + 1), True
    run.font.color.theme_color = MSO_THEME_COLOR.TEXT_1
    properties = run._r.get_or_add_rPr()  # noqa: SLF001
    properties.set("lang", "zh-CN" if page.lang == "zh" else "en-US")
    _set_east(properties)
    chart.chart_title.include_in_layout = False


def _legend(chart: Any) -> None:
    chart.has_legend = True
    chart.legend.position = XL_LEGEND_POSITION.BOTTOM
    chart.legend.include_in_layout = False
