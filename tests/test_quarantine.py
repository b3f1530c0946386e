"""Rows set aside, handed out by the page, corrected and imported again: nothing of them is lost."""

from __future__ import annotations

import dataclasses
import io
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

import flask
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner
from shapely import LineString, Point, Polygon, box

from dashboard.cli import main
from dashboard.downloads import download_routes
from dashboard.results import ResultsCache
from geodata.datum import to_wgs84, wgs84_to_gcj02
from geodata.errors import SourceError
from geodata.formulas import neutral, restored
from geodata.ingest import import_source
from geodata.ingest.cells import table_of_cells
from geodata.ingest.normalise import Normaliser
from geodata.ingest.raw import RawSource, RawTable
from geodata.model import LAYERS
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FORMULA = '=HYPERLINK("http://x","甲")'
FLAT = Polygon([(0, 0), (1, 0), (2, 0), (0, 0)])  # no area: cannot be repaired
LONG = shapely.segmentize(box(5, 5, 6, 6), 0.001)  # more letters than a cell of a spreadsheet holds


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "ws")


def handed_out(workspace: Workspace, layer: str, ending: str, lang: str = "zh") -> bytes | None:
    """Return what the page gives of the rows that were set aside; None where it gives nothing."""
    app = flask.Flask(__name__)
    cache = ResultsCache(workspace.path)
    app.register_blueprint(download_routes(cache))
    address = f"/export/{cache.current().stamp}/quarantine-{layer}.{ending}?lang={lang}"
    with app.test_client().get(address) as answer:
        return bytes(answer.data) if answer.status_code == 200 else None


def as_table(content: bytes | None) -> pd.DataFrame:
    assert content is not None
    return pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False, encoding="utf-8-sig")


def rows_of(workspace: Workspace, layer: str) -> pd.DataFrame:
    rows = workspace.read_layer(layer)
    assert rows is not None
    return rows.set_index("feature_id")


def test_points_come_back_by_their_own_columns(tmp_path: Path, workspace: Workspace) -> None:
    file = tmp_path / "facilities.csv"
    file.write_text(
        f'编号,类型,名称,经度,纬度\na,clinic,甲,1,30\nb,,"{FORMULA.replace(chr(34), chr(34) * 2)}",-2,30\n'
        "c,school,丙,缺,30\nd,school,丁,200,30\n",
        encoding="utf-8",
    )
    import_source(workspace, file)
    rows = as_table(handed_out(workspace, "facilities", "csv"))
    assert rows["名称"].tolist() == [neutral(FORMULA), "丙", "丁"]
    assert rows["经度"].tolist() == ["'-2", "缺", "200"]
    assert rows["reason"].str.contains("请").all()
    assert "wkt" not in rows  # two places to correct one thing would be one too many
    rows.loc[0, "类型"], rows.loc[1, "经度"], rows.loc[2, "经度"] = "clinic", "3", "4"
    fixed = tmp_path / "bordergap-quarantine-facilities.csv"
    fixed.write_text(rows.to_csv(index=False), encoding="gb18030")  # as Excel in China saves it

    (record,) = import_source(workspace, fixed, layer="facilities", add=True)

    assert (record.rows_read, record.accepted, record.quarantined) == (4, 4, 0)
    found = rows_of(workspace, "facilities")
    assert found["name"].to_dict() == {"a": "甲", "b": FORMULA, "c": "丙", "d": "丁"}
    places = {key: Point(x, 30) for key, x in (("a", 1), ("b", -2), ("c", 3), ("d", 4))}
    assert found["geometry"].to_dict() == places
    assert workspace.quarantine("facilities") is None


def test_rows_without_ids_come_back_as_themselves(tmp_path: Path, workspace: Workspace) -> None:
    file = tmp_path / "facilities.csv"
    file.write_text("kind,lon,lat\nclinic,1,30\n,2,30\nclinic,3,30\n", encoding="utf-8")
    import_source(workspace, file)
    rows = as_table(handed_out(workspace, "facilities", "csv")).assign(kind="school")
    rows.to_csv(tmp_path / "fixed.csv", index=False)

    import_source(workspace, tmp_path / "fixed.csv", layer="facilities", add=True)
    import_source(workspace, file.with_name("facilities.csv"), add=True)  # and others that have none either

    kinds = rows_of(workspace, "facilities")["kind"].to_dict()
    assert kinds == {
        "facilities-1": "clinic",
        "facilities-2": "school",
        "facilities-3": "clinic",
        "facilities-4": "clinic",
        "facilities-6": "clinic",
    }


