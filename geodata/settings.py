"""Every parameter of METHOD, typed, with its unit; read from and written to TOML."""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_type_hints

import tomli_w

from geodata.errors import SettingsError
from geodata.setting_values import ValueChecker

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Mode = Literal["drive", "walk"]
Provision = Literal["district", "parent", "region"]

_ALIASES = {"T": "thresholds_min"}  # METHOD's name for it
_PAIR = 2

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
        for other in (
            "nature_reserve",
            "forest_reserve",
            "residential",
            "school",
            "hospital",
            "water_protection",
        )
    ),
    ("landfill", "residential"),
    ("landfill", "water"),
    ("quarry", "residential"),
)


def _setting(default: Any, unit: str, about: str, section: int, *, zero: bool = False) -> Any:
    """Return a dataclass field that carries its unit, its meaning and its section of METHOD.

    Numbers must be above 0, or may be 0 as well where that means "none" (`zero`).
    """
    metadata = {"unit": unit, "about": about, "section": section, "zero": zero}
    if isinstance(default, dict | list):
        return field(default_factory=lambda: type(default)(default), metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True)
class Settings:
    """The parameters in force; names are METHOD's."""

    segment_m: float = _setting(1000.0, "m", "target length of a border segment", 1)
    zone_m: float = _setting(2000.0, "m", "depth of the border zone on each side", 1)
    boundary_tolerance_m: float = _setting(50.0, "m", "narrower overlaps and gaps are digitising noise", 3)
    min_piece_m: float = _setting(10.0, "m", "shorter pieces of border are dropped", 3, zero=True)
    known_unclaimed: list[list[float]] = _setting(
        [], "lon, lat", "a point inside each area known to belong to nobody (lakes)", 3
    )
    mode: Mode = _setting("drive", "", "people drive or walk", 4)
    respect_oneway: bool = _setting(False, "", "one-way roads count in their direction only", 4)  # noqa: FBT003
    snap_m: float = _setting(5.0, "m", "road ends nearer than this are one node", 4)
    access_m: float = _setting(2000.0, "m", "farther from a road is off the network", 4)
    min_component_m: float = _setting(1000.0, "m", "shorter road components are not joined", 4, zero=True)
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
        """Return the settings that differ from the defaults; of tables, the entries that do."""
        standard = Settings()
        changed: dict[str, Any] = {}
        for name, value in dataclasses.asdict(self).items():
            default = getattr(standard, name)
            if value != default and isinstance(value, dict):
                changed[name] = {key: item for key, item in value.items() if default.get(key) != item}
            elif value != default:
                changed[name] = value
        return changed


def settings_from(values: Mapping[str, Any], source: str) -> Settings:
    """Return the defaults with `values` (by METHOD's names) in their place.

    `thresholds_min` (also under METHOD's name `T`), `speeds_kmh` and `provision` are merged key by key.

    Raises
    ------
    SettingsError
        Naming `source`, each unknown name and each unsuitable value, all at once.
    """
    problems: list[str] = []
    unfit: set[str] = set()
    fields = {item.name: item for item in dataclasses.fields(Settings)}
    types = get_type_hints(Settings)
    chosen: dict[str, Any] = {}
    for given, value in values.items():
        name = _ALIASES.get(given, given)
        if name not in fields:
            problems.append(f"{given}: unknown setting; {_meant(given, fields)}")
        elif name in chosen:
            problems.append(f"{given}: given twice, as {given} and as {_alias_of(name)}; keep one")
        else:
            checker = ValueChecker(given, zero=fields[name].metadata["zero"])
            chosen[name] = checker.checked(value, types[name])
            problems += checker.problems
            unfit |= {name} if checker.problems else set()
    merged = _merged({name: value for name, value in chosen.items() if name not in unfit})
    problems += _meaning_problems(merged)
    if problems:
        lines = "".join(f"\n  {problem}" for problem in problems)
        raise SettingsError(f"{source} cannot be used:{lines}")
    return Settings(**merged)


def read_settings(path: Path) -> Settings:
    """Return the settings of a TOML file; the defaults where there is none."""
    if not path.exists():
        return Settings()
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path.name}: {error}; correct the file or delete it") from error
    return settings_from(values, path.name)


def settings_toml(settings: Settings) -> str:
    """Return the settings that differ from the defaults as TOML text."""
    return tomli_w.dumps(settings.changed())


def _alias_of(name: str) -> str:
    return next((alias for alias, target in _ALIASES.items() if target == name), name)


def _meant(given: str, names: Mapping[str, Any]) -> str:
    """Return the remedy for an unknown name: the nearest known one, or all of them."""
    near = difflib.get_close_matches(given, names, n=1)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(names)}"


def _merged(chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Return `chosen` with tables filled up from the defaults."""
    standard = Settings()
    return {
        name: {**getattr(standard, name), **value} if isinstance(value, dict) else value
        for name, value in chosen.items()
    }


def _meaning_problems(chosen: Mapping[str, Any]) -> list[str]:
    """Return what types cannot tell: kinds nobody knows, points off the earth, pairs that are none."""
    kinds = chosen.get("thresholds_min") or Settings().thresholds_min
    problems = [
        f"{name}: {kind!r} has no T; {_meant(kind, kinds)} Another kind gets its T in thresholds_min"
        for name in ("straight_line", "provision")
        for kind in chosen.get(name) or ()
        if kind not in kinds
    ]
    problems += [
        f"known_unclaimed: {point} is no place; give [longitude, latitude] in degrees"
        for point in chosen.get("known_unclaimed") or ()
        if len(point) != _PAIR or abs(point[0]) > 180 or abs(point[1]) > 90  # noqa: PLR2004, the earth's extent
    ]
    problems += [
        f"landuse_conflicts: {pair} is no pair; give two land-use classes"
        for pair in chosen.get("landuse_conflicts") or ()
        if len(pair) != _PAIR
    ]
    return problems
