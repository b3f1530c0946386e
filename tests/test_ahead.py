"""Bodies made before somebody asks: those that readers ask for first, the same as they get."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import shown_world

from dashboard import ahead, routes
from dashboard.app import create_app
from dashboard.results import ResultsCache
from geodata.errors import WorkspaceError
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from dashboard.results import Results


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> ResultsCache:
    return ResultsCache(shown_world.make(tmp_path_factory.mktemp("ahead") / "world").path)


@pytest.fixture
def results(cache: ResultsCache) -> Results:
    return cache.current()


def test_what_the_first_map_needs_comes_first(results: Results) -> None:
    made = [make.args for make in ahead.bodies(results)]  # type: ignore[attr-defined]

    assert made[:3] == [("page.js",), ("page.css",), ("documents.js",)]
    assert [lang for _, lang, *_ in made[3:5]] == ["zh", "en"]  # the frame
    assert {name for _, name, *_ in made[5:11]} == {"districts", "borders", "overview", "find"}


def test_a_pairing_made_ahead_is_not_made_again(results: Results) -> None:
    for make in ahead.bodies(results):
        make()
    made = routes.packed.cache_info().misses

    for key in results.summary.index:
        routes.packed(results, "pairing", "zh", key)
        routes.packed(results, "profiles", "en", key)

    assert routes.packed.cache_info().misses == made


def test_what_pairings_are_shown_from_is_read_before_anybody_comes(cache: ResultsCache) -> None:
    fresh = ResultsCache(cache.current().workspace.path)

    ahead.read_before(fresh)

    read = vars(fresh.current())
    assert {"borders", "gaps", "segments", "not_computed", "profiles", "comparisons"} <= read.keys()


def test_a_server_begins_while_an_import_is_under_way(caplog: pytest.LogCaptureFixture) -> None:
    class Busy(ResultsCache):
        def __init__(self) -> None: ...

        def current(self) -> Results:
            raise WorkspaceError("an import is under way")

    ahead.read_before(Busy())

    assert "nothing is read ahead: an import is under way" in caplog.text


def test_a_server_begins_while_there_is_nothing_to_read(tmp_path: Path) -> None:
    cache = ResultsCache(Workspace.create(tmp_path / "new").path)

    ahead.read_before(cache)

    assert cache.current().gaps.empty


def test_the_search_box_names_two_neighbours(results: Results) -> None:
    page = create_app(results.workspace.path).server.test_client()
    frames = page.get("/_dash-layout").get_json()["props"]["children"][1]["props"]["data"]["addresses"]

    said = page.get(f"/{frames['en']}").get_data(as_text=True)

    assert "Find districts, such as " in said
