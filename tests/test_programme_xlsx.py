"""The programme as a workbook and on the command line: what is filled in comes back, row by row."""

from __future__ import annotations

import io
import json
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import shown_world
from asking import with_token
from click.testing import CliRunner, Result
from shown_world import PAIRING

from dashboard import ledger_sheets
from dashboard.app import create_app
from dashboard.cli import main
from dashboard.export.programme_xlsx import sheet_title, write_programme
from dashboard.i18n import catalogue
from dashboard.kept import Kept
from dashboard.programme_import import import_programme
from dashboard.results import ResultsCache
from geodata.programme_kinds import KINDS
from geodata.workspace import Workspace
from layers.wording import LANGS

if TYPE_CHECKING:
    from layers.wording import Lang

FORMULA = "=HYPERLINK(0)"
MEMBERS = PAIRING.split("--")
# A value of each type of field, none of them simple.
VALUES: dict[str, Any] = {
    "text": FORMULA,
    "long": "first\nsecond line",
    "day": "2027-03-31",
    "time": "2027-03",
    "number": 12.5,
    "percent": 33.0,
    "money": 1_200_000.5,
    "texts": ["交通局", "+86 水利局"],
    "shares": {MEMBERS[0]: 0.6, MEMBERS[1]: 0.333},
    "item": "whole",
    "web": "https://oa.example/1?a=1&b=2",
}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shown_world.make(tmp_path_factory.mktemp("drawn") / "atlas").path


@pytest.fixture
def world(drawn: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(drawn, tmp_path / "atlas"))


@pytest.fixture
def kept(world: Path) -> Kept:
    return Kept(ResultsCache(world))


def add(kept: Kept, item_id: str, kind: str = "project", **values: Any) -> None:
    asked = {"kind": kind, "pairing_id": PAIRING, "title": item_id, **values}
    kept.programme.change(item_id, asked, version=0, author="王")


def exported(kept: Kept, path: Path, lang: Lang = "zh") -> Path:
    write_programme(kept.programme.items(), path, kept.results, lang)
    return path


def results_of(kept: Kept, path: Path, author: str = "李") -> list[str]:
    return [row.result for row in import_programme(path, kept.programme, kept.results, author=author)]


def fill_in(path: Path, kind: str, row: int, lang: Lang = "zh", **cells: Any) -> None:
    """Type into a row of the sheet of a kind as a person would, and save."""
    book = openpyxl.load_workbook(path)
    sheet = book[sheet_title(kind, lang)]
    place = {cell.value: cell.column for cell in sheet[1]}
    for name, value in cells.items():
        sheet.cell(row, place[name]).value = value
    book.save(path)


@pytest.mark.parametrize("lang", LANGS)
def test_every_kind_comes_back_as_it_went(kept: Kept, tmp_path: Path, lang: Lang) -> None:
    add(kept, "whole")
    for kind, spec in KINDS.items():
        values = {
            field.name: field.choices[-1] if field.type == "choice" else VALUES[field.type]
            for field in spec.all_fields
            if field.name not in ("title", "end")
        }
        add(kept, f"a {kind}".replace(" ", "-"), kind, **values)
    before = kept.programme.items()

    path = exported(kept, tmp_path / "programme.xlsx", lang)

    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}  # no formula
    assert len(book.sheetnames) == len(KINDS)
    assert results_of(kept, path) == ["unchanged"] * len(before)
    fill_in(path, "park", 3, lang, amount_cny=7)
    assert sorted(results_of(kept, path)) == ["taken over"] + ["unchanged"] * (len(before) - 1)
    after = {item.item_id: item.values for item in kept.programme.items()}
    assert after == {item.item_id: item.values for item in before} | {
        "a-park": {**after["a-park"], "amount_cny": 7.0}
    }


def test_an_imported_item_comes_back_as_it_went(world: Path, tmp_path: Path) -> None:
    row = {"item_id": "old", "pairing_id": PAIRING, "kind": "project", "title": "bridge\r\nand road\r"}
    row |= {"source": "page\x0b 3\x00, _x000D_", "amount_cny": 1e6}
    shown_world.import_programme(Workspace.open(world), [row])
    kept = Kept(ResultsCache(world))

    path = exported(kept, tmp_path / "programme.xlsx")

    cells = {cell.value for row in openpyxl.load_workbook(path)[sheet_title("project", "zh")] for cell in row}
    assert {"bridge\nand road\n", "page 3, _x000D_"} <= cells
    assert results_of(kept, path) == ["unchanged"]


