"""The one way from rows as they came to rows of a layer: nothing silent, nothing lost."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.datum import DATUMS, UNSHIFTED
from geodata.errors import SourceError
from geodata.ingest.cells import with_places
from geodata.ingest.columns import PLACES, listed, matched_columns
from geodata.ingest.dictionary import dictionary, unit_in
from geodata.ingest.notes import merged
from geodata.ingest.raw import RawSource
from geodata.ingest.shapes import Shapes, fit_to_layer, in_degrees
from geodata.ingest.values import Meanings, coerced
from geodata.intake import IntakeRecord
from geodata.model import STORED_CRS
from geodata.tables import canonical_frame

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

    from geodata.datum import Datum, Said
    from geodata.ingest.dictionary import Dictionary
    from geodata.ingest.raw import RawTable
    from geodata.model import Layer

ValueMap = Mapping[str, Mapping[str, str]]  # field -> value of the source -> value of the model

ROW, REASON = "row", "reason"  # columns of rows set aside; with both, a file brings such rows back
WKT, CRS = "wkt", "crs"
DATUM, AXES = "datum", "axes"  # how their coordinates are to be understood, where that was said
SWAPPED = "swapped"
OWN = (ROW, REASON, WKT, CRS, DATUM, AXES)
_UNUSED_SHOWN = 20
_ROWS_SHOWN = 10
_LINE, _MULTILINE = 1, 5
_MOST_DIGITS = 15  # of the number of a row; what has more is another text


@dataclass(frozen=True)
class Prepared:
    """A layer ready to be stored, and what is kept of how it came."""

    frame: pd.DataFrame
    record: IntakeRecord
    quarantined: pd.DataFrame
    only: bool = False


@dataclass(frozen=True)
class Meant:
    """How a source is to be understood, as the user says.

    Parameters
    ----------
    field_map
        Canonical column -> column of the source; lon and lat, or wkt, name columns of coordinates.
    crs, datum, swap_axes
        How the coordinates are to be understood; None leaves it to rows that come back.
    value_map
        Canonical column -> value of the source -> value of the model.
    words
        What columns and values are called; those that come with the program unless given.
    near
        Districts that proposals for a missing reference system are held against.
    """

    field_map: Mapping[str, str] = field(default_factory=dict)
    crs: str | None = None
    datum: Said | None = None
    swap_axes: bool | None = None
    value_map: ValueMap = field(default_factory=dict)
    words: Dictionary | None = None
    near: gpd.GeoDataFrame | None = None


def normalise(
    raw: RawTable,
    layer: Layer,
    *,
    field_map: Mapping[str, str] | None = None,
    crs: str | None = None,
    datum: Said | None = None,
    swap_axes: bool | None = None,
    value_map: ValueMap | None = None,
    words: Dictionary | None = None,
    near: gpd.GeoDataFrame | None = None,
    taken: Sequence[str] = (),
) -> Prepared:
    """Return the rows of `raw` as rows of `layer`, with those set aside and the record of both.

    See `Normaliser`, and `Meant` for the parameters.
    """
    meant = Meant(field_map or {}, crs, datum, swap_axes, value_map or {}, words, near)
    taking = Normaliser(RawSource.of(raw), layer, meant, taken)
    frame, quarantined = taking.add(raw)
    return Prepared(frame, taking.record(), quarantined)


class Normaliser:
    """Makes rows of a layer of a source's rows, batch by batch.

    Rows keep their order. Unknown values become null and are counted in the notes; a row stays out if it
    has no (readable, possible) geometry, lacks a required value, or repeats an id that must not repeat.
    A multi-line of a layer of lines becomes one row for each part, with the same id.

    Parameters
    ----------
    source
        Where the rows come from; its columns are those of all batches.
    layer
        What they are to become.
    meant
        How the source is to be understood.
    taken
        Ids that are taken already, by rows that stay.
    aside
        Numbers of rows that were set aside before.

    Raises
    ------
    SourceError
        If a required column has no match.
    """

    def __init__(
        self,
        source: RawSource,
        layer: Layer,
        meant: Meant | None = None,
        taken: Sequence[str] = (),
        aside: Collection[int] = (),
    ) -> None:
        self.layer = layer
        self._meant = meant = meant or Meant()
        self._words = meant.words or dictionary()
        named = {place: column for place, column in meant.field_map.items() if place in PLACES and column}
        self._places = {**_own_places(source, self._words), **named}
        self.brings_back = {ROW, REASON} <= set(source.columns)
        own = set(OWN) - {WKT} if self.brings_back else set()
        quiet = (*source.quiet, *self._places.values(), *own)
        self.source = dataclasses.replace(source, shaped=source.shaped or bool(self._places), quiet=quiet)
        self.told = self._told(source)
        self._nowhere = self._empty_places(source)  # reason of a row that tells no place
        self.brought_back: set[int] = set()  # rows set aside before that the source has again
        self._first: dict[Any, int | None] = dict.fromkeys(taken)  # id -> number of its row here, if it is
        self._called = _numbers_in(taken, layer)  # numbers that rows without ids are called by
        self._numbered = max(self._called, default=0)
        self._aside, self._told_aside = set(aside), set[int]()  # numbers of rows set aside: before, and here
        self._last_aside = max(aside, default=0)
        self._said: dict[str, set[str | None]] = {DATUM: set(), AXES: set()}
        self._read = self._accepted = self._repaired = 0
        self._reasons: dict[str, list[int]] = {}  # the first rows of each
        self._notes: list[str] = list(source.notes)
        self._found_crs: str | None = None
        self._found_datum: str | None = None
        if source.rows == 0:
            raise SourceError(source.source, [_EMPTY])
        present = [name for name in source.columns if name not in quiet or name in layer.column_names]
        if self.brings_back:
            present = [name for name in present if name not in own]
        self.columns = matched_columns(layer, present, meant.field_map, source.source, self._words)
        if layer.geometry_required and layer.geometry and not self.source.shaped:
            there = listed([str(name) for name in source.columns])
            problem = (
                f"it has no geometry, {layer.name} needs one; name columns of coordinates with "
                f"--map lon=COLUMN --map lat=COLUMN, or one of WKT with --map wkt=COLUMN, there are {there}"
            )
            raise SourceError(source.source, [problem])

    def add(self, raw: RawTable) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the rows of the next batch that stay, by the model's columns, and those set aside.

        Raises
        ------
        SourceError
            If the coordinates fit no reference system, or rows that come back say different things of them.
        """
        layer = self.layer
        raw = dataclasses.replace(raw, source=self.source.source)
        missing = [name for name in self.source.columns if name not in raw.rows]
        if missing:
            raw = dataclasses.replace(raw, rows=raw.rows.assign(**dict.fromkeys(missing)))
        raw = with_places(raw, self._places)
        numbers = self._numbers(raw)
        frame, notes = _values(raw, layer, self.columns, self._words, self._meant.value_map, numbers=numbers)
        reasons = dict(raw.spoiled)
        shapes: Shapes | None = None
        datum, swapped = self._understood(raw)
        if layer.geometry and raw.geometry is not None:
            meant = self._meant
            shapes = in_degrees(
                raw.geometry,
                raw.source,
                raw.crs,
                meant.crs,
                datum,
                swap_axes=swapped,
                near=meant.near,
            )
            shapes.reasons.update(reasons)
            names = frame["name"] if "name" in frame else frame[layer.key or layer.column_names[0]]
            told = {} if self._nowhere is None else {"missing": self._nowhere}
            fit_to_layer(shapes, layer, names.to_numpy(dtype=object), first=raw.first, **told)
            reasons = shapes.reasons
            notes = [*shapes.notes, *notes]
            self._found_crs, self._found_datum = shapes.crs, shapes.datum
        expected = (name for name in layer.expected if name in self.columns)
        _require_values(frame, [*layer.required, *expected], reasons)
        self._require_new_ids(frame, reasons, raw.first)
        self._count(raw, reasons, shapes, notes)
        kept = ~np.isin(np.arange(len(frame)), list(reasons))
        return _kept_frame(frame, layer, shapes, kept), self._set_aside(raw, reasons, datum, swapped=swapped)

    def _numbers(self, raw: RawTable) -> list[int]:
        """Return numbers for rows without ids: where rows come back that of before if it is free."""
        if not self.brings_back:
            return (np.arange(len(raw.rows)) + self._numbered + raw.first + 1).tolist()
        before = _numbers_before(raw)
        free = (
            (before > 0) & ~np.isin(before, list(self._called)) & ~pd.Series(before).duplicated().to_numpy()
        )
        above = max(self._numbered, int(before.max(initial=0)))
        numbers: list[int] = np.where(free, before, above + np.cumsum(~free)).tolist()
        self._called.update(numbers)
        self._numbered = max(self._called, default=0)
        return numbers

    def record(self) -> IntakeRecord:
        """Return the record of all rows that were added.

        Raises
        ------
        SourceError
            If there were none, or none that can be used.
        """
        if not self._read:
            raise SourceError(self.source.source, [_EMPTY])
        if not self._accepted:
            raise SourceError(self.source.source, _summed_up(self._reasons))
        return IntakeRecord(
            self.layer.name,
            **{
                "source": self.source.source,
                **{name: value for name, value in self.source.origin.items() if name != "notes"},
            },
            rows_read=self._read,
            accepted=self._accepted,
            repaired=self._repaired,
            quarantined=self._read - self._accepted,
            crs=self._found_crs,
            datum=self._found_datum,
            notes=(*merged(self._notes), *_unused(self.source, self.columns)),
        )

    def _count(
        self, raw: RawTable, reasons: Mapping[int, str], shapes: Shapes | None, notes: Sequence[str]
    ) -> None:
        self._read += len(raw.rows)
        self._accepted += len(raw.rows) - len(reasons)
        self._repaired += len({*raw.repaired, *(shapes.repaired if shapes else ())} - set(reasons))
        self._notes += notes
        for row, reason in sorted(reasons.items()):
            rows = self._reasons.setdefault(reason, [])
            if len(rows) <= _ROWS_SHOWN:
                rows.append(raw.first + row + 1)

    def _require_new_ids(self, frame: pd.DataFrame, reasons: dict[int, str], first: int) -> None:
        """Set aside the second row of an id (METHOD 9), of the rows that would stay."""
        key = self.layer.key
        if key is None or self.layer.key_repeats:
            return
        ids = frame.loc[~np.isin(np.arange(len(frame)), list(reasons)), key]
        for position, value in ids.items():
            row = int(position)  # type: ignore[call-overload]  # a RangeIndex holds integers
            if value not in self._first:
                self._first[value] = first + row + 1
                continue
            other = self._first[value]
            whose = "a row that is there already" if other is None else f"row {other}"
            reasons[row] = f"{key} {value!r} is already taken by {whose}; give each its own"

    def _set_aside(
        self, raw: RawTable, reasons: Mapping[int, str], datum: Datum | None, *, swapped: bool
    ) -> pd.DataFrame:
        """Return the rows set aside as they came, with number, reason, and geometry as WKT in its own CRS.

        Rows that were set aside before keep their number.
        """
        positions = sorted(reasons)
        rows = raw.rows
        before = np.zeros(len(rows), dtype=int)
        if self.brings_back:
            before = _numbers_before(raw)
            self.brought_back.update(before[before > 0].tolist())
            rows = rows.drop(columns=[name for name in OWN if name in rows])
        cells = rows.iloc[positions].astype(object).map(_as_cell)
        cells = cells.rename(columns={name: f"{name} (source)" for name in OWN})
        numbers = [self._number_aside(int(before[each]), raw.first + each + 1) for each in positions]
        out = pd.DataFrame({ROW: numbers, REASON: [reasons[position] for position in positions]})
        out = pd.concat([out, cells.reset_index(drop=True)], axis=1)
        if raw.geometry is not None and WKT in self.told:
            out[WKT] = shapely.to_wkt(raw.geometry[positions], rounding_precision=-1)
        for name, said in (
            (CRS, self._meant.crs or raw.crs),
            (DATUM, datum),
            (AXES, SWAPPED if swapped else None),
        ):
            if name in self.told:
                out[name] = said
        return out

    def _number_aside(self, before: int, here: int) -> int:
        """Return the number of a row set aside: that of `before`, or `here`; another where it is taken."""
        number = before or here
        if number in self._told_aside or (not before and number in self._aside):
            number = max(self._last_aside, here) + 1
        self._told_aside.add(number)
        self._last_aside = max(self._last_aside, number)
        return number

    def _told(self, source: RawSource) -> tuple[str, ...]:
        """Return which columns tell the geometry of rows set aside, and how it is to be understood.

        Where it stands in columns of numbers these are what is corrected, and nothing else may tell another.
        """
        if not self.source.shaped:
            return ()
        numbers = [self._words.place_columns(source.columns, place) for place in ("lon", "lat")]
        in_numbers = all(set(names) & set(self.source.quiet) for names in numbers)
        drawn = WKT in source.columns or not in_numbers
        before = set(source.columns) if self.brings_back else set()
        return (
            *([WKT] if drawn else []),
            CRS,
            *([DATUM] if self._meant.datum in DATUMS or DATUM in before else []),
            *([AXES] if self._meant.swap_axes or AXES in before else []),
        )

    def _empty_places(self, source: RawSource) -> str | None:
        """Return why a row of a table has no place: it is not drawn, but typed."""
        if self._places:
            named = [self._places[place] for place in PLACES if place in self._places]
        else:
            quiet = set(self.source.quiet)
            pairs = [self._words.place_columns(source.columns, place) for place in ("lon", "lat")]
            wkt = [name for name in self._words.place_columns(source.columns, "wkt") if name in quiet]
            named = wkt or [names[0] for names in pairs if names and names[0] in quiet]
        return f"{' and '.join(named)} tell no place; fill them" if named else None

    def _understood(self, raw: RawTable) -> tuple[Datum | None, bool]:
        """Return how coordinates are shifted, and whether exchanged: as the user says, else the rows."""
        datum, swapped = self._meant.datum, self._meant.swap_axes
        if datum is None:
            datum = self._said_before(raw, DATUM, DATUMS)
        if swapped is None:
            swapped = self._said_before(raw, AXES, (SWAPPED,)) == SWAPPED
        return None if datum == UNSHIFTED else datum, swapped

    def _said_before(self, raw: RawTable, name: str, known: Sequence[str]) -> Any:
        """Return what rows that come back say of how they are to be understood, all of the source alike.

        Rows that say nothing were set aside by an import that said nothing: that is a value, too.
        """
        if not self.brings_back or name not in raw.rows:
            return None
        counts = {each: int((raw.rows[name] == each).sum()) for each in known}
        said = self._said[name]
        said.update(each for each, count in counts.items() if count)
        said.update([None] if sum(counts.values()) < len(raw.rows) else [])
        if len(said) > 1:
            problem = f"its rows say different things in the column {name}; import those of each value apart"
            raise SourceError(raw.source, [problem])
        return next(iter(said), None)


