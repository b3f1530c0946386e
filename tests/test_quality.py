"""What is doubtful in the data is told with what it does to findings."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import world
from click.testing import CliRunner
from shapely.geometry import Point, box

from dashboard.cli import main
from dashboard.i18n import Text
from dashboard.quality import defect_said, effect_said, workspace_defects
from geodata.intake import IntakeRecord
from geodata.model import LAYERS
from geodata.workspace import Workspace
from layers.kinds import KINDS
from layers.quality import ATTRIBUTES, COMPARED, Defect

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Return two districts, three clinics (one elsewhere, two without capacity), two parks (one blank)."""
    made = Workspace.create(tmp_path / "atlas")
    squares = [
        {"district_id": "A", "name": "A", "population": 5, "geometry": box(-1000, 0, 0, 1000)},
        {"district_id": "B", "name": "B", "geometry": box(0, 0, 1000, 1000)},
    ]
    clinics = [
        {"feature_id": "1", "kind": "clinic", "capacity": 3.0, "geometry": Point(-500, 500)},
        {"feature_id": "2", "kind": "clinic", "geometry": Point(500, 500)},
        {"feature_id": "3", "kind": "clinic", "geometry": Point(9000, 500)},
    ]
    parks = [
        {"feature_id": "p", "industries": ["x"], "geometry": Point(-500, 500)},
        {"feature_id": "q", "industries": [], "geometry": Point(500, 500)},
    ]
    for name, rows in (("districts", squares), ("facilities", clinics), ("parks", parks)):
        frame = world.STRIP.unproject_frame(world.layer(name, rows))
        counts = {"rows_read": len(rows) + 1, "accepted": len(rows), "quarantined": 1}
        record = IntakeRecord(name, licence="CC0", **(counts if name == "parks" else {}))
        made.write_layer(name, frame, record)
    return made


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_generated_rows_no_check_looks_at_are_told_with_comparisons(workspace: Workspace, lang: Any) -> None:
    item = {"item_id": "1", "pairing_id": "A--B", "kind": "project", "title": "bridge"}
    record = IntakeRecord("programme", licence="CC0", provenance="generated", rows_read=1, accepted=1)
    table = pd.DataFrame([item]).reindex(columns=LAYERS["programme"].column_names)
    workspace.write_layer("programme", table, record)

    (found,) = [each for each in workspace_defects(workspace) if each.layer == "programme"]

    assert found.checks == (COMPARED,)
    assert Text(lang)("quality.comparisons") in effect_said(found, Text(lang))


def test_each_doubt_is_counted_where_it_is(workspace: Workspace) -> None:
    found = {
        (each.layer, each.column or each.name): (each.count, each.of) for each in workspace_defects(workspace)
    }

    assert found == {
        ("districts", "population"): (1, 2),
        ("districts", "seat_lon"): (2, 2),
        ("facilities", "capacity"): (2, 3),
        ("facilities", "outside"): (1, 3),
        ("parks", "industries"): (1, 2),
        ("parks", "quarantined"): (1, 3),
    }


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_doubt_has_words_and_checks_that_exist(workspace: Workspace, lang: str) -> None:
    text = Text(lang)  # type: ignore[arg-type]

    for each in workspace_defects(workspace):
        assert set(each.checks) <= {*KINDS, COMPARED}
        assert defect_said(each, text)
        assert effect_said(each, text)
    for (layer, column), checks in ATTRIBUTES.items():
        assert text(f"quality.effect.{layer}.{column}", checks="")
        assert set(checks) <= {*KINDS, COMPARED}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_rows_are_told_to_the_row(lang: str) -> None:
    said = defect_said(Defect("roads", "repaired", 25_740, 25_742, ()), Text(lang))  # type: ignore[arg-type]

    assert "25,740" in said
    assert "25,742" in said


def test_doctor_says_what_to_do_about_it(workspace: Workspace) -> None:
    result = CliRunner().invoke(main, ["doctor", str(workspace.path), "--json"])
    said = [
        each for each in json.loads(result.stdout) if each["about"] == "parks" and each["state"] == "doubtful"
    ]

    aside = next(each for each in said if "--add" in each["remedy"])
    assert "1 of 3 rows" in aside["what"]
    assert "quarantine/parks.csv" in aside["remedy"]
