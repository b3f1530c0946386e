"""Geometry of a source as that of a layer: degrees of WGS 84, allowed types, valid; the rest set aside."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import pyproj.exceptions
import shapely

from geodata import datum as datums
from geodata.errors import SourceError
from geodata.ingest.coordinates import proposals
from geodata.ingest.raw import DEGREES

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geodata.model import Layer

AREA_CHANGE = 0.001  # METHOD 3: a repair that changes an area by more is reported
_POINT, _LINE, _RING, _POLYGON, _MULTIPOINT, _MULTILINE, _MULTIPOLYGON, _COLLECTION = range(8)
_POLYGONS = (_POLYGON, _MULTIPOLYGON)
_LINES = (_LINE, _MULTILINE)
_LON, _LAT = 180.0, 90.0
_IN_DEGREES = ("EPSG:4326", "EPSG:4490", "OGC:CRS84")
_PROPOSED = 5  # reference systems that a message names
_MOST = 0.5  # of the rows off the earth: the reference system is wrong, not the rows


@dataclass
class Shapes:
    """Geometry by row, in degrees; `reasons` (by position) say which rows cannot stay and why."""

    geometry: NDArray[np.object_]
    reasons: dict[int, str] = field(default_factory=dict)
    repaired: set[int] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    crs: str | None = None
    datum: str | None = None

    def reject(self, rows: NDArray[np.bool_], reason: str) -> None:
        """Set rows aside, unless an earlier reason has."""
        for row in np.flatnonzero(rows).tolist():
            self.reasons.setdefault(row, reason)
            self.geometry[row] = None

    def change(self, rows: NDArray[np.bool_], made: Any, note: str | None = None) -> None:
        """Put other geometry in the place of some rows."""
        if rows.any():
            self.geometry[rows] = made
            if note:
                self.notes.append(f"{int(rows.sum())} {note}")


def in_degrees(
    geometry: NDArray[np.object_],
    source: str,
    declared: str | None,
    crs: str | None = None,
    datum: datums.Datum | None = None,
    *,
    swap_axes: bool = False,
    near: gpd.GeoDataFrame | None = None,
) -> Shapes:
    """Return `geometry` in EPSG:4326 without height.

    Parameters
    ----------
    declared
        Reference system the source names.
    crs
        The one the user names; goes before it.
    datum
        The user says that the degrees are shifted; they are shifted back.
    swap_axes
        The user says that the first number is the northing or latitude.
    near
        Districts that proposals for a missing reference system are held against.

    Raises
    ------
    SourceError
        If the reference system is unknown, or most coordinates do not fit it.
    """
    shapes = Shapes(geometry.copy())
    high = shapely.has_z(shapes.geometry) | shapely.has_m(shapes.geometry)
    shapes.change(high, shapely.force_2d(shapes.geometry[high]), "heights left out")
    finite = np.isfinite(_coordinate_sums(shapes.geometry))  # bounds pass over a NaN inside
    shapes.reject(~finite, "a coordinate is no number; correct it")
    if swap_axes:
        _move(shapes, lambda x, y: (y, x))
        shapes.notes.append("first and second coordinate exchanged")
    system = _system(shapes, source, declared, crs, near)
    shapes.crs = system.to_string()
    _require_metres(shapes.geometry, source, system)
    if not system.equals(pyproj.CRS(DEGREES), ignore_axis_order=True):
        try:
            transformer = pyproj.Transformer.from_crs(system, DEGREES, always_xy=True)
        except pyproj.exceptions.ProjError as error:
            problem = (
                f"its reference system {system.name!r} has no place on the earth; name another with --crs"
            )
            raise SourceError(source, [problem]) from error
        _move(shapes, transformer.transform)
    _require_on_earth(shapes, source)
    shapes.reject(
        _round_the_world(shapes.geometry),
        "it spans more than half the earth, as if drawn across the antimeridian (180 degrees); cut it there",
    )
    nowhere = (shapely.bounds(shapes.geometry) == 0).all(axis=1)
    shapes.reject(nowhere, "its coordinates are 0,0, as programs write where they know none; correct them")
    if datum is not None:
        _move(shapes, lambda x, y: datums.to_wgs84(x, y, datum))
        shapes.datum = f"{datum} to WGS 84"
    return shapes


def fit_to_layer(
    shapes: Shapes,
    layer: Layer,
    names: NDArray[np.object_],
    *,
    first: int = 0,
    missing: str = "it has no geometry; draw it",
) -> None:
    """Give each geometry a type the layer allows, or set its row aside.

    `names`, and the position of the `first` row in the source, are for the notes; `missing` is the reason of
    rows without geometry.
    """
    geometry = shapes.geometry
    shapes.reject(shapely.is_empty(geometry), "its geometry is empty; draw it")
    if layer.geometry_required:
        gone = _nothing(geometry)
        for row in np.flatnonzero(gone).tolist():
            shapes.reasons.setdefault(row, missing)
    _unpack_single(shapes)
    if "Polygon" in layer.geometry or layer.geometry == ("Point",):
        _repair_polygons(shapes, names, first, collections="LineString" not in layer.geometry)
    types = shapely.get_type_id(geometry)
    if layer.geometry == ("Point",):
        areas = np.isin(types, _POLYGONS)
        shapes.change(areas, _points_inside(geometry[areas]), "areas taken as a point inside them")
    short = np.isin(shapely.get_type_id(geometry), _LINES) & (shapely.length(geometry) == 0)
    shapes.reject(short, "its line has no length; draw it again")
    allowed = set(layer.geometry) | ({"MultiLineString"} if "LineString" in layer.geometry else set())
    numbers = [_NUMBERS[name] for name in allowed]
    unfit = ~_nothing(geometry) & ~np.isin(shapely.get_type_id(geometry), numbers)
    for row in np.flatnonzero(unfit).tolist():
        name = geometry[row].geom_type
        shapes.reasons.setdefault(row, f"{layer.name} cannot be a {name}; give {' or '.join(layer.geometry)}")
        geometry[row] = None


def _nothing(geometry: NDArray[np.object_]) -> NDArray[np.bool_]:
    return np.asarray(shapely.is_missing(geometry), dtype=bool)


def _coordinate_sums(geometry: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return a number by row that is not finite where any coordinate is not; 0 where there is none."""
    coordinates, owner = shapely.get_coordinates(geometry, return_index=True)
    return np.bincount(owner, weights=coordinates.sum(axis=1), minlength=len(geometry)).astype(np.float64)


