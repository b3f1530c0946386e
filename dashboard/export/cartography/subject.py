"""What a map is about: the workspace, a pairing or one gap; which borders, gaps and extent that means."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboard.export.cartography.nearby import rows_near
from dashboard.export.worst import worst_by_segment
from dashboard.maps.palette import severity_class
from geodata.errors import UsageError
from geodata.model import LAYERS
from layers.kinds import KINDS
from layers.wording import is_missing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from dashboard.export.cartography.frame import Box
    from dashboard.results import Results

PAIR = 2  # members; more are a group
LEAST_SPAN_DEG = 0.035  # some 4 km: a place is shown with what is around it
NAMED_WITHIN_DEG = 0.12  # features that a gap names are shown where they are nearer than this
SOME_IDS = 5
MOST_MARKS = 60


@dataclass(frozen=True)
class Subject:
    """What a map shows.

    Parameters
    ----------
    pairing_id
        None for the whole workspace.
    keys
        Adjacent pairings whose borders are drawn by severity.
    gaps
        Rows of `Results.gaps` in the order of their numbers on the map, from 1.
    chosen
        The gap a locator map is of.
    named
        Layer -> rows that the chosen gap's evidence names.
    bounds
        What has to be in the picture, degrees.
    home
        The borders with what may be named near them, degrees; None of a workspace, or without borders.
    """

    results: Results
    pairing_id: str | None
    keys: list[str]
    gaps: Any
    chosen: Any
    named: dict[str, Any]
    bounds: Box
    home: Box | None

    @property
    def members(self) -> list[list[str]]:
        """Members of the pairing, as lists of district ids; none of a workspace."""
        return [] if self.pairing_id is None else self.results.members[self.pairing_id]

    @property
    def is_pair(self) -> bool:
        """Whether there is a side a and a side b."""
        return len(self.members) == PAIR

    @property
    def is_wide(self) -> bool:
        """Whether there are too many gaps for marks: borders are drawn as a whole, by their worst gap."""
        return self.chosen is None and (self.pairing_id is None or len(self.gaps) > MOST_MARKS)

    def severity_classes(self) -> pd.Series:
        """Return the class of every touched segment, by (pairing_id, segment): of the worst gap on it."""
        return worst_by_segment(self.gaps).map(severity_class).astype(int)


def subject_of(
    results: Results, pairing_id: str | None, gap_id: str | None = None, gaps: Sequence[str] | None = None
) -> Subject:
    """Return what a map of a pairing, of one of its gaps, or of the whole workspace is about.

    Parameters
    ----------
    gaps
        Ids of the gaps to show, in the order of their numbers; all, worst first, without.

    Raises
    ------
    UsageError
        For a pairing or a gap that the workspace does not have.
    """
    if pairing_id is not None and pairing_id not in results.members:
        raise UsageError(f"no pairing {pairing_id!r}; there are {_some(list(results.members))}")
    if pairing_id is None and gap_id is not None:
        raise UsageError(f"gap {gap_id!r}: name its pairing too")
    if pairing_id is None:
        keys = list(results.borders.index)
    else:
        inner = results.inner_pairings(pairing_id)
        keys = inner if len(results.members[pairing_id]) > PAIR else [pairing_id]
    rows = results.gaps[results.gaps["pairing_id"].isin({*keys, *([pairing_id] if pairing_id else [])})]
    if gaps is not None:
        known = rows.set_index("gap_id", drop=False)
        if unknown := [key for key in gaps if key not in known.index]:
            raise UsageError(f"no gap {unknown[0]!r} here; there are {_some(list(known.index))}")
        rows = known.loc[list(gaps)].reset_index(drop=True)
    home = _home(results, pairing_id, keys)
    chosen = None
    named: dict[str, Any] = {}
    if gap_id is not None:
        found = rows[rows["gap_id"] == gap_id]
        if found.empty:
            raise UsageError(f"no gap {gap_id!r} in {pairing_id}; there are {_some(list(rows['gap_id']))}")
        chosen = found.iloc[0]
        named = _named(results, chosen, home)
    bounds = _bounds(results, pairing_id, keys, chosen, named)
    return Subject(results, pairing_id, keys, rows, chosen, named, bounds, home)


def _bounds(
    results: Results, pairing_id: str | None, keys: list[str], chosen: Any, named: dict[str, Any]
) -> Box:
    """Return the extent to show: of the gap and what it names, of the borders, else of the members."""
    if chosen is not None and chosen.geometry is not None and not chosen.geometry.is_empty:
        boxes = [chosen.geometry.bounds, *(rows.total_bounds for rows in named.values() if len(rows))]
        return _spanned(_union(boxes))
    if pairing_id is None:
        return results.bounds
    borders = results.borders[results.borders.index.isin(keys)]
    districts = {part for member in results.members[pairing_id] for part in member}
    members = results.districts[results.districts["district_id"].isin(districts)]
    if len(borders) and len(results.members[pairing_id]) == PAIR:
        return _spanned(_union([borders.total_bounds]))
    return _union([members.total_bounds]) if len(members) else results.bounds


def _home(results: Results, pairing_id: str | None, keys: list[str]) -> Box | None:
    borders = results.borders[results.borders.index.isin(keys)]
    if pairing_id is None or borders.empty:
        return None
    return _wider(borders.total_bounds, NAMED_WITHIN_DEG)


def _wider(box: Sequence[float], by: float) -> Box:
    west, south, east, north = box
    return west - by, south - by, east + by, north + by


def _union(boxes: Sequence[Any]) -> Box:
    array = np.array(boxes, dtype=float).reshape(-1, 4)
    low, high = array[:, :2].min(axis=0), array[:, 2:].max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _spanned(box: Box) -> Box:
    """Return a box that is nowhere narrower than the least span."""
    west, south, east, north = box
    wider = max(0.0, LEAST_SPAN_DEG - (east - west)) / 2
    higher = max(0.0, LEAST_SPAN_DEG - (north - south)) / 2
    return west - wider, south - higher, east + wider, north + higher


def _named(results: Results, gap: Any, home: Box | None) -> dict[str, Any]:
    """Return by layer the features near a gap that its evidence names."""
    if is_missing(gap["evidence"]) or gap.geometry is None or gap["border_wide"]:
        return {}
    names = set(_texts(json.loads(gap["evidence"])))
    box = _wider(gap.geometry.bounds, NAMED_WITHIN_DEG)
    found = {}
    for layer in KINDS[gap["kind"]].layers:
        if layer not in LAYERS or not results.workspace.has_layer(layer):
            continue
        rows = rows_near(results, layer, box, home)
        rows = rows[rows["feature_id"].isin(names)]
        if len(rows):
            found[layer] = rows
    return found


def _texts(value: Any) -> Iterator[str]:
    """Return every text of a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def _some(ids: list[str]) -> str:
    listed = ", ".join(ids[:SOME_IDS])
    return listed if len(ids) <= SOME_IDS else f"{listed} and {len(ids) - SOME_IDS} more"
