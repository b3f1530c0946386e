"""Follow-up by address: kept, told, refused; nothing of others overwritten, nothing written twice."""

from __future__ import annotations

import io
import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import shown_world
from asking import with_token
from shown_world import HOSTILE, PAIRING

from dashboard import ledger_sheets, people
from dashboard.access import Person
from dashboard.app import create_app
from dashboard.ledger_rows import places_of
from dashboard.results import ResultsCache
from dashboard.uploads import AT_ONCE, place

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shown_world.make(tmp_path_factory.mktemp("ledger") / "world").path


@pytest.fixture
def client(world: Path) -> FlaskClient:
    """Return a client of a world whose gaps nobody has taken up yet."""
    for file in world.glob("ledger.sqlite*"):
        file.unlink()
    made: FlaskClient = create_app(world).server.test_client()
    return made


@pytest.fixture(scope="module")
def gaps(world: Path) -> list[str]:
    return ResultsCache(world).current().gaps["gap_id"].tolist()


class Desk:
    """Someone who changes entries."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.headers = with_token(client)
        self.keys = 0

    def change(self, gap: str, version: int, key: str | None = None, **changes: Any) -> TestResponse:
        """Ask for a change of one entry."""
        self.keys += 1
        asked = {"changes": changes, "version": version, "key": key or f"key-{id(self)}-{self.keys}"}
        address = f"/ledger/entry/{gap}?lang=en"
        return self.client.patch(address, data=json.dumps(asked), headers=self._json)

    def change_many(self, items: list[Any], key: str = "many", **changes: Any) -> TestResponse:
        """Ask for the same change of many."""
        asked = {"items": items, "changes": changes, "key": key}
        return self.client.patch("/ledger/entries?lang=en", data=json.dumps(asked), headers=self._json)

    def entries(self) -> dict[str, Any]:
        """Return all entries by gap."""
        told = self.client.get("/ledger/entries?lang=en").get_json()
        return {each["id"]: each for each in told["entries"]}

    @property
    def _json(self) -> dict[str, str]:
        return {**self.headers, "Content-Type": "application/json"}


@pytest.fixture
def desk(client: FlaskClient) -> Desk:
    return Desk(client)


def test_a_gap_is_taken_up_and_the_list_tells(desk: Desk, gaps: list[str]) -> None:
    assert desk.entries() == {}

    answer = desk.change(gaps[0], 0, status="confirmed", todo=HOSTILE.replace("\u202e", ""), due="2027-03-31")

    assert answer.status_code == 200
    entry = desk.entries()[gaps[0]]
    assert answer.get_json()["entry"] == entry
    assert (entry["version"], entry["status"], entry["due"]) == (1, "confirmed", "2027-03-31")
    assert entry["changed_by"] == "local"
    (event, *_) = desk.client.get(f"/ledger/history/{gaps[0]}").get_json()["events"]
    assert {"field", "old", "new", "author", "at", "version"} <= set(event)


def test_the_second_is_told_and_nothing_is_overwritten(desk: Desk, gaps: list[str]) -> None:
    desk.change(gaps[0], 0, todo="ours", lead="Roads")
    answer = desk.change(gaps[0], 0, todo="mine")

    told = answer.get_json()
    assert answer.status_code == 409
    assert told["entry"]["todo"] == desk.entries()[gaps[0]]["todo"] == "ours"
    assert {(each["field"], each["new"]) for each in told["changes"]} == {("todo", "ours"), ("lead", "Roads")}


def test_the_same_key_writes_once(desk: Desk, gaps: list[str]) -> None:
    first = desk.change(gaps[0], 0, key="lost", todo="once")
    again = desk.change(gaps[0], 0, key="lost", todo="once")

    assert first.get_json() == again.get_json()
    assert desk.entries()[gaps[0]]["version"] == 1
    assert desk.change(gaps[0], 0, key="lost", todo="another").status_code == 400


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"due": "soon"}, "due", "write it as 2027-03-31"),
        ({"cost_cny": -1}, "cost_cny", "between 0 and 1,000,000,000,000"),
        ({"links": [{"title": "x", "url": "javascript:alert(1)"}]}, "links", "must begin with https://"),
        ({"status": "assigned"}, "status", "say who leads"),
        ({"todo": "x" * 5000}, "todo", "5000 letters"),
        ({"colour": "red"}, "colour", "no such field"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(
    desk: Desk, gaps: list[str], changes: dict[str, Any], field: str, words: str
) -> None:
    answer = desk.change(gaps[0], 0, **changes)

    (problem,) = answer.get_json()["problems"]
    assert answer.status_code == 400
    assert problem["field"] == field
    assert words in problem["message"]
    assert desk.entries() == {}


@pytest.mark.parametrize("body", ["[]", "{}", "{", '{"changes": 1, "version": 0, "key": "k"}'])
def test_requests_that_are_none(desk: Desk, gaps: list[str], body: str) -> None:
    headers = {**desk.headers, "Content-Type": "application/json"}

    assert desk.client.patch(f"/ledger/entry/{gaps[0]}", data=body, headers=headers).status_code == 400


def test_a_gap_nobody_found_is_not_there(desk: Desk) -> None:
    assert desk.change("nothing", 0, todo="x").status_code == 404
    assert desk.client.get("/ledger/history/nothing").status_code == 404


def test_many_at_once_tell_what_became_of_each(desk: Desk, gaps: list[str]) -> None:
    desk.change(gaps[0], 0, lead="Roads")
    items = [{"gap_id": gap, "version": 0} for gap in gaps[:2]]

    answer = desk.change_many(items, lead="Water")

    results = {each["gap_id"]: each["result"] for each in answer.get_json()["results"]}
    assert results == {gaps[0]: "conflict", gaps[1]: "saved"}
    assert {gap: each["lead"] for gap, each in desk.entries().items()} == {gaps[0]: "Roads", gaps[1]: "Water"}
    assert desk.change_many([{"gap_id": gaps[1], "version": 1}], key="2", due="soon").status_code == 400
    assert desk.change_many([], key="3", lead="x").status_code == 400


def test_entries_come_again_only_when_they_have_changed(desk: Desk, gaps: list[str]) -> None:
    first = desk.client.get("/ledger/entries?lang=en")
    same = {"If-None-Match": first.headers["ETag"]}

    assert desk.client.get("/ledger/entries?lang=en", headers=same).status_code == 304
    desk.change(gaps[0], 0, lead="Roads")
    assert desk.client.get("/ledger/entries?lang=en", headers=same).status_code == 200


@pytest.mark.parametrize(
    ("person", "status"),
    [
        (Person("v", "viewer", "see"), 403),
        (Person("e", "elsewhere", "edit", holds=frozenset({"other"})), 403),
        (Person("n", "nobody", "see", sees=frozenset({"other"})), 403),
        (Person("f", "foreign", "edit", sees=frozenset({"other"}), holds=frozenset({"other"})), 404),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_rights_hold_for_each_entry(
    desk: Desk, gaps: list[str], monkeypatch: pytest.MonkeyPatch, person: Person, status: int
) -> None:
    desk.change(gaps[0], 0, lead="Roads")
    monkeypatch.setattr(people.People, "person", lambda _self: person)

    told = desk.client.get("/ledger/entries?lang=en").get_json()
    assert (gaps[0] in {each["id"] for each in told["entries"]}) == (person.sees is None)
    assert told["edits"] == []
    assert desk.change(gaps[0], 1, lead="mine").status_code == status
    many = desk.change_many([{"gap_id": gaps[0], "version": 1}], lead="mine")
    assert many.status_code == 403 or many.get_json()["results"][0]["result"] == "forbidden"


def test_a_gap_that_is_gone_stays_legible(desk: Desk, gaps: list[str], world: Path) -> None:
    desk.change(gaps[0], 0, lead="Roads")
    results = ResultsCache(world).current()
    left = results.gaps[results.gaps["gap_id"] != gaps[0]]
    results.workspace.ledger.reconcile(left, "2027-01-01", lambda _gone, _run: ({}, ()))
    (entry,) = desk.client.get("/ledger/entries?lang=en").get_json()["entries"]
    assert entry["presence"] == "gone"

    results.__dict__["gaps"] = left
    from dashboard.ledger_routes import seen_row  # noqa: PLC0415  # the answer while it is still among the gaps

    kept = results.workspace.ledger.entry(gaps[0])
    assert kept is not None
    row = seen_row(kept, results, "en")
    assert row["sentence"]
    assert row["pairing_text"]
    assert row["at"]


def test_every_gap_has_a_place_on_the_wall(world: Path) -> None:
    places = places_of(ResultsCache(world).current().gaps)

    assert all(isinstance(value, float) for column in places.values() for value in column)


def bring(desk: Desk, book: bytes) -> TestResponse:
    """Send a workbook back as our page does."""
    headers = {**desk.headers, "Content-Type": "application/octet-stream"}
    return desk.client.post("/ledger/import?lang=en&name=C:\\台账.xlsx", data=book, headers=headers)


@pytest.mark.filterwarnings("ignore:.*extension is not supported")  # openpyxl has no bars of newer programs
def test_the_workbook_of_a_report_comes_back_on_the_page(desk: Desk, gaps: list[str]) -> None:
    with desk.client.get("/report/A--B.xlsx?lang=zh") as answer:
        book = openpyxl.load_workbook(io.BytesIO(answer.data), read_only=False)
    sheet, row = next(
        (sheet, row) for sheet in book for row in sheet.iter_rows() if gaps[0] in [cell.value for cell in row]
    )
    columns = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(row[0].row, columns["lead"]).value = "Roads"
    changed = io.BytesIO()
    book.save(changed)

    told = {each["id"]: each for each in bring(desk, changed.getvalue()).get_json()["rows"]}

    assert {gap_id for gap_id, each in told.items() if each["result"] == "taken"} == {gaps[0]}
    assert (told[gaps[0]]["sheet"], told[gaps[0]]["row"]) == (sheet.title, row[0].row)
    assert desk.entries()[gaps[0]]["lead"] == "Roads"


def test_a_workbook_comes_back_row_by_row(desk: Desk, gaps: list[str]) -> None:
    desk.change(gaps[1], 0, lead="Water")
    with desk.client.get("/ledger/export.xlsx?lang=en") as answer:
        book = openpyxl.load_workbook(io.BytesIO(answer.data))
    sheet = book.worksheets[0]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for row in sheet.iter_rows():
        if row[columns["gap_id"] - 1].value in gaps:
            sheet.cell(row[0].row, columns["lead"]).value = "Roads"
    desk.change(gaps[1], 1, lead="Fire brigade")
    changed = io.BytesIO()
    book.save(changed)

    told = {each["id"]: each["result"] for each in bring(desk, changed.getvalue()).get_json()["rows"]}

    assert told == {gaps[1]: "conflict"} | dict.fromkeys({*gaps} - {gaps[1]}, "taken")
    assert desk.entries()[gaps[0]]["lead"] == "Roads"
    assert desk.entries()[gaps[1]]["lead"] == "Fire brigade"
    assert {each["result"] for each in bring(desk, changed.getvalue()).get_json()["rows"]} <= {
        "conflict",
        "unchanged",
    }


def test_workbooks_take_the_places_of_all_files_on_their_way(desk: Desk) -> None:
    with ExitStack() as others:
        for _ in range(AT_ONCE):
            others.enter_context(place())
        told = bring(desk, b"PK")
        assert (told.status_code, told.get_json()["error"]) == (503, "busy")

    for _ in range(AT_ONCE + 1):  # each gives its place back
        assert bring(desk, b"PK").status_code == 400


def test_what_is_no_workbook_changes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = bring(desk, b"PK\x03\x04 no workbook")
    assert answer.status_code == 400
    assert answer.get_json()["message"].startswith("台账.xlsx")
    monkeypatch.setattr(ledger_sheets, "LARGEST_SHEET", 10)
    assert bring(desk, b"x" * 11).status_code == 413
    some = Person("e", "elsewhere", "edit", holds=frozenset({PAIRING}))
    monkeypatch.setattr(people.People, "person", lambda _self: some)
    assert bring(desk, b"x").status_code == 403
