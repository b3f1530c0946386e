"""Rows on their way into a layer: kept, mended or set aside with a reason; never lost."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import (
    GeometryCollection,
    LineString,
    MultiLineString,
    MultiPoint,
    Point,
    Polygon,
    box,
    from_wkt,
)

from geodata.datum import wgs84_to_gcj02
from geodata.errors import SettingsError, SourceError
from geodata.ingest import import_source
from geodata.ingest.normalise import Prepared, normalise
from geodata.ingest.raw import RawTable
from geodata.ingest.values import coerced, number_of
from geodata.model import LAYERS, Column
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    import shapely

SQUARE = box(108, 30, 108.1, 30.1)
#  a bow tie: two triangles that meet in (108.05, 30.05)
with np.errstate(invalid="ignore"):
    NAN_LINE = LineString([(108, 30), (math.nan, 30), (108, 31)])
    NAN_POINT = Point(math.nan, 30)
BOW_TIE = Polygon([(108, 30), (108.1, 30.1), (108.1, 30), (108, 30.1)])


def taken(layer: str, geometry: list[Any], crs: str | None = "EPSG:4326", **options: Any) -> Prepared:
    """Return rows of `layer` with these geometries, all else in order."""
    filled = {name: f"{name} of all" for name in LAYERS[layer].required}
    rows = pd.DataFrame(filled, index=pd.RangeIndex(len(geometry)))
    rows[LAYERS[layer].key] = [f"f{k}" for k in range(len(geometry))]
    shapes = np.full(len(geometry), None, dtype=object)
    shapes[:] = geometry
    return normalise(RawTable("a file", rows.astype(object), shapes, crs), LAYERS[layer], **options)


# --- geometry ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "shape", "reason"),
    [
        ("districts", None, "no geometry"),
        ("districts", Polygon(), "empty"),
        ("districts", Point(108, 30), "cannot be a Point"),
        ("districts", Polygon([(108, 30), (108, 31), (108, 30.5)]), "no area"),
        ("roads", LineString([(108, 30), (108, 30)]), "no length"),
        ("roads", Point(108, 30), "cannot be a Point"),
        ("roads", NAN_LINE, "no number"),
        ("facilities", Point(200, 30), "off the earth"),
        ("facilities", LineString([(108, 30), (108, 31)]), "cannot be a LineString"),
        ("facilities", MultiPoint([(108, 30), (108, 31)]), "cannot be a MultiPoint"),
        ("assets", GeometryCollection([Point(108, 30), SQUARE]), "cannot be a GeometryCollection"),
    ],
)
def test_what_cannot_stay_is_set_aside(layer: str, shape: shapely.Geometry | None, reason: str) -> None:
    good = {"districts": SQUARE, "roads": LineString([(108, 30), (108, 31)])}.get(layer, Point(108, 30))

    prepared = taken(layer, [good, shape, good])

    assert len(prepared.frame) == 2
    assert prepared.quarantined["row"].tolist() == [2]
    assert reason in prepared.quarantined["reason"][0]
    assert (prepared.record.accepted, prepared.record.quarantined) == (2, 1)


def test_pieces_of_a_road_share_its_id() -> None:
    pieces = MultiLineString([[(108, 30), (108, 31)], [(109, 30), (109, 31)]])

    prepared = taken("roads", [pieces, LineString([(107, 30), (107, 31)])])

    assert prepared.frame["feature_id"].tolist() == ["f0", "f0", "f1"]
    assert set(prepared.frame.geometry.geom_type) == {"LineString"}
    assert (prepared.record.rows_read, prepared.record.accepted) == (2, 2)


def test_an_area_stands_for_a_point_inside_it() -> None:
    prepared = taken("facilities", [SQUARE])

    assert SQUARE.contains(prepared.frame.geometry[0])
    assert "1 areas taken as a point inside them" in prepared.record.notes


def test_a_crossed_outline_is_repaired_and_reported() -> None:
    prepared = taken("districts", [BOW_TIE, SQUARE])

    repaired = prepared.frame.geometry[0]
    assert repaired.is_valid
    assert repaired.area == pytest.approx(SQUARE.area / 2)
    assert prepared.record.repaired == 1
    assert any("row 1" in note and "repaired" in note for note in prepared.record.notes)


def test_a_part_drawn_twice_stays_one() -> None:
    twice = from_wkt(f"MULTIPOLYGON ({str(SQUARE)[8:]}, {str(SQUARE)[8:]})")

    assert taken("districts", [twice]).frame.geometry[0].equals(SQUARE)


def test_heights_are_left_out() -> None:
    prepared = taken("facilities", [Point(108, 30, 250)])

    assert not prepared.frame.geometry[0].has_z
    assert "1 heights left out" in prepared.record.notes


def test_swapped_axes_are_told() -> None:
    with pytest.raises(SourceError, match="look swapped"):
        taken("facilities", [Point(30, 108), Point(31, 107)])


def test_degrees_of_gcj02_are_shifted_back_and_recorded() -> None:
    lon, lat = wgs84_to_gcj02(np.array([108.0]), np.array([30.0]))

    prepared = taken("facilities", [Point(lon[0], lat[0])], datum="gcj02")

    assert prepared.frame.geometry[0].distance(Point(108, 30)) < 1e-9
    assert prepared.record.datum == "gcj02 to WGS 84"


def test_coordinates_are_kept_to_the_last_digit() -> None:
    point = Point(108.12345678901234, 30.98765432109876)

    assert taken("facilities", [point]).frame.geometry[0].equals_exact(point, 0)


# --- values ------------------------------------------------------------------------------------------------

SPEED = Column("maxspeed_kmh", "number", unit="km/h")
WIDTH = Column("width_m", "number", unit="m")


@pytest.mark.parametrize(
    ("value", "column", "number"),
    [
        ("50", SPEED, 50),
        (" 50 km/h", SPEED, 50),
        ("30 mph", SPEED, 48.28032),
        ("30mph", SPEED, 48.28032),
        ("CH:urban", SPEED, 50),
        ("none", SPEED, None),
        ("50;30", SPEED, None),
        (-5, SPEED, None),
        ("3,5", WIDTH, 3.5),
        ("3.5 m", WIDTH, 3.5),
        ("10 ft", WIDTH, 3.048),
        ("10 furlongs", WIDTH, None),
        ("1,234", Column("people", "number", unit="people"), 1234),
        ("1.2万", Column("people", "number", unit="people"), 12_000),
        (math.inf, WIDTH, None),
        (True, WIDTH, None),
        (10**400, WIDTH, None),
        (-7.5, Column("seat_lon", "number"), -7.5),
    ],
)
def test_numbers_and_their_units(value: Any, column: Column, number: float | None) -> None:
    assert number_of(value, column) == (None if number is None else pytest.approx(number))


def test_values_of_mixed_types_become_texts() -> None:
    values = pd.Series([1, "1", 1.0, True, None, math.nan, 2.5, " 7 ", 2**70, "", "A\0B"], dtype=object)

    made, notes = coerced(values, Column("feature_id"))

    big = "1180591620717411303424"
    assert made.tolist() == ["1", "1", "1", "yes", None, None, "2.5", "7", big, None, "AB"]
    assert notes == []


def test_names_stay_as_written() -> None:
    made, _ = coerced(pd.Series(["\t=1+1", "  "], dtype=object), Column("name"))

    assert made.tolist() == ["\t=1+1", None]


def test_what_is_not_understood_is_counted() -> None:
    made, notes = coerced(pd.Series(["2", "many", "many"], dtype=object), Column("lanes", "number"))

    assert made.tolist() == [2.0, None, None]
    (note,) = notes
    assert note == "lanes: 2 values are no number of the right unit ('many'), taken as unknown"


def test_values_outside_the_list_are_unknown() -> None:
    made, notes = coerced(pd.Series(["left", "links"], dtype=object), LAYERS["roads"].columns[10])

    assert made.tolist() == ["left", None]
    assert "one of none, left, right, both" in notes[0]


@pytest.mark.parametrize("value", [["a", "b"], '["a", "b"]', "a;b", "a、b", np.array(["a", "b"])])
def test_lists_of_texts(value: Any) -> None:
    made, _ = coerced(pd.Series([value], dtype=object), Column("industries", "texts"))

    assert made[0] == ["a", "b"]


# --- ids and required values -------------------------------------------------------------------------------


def raw(rows: dict[str, list[Any]]) -> RawTable:
    frame = pd.DataFrame(rows, dtype=object)
    shapes = np.array([Point(108, 30 + k / 10) for k in range(len(frame))], dtype=object)
    return RawTable("clinics.csv", frame, shapes, "EPSG:4326")


def test_the_second_row_of_an_id_is_set_aside() -> None:
    prepared = normalise(raw({"id": [9, "9", 8], "kind": ["clinic"] * 3}), LAYERS["facilities"])

    assert prepared.frame["feature_id"].tolist() == ["9", "8"]
    assert "'9' is already taken by row 1" in prepared.quarantined["reason"][0]


def test_an_id_set_aside_is_free_again() -> None:
    prepared = normalise(raw({"id": ["a", "a"], "kind": [None, "clinic"]}), LAYERS["facilities"])

    assert prepared.quarantined["row"].tolist() == [1]
    assert prepared.frame["feature_id"].tolist() == ["a"]


def test_rows_without_a_column_of_ids_are_numbered() -> None:
    prepared = normalise(raw({"kind": ["clinic", "school"]}), LAYERS["facilities"])

    assert prepared.frame["feature_id"].tolist() == ["facilities-1", "facilities-2"]
    assert "numbered by row" in prepared.record.notes[0]


def test_a_missing_column_names_the_way_out() -> None:
    with pytest.raises(SourceError, match=r"--map people=COLUMN, there are id, souls"):
        normalise(raw({"id": ["a"], "souls": [12]}), LAYERS["population"])


def test_facilities_of_unknown_kind_are_kept_and_told_of() -> None:
    unknown = normalise(raw({"id": ["a"], "sort": ["clinic"]}), LAYERS["facilities"])

    assert unknown.frame["kind"].isna().tolist() == [True]
    assert any("--map kind=COLUMN, there are id, sort" in note for note in unknown.record.notes)
    known = normalise(
        raw({"id": ["a"], "sort": ["clinic"]}), LAYERS["facilities"], field_map={"kind": "sort"}
    )
    assert known.frame["kind"].tolist() == ["clinic"]


def test_a_map_to_what_is_not_there_is_refused() -> None:
    with pytest.raises(SourceError, match=r"no column 'x'.*\n.*no column 'sort'"):
        normalise(raw({"id": ["a"]}), LAYERS["facilities"], field_map={"x": "id", "kind": "sort"})


def test_columns_of_no_use_are_told() -> None:
    prepared = normalise(raw({"id": ["a"], "kind": ["clinic"], "colour": ["red"]}), LAYERS["facilities"])

    assert prepared.record.notes == ("columns not used: colour",)


def test_if_no_row_can_stay_nothing_is_taken() -> None:
    with pytest.raises(SourceError, match="row 1, 2: kind is missing"):
        normalise(raw({"id": ["a", "b"], "kind": [None, " "]}), LAYERS["facilities"])


SHAPES = st.sampled_from(
    [
        None,
        Point(),
        Point(108, 30),
        Point(500, 30),
        NAN_POINT,
        NAN_LINE,
        LineString([(108, 30), (108, 31)]),
        MultiLineString([[(108, 30), (108, 31)], [(109, 30), (109, 31)]]),
        SQUARE,
        BOW_TIE,
        GeometryCollection([SQUARE, Point(1, 1)]),
        MultiPoint([(108, 30), (108, 31)]),
    ]
)
VALUES = st.none() | st.text(max_size=3) | st.integers() | st.floats() | st.booleans()


@given(
    layer=st.sampled_from(["districts", "roads", "facilities", "assets", "parks", "landuse", "population"]),
    rows=st.lists(st.tuples(SHAPES, VALUES, VALUES, VALUES), min_size=1, max_size=12),
)
def test_rows_read_are_kept_or_set_aside(layer: str, rows: list[tuple[Any, ...]]) -> None:
    key, *others = LAYERS[layer].required
    frame = pd.DataFrame({key: [row[1] for row in rows]}, dtype=object)
    for name in (*others, "name"):
        frame[name] = pd.Series([row[2] for row in rows], dtype=object)
    frame["provenance"] = pd.Series([row[3] for row in rows], dtype=object)
    shapes = np.full(len(rows), None, dtype=object)
    shapes[:] = [row[0] for row in rows]

    try:
        prepared = normalise(RawTable("a file", frame, shapes, "EPSG:4326"), LAYERS[layer])
    except SourceError:  # not one row was of use
        return

    record = prepared.record
    assert record.rows_read == len(rows) == record.accepted + record.quarantined
    assert len(prepared.quarantined) == record.quarantined
    assert all(prepared.quarantined["reason"])
    assert len(prepared.frame) >= record.accepted > 0
    assert prepared.frame.geometry.is_valid.all()
    assert set(prepared.frame.geometry.geom_type) <= set(LAYERS[layer].geometry)
    assert (prepared.frame["district_id" if layer == "districts" else "feature_id"].str.len() > 0).all()


# --- folders -----------------------------------------------------------------------------------------------


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "ws")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    rows = {"district_id": ["A", "B", "C"], "name": ["A", "B", "C"]}
    squares = [box(108 + k, 30, 109 + k, 31) for k in range(3)]
    gpd.GeoDataFrame(rows, geometry=squares, crs=4326).to_file(made / "districts.geojson")
    return made


def put(folder: Path, name: str, value: Any) -> None:
    (folder / name).write_text(json.dumps(value), encoding="utf-8")


def test_a_folder_brings_layers_settings_and_origins(folder: Path, workspace: Workspace) -> None:
    put(folder, "config.json", {"mode": "walk"})
    put(folder, "sources.json", {"districts": {"licence": "CC0", "provenance": "generated", "notes": ["n"]}})
    put(folder, "expected.json", {})
    put(folder, "indicators.json", [{"district_id": "A", "indicator": "gdp", "year": 2020, "value": 1.5}])
    told: list[str] = []

    records = import_source(workspace, folder, progress=lambda what, _done, _all: told.append(what))

    assert [record.layer for record in records] == ["districts", "indicators"]
    assert workspace.settings.mode == "walk"
    assert (records[0].licence, records[0].provenance) == ("CC0", "generated")
    assert records[0].source == "districts.geojson"
    assert records[0].notes == ("n", "files not used: expected.json")
    indicators = workspace.read_layer("indicators")
    assert indicators is not None
    assert indicators["year"].tolist() == [2020]
    assert list(dict.fromkeys(told)) == ["districts.geojson", "indicators.json", "ws"]


def test_a_folder_of_something_else_is_refused(tmp_path: Path, workspace: Workspace) -> None:
    (tmp_path / "photos").mkdir()

    with pytest.raises(SourceError, match="no file is named after a layer"):
        import_source(workspace, tmp_path / "photos")


def test_two_files_of_one_layer_are_refused(folder: Path, workspace: Workspace) -> None:
    (folder / "districts.csv").write_text("id,name,wkt\n", encoding="utf-8")

    with pytest.raises(SourceError, match="are both districts"):
        import_source(workspace, folder)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("sources.json", {"rodas": {}}, "rodas is no layer"),
        ("sources.json", {"roads": {"provenance": "guessed"}}, "'guessed' is not known"),
        ("sources.json", {"roads": {"colour": "red"}}, "colour is not known"),
        ("sources.json", {"roads": {"licence": 4}}, "licence is no text"),
        ("config.json", [], "no JSON object"),
    ],
)
def test_what_comes_beside_the_layers_is_checked(
    folder: Path, workspace: Workspace, name: str, value: Any, words: str
) -> None:
    put(folder, name, value)

    with pytest.raises(SourceError, match=words):
        import_source(workspace, folder)
    assert workspace.layer_names() == []


def test_settings_that_do_not_fit_stop_the_import(folder: Path, workspace: Workspace) -> None:
    put(folder, "config.json", {"zone_m": -1})

    with pytest.raises(SettingsError, match=r"config\.json"):
        import_source(workspace, folder)
    assert workspace.layer_names() == []


# --- pairings ----------------------------------------------------------------------------------------------

PAIR = {"kind": "counterpart", "members": [["C", "B"], "A"], "name": "far"}


@pytest.mark.parametrize("only", [False, True])
def test_pairings(folder: Path, workspace: Workspace, *, only: bool) -> None:
    group = {"pairing_id": "g", "kind": "group", "members": [["B"], ["A"], ["C"]], "since": 2021}
    put(folder, "pairings.json", {"only": True, "pairings": [PAIR, group]} if only else [PAIR, group])

    import_source(workspace, folder)

    pairings = workspace.read_layer("pairings")
    assert pairings is not None
    assert pairings["pairing_id"].tolist() == ["A--B+C", "g"]
    assert pairings["members"].tolist() == [[["A"], ["B", "C"]], [["B"], ["A"], ["C"]]]
    assert pairings["since"].tolist()[1] == "2021"
    assert workspace.pairings_only is only


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{**PAIR, "members": [["A"], ["X"]]}], "row 1: district 'X' is not among the districts"),
        ([PAIR, {**PAIR}], "row 2: pairing_id 'A--B.C' is already taken by row 1"),
        ([{**PAIR, "kind": "friends"}], "give one of adjacent, counterpart, group"),
        ([{**PAIR, "kind": "group"}], "three members or more"),
        ([{**PAIR, "members": ["A", "A"]}], "in two of its members"),
        ([{**PAIR, "members": ["A", "B", "C"]}], "two members, not 3"),
        ([{**PAIR, "members": ["A", []]}], "no list of district ids"),
        ([{"kind": "counterpart"}], "no members"),
        ([{**PAIR, "colour": "red"}], "colour is no column"),
        (["A--B"], "row 1: 'A--B' is no pairing"),
        ({"only": "yes", "pairings": []}, "true or false"),
        ({"rows": []}, "no list of pairings"),
    ],
)
def test_pairings_that_are_none(folder: Path, workspace: Workspace, rows: Any, words: str) -> None:
    put(folder, "pairings.json", rows)

    with pytest.raises(SourceError, match=words.replace("+", ".")):
        import_source(workspace, folder)
    assert workspace.layer_names() == []


def test_pairings_by_themselves_go_by_the_districts_there(
    tmp_path: Path, folder: Path, workspace: Workspace
) -> None:
    put(tmp_path, "pairings.json", [PAIR])

    with pytest.raises(SourceError, match="import its boundary"):
        import_source(workspace, tmp_path / "pairings.json")
    import_source(workspace, folder)
    (record,) = import_source(workspace, tmp_path / "pairings.json")

    assert record.accepted == 1
