"""A map's content drawn: quiet ground, pale context, borders over everything, gaps over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from dashboard.export.cartography import pen
from dashboard.export.cartography.content import UNTOUCHED
from dashboard.export.cartography.labels import Wanted, around
from dashboard.export.cartography.lettering import LINE_HEIGHT, width, write
from dashboard.export.cartography.marks import mark
from dashboard.i18n import Text
from dashboard.maps.palette import PAPER, SEVERITY, SIDE_A, SIDE_B
from layers import wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from dashboard.export.cartography.content import Content, Mark
    from dashboard.export.cartography.labels import Board
    from layers.wording import Lang

INK = PAPER["light"]
RAMP = SEVERITY["light"]
SIDES = (SIDE_A, SIDE_B)
APART = 7.0  # points: letters of a distance
TINT = 0.15  # of a side's colour over its districts
ROAD_LINES = {
    "road_track": (0.25, "#CFCBC3"),
    "road_local": (0.35, "#C2BDB4"),
    "road_arterial": (0.8, "#A8A39A"),
}
THIN = 3.0  # points
SMALL_MAP, LARGE_MAP = 240.0, 800.0  # points: 85 and 280 mm
RINGS = (0.0, 3.0, 8.0, 14.0)  # points a mark is moved away where another one stands
LEADER_FROM = 1.5  # points: a mark that stands further from its place than this shows where it belongs


@dataclass(frozen=True)
class Weights:
    """Line widths and sizes, in points, that suit a picture's size and how much is on it.

    Parameters
    ----------
    touched, untouched
        Width of segments that a gap touches, and of the others.
    mark
        Radius of a gap's mark.
    """

    touched: float
    untouched: float
    mark: float

    @classmethod
    def of(cls, width: float, *, many: bool) -> Weights:
        """Return the weights of a map `width` points wide; `many`: of more than one border."""
        small, large = width < SMALL_MAP, width > LARGE_MAP
        if many:
            return cls(1.6 if small else 2.4, 0.5 if small else 0.7, 2.6 if small else 3.4)
        if large:
            return cls(4.6, 1.6, 5.8)
        return cls(2.6 if small else 3.6, 1.0 if small else 1.3, 3.4 if small else 4.6)


def blended(colour: str, ground: str, share: float) -> str:
    """Return `share` of a colour over a ground as one opaque colour."""
    mixed = share * np.array(to_rgb(colour)) + (1 - share) * np.array(to_rgb(ground))
    return str(to_hex((float(mixed[0]), float(mixed[1]), float(mixed[2]))))


def member_colours(count: int) -> list[str]:
    """Return the tint of each member's districts; of more than two none is side a or b."""
    if count == len(SIDES):
        return [blended(side, INK.district, TINT) for side in SIDES]
    return [INK.district] * count


def draw_ground(axes: Axes, content: Content) -> None:
    """Draw the districts, members tinted, and the outlines around them."""
    pen.fill(axes, content.districts, INK.district, 1)
    for shapes, colour in zip(content.members, member_colours(len(content.members)), strict=True):
        pen.fill(axes, shapes, colour, 1.2)
    pen.stroke(axes, content.districts, "#CDD2CF", 0.45, 1.6)


def draw_zones(axes: Axes, zones: list[NDArray[np.object_]]) -> None:
    """Draw the border zone of each side a little darker than the side."""
    for shapes, side in zip(zones, SIDES, strict=False):
        pen.fill(axes, shapes, blended(side, INK.district, 2 * TINT), 1.3)


def draw_context(axes: Axes, content: Content) -> None:
    """Draw the context layers there are, thin and pale."""
    shown = content.context
    for name, colour, order in (("landuse", INK.landuse, 2.0), ("parks", INK.parks, 2.1)):
        for shapes in shown.get(name, {}).values():
            pen.fill(axes, shapes, colour, order, alpha=0.3, edgecolor=colour, linewidth=0.3)
            pen.dots(axes, shapes, 2.0, order, facecolor=colour, alpha=0.6, linewidth=0)
    for shapes in shown.get("population", {}).values():
        pen.dots(axes, shapes, 1.3, 2.2, facecolor=INK.population, alpha=0.35, linewidth=0)
    for group, (line, colour) in ROAD_LINES.items():
        pen.stroke(axes, shown.get("roads", {}).get(group, _NONE), colour, line, 2.4)
    for name, ground, radius in (("assets", INK.points, 0.7), ("facilities", INK.halo, 1.3)):
        for shapes in shown.get(name, {}).values():
            pen.stroke(axes, shapes, INK.points, 0.5, 2.6, linestyle=(0, (3, 2)), alpha=0.6)
            pen.dots(axes, shapes, radius, 2.7, facecolor=ground, edgecolor=INK.points, linewidth=0.4)


