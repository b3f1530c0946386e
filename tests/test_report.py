"""The report model: what is listed is what was found and asked for, in the words of the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import reported_world
from click.testing import CliRunner
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from dashboard.cli import main
from dashboard.export import report_files
from dashboard.export.report import report_of
from dashboard.export.report_files import safe_names, write_atlas, write_report, write_reports
from dashboard.export.report_model import Picture
from dashboard.gap_filters import Filters
from dashboard.gap_rows import gap_row
from dashboard.profiles import profiles_body
from dashboard.results import Results, ResultsCache
from geodata.errors import UsageError
from geodata.model import DOMAINS, SIDES
from geodata.settings import Settings
from layers import wording
from layers.kinds import KINDS

if TYPE_CHECKING:
    from pathlib import Path

    from dashboard.export.report_model import Report

PAIRING = "A--B"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return reported_world.make(tmp_path_factory.mktemp("reported") / "world").path


@pytest.fixture(scope="module")
def results(world: Path) -> Results:
    return ResultsCache(world).current()


def test_a_chapter_has_the_figures_of_the_results(results: Results) -> None:
    report = report_of(results, [PAIRING], lang="en")
    (chapter,) = report.chapters
    gaps = results.rows_of("gaps", PAIRING)

    assert [finding.gap_id for finding in chapter.findings] == gaps["gap_id"].tolist()
    assert [finding.severity for finding in chapter.findings] == gaps["severity"].tolist()
    assert [finding.rank for finding in chapter.findings] == list(range(1, len(gaps) + 1))
    names = results.names("en")
    rows = [gap_row(gap, "en", names) for gap in gaps.to_dict("records")]
    assert [finding.sentence for finding in chapter.findings] == [row["sentence"] for row in rows]
    assert chapter.facts[0].value == str(len(gaps))
    assert chapter.worst == chapter.findings[:5]
    assert [side.letter for side in chapter.sides] == ["a", "b"]
    assert chapter.sides[0].name == "West"


def test_the_summary_tells_border_gaps_worst_and_people(results: Results) -> None:
    (chapter,) = report_of(results, [PAIRING], lang="zh").chapters
    border, found, worst, *others = chapter.summary

    assert border.startswith("西区与")
    assert "10.0 公里" in border
    assert f"共发现 {len(chapter.findings)} 处落差" in found
    domains = results.summary.loc[PAIRING]
    for domain, word in zip(DOMAINS, ("道路", "公共服务", "基础设施"), strict=False):
        count = domains[f"gaps_{domain}"]
        assert (f"{word} {count} 处" in found) == bool(count)
    assert chapter.findings[0].sentence in worst
    assert any("800 人" in sentence for sentence in others)
    assert 3 <= len(chapter.summary) <= 5


@examples(max_examples=12)
@given(
    filters=st.builds(
        Filters,
        st.floats(0, 100),
        st.lists(st.sampled_from(DOMAINS), max_size=2).map(tuple),
        st.lists(st.sampled_from(list(KINDS)), max_size=3).map(tuple),
        st.lists(st.sampled_from(SIDES), max_size=2).map(tuple),
        only_new=st.booleans(),
    )
)
def test_exactly_what_passes_the_filters_is_listed(results: Results, filters: Filters) -> None:
    (chapter,) = report_of(results, ["all"], lang="en", filters=filters).chapters

    gaps = results.gaps[results.gaps["pairing_id"] != "../far=1"]
    wanted = gaps[gaps["severity"] >= filters.min_severity]
    wanted = wanted[wanted["domain"].isin(filters.domains or DOMAINS)]
    wanted = wanted[wanted["kind"].isin(filters.kinds or list(KINDS))]
    wanted = wanted[wanted["side"].isin(filters.sides or SIDES) & (wanted["new"] | (not filters.only_new))]
    assert [finding.gap_id for finding in chapter.findings] == wanted["gap_id"].tolist()
    assert chapter.all_gaps == len(gaps)
    assert chapter.map.gaps == tuple(wanted["gap_id"])
    left_out = gaps[~gaps["gap_id"].isin(wanted["gap_id"])].to_dict("records")
    told = {finding.sentence for finding in chapter.findings}
    for gap in left_out:
        sentence = gap_row(gap, "en", results.names("en"))["sentence"]
        assert sentence in told or not any(sentence in said for said in chapter.summary)


def test_a_stretch_of_the_border_and_words_are_filters_too(results: Results) -> None:
    gaps = results.gaps[results.gaps["pairing_id"] == PAIRING]
    point = gaps[~gaps["border_wide"] & gaps["chainage_m"].notna() & (gaps["length_m"].fillna(0) == 0)].iloc[
        0
    ]
    at_km = point["chainage_m"] / 1000
    here = Filters(stretch_km=(max(0.0, at_km - 0.001), at_km + 0.001))
    elsewhere = Filters(stretch_km=(at_km + 500, at_km + 501))

    (chapter,) = report_of(results, [PAIRING], lang="zh", filters=here).chapters
    assert point["gap_id"] in [finding.gap_id for finding in chapter.findings]
    assert not any(gaps.set_index("gap_id")["border_wide"][[one.gap_id for one in chapter.findings]])
    assert not report_of(results, [PAIRING], lang="zh", filters=elsewhere).chapters[0].findings
    worded = Filters(words=f"  {point['gap_id'].upper()} ")
    (only,) = report_of(results, [PAIRING], lang="en", filters=worded).chapters[0].findings
    assert only.gap_id == point["gap_id"]
    assert worded.said("zh") == f"含“{point['gap_id'].upper()}”"
    with pytest.raises(UsageError, match="one border"):
        report_of(results, ["all"], lang="zh", filters=here)


@pytest.mark.filterwarnings("ignore:.*extension is not supported")  # openpyxl has no bars of newer programs
def test_where_the_follow_up_stands_is_a_filter(tmp_path: Path) -> None:
    workspace = reported_world.make(tmp_path / "followed")
    results = ResultsCache(workspace.path).current()
    one, two, *rest = results.rows_of("gaps", PAIRING)["gap_id"]
    workspace.ledger.change(one, {"status": "assigned", "lead": "X"}, version=0, author="Li")
    workspace.ledger.change(two, {"status": "confirmed"}, version=0, author="Li")

    def listed(*statuses: str) -> list[str]:
        filters = Filters(statuses=statuses)
        (chapter,) = report_of(results, [PAIRING], lang="zh", filters=filters).chapters
        return [finding.gap_id for finding in chapter.findings]

    assert listed("assigned", "confirmed") == [one, two]
    assert listed("found") == rest
    assert listed("resolved") == []
    report = report_of(results, [PAIRING], lang="zh", filters=Filters(statuses=("confirmed", "assigned")))
    assert report.filtered == "办理状态为已确认或已交办"
    assert report.filtered in report.chapters[0].summary[1]

    workspace.ledger.change(two, {"todo": "Ask the Water Board", "notes": "soon"}, version=1, author="Li")
    for filters, told in (
        (Filters(words="soon WATER"), [two]),
        (Filters(words="soon", statuses=("assigned",)), []),
        (Filters(find="soon"), []),
    ):
        (chapter,) = report_of(results, [PAIRING], lang="zh", filters=filters).chapters
        assert [finding.gap_id for finding in chapter.findings] == told

    path = tmp_path / "r.xlsx"
    asked = ["--pairing", PAIRING, "--status", "assigned", "--lang", "en", "-o", str(path)]
    assert CliRunner().invoke(main, ["report", str(workspace.path), *asked]).exit_code == 0
    cells = {
        cell.value for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row
    }
    assert cells & {one, two, *rest} == {one}
    assert "Listed only: follow-up: assigned" in cells


def test_a_group_has_its_inner_borders_and_the_spread_of_its_members(results: Results) -> None:
    report = report_of(results, ["all", "../far=1"], lang="en")
    group, far = report.chapters

    assert report.atlas
    assert report.overview is not None
    assert report.overview == Picture("overview", report.overview.alt, numbered=("all", "../far=1"))
    assert {finding.pairing_id for finding in group.findings} <= {"A--B", "A--C", "B--C"}
    assert group.comparison is not None
    assert group.comparison.heads == ("Lowest", "Highest", "Highest / lowest", "Gini")
    areas = next(values for label, values, _ in group.comparison.rows if label.startswith("Area"))
    assert areas[:2] == ("60 · West", "72 · South")  # A and B have 60 km2 each, C has 72
    assert far.comparison is not None
    assert len(far.comparison.heads) == 2
    places = [(one.check, one.what, one.reason) for one in group.not_computed]
    assert len(places) == len(set(places))


def test_a_profile_tells_jump_and_depression_as_the_screen_does(results: Results) -> None:
    (chapter,) = report_of(results, [PAIRING], lang="zh").chapters
    shown = {row["name"]: row["across"] for row in profiles_body(results, PAIRING, "zh")["measurables"]}

    assert chapter.profiles
    for profile in chapter.profiles:
        assert profile.verdict == shown[profile.measurable]["verdict"]["text"] != ""


def test_the_appendix_says_what_the_findings_rest_on(results: Results) -> None:
    report = report_of(results, [PAIRING], lang="en")
    appendix = report.appendix

    assert {one.name: one.changed for one in appendix.settings} == dict.fromkeys(
        Settings.__dataclass_fields__, False
    )
    assert [source.layer for source in appendix.sources][:2] == ["Districts", "Roads"]
    facts = {fact.label: fact.value for fact in appendix.sources[1].facts}
    assert facts["Read"] == "2"
    assert facts["Source"] == "drawn by hand"
    assert appendix.sources[1].provenance == "generated"
    kinds = {finding.kind for finding in report.chapters[0].findings}
    assert len(appendix.definitions) == len(kinds)
    assert any("generated" in mark for mark in appendix.marks)
    assert any("not reviewed" in mark for mark in appendix.marks)
    assert report.mark == "Contains generated demonstration data"
    assert appendix.address is None
    assert "world" in appendix.view
    assert PAIRING in appendix.view


def test_the_address_opens_the_same_view(world: Path, results: Results) -> None:
    (world / "display.toml").write_text('address = "https://maps.example/b"\n', encoding="utf-8")
    try:
        filters = Filters(40, ("roads",), ())
        report = report_of(results, ["../far=1"], lang="zh", filters=filters)
        assert report.appendix.address == (
            "https://maps.example/b/pairing?id=..%2Ffar%3D1&domain=roads&severity=40&lang=zh"
        )
        for asked, address in (
            (Filters(20, words="x", statuses=("found",)), "ledger?id=A--B&severity=20&words=x&status=found"),
            (Filters(stretch_km=(1, 2), words="x", statuses=("found",)), "pairing?id=A--B&km=1-2&find=x"),
            (Filters(find="x"), "pairing?id=A--B&find=x"),
            (Filters(words="x"), "ledger?id=A--B&words=x"),
        ):
            report = report_of(results, [PAIRING], lang="zh", filters=asked)
            assert report.appendix.address == f"https://maps.example/b/{address}&lang=zh"
        several = report_of(results, ["all", PAIRING], lang="zh", filters=filters)
        assert several.appendix.address == "https://maps.example/b/?lang=zh"
    finally:
        (world / "display.toml").unlink()


def test_several_things_are_named_as_a_list() -> None:
    assert wording.thing("road, fire_station", "zh") == "道路、消防站"
    assert wording.thing("road, fire_station", "en") == "road and fire station"


def test_a_pairing_that_is_not_there_is_named(results: Results) -> None:
    with pytest.raises(UsageError, match=r"'X--Y'.*A--B"):
        report_of(results, [PAIRING, "X--Y"], lang="en")
    with pytest.raises(UsageError, match="--all"):
        report_of(results, [], lang="en")


@given(st.lists(st.text(max_size=100), max_size=6, unique=True))
def test_file_names_are_harmless_and_differ(texts: list[str]) -> None:
    names = safe_names(texts)

    assert len({name.casefold() for name in names}) == len(texts)
    for name in names:
        assert 0 < len(name.encode()) <= 250  # what file systems bear, with an ending
        assert not set(name) & set('/\\:*?"<>|. \0\n')


def test_names_a_system_reserves_are_changed() -> None:
    assert safe_names(["500112--500113"]) == ["500112--500113"]
    for text in ("..", "con", "COM1", "a/b", "", "=x"):
        (name,) = safe_names([text])
        assert name != text
        assert name.lower() not in ("con", "com1")


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_breaks_off_leaves_nothing(
    results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def broken(_report: Report, _results: Results, path: Path, _progress: Any) -> None:
        path.write_bytes(b"half")
        raise error

    monkeypatch.setattr(report_files, "renderer", lambda _ending: broken)
    (tmp_path / "kept.pdf").write_bytes(b"before")
    report = report_of(results, [PAIRING], lang="en")

    with pytest.raises(type(error)):
        write_report(report, results, tmp_path / "kept.pdf")
    with pytest.raises(type(error)):
        write_reports(results, ["../far=1"], tmp_path / "many", ".pdf", lang="en")
    assert (tmp_path / "kept.pdf").read_bytes() == b"before"
    assert [path.name for path in tmp_path.rglob("*.*")] == ["kept.pdf"]


def test_a_long_atlas_comes_in_volumes(
    results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(report: Report, _results: Results, path: Path, progress: Any) -> None:
        if progress is not None:
            progress("half", 1, 2)
        path.write_text(f"{report.subject}: {[chapter.pairing_id for chapter in report.chapters]}")

    monkeypatch.setattr(report_files, "renderer", lambda _ending: told)
    monkeypatch.setattr(report_files, "VOLUME", 2)
    ids = ["A--B", "A--C", "B--C"]
    written = write_atlas(results, ids, tmp_path / "atlas.pdf", lang="en")

    assert written == {tmp_path / "atlas-1.pdf": ids[:2], tmp_path / "atlas-2.pdf": ids[2:]}
    assert [path.read_text() for path in written] == [
        "2 pairings · volume 1 of 2: ['A--B', 'A--C']",
        f"{report_of(results, ids[2:], lang='en').subject} · volume 2 of 2: ['B--C']",
    ]
    assert list(write_atlas(results, ids[:2], tmp_path / "one.pdf", lang="en")) == [tmp_path / "one.pdf"]

    monkeypatch.setattr(report_files, "PAGE_VOLUME", 1)
    steps: list[tuple[Any, ...]] = []
    pages = write_atlas(
        results, ids, tmp_path / "x.html", lang="en", progress=lambda *said: steps.append(said)
    )
    assert [path.name for path in pages] == ["x-1.html", "x-2.html", "x-3.html"]
    assert steps == [("half", 1, 6), ("half", 3, 6), ("half", 5, 6)]  # of all volumes


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--pairing", "A--B", "-o", "x.odt"], ".pdf"),
        (["--pairing", "nobody", "-o", "x.pdf"], "'nobody'"),
        (["-o", "x.pdf"], "--all"),
        (["--all", "--pairing", "A--B", "-o", "x.pdf"], "leave one out"),
        (["--pairing", "A--B", "-o", "nowhere/x.pdf"], "no folder"),
    ],
)
def test_a_command_that_cannot_be_done_says_why(world: Path, options: list[str], said: str) -> None:
    result = CliRunner().invoke(main, ["report", str(world), *options])

    assert result.exit_code == 2
    assert said in result.stderr