def test_a_shift_and_exchanged_axes_are_remembered(tmp_path: Path, workspace: Workspace) -> None:
    east, north = wgs84_to_gcj02(np.array([106.5, 106.6]), np.array([29.5, 29.5]))
    file = tmp_path / "facilities.csv"
    file.write_text(
        f"id,kind,lon,lat\na,clinic,{north[0]},{east[0]}\nb,,{north[1]},{east[1]}\n", encoding="utf-8"
    )
    import_source(workspace, file, datum="gcj02", swap_axes=True)
    rows = as_table(handed_out(workspace, "facilities", "csv")).assign(kind="school")
    rows.to_csv(tmp_path / "fixed.csv", index=False)

    import_source(workspace, tmp_path / "fixed.csv", layer="facilities", add=True)

    found = rows_of(workspace, "facilities")
    assert (found["geometry"]["b"].x, found["geometry"]["b"].y) == pytest.approx((106.6, 29.5), abs=1e-6)


def brought_back(
    workspace: Workspace, layer: str, file: Path, chosen: Callable[[pd.DataFrame], pd.Series] | None = None
) -> Path:
    """Write what the page gives of rows set aside, their kind filled in; only those that are `chosen`."""
    rows = as_table(handed_out(workspace, layer, "csv"))
    kinds = {"facilities": ("kind", "school"), "roads": ("road_class", "primary")}
    column, kind = kinds[layer]
    rows = rows.assign(**{column: kind})
    (rows if chosen is None else rows[chosen(rows)]).to_csv(file, index=False)
    return file


@pytest.mark.parametrize(("first", "second"), [(None, "gcj02"), ("bd09", "gcj02")])
def test_rows_of_different_shifts_come_back_separately_or_not_at_all(
    tmp_path: Path, workspace: Workspace, first: Any, second: Any
) -> None:
    for name, datum in (("b", first), ("d", second)):
        file = tmp_path / "facilities.csv"
        file.write_text(
            f"id,kind,lon,lat\n{name}-well,clinic,106.5,29.5\n{name},,106.6,29.5\n", encoding="utf-8"
        )
        import_source(workspace, file, datum=datum, add=True)
    both = brought_back(workspace, "facilities", tmp_path / "both.csv")

    with pytest.raises(SourceError, match="different things in the column datum"):
        import_source(workspace, both, layer="facilities", add=True)

    for name in ("b", "d"):
        one = brought_back(
            workspace, "facilities", tmp_path / "one.csv", lambda rows, of=name: rows["id"] == of
        )
        import_source(workspace, one, layer="facilities", add=True)
    found = rows_of(workspace, "facilities")["geometry"]
    for name, datum in (("b", first), ("d", second)):
        shifted = np.array([106.6]), np.array([29.5])
        right = shifted if datum is None else to_wgs84(*shifted, datum)
        assert (found[name].x, found[name].y) == pytest.approx((right[0][0], right[1][0]), abs=1e-6)
    assert workspace.quarantine("facilities") is None


def test_rows_of_different_batches_may_not_say_different_things() -> None:
    rows = pd.DataFrame(
        {"row": ["1", "2"], "reason": ["x", "x"], "id": ["a", "b"], "kind": ["clinic", "clinic"]}
    ).assign(axes=["swapped", None])
    shapes = np.array([Point(29.5, 106.5), Point(106.5, 29.5)], dtype=object)
    whole = RawTable("f.csv", rows, shapes, "EPSG:4326")
    taking = Normaliser(RawSource.of(whole), LAYERS["facilities"])
    taking.add(dataclasses.replace(whole, rows=rows[:1], geometry=shapes[:1]))

    with pytest.raises(SourceError, match="different things in the column axes"):
        taking.add(
            dataclasses.replace(whole, rows=rows[1:].reset_index(drop=True), geometry=shapes[1:], first=1)
        )


def test_who_says_that_nothing_is_shifted_is_believed(tmp_path: Path, workspace: Workspace) -> None:
    file = tmp_path / "facilities.csv"
    file.write_text("id,kind,lon,lat\na,clinic,29.5,106.5\nb,,29.5,106.6\nc,,29.5,106.7\n", encoding="utf-8")
    import_source(workspace, file, datum="gcj02", swap_axes=True)
    rows = as_table(handed_out(workspace, "facilities", "csv")).assign(kind="school", lon="106.6", lat="29.5")
    rows.loc[rows["id"] == "c", ["datum", "axes"]] = ""  # rows that say different things, alone, are refused
    rows.to_csv(tmp_path / "fixed.csv", index=False)

    said = ["--layer", "facilities", "--add", "--datum", "none", "--no-swap-axes"]
    told = CliRunner().invoke(main, ["import", str(workspace.path), str(tmp_path / "fixed.csv"), *said])

    assert told.exit_code == 0, told.output
    found = rows_of(workspace, "facilities")["geometry"]["b"]
    assert (found.x, found.y) == pytest.approx((106.6, 29.5), abs=1e-9)


