"""What sources call layers, columns and values, in Chinese and English: data files, and a user's words."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.errors import SettingsError
from geodata.model import LAYERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geodata.datum import Datum

USER_FILE = "dictionary.toml"  # in the workspace
_FOLDER = Path(__file__).with_name("dictionaries")
_SECTIONS = ("layers", "columns", "likely", "places", "datums", "values")
_UNIT = re.compile(r"[(（\[【]([^()（）\[\]【】]{1,12})[)）\]】]$")
_PLACES = ("lon", "lat", "wkt")

Words = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Dictionary:
    """Words by what they mean; all folded, see `folded`.

    Parameters
    ----------
    layers, columns
        Layer, or field of a layer -> words that say it.
    likely
        Field -> words of columns that make it likely.
    places
        lon, lat, wkt -> words of columns of coordinates; pair -> of those that may hold both numbers;
        metres -> those of them that may be metres.
    datums
        Shift -> parts of such words that tell it.
    values
        Field, or `layer.field` -> word -> value of the model; the model's own values among the words.
    """

    layers: Words = field(default_factory=dict)
    columns: Words = field(default_factory=dict)
    likely: Words = field(default_factory=dict)
    places: Words = field(default_factory=dict)
    datums: Words = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)

    def layer_called(self, name: str) -> str | None:
        """Return the layer a file or table of this name holds, None where the name does not say it."""
        said = folded(name)
        return next((layer for layer in LAYERS if said == layer or said in self.layers.get(layer, ())), None)

    def words_of(self, field_name: str) -> tuple[str, ...]:
        """Return what columns of a field are called, its own name first."""
        return (field_name, *self.columns.get(field_name, ()))

    def values_of(self, layer: str, field_name: str) -> Mapping[str, str]:
        """Return the value of each known word of a field; none for a field of free text."""
        own = f"{layer}.{field_name}"
        return self.values.get(own) or self.values.get(field_name) or {}

    def place_columns(self, header: Sequence[str], place: str) -> list[str]:
        """Return the columns of a header that are called by a word of `place` (lon, lat, wkt), best first."""
        by_name = {folded(column): column for column in reversed(header)}
        return [by_name[word] for word in self.places.get(place, ()) if word in by_name]

    def all_place_columns(self, header: Sequence[str]) -> list[str]:
        """Return all columns of a header that hold coordinates."""
        return [column for place in (*_PLACES, "pair") for column in self.place_columns(header, place)]

    def may_be_metres(self, column: str) -> bool:
        """Return whether a column of coordinates has a name that may as well be of metres."""
        return folded(column) in self.places.get("metres", ())

    def datum_of(self, column: str) -> Datum | None:
        """Return the shift that the name of a column of coordinates tells of."""
        said = folded(column)
        told = [datum for datum, parts in self.datums.items() if any(part in said for part in parts)]
        return told[0] if told else None  # type: ignore[return-value]  # the file is checked for it


def folded(text: str) -> str:
    """Return a word as it is compared: without case, width of letters, spaces and a unit in brackets."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    return re.sub(r"\s+", "", _UNIT.sub("", plain))


def unit_in(column: str) -> str | None:
    """Return the unit in brackets at the end of a column's name: `人口(万人)`."""
    found = _UNIT.search(unicodedata.normalize("NFKC", column).strip())
    return found.group(1).strip().lower() if found else None


def dictionary(workspace: Path | None = None) -> Dictionary:
    """Return the words that come with the program, and those of the workspace's `dictionary.toml`.

    The user's words go before: a word that both have means what the user says.

    Raises
    ------
    SettingsError
        If the user's file cannot be read, or names what there is not.
    """
    own = None if workspace is None else workspace / USER_FILE
    if own is None or not own.is_file():
        return _shipped()
    try:
        said = tomllib.loads(own.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{USER_FILE}: {error}; write it as TOML") from error
    _require_known(said)
    return _joined([said, *_documents()])


@cache
def _shipped() -> Dictionary:
    return _joined(_documents())


@cache
def _documents() -> tuple[dict[str, Any], ...]:
    return tuple(tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(_FOLDER.glob("*.toml")))


def _joined(documents: Iterable[Mapping[str, Any]]) -> Dictionary:
    words: dict[str, Words] = {section: {} for section in _SECTIONS}
    values: dict[str, dict[str, str]] = {}
    for document in documents:  # the first to say something is believed
        for section, table in document.items():
            if section == "values":
                for name, meanings in table.items():
                    _add_values(values.setdefault(name, {}), meanings)
                continue
            for name, said in table.items():
                own = words[section].get(name, ())
                words[section][name] = tuple(dict.fromkeys([*own, *(folded(word) for word in said)]))
    del words["values"]
    return Dictionary(**words, values=values)


def _add_values(known: dict[str, str], meanings: Mapping[str, Sequence[str]]) -> None:
    for value, said in meanings.items():
        for word in (value, *said):
            known.setdefault(folded(word), value)


def _require_known(said: Mapping[str, Any]) -> None:
    """Raise SettingsError for a section, layer or field that is none, or for words that are no list."""
    fields = {column for layer in LAYERS.values() for column in layer.column_names}
    known = {
        "layers": set(LAYERS),
        "columns": fields,
        "likely": fields,
        "places": {*_PLACES, "pair", "metres"},
        "datums": {"gcj02", "bd09"},
        "values": fields
        | {f"{layer.name}.{name}" for layer in LAYERS.values() for name in layer.column_names},
    }
    problems = []
    for section, table in said.items():
        if section not in known or not isinstance(table, dict):
            problems.append(f"[{section}] is no section; there are {', '.join(_SECTIONS)}")
            continue
        problems += [f"{section}: there is no {name!r}" for name in table if name not in known[section]]
        lists = [
            words
            for entry in table.values()
            for words in (entry.values() if section == "values" and isinstance(entry, dict) else [entry])
        ]
        if not all(
            isinstance(words, list) and all(isinstance(word, str) for word in words) for words in lists
        ):
            problems.append(f'{section}: give lists of words, such as name = ["名称"]')
    if problems:
        raise SettingsError(f"{USER_FILE} does not fit:" + "".join(f"\n  {each}" for each in problems))
