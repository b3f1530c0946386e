"""The small world of the screen's tests with members that cooperate beside it, and names that mean harm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import shown_world

from geodata.intake import IntakeRecord
from layers.run import analyse

if TYPE_CHECKING:
    from pathlib import Path

    from geodata.workspace import Workspace

LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 3
HOSTILE = {
    "A": '<script>alert(1)</script> #import "x": * $x^2$ 😀',
    "B": f'=HYPERLINK("http://x") \\ `code` *b* _i_ @ref {LONG}',
    "C": "שלום עולם السلام عليكم #panic() [] {}",
}
PAIRINGS = [
    {"pairing_id": "all", "kind": "group", "members": [["A"], ["B"], ["C"]], "name": "三区"},
    {"pairing_id": "../far=1", "kind": "counterpart", "members": [["A", "B"], ["C"]], "name": None},
]


def make(path: Path) -> Workspace:
    """Make the world with a group and a counterpart pair, analysed."""
    workspace = shown_world.make(path)
    record = IntakeRecord(layer="pairings", source="drawn by hand", rows_read=2, accepted=2)
    workspace.write_layer("pairings", pd.DataFrame(PAIRINGS), record)
    analyse(workspace, engine="serial")
    return workspace


def rename(workspace: Workspace, names: dict[str, str]) -> None:
    """Give the districts other names, in both languages; what was found stays as it is."""
    rows: Any = workspace.read_layer("districts")
    rows["name"] = rows["name_en"] = rows["district_id"].map(names)
    record = workspace.intake_of("districts")
    assert record is not None
    workspace.write_layer("districts", rows, record)