def test_what_is_typed_as_people_type_it_is_taken_over_once(kept: Kept, tmp_path: Path) -> None:
    add(kept, "bridge", amount_cny=5.0)
    add(kept, "road")
    path = exported(kept, tmp_path / "programme.xlsx")
    shares = f"{MEMBERS[0]}：60%\n{MEMBERS[1]}: 40"
    typed = {
        "status": catalogue("zh")["programme.status.building"],
        "shares": shares,
        "part_of": "road",
        "parties": "甲\n\n乙 ",
        "start": 2027,
    }
    fill_in(path, "project", 3, **typed, amount_cny=None, notes="=1+1"[1:], progress=50)
    fill_in(path, "meeting", 3, pairing=PAIRING, title="联席会议", next=date(2027, 3, 31), chair=1234567.25)

    reports = import_programme(path, kept.programme, kept.results, author="李")
    assert [(row.result, row.problems) for row in reports] == [
        ("taken over", ()),
        ("taken over", ()),
        ("unchanged", ()),
    ]
    assert results_of(kept, path) == ["unchanged"] * 3
    bridge = kept.programme.item("bridge")
    assert bridge is not None
    assert (
        bridge.values
        | {
            "status": "building",
            "shares": {MEMBERS[0]: 0.6, MEMBERS[1]: 0.4},
            "part_of": "road",
            "parties": ["甲", "乙"],
            "start": "2027",
            "amount_cny": None,
            "notes": "1+1",
            "progress": 50.0,
        }
        == bridge.values
    )
    (meeting,) = (item for item in kept.programme.items() if item.kind == "meeting")
    assert (meeting.values["title"], meeting.values["next"], meeting.version) == ("联席会议", "2027-03-31", 1)
    assert meeting.values["chair"] == "1234567.25"  # no digit is lost


def test_each_row_is_told_of_and_nothing_is_overwritten_unseen(kept: Kept, tmp_path: Path) -> None:
    for name in ("bridge", "road", "tunnel"):
        add(kept, name)
    path = exported(kept, tmp_path / "programme.xlsx")
    kept.programme.change("bridge", {"notes": "theirs"}, version=1, author="王")
    kept.programme.change("road", {"notes": "theirs"}, version=1, author="王")
    fill_in(path, "project", 3, notes="mine")
    fill_in(path, "project", 5, amount_cny="=1+1", status="bald")
    fill_in(path, "project", 6, item_id="made-up", version=1, title="x")
    fill_in(path, "project", 7, pairing="nowhere", title="x")
    fill_in(path, "project", 8, pairing=PAIRING, progress=500)

    rows = import_programme(path, kept.programme, kept.results, author="李")

    assert [row.result for row in rows] == ["conflict", "unchanged", *["refused"] * 4]
    assert (rows[0].changed_by, rows[0].current) == ("王", {"notes": "theirs"})
    assert [{each.field for each in row.problems} for row in rows[2:]] == [
        {"amount_cny"},
        {"item_id"},
        {"pairing_id"},
        {"title"},
    ]
    assert {item.item_id: item.values.get("notes") for item in kept.programme.items()} == {
        "bridge": "theirs",
        "road": "theirs",
        "tunnel": None,
    }


@pytest.mark.parametrize("copied", [4, 3], ids=["original first", "copy first"])
def test_a_row_copied_with_its_id_does_not_overwrite_the_original(
    kept: Kept, tmp_path: Path, copied: int
) -> None:
    add(kept, "bridge")
    path = exported(kept, tmp_path / "programme.xlsx")
    same = {"item_id": "bridge", "version": 1, "pairing": PAIRING, "title": "bridge"}
    fill_in(path, "project", 4, **same)
    assert results_of(kept, path) == ["unchanged", "unchanged"]
    fill_in(path, "project", copied, title="tunnel")

    reports = import_programme(path, kept.programme, kept.results, author="李")

    assert {row.row: row.result for row in reports} == {7 - copied: "unchanged", copied: "refused"}
    (refused,) = (problem for row in reports for problem in row.problems)
    assert "clear the hidden id" in refused.text
    assert [item.values["title"] for item in kept.programme.items()] == ["bridge"]


def test_an_item_keeps_its_pairing(kept: Kept, tmp_path: Path) -> None:
    for name in ("bridge", "road", "tunnel"):
        add(kept, name)
    path = exported(kept, tmp_path / "programme.xlsx")
    fill_in(path, "project", 3, pairing="A--C")
    fill_in(path, "project", 4, pairing=None, notes="mine")
    fill_in(path, "project", 5, pairing=PAIRING)  # the same, written as its id

    rows = import_programme(path, kept.programme, kept.results, author="李")

    assert [row.result for row in rows] == ["refused", "refused", "unchanged"]
    told = {(each.field, each.code) for row in rows for each in row.problems}
    assert told == {("pairing_id", "fixed_pairing")}

    fill_in(path, "project", 5, pairing="旧名 — 乙")  # as it was called when the workbook was written
    assert results_of(kept, path)[-1] == "unchanged"
    assert {item.pairing_id for item in kept.programme.items()} == {PAIRING}


