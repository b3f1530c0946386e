"""The two ways a border shows itself: a jump, where the sides differ; a depression, where both sink to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dashboard.i18n import Text
from layers import wording
from layers.assets import LEAST_RATIO, MOST_DEPRESSED
from layers.frame import BELT
from layers.measurables import MINUTES, PER_10000

if TYPE_CHECKING:
    from collections.abc import Sequence

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
_TESTED = {JUMP: "asset_imbalance", DEPRESSION: "border_depression"}


@dataclass(frozen=True)
class Across:
    """One measurable across a border: what border zone and interior of each side have.

    Values are means of the bands that are known, see `across_of`; None where none is.
    """

    zone: dict[str, float | None]
    inside: dict[str, float | None]
    unit: str


def across_of(bands: pd.DataFrame, people: pd.DataFrame, zone_m: float) -> Across:
    """Return the zone and the interior of each side of one measurable.

    Parameters
    ----------
    bands
        Its rows of the table `profiles`, direction across.
    people
        Those of the density of people: bands count by it where a value is per head or a mean over people.
    zone_m
        Depth of the border zone; the interior is 2 to 5 times that deep.
    """
    unit = str(bands["unit"].iloc[0])
    far = bands[["from_m", "to_m"]].abs().max(axis=1)
    weight = pd.Series(1.0, index=bands.index)
    if unit in PER_HEAD and len(people):
        density = people.set_index(["side", "from_m"])["value"]
        weight = density.reindex(pd.MultiIndex.from_frame(bands[["side", "from_m"]])).set_axis(bands.index)
    weight = weight.fillna(0.0).where(bands["value"].notna(), 0.0)
    sums = bands.assign(weight=weight, total=weight * bands["value"].fillna(0.0))

    def means(chosen: pd.Series) -> dict[str, float | None]:
        of_side = sums[chosen].groupby("side")[["total", "weight"]].sum().reindex(list(SIDES))
        mean = of_side["total"] / of_side["weight"].where(of_side["weight"] > 0)
        return {
            side: None if np.isnan(value) else float(value) for side, value in zip(SIDES, mean, strict=True)
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
    tested = {way: gaps[gaps["kind"] == kind] for way, kind in _TESTED.items()}
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