def _system(
    shapes: Shapes, source: str, declared: str | None, crs: str | None, near: gpd.GeoDataFrame | None
) -> pyproj.CRS:
    """Return the reference system of the coordinates; what they may be where none is named."""
    named = crs or declared
    if named is not None:
        try:
            return pyproj.CRS.from_user_input(named)
        except pyproj.exceptions.CRSError as error:
            raise SourceError(
                source, [f"reference system {named[:80]!r} is not known; name an EPSG code"]
            ) from error
    if _off_earth(shapes.geometry).any():
        x, y = (round(float(value), 3) for value in _first_off(shapes.geometry))
        problem = f"no reference system is declared and {x}, {y} are no degrees; name it with --crs EPSG:…"
        found = proposals(shapely.get_coordinates(shapes.geometry), near)
        may_be = [f"it may be {one}" for one in found[:_PROPOSED]]
        left = [f"and {len(found) - _PROPOSED} more strips like these"] if len(found) > _PROPOSED else []
        raise SourceError(source, [problem, *may_be, *left])
    shapes.notes.append("no reference system declared: values are degrees, taken as WGS 84")
    return pyproj.CRS(DEGREES)


def _require_on_earth(shapes: Shapes, source: str) -> None:
    off = _off_earth(shapes.geometry)
    if not off.any():
        return
    known = int((~_nothing(shapes.geometry)).sum())
    if off.sum() > _MOST * known:
        x, y = (round(float(value), 6) for value in _first_off(shapes.geometry))
        swapped = abs(x) <= _LAT and abs(y) <= _LON
        hint = (
            "longitude and latitude look swapped; say --swap-axes"
            if swapped
            else "name the right one with --crs EPSG:…"
        )
        raise SourceError(
            source,
            [f"{int(off.sum())} of {known} rows are off the earth, as at {x}, {y} ({shapes.crs}); {hint}"],
        )
    if shapes.crs in _IN_DEGREES:  # whoever typed some rows by hand typed them the other way round
        exchanged = off & ~_off_earth(_exchanged(shapes.geometry))
        shapes.reject(exchanged, "its longitude and latitude look swapped; exchange them")
    shapes.reject(off, "its coordinates are off the earth; correct them")


def _require_metres(geometry: NDArray[np.object_], source: str, system: pyproj.CRS) -> None:
    """Raise SourceError where degrees are said to be metres: in them all would lie in one spot."""
    if not system.is_projected:
        return
    edges = np.abs(shapely.bounds(geometry[~_nothing(geometry) & ~shapely.is_empty(geometry)]))
    if len(edges) and (edges[:, [0, 2]] <= _LON).all() and (edges[:, [1, 3]] <= _LAT).all():
        x, y = (round(float(value), 6) for value in shapely.get_coordinates(geometry)[0])
        problem = (
            f"its reference system {system.to_string()[:80]!r} is in metres, "
            f"but its coordinates are degrees, as {x}, {y}; name the right one with --crs EPSG:4490"
        )
        raise SourceError(source, [problem])


