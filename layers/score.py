"""From finding to gap: people, exposure, severity, place on the border, stable id (METHOD 6)."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.model import TABLES
from layers.frame import ON_LINE_M
from layers.kinds import KINDS, domain_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.frame import BorderFrame

AFFECTED_WITHIN_M = 2000.0  # straight line, any district
EXPOSURE_DECADES = 5.0  # 100 000 people are full exposure
MAGNITUDE_WEIGHT, EXPOSURE_WEIGHT = 0.6, 0.4
UNKNOWN_EXPOSURE = 0.5  # without a population layer
UNKNOWN_CONFIDENCE = 0.5
LEAST_CONFIDENCE = 0.2
ID_LETTERS = 16


def gaps(frame: BorderFrame, findings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return `findings` as gaps.

    Parameters
    ----------
    frame
        The block the findings were made in.
    findings
        Rows of `layers.findings.FINDING_COLUMNS`, strip coordinates.

    Returns
    -------
    gaps
        Columns of `TABLES["gaps"]`, EPSG:4326, worst first; evidence as JSON text.
    """
    found = findings.reset_index(drop=True)
    columns = list(TABLES["gaps"].column_names)
    rows = found.reindex(columns=columns)
    rows["pairing_id"] = frame.pairs["pairing_id"].to_numpy()[found["pair"].astype(np.intp)]
    rows["domain"] = [
        domain_of(kind, what, evidence)
        for kind, what, evidence in zip(found["kind"], found["what"], found["evidence"], strict=True)
    ]
    rows["length_m"] = found["length_m"].where(found["length_m"].notna(), _line_lengths(found))
    rows["people"] = found["people"].where(found["people"].notna(), people_near(frame, found))
    rows["exposure"], doubt = exposure(rows["people"])
    rows["confidence"] = np.maximum(found["confidence"] * doubt, LEAST_CONFIDENCE)
    rows["severity"] = severity(rows["magnitude"], rows["exposure"], rows["confidence"])
    rows["segment_from"], rows["segment_to"], rows["chainage_m"] = _places(frame, found)
    rows["gap_id"] = _ids(rows, found["features"])
    rows["evidence"] = [evidence_text(evidence) for evidence in found["evidence"]]
    scored = gpd.GeoDataFrame(rows, geometry=frame.strip.unproject(found.geometry.array), crs="EPSG:4326")
    return worst_first(scored)


