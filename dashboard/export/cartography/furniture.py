"""What makes a drawing a map: scale bar, north arrow, degrees at the frame, legend, and the lines below."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.patches import Polygon, Rectangle

from dashboard.export.cartography import pen
from dashboard.export.cartography.drawing import INK
from dashboard.export.cartography.frame import nice_length
from dashboard.export.cartography.lettering import LINE_HEIGHT, width, write
from layers import wording

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes

    from dashboard.export.cartography.content import Content
    from dashboard.export.cartography.frame import Frame
    from dashboard.export.cartography.labels import Board
    from layers.wording import Lang

SMALL, NOTE = 6.0, 5.6  # points: degrees and numbers, lines below the map
FADED = "#6B7471"
LONGEST_BAR, BAR_HEIGHT = 0.24, 2.2  # of the map's width; points
BETWEEN = 4.0  # points between rows of a legend
MOST_OF_MAP = 0.62  # of the map's width and height that a legend on it may take
CLEAR = 10.0  # points between a legend and what the map is about
POINT = 4.0  # points around a place that what stands in a corner does not cover
EDGE = 7.0  # points between the frame and what stands in a corner
STEPS_DEG = (10, 5, 2, 1, 0.5, 0.25, 1 / 6, 1 / 12, 1 / 30, 1 / 60, 1 / 120, 1 / 360)  # of the graticule
LEAST_LINES = 2
_CORNERS = ("lower left", "lower right", "upper right", "upper left")
Corner = tuple[float, float]


def free_corner(board: Board, size: tuple[float, float], prefer: Sequence[str]) -> Corner:
    """Return the lower left point of the corner that hides least of the board's lines.

    Corners named in `prefer` come first. The box is taken from the board.
    """
    best: tuple[float, tuple[float, float]] | None = None
    for rank, name in enumerate([*prefer, *(corner for corner in _CORNERS if corner not in prefer)]):
        x = EDGE if "left" in name else board.width - EDGE - size[0]
        y = EDGE if "lower" in name else board.height - EDGE - size[1]
        within = (board.lines >= (x - 3, y - 3)) & (board.lines <= (x + size[0] + 3, y + size[1] + 3))
        hidden = float(within.all(axis=1).sum()) + 2 * rank
        hidden += 1e4 * sum(
            x < b[2] and b[0] < x + size[0] and y < b[3] and b[1] < y + size[1] for b in board.taken
        )
        if best is None or hidden < best[0]:
            best = (hidden, (x, y))
    assert best is not None  # noqa: S101  # there are four corners
    board.take([(best[1][0] - 2, best[1][1] - 2, best[1][0] + size[0] + 2, best[1][1] + size[1] + 2)])
    return best[1]


def empty_corner(board: Board, size: tuple[float, float], content: Content) -> Corner | None:
    """Return the lower left point of a corner for a box that hides nothing the map is about, and take it.

    None where there is no such corner, or the box is too large for the paper. Corners of ground without
    districts are preferred.
    """
    if size[0] > board.width * MOST_OF_MAP or size[1] > board.height * MOST_OF_MAP:
        return None
    busy = np.vstack([board.lines, np.array([mark.place for mark in content.marks]).reshape(-1, 2)])
    found: list[tuple[float, int, Corner]] = []
    for rank, name in enumerate(("lower right", "upper right", "upper left", "lower left")):
        x = 0.0 if "left" in name else board.width - size[0]
        y = 0.0 if "lower" in name else board.height - size[1]
        near = (busy >= (x - CLEAR, y - CLEAR)) & (busy <= (x + size[0] + CLEAR, y + size[1] + CLEAR))
        if not near.all(axis=1).any():
            cover = shapely.intersection(content.districts, shapely.box(x, y, x + size[0], y + size[1]))
            found.append((float(shapely.area(cover).sum()) // 100, rank, (x, y)))
    if not found:
        return None
    x, y = min(found)[2]
    board.take([(x, y, x + size[0], y + size[1])])
    return x, y


def draw_scale(axes: Axes, frame: Frame, board: Board, lang: Lang, ratio: str | None) -> None:
    """Draw a scale bar of round length in the emptiest lower corner, the scale as a ratio above it."""
    length_m = nice_length(frame.width * LONGEST_BAR * frame.metres_per_point)
    bar = length_m / frame.metres_per_point
    end = wording.distance(length_m, lang).replace(".0", "")
    tail = width(end, SMALL) / 2
    size = (max(bar + tail, width(ratio or "", SMALL)) + 2, BAR_HEIGHT + 9 + (9 if ratio else 0))
    x, y = free_corner(board, size, ("lower left", "lower right"))
    for part, colour in enumerate((INK.ink, INK.halo)):
        axes.add_artist(
            Rectangle((x + part * bar / 2, y), bar / 2, BAR_HEIGHT, fc=colour, ec=INK.ink, lw=0.5, zorder=9)
        )
    labels = [(0.0, "0"), (0.5, _half(length_m, lang)), (1.0, end)]
    if bar / 2 < (width(labels[1][1], SMALL) + width(end, SMALL)) / 2 + 2:
        del labels[1]
    for share, text in labels:
        align = "left" if share == 0 else "center"
        at = (x + share * bar, y + BAR_HEIGHT + 2)
        write(axes, at, text, size=SMALL, colour=INK.ink, halo=INK.halo, align=align)
    if ratio:
        write(axes, (x, y + BAR_HEIGHT + 10.5), ratio, size=SMALL, colour=INK.ink, halo=INK.halo)


def _half(length_m: float, lang: Lang) -> str:
    """Return the number in the middle of a scale bar, in the unit of its end."""
    if length_m >= wording.KM_M:
        return wording.number(length_m / 2 / wording.KM_M)
    return wording.distance(length_m / 2, lang).split(" ")[0]


def draw_north(axes: Axes, frame: Frame, board: Board, label: str) -> None:
    """Draw an arrow to true north in an upper corner."""
    tall, broad = 17.0, 9.0
    size = (broad + 2, tall + 9)
    x, y = free_corner(board, size, ("upper right", "upper left"))
    turn = math.radians(frame.north)
    spin = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    middle = (x + size[0] / 2, y + tall / 2)
    tip, notch = (0, tall / 2), (0, -tall / 4)
    for foot, colour in ((-broad / 2, INK.ink), (broad / 2, INK.halo)):
        outline = np.array([tip, (foot, -tall / 2), notch]) @ spin + middle
        axes.add_artist(Polygon(outline, fc=colour, ec=INK.ink, lw=0.6, joinstyle="round", zorder=9))
    write(
        axes,
        (middle[0], y + tall + 2),
        label,
        size=SMALL + 0.5,
        colour=INK.ink,
        halo=INK.halo,
        align="center",
    )


def graticule(frame: Frame) -> tuple[list[tuple[str, float, str]], Any]:
    """Return where meridians meet the upper edge and parallels the left one, and their lines.

    Returns
    -------
    ticks
        ("top" or "left", points along the edge, text such as 106°30′E).
    lines
        In points of paper.
    """
    west, south, east, north = frame.degrees
    span = min(east - west, north - south)
    step = next((step for step in STEPS_DEG if span / step >= LEAST_LINES + 1), STEPS_DEG[-1])
    ticks: list[tuple[str, float, str]] = []
    lines = []
    upright = [round(k * step, 6) for k in range(math.ceil(west / step), math.floor(east / step) + 1)]
    level = [round(k * step, 6) for k in range(math.ceil(south / step), math.floor(north / step) + 1)]
    for degrees in upright:
        run = np.column_stack([np.full(40, degrees), np.linspace(south, north, 40)])
        lines.append(run)
        ticks += [
            ("top", at, _degrees(degrees, "E", "W")) for at in _crossing(frame.places(run), 1, frame.height)
        ]
    for degrees in level:
        run = np.column_stack([np.linspace(west, east, 40), np.full(40, degrees)])
        lines.append(run)
        ticks += [("left", at, _degrees(degrees, "N", "S")) for at in _crossing(frame.places(run), 0, 0.0)]
    ends = {"top": frame.width, "left": frame.height}
    shapes = shapely.linestrings([frame.places(run) for run in lines]) if lines else np.empty(0, dtype=object)
    return [tick for tick in ticks if 0 < tick[1] < ends[tick[0]]], np.array(shapes, dtype=object)


def _crossing(places: Any, axis: int, edge: float) -> list[float]:
    """Return where a run of places crosses an edge (a value of `axis`), along the other axis."""
    ahead = places[:, axis] - edge
    if not (ahead.min() <= 0 <= ahead.max()):
        return []
    order = np.argsort(ahead)
    return [float(np.interp(0.0, ahead[order], places[order, 1 - axis]))]


def _degrees(value: float, positive: str, negative: str) -> str:
    """Return degrees, minutes and seconds as far as they are not zero: 106°30′E."""
    seconds = round(abs(value) * 3600)
    parts = [f"{seconds // 3600}°"]
    if seconds % 3600:
        parts.append(f"{seconds % 3600 // 60:02d}′")
    if seconds % 60:
        parts.append(f"{seconds % 60:02d}″")
    return "".join(parts) + (positive if value > 0 else negative if value < 0 else "")


def draw_graticule(
    axes: Axes, sheet: Axes, frame: Frame, origin: tuple[float, float], *, texts: bool
) -> None:
    """Draw fine lines of the graticule over the ground, ticks at the frame, and their degrees outside it."""
    ticks, lines = graticule(frame)
    pen.stroke(axes, lines, "#AEB6B2", 0.3, 1.7, alpha=0.8)
    x, y = origin
    last = {"top": -math.inf, "left": -math.inf}
    for edge, at, text in ticks:
        room = width(text, NOTE) + 6
        if not texts or at - room / 2 < last[edge] or at < room / 2:
            continue
        if at > (frame.width if edge == "top" else frame.height) - room / 2:
            continue
        last[edge] = at + room / 2
        if edge == "top":
            place = (x + at, y + frame.height + 2.5)
            write(sheet, place, text, size=NOTE, colour=FADED, align="center")
        else:
            write(
                sheet, (x - 2.5, y + at), text, size=NOTE, colour=FADED, align="right", base="center", turn=90
            )


@dataclass(frozen=True)
class Entry:
    """A row of a legend: what is drawn in a box of the given size at a lower left point, and its text."""

    draw: Callable[[Axes, float, float], None]
    lines: list[str]
    swatch: float = 16.0  # points the drawing needs beside the text
    height: float = 0.0  # points it needs where it has no text of its own


def legend_height(entries: Sequence[Entry]) -> float:
    """Return how high a legend gets, in points."""
    return sum(_entry_height(entry) for entry in entries)


def _entry_height(entry: Entry) -> float:
    return max(entry.height, len(entry.lines) * SMALL * LINE_HEIGHT) + BETWEEN


def draw_legend(sheet: Axes, entries: Sequence[Entry], x: float, top: float) -> None:
    """Draw rows one below the other, from `top` down."""
    y = top
    for entry in entries:
        line = SMALL * LINE_HEIGHT
        entry.draw(sheet, x, y - max(entry.height, line / 2 + 0.3))
        for number, text in enumerate(entry.lines, start=1):
            write(sheet, (x + entry.swatch, y - number * line + 1.8), text, size=SMALL, colour=INK.ink)
        y -= _entry_height(entry)


def busy_points(content: Content) -> Any:
    """Return (n, 2) points of the borders that the map is about: what labels and corners should not hide."""
    found = [np.empty((0, 2))]
    for level, shapes in content.segments.items():
        lines = shapely.segmentize(shapes, 4.0 if level >= 0 else 8.0)
        found.append(shapely.get_coordinates(lines))
    own = np.concatenate([content.chosen, *(shapes for shapes, _ in content.named.values())])
    # A place is a mark that covers some paper: as much as a line does that crosses as large a circle.
    is_point = shapely.get_dimensions(own) == 0
    own[is_point] = shapely.buffer(own[is_point], POINT)
    found.append(shapely.get_coordinates(shapely.segmentize(own, 4.0)))
    return np.concatenate(found)