def _numbers_in(ids: Sequence[str], layer: Layer) -> set[int]:
    """Return the numbers that rows without ids are called by."""
    start = f"{layer.name}-"
    numbers = (one.removeprefix(start) for one in ids if str(one).startswith(start))
    return {int(number) for number in numbers if number.isdecimal() and len(number) <= _MOST_DIGITS}


def _numbers_before(raw: RawTable) -> NDArray[np.int_]:
    """Return the numbers that rows which come back were set aside by; 0 for those that have none."""
    told = pd.to_numeric(raw.rows[ROW], errors="coerce").to_numpy(dtype=float)
    return np.where((told >= 1) & (told < 10**_MOST_DIGITS), told, 0).astype(int)


_EMPTY = "it is empty, no features or rows are in it; export it again"


def _summed_up(rows: Mapping[str, list[int]]) -> list[str]:
    """Return each reason once, with its first rows: none of them can be used."""
    return [
        f"row {', '.join(map(str, numbers[:_ROWS_SHOWN]))}{' …' * (len(numbers) > _ROWS_SHOWN)}: {reason}"
        for reason, numbers in rows.items()
    ]


def _own_places(source: RawSource, words: Dictionary) -> dict[str, str]:
    """Return columns of coordinates that the user's own words name, where the reader found none."""
    if source.shaped:
        return {}
    found = {place: words.place_columns(source.columns, place) for place in PLACES}
    pair = ("wkt",) if found["wkt"] else ("lon", "lat")
    return {place: found[place][0] for place in pair} if all(found[place] for place in pair) else {}


