"""The two ways a border shows itself: a jump, where the sides differ; a depression, where both sink to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dashboard.i18n import Text
from layers import wording
from layers.assets import LEAST_RATIO, MOST_DEPRESSED
from layers.frame import BELT
from layers.measurables import MINUTES, PER_10000

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from layers.wording import Lang

# Kinds that compare the sides, and kinds that compare the border with the land behind it; others do neither.
JUMP, DEPRESSION = "jump", "depression"
WAYS: dict[str, tuple[str, ...]] = {
    JUMP: (
        "road_step_change",
        "roadside_mismatch",
        "service_wall",
        "service_imbalance",
        "asset_imbalance",
        "use_contrast",
    ),
    DEPRESSION: ("low_permeability", "border_depression"),
}
WAY_OF = {kind: way for way, kinds in WAYS.items() for kind in kinds}
SIDES = ("a", "b")
PER_HEAD = (PER_10000, MINUTES)
TESTED = {
    JUMP: "asset_imbalance",
    DEPRESSION: "border_depression",
}  # their numbers are told where there are any


class Cells(NamedTuple):
    """Cells of a profile: stretches along the border, or bands across it; arrays of one length."""

    is_a: NDArray[np.bool_]
    from_m: NDArray[np.float64]
    to_m: NDArray[np.float64]
    value: NDArray[np.float64]  # NaN: unknown

    def only(self, chosen: NDArray[np.bool_]) -> Cells:
        """Return those cells."""
        return Cells(self.is_a[chosen], self.from_m[chosen], self.to_m[chosen], self.value[chosen])

    def places(self) -> list[tuple[bool, float]]:
        """Return the side of each, and where it begins."""
        return list(zip(self.is_a.tolist(), self.from_m.tolist(), strict=True))


@dataclass(frozen=True)
class Across:
    """One measurable across a border: what border zone and interior of each side have.

    Values are means of the bands that are known, see `across_of`; None where none is.
    """

    zone: dict[str, float | None]
    inside: dict[str, float | None]
    unit: str


def across_of(bands: Cells, people: Cells, unit: str, zone_m: float) -> Across:
    """Return the zone and the interior of each side of one measurable.

    Parameters
    ----------
    bands
        Its bands across the border.
    people
        Those of the density of people: bands count by it where a value is per head or a mean over people.
    unit
        Of its values.
    zone_m
        Depth of the border zone; the interior is 2 to 5 times that deep.
    """
    far = np.maximum(np.abs(bands.from_m), np.abs(bands.to_m))
    weight = np.ones(len(far))
    if unit in PER_HEAD and len(people.value):
        density = dict(zip(people.places(), people.value.tolist(), strict=True))
        weight = np.nan_to_num([density.get(place, 0.0) for place in bands.places()])
    weight = np.where(np.isnan(bands.value), 0.0, weight)
    total = weight * np.nan_to_num(bands.value)

    def means(chosen: NDArray[np.bool_]) -> dict[str, float | None]:
        of_side = {"a": chosen & bands.is_a, "b": chosen & ~bands.is_a}
        return {
            side: float(total[own].sum() / weight[own].sum()) if weight[own].sum() > 0 else None
            for side, own in of_side.items()
        }

    return Across(means(far <= zone_m), means(far > BELT[0] * zone_m), unit)


def verdict(across: Across, gaps: pd.DataFrame, members: Sequence[str], lang: Lang) -> dict[str, str]:
    """Return which way a border shows itself in one measurable: `way`, and `text` in words.

    Parameters
    ----------
    across
        What the profile has.
    gaps
        The gaps of the pairing that are about this measurable. Where one of them is an imbalance or a
        depression, its numbers are told, as they are weighted and tested; else those of the profile.
    members
        Names of side a and side b.

    Returns
    -------
    verdict
        `way` is jump, depression, both, neither or unknown.
    """
    text = Text(lang)
    tested = {way: gaps if gaps.empty else gaps[gaps["kind"] == kind] for way, kind in TESTED.items()}
    jump = _jump(across, tested[JUMP], members, text)
    depression = _depression(across, tested[DEPRESSION], text)
    if jump is None or depression is None:
        return {"way": "unknown", "text": text("ways.unknown_about")}
    found = {JUMP: jump, DEPRESSION: depression}
    told = [name for name in found if found[name]]
    if not told:
        return {"way": "neither", "text": text("ways.neither_about", **_sides(across, members, lang))}
    parts = [found[name] + text("ways.found" if len(tested[name]) else "ways.not_found") for name in told]
    return {"way": told[0] if len(told) == 1 else "both", "text": "".join(parts)}


def _jump(across: Across, tested: pd.DataFrame, members: Sequence[str], text: Text) -> str | None:
    """Return the sentence of a jump, empty where there is none, None where that cannot be told."""
    values, unit = [across.zone[side] for side in SIDES], across.unit
    if len(tested):
        row: Any = tested.iloc[0]
        values, unit = [float(row["value_a"]), float(row["value_b"])], str(row["unit"])
    a, b = values
    if a is None or b is None:
        return None
    low, high = sorted((a, b))
    if not high or (low > 0 and high / low < LEAST_RATIO and not len(tested)):
        return ""
    names = dict(zip(("more", "less"), members if a >= b else reversed(members), strict=True))
    said = {"high": wording.quantity(high, unit, text.lang), "low": wording.quantity(low, unit, text.lang)}
    if low == 0:
        return text("ways.jump_none", more=names["more"], less=names["less"], high=said["high"])
    times = wording.number(high / low)
    return text("ways.jump_told", more=names["more"], less=names["less"], times=times, **said)


def _depression(across: Across, tested: pd.DataFrame, text: Text) -> str | None:
    """Return the sentence of a depression, empty where there is none, None where that cannot be told."""
    if len(tested):
        row: Any = tested.iloc[0]
        shares = [float(row["value_a"]), float(row["value_b"])]
        return text("ways.depression_told", a=wording.percent(shares[0]), b=wording.percent(shares[1]))
    pairs = [(across.zone[side], across.inside[side]) for side in SIDES]
    if any(zone is None or inside is None for zone, inside in pairs):
        return None
    known = [(float(zone or 0), float(inside or 0)) for zone, inside in pairs]
    if any(inside == 0 for _, inside in known):
        return ""
    shares = [zone / inside for zone, inside in known]
    if across.unit == MINUTES:  # more of them is poorer
        a, b = (wording.number(share) for share in shares)
        return text("ways.depression_times", a=a, b=b) if min(shares) >= 1 / MOST_DEPRESSED else ""
    a, b = (wording.percent(share) for share in shares)
    return text("ways.depression_told", a=a, b=b) if max(shares) <= MOST_DEPRESSED else ""


def _sides(across: Across, members: Sequence[str], lang: Lang) -> dict[str, str]:
    """Return by side what its zone and its interior have."""
    return {
        side: Text(lang)(
            "ways.side",
            member=member,
            zone=wording.quantity(across.zone[side], across.unit, lang),
            inside=wording.quantity(across.inside[side], across.unit, lang),
        )
        for side, member in zip(SIDES, members, strict=True)
    }
