"""Borders of a coverage: who shares which line, in which pieces, in which direction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import shapely
from drawn import borders, clean, districts, drawn, lengths
from hypothesis import given
from hypothesis import strategies as st
from shapely.affinity import rotate, translate
from shapely.geometry import LineString, Polygon, box

from geodata.borders import find_borders
from geodata.boundaries import touching_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping

#  +-----+-----+   The line of A and B runs at x = 0 from y = 0 to 5 000.
#  |     |  B  |
#  |  A  +-----+   C lies south of B and shares 3 000 m with it and 2 500 m with A.
#  |     |  C  |
#  +-----+-----+
A = box(-3000, 0, 0, 5000)
B = box(0, 2500, 3000, 5000)
C = box(0, 0, 3000, 2500)
THREE = {"A": A, "B": B, "C": C}


def test_three_districts_that_meet_in_a_point() -> None:
    found = borders(THREE)

    assert lengths(found) == {"A--B": (2500, 1), "A--C": (2500, 1), "B--C": (3000, 1)}
    assert found["lon0"].tolist() == [108, 108, 108]
    assert found[["member_a", "member_b"]].to_numpy().tolist() == [["A", "B"], ["A", "C"], ["B", "C"]]


@given(
    degrees=st.floats(0, 360),
    shift=st.tuples(st.floats(-20_000, 20_000), st.floats(-20_000, 20_000)),
    order=st.permutations(list(THREE)),
    step=st.sampled_from([None, 700.0, 90.0]),
)
def test_where_the_map_lies_and_how_it_was_digitised_changes_nothing(
    degrees: float, shift: tuple[float, float], order: list[str], step: float | None
) -> None:
    def moved(shape: Polygon) -> Polygon:
        turned = translate(rotate(shape, degrees, origin=(0, 0)), *shift)
        return turned if step is None else shapely.segmentize(turned, step)

    found = borders({name: moved(THREE[name]) for name in order})

    assert lengths(found) == {"A--B": (2500, 1), "A--C": (2500, 1), "B--C": (3000, 1)}


def test_touching_in_a_point_is_no_border_but_a_touch() -> None:
    coverage = clean({"A": A, "B": box(0, 5000, 3000, 9000)})

    assert find_borders(coverage.districts, min_piece_m=10).empty
    assert touching_pairs(coverage).to_numpy().tolist() == [["A", "B"]]


def test_districts_far_apart_do_not_touch() -> None:
    coverage = clean({"A": A, "B": box(9000, 0, 12_000, 5000)})

    assert find_borders(coverage.districts, min_piece_m=10).empty
    assert touching_pairs(coverage).empty


def test_one_district_and_none() -> None:
    assert borders({"A": A}).empty
    assert borders({}).empty


def test_a_district_inside_another_has_a_ring() -> None:
    inner = box(-2000, 1000, -1000, 2000)

    (border,) = borders({"A": A - inner, "B": inner}).itertuples()

    assert (border.length_m, border.pieces) == (pytest.approx(4000), 1)
    ring = drawn(border.geometry.geoms[0])
    assert ring.coords[0] == ring.coords[-1]
    assert ring.coords[0] == pytest.approx((-2000, 2000), abs=1e-3)  # westernmost, then northernmost
    assert shapely.is_ccw(ring)


def test_an_exclave_is_a_piece_more() -> None:
    exclave = box(1000, 500, 1500, 1000)
    found = borders({"A": A.union(exclave), "B": box(0, 0, 3000, 5000) - exclave})

    assert lengths(found) == {"A--B": (5000 + 2000, 2)}


def test_pieces_run_from_west_to_east_and_follow_one_another_so() -> None:
    # B has the land north of A, but for a notch that belongs to C: two pieces along y = 0, west first.
    north = box(0, 0, 9000, 3000)
    notch = box(4000, 0, 5000, 1000)
    south = box(0, -3000, 9000, 0)

    found = borders({"A": south, "B": north - notch, "C": notch}).set_index("pairing_id")

    first, second = drawn(list(found.geometry["A--B"].geoms))
    assert np.round([first.coords[0], first.coords[-1]]).tolist() == [[0, 0], [4000, 0]]
    assert np.round([second.coords[0], second.coords[-1]]).tolist() == [[5000, 0], [9000, 0]]


def test_a_piece_due_north_runs_from_its_northern_end() -> None:
    # Both ends on the central meridian, the same longitude: the northern one is first.
    (border,) = borders({"A": A, "B": box(0, 0, 3000, 5000)}).itertuples()

    assert drawn(border.geometry.geoms[0]).coords[0] == pytest.approx((0, 5000), abs=1e-3)


def test_member_a_is_the_smaller_id_in_string_order() -> None:
    (border,) = borders({"9": A, "10": box(0, 0, 3000, 5000)}).itertuples()

    assert (border.pairing_id, border.member_a, border.member_b) == ("10--9", "10", "9")


def test_short_pieces_are_dropped_and_a_border_with_them() -> None:
    #  A and B share two edges of 8 m and 3 000 m, C and D one of 8 m only.
    west = box(-1000, 0, 0, 3008)
    shapes = {"A": west, "B": box(0, 0, 1000, 3000), "C": box(0, 3000, 1000, 4000)}

    assert lengths(borders(shapes)) == {"A--B": (3000, 1), "B--C": (1000, 1)}
    assert "A--C" in lengths(borders(shapes, min_piece_m=5.0))


def test_one_side_with_many_vertices_and_the_other_with_two() -> None:
    many = shapely.segmentize(box(0, 0, 3000, 5000), 37.0)

    assert lengths(borders({"A": A, "B": many})) == {"A--B": (5000, 1)}


def test_outer_edges_that_overlapping_districts_share_are_no_border() -> None:
    #  B claims the eastern 500 m of A: both have the same northern and southern edge there.
    found = borders({"A": A, "B": box(-500, 0, 3000, 5000)})

    assert found.empty


def members(*names: str) -> dict[str, list[str]]:
    return {name: name.split("+") for name in names}


def test_members_of_several_districts() -> None:
    coverage = clean(THREE)
    pairs = pd.DataFrame({"pairing_id": ["east"], "member_a": ["B+C"], "member_b": ["A"]})

    (border,) = find_borders(
        coverage.districts, min_piece_m=10, members=members("A", "B+C"), pairs=pairs
    ).itertuples()

    assert (border.member_a, border.member_b) == ("A", "B+C")
    assert (border.length_m, border.pieces) == (pytest.approx(5000), 1)  # one piece past the triple point


def test_members_whose_districts_overlap_have_no_border_inside() -> None:
    shapes = {"A": A, "B": box(0, 0, 3000, 5000), "C": box(-400, 1000, 3000, 2000)}
    coverage = clean(shapes)
    pairs = pd.DataFrame({"pairing_id": ["p"], "member_a": ["A+C"], "member_b": ["B"]})

    found = find_borders(coverage.districts, min_piece_m=10, members=members("A+C", "B"), pairs=pairs)

    assert lengths(found) == {"p": (4000, 2)}  # C lies on both sides of the line for 1 000 m


def test_two_pairings_of_the_same_members_both_have_the_border() -> None:
    pairs = pd.DataFrame({"pairing_id": ["p", "q"], "member_a": ["A", "B"], "member_b": ["B", "A"]})

    found = find_borders(clean(THREE).districts, min_piece_m=10, members=members("A", "B"), pairs=pairs)

    assert lengths(found) == {"p": (2500, 1), "q": (2500, 1)}


def test_a_pair_without_a_border_has_no_row() -> None:
    pairs = pd.DataFrame({"pairing_id": ["p"], "member_a": ["A"], "member_b": ["B"]})
    apart = clean({"A": A, "B": box(9000, 0, 12_000, 5000)}).districts

    assert find_borders(apart, min_piece_m=10, members=members("A", "B"), pairs=pairs).empty


def outlines(line: LineString) -> Mapping[str, Polygon]:
    """Return the land west and east of a line from y = 0 to y = 10 000."""
    west = Polygon([*line.coords, (-9000, 10_000), (-9000, 0)])
    return {"A": west, "B": Polygon([*line.coords, (9000, 10_000), (9000, 0)])}


@given(steps=st.lists(st.floats(-2000, 2000), min_size=1, max_size=12))
def test_any_line_between_two_districts_is_their_border(steps: list[float]) -> None:
    inner = [(x, (k + 1) * 10_000 / (len(steps) + 1)) for k, x in enumerate(steps)]
    line = LineString([(0, 0), *inner, (0, 10_000)])

    (border,) = find_borders(districts(outlines(line)), min_piece_m=10).itertuples()

    assert border.pieces == 1
    assert border.length_m == pytest.approx(line.length, abs=1e-3)
    assert shapely.hausdorff_distance(drawn(border.geometry), line) < 1e-3


def test_the_middle_of_the_border_tells_its_strip() -> None:
    here = clean(THREE).districts
    east = here.set_geometry(shapely.transform(here.geometry.array, lambda xy: xy + np.array([1.5, 0.0])))
    found = find_borders(east, min_piece_m=10).set_index("pairing_id")

    # The line of A and B is at 109.5, half-way between 108 and 111: the eastern one on a tie.
    assert found["lon0"].to_dict() == {"A--B": 111, "A--C": 111, "B--C": 111}