def test_an_earlier_number_that_is_taken_is_not_given_again(tmp_path: Path, workspace: Workspace) -> None:
    file = tmp_path / "facilities.csv"
    file.write_text("kind,lon,lat\nclinic,1,30\n,2,30\n", encoding="utf-8")
    import_source(workspace, file)
    fixed = brought_back(workspace, "facilities", tmp_path / "fixed.csv")
    file.write_text("kind,lon,lat\nclinic,3,30\nclinic,4,30\n", encoding="utf-8")
    import_source(workspace, file, add=True)  # its first row is called facilities-2

    (record,) = import_source(workspace, fixed, layer="facilities", add=True)

    assert record.quarantined == 0
    places = {key: shape.x for key, shape in rows_of(workspace, "facilities")["geometry"].items()}
    assert places == {"facilities-1": 1, "facilities-2": 3, "facilities-3": 4, "facilities-4": 2}


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0]])
def test_rows_without_a_number_take_none_that_comes_back(
    tmp_path: Path, workspace: Workspace, order: list[int]
) -> None:
    rows = pd.DataFrame(
        {"row": ["2", "", "2"], "reason": "x", "kind": "clinic", "lon": ["1", "2", "3"], "lat": "30"}
    )
    rows.iloc[order].to_csv(tmp_path / "facilities.csv", index=False)

    (record,) = import_source(workspace, tmp_path / "facilities.csv")

    assert (record.accepted, record.quarantined) == (3, 0)
    assert set(rows_of(workspace, "facilities").index) == {f"facilities-{number}" for number in (2, 3, 4)}


def test_a_road_that_comes_back_is_never_one_with_another(tmp_path: Path, workspace: Workspace) -> None:
    file = tmp_path / "roads.csv"
    file.write_text(
        'road_class,wkt\nprimary,"LINESTRING (0 0, 1 1)"\n,"LINESTRING (2 2, 3 3)"\n', encoding="utf-8"
    )
    import_source(workspace, file)
    fixed = brought_back(workspace, "roads", tmp_path / "fixed.csv")
    file.write_text('road_class,wkt\nprimary,"LINESTRING (4 4, 5 5)"\n', encoding="utf-8")
    import_source(workspace, file, add=True)

    import_source(workspace, fixed, layer="roads", add=True)

    assert rows_of(workspace, "roads").index.tolist() == ["roads-1", "roads-2", "roads-3"]


def test_of_two_rows_of_one_number_only_the_one_that_comes_back_goes(
    tmp_path: Path, workspace: Workspace
) -> None:
    for name in ("b", "d"):
        file = tmp_path / "facilities.csv"
        file.write_text(f"id,kind,lon,lat\n{name}-well,clinic,1,30\n{name},,2,30\n", encoding="utf-8")
        import_source(workspace, file, add=True)
    aside = workspace.quarantine("facilities")
    assert aside is not None
    assert aside.set_index("id")["row"].to_dict() == {"b": "2", "d": "3"}
    one = brought_back(workspace, "facilities", tmp_path / "one.csv", lambda rows: rows["id"] == "b")

    (record,) = import_source(workspace, one, layer="facilities", add=True)

    assert (record.rows_read, record.accepted, record.quarantined) == (4, 3, 1)
    left = workspace.quarantine("facilities")
    assert left is not None
    assert left["id"].tolist() == ["d"]


@pytest.mark.parametrize("ending", ["csv", "gpkg"])
def test_lines_come_back(tmp_path: Path, workspace: Workspace, ending: str) -> None:
    lines = [LineString([(0, 0), (1, 1)]), LineString([(-2, 2), (3, 3)]), LineString([(4, 4), (4, 4)])]
    roads = gpd.GeoDataFrame(
        {
            "id": ["a", "b", "c"],
            "等级": ["县道", None, "乡道"],
            "名称": ["甲", FORMULA, "丙"],
            "fid": list("xyz"),
        },
        geometry=lines,
        crs=4326,
    )
    roads.to_file(tmp_path / "roads.geojson")
    import_source(workspace, tmp_path / "roads.geojson")

    fixed = corrected(workspace, "roads", ending, tmp_path, {"c": lines[0]})
    (record,) = import_source(workspace, fixed, layer="roads", add=True)

    assert (record.accepted, record.quarantined) == (3, 0)
    found = rows_of(workspace, "roads")
    assert found["name"].to_dict() == {"a": "甲", "b": FORMULA, "c": "丙"}
    assert found["road_class"].to_dict() == {"a": "secondary", "b": "secondary", "c": "tertiary"}
    assert found["geometry"].to_dict() == {"a": lines[0], "b": lines[1], "c": lines[0]}


