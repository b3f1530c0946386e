"""The mark of each domain as an outline, the same as assets/marks.js draws on the screen."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from matplotlib.path import Path

from dashboard.maps.palette import SHAPES

_ARM = 0.36
_CROSS = [(-_ARM, 1), (_ARM, 1), (_ARM, _ARM), (1, _ARM), (1, -_ARM), (_ARM, -_ARM)]
_OUTLINES = {
    "cross": [*_CROSS, *((-x, -y) for x, y in _CROSS)],
    "square": [(-0.82, -0.82), (0.82, -0.82), (0.82, 0.82), (-0.82, 0.82)],
    "hexagon": [(math.sin(k * math.pi / 3), math.cos(k * math.pi / 3)) for k in range(6)],
    "triangle": [(0, 0.98), (1.02, -0.8), (-1.02, -0.8)],
    "diamond": [(0, 1.12), (1.12, 0), (0, -1.12), (-1.12, 0)],
}
_CIRCLE = 0.92


@cache
def mark(domain: str) -> Path:
    """Return the mark of a domain around the origin, its radius about 1."""
    shape = SHAPES.get(domain, "circle")
    if shape == "circle":
        circle = Path.circle(radius=_CIRCLE)
        return Path(circle.vertices, circle.codes)
    corners = np.array([*_OUTLINES[shape], (0, 0)], dtype=float)
    return Path(corners, [Path.MOVETO, *[Path.LINETO] * (len(corners) - 2), Path.CLOSEPOLY])
