"""What a map draws, as shapes on its paper: read, cut, simplified and classed, ready for the pen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pandas as pd
import shapely

from dashboard.export.cartography.nearby import rows_near
from dashboard.maps.palette import severity_class
from dashboard.maps.shapes import mark_points, zones_shape
from geodata.model import ROAD_CLASSES
from geodata.strips import Strip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from dashboard.export.cartography.frame import Frame
    from dashboard.export.cartography.subject import Subject

    Shapes = NDArray[np.object_]

UNTOUCHED = -1
# Denominators up to which a class of roads is drawn: arterial roads first, tracks last.
ROAD_REACH = {"road_arterial": 1_200_000, "road_local": 300_000, "road_track": 120_000}
TERTIARY_REACH = 500_000
# Denominators up to which a layer is drawn: beyond them single features are dust.
SHOWN_UP_TO = {
    **dict.fromkeys(("facilities", "assets"), 300_000),
    **dict.fromkeys(("landuse", "parks"), 700_000),
    **dict.fromkeys(("roads", "population"), 2_000_000),
}


@dataclass(frozen=True)
class Mark:
    """A gap's mark: what it looks like, which number it has, and where on the paper it belongs."""

    number: int
    domain: str
    level: int
    place: tuple[float, float]


@dataclass
class Content:
    """Shapes in points of paper, from bottom to top.

    Parameters
    ----------
    districts, ids
        Areas in view, and their district ids.
    members
        One array of areas a member, in the pairing's order.
    borders
        Borders in view that the map is not about.
    segments
        Segments of the borders that the map is about, by severity class; `UNTOUCHED` too.
    context
        Layer name -> (class of road, else "") -> shapes.
    areas
        Areas of gaps, by severity class.
    marks
        Marks of gaps, worst first.
    left_out
        Numbers of the gaps that concern a border as a whole and have no mark.
    named
        Layer -> shapes that the chosen gap's evidence names, with their names.
    chosen
        Shape of the gap that a locator map is of.
    zones
        Border zone of each side.
    between
        Of members that do not touch: the shortest line between them, and its length in metres.
    """

    frame: Frame
    districts: Shapes
    ids: list[str]
    members: list[Shapes]
    borders: Shapes
    segments: dict[int, Shapes]
    context: dict[str, dict[str, Shapes]] = field(default_factory=dict)
    areas: dict[int, Shapes] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)
    named: dict[str, tuple[Shapes, list[str]]] = field(default_factory=dict)
    chosen: Shapes = field(default_factory=lambda: np.empty(0, dtype=object))
    zones: list[Shapes] = field(default_factory=list)
    between: tuple[Any, float] | None = None


def content_of(subject: Subject, frame: Frame, layers: Sequence[str]) -> Content:
    """Return what a map of `subject` draws on `frame`, with the context `layers`."""
    results = subject.results
    rows = results.districts
    areas = frame.on_paper(rows.geometry.array)
    place_of = {str(key): place for place, key in enumerate(rows["district_id"])}
    members = [
        _drawn(areas[[place_of[part] for part in member if part in place_of]]) for member in subject.members
    ]
    seen = ~shapely.is_empty(areas)
    content = Content(
        frame=frame,
        districts=areas[seen],
        ids=rows["district_id"].astype(str)[seen].tolist(),
        members=members,
        borders=_drawn(
            frame.on_paper(results.borders.geometry[~results.borders.index.isin(subject.keys)].array)
        ),
        segments=_whole_borders(subject, frame) if subject.is_wide else _segments(subject, frame),
        context={
            name: shapes
            for name in layers
            if name in SHOWN_UP_TO and (shapes := _context(subject, frame, name))
        },
        zones=_zones(subject, frame) if "zones" in layers else [],
        between=_between(subject, frame),
    )
    _add_gaps(content, subject)
    return content


def _whole_borders(subject: Subject, frame: Frame) -> dict[int, Shapes]:
    """Return the borders, each as a whole, by the class of its worst gap."""
    borders = subject.results.borders
    borders = borders[borders.index.isin(subject.keys)]
    worst = subject.gaps.groupby("pairing_id")["severity"].max().reindex(borders.index)
    level = np.array([UNTOUCHED if np.isnan(value) else severity_class(value) for value in worst], dtype=int)
    shapes = frame.on_paper(borders.geometry.array)
    return {int(key): _drawn(shapes[level == key]) for key in np.unique(level)}


def _zones(subject: Subject, frame: Frame) -> list[Shapes]:
    """Return the border zone of each side, as the screen draws it."""
    if subject.pairing_id is None:
        return []
    shown = orjson.dumps(zones_shape(subject.results, subject.pairing_id))
    return [frame.on_paper([part]) for part in shapely.get_parts(shapely.from_geojson(shown))]


