"""Which column of a source fills which column of a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geodata.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geodata.model import Layer

_MADE_UP_FOR = ("feature_id", "district_id")  # rows are numbered; districts told apart by their names
_DBF_NAME = 10  # letters a shapefile leaves of a column's name

# Other names of columns, lower case; the first one there is taken. OSM's names where OSM has one.
ALIASES: dict[str, tuple[str, ...]] = {
    "feature_id": ("id", "fid", "osm_id", "gid", "objectid", "编号"),
    "district_id": ("id", "code", "adcode", "gb", "区划代码", "行政区划代码"),
    "name": ("名称",),
    "name_en": ("name:en",),
    "road_class": ("highway", "class"),
    "landuse_class": ("landuse", "class"),
    "maxspeed_kmh": ("maxspeed",),
    "width_m": ("width",),
    "managed_by": ("operator",),
    "people": ("population", "人口"),
    "population": ("人口",),
    "kind": ("类型",),
}


def matched_columns(
    layer: Layer, present: Sequence[str], field_map: Mapping[str, str] | None, source: str
) -> dict[str, str]:
    """Return source column by canonical column.

    Parameters
    ----------
    present
        Columns of the source.
    field_map
        Canonical column -> source column, as the user says; goes before any likeness of names.

    Raises
    ------
    SourceError
        If `field_map` names what is not there, or a required column has no match.
    """
    chosen = dict(field_map or {})
    problems = [
        f"{layer.name} has no column {field!r}; it has {', '.join(layer.column_names)}"
        for field in chosen
        if field not in layer.column_names
    ]
    problems += [
        f"there is no column {column!r} for {field}; there are {listed(present)}"
        for field, column in chosen.items()
        if column not in present
    ]
    by_name = {column.strip().lower(): column for column in reversed(present)}
    for field in layer.column_names:
        if field not in chosen:
            names = (field, *ALIASES.get(field, ()), field[:_DBF_NAME])
            # A column the user gave to one field is not guessed to be another.
            likely = (by_name[name] for name in names if name in by_name)
            match = next((column for column in likely if column not in chosen.values()), None)
            if match is not None:
                chosen[field] = match
    problems += [
        f"no column for {field}; name it with --map {field}=COLUMN, there are {listed(present)}"
        for field in layer.required
        if field not in chosen and field not in _MADE_UP_FOR
    ]
    if problems:
        raise SourceError(source, problems)
    return chosen


def listed(present: Sequence[str]) -> str:
    """Return names of columns as an error shows them."""
    shown = [column[:40] for column in present[:30]]
    return ", ".join(shown) + (" …" if len(present) > len(shown) else "") if shown else "none"
