"""Shapes of the map: districts and borders of the overview, all of one pairing; GeoJSON, EPSG:4326."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from dashboard.maps import geojson
from dashboard.maps.palette import severity_class
from geodata.strips import Strip
from layers.wording import is_missing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.results import Results

AROUND_TOLERANCE = 0.0003  # degrees: a pixel or less where a pairing is looked at
NAME_PLACE = 0.002  # degrees: precision of the place a name is written at
SEEN = 0.7  # of the longer side of what is looked at: maps are about as wide as they are high


def districts_shape(results: Results) -> dict[str, Any]:
    """Return the districts for the map: the area of them all, and a point to write each name at.

    Lines between districts are borders and come with these: every line is sent once.
    """
    rows = results.districts
    tolerance, decimals = geojson.detail(results.bounds)
    # Joined before digits are dropped: a corner moved across a neighbour's line would leave a sliver.
    areas = geojson.outlines(rows.geometry, tolerance)
    (region,) = geojson.rounded([whole(areas, grid=10.0**-decimals)], decimals)
    local, english = results.names("zh"), results.short_names("en")
    size_rank = np.argsort(np.argsort(-shapely.area(areas)))  # for the order of labels only
    labels = [
        {"name": name, "name_en": english[str(key)], "rank": int(rank)}
        for key, name, rank in zip(rows["district_id"], local.values(), size_rank, strict=True)
    ]
    points = geojson.rounded(shapely.maximum_inscribed_circle(areas, tolerance=tolerance * 5), decimals)
    centres = shapely.get_point(points, 0)
    return geojson.collection([region, *centres], [{}, *labels])


def whole(areas: Any, *, grid: float) -> Any:
    """Return the area of all polygons together, also where they are no coverage.

    Of `grid` (degrees) are the cracks and overlaps between them that do not show.
    """
    if shapely.coverage_is_valid(areas, gap_width=grid):
        return shapely.coverage_union_all(areas)
    return shapely.union_all(shapely.buffer(areas, 0), grid_size=grid)


def borders_shape(results: Results) -> dict[str, Any]:
    """Return the borders for the overview, with the values they can be coloured by."""
    rows = results.borders
    found = results.summary.reindex(rows.index)
    tolerance, decimals = geojson.detail(results.bounds)
    properties = [
        {"pairing": key, "worst": _known(worst), "share": _known(share), "people": _known(people)}
        for key, worst, share, people in zip(
            rows.index,
            found["worst_severity"],
            found["affected_share"],
            found["people_affected"],
            strict=True,
        )
    ]
    return geojson.collection(geojson.lines(rows.geometry, tolerance, decimals), properties)


def view_bounds(results: Results, pairing_id: str, segments: Any) -> list[float]:
    """Return the extent to show: of the border, else of the members."""
    if len(segments):
        return [float(value) for value in segments.total_bounds]
    districts = [part for member in results.members[pairing_id] for part in member]
    rows = results.districts
    return [float(value) for value in rows[rows["district_id"].isin(districts)].total_bounds]


def members_shape(results: Results, pairing_id: str, names: list[str]) -> dict[str, Any]:
    """Return the members in full detail, as they meet at the border, and where to write their names.

    The name stands in the widest part of the member that is in view; of a group, none is side a or b.
    """
    rows = results.districts.set_index("district_id")
    members = results.members[pairing_id]
    sides = ("a", "b") if len(members) == 2 else ("",) * len(members)  # noqa: PLR2004
    shapes, properties = [], []
    bounds = view_bounds(results, pairing_id, results.rows_of("segments", pairing_id))
    view = seen(bounds, math.cos(math.radians((bounds[1] + bounds[3]) / 2)))
    for side, member, name in zip(sides, members, names, strict=True):
        known = [part for part in member if part in rows.index]
        areas = np.asarray(rows.geometry.loc[known].array, dtype=object)
        shapes += list(geojson.rounded(areas, geojson.EXACT_DECIMALS))
        properties += [{"side": side}] * len(known)
        # Where the view ends along the member, they also share a line; the name stands in an area.
        parts = shapely.get_parts(shapely.intersection(shapely.union_all(areas), view))
        area = shapely.union_all([part for part in parts if part.area > 0])
        if area.area > 0:
            shapes.append(shapely.get_point(shapely.maximum_inscribed_circle(area, tolerance=NAME_PLACE), 0))
            properties.append({"side": side, "name": name})
    return geojson.collection(shapes, properties)


def seen(bounds: Sequence[float], narrowing: float = 1.0) -> shapely.Polygon:
    """Return what a map shows that is fitted to `bounds`: beside a straight border, its sides, too.

    `narrowing` is the length of a unit across, where one upwards has length 1.
    """
    west, south, east, north = bounds
    width, height = (east - west) * narrowing, north - south
    least = SEEN * max(width, height)
    right, up = max(0.0, least - width) / 2 / narrowing, max(0.0, least - height) / 2
    return shapely.box(west - right, south - up, east + right, north + up)


def around_shape(results: Results, pairing_id: str) -> dict[str, Any]:
    """Return the other borders of the members, in the detail that the members have."""
    own = {part for member in results.members[pairing_id] for part in member}
    rows = results.borders.iloc[results.borders_of(own)].drop(index=pairing_id, errors="ignore")
    lines = geojson.lines(rows.geometry, AROUND_TOLERANCE, geojson.EXACT_DECIMALS)
    return geojson.collection(lines, [{"pairing": key} for key in rows.index])


def zones_shape(results: Results, pairing_id: str) -> dict[str, Any]:
    """Return the border zone of both sides, in the detail a map shows."""
    if pairing_id not in results.borders.index:
        return geojson.collection([], [])
    strip = Strip.of_longitudes(*results.borders.loc[[pairing_id]].total_bounds[[0, 2]])
    border = strip.project([results.borders.geometry.loc[pairing_id]])
    near = shapely.buffer(shapely.simplify(border, 20.0), results.workspace.settings.zone_m, quad_segs=8)
    rows = results.districts.set_index("district_id")
    shapes, properties = [], []
    for side, member in zip(("a", "b"), results.members[pairing_id], strict=True):
        whole = shapely.union_all(
            strip.project(rows.geometry.loc[[part for part in member if part in rows.index]])
        )
        shapes.append(shapely.simplify(shapely.intersection(whole, near[0]), 20.0))
        properties.append({"side": side})
    return geojson.collection(geojson.rounded(strip.unproject(shapes), geojson.EXACT_DECIMALS), properties)


def segments_shape(segments: Any) -> dict[str, Any]:
    """Return the segments, each with its pairing and number: what a gap is told to touch."""
    properties = [
        {"pairing": pairing, "segment": int(segment), "to_km": round(float(end) / 1000, 3)}
        for pairing, segment, end in zip(
            segments["pairing_id"], segments["segment"], segments["chainage_to_m"], strict=True
        )
    ]
    return geojson.collection(geojson.rounded(segments.geometry, geojson.EXACT_DECIMALS), properties)


def gaps_shape(gaps: Any) -> dict[str, Any]:
    """Return each gap's shape and the point its mark stands at; border-wide ones are marked when chosen."""
    properties = [
        {"number": number, "domain": domain, "class": severity_class(severity), "severity": float(severity)}
        for number, (domain, severity) in enumerate(zip(gaps["domain"], gaps["severity"], strict=True))
    ]
    wide = gaps["border_wide"].tolist()
    marks = [{**row, "mark": not whole} for row, whole in zip(properties, wide, strict=True)]
    shapes = geojson.rounded(gaps.geometry, geojson.EXACT_DECIMALS)
    points = geojson.rounded(mark_points(gaps.geometry), geojson.EXACT_DECIMALS)
    return geojson.collection([*shapes, *points], [*properties, *marks])


def mark_points(geometries: Any) -> Any:
    """Return where the mark of each gap stands: half-way along a line, inside an area, between two places."""
    array = np.asarray(geometries, dtype=object)
    parts, owner = shapely.get_parts(array, return_index=True)
    line = np.isin(shapely.get_type_id(parts), (shapely.GeometryType.LINESTRING,))
    length = np.where(line, shapely.length(parts), -1.0)  # picks the longest piece; no length is reported
    points = shapely.centroid(array)
    areas = np.isin(
        shapely.get_type_id(array), (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
    )
    points[areas] = shapely.point_on_surface(array[areas])
    order = np.lexsort((-length, owner))
    first = order[np.unique(owner[order], return_index=True)[1]]
    longest = first[length[first] >= 0]
    points[owner[longest]] = shapely.line_interpolate_point(parts[longest], 0.5, normalized=True)
    return points


def _known(value: Any) -> float | None:
    return None if is_missing(value) else float(value)
