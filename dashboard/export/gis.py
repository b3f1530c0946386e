"""Findings as files for a GIS or a spreadsheet: GeoJSON, GeoPackage, GeoParquet, CSV, XLSX."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
import pandas as pd
import shapely
from pyogrio.errors import DataSourceError, FeatureError

from dashboard.export.geopackage import write_geopackage
from dashboard.export.whole import written_whole
from dashboard.export.xlsx import write_workbook
from geodata.errors import BordergapError, UsageError
from geodata.formulas import neutral
from geodata.model import TABLES
from layers.sentences import sentence
from layers.wording import LANGS, Lang

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    import geopandas as gpd

    from dashboard.results import Results


@dataclass(frozen=True)
class Context:
    """What a file of gaps is made from besides them: the results, and the pairings it is about; its name."""

    results: Results | None
    keys: set[str]
    lang: Lang
    name: str


def with_sentences(gaps: gpd.GeoDataFrame, names: Mapping[Lang, Mapping[str, str]]) -> gpd.GeoDataFrame:
    """Return the columns of METHOD 6 with `sentence_zh` and `sentence_en` after them, `geometry` last.

    Parameters
    ----------
    gaps
        Rows of the result table with `member_a` and `member_b` beside them; other columns are left out.
    names
        District id -> name, by language.
    """
    explained = gaps[[*TABLES["gaps"].column_names, "geometry"]].copy()
    rows = gaps.drop(columns="geometry").to_dict("records")
    for place, lang in enumerate(LANGS, start=len(TABLES["gaps"].column_names)):
        # Each finding is told in words of its own kind: one call a row.
        told = pd.Series([sentence(row, lang, names[lang]) for row in rows], index=gaps.index, dtype=object)
        explained.insert(place, f"sentence_{lang}", told)
    return explained


def write_gaps(
    gaps: gpd.GeoDataFrame,
    path: Path,
    results: Results | None = None,
    *,
    keys: Collection[str] | None = None,
    lang: Lang = "zh",
) -> None:
    """Write `gaps` (EPSG:4326) to `path` in the format its ending names, beside it first.

    Numbers are written as they are. GeoJSON is RFC 7946 with `evidence` as an object; CSV has the geometry as
    well-known text; XLSX, whose cells are too short for that, `lon` and `lat` of a point on the finding.
    Text that a spreadsheet would run as a formula gets an apostrophe in CSV and stays text in XLSX.

    Parameters
    ----------
    results
        With them a GeoPackage also has marks, borders, segments, profiles and styles for QGIS, and a workbook
        a sheet about the workspace and one for each domain.
    keys
        Pairings whose borders go with the gaps; those that have gaps unless given.
    lang
        Language of the sheets that people read.

    Raises
    ------
    UsageError
        For an ending without a format or a folder that does not exist.
    BordergapError
        If the file cannot be written; what stood under its name is still there.
    """
    writer = FORMATS.get(path.suffix.lower())
    if writer is None:
        raise UsageError(f"{path.name}: no format has this ending; use one of {', '.join(FORMATS)}")
    context = Context(results, set(gaps["pairing_id"]) if keys is None else set(keys), lang, str(path))
    try:
        with written_whole(path) as beside:
            writer(gaps, beside, context)
    except (DataSourceError, FeatureError) as error:
        raise BordergapError(
            f"{path} was not written: {error}; check its folder and the free space"
        ) from error


def features(gaps: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return `gaps` as GeoJSON features: polygons wound as RFC 7946 asks, evidence as an object."""
    wound = gaps.set_geometry(shapely.orient_polygons(gaps.geometry.array))
    found: list[dict[str, Any]] = wound.to_geo_dict(na="null", drop_id=True)["features"]
    for feature in found:
        properties = feature["properties"]
        if isinstance(properties.get("evidence"), str):
            properties["evidence"] = json.loads(properties["evidence"])
        feature["id"] = properties["gap_id"]
    return found


def _write_geojson(gaps: gpd.GeoDataFrame, path: Path, _context: Context) -> None:
    collection = {"type": "FeatureCollection", "features": features(gaps)}
    path.write_bytes(orjson.dumps(collection, option=orjson.OPT_SERIALIZE_NUMPY))


def _write_gpkg(gaps: gpd.GeoDataFrame, path: Path, context: Context) -> None:
    write_geopackage(gaps, path, context.results, context.keys)


def _write_parquet(gaps: gpd.GeoDataFrame, path: Path, _context: Context) -> None:
    gaps.to_parquet(path, index=False)


def _write_csv(gaps: gpd.GeoDataFrame, path: Path, _context: Context) -> None:
    table = pd.DataFrame(gaps.drop(columns="geometry"))
    for column in _text_columns(table):
        table[column] = table[column].map(neutral, na_action="ignore")
    table["geometry"] = shapely.to_wkt(gaps.geometry.array, rounding_precision=-1)
    table.to_csv(path, index=False, encoding="utf-8-sig")  # the mark without which Excel garbles Chinese


def _write_xlsx(gaps: gpd.GeoDataFrame, path: Path, context: Context) -> None:
    write_workbook(gaps, path, context.results, context.lang, name=context.name)


def _text_columns(table: pd.DataFrame) -> list[str]:
    return [name for name in table.columns if not pd.api.types.is_numeric_dtype(table[name])]


FORMATS: dict[str, Callable[[gpd.GeoDataFrame, Path, Context], None]] = {
    ".geojson": _write_geojson,
    ".gpkg": _write_gpkg,
    ".parquet": _write_parquet,
    ".csv": _write_csv,
    ".xlsx": _write_xlsx,
}
