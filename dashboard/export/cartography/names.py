"""The names on a map: members beside their border, districts, rank numbers, what a gap's evidence names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from dashboard.export.cartography import pen
from dashboard.export.cartography.drawing import INK, LARGE_MAP, SMALL_MAP
from dashboard.export.cartography.labels import Wanted, around
from dashboard.export.cartography.lettering import LINE_HEIGHT, legible, two_lines, width, write
from dashboard.maps.palette import SIDE_INK
from dashboard.payloads import member_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from dashboard.export.cartography.content import Content
    from dashboard.export.cartography.labels import Board
    from dashboard.export.cartography.subject import Subject
    from layers.wording import Lang

# Sizes of letters on small, middling and large maps, in points.
MEMBER = (8.0, 10.0, 14.0)
DISTRICT = (6.0, 7.0, 9.0)
NUMBER, FEATURE = 6.5, 6.0
GRID = 9  # places tried across an area
ALONG = 0.15  # cost of a point of distance from the best place of an area
MOST_NUMBERS = 60
DISC = 4.6  # points: radius behind the number of a pairing
ROUGH = 1.0  # points: as exact as a label's place needs an area to be


def name_members(axes: Axes, board: Board, subject: Subject, content: Content, lang: Lang) -> None:
    """Write the name of each member in its colour, in the widest part of it in view."""
    if not subject.is_pair:
        return
    size = _fitting(MEMBER, board)
    names = member_names(subject.results, str(subject.pairing_id), lang)
    for name, ink, shapes in zip(names, SIDE_INK["light"], content.members, strict=True):
        area = _widest(_within(shapes, board))
        if area is not None:
            label = two_lines(legible(name), 18)
            _in_area(axes, board, label, area, size=size, colour=ink, needed=True, order=9.4)


def name_districts(axes: Axes, board: Board, subject: Subject, content: Content, lang: Lang) -> None:
    """Write the names of the other districts where there is room, the largest first."""
    names = subject.results.short_names(lang)
    own = {part for member in subject.members for part in member} if subject.is_pair else set()
    size = _fitting(DISTRICT, board)
    seen = [
        (area, key)
        for shape, key in zip(_within(content.districts, board), content.ids, strict=True)
        if key not in own and (area := _widest([shape])) is not None
    ]
    for area, key in sorted(seen, key=lambda pair: (-pair[0].area, pair[1])):
        label = two_lines(legible(names[key]))
        _in_area(axes, board, label, area, size=size, colour="#55605C", needed=False, order=8.5)


def number_marks(axes: Axes, board: Board, stands: dict[int, tuple[float, float]], radius: float) -> bool:
    """Write its number beside each mark that has room for it, the worst first; return whether any was."""
    written = False
    for number in sorted(stands)[:MOST_NUMBERS]:
        label, place = str(number), stands[number]
        size = (width(label, NUMBER) + 1.5, NUMBER * 0.95)
        reach = (radius * 1.2 + size[0] / 2 + 0.5, radius * 1.2 + size[1] / 2 + 0.2)
        ways = around(place, reach, (0.0, 2.5))
        at = board.place(Wanted(*size, ways))
        if at is not None:
            below = (float(ways[at][0]), float(ways[at][1]) - size[1] * 0.4)
            write(axes, below, label, size=NUMBER, colour=INK.ink, halo=INK.halo, align="center", order=9.6)
            written = True
    return written


def number_borders(
    axes: Axes, board: Board, subject: Subject, content: Content, numbers: Mapping[str, int]
) -> None:
    """Write the number of a pairing on a disc at its border, the first ones first."""
    borders = subject.results.borders
    for key in sorted((key for key in numbers if key in borders.index), key=numbers.__getitem__):
        (line,) = content.frame.on_paper([borders.geometry.loc[key]])
        parts = shapely.get_parts(line)
        if line.is_empty or not len(parts):
            continue
        longest = parts[int(np.argmax(shapely.length(parts)))]
        shares = np.array([0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8])
        ways = shapely.get_coordinates(shapely.line_interpolate_point(longest, shares, normalized=True))
        size = 2 * DISC + 1
        at = board.place(Wanted(size, size, ways, on_lines=0.0))
        if at is None:
            continue
        x, y = (float(value) for value in ways[at])
        pen.dots(
            axes, shapely.points([(x, y)]), DISC, 6.5, facecolor=INK.halo, edgecolor=INK.ink, linewidth=0.6
        )
        write(
            axes,
            (x, y - NUMBER * 0.36),
            str(numbers[key]),
            size=NUMBER,
            colour=INK.ink,
            align="center",
            order=9.7,
        )


def name_features(axes: Axes, board: Board, content: Content) -> None:
    """Write the names of the features that a gap's evidence names, beside them."""
    for shapes, names in content.named.values():
        for shape, name in zip(shapes, names, strict=True):
            label = two_lines(legible(name, 24), chinese=14)
            if shape.is_empty or not label:
                continue
            middle = shapely.point_on_surface(shape)
            size = _size(label, FEATURE)
            reach = (size[0] / 2 + 4.5, size[1] / 2 + 3.5)
            ways = around((middle.x, middle.y), reach, (0.0, 5.0))
            at = board.place(Wanted(*size, ways))
            if at is not None:
                _write_middle(axes, ways[at], label, size=FEATURE, colour=INK.ink, order=9.5)


