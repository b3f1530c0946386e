"""What lies beside the table of a source that is imported, in words: left aside, and not passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN = 20
_LONGEST = 80  # letters of a name
_OF_PROGRAMS = {"layer_styles"}  # where QGIS keeps how a GeoPackage is drawn


def tables_beside(tables: Iterable[str]) -> list[str]:
    """Return one sentence on tables of a source that are not imported with another; none are none."""
    named = [table for table in tables if table not in _OF_PROGRAMS]
    return [f"tables not imported this time: {listed(named)}"] if named else []


def rasters_beside(rasters: Iterable[str]) -> list[str]:
    """Return one sentence on rasters of a source, which are not read there; none are none."""
    named = list(rasters)
    return [f"rasters, not used: {listed(named)}"] if named else []


def listed(names: Iterable[str]) -> str:
    """Return names for a sentence: the first ones, and how many more there are."""
    short = [name[:_LONGEST] for name in names]
    more = f", … (+{len(short) - _SHOWN})" if len(short) > _SHOWN else ""
    return ", ".join(short[:_SHOWN]) + more
