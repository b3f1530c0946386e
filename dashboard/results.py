"""What the last run of a workspace found, read once for all pages and told apart by content hash."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd

from dashboard.i18n import plain
from geodata.errors import SettingsError
from geodata.model import DOMAINS, LAYERS, STORED_CRS
from geodata.pairings import member_id_of
from geodata.version import program_digest
from geodata.workspace import Workspace
from layers.history import HISTORY, is_new
from layers.kinds import KINDS, LACKS
from layers.score import is_border_wide
from layers.wording import Lang, is_missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from layers.kinds import Kind

HASH_LETTERS = 16
KEPT_LIMITED = 16  # views of some pairings; each holds its rows again
EVERYWHERE = (-160.0, -55.0, 160.0, 70.0)  # shown while there are no districts
_NOWHERE = np.empty(0, dtype=np.intp)
UNLIKE_EACH_RUN = ("seconds", "started", "finished", "when", "peak_memory_mb")


@dataclass(frozen=True, eq=False)  # one object a run: hashed by identity, for caches
class Results:
    """The result tables of one run.

    Parameters
    ----------
    workspace
        Where they come from; context layers are read from it when they are asked for.
    stamp
        Digest of districts, results and program: the address of everything made from them.
    only
        Pairings of which there is anything; None for all. Of the rest not even the names are known here.
    """

    workspace: Workspace
    stamp: str
    only: frozenset[str] | None = None

    @cached_property
    def districts(self) -> gpd.GeoDataFrame:
        """One row a district, EPSG:4326."""
        rows: Any = self.workspace.read_layer("districts")
        if rows is None:
            return gpd.GeoDataFrame({"district_id": [], "name": []}, geometry=[], crs=STORED_CRS)
        if rows["district_id"].duplicated().any():
            rows = rows.dissolve("district_id", as_index=False, sort=False)
        districts: gpd.GeoDataFrame = rows.reset_index(drop=True)
        return districts

    @cached_property
    def borders(self) -> gpd.GeoDataFrame:
        """Borders, indexed by pairing."""
        return self._table("borders").set_index("pairing_id", drop=False)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row a pairing, indexed by it; the worst gap first, then by affected share.

        Where there was nothing to compare, the share is unknown, not none.
        """
        rows: pd.DataFrame = self._table("pairing_summary").set_index("pairing_id", drop=False)
        if self.is_bare:
            rows["affected_share"] = rows["affected_share"].where(rows["gaps"] > 0)
        return rows.sort_values(
            ["worst_severity", "affected_share", "border_m"],
            ascending=False,
            kind="stable",
            na_position="last",
        )

    @cached_property
    def gaps(self) -> gpd.GeoDataFrame:
        """All gaps, worst first.

        Beside the table's columns `member_a`, `member_b`, `border_wide` (it concerns its border as a whole),
        `new` (no run before the last one found it) and, null where settings were not varied, `stability`,
        `runs` and `lost_with`.
        """
        varied = self._table("sensitivity")[["gap_id", "stability", "runs", "lost_with"]]
        rows = self._table("gaps").merge(varied, on="gap_id", how="left")
        rows = rows.sort_values(["severity", "gap_id"], ascending=[False, True], ignore_index=True)
        # From the pairing, not its border: members that do not touch have gaps too.
        ids = {
            pairing: sorted(member_id_of(member) for member in members)
            for pairing, members in self.members.items()
        }
        for position, name in enumerate(("member_a", "member_b")):
            rows[name] = [ids[pairing][position] for pairing in rows["pairing_id"]]
        rows["border_wide"] = is_border_wide(rows, self.borders["segments"]).to_numpy(bool)
        rows["new"] = is_new(rows["gap_id"], self._table(HISTORY), self.workspace.run_record()).to_numpy(bool)
        return rows

    @cached_property
    def segments(self) -> gpd.GeoDataFrame:
        """Segments of all borders, by pairing and chainage."""
        return self._table("segments").sort_values(["pairing_id", "segment"], ignore_index=True)

    @cached_property
    def not_computed(self) -> pd.DataFrame:
        """What was not computed, and why."""
        rows: pd.DataFrame = self._table("not_computed")
        return rows

    @cached_property
    def lacking(self) -> tuple[str, ...]:
        """Layers that checks lacked on every border."""
        rows, borders = self.not_computed, self.borders.index
        rows = rows[rows["reason"] == LACKS + rows["what"].fillna("").astype(str)]
        # A run of one pairing leaves the others as they were.
        found = rows[rows["pairing_id"].isin(borders)].groupby("what")["pairing_id"].nunique()
        return tuple(name for name in LAYERS if 0 < len(borders) == found.get(name))

    @cached_property
    def uncomputed(self) -> tuple[Kind, ...]:
        """Kinds of gap that were computed nowhere for want of layers."""
        return tuple(kind for kind in KINDS.values() if kind.lacking(self._present)[1])

    @property
    def untold_domains(self) -> list[str]:
        """Domains of which no kind of gap was computed."""
        computed = [kind for kind in KINDS.values() if kind not in self.uncomputed]
        told = set().union(*(kind.domains(self._present) for kind in computed))
        return [name for name in DOMAINS if name not in told]

    @property
    def _present(self) -> set[str]:
        return set(LAYERS) - set(self.lacking)

    @property
    def is_bare(self) -> bool:
        """Whether there was nothing to compare but the boundaries themselves."""
        return all(kind in self.uncomputed for kind in KINDS.values() if kind.needs or kind.any_of)

    @cached_property
    def comparisons(self) -> pd.DataFrame:
        """Members of cooperating pairs and groups side by side."""
        rows: pd.DataFrame = self._table("comparisons")
        return rows

    @cached_property
    def profiles(self) -> pd.DataFrame:
        """Values along and across the borders."""
        rows: pd.DataFrame = self._table("profiles")
        return rows

    @cached_property
    def programme(self) -> pd.DataFrame | None:
        """The programme that was imported; None where there is none."""
        rows = self.workspace.read_layer("programme")
        return None if rows is None else pd.DataFrame(self._seen(rows))

    @cached_property
    def intake(self) -> pd.DataFrame:
        """One row a layer: source, licence, rows."""
        return pd.DataFrame(self.workspace.intake())

    @cached_property
    def previous_run(self) -> str | None:
        """When the run before the last one ended: ISO time; None where there was none."""
        return (self.workspace.run_record() or {}).get("previous")

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of all districts, degrees."""
        if self.districts.empty:
            return EVERYWHERE
        west, south, east, north = self.districts.total_bounds.tolist()
        return west, south, east, north

    @cached_property
    def members(self) -> dict[str, list[list[str]]]:
        """By pairing, the members as lists of district ids."""
        return {str(key): member_lists(value) for key, value in self.summary["members"].items()}

    @cached_property
    def english_names(self) -> dict[str, str]:
        """By pairing, the English name it was imported with; those without one are left out."""
        rows = self.workspace.read_layer("pairings")
        if rows is None or "name_en" not in rows:
            return {}
        named = rows[rows["name_en"].notna() & (rows["name_en"] != "")]
        return dict(zip(named["pairing_id"].astype(str), named["name_en"].astype(str), strict=True))

    def names(self, lang: Lang) -> dict[str, str]:
        """Return district id -> name in `lang`; the local name where there is no other."""
        return self._names[lang]

    def short_names(self, lang: Lang) -> dict[str, str]:
        """Return names as lists and maps have room for them: "Beibei", not "Beibei District"."""
        return self._short_names[lang]

    @cached_property
    def _names(self) -> dict[Lang, dict[str, str]]:
        ids = self.districts["district_id"].astype(str).tolist()
        own = [plain(str(name)) for name in self.districts["name"]]
        english = self.districts["name_en"].tolist() if "name_en" in self.districts else own
        in_english = [
            name if is_missing(other) or not other else plain(str(other))
            for name, other in zip(own, english, strict=True)
        ]
        return {"zh": dict(zip(ids, own, strict=True)), "en": dict(zip(ids, in_english, strict=True))}

    @cached_property
    def _short_names(self) -> dict[Lang, dict[str, str]]:
        return {**self._names, "en": {key: _short(name) for key, name in self._names["en"].items()}}

    def borders_of(self, district_ids: Iterable[str]) -> NDArray[np.intp]:
        """Return where the borders of any of these districts stand in `borders`, in their order."""
        places = self._borders_by_district
        return np.unique(np.concatenate([places.get(key, _NOWHERE) for key in district_ids]))

    @cached_property
    def _borders_by_district(self) -> dict[str, NDArray[np.intp]]:
        members = [self.borders[name].astype(str).str.split("+") for name in ("member_a", "member_b")]
        districts = pd.concat([each.reset_index(drop=True) for each in members]).explode()
        places = districts.index.to_numpy()
        return {key: places[rows] for key, rows in districts.groupby(districts).indices.items()}

    def read(self) -> None:
        """Read the tables that a pairing is shown from: its reader is not to wait for them."""
        for table in ("gaps", "segments", "not_computed", "profiles", "comparisons"):
            self._places(table)
        _ = self._borders_by_district

    def rows_of(self, table: str, pairing_id: str) -> Any:
        """Return the rows of one of the tables above that belong to a pairing."""
        frame = getattr(self, table)
        return frame.iloc[self._places(table).get(pairing_id, [])]

    def inner_pairings(self, pairing_id: str) -> list[str]:
        """Return the adjacent pairings between the members of a pairing: of a group, its inner borders."""
        sides = [frozenset(member) for member in self.members[pairing_id]]
        return [
            key
            for key, pair in self.members.items()
            if key in self.borders.index and all(frozenset(member) in sides for member in pair)
        ]

    def _places(self, table: str) -> Mapping[str, NDArray[np.intp]]:
        cache: dict[str, Mapping[str, NDArray[np.intp]]] = self.__dict__.setdefault("_row_places", {})
        if table not in cache:
            cache[table] = getattr(self, table).groupby("pairing_id", sort=False).indices
        return cache[table]

    def _table(self, name: str) -> Any:
        return self._seen(self.workspace.read_table(name))

    def _seen(self, rows: Any) -> Any:
        """Return those rows that speak of the pairings there are here, or of none in particular."""
        if self.only is None or "pairing_id" not in rows:
            return rows
        keys = rows["pairing_id"]
        return rows[keys.isna() | keys.isin(self.only)]


def _short(name: str) -> str:
    if name.endswith("Autonomous County"):
        return name
    return name.removesuffix(" District").removesuffix(" County") or name


def member_lists(value: Any) -> list[list[str]]:
    """Return `members` of a pairing, stored as nested lists or as JSON, as lists of district ids."""
    members: Sequence[Any] = json.loads(value) if isinstance(value, str) else value
    return [[member] if isinstance(member, str) else [str(part) for part in member] for member in members]


class ResultsCache:
    """The results of a workspace as they are now: read again once another run has replaced them."""

    def __init__(self, path: Path) -> None:
        self._workspace = Workspace.open(path)
        self._lock = threading.Lock()
        self._seen: str | None = None
        self._results: Results | None = None
        self._limited: OrderedDict[frozenset[str], Results] = OrderedDict()

    def current(self) -> Results:
        """Return the results of the last complete run."""
        with self._lock:
            seen = self._workspace.results_version()
            if self._results is None or seen != self._seen:
                self._results, self._seen = Results(self._workspace, stamp(self._workspace)), seen
                self._limited.clear()
            return self._results

    def limited(self, results: Results, only: frozenset[str]) -> Results:
        """Return what of `results` speaks of the pairings `only`; its addresses are others."""
        with self._lock:
            if only not in self._limited:
                own = hashlib.sha256(orjson.dumps([results.stamp, sorted(only)])).hexdigest()[:HASH_LETTERS]
                self._limited[only] = Results(results.workspace, own, only)
                while len(self._limited) > KEPT_LIMITED:
                    self._limited.popitem(last=False)
            self._limited.move_to_end(only)
            return self._limited[only]

    def public_address(self) -> str | None:
        """Return the address under which the dashboard is reached, where `display.toml` tells it."""
        try:
            return self._workspace.display.address
        except SettingsError:
            return None


def stamp(workspace: Workspace) -> str:
    """Return a digest of what the bodies are made of: inputs, settings, and the program that reads them."""
    run = workspace.run_record() or {}
    made_of = {
        "run": {name: value for name, value in run.items() if name not in UNLIKE_EACH_RUN},
        "layers": {name: workspace.layer_hash(name) for name in workspace.layer_names()},
        "program": [program_digest(), dashboard_digest()],
    }
    return hashlib.sha256(orjson.dumps(made_of, option=orjson.OPT_SORT_KEYS)).hexdigest()[:HASH_LETTERS]


@cache
def dashboard_digest() -> str:
    """Return a digest of the code that makes the bodies."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
