"""The whole way from layers to result tables without files, for worlds drawn by hand in metres."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import drawn
import world

from geodata.settings import Settings
from layers.block import CROSSINGS, PROFILES
from layers.kinds import KINDS
from layers.region import region_of
from layers.results import result_tables
from layers.work import run_checks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from layers.region import Region

DUE = (*KINDS, CROSSINGS, PROFILES)


def region(
    shapes: Mapping[str, Any], *, settings: Settings | None = None, **layers: Sequence[Mapping[str, Any]]
) -> Region:
    """Return the region of districts (polygons by id) and layers, all drawn around (0, 0)."""
    mapped = {name: world.STRIP.unproject_frame(world.layer(name, rows)) for name, rows in layers.items()}
    stored = {"districts": drawn.districts(shapes), **mapped}
    return region_of(stored, settings or Settings(), {}, pairings_only=False)


def analysed(
    shapes: Mapping[str, Any],
    *,
    settings: Settings | None = None,
    due: Sequence[str] = DUE,
    **layers: Sequence[Mapping[str, Any]],
) -> dict[str, pd.DataFrame]:
    """Return all result tables of a world drawn around (0, 0): every check, or those `due`, of every pair."""
    return results(region(shapes, settings=settings, **layers), due)


def results(made: Region, due: Sequence[str] = DUE) -> dict[str, pd.DataFrame]:
    """Return all result tables of a region."""
    asked = {*made.pairs["pairing_id"], *made.far["pairing_id"]}
    made, result = run_checks(made, asked, due, engine="serial")
    return result_tables(made, result)


def notes(tables: Mapping[str, pd.DataFrame], check: str | None = None) -> list[tuple[Any, ...]]:
    """Return what was not computed as (pairing_id, check, what, count, reason), of one check or of all."""
    rows = tables["not_computed"].astype(object)
    rows = rows.where(rows.notna(), None)
    chosen = rows if check is None else rows[rows["check"] == check]
    return list(chosen.itertuples(index=False, name=None))
