"""What a source probably holds: layer, columns, values, coordinates, each with a reason; to be confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

import shapely

from geodata.ingest.columns import MADE_UP_FOR, SHARED, named_columns
from geodata.ingest.coordinates import Coordinates, clear_one, proposals
from geodata.ingest.dictionary import Dictionary, dictionary, folded
from geodata.ingest.mapping import Mapping
from geodata.model import LAYERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd

    from geodata.datum import Datum
    from geodata.ingest.look import ColumnLook, TableLook
    from geodata.model import Layer

NAMED, IN_NAME, BY_VALUES = 1.0, 0.7, 0.6  # how much a word, a part of a name, and known values prove
LAYER_LEAD = 0.25  # by which the likeliest layer must be ahead of the next
LIKELY = 0.5
_MOST = 0.6  # of a column's rows whose values are known
_EXAMPLES = 4
_TELLING = ("road_class", "surface", "kind", "landuse_class", "people", "industries", "lanes", "managed_by")
_KEEPS_UNKNOWN = 60  # distinct values that are offered for translation


@dataclass(frozen=True)
class LayerGuess:
    """A layer the source may be; score from 0 to 1."""

    layer: str
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class FieldGuess:
    """A column that may fill a field; `certain` where an import takes it without asking."""

    field: str
    column: str
    score: float
    certain: bool
    reason: str
    examples: tuple[str, ...]


@dataclass(frozen=True)
class ValueGuess:
    """A value of a mapped column, its number of rows, and what it means; None where nobody knows."""

    field: str
    value: str
    count: int
    meaning: str | None


@dataclass(frozen=True)
class Proposal:
    """What is proposed for one table of a source.

    Parameters
    ----------
    layers
        The likeliest first; none where nothing fits.
    layer
        Which of them the fields are for: the one asked for, else the likeliest.
    coordinates
        How the coordinates may be understood, the best first; empty where the source declares its system.
    unused
        Columns that fill no field.
    """

    look: TableLook
    layers: tuple[LayerGuess, ...]
    layer: str | None
    fields: tuple[FieldGuess, ...]
    values: tuple[ValueGuess, ...]
    coordinates: tuple[Coordinates, ...]
    unused: tuple[str, ...]

    @property
    def clear_layer(self) -> str | None:
        """The layer, where there is no doubt of it."""
        if not self.layers or self.layers[0].score < LIKELY:
            return None
        lead = self.layers[0].score - (self.layers[1].score if len(self.layers) > 1 else 0.0)
        return self.layers[0].layer if lead >= LAYER_LEAD else None

    @property
    def clear_coordinates(self) -> Coordinates | None:
        """How to understand the coordinates, where there is no doubt of it."""
        return clear_one(list(self.coordinates))

    @property
    def lacking(self) -> tuple[str, ...]:
        """Fields without a column, though rows cannot be used, or are in no finding, without them."""
        if self.layer is None:
            return ()
        layer, found = LAYERS[self.layer], {guess.field for guess in self.fields}
        return tuple(
            name
            for name in (*layer.required, *layer.expected)
            if name not in found and name not in MADE_UP_FOR
        )

    def mapping(self) -> Mapping:
        """Return the proposal as a mapping: what an import would have to be told."""
        best = self.clear_coordinates
        plain = best is None or (best.kind == "degrees" and not best.swapped and best.datum is None)
        return Mapping(
            layer=self.layer,
            table=self.look.table,
            crs=None if best is None or plain else best.crs,
            datum=None if best is None else best.datum,
            swap_axes=True if best is not None and best.swapped else None,
            encoding=self.look.encoding,
            fields={guess.field: guess.column for guess in self.fields},
        )


def propose(
    look: TableLook,
    *,
    name: str | None = None,
    layer: str | None = None,
    districts: gpd.GeoDataFrame | None = None,
    words: Dictionary | None = None,
) -> Proposal:
    """Return what one table of a source probably holds.

    Parameters
    ----------
    look
        What `look` found in it.
    name
        What the user calls the file, where that is not its name.
    layer
        The layer it is, where somebody knows.
    districts
        EPSG:4326, to hold undeclared coordinates against.
    words
        Dictionary; the one that comes with the program unless given.
    """
    words = words or dictionary()
    layers = _layers(look, _names(look, name), words)
    chosen = layer or (layers[0].layer if layers else None)
    fields = () if chosen is None else tuple(_fields(look, LAYERS[chosen], words))
    taken = {guess.column for guess in fields}
    return Proposal(
        look,
        tuple(layers),
        chosen,
        fields,
        () if chosen is None else tuple(_values(look, LAYERS[chosen], fields, words)),
        tuple(_coordinates(look, districts, words)),
        tuple(column.name for column in look.columns if column.name not in taken),
    )


def _layers(look: TableLook, names: Sequence[str], words: Dictionary) -> list[LayerGuess]:
    """Return the layers a table may be, from its name, its geometry, its columns and their values."""
    found = []
    for layer in LAYERS.values():
        if not _holds(layer, look):
            continue
        score, reasons = 0.0, []
        for called in names:
            if words.layer_called(called) == layer.name:
                score, reasons = 1.0, [f"called {called!r}"]
                break
            parts = [
                word
                for word in (layer.name, *words.layers.get(layer.name, ()))
                if len(word) > 1 and word in folded(called)
            ]
            if parts and score < IN_NAME:
                score, reasons = IN_NAME, [f"{max(parts, key=len)!r} in its name"]
        fields = {guess.field: guess for guess in _fields(look, layer, words)}
        lacking = [name for name in (*layer.required, *layer.expected) if name not in {*fields, *MADE_UP_FOR}]
        telling = [guess for name, guess in fields.items() if name in _TELLING]
        if telling and not lacking:
            score += 0.15 * len(telling)
            reasons += [f"column {guess.column!r} is {guess.field}" for guess in telling]
        known = _known_share(look, layer, fields, words)
        if known is not None:
            score += 0.4 * known
            reasons += [f"{known:.0%} of its kinds are known"] if known > 0 else []
        score -= 0.2 * len(lacking)
        if layer.geometry == ("LineString",) and look.geometry_types:
            score, reasons = score + 0.3, [*reasons, "its geometry is lines"]
        if score > 0:
            found.append(LayerGuess(layer.name, round(min(1.0, score), 3), tuple(reasons)))
    return sorted(found, key=lambda guess: -guess.score)


def _names(look: TableLook, name: str | None) -> list[str]:
    """Return what a table, its file, and the archive around it (where it holds nothing else) are called."""
    file, _, inner = look.source.partition(": ")
    called = (inner,) if look.shared else (inner, name or file)
    return [part for part in (look.table, *(PurePath(each).stem for each in called)) if part]


def _holds(layer: Layer, look: TableLook) -> bool:
    """Return whether most of the geometry may stand in a layer; areas may stand for points."""
    if layer.name == "pairings":
        return False  # lists of lists: a JSON file of its own
    if not look.geometry_types:
        return not layer.geometry or not layer.geometry_required
    if not layer.geometry:
        return False
    fit = {*layer.geometry, *(f"Multi{kind}" for kind in layer.geometry)}
    if layer.geometry == ("Point",):
        fit |= {"Polygon", "MultiPolygon"}
    total = sum(look.geometry_types.values())
    return sum(count for kind, count in look.geometry_types.items() if kind in fit) > total / 2


def _known_share(
    look: TableLook, layer: Layer, fields: dict[str, FieldGuess], words: Dictionary
) -> float | None:
    """Return the share of rows whose kind the dictionary knows; None for a layer without kinds."""
    name = next(iter(layer.expected), None)
    if name is None or name not in fields:
        return None
    column = next(column for column in look.columns if column.name == fields[name].column)
    return _share(column, words.values_of(layer.name, name))


def _share(column: ColumnLook, meanings: object) -> float:
    known = meanings if isinstance(meanings, dict) else {}
    rows = sum(count for _, count in column.examples)
    return sum(count for text, count in column.examples if folded(text) in known) / rows if rows else 0.0


def _fields(look: TableLook, layer: Layer, words: Dictionary) -> Iterator[FieldGuess]:
    """Yield a column for each field that has one: called so, with such a name, or of such values."""
    columns = {column.name: column for column in look.columns}
    certain = named_columns(layer, list(columns), {}, words)  # what an import takes
    taken = dict(certain)
    guesses = [
        (score, -position, field, column, reason)
        for position, field in enumerate(layer.column_names)
        if field not in {*certain, *MADE_UP_FOR, "provenance"}
        for column in look.columns
        for score, reason in [_likeness(column, layer, field, words)]
        if score > 0
    ]
    likely: dict[str, tuple[float, str]] = {}
    for score, _, field, column, reason in sorted(guesses, key=lambda guess: guess[:2], reverse=True):
        others = {name for other, name in taken.items() if not {field, other} <= SHARED}
        if field not in taken and column.name not in others:
            taken[field] = column.name
            likely[field] = score, reason
    for field in layer.column_names:
        if field in taken:
            score, reason = likely.get(field, (NAMED, "called so"))
            column = columns[taken[field]]
            examples = tuple(text for text, _ in column.examples[:_EXAMPLES])
            yield FieldGuess(field, column.name, score, field in certain, reason, examples)


def _likeness(column: ColumnLook, layer: Layer, field: str, words: Dictionary) -> tuple[float, str]:
    """Return how much speaks for a column to be a field, and what."""
    called = folded(column.name)
    parts = [word for word in words.words_of(field) if len(word) > 1 and word in called]
    if called in words.likely.get(field, ()):
        return IN_NAME, "often called so"
    if parts and not any(ord(letter) < 128 for letter in max(parts, key=len)):  # noqa: PLR2004  # ASCII
        # In Chinese the last part of a name says what it is; parts of English words prove nothing.
        return (
            IN_NAME if called.endswith(max(parts, key=len)) else LIKELY
        ), f"{max(parts, key=len)!r} in its name"
    meanings = words.values_of(layer.name, field)
    wide = [text for text, _ in column.examples if len(folded(text)) > 1]
    if meanings and wide and not column.numeric:
        share = _share(column, meanings)
        if share >= _MOST:
            return BY_VALUES * share, f"{share:.0%} of its values are known"
    return 0.0, ""


def _values(
    look: TableLook, layer: Layer, fields: Sequence[FieldGuess], words: Dictionary
) -> Iterator[ValueGuess]:
    """Yield the values of columns whose field has words for its values, and what each means."""
    columns = {column.name: column for column in look.columns}
    for guess in fields:
        meanings = words.values_of(layer.name, guess.field)
        if meanings:
            for text, count in columns[guess.column].examples[:_KEEPS_UNKNOWN]:
                yield ValueGuess(guess.field, text, count, meanings.get(folded(text)))


def _coordinates(look: TableLook, districts: gpd.GeoDataFrame | None, words: Dictionary) -> list[Coordinates]:
    """Return how the coordinates may be understood; nothing where a projection is declared.

    Degrees are looked at even where they are declared: tables know no shift, and no order.
    """
    shapes = look.sample.geometry
    if shapes is None or (look.crs is not None and look.crs != "EPSG:4326"):
        return []
    found = proposals(shapely.get_coordinates(shapes), districts, hint_of(look, words))
    if look.crs is not None and all(not one.swapped and one.datum is None for one in found):
        return []
    return found


def hint_of(look: TableLook, words: Dictionary) -> Datum | None:
    """Return the shift that names of columns of coordinates tell of."""
    header = [str(column) for column in look.sample.rows.columns]
    told = [words.datum_of(column) for column in words.all_place_columns(header)]
    return next((datum for datum in told if datum), None)
