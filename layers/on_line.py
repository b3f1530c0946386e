"""Roads and assets that cross or lie on a border."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from layers.continuations import matched_ways
from layers.crossings import find_crossings
from layers.cutting import LEAST_AREA_M2, LEAST_LENGTH_M, SIDES
from layers.frame import ON_LINE_M
from layers.one_road import one_road
from layers.roads import NAMES_OF_ONE_ROAD, drivable
from layers.stretches import ROUNDING_M, stretches_near

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from layers.frame import BorderFrame

    Ints = NDArray[np.intp]


def roads_on_line(frame: BorderFrame) -> tuple[pd.DataFrame, NDArray[np.intp]]:
    """Return the drivable roads that cross or lie on a border, and which of them go on as one another.

    Returns
    -------
    on_line
        `pair`, `line` (of `Crossings`), `row` (label in the roads layer), `feature_id`, `place`: the same
        number for pieces of one road that meet beside one border.
    across
        (n, 2) positions in `on_line`: a road on one side of a crossing, and as what it goes on.
    """
    found = find_crossings(frame)
    matched = matched_ways(frame, found)
    pair = found.table["pair"].to_numpy(np.intp)[matched["crossing"].to_numpy(np.intp)]
    line = found.ways["line"].to_numpy(np.intp)
    a, b = (line[matched[f"way_{side}"].to_numpy(np.intp)] for side in SIDES)
    lying = stretches_near(frame, found.lines, ON_LINE_M)
    along = lying[lying["to_m"] - lying["from_m"] >= LEAST_LENGTH_M]
    on_line = pd.DataFrame(
        {
            "pair": np.concatenate([pair, pair, along["pair"]]).astype(np.intp),
            "line": np.concatenate([a, b, along["line"]]).astype(np.intp),
        }
    ).drop_duplicates(ignore_index=True)
    position = pd.Series(on_line.index, index=pd.MultiIndex.from_frame(on_line))
    across = np.column_stack(
        [position.reindex(pd.MultiIndex.from_arrays([pair, of])).to_numpy(np.intp) for of in (a, b)]
    )
    names = drivable(frame)[list(NAMES_OF_ONE_ROAD)].loc[found.row]
    node = found.joints["node"].to_numpy(np.intp)
    at = found.joints["line"].to_numpy(np.intp)
    road = one_road(len(found.lines), at, node, names.iloc[at])
    on_line["row"] = found.row[on_line["line"]]
    on_line["feature_id"] = names["feature_id"].to_numpy(dtype=object)[on_line["line"]]
    on_line["place"] = on_line.assign(road=road[on_line["line"]]).groupby(["pair", "road"]).ngroup()
    return on_line, across


def assets_on_line(frame: BorderFrame, layer: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the assets that cross or lie on a border: `pair`, `row` (label of the layer).

    Points lie on the line; lines and polygons cross it where they are more than 0.1 m from it on both sides
    (polygons: with 1 m² or more); lines also lie on it with 1 m or more.
    """
    shapes = np.asarray(layer.geometry.array, dtype=object)
    position, pair = frame.pairs_near(shapes, ON_LINE_M + ROUNDING_M)
    dimension = shapely.get_dimensions(shapes[position])
    parts, owner = shapely.get_parts(shapes[position], return_index=True)
    straight = shapely.get_dimensions(parts) == 1
    lines, of = parts[straight], owner[straight]
    lying = stretches_near(frame, lines, ON_LINE_M)
    lying["at"] = of[lying["line"]]
    long = lying[
        (lying["pair"].to_numpy() == pair[lying["at"]]) & (lying["to_m"] - lying["from_m"] >= LEAST_LENGTH_M)
    ]
    on_line = (
        (dimension == 0)
        | np.isin(np.arange(len(pair)), long["at"])
        | _on_both_sides(frame, shapes[position], pair)
    )
    return pd.DataFrame({"pair": pair[on_line], "row": layer.index.to_numpy()[position[on_line]]})


def _on_both_sides(frame: BorderFrame, shapes: NDArray[np.object_], pair: Ints) -> NDArray[np.bool_]:
    """Return which lines and polygons reach more than 0.1 m into both members."""
    both: NDArray[np.bool_] = shapely.get_dimensions(shapes) > 0
    shapely.prepare(frame.borders)
    for side in SIDES:
        inside = shapely.intersection(shapes[both], frame.zone(side)[pair[both]])
        xy, owner = shapely.get_coordinates(inside, return_index=True)
        far = ~shapely.dwithin(frame.borders[pair[both]][owner], shapely.points(xy), ON_LINE_M + ROUNDING_M)
        enough = (shapely.get_dimensions(inside) < 2) | (shapely.area(inside) >= LEAST_AREA_M2)  # noqa: PLR2004
        reaches = np.bincount(owner[far], minlength=len(inside)) > 0
        both[np.flatnonzero(both)[~(reaches & enough)]] = False
    return both