def _values(
    raw: RawTable,
    layer: Layer,
    columns: Mapping[str, str],
    words: Dictionary,
    value_map: ValueMap,
    *,
    numbers: Sequence[int],
) -> tuple[pd.DataFrame, list[str]]:
    """Return the canonical columns, values of the right type or None, and notes.

    Rows without ids are called by their `numbers`.
    """
    made: dict[str, pd.Series] = {}
    notes: list[str] = []
    for column in layer.columns:
        if column.name in columns:
            meant = Meanings(
                words.values_of(layer.name, column.name),
                value_map.get(column.name, {}),
                unit_in(columns[column.name]),
            )
            made[column.name], said = coerced(raw.rows[columns[column.name]], column, meant)
            notes += said
        elif column.name == "feature_id":
            named = [f"{layer.name}-{number}" for number in numbers]
            made[column.name] = pd.Series(named, index=raw.rows.index, dtype=object)
            notes.append("no column of ids: numbered by row")
        elif column.name == "district_id":
            made[column.name] = made_ids = coerced(raw.rows[columns["name"]], column)[0]
            notes.append(f"no column of codes: {made_ids.nunique()} districts told apart by their names")
        else:
            if column.expected:
                there = listed([str(name) for name in raw.rows.columns if name not in raw.quiet])
                notes.append(
                    f"no column for {column.name}: unknown for all rows, so that they are in no finding; "
                    f"name it with --map {column.name}=COLUMN, there are {there}"
                )
            made[column.name] = pd.Series(None, index=raw.rows.index, dtype=object)
    return pd.DataFrame(made, index=raw.rows.index), notes


