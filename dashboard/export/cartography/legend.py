"""The legend of a map: only what is on it, made of the same pens as the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely
from matplotlib.patches import Rectangle

from dashboard.export.cartography import drawing, pen
from dashboard.export.cartography.content import UNTOUCHED
from dashboard.export.cartography.drawing import INK, RAMP, SIDES
from dashboard.export.cartography.furniture import SMALL, Entry
from dashboard.export.cartography.lettering import broken, legible, write
from dashboard.i18n import Text
from dashboard.maps.palette import SHAPES
from dashboard.payloads import member_names
from layers import wording

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

    from dashboard.export.cartography.content import Content
    from dashboard.export.cartography.subject import Subject
    from layers.wording import Lang

    Draw = Callable[[Axes, float, float], None]

SWATCH = 16.0  # points
MOST_LISTED = 6  # numbers of gaps without mark
BAR = 4.5  # height of the severity ramp


def legend_of(
    subject: Subject, content: Content, lang: Lang, room: float, *, numbers: str | None
) -> list[Entry]:
    """Return the rows of a legend `room` points wide; `numbers`: key of what its numbers mean."""
    text = Text(lang)
    rows: list[tuple[Draw, str]] = []
    if subject.is_pair:
        names = member_names(subject.results, str(subject.pairing_id), lang)
        colours = drawing.member_colours(len(names))
        rows += [
            (_swatch(colour), legible(name))
            for colour, name, shapes in zip(colours, names, content.members, strict=True)
            if len(shapes)
        ]
    untouched = "legend.nothing_computed" if subject.results.is_bare else "picture.untouched"
    if len(content.segments.get(UNTOUCHED, ())):
        rows.append((_line(INK.border, 1.3), text(untouched)))
    entries = [_entry(draw, said, room) for draw, said in rows]
    if any(len(shapes) for level, shapes in content.segments.items() if level >= 0) or content.marks:
        entries.append(_ramp(text("picture.worst" if subject.is_wide else "legend.severity"), text, room))
    domains = {mark.domain for mark in content.marks}
    entries += [
        _entry(_mark(domain), wording.word(wording.DOMAIN_WORDS, domain, lang), room)
        for domain in SHAPES
        if domain in domains
    ]
    if numbers is not None:
        entries.append(_entry(_disc if subject.is_wide else _number, text(numbers), room))
    if content.left_out:
        shown = [str(number) for number in content.left_out[:MOST_LISTED]]
        if len(content.left_out) > MOST_LISTED:
            shown[-1] = "…"
        told = text("picture.left_out", numbers=wording.listed(shown, lang))
        entries.append(Entry(_nothing, broken(told, SMALL, room), swatch=0))
    return entries + _context(content, text, lang, room)


def _context(content: Content, text: Text, lang: Lang, room: float) -> list[Entry]:
    rows: list[tuple[Draw, str]] = []
    if content.zones:
        rows.append((_swatch(drawing.blended(SIDES[0], INK.district, 2 * drawing.TINT)), text("layer.zones")))
    for name, colour in (("landuse", INK.landuse), ("parks", INK.parks)):
        if name in content.context:
            rows.append((_swatch(colour, alpha=0.3), wording.word(wording.LAYER_WORDS, name, lang)))
    if "population" in content.context:
        rows.append((_dot(INK.population, 1.6), text("picture.settlements")))
    roads = content.context.get("roads", {})
    rows += [
        (_line(colour, max(line, 0.5)), text(f"picture.{group}"))
        for group, (line, colour) in reversed(drawing.ROAD_LINES.items())
        if group in roads
    ]
    if "facilities" in content.context:
        rows.append((_dot(INK.halo, 1.6), wording.word(wording.LAYER_WORDS, "facilities", lang)))
    if "assets" in content.context:
        rows.append((_dot(INK.points, 1.0), wording.word(wording.LAYER_WORDS, "assets", lang)))
    if content.named:
        rows.append((_ringed, text("picture.named")))
    return [_entry(draw, said, room) for draw, said in rows]


def _entry(draw: Draw, said: str, room: float) -> Entry:
    return Entry(draw, broken(said, SMALL, room - SWATCH))


def _ramp(title: str, text: Text, room: float) -> Entry:
    """Return the severity ramp: five boxes with their limits, the word above them."""

    def draw(sheet: Axes, x: float, y: float) -> None:
        step = min(13.0, (room - 16) / len(RAMP))
        for place, colour in enumerate(RAMP):
            box = Rectangle((x + place * step, y + 7.5), step, BAR, fc=colour, ec="none", zorder=9)
            sheet.add_artist(box)
        for place, said in enumerate(text("legend.severity_steps").split("|")):
            write(sheet, (x + place * step, y + 1), said, size=SMALL - 0.6, colour=INK.ink)
        write(sheet, (x, y + 9.5 + BAR), title, size=SMALL, colour=INK.ink)

    return Entry(draw, [], height=20.5)


def _swatch(colour: str, alpha: float = 1.0) -> Draw:
    def draw(sheet: Axes, x: float, y: float) -> None:
        box = Rectangle((x, y - 2.6), 11, 5.6, fc=colour, ec="#AEB6B2", lw=0.4, alpha=alpha, zorder=9)
        sheet.add_artist(box)

    return draw


def _line(colour: str, line: float) -> Draw:
    def draw(sheet: Axes, x: float, y: float) -> None:
        pen.stroke(sheet, shapely.linestrings([[(x, y), (x + 11, y)]]), colour, line, 9)

    return draw


def _dot(ground: str, radius: float) -> Draw:
    def draw(sheet: Axes, x: float, y: float) -> None:
        place = shapely.points([(x + 5.5, y)])
        pen.dots(sheet, place, radius, 9, facecolor=ground, edgecolor=INK.points, linewidth=0.5)

    return draw


def _mark(domain: str) -> Draw:
    def draw(sheet: Axes, x: float, y: float) -> None:
        drawing.draw_mark(sheet, domain, INK.points, (x + 5.5, y), radius=3.0, order=9)

    return draw


def _number(sheet: Axes, x: float, y: float) -> None:
    write(sheet, (x + 5.5, y - SMALL * 0.36), "1", size=SMALL, colour=INK.ink, align="center")


def _disc(sheet: Axes, x: float, y: float) -> None:
    place = shapely.points([(x + 5.5, y)])
    pen.dots(sheet, place, 4.0, 9, facecolor=INK.halo, edgecolor=INK.ink, linewidth=0.6)
    _number(sheet, x, y)


def _ringed(sheet: Axes, x: float, y: float) -> None:
    pen.stroke(sheet, shapely.linestrings([[(x, y), (x + 11, y)]]), INK.ink, 1.0, 9)
    place = shapely.points([(x + 5.5, y)])
    pen.dots(sheet, place, 2.0, 9.1, facecolor=INK.halo, edgecolor=INK.ink, linewidth=1.0)


def _nothing(_sheet: Axes, _x: float, _y: float) -> None:
    """Draw nothing: the row is text alone."""
