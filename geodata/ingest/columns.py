"""Which column of a source fills which column of a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geodata.errors import SourceError
from geodata.ingest.dictionary import folded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geodata.ingest.dictionary import Dictionary
    from geodata.model import Layer

MADE_UP_FOR = ("feature_id", "district_id")  # rows are numbered; districts told apart by their names
PLACES = ("lon", "lat", "wkt")  # what the user may name beside a layer's fields
SHARED = {"barrier_left", "barrier_right"}  # one column may say both sides
_DBF_NAME = 10  # letters a shapefile leaves of a column's name


def matched_columns(
    layer: Layer,
    present: Sequence[str],
    field_map: Mapping[str, str] | None,
    source: str,
    words: Dictionary,
) -> dict[str, str]:
    """Return source column by canonical column.

    Parameters
    ----------
    present
        Columns of the source.
    field_map
        Canonical column -> source column, as the user says; goes before any likeness of names. "" leaves a
        field empty. lon, lat and wkt are for whoever makes the geometry.
    words
        What columns are called.

    Raises
    ------
    SourceError
        If `field_map` names what is not there, or a required column has no match.
    """
    chosen = {field: column for field, column in (field_map or {}).items() if field not in PLACES}
    problems = [
        f"{layer.name} has no column {field!r}; it has {', '.join(layer.column_names)}"
        for field in chosen
        if field not in layer.column_names
    ]
    problems += [
        f"there is no column {column!r} for {field}; there are {listed(present)}"
        for field, column in chosen.items()
        if column and column not in present
    ]
    chosen = named_columns(layer, present, chosen, words)
    problems += [
        f"no column for {field}; name it with --map {field}=COLUMN, there are {listed(present)}"
        for field in layer.required
        if field not in chosen and field not in MADE_UP_FOR
    ]
    if problems:
        raise SourceError(source, problems)
    return chosen


def named_columns(
    layer: Layer, present: Sequence[str], given: Mapping[str, str], words: Dictionary
) -> dict[str, str]:
    """Return the columns `given` by field, and those that are called by a word of another field."""
    chosen = dict(given)
    by_name = {folded(column): column for column in reversed(present)}
    for field in layer.column_names:
        if field not in chosen:
            names = (*words.words_of(field), field[:_DBF_NAME])
            # A column the user gave to one field is not guessed to be another.
            taken = {column for other, column in chosen.items() if not {field, other} <= SHARED}
            likely = (by_name[name] for name in names if name in by_name)
            match = next((column for column in likely if column not in taken), None)
            if match is not None:
                chosen[field] = match
    return {field: column for field, column in chosen.items() if column}


def listed(present: Sequence[str]) -> str:
    """Return names of columns as an error shows them."""
    shown = [column[:40] for column in present[:30]]
    return ", ".join(shown) + (" …" if len(present) > len(shown) else "") if shown else "none"
