"""Boundaries alone, or a layer without the others: what was not computed is not told as not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import shown_world
from shapely.geometry import box

from dashboard import payloads
from dashboard.export.report import report_of
from dashboard.i18n import Text
from dashboard.pages import overview
from dashboard.results import ResultsCache
from geodata.model import DOMAINS
from layers import wording
from layers.kinds import KINDS
from layers.run import analyse
from layers.wording import LANGS

if TYPE_CHECKING:
    from pathlib import Path

    from layers.wording import Lang

pytestmark = pytest.mark.parametrize("lang", LANGS)
COMPARED = ["roads", "facilities", "assets", "parks", "population", "landuse"]


def test_boundaries_alone_leave_nothing_to_compare(tmp_path: Path, lang: Lang) -> None:
    results = ResultsCache(shown_world.make_bare(tmp_path / "bare").path).current()

    assert sorted(results.lacking) == sorted(COMPARED)
    assert {kind.name for kind in results.uncomputed} == {
        kind.name for kind in KINDS.values() if kind.needs or kind.any_of
    }
    assert results.is_bare
    assert results.untold_domains == [name for name in DOMAINS if name != "boundary"]
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

    assert sorted(results.lacking) == ["assets", "landuse", "parks"]
    stopped = ["landuse_conflict", "park_duplicate", "park_service_gap", "use_contrast"]
    assert sorted(kind.name for kind in results.uncomputed) == stopped
    assert not results.is_bare
    assert results.untold_domains == ["assets", "parks", "landuse"]
    assert "%" in payloads.overview_body(results, lang)["rows"][0]["share_text"]
    said = str(overview.lacking(results, Text(lang)))
    for kind in stopped:
        assert wording.word(wording.KIND_WORDS, kind, lang) in said
    assert wording.word(wording.LAYER_WORDS, "landuse", lang) in said
    assert wording.word(wording.LAYER_WORDS, "roads", lang) not in said


def test_what_boundaries_alone_do_show_is_told(tmp_path: Path, lang: Lang) -> None:
    #  +-------+-------+   Both claim a part of B; nobody disputes C, of which there is nothing to tell.
    #  |   A   +---+ B |
    #  |       | ? |   |
    #  +-------+---+---+
    claimed = shown_world.DISTRICTS["A"].union(box(0, 0, 1500, 5000))
    disputed = {**shown_world.DISTRICTS, "A": claimed}
    results = ResultsCache(shown_world.make_bare(tmp_path / "bare", disputed).path).current()
    assert results.is_bare
    gaps = results.summary["gaps"]
    assert gaps[shown_world.PAIRING] > 0

    told = {row["id"]: row["share_text"] for row in payloads.overview_body(results, lang)["rows"]}

    for pairing, share in (
        results.workspace.read_table("pairing_summary").set_index("pairing_id")["affected_share"].items()
    ):
        assert told[pairing] == (wording.percent(share) if gaps[pairing] else "—")
    (chapter,) = report_of(results, [shown_world.PAIRING], lang=lang).chapters
    assert Text(lang)("overview.bare") not in chapter.summary


def test_a_layer_that_one_border_was_run_with_is_not_told_as_lacking(tmp_path: Path, lang: Lang) -> None:
    workspace = shown_world.make_bare(tmp_path / "bare")
    shown_world.add_roads(workspace)
    analyse(workspace, pairings=[shown_world.PAIRING], engine="serial")

    results = ResultsCache(workspace.path).current()

    assert "roads" not in results.lacking
    assert "facilities" in results.lacking
    assert not results.is_bare
    assert wording.word(wording.LAYER_WORDS, "roads", lang) not in str(overview.lacking(results, Text(lang)))


def test_a_workspace_that_lacks_nothing_says_nothing(demo: Path, lang: Lang) -> None:
    results = ResultsCache(demo).current()

    assert results.lacking == results.uncomputed == ()
    assert results.untold_domains == []
    assert overview.lacking(results, Text(lang)) is None
