"""What defects of the data do to which finding: rows set aside, attributes unknown, places elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geodata.memberships import memberships
from layers.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import geopandas as gpd
    import pandas as pd

    from geodata.intake import IntakeRecord

SERVICES = ("service_wall", "service_desert", "service_duplicate", "service_imbalance")
PLACES = ("facilities", "population")  # layers whose rows count for the district they lie in
COMPARED = "comparisons"  # members as wholes (METHOD 8)
# An attribute that is unknown, and the checks that then find less, or are less sure (METHOD 5 and 6).
ATTRIBUTES: dict[tuple[str, str], tuple[str, ...]] = {
    ("districts", "population"): (COMPARED,),
    ("districts", "seat_lon"): (COMPARED,),
    ("roads", "road_class"): ("road_dead_end", "road_step_change", "low_permeability", *SERVICES),
    ("roads", "surface"): ("road_step_change", "asset_imbalance", "border_depression", "use_contrast"),
    ("roads", "lanes"): ("road_step_change",),
    ("roads", "width_m"): ("road_step_change",),
    ("roads", "maxspeed_kmh"): ("road_step_change", *SERVICES),
    ("roads", "lit"): ("road_step_change",),
    ("roads", "sidewalk"): ("road_step_change", "roadside_mismatch"),
    ("roads", "barrier_left"): ("road_step_change", "roadside_mismatch"),
    ("roads", "managed_by"): ("responsibility",),
    ("facilities", "kind"): SERVICES,
    ("facilities", "capacity"): ("service_imbalance", "service_duplicate"),
    ("assets", "kind"): ("asset_imbalance", "border_depression", "use_contrast", "roadside_mismatch"),
    ("assets", "managed_by"): ("responsibility",),
    ("parks", "industries"): ("park_duplicate",),
    ("landuse", "landuse_class"): ("landuse_conflict", "use_contrast"),
}


@dataclass(frozen=True)
class Defect:
    """One defect of a layer.

    Parameters
    ----------
    layer
        Where it is.
    name
        quarantined, repaired, unknown (an attribute), outside (of all districts), generated or fallback
        (data), boundary_overlap or boundary_gap.
    count, of
        Rows with it, of how many; findings where it is one of boundaries, and then of none.
    checks
        Kinds of gap that it makes incomplete or less sure; `comparisons` for members as wholes.
    column
        The attribute that is unknown; else None.
    """

    layer: str
    name: str
    count: int
    of: int
    checks: tuple[str, ...]
    column: str | None = None


@dataclass(frozen=True)
class Held:
    """What is known of a layer: its record, its rows, those without each attribute, those outside."""

    record: IntakeRecord | None
    rows: int
    unknown: Mapping[str, int]
    outside: int = 0


def defects(layer: str, held: Held, gaps: pd.DataFrame) -> list[Defect]:
    """Return the defects of a layer, the most frequent first.

    Parameters
    ----------
    layer
        Its name.
    held
        What is known of it.
    gaps
        Findings of the last analysis; uses `kind`. No rows where there was none.
    """
    found = [
        *_of_record(layer, held.record),
        *(
            Defect(layer, "unknown", unknown, held.rows, checks, column)
            for (name, column), checks in ATTRIBUTES.items()
            if name == layer and (unknown := held.unknown.get(column, held.rows))
        ),
    ]
    if held.outside:
        found.append(Defect(layer, "outside", held.outside, held.rows, _looking_at(layer)))
    if layer == "districts":
        found += [
            Defect(layer, kind, count, 0, tuple(KINDS))
            for kind in ("boundary_overlap", "boundary_gap")
            if (count := int((gaps["kind"] == kind).sum()))
        ]
    return sorted(found, key=lambda defect: -defect.count)


def outside(places: gpd.GeoDataFrame, districts: gpd.GeoDataFrame) -> int:
    """Return how many `places` (points, EPSG:4326) lie in none of `districts` (EPSG:4326)."""
    inside = memberships(places.geometry.array, districts)["row"].nunique()
    return len(places) - int(inside)


def _of_record(layer: str, record: IntakeRecord | None) -> Iterator[Defect]:
    if record is None:
        return
    checks = tuple(KINDS) if layer == "districts" else _looking_at(layer)
    if record.quarantined:
        yield Defect(layer, "quarantined", record.quarantined, record.rows_read, checks)
    if record.repaired:
        yield Defect(layer, "repaired", record.repaired, record.rows_read, checks)
    if record.provenance in {"generated", "fallback"}:
        yield Defect(layer, record.provenance, record.accepted, record.accepted, checks)


def _looking_at(layer: str) -> tuple[str, ...]:
    """Return the kinds of gap that look at `layer`, in the order of the table; else comparisons."""
    looking = (name for name, kind in KINDS.items() if layer in {*kind.needs, *kind.any_of, *kind.reads})
    return tuple(looking) or (COMPARED,)
