"""Rows set aside as a GeoPackage, to be corrected on a map: a spreadsheet would cut outlines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.ingest.normalise import CRS, WKT

if TYPE_CHECKING:
    from pathlib import Path

_FID = "bordergap_fid"  # a column of the source may be called fid


def has_shapes(rows: pd.DataFrame) -> bool:
    """Return whether any of the rows has a geometry to correct."""
    return WKT in rows and bool((rows[WKT] != "").any())


def write_quarantine(rows: pd.DataFrame, path: Path) -> None:
    """Write rows with their geometry as it came, invalid ones too; a table for each reference system.

    Parameters
    ----------
    rows
        As `Workspace.quarantine` returns them, all as text.
    """
    known = rows.drop(columns=[WKT, CRS])
    known.columns = pd.Index(_told_apart([str(name) for name in known.columns]))
    texts = rows[WKT].where(rows[WKT] != "", None).to_numpy(dtype=object)
    with np.errstate(invalid="ignore"):  # what is no number stays so
        shapes = shapely.from_wkt(texts, on_invalid="ignore")
    for number, (crs, places) in enumerate(rows.groupby(CRS, sort=False).indices.items()):
        frame = gpd.GeoDataFrame(known.iloc[places], geometry=shapes[places], crs=str(crs) or None)
        layer = "quarantine" if number == 0 else f"quarantine_{number + 1}"
        frame.to_file(path, layer=layer, driver="GPKG", layer_options={"FID": _FID}, geometry_type="Unknown")


def _told_apart(names: list[str]) -> list[str]:
    """Return names of columns that a database, which knows no capitals, can tell apart."""
    taken = {"geometry", "geom", _FID}
    made = []
    for name in names:
        own, number = name, 2
        while own.lower() in taken:
            own, number = f"{name} ({number})", number + 1
        taken.add(own.lower())
        made.append(own)
    return made
