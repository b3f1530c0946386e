"""What the pages without a map show, and the files that can be taken away from them."""

from __future__ import annotations

import gzip
import io
import json
import tempfile
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pandas as pd
import pytest
import shown_world
from shown_world import HOSTILE

from dashboard.app import create_app
from dashboard.gap_filters import Filters
from dashboard.i18n import Text
from dashboard.kept import Kept
from dashboard.ledger_rows import chosen_gaps, ledger_body
from dashboard.method_text import Value, filled, method_content
from dashboard.pages.documents import page
from dashboard.programme import items_body
from dashboard.results import Results, ResultsCache
from geodata.intake import IntakeRecord
from geodata.settings import Settings, settings_from
from layers.kinds import KINDS
from layers.wording import LANGS

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from geodata.workspace import Workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Return the small world with a programme, one row of which was refused."""
    made = shown_world.make(tmp_path_factory.mktemp("pages") / "world")
    items = [
        {
            "item_id": "p",
            "pairing_id": "A--B",
            "kind": "project",
            "title": HOSTILE,
            "count": 144,
            "amount_cny": 8e6,
        },
        {
            "item_id": "s",
            "pairing_id": "A--B",
            "kind": "project",
            "title": "begun",
            "count": 53,
            "part_of": "p",
        },
        {
            "item_id": "f",
            "pairing_id": "gone",
            "kind": "fund",
            "title": "for nobody we know",
            "amount_cny": 1e6,
        },
    ]
    refused = pd.DataFrame({"row": [4, 5], "reason": ["no title", "no title"], "name": ["=1+1", "<b>x</b>"]})
    record = IntakeRecord("programme", rows_read=5, accepted=3, quarantined=2)
    made.write_layer("programme", pd.DataFrame(items), record, refused)
    return made


@pytest.fixture(scope="module")
def results(workspace: Workspace) -> Results:
    return ResultsCache(workspace.path).current()


@pytest.fixture(scope="module")
def client(workspace: Workspace) -> FlaskClient:
    return create_app(workspace.path).server.test_client()


@pytest.mark.parametrize("name", ["find", "compare", "ledger", "programme"])
def test_bodies_of_pages_are_kept_and_of_these_results_only(
    client: FlaskClient, results: Results, name: str
) -> None:
    answer = client.get(f"/geo/{results.stamp}/{name}.zh.json", headers={"Accept-Encoding": "gzip"})

    assert json.loads(gzip.decompress(answer.data))
    assert "immutable" in answer.headers["Cache-Control"]
    assert client.get(f"/geo/ffffffffffffffff/{name}.zh.json").status_code == 410


def test_a_pairing_nobody_knows_cannot_be_compared(client: FlaskClient, results: Results) -> None:
    assert client.get(f"/geo/{results.stamp}/compare.en.json?id=nothing").status_code == 404


def test_the_ledger_holds_every_gap_and_its_sentence(results: Results) -> None:
    columns = ledger_body(results, "en")["columns"]

    assert columns["id"] == results.gaps["gap_id"].tolist()
    assert {len(column) for column in columns.values()} == {len(results.gaps)}
    assert all(columns["sentence"])


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ({}, lambda _: True),
        ({"min_severity": 60}, lambda gap: gap["severity"] >= 60),
        ({"domains": ("roads",)}, lambda gap: gap["domain"] == "roads"),
        ({"pairing": "A--B", "sides": ("a",)}, lambda gap: (gap["pairing_id"], gap["side"]) == ("A--B", "a")),
        ({"words": "CLINIC wall"}, lambda gap: gap["kind"] == "service_wall"),
        ({"words": "nothing of the kind"}, lambda _: False),
        ({"statuses": ("found",)}, lambda _: True),
        ({"statuses": ("assigned",)}, lambda _: False),
    ],
)
def test_filters_of_the_ledger(results: Results, asked: dict[str, Any], kept: Any) -> None:
    expected = [gap["gap_id"] for gap in results.gaps.to_dict("records") if kept(gap)]

    pairing = asked.get("pairing", "")
    filters = Filters(**{name: value for name, value in asked.items() if name != "pairing"})
    assert chosen_gaps(results, "en", filters, pairing)["gap_id"].tolist() == expected


@pytest.mark.parametrize("ending", ["csv", "xlsx", "geojson", "gpkg"])
def test_a_file_has_the_rows_of_the_list_and_leaves_nothing_behind(
    client: FlaskClient, results: Results, ending: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    query = urlencode({"domain": "roads", "lang": "en"})
    with client.get(f"/export/{results.stamp}/gaps.{ending}?{query}") as answer:
        assert answer.status_code == 200
        assert f"bordergap-gaps.{ending}" in answer.headers["Content-Disposition"]
        assert int(answer.headers["Content-Length"]) == len(answer.data)
        if ending == "csv":
            rows = pd.read_csv(io.BytesIO(answer.data))
            assert set(rows["gap_id"]) == set(results.gaps["gap_id"][results.gaps["domain"] == "roads"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("kind=nonsense", 400),
        ("severity=nan", 400),
        ("severity=-1", 400),
        ("id=nothing", 404),
        ("words=%00", 200),
    ],
)
def test_filters_that_mean_nothing_are_refused(
    client: FlaskClient, results: Results, query: str, status: int
) -> None:
    with client.get(f"/export/{results.stamp}/gaps.csv?{query}") as answer:
        assert answer.status_code == status


def test_quarantined_rows_are_shown_and_handed_out_as_text(client: FlaskClient, results: Results) -> None:
    answer = client.get(f"/export/{results.stamp}/quarantine-programme.csv")
    rows = pd.read_csv(io.BytesIO(answer.data), dtype=str)

    assert rows["name"].tolist() == ["'=1+1", "<b>x</b>"]  # no spreadsheet runs it
    assert client.get(f"/export/{results.stamp}/quarantine-roads.csv").status_code == 404


def test_parts_are_shares_of_their_whole_and_not_counted_twice(
    results: Results, workspace: Workspace
) -> None:
    kept = Kept(ResultsCache(workspace.path))
    body = items_body(results, kept.programme.items(), "en")
    board = {row["pairing"]: row for row in body["board"]}

    assert board["A--B"]["counts"] == {"project": "144"}
    assert board["A--B"]["amount"] == 8e6
    assert [(rate["sum"], rate["value"]) for rate in body["rates"]] == [("53 ÷ 144", "36.8%")]
    assert board["gone"]["name"] == "gone"
    assert next(item for item in body["items"] if item["id"] == "f")["pairing"] == ""  # nowhere to go


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", ["data", "method"])
def test_pages_that_are_read_can_be_drawn(results: Results, lang: Any, name: str) -> None:
    assert all(
        json.dumps(part.to_plotly_json(), default=lambda each: each.to_plotly_json())
        for part in page(name, results, Text(lang))
    )


def test_the_method_is_the_same_in_both_languages() -> None:
    zh, en = method_content("zh"), method_content("en")

    assert set(zh["kinds"]) == set(en["kinds"]) == set(KINDS)
    assert [section["id"] for section in zh["sections"]] == [section["id"] for section in en["sections"]]
    for one, other in zip(zh["sections"], en["sections"], strict=True):
        assert [type(block) for block in one["blocks"]] == [type(block) for block in other["blocks"]]
        assert _settings_in(one) == _settings_in(other), one["id"]
    assert {name: _settings_in(text) for name, text in zh["kinds"].items()} == {
        name: _settings_in(text) for name, text in en["kinds"].items()
    }


def _settings_in(text: Any) -> list[str]:
    pieces = filled(json.dumps(text), Settings(), "en")
    return sorted(piece.name for piece in pieces if isinstance(piece, Value))


def test_the_method_tells_the_values_in_force() -> None:
    settings = settings_from({"zone_m": 3000}, "here")

    assert filled("{2*zone_m} or {zone_m/2}, {snap_m}", settings, "en") == [
        Value("6 km", "zone_m", changed=True),
        " or ",
        Value("1.5 km", "zone_m", changed=True),
        ", ",
        Value("5 m", "snap_m", changed=False),
    ]
