"""Shapes that do not look ruled: bent lines and blobs."""

from __future__ import annotations

import numpy as np
import shapely

CORNERS = 22
STEP_M = 250.0


def blob(rng: np.random.Generator, centre: tuple[float, float], radius_m: float) -> shapely.Polygon:
    """Return a closed wavy outline about `centre`; its radius stays within 0.65 and 1.35 of `radius_m`."""
    angle = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    waves = np.arange(1, 4)
    height = rng.uniform(0.04, 0.11, 3)
    phase = rng.uniform(0, 2 * np.pi, 3)
    radius = radius_m * (1 + (height * np.sin(angle[:, None] * waves + phase)).sum(axis=1))
    return shapely.Polygon(
        np.column_stack([centre[0] + radius * np.cos(angle), centre[1] + radius * np.sin(angle)])
    )


def smooth(
    rng: np.random.Generator, start: tuple[float, float], end: tuple[float, float], swing: float = 0.06
) -> shapely.LineString:
    """Return a gently bent line from `start` to `end`, which it keeps exactly."""
    a, b = np.array(start), np.array(end)
    length = float(np.hypot(*(b - a)))
    t = np.linspace(0, 1, max(int(length / STEP_M), 4) + 1)
    side = np.array([a[1] - b[1], b[0] - a[0]])
    sway = swing * (rng.uniform(-1, 1) * np.sin(np.pi * t) + rng.uniform(-0.5, 0.5) * np.sin(2 * np.pi * t))
    xy = a + t[:, None] * (b - a) + sway[:, None] * side
    xy[0], xy[-1] = a, b
    return shapely.LineString(xy)
