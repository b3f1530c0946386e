"""Addresses of the dashboard, what they answer to strangers, and the functions behind them."""

from __future__ import annotations

import gzip
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import brotli
import pytest
import shapely
import shown_world
from hypothesis import given
from hypothesis import strategies as st

from dashboard.app import create_app
from dashboard.comparison import comparison_rows
from dashboard.gap_rows import stability_text
from dashboard.i18n import Text, language, plain
from dashboard.maps import geojson, shapes, tiles
from dashboard.maps.context_drawing import CONTEXT_LAYERS, context_styles
from dashboard.maps.palette import SEVERITY, severity_class
from dashboard.maps.shapes import mark_points
from dashboard.maps.style import LOWEST_DRAWN, LOWEST_FOUND, PAGE_LAYERS, SWITCHES, map_style
from dashboard.payloads import pairing_name
from dashboard.profiles import significant
from dashboard.results import ResultsCache, member_lists
from geodata.errors import WorkspaceError
from geodata.ingest import import_source
from geodata.workspace import Workspace
from layers.run import analyse
from layers.wording import LANGS

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

STRANGE = [
    "",
    "nothing",
    "A--B'; DROP TABLE gaps;--",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "A--B\x00",
    "%s%n",
    "\U0001f642" * 500,
    "9" * 5000,
]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return shown_world.make(tmp_path_factory.mktemp("shown") / "world")


@pytest.fixture(scope="module")
def client(workspace: Workspace) -> FlaskClient:
    return create_app(workspace.path).server.test_client()


@pytest.fixture(scope="module")
def base(workspace: Workspace) -> str:
    return f"/geo/{ResultsCache(workspace.path).current().stamp}"


def fetch(client: FlaskClient, address: str) -> Any:
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200, answer.data
    return json.loads(gzip.decompress(answer.data))


def test_a_folder_that_is_no_workspace_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="no workspace"):
        create_app(tmp_path)


