"""Which pieces are of one road: they meet, and share a feature id, a name or a ref."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from layers.roads import NAMES_OF_ONE_ROAD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.intp]


def one_road(count: int, piece: Ints, place: Ints, names: pd.DataFrame) -> Ints:
    """Return by piece the number of the road it is of.

    Parameters
    ----------
    count
        Number of pieces.
    piece, place
        Which piece is at which place; a piece has several rows.
    names
        By such row: `feature_id`, `name` and `ref` of the piece; unknown is null.
    """
    links = [
        (piece[told], pd.DataFrame({"place": place, "name": names[column].to_numpy(object)})[told])
        for column in NAMES_OF_ONE_ROAD
        for told in [names[column].notna().to_numpy()]
    ]
    knots, taken = [], count
    for _, places in links:
        number = places.groupby(["place", "name"], sort=False).ngroup().to_numpy()
        knots.append(number + taken)
        taken += int(number.max(initial=-1)) + 1
    return linked(taken, np.concatenate([one for one, _ in links]), np.concatenate(knots))[:count]


def linked(count: int, one: Ints, other: Ints) -> Ints:
    """Return for each of `count` items the number of the set it is in, once linked items are in one set."""
    if count == 0:
        return np.empty(0, dtype=np.intp)
    graph = coo_array((np.ones(len(one)), (one, other)), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.intp)
