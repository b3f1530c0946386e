"""The workbook of a report: rows are the gaps found, cells have types, follow-up stands beside them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import reported_world

from dashboard.export.report import report_of
from dashboard.export.report_files import write_report
from dashboard.export.xlsx import value_format
from dashboard.gap_filters import Filters
from dashboard.i18n import Text, plain
from dashboard.results import Results, ResultsCache
from geodata.errors import BordergapError
from geodata.ledger_fields import STATUSES
from geodata.model import DOMAINS
from layers.wording import DOMAIN_WORDS, word

if TYPE_CHECKING:
    from pathlib import Path

    from geodata.workspace import Workspace
    from layers.wording import Lang

PAIRING = "A--B"
# openpyxl leaves out the bars of newer programs, and says so.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return reported_world.make(tmp_path_factory.mktemp("workbook") / "world")


@pytest.fixture(scope="module")
def results(workspace: Workspace) -> Results:
    return ResultsCache(workspace.path).current()


def book_of(
    results: Results, folder: Path, *pairings: str, lang: Lang = "en", filters: Filters | None = None
) -> Any:
    path = folder / "report.xlsx"
    write_report(report_of(results, pairings, lang=lang, filters=filters), results, path)
    return openpyxl.load_workbook(path)


def listed(book: Any, lang: Lang = "en") -> list[dict[str, Any]]:
    """Return the rows of all lists, by the names of their columns, with the cells."""
    rows = []
    for domain in DOMAINS:
        name = word(DOMAIN_WORDS, domain, lang)
        if name in book.sheetnames:
            _names, heads, *lines = book[name].iter_rows()
            rows += [{head.value: cell for head, cell in zip(heads, line, strict=True)} for line in lines]
    return rows


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("filters", [Filters(), Filters(min_severity=50, sides=("a", "both"))])
def test_rows_are_the_gaps_that_pass_with_their_numbers(
    results: Results, tmp_path: Path, lang: Lang, filters: Filters
) -> None:
    text = Text(lang)
    rows = listed(book_of(results, tmp_path, PAIRING, lang=lang, filters=filters), lang)
    gaps = results.rows_of("gaps", PAIRING)
    gaps = gaps[filters.keep(gaps, results, lang, {})].set_index("gap_id")

    assert sorted(row[text("xlsx.gap_id")].value for row in rows) == sorted(gaps.index)
    assert sorted(row[text("xlsx.rank")].value for row in rows) == list(range(1, len(gaps) + 1))
    for row in rows:
        gap = gaps.loc[row[text("xlsx.gap_id")].value]
        assert row[text("xlsx.severity")].value == gap["severity"]
        for name in ("value_a", "value_b", "people"):
            value = row[text(f"xlsx.{name}")].value
            assert value == pytest.approx(gap[name]) if value is not None else gap[[name]].isna().all()
        assert row[text("ledger_file.status")].value == text("ledger_file.status.found")


def test_lists_can_be_filtered_kept_in_view_printed_and_filled_in(results: Results, tmp_path: Path) -> None:
    book = book_of(results, tmp_path, PAIRING, "all")
    sheet = book["Roads"]

    assert sheet.freeze_panes == "D3"
    assert sheet.auto_filter.ref.startswith("A2:")
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.print_title_rows == "$2:$2"
    rules = {rule.type: rule for rule in sheet.data_validations.dataValidation}
    assert set(rules) == {"list", "date", "decimal", "custom"}
    offered = rules["list"].formula1.strip('"').split(",")
    assert offered == [Text("en")(f"ledger_file.status.{name}") for name in STATUSES]
    ids = [row["Gap id"].value for row in listed(book)]
    assert len(ids) == len(set(ids)), "the group and its border list the same gaps: one row each"


def test_what_the_ledger_says_stands_beside_what_was_found(
    workspace: Workspace, results: Results, tmp_path: Path
) -> None:
    gap_id = results.rows_of("gaps", PAIRING)["gap_id"].iloc[0]
    said = {
        "status": "assigned",
        "lead": "=1+1",
        "due": "2026-06-30",
        "cost_cny": 120000,
        "todo": "<b>灯</b>",
    }
    workspace.ledger.change(gap_id, said, version=0, author="Li")

    rows = listed(book_of(results, tmp_path, PAIRING, lang="zh"), "zh")
    (row,) = [row for row in rows if row[Text("zh")("xlsx.gap_id")].value == gap_id]
    assert row["状态"].value == "已交办"
    assert (row["牵头单位"].value, row["牵头单位"].data_type) == ("=1+1", "s")
    assert row["期限"].value == datetime(2026, 6, 30)  # noqa: DTZ001  # cells have no zone
    assert row["费用估算（元）"].value == said["cost_cny"]
    assert row["要做什么"].value == "<b>灯</b>"


def test_names_that_mean_harm_stay_text_and_come_back_whole(tmp_path: Path) -> None:
    workspace = reported_world.make(tmp_path / "world")
    reported_world.rename(workspace, reported_world.HOSTILE)
    results = ResultsCache(workspace.path).current()
    book = book_of(results, tmp_path, PAIRING, filters=Filters(words="\x00\ud800"))

    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]
    written = {str(cell.value) for cell in cells}
    for name in reported_world.HOSTILE.values():
        assert any(plain(name) in said for said in written) or name == reported_world.HOSTILE["C"]


def test_numbers_show_digits_that_say_something() -> None:
    shown = [value_format(value, "per km2") for value in (0, 0.00002, 0.0413, 1.25, 37.6, 12500.0)]
    assert shown == ["0", "0.0E+00", "#,##0.0000", "#,##0.00", "#,##0.0", "#,##0"]
    assert value_format(37.64, "min") == "0.0"
    assert value_format(0.4, "share") == "0%"


def test_a_full_disk_leaves_what_stood_there(
    results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.xlsx"
    path.write_bytes(b"kept")

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(BordergapError, match="No space left"):
        write_report(report_of(results, [PAIRING], lang="zh"), results, path)
    assert path.read_bytes() == b"kept"
    assert [each.name for each in tmp_path.iterdir()] == ["report.xlsx"]
