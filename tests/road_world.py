"""Worlds of roads drawn by hand: rows of the roads layer, turned or mirrored worlds, their networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import world
from shapely import affinity
from shapely.geometry import LineString

from layers.network import build_network

if TYPE_CHECKING:
    from layers.findings import CheckResult
    from layers.frame import BorderFrame

Row = dict[str, Any]
Rows = Sequence[Row]


def road(*xy: tuple[float, float], **tags: Any) -> Row:
    """Return a row of the roads layer: a residential road unless `tags` say otherwise."""
    return {"road_class": "residential", **tags, "geometry": LineString(xy)}


def frame(roads: Rows, *, turned: float = 0.0, mirrored: bool = False, **more: Any) -> BorderFrame:
    """Return the usual world with `roads`, turned by degrees about its origin, or west for east.

    The west stays A and the east B: in a mirrored world each has what the other had.
    """
    shapes = {"A": world.A, "B": world.B}

    def moved(geometry: Any) -> Any:
        if mirrored:
            geometry = affinity.scale(geometry, xfact=-1, origin=(0, 0))
        return affinity.rotate(geometry, turned, origin=(0, 0))

    layers = {"roads": roads, **more}
    return world.frame(
        {key: affinity.rotate(shape, turned, origin=(0, 0)) for key, shape in shapes.items()},
        {("A", "B"): affinity.rotate(world.LINE, turned, origin=(0, 0))},
        **{
            name: [{**row, "geometry": moved(row["geometry"])} for row in rows]
            for name, rows in layers.items()
        },
    )


def with_network(of: BorderFrame) -> BorderFrame:
    """Return the frame with the drivable network of its roads."""
    roads = of.strip.unproject_frame(of.layers["roads"])
    return replace(of, network=build_network(roads, of.settings, "drive"))


def split(roads: Rows) -> list[Row]:
    """Return each road cut at every inner vertex into rows of the same feature id."""
    return [
        {"feature_id": f"roads{k}", **row, "geometry": LineString(pair)}
        for k, row in enumerate(roads)
        for xy in [row["geometry"].coords]
        for pair in pairwise(xy)
    ]


def told(result: CheckResult) -> list[tuple[Any, ...]]:
    """Return what a result says, comparable between worlds: what, side, magnitude, confidence, p; sorted."""
    found = result.findings
    rows = zip(
        found["what"].astype(object).fillna(""),
        found["side"],
        found["magnitude"].round(6),
        found["confidence"].round(6),
        found["p_value"].fillna(-1).round(6),
        strict=True,
    )
    return sorted(rows)


def swapped(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return what `told` says with side a for b."""
    other = {"a": "b", "b": "a", "both": "both"}
    return sorted((what, other[side], *rest) for what, side, *rest in rows)


def place(result: CheckResult) -> np.ndarray[Any, Any]:
    """Return where the findings are (middle of each), in the drawing's coordinates, to 1 cm."""
    middle = result.findings.geometry.centroid
    return np.round(np.column_stack([middle.x - world.EAST, middle.y - world.NORTH]), 2)
