"""The ledger as a workbook and on the command line: what is filled in comes back, row by row."""

from __future__ import annotations

import json
import shutil
from datetime import date
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import shown_world
from click.testing import CliRunner, Result

from dashboard.cli import main
from dashboard.ledger_import import import_ledger
from geodata.errors import SourceError
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

FORMULA = "=HYPERLINK(0)"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return shown_world.make(tmp_path_factory.mktemp("made") / "atlas")


@pytest.fixture
def workspace(made: Workspace, tmp_path: Path) -> Workspace:
    shutil.copytree(made.path, tmp_path / "atlas")
    return Workspace.open(tmp_path / "atlas")


def ledger(workspace: Workspace, *arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["ledger", str(workspace.path), *arguments])
    assert result.exit_code == code, result.output
    return result


def exported(workspace: Workspace) -> Path:
    path = workspace.path.parent / "ledger.xlsx"
    ledger(workspace, "export", "-o", str(path), "--lang", "zh")
    return path


def fill_in(path: Path, row: int, **cells: Any) -> None:
    """Type into a row of the sheet as a person would, and save."""
    book = openpyxl.load_workbook(path)
    sheet = book["ledger"]
    place = {cell.value: cell.column for cell in sheet[1]}
    for name, value in cells.items():
        sheet.cell(row, place[name], value)
    book.save(path)


def ids(workspace: Workspace) -> list[str]:
    return [str(gap_id) for gap_id in workspace.read_table("gaps")["gap_id"]]


def test_a_file_comes_back_as_it_went(workspace: Workspace) -> None:
    one, *_ = ids(workspace)
    said = {
        "status": "in_progress",
        "todo": FORMULA,
        "notes": "first\r\nsecond\ufffe",
        "lead": "+86 区交通局",
        "due": "2027-03-31",
        "cost_cny": 1_200_000.5,
        "links": [{"title": "会议纪要", "url": "https://oa.example/1"}],
    }
    workspace.ledger.change(one, said, version=0, author="王")
    path = exported(workspace)

    sheet = openpyxl.load_workbook(path)["ledger"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}  # no formula
    assert sheet.row_dimensions[1].hidden
    assert sheet.column_dimensions["A"].hidden
    assert [cell.value for cell in sheet[3]][:2] == [one, 1]
    assert [row.result for row in import_ledger(path, workspace.ledger, author="李")] == [
        "unchanged" for _ in ids(workspace)
    ]
    assert len(workspace.ledger.history(one)) == len(said)


def test_what_is_filled_in_is_taken_over_once(workspace: Workspace) -> None:
    path = exported(workspace)
    fill_in(path, 3, status="已交办", owner_a=FORMULA[1:], due=date(2027, 3, 31))
    fill_in(path, 4, notes=12.0, links="纪要 | https://oa.example/2\nhttps://oa.example/3")

    first = [row.result for row in import_ledger(path, workspace.ledger, author="李")]
    again = [row.result for row in import_ledger(path, workspace.ledger, author="李")]

    assert first[:2] == ["taken over", "taken over"]
    assert set(first[2:]) <= {"unchanged"}
    assert set(again) == {"unchanged"}
    one, two = (workspace.ledger.entry(gap_id) for gap_id in ids(workspace)[:2])
    assert one is not None
    assert two is not None
    assert (one.status, one.values["due"], one.changed_by) == ("assigned", "2027-03-31", "李")
    assert two.values["notes"] == "12"
    assert [link["title"] for link in two.values["links"]] == ["纪要", "oa.example"]


def test_each_row_is_told_of(workspace: Workspace) -> None:
    path = exported(workspace)
    one, two, *_ = ids(workspace)
    workspace.ledger.change(one, {"notes": "theirs"}, version=0, author="王")
    workspace.ledger.change(two, {"lead": "theirs"}, version=0, author="王")
    fill_in(path, 3, notes="mine")
    rows = len(ids(workspace))
    fill_in(path, 3 + rows, gap_id="made-up", version=0, notes="x")

    result = ledger(workspace, "import", str(path), code=1)

    told = f"row 3, {one}: 王 changed it meanwhile; there now: notes=theirs; in the file: notes=mine"
    assert told in result.output
    assert f"row {3 + rows}, made-up: refused" in result.output
    assert f"0 taken over, {rows - 1} unchanged, 1 conflict, 1 refused" in result.output
    entry = workspace.ledger.entry(two)
    assert entry is not None
    assert entry.values["lead"] == "theirs"  # the file, older, did not change it


def reported(workspace: Workspace, lang: str = "zh") -> Path:
    path = workspace.path.parent / "report.xlsx"
    asked = ["report", str(workspace.path), "--all", "--lang", lang, "-o", str(path)]
    result = CliRunner().invoke(main, asked)
    assert result.exit_code == 0, result.output
    return path


