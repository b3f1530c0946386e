"""The kinds of gap in one table: domain, check, what it needs and which settings it depends on."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geodata.model import FACILITY_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping

    from layers.findings import CheckResult
    from layers.frame import BorderFrame

BORDER = ("boundary_tolerance_m", "min_piece_m", "segment_m", "known_unclaimed")
_ZONE = (*BORDER, "zone_m")
_CROSSINGS = (*BORDER, "snap_m")  # what is joined decides what crosses
NETWORK = ("mode", "respect_oneway", "snap_m", "speeds_kmh", "maxspeed_share", "min_component_m")
TRAVEL = (
    *NETWORK,
    *("access_m", "walk_kmh", "straight_line", "detour", "straight_kmh"),
    *("thresholds_min", "walk_school_min", "provision"),
)
_SERVICES = (*_ZONE, *TRAVEL)
_PLACES = ("population", "facilities")
LACKS = "not computed: no "  # and the layer: the reason of a check that lacks it
_DOMAIN_OF_LAYER = {"facilities": "services"}  # the others are named alike


@dataclass(frozen=True)
class Kind:
    """One kind of gap.

    Parameters
    ----------
    name
        As METHOD 5 has it.
    domain
        Its domain; None where the finding itself tells (see `domain_of`).
    module
        Of `layers`: where the function that finds it is, which has its name.
    needs
        Layers without any of which it is "not computed: no X".
    any_of
        Layers of which one is enough; each missing one is said.
    reads
        Further layers it looks at: it runs again when one of them changes.
    settings
        Names of the settings it depends on.
    border_wide
        It concerns the border as a whole and is listed beside the affected share.
    """

    name: str
    domain: str | None
    module: str
    needs: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    settings: tuple[str, ...] = BORDER
    border_wide: bool = False

    @property
    def check(self) -> Callable[[BorderFrame], CheckResult]:
        """The pure function that finds it; loaded when asked for: reports need the table alone."""
        found: Callable[[BorderFrame], CheckResult] = getattr(
            importlib.import_module(f"layers.{self.module}"), self.name
        )
        return found

    @property
    def layers(self) -> tuple[str, ...]:
        """Every layer whose change calls for a new run; population makes exposure."""
        return tuple(dict.fromkeys((*self.needs, *self.any_of, *self.reads, "population")))

    def lacking(self, present: Container[str]) -> tuple[list[str], bool]:
        """Return the layers it lacks among those `present`, and whether it cannot be computed for that."""
        needed = [name for name in self.needs if name not in present]
        some = [name for name in self.any_of if name not in present]
        return needed + some, bool(needed) or (bool(some) and len(some) == len(self.any_of))

    def domains(self, present: Container[str]) -> set[str]:
        """Return the domains of what it finds in the layers `present`."""
        if self.domain is not None:
            return {self.domain}
        return {_DOMAIN_OF_LAYER.get(name, name) for name in self.any_of if name in present}


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "road_dead_end",
            "roads",
            "dead_ends",
            ("roads",),
            settings=(*BORDER, *NETWORK, "dead_end_m", "link_m"),
        ),
        Kind("road_step_change", "roads", "step_changes", ("roads",), settings=_CROSSINGS),
        Kind(
            "roadside_mismatch",
            "roads",
            "roadside",
            ("roads",),
            reads=("assets",),
            settings=_CROSSINGS,
        ),
        Kind("low_permeability", "roads", "permeability", ("roads",), settings=(*_ZONE, "snap_m")),
        Kind("service_wall", "services", "services", _PLACES, reads=("roads",), settings=_SERVICES),
        Kind("service_desert", "services", "services", _PLACES, reads=("roads",), settings=_SERVICES),
        Kind(
            "service_duplicate",
            "services",
            "offers",
            _PLACES,
            reads=("roads",),
            settings=(*_SERVICES, "duplicate_min"),
        ),
        Kind(
            "service_imbalance",
            "services",
            "offers",
            _PLACES,
            reads=("roads",),
            settings=_SERVICES,
            border_wide=True,
        ),
        Kind(
            "asset_imbalance",
            None,
            "assets",
            any_of=("assets", "roads", "facilities"),
            settings=_ZONE,
            border_wide=True,
        ),
        Kind(
            "border_depression",
            None,
            "assets",
            any_of=("assets", "roads", "facilities"),
            settings=_ZONE,
            border_wide=True,
        ),
        Kind(
            "use_contrast",
            None,
            "landuse",
            any_of=("landuse", "parks"),
            reads=("assets", "roads"),
            settings=_ZONE,
        ),
        Kind("park_duplicate", "parks", "parks", ("parks",)),
        Kind(
            "park_service_gap",
            "parks",
            "parks",
            ("parks",),
            reads=("roads", "facilities"),
            settings=_SERVICES,
        ),
        Kind(
            "landuse_conflict",
            "landuse",
            "landuse",
            ("landuse",),
            settings=(*BORDER, "landuse_conflicts"),
        ),
        Kind("boundary_overlap", "boundary", "boundary"),
        Kind("boundary_gap", "boundary", "boundary"),
        Kind(
            "responsibility", None, "responsibility", any_of=("roads", "assets"), settings=(*_ZONE, "snap_m")
        ),
    )
}


def domain_of(kind: str, what: str | None, evidence: Mapping[str, Any]) -> str:
    """Return the domain of a finding: its kind's, else that of its feature, measurable or polygon."""
    domain = KINDS[kind].domain
    if domain is not None:
        return domain
    if "layer" in evidence:
        return _DOMAIN_OF_LAYER.get(evidence["layer"], str(evidence["layer"]))
    return domain_of_measurable(str(what))


def domain_of_measurable(measurable: str) -> str:
    """Return the domain of a measurable of METHOD 7."""
    if measurable.startswith("road_") or measurable == "paved_share":
        return "roads"
    if measurable in FACILITY_KINDS or measurable.startswith("t_own_"):
        return "services"
    return "assets"
