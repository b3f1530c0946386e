"""Vector tiles of the layers that are too heavy to be sent whole: what goes into them at which zoom."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import freestiler
import numpy as np
import shapely

from dashboard import context
from geodata.model import base_road_class

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geodata.workspace import Workspace

LIGHT_ROWS = 8_000  # a layer within both goes whole, in some 0.2 MB compressed
LIGHT_BYTES = 1_000_000
HASH_LETTERS = 16


@dataclass(frozen=True)
class Band:
    """A stretch of zoom levels that show the same features; one source layer of the tiles.

    Parameters
    ----------
    name
        Of the source layer.
    min_zoom, max_zoom
        Inclusive.
    road_classes
        Of roads, those that are shown; None for all.
    """

    name: str
    min_zoom: int
    max_zoom: int
    road_classes: tuple[str, ...] | None = None


_ARTERIAL = ("motorway", "trunk", "primary")
ROAD_BANDS = (
    Band("far", 4, 8, _ARTERIAL),
    Band("mid", 9, 10, (*_ARTERIAL, "secondary", "tertiary")),
    Band("near", 11, 13),
)
OTHER_BANDS = (Band("far", 4, 8), Band("near", 9, 13))
# A pixel of the last level of a far band (512 a tile), degrees: what is smaller cannot be seen there.
FAR_PIXEL = 360 / (512 * 2**8)


def is_heavy(workspace: Workspace, layer: str) -> bool:
    """Return whether a layer goes as tiles; one that the workspace lacks does not."""
    size = workspace.layer_size(layer)
    return size is not None and (size.rows > LIGHT_ROWS or size.geometry_bytes > LIGHT_BYTES)


def heavy_layers(workspace: Workspace) -> list[str]:
    """Return the layers that go as tiles."""
    return [name for name in context.SHOWN if is_heavy(workspace, name)]


def bands(layer: str) -> tuple[Band, ...]:
    """Return the bands of a layer's tiles, the widest view first."""
    return ROAD_BANDS if layer == "roads" else OTHER_BANDS


def version(workspace: Workspace, layer: str) -> str:
    """Return the name of what is made of a layer: it changes with the content, and with how it is made."""
    made_of = f"{layer} {workspace.layer_hash(layer)} {_recipe()}"
    return hashlib.sha256(made_of.encode()).hexdigest()[:HASH_LETTERS]


def write_tiles(workspace: Workspace, layer: str, path: Path) -> None:
    """Write the tiles of a layer to `path` (PMTiles of gzipped MVT).

    Raises
    ------
    RuntimeError, ValueError
        If they cannot be made.
    """
    rows = context.layer_rows(workspace, layer)
    parts = {band.name: (band, _of_band(rows, layer, band)) for band in bands(layer)}
    freestiler.freestile(
        {
            name: freestiler.freestile_layer(part, min_zoom=band.min_zoom, max_zoom=band.max_zoom)
            for name, (band, part) in parts.items()
            if len(part)
        },
        path,
        min_zoom=bands(layer)[0].min_zoom,
        max_zoom=bands(layer)[-1].max_zoom,
        quiet=True,
    )


def _of_band(rows: gpd.GeoDataFrame, layer: str, band: Band) -> gpd.GeoDataFrame:
    """Return what a band shows of a layer: far away neither names nor what is smaller than a pixel."""
    if band.road_classes is not None:
        classes = rows["road_class"].astype(object).map(base_road_class, na_action="ignore")
        rows = rows[classes.isin(band.road_classes)]
    if band.name != "far" or rows.empty:
        return rows
    return _seen_from_afar(rows.drop(columns="name", errors="ignore"), layer)


def _seen_from_afar(rows: gpd.GeoDataFrame, layer: str) -> gpd.GeoDataFrame:
    """Return one point a pixel, and of lines and areas those that are longer than one.

    Population points of a pixel become one with all their people; of others the first of its kind stays.
    """
    shapes = np.asarray(rows.geometry, dtype=object)
    west, south, east, north = shapely.bounds(shapes).T
    point = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    pixels = np.column_stack([np.floor(west / FAR_PIXEL), np.floor(south / FAR_PIXEL)])
    pixel = np.unique(pixels, axis=0, return_inverse=True)[1].ravel()
    if layer == "population":
        people = rows["people"].groupby(pixel).transform("sum")
        return rows.assign(people=people)[~_repeated(pixel)]
    kinds: Any = rows["kind"].astype(str) if "kind" in rows else np.zeros(len(rows))
    kind = np.unique(np.asarray(kinds), return_inverse=True)[1].ravel()
    repeated = point & _repeated(pixel * (kind.max() + 1) + kind)
    small = ~point & (np.maximum(east - west, north - south) < FAR_PIXEL)
    return rows[~(repeated | small)] if layer != "roads" else rows


def _repeated(keys: NDArray[Any]) -> NDArray[np.bool_]:
    """Return whether the same key stood in an earlier row."""
    first = np.zeros(len(keys), dtype=bool)
    first[np.unique(keys, return_index=True)[1]] = True
    return ~first


@cache
def _recipe() -> str:
    """Return a digest of the code that decides what tiles hold."""
    own = (Path(__file__), Path(context.__file__))
    return hashlib.sha256(b"".join(path.read_bytes() for path in own)).hexdigest()
