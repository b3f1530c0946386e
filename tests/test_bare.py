"""Boundaries alone, or a layer without the others: what was not computed is not told as not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import shown_world

from dashboard import payloads
from dashboard.export.report import report_of
from dashboard.i18n import Text
from dashboard.pages import overview
from dashboard.results import ResultsCache
from layers.kinds import KINDS

if TYPE_CHECKING:
    from pathlib import Path

    from layers.wording import Lang

COMPARED = ["roads", "facilities", "assets", "parks", "population", "landuse"]


def test_boundaries_alone_leave_nothing_to_compare(tmp_path: Path, lang: Lang) -> None:
    results = ResultsCache(shown_world.make_bare(tmp_path / "bare").path).current()

    layers, stopped = results.uncomputed

    assert sorted(layers) == sorted(COMPARED)
    assert {kind.name for kind in stopped} == {
        kind.name for kind in KINDS.values() if kind.needs or kind.any_of
    }
    assert results.is_bare
    assert {row["share_text"] for row in payloads.overview_body(results, lang)["rows"]} == {"—"}
    body = payloads.pairing_body(results, shown_world.PAIRING, lang)
    assert body["bare"]
    assert [fact["value"] for fact in body["facts"]][1:] == ["—", "—"]
    assert Text(lang)("overview.bare") in str(overview.lacking(results, Text(lang)))
    (chapter,) = report_of(results, [shown_world.PAIRING], lang=lang).chapters
    assert Text(lang)("overview.bare") in chapter.summary
    assert chapter.not_computed


def test_what_the_layers_there_are_cannot_tell_is_said(tmp_path: Path, lang: Lang) -> None:
    results = ResultsCache(shown_world.make(tmp_path / "world").path).current()  # roads, facilities, people

    layers, stopped = results.uncomputed

    assert sorted(layers) == ["assets", "landuse", "parks"]
    assert {kind.name for kind in stopped} == {
        "landuse_conflict",
        "park_duplicate",
        "park_service_gap",
        "use_contrast",
    }
    assert not results.is_bare
    assert "%" in payloads.overview_body(results, lang)["rows"][0]["share_text"]
    assert "4" in str(overview.lacking(results, Text(lang)))


def test_a_workspace_that_lacks_nothing_says_nothing(demo: Path, lang: Lang) -> None:
    results = ResultsCache(demo).current()

    assert results.uncomputed == ([], [])
    assert overview.lacking(results, Text(lang)) is None


@pytest.fixture(params=["zh", "en"])
def lang(request: pytest.FixtureRequest) -> Lang:
    found: Lang = request.param
    return found
