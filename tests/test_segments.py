"""Segments: equal cuts of each piece, numbered along the chainage."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from drawn import STRIP, borders
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiLineString, box

from geodata.errors import CrsError
from geodata.segments import cut_segments, stored_segments

METRES = st.integers(-9000, 9000)


def lines(*pieces: list[tuple[float, float]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"pairing_id": ["p"]}, geometry=[MultiLineString(pieces)], crs=STRIP.crs)


@pytest.mark.parametrize(
    ("length", "count"),
    [(10, 1), (999, 1), (1499.99, 1), (1499.996, 2), (1500, 2), (2499.9, 2), (2500, 3), (10_000, 10)],
)
def test_a_piece_is_cut_in_as_many_as_its_length_rounds_to_half_up(length: float, count: int) -> None:
    cut = cut_segments(lines([(0, 0), (length, 0)]), segment_m=1000)

    assert len(cut) == count
    assert cut.length.to_numpy() == pytest.approx(length / count)


def test_chainage_goes_on_from_piece_to_piece_and_border_to_border_starts_anew() -> None:
    two = gpd.GeoDataFrame(
        {"pairing_id": ["p", "q"]},
        geometry=[
            MultiLineString([[(0, 0), (2000, 0)], [(5000, 0), (5000, 400)]]),
            MultiLineString([[(0, 9), (800, 9)]]),
        ],
        crs=STRIP.crs,
    )

    cut = cut_segments(two, segment_m=1000)

    assert cut["pairing_id"].tolist() == ["p", "p", "p", "q"]
    assert cut["segment"].tolist() == [0, 1, 2, 0]
    assert cut["piece"].tolist() == [0, 0, 1, 0]
    assert cut["chainage_from_m"].tolist() == [0, 1000, 2000, 0]
    assert cut["chainage_to_m"].tolist() == [1000, 2000, 2400, 800]


def test_a_vertex_on_a_cut_is_not_there_twice() -> None:
    cut = cut_segments(lines([(0, 0), (500, 0), (1000, 0), (1000, 1000)]), segment_m=1000)

    assert [list(line.coords) for line in cut.geometry] == [
        [(0, 0), (500, 0), (1000, 0)],
        [(1000, 0), (1000, 1000)],
    ]


@given(
    pieces=st.lists(
        st.lists(st.tuples(METRES, METRES), min_size=2, max_size=9, unique=True),
        min_size=1,
        max_size=4,
    ),
    segment_m=st.floats(50, 5000),
)
def test_segments_are_their_piece_in_equal_parts(
    pieces: list[list[tuple[int, int]]], segment_m: float
) -> None:
    border = lines(*[[(float(x), float(y)) for x, y in piece] for piece in pieces])

    cut = cut_segments(border, segment_m=segment_m)

    for number, piece in enumerate(pieces):
        parts = cut[cut["piece"] == number]
        whole = LineString(piece)
        assert len(parts) == max(1, int(round(whole.length, 2) / segment_m + 0.5))
        assert parts.length.to_numpy() == pytest.approx(whole.length / len(parts), abs=1e-6)
        joined = np.concatenate([np.array(line.coords) for line in parts.geometry])
        assert LineString(joined).length == pytest.approx(whole.length, abs=1e-6)
        assert (joined[0] == piece[0]).all()
        assert (joined[-1] == piece[-1]).all()
    assert cut["chainage_to_m"].iloc[-1] == pytest.approx(border.length.iloc[0])
    assert cut["chainage_from_m"].to_numpy()[1:] == pytest.approx(cut["chainage_to_m"].to_numpy()[:-1])


def test_no_border_no_segments() -> None:
    empty = lines()

    assert cut_segments(empty, segment_m=1000).empty
    assert stored_segments(borders({}), segment_m=1000).empty


def test_degrees_are_refused() -> None:
    with pytest.raises(CrsError, match="metres"):
        cut_segments(lines([(0, 0), (1, 1)]).set_crs(4326, allow_override=True), segment_m=1000)


def test_stored_segments_are_cut_in_metres_and_kept_in_degrees() -> None:
    found = borders({"A": box(-3000, 0, 0, 5000), "B": box(0, 0, 3000, 5000)})

    cut = stored_segments(found, segment_m=1000)

    assert cut.crs == 4326
    assert cut["segment"].tolist() == [0, 1, 2, 3, 4]
    assert shapely.length(STRIP.project(cut.geometry.array)) == pytest.approx(1000, abs=1e-6)
