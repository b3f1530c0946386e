"""People, facilities and members of a workspace as travel times need them: arrays by row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from geodata.settings import Settings

    Floats = NDArray[np.float64]
    Ints = NDArray[np.intp]
    Texts = NDArray[np.object_]


@dataclass(frozen=True)
class Places:
    """Who lives where, what is where, and whose it is.

    Parameters
    ----------
    people_id, people, people_lonlat
        By row of the population layer: feature id, number, degrees.
    facility_id, name, kind, capacity, facility_lonlat
        By row of the facilities layer; capacity is NaN where unknown.
    people_district, facility_district
        `row`, `district_id`: whose they are; people have one district, facilities on the line several.
    members
        Member id -> its district ids.
    parents
        District id -> its parent unit; a district without one stands for itself.
    """

    people_id: Texts
    people: Floats
    people_lonlat: Floats
    facility_id: Texts
    name: Texts
    kind: Texts
    capacity: Floats
    facility_lonlat: Floats
    people_district: pd.DataFrame
    facility_district: pd.DataFrame
    members: Mapping[str, Sequence[str]]
    parents: Mapping[str, str]

    @classmethod
    def of(
        cls,
        population: gpd.GeoDataFrame,
        facilities: gpd.GeoDataFrame,
        memberships: Mapping[str, pd.DataFrame],
        districts: pd.DataFrame,
        members: Mapping[str, Sequence[str]],
    ) -> Places:
        """Return the places of canonical layers (EPSG:4326); see `layers.travel.travel_times`."""
        known = districts["parent"] if "parent" in districts else pd.Series(None, index=districts.index)
        ids = districts["district_id"]
        parents = dict(zip(ids, known.astype(object).where(known.notna(), ids), strict=True))
        people = np.asarray(pd.to_numeric(population["people"], errors="coerce"), dtype=np.float64)
        capacity = facilities["capacity"] if "capacity" in facilities else pd.Series(np.nan, facilities.index)
        name = facilities["name"] if "name" in facilities else pd.Series(None, index=facilities.index)
        columns = ["row", "district_id"]
        return cls(
            people_id=population["feature_id"].to_numpy(dtype=object),
            people=np.nan_to_num(people),
            people_lonlat=_lonlat(population),
            facility_id=facilities["feature_id"].to_numpy(dtype=object),
            name=name.astype(object).where(name.notna(), None).to_numpy(dtype=object),
            kind=facilities["kind"].to_numpy(dtype=object),
            capacity=np.asarray(pd.to_numeric(capacity, errors="coerce"), dtype=np.float64),
            facility_lonlat=_lonlat(facilities),
            people_district=memberships["population"][columns].drop_duplicates("row"),
            facility_district=memberships["facilities"][columns],
            members={member: list(of) for member, of in members.items()},
            parents=parents,
        )

    @cached_property
    def people_of(self) -> dict[str, Ints]:
        """By member: rows of its people, ascending."""
        return self._by_member(self.people_district)

    @cached_property
    def housed(self) -> Ints:
        """Rows of people who live in a district, ascending."""
        return np.unique(self.people_district["row"].to_numpy(dtype=np.intp))

    @cached_property
    def facilities_by_member(self) -> dict[str, Ints]:
        """By member: rows of the facilities in it or on its line."""
        return {member: self._by_id(rows) for member, rows in self._by_member(self.facility_district).items()}

    @cached_property
    def facilities_inside(self) -> Ints:
        """Rows of the facilities of any district, by feature id: of equals the first is taken."""
        return self._by_id(np.unique(self.facility_district["row"].to_numpy(dtype=np.intp)))

    def stops(self, kind: str) -> Ints:
        """Return the rows of the facilities of `kind` of any district."""
        return self._of_kind(self.facilities_inside, kind)

    def stops_in(self, kind: str, member: str) -> Ints:
        """Return the rows of the facilities of `kind` that lie in `member`."""
        return self._of_kind(self.facilities_by_member[member], kind)

    def own_stops(self, kind: str, member: str, settings: Settings) -> Ints:
        """Return the rows of the facilities of `kind` own to people of `member`, by provision level."""
        level = settings.provision_of(kind)
        if level == "region":
            return self.stops(kind)
        if level == "district":
            return self.stops_in(kind, member)
        own = {self.parents.get(district, district) for district in self.members[member]}
        parent = self.facility_district["district_id"].map(
            lambda district: self.parents.get(district, district)
        )
        rows = self.facility_district.loc[parent.isin(own), "row"].to_numpy(dtype=np.intp)
        return self._of_kind(self._by_id(np.unique(rows)), kind)

    def groups(self, kind: str) -> tuple[list[Ints], list[list[str]]]:
        """Return the facilities of `kind` grouped by the districts they are of, and each group's members."""
        of = self.facility_district[self.facility_district["row"].isin(self.stops(kind))]
        of = of.sort_values(["row", "district_id"])
        districts_of: dict[int, tuple[str, ...]] = {}
        for row, district in zip(of["row"].tolist(), of["district_id"], strict=True):  # pandas: 100 × as long
            districts_of[row] = (*districts_of.get(row, ()), district)
        sharing: dict[tuple[str, ...], list[int]] = {}
        for row, districts in districts_of.items():
            sharing.setdefault(districts, []).append(row)
        owners = self._members_of_district
        keys = sorted(sharing)
        return (
            [np.array(sharing[key], dtype=np.intp) for key in keys],
            [sorted({member for district in key for member in owners.get(district, ())}) for key in keys],
        )

    @cached_property
    def _members_of_district(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for member, districts in self.members.items():
            for district in districts:
                found.setdefault(district, []).append(member)
        return found

    def _by_member(self, table: pd.DataFrame) -> dict[str, Ints]:
        rows_of = {
            district: rows.to_numpy(dtype=np.intp) for district, rows in table.groupby("district_id")["row"]
        }
        nothing = np.empty(0, dtype=np.intp)
        return {
            member: np.unique(np.concatenate([nothing, *(rows_of.get(d, nothing) for d in districts)]))
            for member, districts in self.members.items()
        }

    def _of_kind(self, rows: Ints, kind: str) -> Ints:
        return np.asarray(rows[self.kind[rows] == kind], dtype=np.intp)

    def _by_id(self, rows: Ints) -> Ints:
        order = np.argsort(self.facility_id[rows].astype(str), kind="stable")
        return np.asarray(rows[order], dtype=np.intp)


def _lonlat(layer: gpd.GeoDataFrame) -> Floats:
    points: Any = np.asarray(layer.geometry.array, dtype=object)
    return np.column_stack([shapely.get_x(points), shapely.get_y(points)])
