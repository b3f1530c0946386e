"""Stretches of lines near a border: against buffers, which they are worked out without."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
import world
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString

from layers.stretches import cut, stretches_near

METRES = st.integers(-400, 400).map(float)
POINTS = st.lists(st.tuples(METRES, METRES), min_size=2, max_size=6, unique=True)


@given(POINTS, POINTS, st.sampled_from([0.1, 7.0, 30.0]))
def test_as_long_as_what_lies_in_a_buffer(
    border: list[tuple[float, float]], line: list[tuple[float, float]], distance_m: float
) -> None:
    # The arcs of the buffer are chords: they leave out up to 2e-5 of the distance, on a line along them more.
    frame = world.frame(borders={("A", "B"): LineString(border)})
    lines = world.move(np.array([LineString(line)], dtype=object))
    near = stretches_near(frame, lines, distance_m)
    parts = cut(lines, *(near[name].to_numpy() for name in ("line", "from_m", "to_m")))
    buffers = [
        shapely.buffer(frame.borders[0], distance_m + extra, quad_segs=256) for extra in (0.004, 0.006)
    ]

    inner, outer = (shapely.length(shapely.intersection(lines[0], buffer)) for buffer in buffers)

    assert inner - 0.01 <= shapely.length(parts).sum() <= outer + 0.01
    assert (near["to_m"] - near["from_m"]).sum() == pytest.approx(shapely.length(parts).sum(), abs=1e-6)
    assert all(near["from_m"].to_numpy()[1:] > near["to_m"].to_numpy()[:-1])


@pytest.mark.parametrize(
    ("x", "near"),
    [(30.0, True), (30.004, True), (30.006, False)],  # compared after rounding to 0.01 m
)
def test_threshold_is_met_after_rounding(*, x: float, near: bool) -> None:
    lines = world.move(np.array([LineString([(x, 2000), (x, 3000)])], dtype=object))

    assert len(stretches_near(world.frame(), lines, 30.0)) == near


def test_no_lines() -> None:
    nothing = np.empty(0, dtype=object)

    assert len(stretches_near(world.frame(), nothing, 30.0)) == 0
    assert len(cut(nothing, np.empty(0, int), np.empty(0), np.empty(0))) == 0


def test_cut_keeps_the_vertices_between() -> None:
    lines = np.array([LineString([(0, 0), (10, 0), (10, 10)])], dtype=object)

    (part,) = cut(lines, np.array([0]), np.array([5.0]), np.array([15.0]))

    assert list(part.coords) == [(5, 0), (10, 0), (10, 5)]
