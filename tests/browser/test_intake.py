"""The guided import in a browser: GBK and Gauss-Krüger, a workbook in GCJ-02, a file that is none."""

from __future__ import annotations

import shutil
import zipfile
from typing import TYPE_CHECKING

import departments
import pytest
from conftest import served
from playwright.sync_api import expect

from dashboard.i18n import Text, catalogue
from geodata.ingest import import_source
from geodata.ingest.look import SAMPLE
from geodata.workspace import Workspace
from layers.wording import LAYER_WORDS, word

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Screen

    from layers.wording import Lang


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the workspace that is served, and a copy of it as it was."""
    folder = tmp_path_factory.mktemp("town")
    shutil.copytree(departments.workspace_with_districts(folder), folder / "before")
    return folder / "workspace"


@pytest.fixture(scope="session")
def base_url(town: Path) -> Iterator[str]:
    with served(town) as address:
        yield address


@pytest.fixture
def workspace(town: Path) -> Path:
    """Return the workspace as it was before any test."""
    shutil.rmtree(town)
    shutil.copytree(town.with_name("before"), town)
    return town


def sent(screen: Screen, path: Path) -> None:
    screen.page.goto(f"{screen.base}/data")
    screen.page.locator("#intake .intake-drop").wait_for()
    screen.page.locator("#intake-file").set_input_files(path)
    screen.page.locator("#intake-preview svg").wait_for()


def test_a_shapefile_of_a_department(
    screen: Screen, lang: Lang, size: str, workspace: Path, tmp_path: Path
) -> None:
    text = Text(lang)
    sent(screen, departments.gbk_roads(tmp_path))
    page = screen.page

    expect(page.locator("#intake").get_by_label(text("intake.layer"), exact=True)).to_have_value("roads")
    expect(page.locator("#intake").get_by_label(text("field.surface"), exact=True)).to_have_value("路面类型")
    expect(page.locator("#intake-preview svg")).to_have_attribute(
        "aria-label", text("intake.map_label", inside=3, of=3)
    )
    assert not Workspace.open(workspace).has_layer("roads")
    page.locator("#intake").get_by_label(f"{text('field.surface')}: 三合土").select_option("dirt")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], size  # type: ignore[index]

    page.locator("#intake-import").click()

    expect(page.locator(".intake-result")).to_contain_text("3")
    rows = Workspace.open(workspace).read_layer("roads")
    assert rows is not None
    assert rows["surface"].tolist() == ["concrete", "gravel", "dirt"]
    assert rows["name"].tolist() == ["甲路", "乙路", "丙路"]
    expect(page.locator(".cards")).to_contain_text("农村公路.zip")

    page.get_by_role("button", name=text("intake.analyse")).click()

    expect(page.get_by_role("button", name=text("intake.show"))).to_be_visible()
    assert Workspace.open(workspace).run_record() is not None


def test_a_workbook_in_gcj02(screen: Screen, lang: Lang, workspace: Path, tmp_path: Path) -> None:
    text = Text(lang)
    sent(screen, departments.gcj02_clinics(tmp_path))
    page = screen.page

    shift = page.locator("#intake").get_by_label(text("intake.coordinates"), exact=True)
    expect(shift.locator("option:checked")).to_contain_text("GCJ-02")
    expect(page.locator("#intake-preview svg")).to_have_attribute(
        "aria-label", text("intake.map_label", inside=8, of=8)
    )
    shift.select_option(index=1)
    expect(page.locator("#intake-preview svg")).not_to_have_attribute(
        "aria-label", text("intake.map_label", inside=8, of=8)
    )
    shift.select_option(index=0)
    page.locator("#intake-import").click()

    expect(page.locator(".intake-result")).to_contain_text("8")
    record = Workspace.open(workspace).intake_of("facilities")
    assert record is not None
    assert record.datum == "gcj02 to WGS 84"


def test_what_an_import_changed_is_seen_and_undone(
    screen: Screen, lang: Lang, size: str, workspace: Path, tmp_path: Path
) -> None:
    text, page = Text(lang), screen.page
    file = tmp_path / "facilities.csv"
    file.write_text("id,kind,lon,lat\na,clinic,106.51,29.51\nb,clinic,106.52,29.51\n", encoding="utf-8")
    import_source(Workspace.open(workspace), file)
    file.write_text("id,kind,lon,lat\nb,hospital,106.52,29.51\nc,clinic,106.53,29.51\n", encoding="utf-8")

    sent(screen, file)

    told = page.locator("#intake-changes .changes-counts li")
    expect(told).to_have_text([text(f"changes.{kind}", count=1) for kind in ("added", "removed", "altered")])
    page.locator("#intake-import").click()
    page.locator(".intake-result").wait_for()
    show = page.locator(".cards").get_by_role("button", name=text("changes.show"))
    show.focus()
    page.keyboard.press("Enter")
    sheet = page.get_by_role("dialog")
    expect(sheet.locator(".changes-counts li")).to_have_count(3)
    expect(sheet.locator("svg .change-added")).to_have_count(1)
    assert page.evaluate("document.querySelector('dialog').scrollWidth") <= page.viewport_size["width"], size  # type: ignore[index]
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(show).to_be_focused()
    show.press("Enter")

    sheet.get_by_role("button", name=text("changes.undo")).click()

    expect(sheet).to_have_count(0)
    expect(page.locator("#intake .intake-drop")).to_be_visible()
    expect(show).to_have_count(0)
    rows = Workspace.open(workspace).read_layer("facilities")
    assert rows is not None
    assert sorted(rows["feature_id"]) == ["a", "b"]


@pytest.mark.usefixtures("size")
def test_what_a_large_file_would_change_is_seen_before(
    screen: Screen, lang: Lang, workspace: Path, tmp_path: Path
) -> None:
    """Of more rows than the sample has: all of it is read first, if somebody asks, and is in view then."""
    text = Text(lang)
    rows = [f"{k},clinic,{106.51 + k / 1e6},29.51" for k in range(SAMPLE + 1)]
    path = tmp_path / "clinics.csv"
    path.write_text("\n".join(["id,kind,lon,lat", *rows]), encoding="utf-8")
    import_source(Workspace.open(workspace), path, layer="facilities")
    before = Workspace.open(workspace).layer_hash("facilities")
    path.write_text("\n".join(["id,kind,lon,lat", *rows[1:], "new,clinic,106.52,29.52"]), encoding="utf-8")
    sent(screen, path)
    changes = screen.page.locator("#intake-changes")

    expect(changes).to_contain_text(text("changes.later"))
    changes.get_by_role("button", name=text("changes.rehearse")).click()

    told = changes.locator(".changes-counts li")
    expect(told).to_have_text([text(f"changes.{kind}", count=1) for kind in ("added", "removed")])
    expect(told.first).to_be_in_viewport()
    assert Workspace.open(workspace).layer_hash("facilities") == before
    # What is chosen otherwise has not been rehearsed.
    screen.page.locator("#intake details:has(table) > summary").first.click()
    screen.page.locator("#intake").get_by_label(text("field.name"), exact=True).select_option("id")
    expect(changes).to_contain_text(text("changes.later"))


def test_a_delivery_of_several_layers_one_after_the_other(
    screen: Screen, workspace: Path, tmp_path: Path
) -> None:
    text, page = Text("zh"), screen.page
    delivery = tmp_path / "交付.zip"
    with zipfile.ZipFile(delivery, "w") as archive:
        archive.writestr("设施/facilities.csv", "id,kind,lon,lat\na,clinic,106.51,29.51\n")
        archive.writestr("人口.csv", "name,people,lon,lat\n甲,120,106.52,29.52\n")
        archive.writestr("说明.docx", "text")

    sent(screen, delivery)

    expect(page.locator(".intake-left li")).to_have_text(["说明.docx 未使用：不是可读取的格式"])
    page.locator("#intake-import").click()
    rest = page.locator(".intake-rest button")
    expect(rest).to_have_text([text("intake.table_rows", name="人口.csv", rows=1)])
    rest.click()
    page.locator("#intake-preview svg").wait_for()
    page.locator("#intake-import").click()
    expect(page.locator(".intake-result")).to_contain_text(word(LAYER_WORDS, "population", "zh"))
    expect(rest).to_have_count(0)
    assert Workspace.open(workspace).layer_names() == ["districts", "facilities", "population"]
    assert list((workspace / ".intake").rglob("upload-*")) == []  # nobody needs the archive any more


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_values_are_told_to_the_last_digit(
    screen: Screen, lang: Lang, workspace: Path, tmp_path: Path
) -> None:
    text, page = Text(lang), screen.page
    file = tmp_path / "indicators.csv"
    for rows in ("5001,gdp,2020,106.51231", "5001,gdp,2020,106.51239\n5001,gdp,2021,1"):
        file.write_text(f"district_id,indicator,year,value\n{rows}\n", encoding="utf-8")
        import_source(Workspace.open(workspace), file)
    page.goto(f"{screen.base}/data?lang={lang}")

    page.locator(".cards").get_by_role("button", name=text("changes.show")).click()

    told = page.get_by_role("dialog").locator(".changes-table")
    expect(told.filter(has_text="106.51231")).to_have_count(1)
    expect(told.filter(has_text="106.51239")).to_have_count(1)
    expect(told.filter(has_text="2021")).to_have_count(1)


@pytest.mark.parametrize("chosen", ["gcj02", "none"])
def test_rows_set_aside_are_corrected_and_brought_back(
    screen: Screen, workspace: Path, tmp_path: Path, chosen: str
) -> None:
    page = screen.page
    file = tmp_path / "facilities.csv"
    file.write_text("kind,name,lon,lat\nclinic,甲,106.51,29.51\nclinic,乙,?,29.51\n", encoding="utf-8")
    import_source(Workspace.open(workspace), file, datum="gcj02")
    page.goto(f"{screen.base}/data")
    page.locator("details.quarantine summary").click()
    with page.expect_download() as given:
        page.locator("details.quarantine a").click()
    fixed = tmp_path / given.value.suggested_filename
    given.value.save_as(fixed)
    fixed.write_text(fixed.read_text(encoding="utf-8-sig").replace("?", "106.52"), encoding="gb18030")

    sent(screen, fixed)

    expect(page.locator(".intake-add input")).to_be_checked()
    shift = page.locator("#intake").get_by_label(Text("zh")("intake.datum"), exact=True)
    expect(shift).to_have_value("gcj02")
    shift.select_option(chosen)
    page.locator("#intake-import").click()
    page.locator(".intake-result").wait_for()
    expect(page.locator("details.quarantine")).to_have_count(0)
    rows = Workspace.open(workspace).read_layer("facilities")
    assert rows is not None
    assert rows["feature_id"].tolist() == ["facilities-1", "facilities-2"]
    x = [place.x for place in rows.geometry]  # type: ignore[union-attr]
    assert x[0] == pytest.approx(106.506, abs=1e-3)
    assert x[1] == (106.52 if chosen == "none" else pytest.approx(x[0] + 0.01, abs=1e-4))


def test_a_file_that_cannot_be_read_is_told(screen: Screen, workspace: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "区县.geojson"
    wrong.write_text("no JSON", encoding="utf-8")
    screen.page.goto(f"{screen.base}/data")
    screen.page.locator("#intake .intake-drop").wait_for()

    screen.page.locator("#intake-file").set_input_files(wrong)

    expect(screen.page.locator("#intake").get_by_role("alert")).to_contain_text("区县.geojson")
    screen.page.get_by_role("button", name=catalogue("zh")["intake.another"]).click()
    expect(screen.page.locator("#intake .intake-drop")).to_be_visible()
    assert Workspace.open(workspace).layer_names() == ["districts"]


def test_what_is_refused_is_told_in_the_language_of_the_page(
    screen: Screen, workspace: Path, tmp_path: Path
) -> None:
    screen.forgiven = ("422",)
    unknown = tmp_path / "a.exe"
    unknown.write_bytes(b"MZ")
    screen.page.goto(f"{screen.base}/data?lang=en")  # in a Chinese browser
    screen.page.locator("#intake .intake-drop").wait_for()

    screen.page.locator("#intake-file").set_input_files(unknown)

    expect(screen.page.locator("#intake").get_by_role("alert")).to_contain_text("is not supported")
    assert Workspace.open(workspace).layer_names() == ["districts"]
