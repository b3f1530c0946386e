"""A map sheet: title, map, legend and the lines below, each in its place on paper of a given size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Rectangle

from dashboard.approval import review_note
from dashboard.export.cartography import drawing, furniture, names
from dashboard.export.cartography.content import content_of
from dashboard.export.cartography.drawing import INK, Weights
from dashboard.export.cartography.frame import POINTS_PER_MM, Frame
from dashboard.export.cartography.furniture import FADED, NOTE, SMALL
from dashboard.export.cartography.labels import Board
from dashboard.export.cartography.legend import legend_of
from dashboard.export.cartography.lettering import LINE_HEIGHT, broken, legible, write
from dashboard.export.cartography.notes import notes_of, sources_line
from dashboard.i18n import Text
from dashboard.maps.style import CONTEXT_LAYERS
from geodata.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from dashboard.export.cartography.content import Content
    from dashboard.export.cartography.subject import Subject
    from layers.wording import Lang

LAYERS = ("zones", *CONTEXT_LAYERS)
DEFAULT_LAYERS = {
    "workspace": (),
    "group": (),
    "pair": ("parks", "roads"),
    "gap": ("landuse", "parks", "roads"),
}
ROOMY = 300.0  # points (106 mm): from this width on there are degrees, sources and a legend
LEGEND, LEGEND_GAP = 104.0, 8.0  # points
TITLE = 11.0
DEGREES = 10.0  # points for degrees outside the frame
MANY_MARKS = 40
"""From this number of marks on they are drawn smaller, and without numbers."""


class MapSheet:
    """A sheet with a map on it.

    Parameters
    ----------
    size_mm
        Width and height of the paper.
    scale, layers, legend, title
        As `dashboard.export.pictures.map_picture` has them.
    """

    def __init__(
        self,
        subject: Subject,
        lang: Lang,
        size_mm: tuple[float, float],
        *,
        scale: int | None = None,
        layers: Sequence[str] | None = None,
        legend: bool = True,
        title: str | None = None,
    ) -> None:
        unknown = sorted(set(layers or ()) - set(LAYERS))
        if unknown:
            raise UsageError(f"no layer {unknown[0]!r} on maps; there are {', '.join(LAYERS)}")
        self.subject, self.lang, self.text = subject, lang, Text(lang)
        self.width, self.height = (side * POINTS_PER_MM for side in size_mm)
        self.layers = tuple(layers) if layers is not None else DEFAULT_LAYERS[self._kind()]
        self.title = legible(title, 90) if title else None
        self.roomy = self.width >= ROOMY
        self.legend = legend and self.roomy
        self.scale = scale

    def draw(self, figure: Figure) -> None:
        """Draw the sheet on a figure of its size."""
        sheet = axes_at(figure, (0, 0, self.width, self.height), (self.width, self.height))
        below = self._lines_below()
        foot = len(below) * NOTE * LINE_HEIGHT + 3
        head = (TITLE * 1.7 if self.title else 0.0) + (DEGREES if self.roomy else 1.0)
        left = DEGREES if self.roomy else 1.0
        beside = LEGEND + LEGEND_GAP if self.legend else 1.0
        size = (round(self.width - left - beside, 1), round(self.height - head - foot, 1))
        frame = Frame.around(self.subject.bounds, size, self.scale)
        content = content_of(self.subject, frame, self.layers)
        field = axes_at(figure, (left, foot, *size), size)
        numbered = self._draw_map(field, content)
        furniture.draw_graticule(field, sheet, frame, (left, foot), texts=self.roomy)
        sheet.add_artist(Rectangle((left, foot), *size, fc="none", ec=INK.ink, lw=0.7, zorder=9))
        if self.title:
            write(sheet, (left, self.height - TITLE * 1.15), self.title, size=TITLE, colour=INK.ink)
        if self.legend:
            entries = legend_of(self.subject, content, self.lang, LEGEND, numbered=numbered)
            furniture.draw_legend(sheet, entries, left + size[0] + LEGEND_GAP, foot + size[1])
        for place, (line, colour) in enumerate(below):
            y = foot - 2 - (place + 1) * NOTE * LINE_HEIGHT + 1.5
            write(sheet, (left, y), line, size=NOTE, colour=colour)

    def _draw_map(self, field: Axes, content: Content) -> bool:
        """Draw the map itself; return whether it has numbers."""
        frame, many = content.frame, len(content.marks) > MANY_MARKS
        weights = Weights.of(frame.width, many=many or self.subject.pairing_id is None)
        field.add_artist(Rectangle((0, 0), frame.width, frame.height, fc=INK.ground, ec="none", zorder=0))
        drawing.draw_ground(field, content)
        drawing.draw_context(field, content)
        drawing.draw_borders(field, content, weights)
        drawing.draw_gap(field, content)
        busy = furniture.busy_points(content)
        board = Board(frame.width, frame.height, lines=busy)
        ratio = self.text(
            "picture.scale", scale=f"{frame.scale:,}".replace(",", " "), width=self._width_text()
        )
        furniture.draw_scale(field, frame, board, busy, self.lang, ratio if self.roomy else None)
        furniture.draw_north(field, frame, board, busy, self.text("picture.north"))
        stands = {}
        if not content.bare:
            stands = drawing.draw_marks(field, board, content.marks, weights.mark)
        names.name_members(field, board, self.subject, content, self.lang)
        names.name_features(field, board, content)
        numbered = False
        if stands and not many and self.subject.chosen is None:
            numbered = names.number_marks(field, board, stands, weights.mark)
        names.name_districts(field, board, self.subject, content, self.lang)
        return numbered

    def _lines_below(self) -> list[tuple[str, str]]:
        """Return the lines below the map with their colours: review, what is generated, sources."""
        room = self.width - (DEGREES if self.roomy else 1.0) - 2
        note = review_note(self.subject.results, self.lang)
        marks = notes_of(self.subject, self.lang)
        first = " · ".join([note.text, *marks])
        lines = [(line, INK.ink) for line in broken(legible(first, 300), NOTE, room)]
        if self.roomy:
            sources = sources_line(self.subject, self.layers, self.lang)
            lines += [(line, FADED) for line in broken(sources, NOTE, room)]
        return lines

    def _width_text(self) -> str:
        return f"{self.width / POINTS_PER_MM:.0f}"

    def _kind(self) -> str:
        if self.subject.chosen is not None:
            return "gap"
        if self.subject.pairing_id is None:
            return "workspace"
        return "pair" if self.subject.is_pair else "group"


def axes_at(figure: Figure, box: tuple[float, float, float, float], size: tuple[float, float]) -> Any:
    """Return axes in points at a box (left, bottom, width, height; points) of the figure."""
    whole = np.array(figure.get_size_inches()) * 72
    share = (box[0] / whole[0], box[1] / whole[1], box[2] / whole[0], box[3] / whole[1])
    axes = figure.add_axes(share)
    axes.set_axis_off()
    axes.set_xlim(0, size[0])
    axes.set_ylim(0, size[1])
    return axes
