"""Two versions of a layer held against each other: which features are new, gone, moved or altered."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from geodata.model import Layer

KEPT = 3  # versions of a layer beside the present one
NUMBERED = "no column of ids: numbered by row"  # note of a layer whose ids tell nothing
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
    old, new = _prints(before, layer, ids=ids), _prints(now, layer, ids=ids)
    both = old.merge(new, left_index=True, right_index=True, suffixes=("_old", "_new"))
    moved = (both["place_old"] != both["place_new"]).to_numpy()
    altered = (both["values_old"] != both["values_new"]).to_numpy() & ~moved
    found = {
        "added": new.index[~new.index.isin(old.index)],
        "removed": old.index[~old.index.isin(new.index)],
        "moved": both.index[moved],
        "altered": both.index[altered],
    }
    shown = ids and layer.key is not None
    examples = {name: [str(one) for one in of[:_EXAMPLES]] for name, of in found.items() if shown and len(of)}
    return Changes(**{name: len(of) for name, of in found.items()}, examples=examples)


def pieces(path: Path) -> Iterator[pa.Table]:
    """Yield a layer that is stored, a row group at a time."""
    for fragment in pq.ParquetDataset(path).fragments:
        file = pq.ParquetFile(fragment.path)
        for group in range(file.num_row_groups):
            yield file.read_row_group(group)


def _prints(tables: Iterable[pa.Table], layer: Layer, *, ids: bool) -> pd.DataFrame:
    """Return a number for the place and one for the values of each feature, by id."""
    keys: list[Any] = []
    places: list[NDArray[np.uint64]] = []
    values: list[NDArray[np.uint64]] = []
    for table in tables:
        rest = [name for name in layer.column_names if name in table.column_names and name != layer.key]
        value = _hashed(table, rest)
        place = _hashed(table, ["geometry"]) if "geometry" in table.column_names else np.zeros_like(value)
        named = ids and layer.key is not None
        keys.append(table[layer.key].to_pandas() if named else pd.Series(place if layer.geometry else value))
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
