"""What every reader hands over: the rows of one source as they came, and what could not be read of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import pandas as pd
    from numpy.typing import NDArray

DEGREES = "EPSG:4326"
_WKB_HEAD = 5  # byte order and type
_EWKB_FLAGS = 0xE0000000  # Z, M and SRID of the PostGIS dialect
_CURVED = range(8, 15)  # circular string to surface


@dataclass
class RawTable:
    """Rows of one source before anything is decided about them.

    Parameters
    ----------
    source
        File (and table in it) as the user named it.
    rows
        The columns of the source; RangeIndex, one row for each row of the source.
    geometry
        Shapely geometry by row, None where a row has none; None for a source without geometry.
    crs
        As the source declares it; None where it does not.
    spoiled
        Position of a row that cannot be read -> reason; remedy. Its geometry is None.
    notes
        Sentences for the intake record.
    quiet
        Columns that are not for the layer, and need no mention.
    repaired
        Positions of rows the reader mended.
    encoding
        Of its texts, where it is a matter of choice.
    first
        Position of the first of these rows in the source.
    """

    source: str
    rows: pd.DataFrame
    geometry: NDArray[np.object_] | None = None
    crs: str | None = None
    spoiled: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    quiet: tuple[str, ...] = ()
    repaired: frozenset[int] = frozenset()
    encoding: str | None = None
    first: int = 0


@dataclass(frozen=True)
class RawSource:
    """One table of a source, batch by batch: so that no more than a batch is in memory.

    Parameters
    ----------
    source, crs, notes, quiet, encoding
        As of RawTable; `notes` are told once.
    called
        What the source calls the table, where it has several; of an OSM extract the layer.
    columns
        All columns that any batch has.
    rows
        How many there are; None where nobody has counted.
    shaped
        Whether there is geometry.
    load
        Gives the batches, in the order of the source; may be called again.
    origin
        What the source says of itself: licence, attribution, date, provenance.
    left
        What lies beside the table in its file and is not used, a sentence each.
    shared
        Whether other files of layers lie beside it in the archive, whose name is not its own then.
    """

    source: str
    columns: tuple[str, ...]
    rows: int | None
    shaped: bool
    load: Callable[[], Iterator[RawTable]] = field(repr=False)
    called: str | None = None
    crs: str | None = None
    notes: tuple[str, ...] = ()
    quiet: tuple[str, ...] = ()
    encoding: str | None = None
    origin: Mapping[str, Any] = field(default_factory=dict)
    left: tuple[str, ...] = ()
    shared: bool = False

    @classmethod
    def of(cls, raw: RawTable, called: str | None = None) -> RawSource:
        """Return a table that is in memory as a source of one batch."""
        return cls(
            raw.source,
            tuple(str(column) for column in raw.rows.columns),
            len(raw.rows),
            raw.geometry is not None,
            lambda: iter([raw]),
            called,
            raw.crs,
            tuple(raw.notes),
            raw.quiet,
            raw.encoding,
        )


def shapes_from_wkb(wkb: NDArray[np.object_]) -> tuple[NDArray[np.object_], dict[int, str]]:
    """Return geometries of WKB values, and the reasons for those that are none, by position."""
    curved = np.array([_is_curved(value) for value in wkb], dtype=bool)
    straight = wkb.copy()
    straight[curved] = None
    with np.errstate(invalid="ignore"):  # what is no number is set aside later
        shapes = shapely.from_wkb(straight, on_invalid="ignore")
    given = np.array([value is not None for value in wkb], dtype=bool)
    broken = shapely.is_missing(shapes) & given & ~curved
    reason = "its geometry cannot be read; draw it again"
    curve = "it is drawn with arcs; export it with straight lines"
    spoiled = dict.fromkeys(np.flatnonzero(broken).tolist(), reason)
    return shapes, spoiled | dict.fromkeys(np.flatnonzero(curved).tolist(), curve)


def _is_curved(wkb: bytes | None) -> bool:
    """Return whether a WKB value is of a type GEOS has no straight form for (ISO 13249: 8 to 14)."""
    if wkb is None or len(wkb) < _WKB_HEAD:
        return False
    order: Literal["little", "big"] = "little" if wkb[0] == 1 else "big"
    kind = int.from_bytes(wkb[1:_WKB_HEAD], order) & ~_EWKB_FLAGS
    return kind % 1000 in _CURVED
