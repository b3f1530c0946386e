"""Every parameter of METHOD, typed, with its unit; read from and written to TOML."""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from geodata.errors import SettingsError
from geodata.model import FACILITY_KINDS

Mode = Literal["drive", "walk"]
Provision = Literal["district", "parent", "region"]

_SPEEDS_KMH = {
    "motorway": 90.0,
    "trunk": 70.0,
    "primary": 55.0,
    "secondary": 45.0,
    "tertiary": 35.0,
    "unclassified": 25.0,
    "residential": 25.0,
    "road": 25.0,
    "living_street": 15.0,
    "service": 15.0,
    "track": 12.0,
}
_THRESHOLDS_MIN = {
    "clinic": 15.0,
    "hospital": 30.0,
    "fire_station": 10.0,
    "police": 15.0,
    "school": 20.0,
    "kindergarten": 15.0,
    "government_hall": 30.0,
    "elder_care": 30.0,
}
_CONFLICTS = (
    *(
        ("industrial", other)
        for other in ("nature_reserve", "forest_reserve", "residential", "school", "hospital", "water_protection")
    ),
    ("landfill", "residential"),
    ("landfill", "water"),
    ("quarry", "residential"),
)


def _setting(default: Any, unit: str, about: str, section: int) -> Any:
    """Return a dataclass field that carries its unit, its meaning and its section of METHOD."""
    metadata = {"unit": unit, "about": about, "section": section}
    if isinstance(default, dict | list):
        return field(default_factory=lambda: type(default)(default), metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Settings:
    """The parameters in force; names are METHOD's."""

    segment_m: float = _setting(1000.0, "m", "target length of a border segment", 1)
    zone_m: float = _setting(2000.0, "m", "depth of the border zone on each side", 1)
    boundary_tolerance_m: float = _setting(50.0, "m", "narrower overlaps and gaps are digitising noise", 3)
    min_piece_m: float = _setting(10.0, "m", "shorter pieces of border are dropped", 3)
    known_unclaimed: list[list[float]] = _setting(
        [], "lon, lat", "a point inside each area known to belong to nobody (lakes)", 3
    )
    mode: Mode = _setting("drive", "", "people drive or walk", 4)
    respect_oneway: bool = _setting(False, "", "one-way roads count in their direction only", 4)  # noqa: FBT003
    snap_m: float = _setting(5.0, "m", "road ends nearer than this are one node", 4)
    access_m: float = _setting(2000.0, "m", "farther from a road is off the network", 4)
    min_component_m: float = _setting(1000.0, "m", "shorter road components are not joined", 4)
    walk_kmh: float = _setting(4.5, "km/h", "speed on foot", 4)
    maxspeed_share: float = _setting(0.8, "", "speed driven, as a share of the limit", 4)
    speeds_kmh: dict[str, float] = _setting(_SPEEDS_KMH, "km/h", "speed by class where no limit is known", 4)
    straight_line: list[str] = _setting([], "", "facility kinds reached by straight line", 4)
    detour: float = _setting(1.3, "", "straight lines are this much longer on the ground", 4)
    straight_kmh: float = _setting(35.0, "km/h", "speed along straight lines", 4)
    thresholds_min: dict[str, float] = _setting(_THRESHOLDS_MIN, "min", "T: served within", 4)
    walk_school_min: float = _setting(25.0, "min", "T of school in mode walk", 4)
    provision: dict[str, Provision] = _setting({}, "", "level that provides a kind, default district", 4)
    dead_end_m: float = _setting(50.0, "m", "a dead end lies this near to the border", 5)
    link_m: float = _setting(500.0, "m", "the next node across lies this near", 5)
    duplicate_min: float = _setting(5.0, "min", "facilities nearer than this are twice on the line", 5)
    landuse_conflicts: list[list[str]] = _setting(
        [list(pair) for pair in _CONFLICTS], "", "classes that clash", 5
    )

    def threshold_min(self, kind: str) -> float:
        """Return T of a facility kind in minutes; inf for a kind without one."""
        if kind == "school" and self.mode == "walk":
            return self.walk_school_min
        return self.thresholds_min.get(kind, float("inf"))

    def provision_of(self, kind: str) -> Provision:
        """Return the level that provides `kind`."""
        return self.provision.get(kind, "district")

    def changed(self) -> dict[str, Any]:
        """Return the settings that differ from the defaults."""
        standard = Settings()
        return {
            name: value
            for name, value in dataclasses.asdict(self).items()
            if value != getattr(standard, name)
        }


def settings_from(values: dict[str, Any], source: str) -> Settings:
    """Return the defaults with `values` (by METHOD's names) in their place.

    `thresholds_min` (also under METHOD's name `T`), `speeds_kmh` and `provision` are merged key by key.

    Raises
    ------
    SettingsError
        Naming `source`, each unknown name and each unsuitable value, all at once.
    """
    raise NotImplementedError


def read_settings(path: Path) -> Settings:
    """Return the settings of a TOML file; the defaults where there is none."""
    if not path.exists():
        return Settings()
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path.name}: {error}; correct the file or delete it") from error
    return settings_from(values, path.name)


def settings_toml(settings: Settings) -> str:
    """Return the settings that differ from the defaults as TOML text."""
    raise NotImplementedError
