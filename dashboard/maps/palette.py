"""Colours and marks of the screen, each with one meaning (DESIGN, Look); light and dark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Theme = Literal["light", "dark"]

SIDE_A = "#0072B2"  # Okabe & Ito: told apart by colour-blind readers
SIDE_B = "#D55E00"
# For writing on the dark ground, where the two would be too dim.
SIDE_INK: dict[Theme, tuple[str, str]] = {"light": (SIDE_A, "#B24E00"), "dark": ("#4AA8DF", "#F0883E")}

# One hue, neither side's. Severity is contrast with the ground, so the dark ramp runs the other way.
SEVERITY_BREAKS = (20, 40, 60, 80)
SEVERITY: dict[Theme, tuple[str, ...]] = {
    "light": ("#DCC3E6", "#C195D1", "#A263B7", "#7C3396", "#500A69"),
    "dark": ("#5A4366", "#81589A", "#A972C4", "#CE97E6", "#F1D1FF"),
}
# Affected share of a border (per cent) and people affected, in the classes of the same ramp.
SHARE_BREAKS = (2, 5, 10, 25)
PEOPLE_BREAKS = (1_000, 5_000, 20_000, 50_000)

# Domain is a shape, drawn by assets/marks.js under these names.
SHAPES = {
    "roads": "circle",
    "services": "cross",
    "assets": "square",
    "parks": "hexagon",
    "landuse": "triangle",
    "boundary": "diamond",
}

# Land-use classes in groups that a reader tells apart; what is in none of them is "other".
LANDUSE_GROUPS: dict[str, tuple[str, ...]] = {
    "built": ("residential", "commercial", "retail", "school", "hospital"),
    "industry": ("industrial", "quarry", "landfill", "construction", "railway"),
    "farm": ("farmland", "orchard", "farmyard", "meadow", "vineyard", "plant_nursery", "allotments"),
    "green": ("forest", "nature_reserve", "forest_reserve", "scrub", "grass", "wetland", "recreation_ground"),
    "water": ("water", "reservoir", "basin", "water_protection"),
}
OTHER_LANDUSE = "other"
LANDUSE: dict[Theme, dict[str, str]] = {
    "light": {
        "built": "#E3CE93",
        "industry": "#AD958C",
        "farm": "#D6DFA9",
        "green": "#94B487",
        "water": "#9CC6DD",
        "other": "#C9CCC8",
    },
    "dark": {
        "built": "#7A6A3C",
        "industry": "#8D7166",
        "farm": "#5D6638",
        "green": "#3F5F3C",
        "water": "#35627C",
        "other": "#4A514E",
    },
}


@dataclass(frozen=True)
class Paper:
    """Neutral colours of the map in one theme; context layers are pale versions of what they show."""

    ground: str
    district: str
    outline: str
    region: str
    ink: str
    halo: str
    border: str
    zone: str
    roads: str
    points: str
    parks: str
    landuse: str
    population: str


PAPER: dict[Theme, Paper] = {
    "light": Paper(
        ground="#EDEFEE",
        district="#FAFAF8",
        outline="#D9DCDA",
        region="#A9AFAC",
        ink="#2B3230",
        halo="#FFFFFF",
        border="#8B9290",
        zone="#5B6461",
        roads="#BBAC90",
        points="#5F6A66",
        parks="#8E8A5A",
        landuse="#94B487",
        population="#7D8784",
    ),
    "dark": Paper(
        ground="#101413",
        district="#1B201F",
        outline="#2E3533",
        region="#59625F",
        ink="#E6EAE8",
        halo="#101413",
        border="#6F7976",
        zone="#AEB8B4",
        roads="#766C58",
        points="#A9B4B0",
        parks="#8C8858",
        landuse="#5E6B4C",
        population="#84908C",
    ),
}


def severity_class(severity: float) -> int:
    """Return the class, 0 to 4, of a severity from 0 to 100."""
    return sum(severity >= limit for limit in SEVERITY_BREAKS)
