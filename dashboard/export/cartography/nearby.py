"""Rows of a layer near a place, kept for a while: pictures of one border ask for the same ones again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geodata.model import LAYERS

if TYPE_CHECKING:
    from dashboard.export.cartography.frame import Box
    from dashboard.results import Results

WIDER = 0.2  # of a box's size, read on each side: the next picture is of the same neighbourhood
KEPT = 4  # boxes of a layer
LARGEST_HOME_DEG = 1.0  # some 100 km
_COLUMNS = ("feature_id", "name", "road_class")


def rows_near(results: Results, layer: str, box: Box, home: Box | None = None) -> Any:
    """Return the rows of a layer whose bounds meet a box (degrees): id, name and class of roads alone.

    The workspace has the layer.

    Parameters
    ----------
    home
        Where the next pictures will be of, a border say: read with it, where it is not too large.
    """
    kept: dict[str, list[tuple[Box, Any]]] = results.__dict__.setdefault("_rows_near", {})
    for known, rows in kept.get(layer, []):
        if _covers(known, box):
            return _meeting(rows, box)
    wide = _widened(box)
    if home is not None and max(home[2] - home[0], home[3] - home[1]) <= LARGEST_HOME_DEG:
        wide = _both(wide, home)
    columns = [name for name in _COLUMNS if name in LAYERS[layer].column_names]
    rows = results.workspace.read_layer(layer, bbox=wide, columns=columns)
    kept[layer] = [(wide, rows), *kept.get(layer, [])][:KEPT]
    return _meeting(rows, box)


def _covers(outer: Box, inner: Box) -> bool:
    return all(a <= b for a, b in zip(outer[:2], inner[:2], strict=True)) and all(
        a >= b for a, b in zip(outer[2:], inner[2:], strict=True)
    )


def _both(one: Box, other: Box) -> Box:
    west, south = (min(one[axis], other[axis]) for axis in (0, 1))
    east, north = (max(one[axis], other[axis]) for axis in (2, 3))
    return west, south, east, north


def _widened(box: Box) -> Box:
    west, south, east, north = box
    across, up = WIDER * (east - west), WIDER * (north - south)
    return west - across, south - up, east + across, north + up


def _meeting(rows: Any, box: Box) -> Any:
    west, south, east, north = box
    low = rows.geometry.bounds.to_numpy()
    return rows[(low[:, 0] <= east) & (low[:, 2] >= west) & (low[:, 1] <= north) & (low[:, 3] >= south)]
