"""Reports as HTML: everything listed is in the file, nothing of it is markup, nothing leads out of it."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import reported_world
import shapely

from dashboard.export import page
from dashboard.export.page_map import WIDTH_PT, Paper, map_data, mark_path
from dashboard.export.page_words import WORDS
from dashboard.export.report import report_of
from dashboard.export.report_chapter import chapter_of
from dashboard.export.report_files import render
from dashboard.gap_filters import Filters
from dashboard.maps.palette import SHAPES
from dashboard.maps.shapes import SEEN
from dashboard.results import Results, ResultsCache

if TYPE_CHECKING:
    from pathlib import Path

PAIRING = "A--B"
SCRIPTS = [page.TEMPLATES / name for name in page.SCRIPTS]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return reported_world.make(tmp_path_factory.mktemp("paged") / "world").path


@pytest.fixture
def results(world: Path) -> Results:
    return ResultsCache(world).current()


class Read(HTMLParser):
    """An HTML file as another program reads it: elements with their attributes, and the text inside."""

    def __init__(self, told: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], str]] = []
        self.inside = False
        self.feed(told)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.found.append((tag, dict(attrs), ""))
        self.inside = True

    def handle_endtag(self, _tag: str) -> None:
        """Leave the element that text belongs to."""
        self.inside = False

    def handle_data(self, data: str) -> None:
        """Keep the text of the element that was begun last."""
        if self.inside:
            tag, given, told = self.found[-1]
            self.found[-1] = (tag, given, told + data)

    def the(self, tag: str) -> list[tuple[dict[str, str | None], str]]:
        """Return attributes and text of all elements of one name."""
        return [(given, told) for name, given, told in self.found if name == tag]


def data_of(read: Read) -> Any:
    (told,) = [told for given, told in read.the("script") if given.get("id") == "data"]
    return json.loads(told)


def read(results: Results, ids: list[str], filters: Filters | None = None) -> Read:
    report = report_of(results, ids, lang="en", filters=filters)
    return Read(render(report, results, ".html").decode())


def test_the_file_has_what_the_report_lists(results: Results) -> None:
    filters = Filters(min_severity=50)
    report = report_of(results, [PAIRING], lang="en", filters=filters)
    (chapter,) = report.chapters
    assert 0 < len(chapter.findings) < chapter.all_gaps
    told = data_of(read(results, [PAIRING], filters))
    (shown,) = told["chapters"]

    assert [row["gap_id"] for row in shown["findings"]] == [one.gap_id for one in chapter.findings]
    assert [row["sentence"] for row in shown["findings"]] == [one.sentence for one in chapter.findings]
    people = results.gaps.set_index("gap_id")["people"]
    for row in shown["findings"]:
        assert row["people_number"] == (None if np.isnan(people[row["gap_id"]]) else people[row["gap_id"]])
    assert told["filtered"] == report.filtered
    assert told["review"] == report.review.text
    assert told["mark"] == report.mark
    assert shown["facts"] == [dataclasses.asdict(fact) for fact in chapter.facts]
    assert told["appendix"] == json.loads(json.dumps(dataclasses.asdict(report.appendix)))
    assert len(shown["profiles"]) == len(chapter.profiles) > 0


def test_marks_stand_where_the_gaps_are(results: Results) -> None:
    (chapter,) = data_of(read(results, [PAIRING]))["chapters"]
    drawn = chapter["map"]
    west, north, east, south = drawn["home"]

    # The border of the small world runs north at one longitude; its length is known.
    length_m = results.borders["length_m"].loc[PAIRING]
    assert (south - north) * drawn["metres"] == pytest.approx(length_m, rel=0.01)
    placed = [row["at"] for row in chapter["findings"] if row["at"]]
    assert placed
    for x, y in placed:
        assert abs(x - (west + east) / 2) * drawn["metres"] < 10_000
        assert north - 1 <= y <= south + 1
    wide = results.gaps.set_index("gap_id")["border_wide"]
    for row in chapter["findings"]:
        assert (row["at"] is None) == bool(wide[row["gap_id"]])
    names = [layer["name"] for layer in drawn["layers"]]
    assert names.index("districts") < names.index("members") < names.index("segments")
    assert [label["class"] for label in drawn["labels"][:2]] == ["name side-a", "name side-b"]
    assert drawn["labels"][0]["text"] == "West"
    # They stand in what is looked at first, beside the border, each on its own side.
    reach = SEEN * (south - north) / 2
    (a, b) = (label["at"] for label in drawn["labels"][:2])
    assert (west + east) / 2 - reach < a[0] < west < east < b[0] < (west + east) / 2 + reach
    assert all(north < place[1] < south for place in (a, b))


def test_wide_paper_holds_what_lies_beside_a_border(results: Results) -> None:
    chapter = chapter_of(results, PAIRING, lang="en", filters=Filters(), entries={})

    usual, wide = (
        map_data(results, chapter, "en", width=width, surroundings=around)
        for width, around in ((1800.0, (1.8, 1.8)), (2700.0, (2.7, 1.5)))
    )

    assert usual["size"] == [7200, 7200]
    assert wide["size"] == [10800, 6000]
    assert wide["metres"] == usual["metres"]  # as large, with more beside it
    for drawn in (usual, wide):
        west, north, east, south = drawn["home"]
        assert (west + east) / 2 == pytest.approx(drawn["size"][0] / 2, abs=1)
        assert (north + south) / 2 == pytest.approx(drawn["size"][1] / 2, abs=1)


def test_the_policy_lets_nothing_run_but_the_script_of_the_file(results: Results) -> None:
    found = read(results, [PAIRING])
    (policy,) = [
        str(given["content"])
        for given, _ in found.the("meta")
        if given.get("http-equiv") == "Content-Security-Policy"
    ]
    (style,) = [told for _, told in found.the("style")]
    (script,) = [told for given, told in found.the("script") if "type" not in given]

    def digest(asset: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(asset.encode()).digest()).decode()}'"

    assert policy.startswith("default-src 'none'; ")
    assert f"script-src {digest(script)};" in policy
    assert f"style-src {digest(style)};" in policy
    assert "unsafe" not in policy
    outside = {
        name for _, given, _ in found.found for name in given if name in ("src", "href") or name[:2] == "on"
    }
    assert outside == set()
    assert not re.search(r"url\(|@import", style)
    assert set(re.findall(r"https?://[^\"/]*", script)) == {
        "http://www.w3.org"
    }  # the name of SVG, no address


def test_names_cannot_end_the_data(world: Path, results: Results) -> None:
    before = dict(zip(results.districts["district_id"], results.districts["name"], strict=True))
    hostile = {
        "A": "</script><script>window.pwned = 1</script>",
        "B": "<!--<script> \u2028\u2029 \"' &lt;img src=x onerror=alert(1)&gt;",
        "C": reported_world.HOSTILE["C"],
    }
    reported_world.rename(results.workspace, hostile)
    try:
        named = ResultsCache(world).current()
        file = render(report_of(named, [PAIRING], lang="en"), named, ".html").decode()
    finally:
        reported_world.rename(results.workspace, before)

    found = Read(file)
    assert len(found.the("script")) == 2
    assert found.the("img") == []
    (chapter,) = data_of(found)["chapters"]
    assert chapter["sides"][0]["name"] == hostile["A"]
    data = file.split('type="application/json"')[1].split("</script>")[0]
    assert not set("<&\u2028\u2029") & set(data)


def test_the_same_report_is_the_same_file(world: Path) -> None:
    files = []
    for _ in range(2):
        results = ResultsCache(world).current()
        files.append(render(report_of(results, ["all", "../far=1"], lang="zh"), results, ".html"))

    assert files[0] == files[1]
    assert data_of(Read(files[0].decode()))["chapters"][0]["title"] == "三区"


def test_paths_of_shapes_by_hand() -> None:
    bottom = WIDTH_PT * 4

    assert Paper().path_of([shapely.Point(1, WIDTH_PT)]) == "M4 0h0"
    assert Paper().path_of([shapely.LineString([(0, 0), (1, 0), (1, 2)])]) == f"M0 {bottom:.0f}l4 0 0 -8"
    square = shapely.box(0, 0, 1, 1)
    assert Paper().path_of([square]).count("M") == 1
    assert Paper().path_of([square]).endswith("z")
    hole = shapely.box(0, 0, 3, 3) - shapely.box(1, 1, 2, 2)
    assert Paper().path_of([shapely.GeometryCollection([hole, shapely.Point()])]).count("z") == 2
    same_way = shapely.Polygon(hole.exterior.coords[::-1], [hole.interiors[0].coords])
    # An inner ring runs against the outer one.
    assert Paper().path_of([same_way]) == Paper().path_of([hole.reverse()])
    assert Paper().path_of([shapely.Point()]) == ""
    assert {mark_path(domain)[0] for domain in SHAPES} == {"M"}


def test_scripts_say_only_words_they_are_given() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in SCRIPTS)
    used = set(re.findall(r"\bwords\.([a-z_]+)", told))

    put_together = {f"side_{side}" for side in ("a", "b", "both")} | {"rank", "severity", "finding", "side"}
    assert used <= set(WORDS)
    assert set(WORDS) - used <= put_together | {"people", "place", "kind", "along", "across"}
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|[\u4e00-\u9fff]", told)
