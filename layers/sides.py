"""Which side of a border a place is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.frame import BorderFrame, Side

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]

OTHER: dict[str, Side] = {"a": "b", "b": "a"}


def sides_of(frame: BorderFrame, pair: Ints, x: Floats, y: Floats) -> NDArray[np.object_]:
    """Return for points (metres) the side of the border `pair` they are on; None where neither or both."""
    held = {}
    for side in OTHER.values():
        members = frame.member(side)
        shapely.prepare(members)
        held[side] = shapely.contains_xy(members[pair], x, y)
    result = np.full(len(pair), None, dtype=object)
    result[held["a"] & ~held["b"]] = "a"
    result[held["b"] & ~held["a"]] = "b"
    return result
