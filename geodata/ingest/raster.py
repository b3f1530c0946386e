"""A raster of people as points on a grid; runs in `geodata.ingest.child`.

Cells are put together until they are as large as asked for, or not too many. No person is lost by that: a
point has the sum of its cells, and stands where their people stand on average.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyproj
import rasterio
import shapely
from rasterio.errors import RasterioError
from rasterio.windows import Window

from geodata.errors import SourceError
from geodata.ingest.raw import RawTable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geodata.ingest.handover import Handover

    Floats = NDArray[np.float64]

_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
MOST_PIXELS = 6_000_000_000  # China at 100 m has 3 billion
MOST_POINTS = 1_000_000
_AT_ONCE = 16_000_000  # pixels in memory
_BLOCK_BYTES = 1 << 29  # what has to be unpacked together
_RATIO, _RATIO_FROM = 1_000, 400 << 20  # of a bomb
_METRES_PER_DEGREE = 111_320.0


def hand_over(asked: dict[str, Any], out: Handover) -> None:
    """Hand over the first band of a GeoTIFF, one row for each cell of the grid that has people.

    Raises
    ------
    SourceError
        If it is none, is damaged, or unpacks to more than real data do.
    """
    path, name = Path(asked["path"]), asked["name"]
    with path.open("rb") as file:
        if file.read(4) not in _MAGIC:
            raise SourceError(name, ["its content is not that of a GeoTIFF; export it again"])
    # Nothing beside the file is looked at.
    options = {"GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR", "GDAL_PAM_ENABLED": "NO", "GDAL_CACHEMAX": 128}
    try:
        with rasterio.Env(**options), rasterio.open(path, driver="GTiff") as raster:
            _require_sound(raster, path, name)
            _read(raster, name, asked.get("cell_m"), out)
    except (RasterioError, ValueError, MemoryError) as error:
        if isinstance(error, SourceError):
            raise
        said = "it is cut off or damaged" if "Read failed" in str(error) else str(error)
        raise SourceError(name, [f"{said}; export the raster again"]) from error


def _require_sound(raster: Any, path: Path, name: str) -> None:
    pixels = raster.width * raster.height
    kind = np.dtype(raster.dtypes[0])
    problem = None
    if kind.kind not in "iuf":
        problem = f"its values are {kind}, no numbers of people; export the band of people"
    elif pixels > MOST_PIXELS:
        problem = f"it has {pixels:,} cells; cut it to the region, or export larger cells"
    elif pixels * kind.itemsize > max(_RATIO_FROM, _RATIO * path.stat().st_size):
        problem = f"it unpacks to {pixels * kind.itemsize >> 20} MB, more than real data do; export it again"
    elif math.prod(raster.block_shapes[0]) * kind.itemsize > _BLOCK_BYTES:
        problem = "its blocks are too large; export it in tiles"
    elif raster.transform.determinant == 0 or raster.transform.is_identity:
        problem = "it does not say where it lies; georeference it"
    if problem:
        raise SourceError(name, [problem])


def _read(raster: Any, name: str, cell_m: float | None, out: Handover) -> None:
    factor = _factor(raster, cell_m)
    table = out.table(name)
    left_out = 0
    people = 0.0
    crs = None if raster.crs is None else raster.crs.to_string()
    for x, y, sums, bad in _cells(raster, factor):
        left_out += bad
        people += float(sums.sum())
        if not len(sums):
            continue
        frame = pd.DataFrame({"people": sums}, index=pd.RangeIndex(len(sums)))
        table.add(RawTable(name, frame, shapely.points(x, y), crs))
        out.progress(table.rows, 0)
    if not table.batches:
        raise SourceError(name, ["no cell of its first band has people; export the band of people"])
    notes = [
        f"{people:,.0f} people in cells of {factor} x {factor} pixels, values taken as people, not per area"
    ]
    if raster.count > 1:
        notes.append(f"the first of {raster.count} bands read")
    if left_out:
        notes.append(f"{left_out} pixels below zero or no number left out")
    table.notes = notes


def _factor(raster: Any, cell_m: float | None) -> int:
    """Return how many pixels, each way, make one cell."""
    if cell_m is None:
        return int(max(1, math.ceil(math.sqrt(raster.width * raster.height / MOST_POINTS))))
    size = abs(raster.transform.e) or abs(raster.transform.b)
    system = None if raster.crs is None else pyproj.CRS.from_user_input(raster.crs.to_wkt())
    unit = (
        _METRES_PER_DEGREE
        if system is None or system.is_geographic
        else system.axis_info[0].unit_conversion_factor
    )
    return int(max(1, round(cell_m / (size * unit))))


def _cells(raster: Any, factor: int) -> Iterator[tuple[Floats, Floats, Floats, int]]:
    """Yield x, y and people of cells of some rows, and how many pixels are no number of people."""
    across = min(raster.width, max(factor, _AT_ONCE // factor // factor * factor))
    down = max(factor, _AT_ONCE // across // factor * factor)
    for top in range(0, raster.height, down):
        for left in range(0, raster.width, across):
            window = Window(left, top, min(across, raster.width - left), min(down, raster.height - top))
            values = raster.read(1, window=window, masked=True)
            given = ~np.ma.getmaskarray(values)
            numbers = values.filled(0).astype(np.float64)
            bad = given & ~(np.isfinite(numbers) & (numbers >= 0))
            numbers[bad | ~given] = 0.0
            yield (*_gathered(raster.transform, numbers, left, top, factor), int(bad.sum()))


def _gathered(
    transform: Any, numbers: Floats, left: int, top: int, factor: int
) -> tuple[Floats, Floats, Floats]:
    """Return where the people of each cell stand on average, and how many; cells without are left out."""
    rows, columns = (places.astype(np.int64) for places in np.nonzero(numbers))
    values = numbers[rows, columns]
    width = -(-numbers.shape[1] // factor)
    cell = (rows // factor) * width + columns // factor
    kept, cell = np.unique(cell, return_inverse=True)
    sums = np.bincount(cell, values, len(kept))
    column = np.bincount(cell, values * (columns + left + 0.5), len(kept)) / sums
    row = np.bincount(cell, values * (rows + top + 0.5), len(kept)) / sums
    x = transform.a * column + transform.b * row + transform.c
    y = transform.d * column + transform.e * row + transform.f
    return x, y, np.asarray(sums, dtype=np.float64)
