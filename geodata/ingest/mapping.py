"""What somebody confirmed of a source, to be said again: a saved mapping, as TOML."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import tomli_w

from geodata.datum import DATUMS, UNSHIFTED
from geodata.errors import SettingsError
from geodata.ingest.columns import PLACES
from geodata.model import LAYERS

if TYPE_CHECKING:
    from collections.abc import Mapping as Map
    from pathlib import Path

    from geodata.datum import Said

_HEAD = "# How a source is read: bordergap import WORKSPACE FILE --mapping THIS\n"


@dataclass(frozen=True)
class Mapping:
    """How the columns, values and coordinates of a source are to be understood; None where nothing is said.

    Parameters
    ----------
    fields
        Field of the layer (or lon, lat, wkt) -> column of the source; "" leaves a field empty.
    values
        Field -> value of the source -> value of the model.
    """

    layer: str | None = None
    table: str | None = None
    crs: str | None = None
    datum: Said | None = None
    swap_axes: bool | None = None
    encoding: str | None = None
    admin_level: int | None = None
    fields: Map[str, str] = field(default_factory=dict)
    values: Map[str, Map[str, str]] = field(default_factory=dict)

    def but(self, **said: Any) -> Mapping:
        """Return the same with what is said now going before; fields and values are added to."""
        own = {name: value for name, value in said.items() if value not in (None, {})}
        if "fields" in own:
            own["fields"] = {**self.fields, **own["fields"]}
        if "values" in own:
            names = {*self.values, *own["values"]}
            own["values"] = {
                name: {**self.values.get(name, {}), **own["values"].get(name, {})} for name in sorted(names)
            }
        return replace(self, **own)

    def as_dict(self) -> dict[str, Any]:
        """Return what is said as plain values."""
        said = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: value for name, value in said.items() if value not in (None, {})}


def mapping_from(values: Map[str, Any], source: str) -> Mapping:
    """Return the mapping that plain values hold.

    Raises
    ------
    SettingsError
        If a name is not known or a value of the wrong type.
    """
    known = {one.name for one in fields(Mapping)}
    problems = [
        f"{name!r} is not known; there are {', '.join(sorted(known))}" for name in values if name not in known
    ]
    said = {name: values[name] for name in known if values.get(name) is not None}
    texts = ("layer", "table", "crs", "datum", "encoding")
    problems += [f"{name}: give a text" for name in texts if not isinstance(said.get(name, ""), str)]
    if said.get("layer", "roads") not in LAYERS:
        problems.append(f"layer: there is no {said['layer']!r}; there are {', '.join(LAYERS)}")
    if said.get("datum", UNSHIFTED) not in {*DATUMS, UNSHIFTED}:
        problems.append(f"datum: give one of {', '.join((*DATUMS, UNSHIFTED))}")
    if not isinstance(said.get("swap_axes", False), bool):
        problems.append("swap_axes: give true or false")
    level = said.get("admin_level", 1)
    if isinstance(level, bool) or not isinstance(level, int):
        problems.append("admin_level: give a whole number")
    columns, meanings = said.get("fields", {}), said.get("values", {})
    if not _of_texts(columns):
        problems.append('fields: give columns by field, such as name = "名称"')
    elif unknown := [name for name in columns if name not in {*_all_fields(), *PLACES}]:
        problems.append(f"fields: there is no {unknown[0]!r}")
    if not isinstance(meanings, dict) or not all(_of_texts(table) for table in meanings.values()):
        problems.append('values: give values by field, such as [values.surface] with "水泥" = "concrete"')
    if problems:
        raise SettingsError(f"{source} is no mapping:" + "".join(f"\n  {each}" for each in problems))
    return Mapping(**said)


def read_mapping(path: Path) -> Mapping:
    """Return the mapping in a TOML file.

    Raises
    ------
    SettingsError
        If it is none.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path.name}: {error}; write it by --save-mapping") from error
    return mapping_from(values, path.name)


def write_mapping(path: Path, mapping: Mapping) -> None:
    """Write a mapping as TOML, beside its name first."""
    staged = path.with_name(f"{path.name}.new")
    staged.write_text(_HEAD + tomli_w.dumps(mapping.as_dict()), encoding="utf-8")
    staged.replace(path)


def _all_fields() -> set[str]:
    return {name for layer in LAYERS.values() for name in layer.column_names}


def _of_texts(table: Any) -> bool:
    return isinstance(table, dict) and all(
        isinstance(key, str) and isinstance(value, str) for key, value in table.items()
    )
