"""The catalogue of known pairings: metropolitan areas and paired districts, with their sources."""

from __future__ import annotations

import json
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    import geopandas as gpd

FOLDER = Path(__file__).parent
CATALOGUE = FOLDER / "catalogue.toml"
COUNTIES = FOLDER / "counties.json"

ROW_COLUMNS = ("pairing_id", "kind", "members", "name", "name_en", "since", "source")
CITY = "00"  # GB/T 2260: a city's code ends so, and its counties begin with the four digits before
PREFIX = 4
ENDINGS = ("都市圈", "metropolitanarea", "metropolitanregion", "metropolitancircle")

Kind = Literal["group", "counterpart"]


@dataclass(frozen=True)
class Entry:
    """One known pairing.

    Parameters
    ----------
    pairing_id
        Its id in a workspace's layer `pairings`.
    kind
        `group` (three members or more) or `counterpart` (two).
    name_zh, name_en
        Chinese and English name.
    members
        Per member its GB/T 2260 codes, six digits each: a whole city (ends in `00`) or a county.
    source
        The document that says so: name, authority, date.
    since
        Date of approval, ISO 8601, as exactly as it is known (`2021-02-02`, `2021-11`, `2023`).
    area_km2
        Area in km² that the plan itself gives, to compare with; rounded by the plan.
    notes
        What the plan takes that no code stands for, and what the members stand for.
    aliases
        Other names to find it by.
    """

    pairing_id: str
    kind: Kind
    name_zh: str
    name_en: str
    members: tuple[tuple[str, ...], ...]
    source: str
    since: str | None = None
    area_km2: float | None = None
    notes: str = ""
    aliases: tuple[str, ...] = ()

    def counties(self) -> list[list[str]]:
        """Return the county codes of each member: a city's counties stand in the place of its code."""
        return [sorted(county for code in member for county in counties_of(code)) for member in self.members]


@cache
def entries() -> tuple[Entry, ...]:
    """Return the known pairings: metropolitan areas in the order of approval, then pairs of districts."""
    rows = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))["pairing"]
    return tuple(
        Entry(
            **{
                **row,
                "members": tuple(tuple(member) for member in row["members"]),
                "aliases": tuple(row.get("aliases", ())),
            }
        )
        for row in rows
    )


def find(name: str) -> Entry | None:
    """Return the pairing of that id or name, Chinese or English, or None.

    Case, width, spaces and punctuation do not count, nor does "metropolitan area" (都市圈) at the end:
    `Nanjing`, `南京` and `南京都市圈` are one. Half a name finds nothing.
    """
    wanted = _plain(name)
    for entry in entries():
        if wanted in {_plain(n) for n in (entry.pairing_id, entry.name_zh, entry.name_en, *entry.aliases)}:
            return entry
    return None


def counties_of(code: str) -> tuple[str, ...]:
    """Return the county codes of a city of the catalogue; of any other code, the code alone."""
    return _cities().get(code, (code,))


def pairings_for(districts: gpd.GeoDataFrame | pd.DataFrame) -> pd.DataFrame:
    """Return the known pairings that fit a workspace's districts, as rows of the layer `pairings`.

    A pairing fits if all of its members are there in full. A city is there if the district of its own
    code is, or else if all its counties are; then every district whose code begins with the city's four
    digits is part of the member. A pairing with a member missing, or there in part, is not offered.

    Parameters
    ----------
    districts
        Canonical layer; uses `district_id`, of which six-digit GB/T 2260 codes can match.

    Returns
    -------
    pairings
        `pairing_id`, `kind`, `members` (lists of lists of `district_id`), `name` (Chinese), `name_en`,
        `since` (null where unknown), `source`, in the order of the catalogue.
    """
    ids = {str(district) for district in districts["district_id"]}
    rows = []
    for entry in entries():  # a dozen, and each has its own number of members
        members = [_present(member, ids) for member in entry.members]
        if all(members):
            names = (entry.name_zh, entry.name_en)
            rows.append((entry.pairing_id, entry.kind, members, *names, entry.since, entry.source))
    return pd.DataFrame(rows, columns=list(ROW_COLUMNS), dtype=object)


def _present(member: tuple[str, ...], ids: AbstractSet[str]) -> list[str]:
    """Return the districts that make up a member, or none where not all of it is there."""
    found: list[str] = []
    for code in member:
        if code in ids:
            found.append(code)
        elif code.endswith(CITY) and ids >= set(counties_of(code)):
            found += sorted(one for one in ids if len(one) == len(code) and one.startswith(code[:PREFIX]))
        else:
            return []
    return found


@cache
def _cities() -> Mapping[str, tuple[str, ...]]:
    table: dict[str, list[str]] = json.loads(COUNTIES.read_text(encoding="utf-8"))
    return {city: tuple(counties) for city, counties in table.items()}


def _plain(name: str) -> str:
    """Return the letters and digits of a name, for comparison."""
    letters = "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())
    for ending in ENDINGS:
        letters = letters.removesuffix(ending)
    return letters