def _require_values(frame: pd.DataFrame, names: Sequence[str], reasons: dict[int, str]) -> None:
    for name in names:
        empty = frame[name].isna().to_numpy()
        for row in np.flatnonzero(empty).tolist():
            reasons.setdefault(row, f"{name} is missing or of no use; fill it")


def _kept_frame(
    frame: pd.DataFrame, layer: Layer, shapes: Shapes | None, kept: NDArray[np.bool_]
) -> pd.DataFrame:
    rows = frame[kept]
    if shapes is None:
        return canonical_frame(rows.reset_index(drop=True), layer)
    made = gpd.GeoDataFrame(rows, geometry=shapes.geometry[kept], crs=STORED_CRS)
    if "MultiLineString" not in layer.geometry:
        many = shapely.get_type_id(made.geometry.to_numpy()) == _MULTILINE
        made = made.explode(index_parts=False) if many.any() else made
    return canonical_frame(made.reset_index(drop=True), layer)


def _as_cell(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    return (
        json.dumps(value, ensure_ascii=False, default=str)
        if isinstance(value, dict | list | tuple)
        else value
    )


def _unused(source: RawSource, columns: Mapping[str, str]) -> list[str]:
    """Return a note on columns that are of no layer's concern, so that nobody looks for them in vain."""
    used = {*columns.values(), *source.quiet, ROW, REASON}
    unused = [column[:40] for column in source.columns if column not in used]
    if not unused:
        return []
    more = f" and {len(unused) - _UNUSED_SHOWN} more" if len(unused) > _UNUSED_SHOWN else ""
    return [f"columns not used: {', '.join(unused[:_UNUSED_SHOWN])}{more}"]
