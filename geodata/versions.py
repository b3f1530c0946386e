"""Two versions of a layer held against each other: which features are new, gone, moved or altered."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from geodata.model import STORED_CRS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from geodata.model import Layer

KEPT = 3  # versions of a layer beside the present one
NUMBERED = "no column of ids: numbered by row"  # note of a layer whose ids tell nothing
KINDS = ("added", "removed", "moved", "altered")
SHOWN = 100  # features of each kind of change whose rows are given
_EXAMPLES = 5


@dataclass(frozen=True)
class Changes:
    """What a layer has that the version before had not, by feature id; examples are ids.

    Parameters
    ----------
    moved
        Another geometry; other values as well, perhaps.
    altered
        The same geometry, other values.
    """

    added: int = 0
    removed: int = 0
    moved: int = 0
    altered: int = 0
    examples: dict[str, list[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Return whether anything has changed."""
        return bool(self.added or self.removed or self.moved or self.altered)

    def as_json(self) -> str:
        """Return them as text, for a record."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def of_json(cls, text: str) -> Changes:
        """Return what `as_json` was made of."""
        return cls(**json.loads(text))


@dataclass(frozen=True)
class Difference:
    """The changes between two versions of a layer, with rows that show them.

    Parameters
    ----------
    changes
        All of them, counted.
    before, now
        Rows of the first SHOWN features of each kind of change, as they were and as they are: the columns of
        the layer, geometry in EPSG:4326, `change` (one of KINDS), and `feature`, the same number in both.
        What was added has rows in `now` alone, what was removed in `before`.
    """

    changes: Changes
    before: pd.DataFrame
    now: pd.DataFrame


def changes(
    before: Iterable[pa.Table], now: Iterable[pa.Table], layer: Layer, *, ids: bool = True
) -> Changes:
    """Return what has changed between two versions of a layer, both as pieces of its file.

    Rows of one id are one feature.

    Parameters
    ----------
    ids
        Whether ids say which feature is which; without, a feature is the same where it has the same place
        (of a plain table: where all its values are the same).
    """
    return _counted(_changed(before, now, layer, ids=ids), layer, ids=ids)


def difference(
    before: Callable[[], Iterable[pa.Table]],
    now: Callable[[], Iterable[pa.Table]],
    layer: Layer,
    *,
    ids: bool = True,
) -> Difference:
    """Return what has changed as `changes` does, with rows; both versions are gone through twice."""
    found = _changed(before(), now(), layer, ids=ids)
    shown = {key: kind for kind, keys in found.items() for key in keys[:SHOWN]}
    return Difference(
        _counted(found, layer, ids=ids),
        _rows(before(), layer, shown, ids=ids),
        _rows(now(), layer, shown, ids=ids),
    )


def pieces(path: Path) -> Iterator[pa.Table]:
    """Yield a layer that is stored, a row group at a time."""
    for fragment in pq.ParquetDataset(path).fragments:
        file = pq.ParquetFile(fragment.path)
        for group in range(file.num_row_groups):
            yield file.read_row_group(group)


def _changed(
    before: Iterable[pa.Table], now: Iterable[pa.Table], layer: Layer, *, ids: bool
) -> dict[str, pd.Index]:
    """Return the keys of features by kind of change."""
    old, new = _prints(before, layer, ids=ids), _prints(now, layer, ids=ids)
    both = old.merge(new, left_index=True, right_index=True, suffixes=("_old", "_new"))
    moved = (both["place_old"] != both["place_new"]).to_numpy()
    altered = (both["values_old"] != both["values_new"]).to_numpy() & ~moved
    return {
        "added": new.index[~new.index.isin(old.index)],
        "removed": old.index[~old.index.isin(new.index)],
        "moved": both.index[moved],
        "altered": both.index[altered],
    }


def _counted(found: Mapping[str, pd.Index], layer: Layer, *, ids: bool) -> Changes:
    shown = ids and layer.key is not None
    examples = {kind: [str(key) for key in keys[:_EXAMPLES]] for kind, keys in found.items() if shown}
    return Changes(
        **{kind: len(keys) for kind, keys in found.items()},
        examples={kind: keys for kind, keys in examples.items() if keys},
    )


def _rows(tables: Iterable[pa.Table], layer: Layer, shown: Mapping[Any, str], *, ids: bool) -> pd.DataFrame:
    """Return the rows of features that are to be shown; see `Difference`."""
    numbers = {key: number for number, key in enumerate(shown)}
    frames: list[pd.DataFrame] = [pd.DataFrame(columns=[*layer.column_names, "change", "feature"])]
    shapes = [np.empty(0, dtype=object)]
    for table in tables:
        keys = _keys(table, layer, ids=ids)
        wanted = keys.isin(shown.keys()).to_numpy()
        if not wanted.any():
            continue
        chosen = table.filter(pa.array(wanted))
        names = [name for name in layer.column_names if name in table.column_names]
        frame = chosen.select(names).to_pandas(integer_object_nulls=True).astype(object)
        told = keys[wanted].to_numpy()
        frames.append(
            frame.assign(change=[shown[key] for key in told], feature=[numbers[key] for key in told])
        )
        if layer.geometry:
            shapes.append(shapely.from_wkb(chosen["geometry"].to_numpy()))
    rows: pd.DataFrame = pd.concat([frame for frame in frames if len(frame)] or frames, ignore_index=True)
    if layer.geometry:
        rows = gpd.GeoDataFrame(rows, geometry=np.concatenate(shapes), crs=STORED_CRS)
    return rows


def _keys(table: pa.Table, layer: Layer, *, ids: bool) -> pd.Series:
    """Return what tells features apart, by row: ids, or a number for the place, or for all values."""
    if ids and layer.key is not None:
        keys: pd.Series = table[layer.key].to_pandas()
        return keys
    names = ["geometry"] if layer.geometry else [name for name in layer.column_names if name != layer.key]
    return pd.Series(_hashed(table, [name for name in names if name in table.column_names]))


def _prints(tables: Iterable[pa.Table], layer: Layer, *, ids: bool) -> pd.DataFrame:
    """Return a number for the place and one for the values of each feature, by id."""
    keys: list[Any] = []
    places: list[NDArray[np.uint64]] = []
    values: list[NDArray[np.uint64]] = []
    for table in tables:
        rest = [name for name in layer.column_names if name in table.column_names and name != layer.key]
        value = _hashed(table, rest)
        place = _hashed(table, ["geometry"]) if "geometry" in table.column_names else np.zeros_like(value)
        keys.append(_keys(table, layer, ids=ids))
        places.append(place)
        values.append(value)
    if not keys:
        return pd.DataFrame({"place": [], "values": []}, dtype=np.uint64)
    made = pd.DataFrame({"place": np.concatenate(places), "values": np.concatenate(values)})
    # Several rows of one id, in whatever order, come to one sum.
    return made.groupby(pd.concat(keys, ignore_index=True).to_numpy()).sum()


def _hashed(table: pa.Table, names: list[str]) -> NDArray[np.uint64]:
    """Return a number for the values of each row."""
    total = np.zeros(len(table), dtype=np.uint64)
    for position, name in enumerate(names):
        column = table[name]
        if pa.types.is_list(column.type):
            values = pd.Series([json.dumps(value) for value in column.to_pylist()], dtype=object)
        else:
            values = column.to_pandas(integer_object_nulls=True).astype(object)
            values = values.where(values.notna(), None)
        with np.errstate(over="ignore"):
            factor = np.uint64(2 * position + 3) * np.uint64(0x9E3779B97F4A7C15)
            total = total * np.uint64(31) + pd.util.hash_array(_texts(values), categorize=False) * factor
    return total


def _texts(values: pd.Series) -> NDArray[np.object_]:
    """Return values as what can be hashed: bytes and texts as they are, numbers as texts."""
    return np.array(
        [value if isinstance(value, bytes | str) else repr(value) for value in values], dtype=object
    )
