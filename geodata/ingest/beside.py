"""What lies beside the table of a source that is imported, in words: left aside, and not passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_TABLES = "tables not imported this time: "
_SHOWN = 20
_LONGEST = 80  # letters of a name
_OF_PROGRAMS = {"layer_styles"}  # where QGIS keeps how a GeoPackage is drawn


def tables_beside(tables: Iterable[str]) -> list[str]:
    """Return one sentence on tables of a source that are not imported with another; none are none."""
    named = [table for table in tables if table not in _OF_PROGRAMS]
    return [f"{_TABLES}{listed(named)}"] if named else []


def without_tables(notes: Iterable[str], tables: Iterable[str]) -> list[str]:
    """Return notes without those tables among the ones that are not imported."""
    gone = set(tables)
    kept: list[str] = []
    for note in notes:
        named = note.removeprefix(_TABLES).split(", ") if note.startswith(_TABLES) else []
        if gone.isdisjoint(named):
            kept.append(note)
        elif left := [name for name in named if name not in gone]:
            kept.append(f"{_TABLES}{', '.join(left)}")
    return kept


def rasters_beside(rasters: Iterable[str]) -> list[str]:
    """Return one sentence on rasters of a source, which are not read there; none are none."""
    named = list(rasters)
    return [f"rasters, not used: {listed(named)}"] if named else []


def listed(names: Iterable[str]) -> str:
    """Return names for a sentence: the first ones, and how many more there are."""
    short = [name[:_LONGEST] for name in names]
    more = f", … (+{len(short) - _SHOWN})" if len(short) > _SHOWN else ""
    return ", ".join(short[:_SHOWN]) + more
