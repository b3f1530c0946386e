"""The quality report: what is doubtful in a workspace's data, and what that does to findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers import wording
from layers.quality import COMPARED, PLACES, Defect, Held, defects, outside

if TYPE_CHECKING:
    from dashboard.i18n import Text
    from geodata.workspace import Workspace


def workspace_defects(workspace: Workspace) -> list[Defect]:
    """Return the defects of all layers, in the order of the model.

    Raises
    ------
    WorkspaceError
        If a file of the workspace is damaged.
    """
    districts = workspace.read_layer("districts", columns=["district_id"])
    gaps = workspace.read_table("gaps")
    found = []
    for name in workspace.layer_names():
        elsewhere = 0
        if name in PLACES and districts is not None:
            elsewhere = outside(workspace.read_layer(name, columns=["feature_id"]), districts)
        held = Held(
            workspace.intake_of(name),
            workspace.row_count(name),
            workspace.unknown_values(name),
            elsewhere,
        )
        found += defects(name, held, gaps)
    return found


def exact(rows: float) -> str:
    """Return a number of rows to the row in either language; 2.6 万 would hide the ones set aside."""
    return f"{rows:,.0f}"


def defect_said(defect: Defect, text: Text) -> str:
    """Return what is wrong: how many rows of how many, and with what."""
    values = {
        "count": exact(defect.count),
        "of": exact(defect.of),
        "column": text(f"field.{defect.column}") if defect.column else "",
    }
    return text(f"quality.{defect.name}", **values)


def effect_said(defect: Defect, text: Text) -> str:
    """Return what a defect does to which findings."""
    names = [
        text("quality.comparisons") if name == COMPARED else wording.word(wording.KIND_WORDS, name, text.lang)
        for name in defect.checks
    ]
    key = (
        f"quality.effect.{defect.layer}.{defect.column}" if defect.column else f"quality.effect.{defect.name}"
    )
    return text(key, checks=wording.listed(names, text.lang))
