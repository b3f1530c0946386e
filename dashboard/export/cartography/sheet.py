"""A map sheet: title, map, legend and the lines below, each in its place on paper of a given size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.patches import Rectangle

from dashboard.approval import review_note
from dashboard.export.cartography import drawing, furniture, names, pen
from dashboard.export.cartography.content import SHOWN_UP_TO, content_of
from dashboard.export.cartography.drawing import INK, Weights
from dashboard.export.cartography.frame import POINTS_PER_MM, Frame
from dashboard.export.cartography.furniture import FADED, NOTE
from dashboard.export.cartography.labels import Board
from dashboard.export.cartography.legend import legend_of
from dashboard.export.cartography.lettering import LINE_HEIGHT, broken, fitted, legible, write
from dashboard.export.cartography.notes import notes_of, sources_line
from dashboard.export.cartography.subject import subject_of
from dashboard.i18n import Text
from geodata.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from dashboard.export.cartography.content import Content
    from dashboard.export.cartography.furniture import Entry
    from dashboard.export.cartography.subject import Subject
    from layers.wording import Lang

LAYERS = ("zones", *SHOWN_UP_TO)
DEFAULT_LAYERS = {"wide": (), "pairing": ("parks", "roads"), "gap": ("landuse", "parks", "roads")}
ROOMY = 300.0  # points (106 mm): from this width on there are degrees, sources and a legend
LEGEND, PAD = 104.0, 7.0  # points: width of a legend's text, and what is left free around it
TITLE = 11.0
DEGREES = 10.0  # points for degrees outside the frame
NUMBERED = 10  # pairings that have a number on a map of many
INSET = 0.26  # of the map's width
INSET_FROM = 190.0  # points (67 mm): on smaller maps there is no room for one


class MapSheet:
    """A sheet with a map on it.

    Parameters
    ----------
    size_mm
        Width and height of the paper.
    scale, layers, legend, title, numbers, note
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
        numbers: Mapping[str, int] | None = None,
        note: str = "",
    ) -> None:
        unknown = sorted(set(layers or ()) - set(LAYERS))
        if unknown:
            raise UsageError(f"no layer {unknown[0]!r} on maps; there are {', '.join(LAYERS)}")
        self.subject, self.lang, self.text = subject, lang, Text(lang)
        self.width, self.height = (round(side * POINTS_PER_MM, 2) for side in size_mm)
        kind = "gap" if subject.chosen is not None else "wide" if subject.is_wide else "pairing"
        self.layers = tuple(layers) if layers is not None else DEFAULT_LAYERS[kind]
        self.title = legible(title, 90) if title else None
        self.roomy = self.width >= ROOMY
        self.legend = legend and self.roomy
        self.scale, self.numbers, self.note = scale, numbers, note

    def draw(self, figure: Figure) -> None:
        """Draw the sheet on a figure of its size."""
        sheet = axes_at(figure, (0, 0, self.width, self.height), (self.width, self.height))
        sheet.set_zorder(2)  # a legend may stand on the map
        edge = DEGREES if self.roomy else 1.0
        foot = len(self._lines_below(self.layers)) * NOTE * LINE_HEIGHT + 3
        foot = round(foot, 2)
        head = (TITLE * 1.7 if self.title else 0.0) + edge
        size = (round(self.width - edge - 1, 1), round(self.height - head - foot, 1))
        content, board, corner = self._laid_out(size)
        frame = content.frame
        field = axes_at(figure, (edge, foot, frame.width, frame.height), (frame.width, frame.height))
        self._draw_map(field, content, board)
        furniture.draw_graticule(field, sheet, frame, (edge, foot), texts=self.roomy)
        sheet.add_artist(
            Rectangle((edge, foot), frame.width, frame.height, fc="none", ec=INK.ink, lw=0.7, zorder=9)
        )
        if self.title:
            title = fitted(self.title, TITLE, self.width - edge - 1)
            write(sheet, (edge, self.height - TITLE * 1.15), title, size=TITLE, colour=INK.ink)
        if self.legend:
            self._draw_legend(sheet, content, (edge, foot), corner)
        for place, (line, colour) in enumerate(self._lines_below([*content.context])):
            y = foot - 2 - (place + 1) * NOTE * LINE_HEIGHT + 1.5
            write(sheet, (edge, y), line, size=NOTE, colour=colour)

    def _laid_out(self, size: tuple[float, float]) -> tuple[Content, Board, tuple[float, float] | None]:
        """Return content and board of the map, and the corner of a legend on it.

        The legend stands on the map where a corner of it is free of what the map is about, else beside it.
        """
        frame = Frame.around(self.subject.bounds, size, self.scale)
        content = content_of(self.subject, frame, self.layers)
        board = Board(*size, lines=furniture.busy_points(content))
        if not self.legend:
            return content, board, None
        height = furniture.legend_height(self._entries(content)) + 2 * PAD
        corner = furniture.empty_corner(board, (LEGEND + 2 * PAD, height), content)
        if corner is not None:
            return content, board, corner
        size = (round(size[0] - LEGEND - PAD, 1), size[1])
        frame = Frame.around(self.subject.bounds, size, self.scale)
        content = content_of(self.subject, frame, self.layers)
        return content, Board(*size, lines=furniture.busy_points(content)), None

    def _draw_map(self, field: Axes, content: Content, board: Board) -> None:
        """Draw the map itself."""
        frame, subject = content.frame, self.subject
        weights = Weights.of(frame.width, many=subject.is_wide)
        field.add_artist(Rectangle((0, 0), frame.width, frame.height, fc=INK.ground, ec="none", zorder=0))
        drawing.draw_ground(field, content)
        drawing.draw_zones(field, content.zones)
        drawing.draw_context(field, content)
        drawing.draw_borders(field, content, weights)
        drawing.draw_gap(field, content)
        if subject.chosen is not None and frame.width >= INSET_FROM:
            self._draw_inset(field, content, board)
        ratio = self.text(
            "picture.scale", scale=_spaced(frame.scale), width=f"{self.width / POINTS_PER_MM:.0f}"
        )
        furniture.draw_scale(field, frame, board, self.lang, ratio if self.roomy else None)
        furniture.draw_north(field, frame, board, self.text("picture.north"))
        stands = drawing.draw_marks(field, board, content.marks, weights.mark)
        names.name_members(field, board, subject, content, self.lang)
        drawing.draw_between(field, board, content, self.lang)
        names.name_features(field, board, content)
        if subject.is_wide:
            names.number_borders(field, board, subject, content, self._border_numbers())
        elif subject.chosen is None:
            names.number_marks(field, board, stands, weights.mark)
        names.name_districts(field, board, subject, content, self.lang)

    def _draw_inset(self, field: Axes, content: Content, board: Board) -> None:
        """Draw where on its border a gap lies, small, in an upper corner."""
        frame = content.frame
        side = frame.width * INSET
        subject = subject_of(self.subject.results, self.subject.pairing_id)
        small = Frame.around(subject.bounds, (side, side * 0.8))
        if small.scale < frame.scale * 1.5 or frame.shows(subject.bounds):  # no more than the map
            return
        within = content_of(subject, small, ())
        at = furniture.free_corner(board, (side, side * 0.8), ("upper left", "upper right"))
        box = field.inset_axes((at[0], at[1], side, side * 0.8), transform=field.transData, zorder=9)
        prepare(box, (side, side * 0.8))
        box.add_artist(Rectangle((0, 0), side, side * 0.8, fc=INK.ground, ec="none", zorder=0))
        drawing.draw_ground(box, within)
        drawing.draw_borders(box, within, Weights(1.2, 0.7, 2.0))
        shown = small.on_paper(frame.outline(), simplify=False)
        middle = shapely.centroid(shown[0])
        pen.stroke(box, shown, INK.ink, 1.1, 8)
        if shown[0].area < 16:  # noqa: PLR2004  # points²: too small to be seen
            pen.dots(box, np.array([middle]), 3.5, 8, facecolor="none", edgecolor=INK.ink, linewidth=1.1)
        box.add_artist(Rectangle((0, 0), side, side * 0.8, fc="none", ec=INK.ink, lw=0.9, zorder=9))

    def _draw_legend(
        self, sheet: Axes, content: Content, origin: tuple[float, float], corner: tuple[float, float] | None
    ) -> None:
        entries = self._entries(content)
        height = furniture.legend_height(entries) + 2 * PAD - furniture.BETWEEN
        if corner is None:
            x, top = origin[0] + content.frame.width + PAD, origin[1] + content.frame.height
        else:
            x, top = origin[0] + corner[0] + PAD, origin[1] + corner[1] + height - PAD
            place = (x - PAD, top + PAD - height)
            sheet.add_artist(
                Rectangle(place, LEGEND + 2 * PAD, height, fc=INK.halo, ec="#AEB6B2", lw=0.5, zorder=8.9)
            )
        furniture.draw_legend(sheet, entries, x, top)

    def _entries(self, content: Content) -> list[Entry]:
        return legend_of(self.subject, content, self.lang, LEGEND, numbers=self._meaning(content))

    def _meaning(self, content: Content) -> str | None:
        """Return the key of what the numbers on the map mean; None where it has none."""
        if self.subject.is_wide:
            ranked = "picture.number_pairing" if self.numbers is None else "picture.number_listed"
            return ranked if self._border_numbers() else None
        return "picture.number_gap" if self.subject.chosen is None and content.marks else None

    def _border_numbers(self) -> Mapping[str, int]:
        """Return pairing -> number on a map of many: as given, else the rank of the first ones."""
        if self.numbers is not None:
            return self.numbers
        worst = self.subject.gaps["pairing_id"].drop_duplicates()
        ranked = [key for key in worst if key in self.subject.results.borders.index]
        return {key: rank for rank, key in enumerate(ranked[:NUMBERED], start=1)}

    def _lines_below(self, layers: Sequence[str]) -> list[tuple[str, str]]:
        """Return the lines below the map with their colours: note, review, marks, sources of `layers`."""
        room = self.width - (DEGREES if self.roomy else 1.0) - 2
        review = review_note(self.subject.results, self.lang).text
        said = " · ".join(filter(None, (self.note, review, *notes_of(self.subject, self.lang))))
        lines = [(line, INK.ink) for line in broken(legible(said, 400), NOTE, room)]
        if self.roomy:
            sources = sources_line(self.subject, layers, self.lang)
            lines += [(line, FADED) for line in broken(sources, NOTE, room)]
        return lines


def axes_at(figure: Figure, box: tuple[float, float, float, float], size: tuple[float, float]) -> Any:
    """Return axes in points at a box (left, bottom, width, height; points) of the figure."""
    whole = np.array(figure.get_size_inches()) * 72
    axes = figure.add_axes((box[0] / whole[0], box[1] / whole[1], box[2] / whole[0], box[3] / whole[1]))
    prepare(axes, size)
    return axes


def prepare(axes: Any, size: tuple[float, float]) -> None:
    """Let axes be bare paper of `size` in points."""
    axes.set_axis_off()
    axes.set_xlim(0, size[0])
    axes.set_ylim(0, size[1])


def _spaced(number: int) -> str:
    """Return a number with its thousands parted, as scales are written: 250 000."""
    return f"{number:,}".replace(",", "\u00a0")
