"""GeoJSON for the screen: few digits, few vertices, shared borders still shared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

EXACT_DECIMALS = 5  # about a metre
WIDE_DEGREES = 15.0  # a map wider than this is of a country
LINES = 0.75  # of the tolerance of areas, which is that of triangles: as far off as their outlines
PROVINCE, COUNTRY = (0.002, 4), (0.01, 3)  # tolerance (degrees) and decimals: a pixel or less


def detail(bounds: tuple[float, float, float, float]) -> tuple[float, int]:
    """Return the tolerance (degrees) and the decimals that suit a map of `bounds` (degrees)."""
    west, south, east, north = bounds
    return COUNTRY if max(east - west, north - south) > WIDE_DEGREES else PROVINCE


def rounded(geometries: Any, decimals: int) -> NDArray[np.object_]:
    """Return geometries with rounded coordinates; equal coordinates stay equal."""
    array = np.asarray(geometries, dtype=object)
    return np.asarray(shapely.transform(array, lambda xy: np.round(xy, decimals)), dtype=object)


def outlines(polygons: Any, tolerance: float) -> NDArray[np.object_]:
    """Return a coverage of polygons with fewer vertices, without gaps or overlaps between them."""
    return np.asarray(shapely.coverage_simplify(np.asarray(polygons, dtype=object), tolerance), dtype=object)


def lines(geometries: Any, tolerance: float, decimals: int) -> NDArray[np.object_]:
    """Return lines with fewer vertices; their ends stay where they are."""
    return rounded(shapely.simplify(np.asarray(geometries, dtype=object), LINES * tolerance), decimals)


def collection(geometries: Iterable[Any], properties: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a feature collection for `orjson`; features are numbered by their position.

    Rows without geometry are left out, but keep their number.
    """
    array = np.asarray(list(geometries), dtype=object)
    drawn = ~(shapely.is_missing(array) | shapely.is_empty(array))
    texts = shapely.to_geojson(array)
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": number,
                "properties": properties[number],
                "geometry": orjson.Fragment(texts[number]),
            }
            for number in np.flatnonzero(drawn).tolist()
        ],
    }