def type_into(path: Path, **typed: dict[str, Any]) -> dict[str, tuple[str, int]]:
    """Type cells (gap id -> column -> value) into a report's lists; return where each gap stands."""
    book = openpyxl.load_workbook(path)
    stands = {}
    for sheet in book:
        names = {cell.value: cell.column for cell in sheet[1]}
        for row in sheet.iter_rows(min_row=3) if "version" in names else ():
            gap_id = row[names["gap_id"] - 1].value
            stands[gap_id] = (sheet.title, row[0].row)
            for name, value in typed.get(gap_id, {}).items():
                sheet.cell(row[0].row, names[name], value)
    book.save(path)
    return stands


@pytest.mark.filterwarnings("ignore:.*extension is not supported")  # openpyxl has no bars of newer programs
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_workbook_of_a_report_comes_back_from_all_its_sheets(workspace: Workspace, lang: str) -> None:
    gaps = workspace.read_table("gaps")
    one, two = gaps.drop_duplicates("domain")["gap_id"].iloc[:2]
    kept = {"manages_who": "水务局", "links": [{"title": "纪要", "url": "https://oa.example/1"}]}
    workspace.ledger.change(one, kept, version=0, author="王")
    path = reported(workspace, lang)
    untouched = import_ledger(path, workspace.ledger, author="李")
    stands = type_into(path, **{one: {"todo": "修路"}, two: {"due": date(2027, 3, 31), "notes": FORMULA[1:]}})

    assert {each.result for each in untouched} == {"unchanged"}
    assert stands[one][0] != stands[two][0]
    assert set(stands) == set(gaps["gap_id"])
    told = import_ledger(path, workspace.ledger, author="李")
    assert {each.id for each in told if each.result == "taken over"} == {one, two}
    assert {(each.id, (each.sheet, each.row)) for each in told} == set(stands.items())
    first, second = (workspace.ledger.entry(gap_id) for gap_id in (one, two))
    assert first is not None
    assert second is not None
    assert first.values["todo"] == "修路"
    assert {name: first.values[name] for name in kept} == kept  # columns that are not there change nothing
    assert (second.values["due"], second.values["notes"]) == ("2027-03-31", FORMULA[1:])
    assert {each.result for each in import_ledger(path, workspace.ledger, author="李")} == {"unchanged"}


@pytest.mark.filterwarnings("ignore:.*extension is not supported")
def test_a_conflict_in_a_report_names_its_sheet(workspace: Workspace) -> None:
    one, *_ = ids(workspace)
    path = reported(workspace)
    workspace.ledger.change(one, {"notes": "theirs"}, version=0, author="王")
    sheet, row = type_into(path, **{one: {"notes": "mine"}})[one]

    result = ledger(workspace, "import", str(path), code=1)

    assert f"{sheet}, row {row}, {one}: 王 changed it meanwhile" in result.output
    assert "0 taken over" in result.output
    entry = workspace.ledger.entry(one)
    assert entry is not None
    assert entry.values["notes"] == "theirs"


def test_what_does_not_fit_is_refused_whole(workspace: Workspace) -> None:
    path = exported(workspace)
    fill_in(path, 3, notes="fits", due="bald", cost_cny="=1+1", status="fertig")

    refused, *_ = import_ledger(path, workspace.ledger, author="李")

    assert refused.result == "refused"
    assert {problem.field for problem in refused.problems} == {"due", "cost_cny", "status"}
    assert workspace.ledger.entries() == []


def test_another_file_is_told(workspace: Workspace, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.save(tmp_path / "other.xlsx")
    with pytest.raises(SourceError, match="no sheet has a row"):
        import_ledger(tmp_path / "other.xlsx", workspace.ledger, author="李")


def test_the_command_line(workspace: Workspace, tmp_path: Path) -> None:
    one, *_ = ids(workspace)
    assert "No gap was taken up" in ledger(workspace, "list").output
    ledger(workspace, "set", one, "status=assigned", "lead=区交通局", "--author", "王")
    told = json.loads(ledger(workspace, "show", one, "--json").stdout)
    assert (told["status"], told["lead"], told["version"]) == ("assigned", "区交通局", 1)
    assert "meanwhile" in ledger(workspace, "set", one, "notes=x", "--version", "0", code=1).output
    assert "does not follow" in ledger(workspace, "set", one, "status=found", code=1).output
    ledger(workspace, "set", one, "colour=red", code=2)
    ledger(workspace, "show", "made-up", code=2)
    assert "王" in ledger(workspace, "history", one).output

    ledger(workspace, "backup", str(tmp_path / "copy.sqlite"))
    ledger(workspace, "set", one, "status=resolved", "--author", "李")
    assert json.loads(ledger(workspace, "list", "--status", "resolved", "--json").stdout)[0]["gap_id"] == one
    assert "What was there before" in ledger(workspace, "restore", str(tmp_path / "copy.sqlite")).output
    assert json.loads(ledger(workspace, "show", one, "--json").stdout)["status"] == "assigned"