def _exchanged(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    return np.asarray(shapely.transform(geometry, lambda xy: xy[:, ::-1]), dtype=object)


def _off_earth(geometry: NDArray[np.object_]) -> NDArray[np.bool_]:
    bounds = np.abs(shapely.bounds(geometry))
    off = (np.maximum(bounds[:, 0], bounds[:, 2]) > _LON) | (np.maximum(bounds[:, 1], bounds[:, 3]) > _LAT)
    off |= np.isinf(bounds).any(axis=1)  # a projection says so of what it cannot reach
    return np.asarray(off & ~_nothing(geometry) & ~shapely.is_empty(geometry), dtype=bool)


def _round_the_world(geometry: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which geometries have a part that is wider than half the earth."""
    parts, owner = shapely.get_parts(geometry, return_index=True)
    west, _, east, _ = shapely.bounds(parts).T
    wide = np.zeros(len(geometry), dtype=bool)
    wide[owner[east - west > _LON]] = True
    return wide


def _first_off(geometry: NDArray[np.object_]) -> tuple[float, float]:
    coordinates = shapely.get_coordinates(geometry[np.flatnonzero(_off_earth(geometry))[0]])
    off = (np.abs(coordinates) > (_LON, _LAT)).any(axis=1) | np.isinf(coordinates).any(axis=1)
    x, y = coordinates[np.flatnonzero(off)[0]]
    return x, y


def _move(shapes: Shapes, moved: Any) -> None:
    """Put other coordinates in the place of all: one flat call."""
    coordinates = shapely.get_coordinates(shapes.geometry)
    x, y = moved(coordinates[:, 0], coordinates[:, 1])
    shapes.geometry = shapely.set_coordinates(shapes.geometry, np.column_stack([x, y]))


def _unpack_single(shapes: Shapes) -> None:
    """Take single parts out of multi-points and collections."""
    types = shapely.get_type_id(shapes.geometry)
    single = np.isin(types, (_MULTIPOINT, _COLLECTION)) & (shapely.get_num_geometries(shapes.geometry) == 1)
    shapes.change(single, shapely.get_geometry(shapes.geometry[single], 0))


def _repair_polygons(shapes: Shapes, names: NDArray[np.object_], first: int, *, collections: bool) -> None:
    """Repair polygons (METHOD 3); of collections, where asked, take them and leave lines and points."""
    geometry = shapes.geometry
    types = shapely.get_type_id(geometry)
    broken = np.isin(types, _POLYGONS) & ~shapely.is_valid(geometry)
    broken |= collections & (types == _COLLECTION)
    rows = np.flatnonzero(broken)
    if not len(rows):
        return
    before = _equal_areas(geometry[rows])
    # By structure: a part drawn twice stays one, where linework would cut it out.
    valid = shapely.make_valid(geometry[rows], method="structure", keep_collapsed=False)
    made = [_polygons_of(part) for part in valid]  # few rows are broken
    after = _equal_areas(np.array(made, dtype=object))
    for row, shape, was, now in zip(rows.tolist(), made, before, after, strict=True):
        if shape is None:
            kind = geometry[row].geom_type
            if types[row] == _COLLECTION:
                continue  # of the wrong type: said below
            shapes.reasons.setdefault(row, f"its {kind} has no area; draw it again")
            geometry[row] = None
            continue
        geometry[row] = shape
        shapes.repaired.add(row)
        change = abs(now - was) / was if was else np.inf
        if change > AREA_CHANGE:
            said = f"its area changed by {change:.1%}" if np.isfinite(change) else "it had no area before"
            shapes.notes.append(f"row {first + row + 1}, {names[row]!r}: its outline was repaired, {said}")


def _polygons_of(shape: shapely.Geometry) -> shapely.Geometry | None:
    """Return the polygons among the parts of a geometry as one, None where there are none."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    areas = [part for part in parts if part.geom_type == "Polygon" and part.area > 0]
    if not areas:
        return None
    return areas[0] if len(areas) == 1 else shapely.multipolygons(areas)


def _equal_areas(geometry: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return areas on the unit sphere, for ratios: Lambert's cylinder, longitude and sine of latitude."""
    return np.asarray(shapely.area(shapely.transform(geometry, _lambert)), dtype=np.float64)


def _lambert(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
    radians = np.radians(coordinates)
    return np.column_stack([radians[:, 0], np.sin(radians[:, 1])])


def _points_inside(areas: NDArray[np.object_]) -> NDArray[np.object_]:
    return np.asarray(shapely.point_on_surface(areas), dtype=object)


_NUMBERS = {
    "Point": _POINT,
    "LineString": _LINE,
    "MultiLineString": _MULTILINE,
    "Polygon": _POLYGON,
    "MultiPolygon": _MULTIPOLYGON,
}
