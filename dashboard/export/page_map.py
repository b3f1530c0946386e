"""The map of a report's page: the shapes of a paper map, as paths a browser moves, zooms and switches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from dashboard.export.cartography.content import UNTOUCHED, content_of
from dashboard.export.cartography.frame import Frame
from dashboard.export.cartography.marks import mark
from dashboard.export.cartography.subject import Subject, subject_of
from dashboard.i18n import Text, plain
from dashboard.maps.shapes import mark_points, seen
from layers import wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dashboard.export.cartography.content import Content
    from dashboard.export.report_model import Chapter
    from dashboard.results import Results
    from layers.wording import Lang

WIDTH_PT = 3000.0  # paper of the map: four times a screen, so that zooming in still shows something
SURROUNDINGS = (1.8, 1.8)  # width and height of the paper, by the size of what the map is about
GRID = 4  # units in a point: paths are whole numbers
CONTEXT = ("landuse", "parks", "roads", "facilities", "assets")  # from bottom to top
ON_AT_FIRST = ("districts", "members", "parks", "roads", "segments", "gaps", "names")
LABEL_PT = 10.0  # how exactly the widest place of an area is looked for
POINT, LINE, RING = 0, 1, 2  # of shapely's type ids
MOVE, TO, CURVE, CLOSE = 1, 2, 4, 79  # of matplotlib's path codes


@dataclass(frozen=True)
class Paper:
    """Paper of that height in points, y upwards, as the units of a path, y downwards."""

    height: float = WIDTH_PT

    def place(self, point: Any) -> list[int]:
        """Return a point in units."""
        return [_unit(point.x), _unit(self.height - point.y)]

    def label(self, point: Any, said: str, kind: str) -> dict[str, Any]:
        """Return a name with the place it stands at."""
        return {"at": self.place(point), "text": said, "class": kind}

    def path_of(self, shapes: Iterable[Any]) -> str:
        """Return shapes as an SVG path; points as lines of no length, whose ends are dots."""
        array = np.array(list(shapes), dtype=object)
        parts = shapely.orient_polygons(
            shapely.get_parts(shapely.get_parts(array))
        )  # so that holes stay open
        pieces = []
        for part, kind in zip(parts, shapely.get_type_id(parts).tolist(), strict=True):
            if part.is_empty:
                continue
            rings = [part] if kind in (POINT, LINE, RING) else list(shapely.get_rings(part))
            closed = kind not in (POINT, LINE)
            pieces += [self._run(shapely.get_coordinates(ring), closed=closed) for ring in rings]
        return "".join(pieces)

    def _run(self, places: Any, *, closed: bool) -> str:
        units = np.rint(np.column_stack([places[:, 0], self.height - places[:, 1]]) * GRID).astype(int)
        steps = np.diff(units, axis=0)
        steps = steps[steps.any(axis=1)]
        if closed and len(steps):
            steps = steps[:-1]  # the last one leads back, as z does
        told = " ".join(f"{across} {down}" for across, down in steps.tolist())
        x, y = units[0].tolist()
        return f"M{x} {y}l{told}{'z' if closed else ''}" if told else f"M{x} {y}h0"


class _Marked(Subject):
    """A subject whose gaps all have marks, however many: on a screen one can zoom in."""

    is_wide = False


def map_data(
    results: Results,
    chapter: Chapter,
    lang: Lang,
    *,
    layers: Sequence[str] = ("zones", *CONTEXT),
    width: float = WIDTH_PT,
    surroundings: tuple[float, float] = SURROUNDINGS,
) -> dict[str, Any]:
    """Return the map of a chapter.

    Parameters
    ----------
    layers
        Context layers (and zones) that can be switched on.
    width
        Of its paper, points: what is smaller than a point is not drawn.
    surroundings
        Width and height of the paper by the size of what the map is about.

    `size` (width and height) and all places in units, y downwards; `home`, the box that is looked at first;
    `metres` of a unit; `north`, degrees clockwise from up; `layers` from bottom to top with `parts`, each a
    class and a path; `labels`; `gaps`, for each finding `at` (its mark's place, or None), `shape` and whether
    that is `flat`.
    """
    size = (width, width * surroundings[1] / surroundings[0])
    paper = Paper(size[1])
    subject = _subject(results, chapter)
    fitted = Frame.around(subject.bounds, (width / surroundings[0], width / surroundings[0]))
    frame = Frame.around(subject.bounds, size, fitted.scale)
    content = content_of(subject, frame, layers)
    home = frame.on_paper([shapely.box(*subject.bounds)], simplify=False)[0].bounds
    west, south, east, north = home
    return {
        "size": [_unit(side) for side in size],
        "home": [_unit(west), _unit(size[1] - north), _unit(east), _unit(size[1] - south)],
        "metres": frame.metres_per_point / GRID,
        "north": round(frame.north, 2),
        "layers": _layers(content, paper, is_pair=subject.is_pair, lang=lang),
        "labels": _labels(content, chapter, subject, paper, view=seen(home), lang=lang),
        "gaps": _gaps(subject, frame, paper),
    }


def _subject(results: Results, chapter: Chapter) -> Subject:
    found = subject_of(results, chapter.pairing_id, gaps=chapter.map.gaps)
    return _Marked(**vars(found))


def _layers(content: Content, paper: Paper, *, is_pair: bool, lang: Lang) -> list[dict[str, Any]]:
    """Return what can be switched; a layer without shapes is left out."""
    text = Text(lang)
    sides = ("a", "b") if is_pair else ("both",) * len(content.members)
    found: list[tuple[str, str, list[tuple[str, Any]]]] = [
        (
            "districts",
            wording.word(wording.LAYER_WORDS, "districts", lang),
            [("district", content.districts), ("border", content.borders)],
        )
    ]
    context = {
        name: (
            name,
            wording.word(wording.LAYER_WORDS, name, lang),
            [(group or name, shapes) for group, shapes in content.context.get(name, {}).items()],
        )
        for name in CONTEXT
    }
    members = [(f"member side-{side}", shapes) for side, shapes in zip(sides, content.members, strict=True)]
    zones = [(f"zone side-{side}", shapes) for side, shapes in zip(sides, content.zones, strict=False)]
    found += [context["landuse"], context["parks"], ("members", text("html.members"), members)]
    found += [("zones", text("layer.zones"), zones), context["roads"]]
    found += [context["assets"], context["facilities"]]
    found.append(("segments", text("html.border"), _border(content)))
    return [
        {
            "name": name,
            "label": label,
            "on": name in ON_AT_FIRST,
            "parts": [
                {"class": kind, "path": path} for kind, shapes in parts if (path := paper.path_of(shapes))
            ],
        }
        for name, label, parts in found
        if any(len(shapes) for _, shapes in parts)
    ]


def _border(content: Content) -> list[tuple[str, Any]]:
    parts: list[tuple[str, Any]] = []
    if content.between is not None:
        parts.append(("between", np.array([content.between[0]], dtype=object)))
    parts += [("casing", shapes) for shapes in content.segments.values()]
    return parts + [
        ("untouched" if level == UNTOUCHED else f"touched severity-{level}", shapes)
        for level, shapes in sorted(content.segments.items())
    ]


def _labels(
    content: Content, chapter: Chapter, subject: Subject, paper: Paper, *, view: Any, lang: Lang
) -> list[dict[str, Any]]:
    """Return names and where they stand, the most important first; of members in `view`, if they reach it."""
    found, names = [], subject.results.short_names(lang)
    if content.between is not None:
        line, metres = content.between
        middle = shapely.line_interpolate_point(line, 0.5, normalized=True)
        said = Text(lang)("picture.apart", distance=wording.distance(metres, lang))
        found.append(paper.label(middle, said, "apart"))
    own: set[str] = set()
    if chapter.sides:
        own = {part for member in subject.members for part in member}
        for side, shapes in zip(chapter.sides, content.members, strict=True):
            if len(shapes):
                near = shapely.intersection(shapely.make_valid(shapes), view)
                place = _widest(near if shapely.area(near).any() else shapes)
                found.append(paper.label(place, side.name, f"name side-{side.letter}"))
    areas = shapely.area(content.districts)
    for place in np.argsort(-areas, kind="stable").tolist():
        key = content.ids[place]
        if key not in own and areas[place] > 0:
            found.append(paper.label(_widest(content.districts[[place]]), plain(names[key]), "district-name"))
    return found


def _widest(shapes: Any) -> Any:
    """Return the middle of the widest place of some areas, cut at the edge of the map."""
    area = shapely.union_all(shapes, grid_size=0.01)
    parts = [part for part in shapely.get_parts(area) if part.area > 0]
    circle = shapely.maximum_inscribed_circle(shapely.union_all(parts), tolerance=LABEL_PT)
    return shapely.get_point(circle, 0)


def _gaps(subject: Subject, frame: Frame, paper: Paper) -> list[dict[str, Any]]:
    """Return place and shape of each gap, in their order; one of the whole border has no mark."""
    gaps = subject.gaps
    drawn = gaps.geometry.notna().to_numpy(bool)
    wide = gaps["border_wide"].to_numpy(bool)
    shapes = np.full(len(gaps), shapely.Point(), dtype=object)
    points = shapes.copy()
    if drawn.any():
        located = np.asarray(gaps.geometry.array, dtype=object)[drawn]
        shapes[drawn] = frame.on_paper(located)
        points[drawn] = frame.on_paper(mark_points(located), simplify=False)
    return [
        {
            "at": None if whole or point.is_empty else paper.place(point),
            "shape": paper.path_of([shape]),
            "flat": bool(shape.area > 0),
        }
        for shape, point, whole in zip(shapes, points, wide, strict=True)
    ]


def mark_path(domain: str) -> str:
    """Return the mark of a domain as an SVG path around the origin, its radius about 1."""
    letters = {MOVE: "M", TO: "L", CURVE: "C", CLOSE: "Z"}
    return "".join(
        letters[int(code)]
        + ("" if code == CLOSE else " ".join(f"{x:.3g} {-y:.3g}" for x, y in places.reshape(-1, 2)))
        for places, code in mark(domain).iter_segments(simplify=False)
    )


def _unit(points: float) -> int:
    return round(points * GRID)