def _fitting(sizes: tuple[float, float, float], board: Board) -> float:
    return sizes[(board.width >= SMALL_MAP) + (board.width > LARGE_MAP)]


def _in_area(
    axes: Axes, board: Board, label: str, area: Any, *, size: float, colour: str, needed: bool, order: float
) -> None:
    """Write a label inside an area: best where it is widest, not at all where it would stick out far."""
    box = _size(label, size)
    middle = shapely.get_point(shapely.maximum_inscribed_circle(area, tolerance=2.0), 0)
    left, bottom, right, top = area.bounds
    across = np.linspace(left, right, GRID + 2)[1:-1]
    up = np.linspace(bottom, top, GRID + 2)[1:-1]
    ways = np.vstack([[(middle.x, middle.y)], np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)])
    half = np.array(box) / 2
    boxes = shapely.box(*(ways - half).T, *(ways + half).T)
    outside = 1 - shapely.area(shapely.intersection(boxes, area)) / (box[0] * box[1])
    limit = 1.0 if needed else 0.35
    kept = outside <= limit
    far = np.hypot(*(ways - (middle.x, middle.y)).T)
    costs = ALONG * far + 40 * outside
    if not kept.any():
        return
    at = board.place(Wanted(*box, ways[kept], costs[kept], needed=needed))
    if at is not None:
        _write_middle(axes, ways[kept][at], label, size=size, colour=colour, order=order)


def _write_middle(
    axes: Axes, place: NDArray[np.float64], label: str, *, size: float, colour: str, order: float
) -> None:
    lines = label.split("\n")
    step = size * LINE_HEIGHT
    x, y = float(place[0]), float(place[1]) + step * (len(lines) - 1) / 2 - size * 0.36
    for line in lines:
        write(axes, (x, y), line, size=size, colour=colour, halo=INK.district, align="center", order=order)
        y -= step


def _size(label: str, size: float) -> tuple[float, float]:
    lines = label.split("\n")
    return max(width(line, size) for line in lines) + 2, size * LINE_HEIGHT * len(lines)


def _within(shapes: NDArray[np.object_] | list[Any], board: Board) -> NDArray[np.object_]:
    return np.asarray(shapely.clip_by_rect(np.asarray(shapes, dtype=object), 0, 0, board.width, board.height))


def _widest(shapes: NDArray[np.object_] | list[Any]) -> Any:
    """Return the largest polygon of some shapes; None where there is none."""
    parts = shapely.get_parts(shapely.get_parts(np.asarray(shapes, dtype=object)))
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    parts = parts[shapely.area(parts) > 0]
    if not len(parts):
        return None
    widest = shapely.simplify(parts[int(np.argmax(shapely.area(parts)))], ROUGH, preserve_topology=True)
    return widest if widest.area > 0 else None