def worst_first(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return gaps ordered by falling severity; ties by pairing, chainage and id."""
    order = ["severity", "pairing_id", "chainage_m", "gap_id"]
    return rows.sort_values(order, ascending=[False, True, True, True], ignore_index=True)


def exposure(people: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return exposure (0 to 1) by people affected, and the factor on confidence where people are unknown."""
    known = people.notna()
    share = np.minimum(1.0, np.log10(1.0 + people.fillna(0.0)) / EXPOSURE_DECADES)
    return share.where(known, UNKNOWN_EXPOSURE), pd.Series(1.0, people.index).where(known, UNKNOWN_CONFIDENCE)


def severity(magnitude: pd.Series, exposed: pd.Series, confidence: pd.Series) -> pd.Series:
    """Return severity 0 to 100, one decimal."""
    raw = 100 * confidence * (MAGNITUDE_WEIGHT * magnitude + EXPOSURE_WEIGHT * exposed)
    return raw.astype(np.float64).round(1)


def people_near(frame: BorderFrame, findings: gpd.GeoDataFrame) -> pd.Series:
    """Return by finding the people within 2 km of its geometry; NaN without a population layer."""
    population = frame.layer("population")
    if population is None:
        return pd.Series(np.nan, findings.index)
    geometry = np.asarray(findings.geometry.array, dtype=object)
    tree = shapely.STRtree(population.geometry.array)
    finding, person = tree.query(geometry, predicate="dwithin", distance=AFFECTED_WITHIN_M)
    people = np.bincount(finding, population["people"].to_numpy(np.float64)[person], minlength=len(geometry))
    return pd.Series(people, findings.index)


def evidence_text(evidence: dict[str, Any]) -> str:
    """Return evidence as JSON text with sorted keys; not-a-number is null."""
    return json.dumps(_plain(evidence), ensure_ascii=False, sort_keys=True, allow_nan=False)


def _plain(value: Any) -> Any:
    """Return `value` with numpy's types and missing numbers as JSON has them."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset | np.ndarray):
        items = sorted(value) if isinstance(value, set | frozenset) else value
        return [_plain(item) for item in items]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return None if value is pd.NA else value


def _line_lengths(findings: gpd.GeoDataFrame) -> pd.Series:
    lines = findings.geom_type.isin(["LineString", "MultiLineString"])
    return pd.Series(findings.length.where(lines))


def _places(frame: BorderFrame, findings: gpd.GeoDataFrame) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Return first segment, last segment and chainage of each finding, where its check gave none."""
    pair = findings["pair"].to_numpy(np.intp)
    geometry = np.asarray(findings.geometry.array, dtype=object)
    placed = (frame.lengths_m[pair] > 0) & ~shapely.is_empty(geometry) & ~shapely.is_missing(geometry)
    chainage = np.full(len(findings), np.nan)
    chainage[placed] = _first_chainage(frame, pair[placed], geometry[placed])
    first, last = np.full(len(findings), np.nan), np.full(len(findings), np.nan)
    first[placed], last[placed] = _touched_segments(frame, pair[placed], geometry[placed])

    def given_or(column: str, derived: NDArray[np.float64]) -> pd.Series:
        return pd.Series(findings[column].where(findings[column].notna(), derived))

    return (
        given_or("segment_from", first).astype("Int64"),
        given_or("segment_to", last).astype("Int64"),
        given_or("chainage_m", chainage),
    )


def _first_chainage(
    frame: BorderFrame, pair: NDArray[np.intp], geometry: NDArray[np.object_]
) -> NDArray[np.float64]:
    """Return the chainage of the border's first point nearest to each geometry."""
    borders = frame.borders[pair]
    nearest = shapely.get_point(shapely.shortest_line(borders, geometry), 0)
    chainage = frame.chainage_m(pair, nearest)
    shared = shapely.intersection(borders, geometry)
    xy, owner = shapely.get_coordinates(shared, return_index=True)
    if len(xy):
        along = frame.chainage_m(pair[owner], shapely.points(xy))
        np.minimum.at(chainage, owner, along)
    return chainage


def _touched_segments(
    frame: BorderFrame, pair: NDArray[np.intp], geometry: NDArray[np.object_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the first and the last segment each geometry touches, else the nearest one twice."""
    number = frame.segments["segment"].to_numpy()
    nearest = shapely.get_point(shapely.shortest_line(geometry, frame.borders[pair]), 0)
    row = frame.segment_at(pair, nearest) if len(pair) else np.empty(0, dtype=np.intp)
    first, last = number[row].astype(np.float64), number[row].astype(np.float64)
    tree = shapely.STRtree(frame.segments.geometry.array)
    finding, touched = tree.query(geometry, predicate="dwithin", distance=ON_LINE_M)
    own = frame.segments["pair"].to_numpy()[touched] == pair[finding]
    finding, touched = finding[own], touched[own]
    extended = ~np.isin(shapely.get_type_id(geometry), (shapely.GeometryType.POINT,))
    keep = extended[finding]  # a point on a joint belongs to one segment, the smaller
    np.minimum.at(first, finding[keep], number[touched[keep]])
    np.maximum.at(last, finding[keep], number[touched[keep]])
    return first, last


def _ids(rows: gpd.GeoDataFrame | pd.DataFrame, features: pd.Series) -> pd.Series:
    """Return stable ids: the same finding in the next run has the same id."""
    parts = rows[["pairing_id", "kind", "side"]].astype(str)
    parts["what"] = rows["what"].where(rows["what"].notna(), "").astype(str)
    parts["features"] = [json.dumps(sorted(map(str, ids)), ensure_ascii=False) for ids in features]
    names = list(parts.columns)
    order = parts.assign(chainage_m=rows["chainage_m"], severity=rows["severity"])
    ordinal = order.sort_values(["chainage_m", "severity"]).groupby(names).cumcount()
    parts["ordinal"] = ordinal.reindex(parts.index).astype(str)
    return pd.Series(
        [
            hashlib.sha256("\x1f".join(values).encode()).hexdigest()[:ID_LETTERS]
            for values in parts.itertuples(index=False, name=None)
        ],
        index=rows.index,
        dtype=object,
    )


def is_border_wide(rows: pd.DataFrame, segments: pd.Series) -> pd.Series:
    """Return which gaps concern the border as a whole: listed beside the affected share (METHOD 6).

    Parameters
    ----------
    rows
        Gaps.
    segments
        Number of segments of the border, by `pairing_id`.
    """
    wide_kind = rows["kind"].map(lambda kind: KINDS[kind].border_wide).astype(bool)
    last = rows["pairing_id"].map(segments).astype("float64") - 1  # of no gaps it would stay text
    whole = (rows["segment_from"] == 0) & (rows["segment_to"] == last)
    return wide_kind | ((rows["kind"] == "low_permeability") & whole.fillna(value=False).astype(bool))