def draw_between(axes: Axes, board: Board, content: Content, lang: Lang) -> None:
    """Draw how far apart members without a border are: the shortest line between them, its length."""
    if content.between is None or content.between[0].is_empty:
        return
    line, length_m = content.between
    pen.stroke(axes, np.array([line]), INK.ink, 0.9, 4.5, linestyle=(0, (4, 3)))
    said = Text(lang)("picture.apart", distance=wording.distance(length_m, lang))
    middle = shapely.line_interpolate_point(line, 0.5, normalized=True)
    box = (width(said, APART) + 2, APART * LINE_HEIGHT)
    ways = around((middle.x, middle.y), (box[0] / 2 + 4, box[1] / 2 + 4), (0.0, 8.0))
    at = board.place(Wanted(*box, ways, needed=True))
    if at is not None:
        place = (float(ways[at][0]), float(ways[at][1]) - APART * 0.36)
        write(axes, place, said, size=APART, colour=INK.ink, halo=INK.halo, align="center")


def draw_borders(axes: Axes, content: Content, weights: Weights) -> None:
    """Draw all borders quietly, those that the map is about over everything, by severity."""
    ends = "round" if weights.touched < THIN else "butt"  # segments of a thin line are short
    pen.stroke(axes, content.borders, INK.region, 0.55, 3.0)
    for shapes in content.segments.values():
        pen.stroke(axes, shapes, INK.halo, weights.touched + 1.4, 4.0, alpha=0.85)
    for level, shapes in sorted(content.segments.items()):
        if level == UNTOUCHED:
            pen.stroke(axes, shapes, INK.border, weights.untouched, 4.2)
        else:
            pen.stroke(axes, shapes, RAMP[level], weights.touched, 4.4 + level / 10, capstyle=ends)


def draw_gap(axes: Axes, content: Content) -> None:
    """Draw areas of gaps, and of a locator map the gap's own shape and what its evidence names."""
    for level, shapes in content.areas.items():
        pen.fill(axes, shapes, RAMP[level], 4.9, alpha=0.3, edgecolor=RAMP[level], linewidth=0.7)
    for shapes, _ in content.named.values():
        lines = shapes[shapely.get_dimensions(shapes) > 0]
        pen.stroke(axes, lines, INK.ink, 1.1, 5.0)
        pen.dots(axes, shapes, 2.2, 5.1, facecolor=INK.halo, edgecolor=INK.ink, linewidth=1.0)
    if content.marks and len(content.chosen):
        colour = RAMP[content.marks[0].level]
        flat = shapely.get_dimensions(content.chosen) > 1
        for shapes, line in ((content.chosen[~flat], 3.8), (content.chosen[flat], 1.2)):
            pen.stroke(axes, shapes, INK.ink, 1.5 * line, 5.2, alpha=0.9, capstyle="butt")
            pen.stroke(axes, shapes, colour, line, 5.3, capstyle="butt")
        pen.dots(axes, content.chosen, 2.4, 5.4, facecolor=colour, edgecolor=INK.ink, linewidth=0.9)


def draw_marks(axes: Axes, board: Board, marks: list[Mark], radius: float) -> dict[int, tuple[float, float]]:
    """Draw the marks, worst on top, none over another; return by number where each stands.

    A mark whose place is taken stands beside it, a line shows where it belongs.
    """
    stands: dict[int, tuple[float, float]] = {}
    side = 2.3 * radius
    for found in marks:
        ways = np.vstack([[found.place], around(found.place, (side, side), RINGS)])
        costs = np.concatenate([[0.0], 10 + np.repeat(RINGS, 8)])
        at = board.place(Wanted(side, side, ways, costs, on_lines=0.0))
        stands[found.number] = found.place if at is None else (float(ways[at][0]), float(ways[at][1]))
    for rank, found in enumerate(marks):
        place, order = stands[found.number], 6.9 - 0.9 * rank / len(marks)
        if np.hypot(*np.subtract(place, found.place)) > LEADER_FROM:
            leader = PathPatch(Path([found.place, place]), edgecolor=INK.ink, linewidth=0.5, zorder=5.6)
            axes.add_artist(leader)
            pen.dots(axes, shapely.points([found.place]), 0.9, 5.7, facecolor=INK.ink, linewidth=0)
        draw_mark(axes, found.domain, RAMP[found.level], place, radius=radius, order=order)
    return stands


def draw_mark(
    axes: Axes, domain: str, colour: str, place: tuple[float, float], *, radius: float, order: float
) -> None:
    """Draw one mark: its shape, a white rim that sets it off, a fine line around it."""
    path = pen.stamped(mark(domain), np.array([place]), radius)
    rim = {"joinstyle": "round", "facecolor": "none"}
    axes.add_artist(PathPatch(path, edgecolor=INK.ink, linewidth=2.5, zorder=order, **rim))
    axes.add_artist(PathPatch(path, edgecolor=INK.halo, linewidth=1.7, zorder=order, **rim))
    axes.add_artist(PathPatch(path, facecolor=colour, edgecolor="none", zorder=order))


_NONE = np.empty(0, dtype=object)
