"""What has changed in a workspace since its last run."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from geodata.version import versions

if TYPE_CHECKING:
    from geodata.workspace import Workspace


def changed_since_run(workspace: Workspace) -> list[str]:
    """Return what has changed since the last run: layers by name, `settings`, `program`."""
    record = workspace.run_record()
    if record is None:
        return []
    before = record["inputs"]
    now = {name: workspace.layer_hash(name) for name in workspace.layer_names()}
    changed = [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]
    if record["settings"] != asdict(workspace.settings):
        changed.append("settings")
    if record["versions"]["code"] != versions()["code"]:
        changed.append("program")
    return changed
