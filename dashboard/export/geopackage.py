"""A GeoPackage that QGIS opens coloured: gaps first, then their marks, borders, segments and profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from dashboard.export.gis_styles import TABLE, lines_style, marks_style
from dashboard.export.worst import worst_by_segment
from dashboard.maps.shapes import mark_points
from dashboard.payloads import pairing_name
from layers.wording import KIND_WORDS, LANGS, word

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from dashboard.results import Results

GAPS = "gaps"
GEOMETRY = "geom"  # GDAL's name for the column in a GeoPackage
BORDER_MM, SEGMENT_MM = 0.5, 1.1
_MARKED = ("gap_id", "pairing_id", "kind", "domain", "what", "side", "severity", "people", "provenance")


def write_geopackage(
    gaps: gpd.GeoDataFrame, path: Path, results: Results | None, keys: Collection[str]
) -> None:
    """Write `gaps` as the first layer of a new GeoPackage; with `results`, what QGIS needs to show them.

    Parameters
    ----------
    gaps
        As `dashboard.export.gis.with_sentences` returns them.
    keys
        Pairings whose borders, segments and profiles go with them.
    """
    gaps.to_file(path, driver="GPKG", layer=GAPS, engine="pyogrio", promote_to_multi=False)
    if results is None:
        return
    layers: dict[str, Any] = {
        "gap_marks": marks(gaps),
        "borders": borders(results, keys),
        "segments": segments(results, keys),
    }
    for name, rows in layers.items():
        pyogrio.write_dataframe(
            rows, path, layer=name, driver="GPKG", append=True, promote_to_multi=name == "borders"
        )
    profiles = results.profiles[results.profiles["pairing_id"].isin(keys)]
    pyogrio.write_dataframe(pd.DataFrame(profiles), path, layer="profiles", driver="GPKG", append=True)
    styles = [
        (GAPS, marks_style(_fields(gaps))),
        ("gap_marks", marks_style(_fields(layers["gap_marks"]))),
        ("borders", lines_style(_fields(layers["borders"]), width_mm=BORDER_MM)),
        ("segments", lines_style(_fields(layers["segments"]), width_mm=SEGMENT_MM)),
    ]
    rows = style_rows(styles, str((results.workspace.run_record() or {}).get("finished", "")))
    pyogrio.write_dataframe(rows, path, layer=TABLE, driver="GPKG", append=True, layer_options={"FID": "id"})


def marks(gaps: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a point for each gap that has a place: where its mark stands on maps."""
    placed = gaps[gaps.geometry.notna().to_numpy(bool)]
    sentences = [f"sentence_{lang}" for lang in LANGS]
    rows = placed[[*_MARKED, *sentences]].copy()
    for position, lang in enumerate(LANGS, start=3):
        rows.insert(position, f"kind_{lang}", [word(KIND_WORDS, kind, lang) for kind in placed["kind"]])
    return gpd.GeoDataFrame(rows, geometry=mark_points(placed.geometry), crs=gaps.crs)


def borders(results: Results, keys: Collection[str]) -> gpd.GeoDataFrame:
    """Return the borders with their names, number of gaps, and the severity of the worst."""
    rows = results.borders[results.borders.index.isin(keys)].copy()
    found = results.summary.reindex(rows.index)
    for position, lang in enumerate(LANGS, start=1):
        names = [pairing_name(results, str(key), lang) for key in rows.index]
        rows.insert(position, f"name_{lang}", names)
    for name in ("gaps", "affected_share", "people_affected"):
        rows[name] = found[name]
    rows["severity"] = found["worst_severity"]
    return rows.reset_index(drop=True)


def segments(results: Results, keys: Collection[str]) -> gpd.GeoDataFrame:
    """Return the segments with the severity of the worst gap that touches them, null where none does."""
    rows = results.segments[results.segments["pairing_id"].isin(keys)].copy()
    worst = worst_by_segment(results.gaps)
    index = pd.MultiIndex.from_arrays([rows["pairing_id"], rows["segment"].astype(int)])
    rows["severity"] = worst.reindex(index).to_numpy(float)
    return rows.reset_index(drop=True)


def style_rows(styles: list[tuple[str, str]], when: str) -> pd.DataFrame:
    """Return the table in which QGIS looks for the style of a layer."""
    names = [name for name, _ in styles]
    return pd.DataFrame(
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": names,
            "f_geometry_column": GEOMETRY,
            "styleName": names,
            "styleQML": [style for _, style in styles],
            "styleSLD": "",
            "useAsDefault": np.ones(len(names), dtype=bool),
            "description": "bordergap",
            "owner": "",
            "ui": "",
            "update_time": pd.to_datetime([when] * len(names), utc=True),
        }
    )


def _fields(rows: gpd.GeoDataFrame) -> list[str]:
    """Return the columns as the layer has them in QGIS: the row's number first."""
    return ["fid", *(name for name in rows.columns if name != rows.geometry.name)]
