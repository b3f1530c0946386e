"""Each benchmark still runs and finds equal answers: at a tiny size, nothing timed."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest

from geodata.sample import REGION
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

BENCHMARKS = Path(__file__).parent / "benchmarks"
SOME = ["500111", "500120", "500151"]  # Dazu, Bishan and Tongliang


@pytest.fixture
def benchmarks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(BENCHMARKS)
    yield
    for name in [name for name, module in sys.modules.items() if _is_of(module)]:
        del sys.modules[name]


def _is_of(module: object) -> bool:
    file = getattr(module, "__file__", None)
    return file is not None and Path(file).parent == BENCHMARKS


@pytest.fixture
def districts() -> gpd.GeoDataFrame:
    found = gpd.read_file(REGION / "districts.geojson")
    return found[found["district_id"].isin(SOME)].reset_index(drop=True)


@pytest.mark.usefixtures("benchmarks")
def test_bordergap_and_plain_tools_give_the_same_answers(districts: gpd.GeoDataFrame) -> None:
    from lattice import lattice  # noqa: PLC0415  # where the fixture put it
    from peers import NETWORK, QUESTIONS, compared, plain_cases, report  # noqa: PLC0415

    made = plain_cases(lattice(districts, roads=1500, facilities=200, people=300))
    ours, theirs = compared(made, rounds=1, searches=4)  # ends the program where they differ

    assert set(ours) == set(theirs) == {*QUESTIONS, *NETWORK}
    assert "All answers agree" in report(ours, theirs, 4)


@pytest.mark.usefixtures("benchmarks")
def test_answers_that_differ_end_the_program() -> None:
    import pandas as pd  # noqa: PLC0415
    from peers import require_same  # noqa: PLC0415

    right = pd.Series([1.0, 2.0], index=["a", "b"])
    require_same("Q1", right, right[::-1])
    with pytest.raises(SystemExit, match="1 of 2 rows differ"):
        require_same("Q1", right, right * [1.0, 1 + 1e-8])
    with pytest.raises(SystemExit, match="only one has"):
        require_same("Q1", right, right[:1])


@pytest.mark.usefixtures("benchmarks")
def test_growth_is_told_by_step_with_its_exponent(tmp_path: Path, districts: gpd.GeoDataFrame) -> None:
    from analysis_growth import one, report  # noqa: PLC0415
    from lattice import lattice  # noqa: PLC0415

    workspace = Workspace.create(tmp_path / "w")
    lattice(districts, roads=300, facilities=40, people=60).write(workspace)
    small = {**one(workspace.path), "peak_gb": 1.0}
    large = {
        **small,
        "features": 4 * small["features"],
        "seconds": {step: 8 * seconds for step, seconds in small["seconds"].items()},
    }
    table = report({1: small, 4: large})

    assert {"read", "network", "travel", "road_dead_end", "profiles"} <= set(small["seconds"])
    (first,) = (line for line in table.splitlines() if line.startswith("| **first**"))
    assert first.endswith("| 1.50 |")  # 8 times the time for 4 times the data


@pytest.mark.usefixtures("benchmarks")
def test_china_in_small(tmp_path: Path, districts: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    import china  # noqa: PLC0415

    monkeypatch.setattr(china, "counties", lambda: districts)  # the real ones take their time to read
    size = {"roads": 300, "facilities": 0, "people": 0, "counties": 3}
    china.made(argparse.Namespace(make=tmp_path / "w", **size))
    found = china.analysed(tmp_path / "w", "serial")
    table = china.report(found, 1.25)

    assert found["layers"] == {"districts": 3, "roads": 300}
    assert "| road_dead_end |" in table
    assert "| **peak memory, GB** | 1.25 |" in table


@pytest.mark.usefixtures("benchmarks")
def test_memory_of_children_counts(tmp_path: Path) -> None:
    from measuring import in_new_process  # noqa: PLC0415

    holding = "import time; held = b'x' * 200_000_000; time.sleep(1)"
    script = tmp_path / "script.py"
    script.write_text(
        f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {holding!r}])\nprint('{{\"a\": 1}}')"
    )
    answer, peak_gb = in_new_process(str(script))

    assert answer == {"a": 1}
    assert 0.18 < peak_gb < 0.4


@pytest.mark.usefixtures("benchmarks")
def test_a_report_is_written_and_measured(tmp_path: Path) -> None:
    import shown_world  # noqa: PLC0415
    from report_time import HEADS, measured  # noqa: PLC0415

    row = measured(shown_world.make(tmp_path / "world").path, [shown_world.PAIRING], tmp_path / "one.pdf")

    assert len(row) == len(HEADS)
    assert row[0] == "1 chapter"
    assert (tmp_path / "one.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.usefixtures("benchmarks")
def test_people_and_a_flood_are_told_apart(demo: Path, tmp_path: Path) -> None:
    from load import ACTIONS, measure, report  # noqa: PLC0415

    copy = Path(shutil.copytree(demo, tmp_path / "workspace"))
    found = measure(copy, people=6, minutes=0.2, flood=20, flood_s=2.0)

    assert found["errors"] == {}, found["said"]
    assert set(found["actions"]) <= set(ACTIONS)
    assert found["calm"]
    assert found["tiles_failed"] == 0
    assert "| **all** |" in report(found)


@pytest.mark.usefixtures("benchmarks")
def test_an_import_of_generated_roads_is_measured() -> None:
    from import_memory import compared  # noqa: PLC0415

    formats = ["parquet", "shp", "pbf"]
    report = compared(300, formats)  # ends the program where a row is lost

    assert all(f"| {name} | 300 |" in report for name in formats)
