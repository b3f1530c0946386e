"""What every reader hands over: the rows of one source as they came, and what could not be read of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

DEGREES = "EPSG:4326"


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
    """

    source: str
    rows: pd.DataFrame
    geometry: NDArray[np.object_] | None = None
    crs: str | None = None
    spoiled: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    quiet: tuple[str, ...] = ()
    repaired: frozenset[int] = frozenset()


def shapes_from_wkb(wkb: NDArray[np.object_]) -> tuple[NDArray[np.object_], dict[int, str]]:
    """Return geometries of WKB values, and the reasons for those that are none, by position."""
    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    broken = shapely.is_missing(shapes) & np.array([value is not None for value in wkb], dtype=bool)
    reason = "its geometry cannot be read; draw it again"
    return shapes, {int(row): reason for row in np.flatnonzero(broken)}