@pytest.mark.parametrize("ending", ["csv", "gpkg"])
def test_polygons_come_back(tmp_path: Path, workspace: Workspace, ending: str) -> None:
    land = gpd.GeoDataFrame(
        {"id": ["a", "b", "c"], "地类": ["耕地", None, "林地"], "Name": ["甲", FORMULA, "丙"]},
        geometry=[box(0, 0, 1, 1), LONG, FLAT],
        crs=4326,
    )
    land.to_crs(3857).to_file(tmp_path / "landuse.gpkg")
    import_source(workspace, tmp_path / "landuse.gpkg")

    in_metres = gpd.GeoSeries([box(2, 2, 3, 3)], crs=4326).to_crs(3857)[0]
    fixed = corrected(workspace, "landuse", ending, tmp_path, {"c": in_metres})
    (record,) = import_source(workspace, fixed, layer="landuse", add=True)

    assert (record.accepted, record.quarantined) == (3, 0)
    found = rows_of(workspace, "landuse")
    assert found["name"].to_dict() == {"a": "甲", "b": FORMULA, "c": "丙"}
    assert found["geometry"]["b"].equals_exact(LONG, 1e-8, normalize=True)
    assert found["geometry"]["c"].equals_exact(box(2, 2, 3, 3), 1e-8, normalize=True)


def corrected(workspace: Workspace, layer: str, ending: str, folder: Path, shapes: dict[str, Any]) -> Path:
    """Return the file the page gives with its shapes drawn anew, and the kind that was lacking filled in."""
    path = folder / f"bordergap-quarantine-{layer}.{ending}"
    content = handed_out(workspace, layer, ending)
    assert content is not None
    kind, filled = {"roads": ("等级", "县道"), "landuse": ("地类", "耕地")}[layer]
    if ending == "csv":
        rows = as_table(content)
        drawn_anew = {key: shape.wkt for key, shape in shapes.items()}
        rows["wkt"] = rows["id"].map(drawn_anew).fillna(rows["wkt"])
        rows[kind] = rows[kind].where(rows[kind] != "", filled)
        rows.to_csv(path, index=False, encoding="utf-8-sig")
        return path
    path.write_bytes(content)
    drawn = gpd.read_file(path)
    drawn.geometry = [shapes.get(key, shape) for key, shape in zip(drawn["id"], drawn.geometry, strict=True)]
    drawn[kind] = [value or filled for value in drawn[kind]]
    path.unlink()
    drawn.to_file(path, layer_options={"FID": "number"})  # a column of ours is called fid
    return path


def test_rows_without_geometry_have_no_map(tmp_path: Path, workspace: Workspace) -> None:
    (tmp_path / "facilities.csv").write_text("id,kind,lon,lat\na,clinic,1,30\nb,,2,30\n", encoding="utf-8")
    import_source(workspace, tmp_path / "facilities.csv")

    assert handed_out(workspace, "facilities", "gpkg") is None
    assert as_table(handed_out(workspace, "facilities", "csv", "en"))["reason"].str.endswith("fill it").all()


def test_a_map_of_rows_waits_for_its_turn(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = 'primary,"LINESTRING (0 0, 1 1)"\n,"LINESTRING (2 2, 3 3)"\n'
    (tmp_path / "roads.csv").write_text(f"road_class,wkt\n{lines}", encoding="utf-8")
    import_source(workspace, tmp_path / "roads.csv", crs="EPSG:4326")
    monkeypatch.setattr("dashboard.downloads.PATIENCE_S", 0)

    assert handed_out(workspace, "roads", "gpkg") is not None
    monkeypatch.setattr("dashboard.downloads._TURNS", BoundedSemaphore(0))
    assert handed_out(workspace, "roads", "gpkg") is None


@pytest.mark.parametrize("text", ["=1", "'=1", "''=1", "-5", "@a", "plain", "'quoted'", "", "'", "\t=1"])
def test_what_was_made_harmless_is_as_it_was(text: str) -> None:
    assert restored(neutral(text)) == text


def test_columns_of_a_table_of_others_keep_their_names() -> None:
    given: Any = {"spoiled": {}, "lines": {}, "notes": []}

    table = table_of_cells("a.csv", ["-x", "'-x", "id"], [["1", "2", "a"]], **given)
    ours = table_of_cells("a.csv", ["row", "reason", "'-x", "''-x"], [["1", "x", "'=1", "2"]], **given)

    assert list(table.rows.columns) == ["-x", "'-x", "id"]
    assert list(ours.rows.columns) == ["row", "reason", "-x", "'-x"]
    assert ours.rows.loc[0, "-x"] == "=1"
    with pytest.raises(SourceError, match="column '-x' is there twice"):
        table_of_cells("a.csv", ["row", "reason", "-x", "'-x"], [], **given)
