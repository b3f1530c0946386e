"""The public cases and the Liechtenstein extract, through the commands as a user types them."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from dashboard.cli import main
from geodata.strips import Strip
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from types import ModuleType

SHARED = Path(__file__).resolve().parents[2] / "shared"
CASES = SHARED / "cases"
LIECHTENSTEIN = SHARED / "data" / "liechtenstein" / "liechtenstein-2013-08-03.osm.pbf"
NAMES = sorted(path.parent.name for path in CASES.glob("*/expected.json"))

# Cases whose checks are not built yet, each with the reason; an entry that passes is a failure.
NOT_BUILT: dict[str, str] = {}

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared, which is not here")


def bordergap(*words: object) -> str:
    """Run a command in this process and return what it printed; any exit code but 0 fails."""
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == 0, (
        f"bordergap {' '.join(map(str, words))}: {result.output}\n{result.exception!r}"
    )
    return result.output


def case_parameters() -> list[Any]:
    marks = {name: pytest.mark.xfail(reason=reason, strict=True) for name, reason in NOT_BUILT.items()}
    return [pytest.param(name, marks=marks.get(name, ())) for name in NAMES]


@pytest.mark.parametrize("name", case_parameters())
def test_case(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = tmp_path / "results" / name
    results.mkdir(parents=True)
    workspace = tmp_path / "workspace"
    bordergap("new", workspace)
    bordergap("import", workspace, input_folder(name, tmp_path))
    bordergap("analyse", workspace, "--engine", "serial")
    bordergap("gaps", workspace, "-o", results / "gaps.geojson")
    write_beside(Workspace.open(workspace), results)

    assert_holds(name, tmp_path, capsys)


def test_case_through_the_installed_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "c06_service_wall"
    program = Path(sys.executable).with_name("bordergap")
    results = tmp_path / "results" / name
    results.mkdir(parents=True)
    folder = input_folder(name, tmp_path)
    for words in (
        ("new", "workspace"),
        ("import", "workspace", folder),
        ("analyse", "workspace"),
        ("gaps", "workspace", "-o", results / "gaps.geojson"),
    ):
        done = subprocess.run([program, *words], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{words}: {done.stderr}"
        assert "Traceback" not in done.stderr
        assert "%|" not in done.stderr  # no progress bar where nobody watches
    write_beside(Workspace.open(tmp_path / "workspace"), results)

    assert_holds(name, tmp_path, capsys)


@pytest.fixture(scope="module")
def liechtenstein(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Import and analyse the extract, once for the tests below."""
    folder = tmp_path_factory.mktemp("liechtenstein") / "workspace"
    bordergap("new", folder)
    bordergap("import", folder, LIECHTENSTEIN, "--admin-level", 8)
    bordergap("analyse", folder)
    return Workspace.open(folder)


def test_liechtenstein_has_its_municipalities(liechtenstein: Workspace) -> None:
    districts = liechtenstein.read_layer("districts")
    assert isinstance(districts, gpd.GeoDataFrame)
    west, _, east, _ = districts.total_bounds
    area_km2 = Strip.of_longitudes(west, east).project_frame(districts).area.sum() / 1e6

    assert districts["district_id"].nunique() == 11
    assert area_km2 == pytest.approx(160.5, abs=0.3)


def test_liechtenstein_has_its_borders(liechtenstein: Workspace) -> None:
    borders = liechtenstein.read_table("borders")

    assert len(borders) == 27
    assert borders["length_m"].sum() / 1000 == pytest.approx(134.9, abs=0.05)
    assert int((borders["pieces"] > 1).sum()) == 15
    assert int(borders["crossings"].sum()) == 173


def test_liechtenstein_has_findings_that_add_up(liechtenstein: Workspace) -> None:
    gaps = liechtenstein.read_table("gaps")
    summary = liechtenstein.read_table("pairing_summary")
    redone = 100 * gaps["confidence"] * (0.6 * gaps["magnitude"] + 0.4 * gaps["exposure"])

    assert len(gaps) > 0
    assert gaps["gap_id"].is_unique
    assert gaps["severity"].between(0, 100).all()
    assert np.abs(gaps["severity"] - redone).max() <= 0.06
    assert int(summary["gaps"].sum()) == len(gaps)


def test_a_second_analysis_finds_nothing_to_do(liechtenstein: Workspace) -> None:
    before = liechtenstein.results_version()
    bordergap("analyse", liechtenstein.path)

    assert liechtenstein.results_version() == before


def input_folder(name: str, tmp_path: Path) -> Path:
    """Return a copy of a case without what a user would not have: the expectations."""
    folder = tmp_path / "input"
    shutil.copytree(CASES / name, folder, ignore=shutil.ignore_patterns("expected.json"))
    return folder


def write_beside(workspace: Workspace, results: Path) -> None:
    """Write what `check_cases.py` reads beside the gaps, from the result tables."""
    borders, profiles = workspace.read_table("borders"), workspace.read_table("profiles")
    left = workspace.read_table("not_computed")
    members = {"member_a": "a", "member_b": "b"}
    borders = pd.DataFrame(borders.drop(columns="geometry")).rename(columns=members)
    borders["km"] = borders["length_m"] / 1000
    off = left[left["reason"].str.startswith("off network")]
    tables: dict[str, Any] = {
        "borders": records(borders[["a", "b", "km", "pieces", "segments", "crossings"]]),
        "profiles": records(profiles.rename(columns=members)),
        "summary": {
            "off_network": records(
                off.rename(columns={"what": "layer", "pairing_id": "id", "count": "people"})
            ),
            "not_decided": records(
                left.rename(columns={"check": "kind", "reason": "why", "pairing_id": "id"})
            ),
        },
    }
    for name, content in tables.items():
        (results / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as plain JSON values, missing ones as null."""
    text = rows.to_json(orient="records", double_precision=15)
    found: list[dict[str, Any]] = json.loads(text)
    return found


def assert_holds(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Run `check_cases.py` over one case; everything it expects has to be there to be checked."""
    expected = tmp_path / "cases" / name
    expected.mkdir(parents=True)
    shutil.copy(CASES / name / "expected.json", expected)
    capsys.readouterr()

    status = check_cases().main(tmp_path / "cases", tmp_path / "results")

    told = capsys.readouterr().out
    assert status == 0, told
    assert "1 of 1 cases hold" in told
    assert "not checked" not in told


def check_cases() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_cases", CASES / "check_cases.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
