"""A gap knows since when it is found, and keeps that through later runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
import shown_world

from dashboard.results import ResultsCache
from geodata.intake import IntakeRecord
from geodata.settings import Settings
from layers.history import history, is_new
from layers.run import analyse

if TYPE_CHECKING:
    from pathlib import Path

    from geodata.workspace import Workspace

MONDAY, TUESDAY, FRIDAY = "2026-01-05T08:00:00", "2026-01-06T08:00:00", "2026-01-09T08:00:00"
EMPTY = pd.DataFrame(columns=["gap_id", "pairing_id", "first_found", "last_found"], dtype=object)


def gaps(**pairing_of: str) -> pd.DataFrame:
    return pd.DataFrame({"gap_id": list(pairing_of), "pairing_id": list(pairing_of.values())}, dtype=object)


def spans(table: pd.DataFrame) -> dict[str, tuple[str, str]]:
    times = zip(table["first_found"], table["last_found"], strict=True)
    return dict(zip(table["gap_id"], times, strict=True))


def run(finished: str, previous: str | None) -> dict[str, str | None]:
    return {"finished": finished, "previous": previous}


def test_of_a_first_run_nothing_is_new() -> None:
    first = gaps(x="A--B")
    table = history(EMPTY, gaps(), None, first, MONDAY, looked_at={"A--B"})

    assert spans(table) == {"x": (MONDAY, MONDAY)}
    assert is_new(first["gap_id"], table, run(MONDAY, None)).tolist() == [False]
    assert is_new(first["gap_id"], table, None).tolist() == [False]


def test_found_again_found_anew_and_no_longer_found() -> None:
    before, now = gaps(stays="A--B", goes="A--B"), gaps(comes="A--B", stays="A--B")
    monday = history(EMPTY, gaps(), None, before, MONDAY, looked_at={"A--B"})
    table = history(monday, before, run(MONDAY, None), now, FRIDAY, looked_at={"A--B"})

    assert spans(table) == {
        "stays": (MONDAY, FRIDAY),
        "goes": (MONDAY, MONDAY),
        "comes": (FRIDAY, FRIDAY),
    }
    assert is_new(now["gap_id"], table, run(FRIDAY, MONDAY)).tolist() == [True, False]
    back = history(table, now, run(FRIDAY, MONDAY), before, "2026-01-12T08:00:00", looked_at={"A--B"})
    assert spans(back)["goes"] == (MONDAY, "2026-01-12T08:00:00")


def test_all_is_new_after_a_run_that_found_nothing() -> None:
    table = history(EMPTY, gaps(), run(MONDAY, None), gaps(x="A--B"), FRIDAY, looked_at={"A--B"})

    assert is_new(pd.Series(["x"]), table, run(FRIDAY, MONDAY)).tolist() == [True]


def test_a_run_for_one_pairing_says_nothing_of_the_others() -> None:
    both = gaps(x="A--B", y="A--C")
    monday = history(EMPTY, gaps(), None, both, MONDAY, looked_at={"A--B", "A--C"})
    table = history(monday, both, run(MONDAY, None), both, FRIDAY, looked_at={"A--C"})

    assert spans(table) == {"x": (MONDAY, MONDAY), "y": (MONDAY, FRIDAY)}


def test_what_an_earlier_version_found_is_not_new() -> None:
    table = history(
        EMPTY, gaps(old="A--B"), run(MONDAY, None), gaps(old="A--B", x="A--B"), TUESDAY, looked_at={"A--B"}
    )

    assert spans(table) == {"old": (MONDAY, TUESDAY), "x": (TUESDAY, TUESDAY)}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return shown_world.make(tmp_path / "world")


def test_runs_of_a_workspace_keep_its_history(workspace: Workspace) -> None:
    before = ResultsCache(workspace.path).current()
    first = workspace.run_record()
    assert first is not None
    assert not before.gaps["new"].any()
    old = spans(workspace.read_table("history"))
    assert set(old) == set(before.gaps["gap_id"])

    workspace.write_settings(Settings(dead_end_m=20.0))  # the road ends 30 m before the line
    analyse(workspace, engine="serial")
    gone = spans(workspace.read_table("history"))
    lost = {key for key, (_, last) in gone.items() if last == first["finished"]}
    assert lost == set(before.gaps.loc[before.gaps["kind"] == "road_dead_end", "gap_id"])

    workspace.write_settings(Settings())
    roads = workspace.read_layer("roads")
    assert roads is not None
    workspace.write_layer("roads", roads.iloc[::-1], IntakeRecord(layer="roads", provenance="generated"))
    analyse(workspace, engine="serial", pairings=["A--B"])
    back = ResultsCache(workspace.path).current()
    assert set(back.gaps["gap_id"]) == set(old)
    assert not back.gaps["new"].any()  # found before, if not by the last run
    assert back.stamp != before.stamp
