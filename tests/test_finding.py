"""Names answer to pinyin, whole or by initials, whichever way their characters can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import shown_world

from dashboard.finding import find_body, spelling
from dashboard.results import ResultsCache

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("重庆市", "chong qing shi"),
        ("重庆市长寿区", "chong qing shi chang shou qu"),  # not 市长
        ("长寿区", "chang shou qu"),
        ("大足区", "da zu qu"),
        ("六合区", "lu he qu"),  # a reading of this place alone
        ("绿春县", "lv chun xian"),
    ],
)
def test_a_name_is_found_by_the_way_it_is_read(name: str, read: str) -> None:
    for syllable, readings in zip(read.split(), spelling(name), strict=True):
        assert syllable in readings.split("|")


def test_the_likeliest_reading_comes_first() -> None:
    assert [each.split("|")[0] for each in spelling("重庆长寿")] == ["chong", "qing", "chang", "shou"]


def test_what_is_not_chinese_has_no_pinyin() -> None:
    assert spelling("Vaduz 2") == []


def test_every_district_and_pairing_can_be_found_in_either_language(tmp_path: Path) -> None:
    results = ResultsCache(shown_world.make(tmp_path / "world").path).current()
    body = find_body(results, "en")

    west = next(row for row in body["districts"] if row[0] == "A")
    assert west[1:3] == ["West", "西区"]
    assert west[3][0].split("|")[0] == "xi"
    assert west[4] == 2  # with B and with C
    assert {row[0] for row in body["pairings"]} == set(results.summary.index)
    assert [
        [body["districts"][place][0] for place in row[4]] for row in body["pairings"] if row[0] == "A--B"
    ] == [["A", "B"]]