@pytest.mark.parametrize("address", ["/", "/pairing?id=A--B", "/data", "/_dash-layout", "/nothing/there"])
def test_every_answer_carries_the_headers(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"


def test_the_first_page_names_no_other_host(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)

    assert "http://" not in page
    assert "https://" not in page


def test_component_files_are_known_before_the_first_request(workspace: Workspace) -> None:
    assert {"dash", "dash_mantine_components", "dash_ag_grid"} <= set(
        create_app(workspace.path).registered_paths
    )


def test_our_scripts_and_styles_come_whole_in_two_files_that_are_kept(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    style, script = re.findall(r"/bundle/[0-9a-f]+\.(?:css|js)", page)

    assert "/assets/" not in re.sub(r"/assets/favicon\.ico", "", page)
    for asked, says in ((script, "followMap:follow"), (style, ".severity-4")):
        plain = client.get(asked, headers={"Accept-Encoding": "identity"})
        assert says in plain.text
        assert "immutable" in plain.headers["Cache-Control"]
        small = client.get(asked, headers={"Accept-Encoding": "gzip, br"})
        assert small.headers["Content-Encoding"] == "br"
        assert brotli.decompress(small.data) == plain.data
        older = client.get(asked, headers={"Accept-Encoding": "gzip"})
        assert gzip.decompress(older.data) == plain.data
        assert client.get(re.sub("/[0-9a-f]+[.]", "/000000000000.", asked)).status_code == 404


def test_districts_and_borders_are_sent_once(client: FlaskClient, base: str) -> None:
    districts = fetch(client, f"{base}/districts.json")
    borders = fetch(client, f"{base}/borders.json")

    area, *names = districts["features"]  # lines between districts are borders: they come once
    assert area["geometry"]["type"] == "Polygon"
    assert [each["geometry"]["type"] for each in names] == ["Point"] * 3
    assert {each["properties"]["pairing"] for each in borders["features"]} == {"A--B", "A--C", "B--C"}
    answer = client.get(f"{base}/districts.json")
    assert "immutable" in answer.headers["Cache-Control"]
    again = client.get(f"{base}/districts.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""


def test_a_body_comes_as_small_as_its_reader_can_take_it(client: FlaskClient, base: str) -> None:
    plain, older, newer = (
        client.get(f"{base}/borders.json", headers={"Accept-Encoding": taken})
        for taken in ("identity", "gzip", "gzip, br")
    )

    assert "Content-Encoding" not in plain.headers
    assert plain.get_json()["type"] == "FeatureCollection"
    assert (older.headers["Content-Encoding"], newer.headers["Content-Encoding"]) == ("gzip", "br")
    assert gzip.decompress(older.data) == brotli.decompress(newer.data) == plain.data
    assert len(newer.data) < len(older.data) < len(plain.data)
    assert len({answer.headers["ETag"] for answer in (plain, older, newer)}) == 3


@pytest.mark.parametrize("strange", STRANGE)
def test_strange_pairings_are_not_found(client: FlaskClient, base: str, strange: str) -> None:
    for name in ("pairing.en.json", "profiles.zh.json"):
        assert client.get(f"{base}/{name}", query_string={"id": strange}).status_code == 404
    assert client.get(f"/layers/x{quote(strange, safe='')}/roads.json").status_code == 404
    assert client.get(f"{base}/{quote(strange, safe='')}.json").status_code == 404
    assert client.get(f"/geo/x{quote(strange, safe='')}/districts.json").status_code in {404, 410}


def test_unknown_languages_are_not_found_and_replaced_results_are_gone(
    client: FlaskClient, base: str
) -> None:
    assert client.get(f"{base}/overview.fr.json").status_code == 404
    assert client.get("/geo/0000000000000000/borders.json").status_code == 410
    assert client.post(f"{base}/borders.json").status_code == 405


def test_a_new_run_has_new_addresses(tmp_path: Path) -> None:
    workspace = shown_world.make(tmp_path / "world")
    cache = ResultsCache(workspace.path)
    before = cache.current().stamp
    assert cache.current().stamp == before

    workspace.write_settings(workspace.settings.__class__(zone_m=1500.0))
    analyse(workspace, engine="serial")

    assert cache.current().stamp != before


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_pairing_comes_in_one_body(client: FlaskClient, base: str, lang: str) -> None:
    body = fetch(client, f"{base}/pairing.{lang}.json?id=A--B")

    worst = body["gaps"][0]
    assert worst["kind"] == "service_wall"
    assert worst["side"] == "a"
    assert worst["people"] == 800
    assert worst["provenance"] == "generated"
    assert worst["a"] == {"zh": "30 分钟", "en": "30 min"}[lang]
    assert worst["b"] == {"zh": "2.2 分钟", "en": "2.2 min"}[lang]
    assert worst["sum"].endswith(f"= {worst['severity']:.1f}")
    assert {
        "label": {"zh": "达标时间", "en": "Limit"}[lang],
        "value": {"zh": "15 分钟", "en": "15 min"}[lang],
    } in worst["evidence"]
    assert [gap["severity"] for gap in body["gaps"]] == sorted(
        (gap["severity"] for gap in body["gaps"]), reverse=True
    )
    assert len(body["map"]["segments"]["features"]) == 10
    assert body["not_computed"]


def test_a_side_nobody_is_affected_on_has_no_endless_time(client: FlaskClient, base: str) -> None:
    rows = fetch(client, f"{base}/pairing.en.json?id=A--B")["gaps"]

    dead_end = next(row for row in rows if row["kind"] == "road_dead_end")
    assert (dead_end["a"], dead_end["b"]) == ("", "")


def test_profiles_have_a_value_for_each_segment_and_side(client: FlaskClient, base: str) -> None:
    measurables = fetch(client, f"{base}/profiles.en.json?id=A--B")["measurables"]

    people = next(each for each in measurables if each["name"] == "people")
    assert people["unit"] == "people per km²"
    assert len(people["along"]["a"]) == len(people["along"]["b"]) == len(people["along"]["from"]) == 10
    assert max(value for value in people["along"]["a"] if value is not None) > 0


def test_names_are_never_markup(client: FlaskClient, base: str) -> None:
    body = fetch(client, f"{base}/pairing.zh.json?id=A--B")

    assert body["members"][1] == plain(shown_world.HOSTILE)
    assert "\u202e" not in json.dumps(body, ensure_ascii=False)


def test_both_themes_have_the_same_layers() -> None:
    light, dark = map_style("light"), map_style("dark")

    ids = [layer["id"] for layer in light["layers"]]
    assert ids == [layer["id"] for layer in dark["layers"]]
    assert len(set(ids)) == len(ids)
    named = [
        *PAGE_LAYERS["overview"],
        *PAGE_LAYERS["pairing"],
        *(each for group in SWITCHES.values() for each in group),
        LOWEST_DRAWN,
        LOWEST_FOUND,
    ]
    assert set(named) <= set(ids)
    assert "glyphs" not in light
    assert "sprite" not in light
    assert all(source["data"]["features"] == [] for source in light["sources"].values())


@pytest.mark.parametrize("name", CONTEXT_LAYERS)
def test_tiles_are_drawn_as_the_whole_layer_is(name: str) -> None:
    light, dark = context_styles(name, "light"), context_styles(name, "dark")
    tiled = context_styles(name, "light", tiles.bands(name))

    assert [each["id"] for each in light] == [each["id"] for each in dark]
    assert len(tiled) == len(light) * len(tiles.bands(name))
    assert {each["source-layer"] for each in tiled} == {band.name for band in tiles.bands(name)}
    assert all(
        each["paint"] == next(o for o in light if each["id"].startswith(f"{o['id']}~"))["paint"]
        for each in tiled
    )


@given(st.floats(0, 100))
def test_severity_has_five_classes(severity: float) -> None:
    level = severity_class(severity)

    assert 0 <= level < len(SEVERITY["light"])
    assert severity >= 20 * level
    assert level == 4 or severity < 20 * (level + 1)


def test_marks_stand_on_what_they_mark() -> None:
    line = shapely.LineString([(0, 0), (10, 0)])
    two_lines = shapely.MultiLineString([[(0, 0), (1, 0)], [(5, 5), (9, 5)]])
    bowl = shapely.Polygon([(0, 0), (10, 0), (10, 10), (9, 10), (9, 1), (1, 1), (1, 10), (0, 10)])
    point = shapely.Point(3, 4)

    on_line, on_longest, inside, same = mark_points([line, two_lines, bowl, point])

    assert on_line.equals(shapely.Point(5, 0))
    assert on_longest.equals(shapely.Point(7, 5))
    assert bowl.contains(inside)
    assert same.equals(point)


def test_shared_borders_stay_shared_when_simplified() -> None:
    wave = [(0.0, y / 50 + 0.0003 * (y % 2)) for y in range(51)]
    west = shapely.Polygon([(-1, 0), *wave, (-1, 1)])
    east = shapely.Polygon([(1, 0), *wave, (1, 1)])

    shapes = geojson.rounded(geojson.outlines([west, east], 0.002), 5)

    assert shapely.coverage_is_valid(shapes)
    assert shapely.get_num_coordinates(shapes).sum() < shapely.get_num_coordinates([west, east]).sum()
    assert shapely.intersection(*shapes).length == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(
    ("asked", "header", "answer"),
    [
        ("en", "zh-CN", "en"),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("", "fr, zh-TW;q=0.5", "zh"),
        ("<script>", "en-GB", "en"),
        (None, "", "en"),
        (None, ";;;,,,q=", "en"),
    ],
)
def test_the_language_is_asked_for_or_the_browsers(asked: str | None, header: str, answer: str) -> None:
    assert language(asked, header) == answer


@given(st.floats(1e-6, 1e9))
def test_three_digits_are_kept(value: float) -> None:
    shown = significant(value)

    assert shown is not None
    assert shown == pytest.approx(value, rel=0.006)
    assert significant(None) is None


def test_members_come_as_lists_however_they_are_stored() -> None:
    assert member_lists('[["A"], ["B", "C"]]') == [["A"], ["B", "C"]]
    assert member_lists([["A"], ["B", "C"]]) == [["A"], ["B", "C"]]


def test_parks_of_members_that_do_not_touch_name_both(tmp_path: Path) -> None:
    source = tmp_path / "far"
    source.mkdir()
    #  +---+         +---+   half a degree of nothing between them
    #  | A |         | B |
    #  +---+         +---+
    squares = {"A": (106.0, 29.0), "B": (106.6, 29.0)}
    districts = [
        feature({"district_id": key, "name": key}, square(x, y, 0.1)) for key, (x, y) in squares.items()
    ]
    parks = [
        feature(
            {"feature_id": f"park {key}", "name": f"Park {key}", "industries": ["tea"]}, square(x, y, 0.01)
        )
        for key, (x, y) in squares.items()
    ]
    pairing = {"pairing_id": "far", "kind": "counterpart", "members": [["A"], ["B"]]}
    for name, features in (("districts", districts), ("parks", parks)):
        (source / f"{name}.geojson").write_text(
            json.dumps({"type": "FeatureCollection", "features": features})
        )
    (source / "pairings.json").write_text(json.dumps([pairing]))
    workspace = Workspace.create(tmp_path / "workspace")
    import_source(workspace, source)
    analyse(workspace, engine="serial")

    (gap,) = ResultsCache(workspace.path).current().gaps.itertuples()

    assert (gap.kind, gap.member_a, gap.member_b) == ("park_duplicate", "A", "B")


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ({"stability": 1.0, "runs": 6, "lost_with": []}, "found in 6 of 6 runs"),
        (
            {"stability": 5 / 6, "runs": 6, "lost_with": ["zone_m -25%"]},
            "found in 5 of 6 runs (not with zone_m -25%)",
        ),
        ({"stability": float("nan"), "runs": None, "lost_with": None}, ""),
    ],
)
def test_a_gap_says_how_stable_it_is(found: dict[str, Any], told: str) -> None:
    assert stability_text(found, Text("en")) == told


def square(x: float, y: float, side: float) -> dict[str, Any]:
    ring = [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(properties: dict[str, Any], geometry: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def test_members_of_a_cooperating_pair_stand_side_by_side(demo: Path) -> None:
    results = ResultsCache(demo).current()
    rows = {row["label"]: row for row in comparison_rows(results, "jiangjin-kaizhou", "en")}

    assert rows["Area, km²"]["a"] == "3,216"
    assert rows["Area, km²"]["mark"] == ""
    assert rows["Arterial roads, km per km²"]["mark"] == "generated"
    assert rows["Parks built together"]["value"] == "1"
    assert comparison_rows(results, "chongqing", "zh") == []
    for lang in LANGS:
        for row in comparison_rows(results, "liangjiang-wanzhou", lang):
            assert "_" not in row["label"]


def test_a_group_is_called_as_its_source_calls_it_in_each_language(demo: Path) -> None:
    results = ResultsCache(demo).current()
    (group,) = results.summary.index[results.summary["kind"] == "group"]

    assert pairing_name(results, group, "zh") == "重庆市区县对口协同"
    assert pairing_name(results, group, "en") == "Chongqing's districts that cooperate in pairs"


def test_districts_that_overlap_are_drawn() -> None:
    apart = [shapely.box(0, 0, 2, 2), shapely.box(1.9, 0, 4, 2), shapely.box(4, 0, 6, 2)]

    (region,) = shapely.get_parts(shapes.whole(apart, grid=1e-4))

    assert region.equals(shapely.box(0, 0, 6, 2))