def test_what_was_removed_does_not_come_back_unseen(kept: Kept, tmp_path: Path) -> None:
    add(kept, "bridge")
    path = exported(kept, tmp_path / "programme.xlsx")
    fill_in(path, "project", 3, notes="mine")
    fill_in(path, "project", 4, pairing=PAIRING, title="tunnel")
    assert results_of(kept, path) == ["taken over", "taken over"]
    for item in kept.programme.items():
        kept.programme.change(item.item_id, {"removed": True}, version=item.version, author="王")

    for author in ("李", "张"):  # his answer is remembered, theirs is not
        rows = import_programme(path, kept.programme, kept.results, author=author)
        assert [row.result for row in rows] == ["refused", "refused"]
        assert {each.code for row in rows for each in row.problems} == {"removed"}
    assert kept.programme.items() == []


def run(world: Path, *arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["programme", str(world), *arguments])
    assert result.exit_code == code, result.output
    return result


def test_the_command(world: Path, kept: Kept, tmp_path: Path) -> None:
    path = tmp_path / "programme.xlsx"
    assert "No item" in run(world, "list").output
    add(kept, "bridge", amount_cny=5.0)

    assert "must end with .xlsx" in run(world, "export", "-o", "x.csv", code=2).output
    run(world, "export", "-o", str(path), "--lang", "zh")
    fill_in(path, "project", 3, amount_cny=8, title=None)
    told = run(world, "import", str(path), "--author", "李", code=1).output
    assert "row 3, bridge: refused; title: it is empty" in told
    fill_in(path, "project", 3, title="Bridge")
    assert "1 taken over" in run(world, "import", str(path), "--author", "李").output
    (row,) = json.loads(run(world, "list", "--kind", "project", "--json").stdout)
    assert (row["item_id"], row["title"], row["amount_cny"]) == ("bridge", "Bridge", 8.0)
    assert json.loads(run(world, "list", "--pairing", "other", "--json").stdout) == []
    assert json.loads(run(world, "import", str(path), "--json").stdout)[0]["item_id"] == "bridge"
    assert "no sheet has a row that names" in run(world, "import", str(_other_book(tmp_path)), code=1).output


def test_the_page_sends_and_takes_the_workbook(world: Path, kept: Kept, tmp_path: Path) -> None:
    add(kept, "bridge")
    client = create_app(world).server.test_client()
    answer = client.get("/programme/export.xlsx?lang=en", buffered=True)
    assert "bordergap-programme.xlsx" in answer.headers["Content-Disposition"]
    path = tmp_path / "programme.xlsx"
    path.write_bytes(answer.data)
    fill_in(path, "project", 3, "en", notes="seen")

    def send(data: bytes) -> Any:
        return client.post(
            "/programme/import?lang=en",
            data=io.BytesIO(data),
            content_type="application/octet-stream",
            headers=with_token(client),
        )

    told = send(path.read_bytes()).get_json()["rows"]
    assert [(row["sheet"], row["id"], row["result"]) for row in told] == [("project", "bridge", "taken")]
    refused = send(b"no workbook")
    assert (refused.status_code, refused.get_json()["error"]) == (400, "sheet")


def test_what_cannot_be_taken_back_is_told_in_the_readers_language(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = create_app(world).server.test_client()

    def told(page: str, data: bytes, lang: str) -> str:
        answer = client.post(
            f"/{page}/import?lang={lang}",
            data=io.BytesIO(data),
            content_type="application/octet-stream",
            headers=with_token(client),
        )
        assert answer.status_code >= 400
        return str(answer.get_json()["message"])

    other = _other_book(tmp_path).read_bytes()
    assert "缺少含 gap_id, version 的列名行" in told("ledger", other, "zh")
    assert "请使用合作事项导出的文件" in told("programme", other, "zh")
    assert "take a file made by programme export" in told("programme", other, "en")
    monkeypatch.setattr(ledger_sheets, "LARGEST_SHEET", 1000)
    assert told("programme", other, "zh") == "请上传不超过 1,000 字节的工作簿。"


def _other_book(folder: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    path = folder / "other.xlsx"
    book.save(path)
    return path