def _between(subject: Subject, frame: Frame) -> tuple[Any, float] | None:
    """Return the shortest line between two members without a border, and how long it is."""
    if not subject.is_pair or subject.pairing_id in subject.results.borders.index:
        return None
    rows = subject.results.districts
    strip = Strip.of_longitudes(subject.bounds[0], subject.bounds[2])
    sides = [
        shapely.union_all(strip.project(rows.geometry[rows["district_id"].isin(member)].array))
        for member in subject.members
    ]
    line = shapely.shortest_line(*sides)
    if line is None or shapely.length(line) == 0:
        return None
    return frame.on_paper(strip.unproject([line]), simplify=False)[0], float(shapely.length(line))


def _segments(subject: Subject, frame: Frame) -> dict[int, Shapes]:
    """Return the borders by severity class; as a whole where nothing touches them, else by segment."""
    results = subject.results
    classes = subject.severity_classes()
    touched = set(classes.index.get_level_values("pairing_id"))
    whole = [key for key in subject.keys if key in results.borders.index and key not in touched]
    untouched = [frame.on_paper(results.borders.geometry.loc[whole].array)] if whole else []
    rows = [results.rows_of("segments", key) for key in subject.keys if key in touched]
    if not rows:
        return {UNTOUCHED: _drawn(np.concatenate(untouched))} if untouched else {}
    segments = pd.concat(rows)
    index = pd.MultiIndex.from_arrays([segments["pairing_id"], segments["segment"]])
    level = classes.reindex(index).fillna(UNTOUCHED).to_numpy(int)
    shapes = frame.on_paper(segments.geometry.array)
    found = {int(key): _drawn(shapes[level == key]) for key in np.unique(level)}
    if untouched:
        rest = found.get(UNTOUCHED, np.empty(0, dtype=object))
        found[UNTOUCHED] = _drawn(np.concatenate([*untouched, rest]))
    return found


def _context(subject: Subject, frame: Frame, name: str) -> dict[str, Shapes]:
    """Return the shapes of a layer by class; nothing where it is lacking or the scale is too small."""
    workspace = subject.results.workspace
    if not workspace.has_layer(name) or frame.scale > SHOWN_UP_TO[name]:
        return {}
    rows = rows_near(subject.results, name, frame.degrees, subject.home)
    if name == "roads":
        group = rows["road_class"].map(_road_groups(frame.scale)).to_numpy(object)
    else:
        group = np.full(len(rows), "", dtype=object)
    kept = group != None  # noqa: E711  # element by element
    group, shapes = group[kept], frame.on_paper(np.asarray(rows.geometry.array, dtype=object)[kept])
    found = {str(key): _drawn(shapes[group == key]) for key in dict.fromkeys(group.tolist())}
    return {key: part for key, part in found.items() if len(part)}


def _road_groups(scale: int) -> dict[str, str | None]:
    """Return road class -> group it is drawn in at a scale, None where it is left out."""
    groups: dict[str, str | None] = {}
    for name, road in ROAD_CLASSES.items():
        reach = TERTIARY_REACH if name == "tertiary" else ROAD_REACH.get(road.group or "", 0)
        shown = road.group if scale <= reach else None
        groups |= {name: shown, f"{name}_link": shown}
    return groups


def _add_gaps(content: Content, subject: Subject) -> None:
    """Add marks, areas and, of a locator map, the gap's own shape and what its evidence names."""
    if subject.is_wide:
        return
    gaps, frame = subject.gaps, content.frame
    located = gaps[~gaps["border_wide"].to_numpy(bool) & gaps.geometry.notna().to_numpy(bool)]
    numbers = np.arange(1, len(gaps) + 1)
    content.left_out = numbers[~gaps["gap_id"].isin(located["gap_id"]).to_numpy(bool)].tolist()
    if subject.chosen is not None:
        own = subject.chosen
        content.chosen = _drawn(frame.on_paper([own.geometry], simplify=False))
        content.named = {
            layer: (frame.on_paper(rows.geometry.array), [_text(name) for name in rows["name"]])
            for layer, rows in subject.named.items()
        }
        located = gaps[(gaps["gap_id"] == own["gap_id"]).to_numpy(bool)]
        content.left_out = []
    numbers = numbers[gaps["gap_id"].isin(located["gap_id"]).to_numpy(bool)]
    shapes = frame.on_paper(located.geometry.array)
    levels = [severity_class(value) for value in located["severity"]]
    is_area = np.isin(shapely.get_type_id(shapes), (3, 6)) & ~shapely.is_empty(shapes)
    for level in sorted(set(levels)):
        found = shapes[is_area & (np.array(levels) == level)]
        if len(found):
            content.areas[level] = found
    points = frame.on_paper(mark_points(located.geometry.array), simplify=False)
    content.marks = [
        Mark(int(number), str(domain), level, (float(point.x), float(point.y)))
        for number, domain, level, point in zip(numbers, located["domain"], levels, points, strict=True)
        if not point.is_empty and 0 <= point.x <= frame.width and 0 <= point.y <= frame.height
    ]


def _drawn(shapes: Shapes) -> Shapes:
    return np.asarray(shapes[~shapely.is_empty(shapes)])


def _text(name: Any) -> str:
    return name if isinstance(name, str) else ""
