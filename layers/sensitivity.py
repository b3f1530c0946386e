"""How firm a gap is: whether it is still found when settings are a quarter smaller or larger."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geodata.model import TABLES
from layers.kinds import BORDER, KINDS, NETWORK, TRAVEL
from layers.results import together
from layers.work import Progress, tell_nobody

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from geodata.settings import Settings
    from layers.block import BlockResult
    from layers.region import Region

STEP = 0.25
# Varied one after the other. The thresholds go together: a finding is about one kind of facility, so that
# no finding depends on two of them, and each alone would change it no more.
VARIED: dict[str, tuple[str, ...]] = {
    "zone_m": ("zone_m",),
    "boundary_tolerance_m": ("boundary_tolerance_m",),
    "thresholds_min": ("thresholds_min", "walk_school_min"),
}
# Found again by place: the id of a run is that of its segment with most people, of a window that of its
# first, of an overlap or gap between two districts its number among them; all move with the settings.
BY_PLACE = frozenset(
    {
        *("service_wall", "service_desert", "landuse_conflict", "low_permeability"),
        *("boundary_overlap", "boundary_gap"),
    }
)
ALIKE = ["pairing_id", "kind", "side", "what"]


@dataclass(frozen=True)
class Variant:
    """One run with other settings: its `label` in the table, the names that differ, the settings."""

    label: str
    names: tuple[str, ...]
    settings: Settings

    @property
    def due(self) -> list[str]:
        """The kinds of gap that depend on what differs."""
        return [name for name, kind in KINDS.items() if set(self.names) & set(kind.settings)]


def variants(settings: Settings) -> list[Variant]:
    """Return the runs to make: each of VARIED a quarter smaller, then a quarter larger."""
    return [
        Variant(f"{label} {sign}{STEP:.0%}", names, replace(settings, **_scaled(settings, names, factor)))
        for label, names in VARIED.items()
        for sign, factor in (("-", 1 - STEP), ("+", 1 + STEP))
    ]


def sensitivity(
    gaps: gpd.GeoDataFrame,
    region: Region,
    build: Callable[[Settings], Region],
    work: Callable[..., tuple[Region, BlockResult]],
    *,
    asked: Collection[str],
    tell: Progress = tell_nobody,
) -> pd.DataFrame:
    """Return the stability of the gaps of the pairs `asked`, in the columns of `TABLES["sensitivity"]`.

    Parameters
    ----------
    gaps
        What was found with the settings in force.
    region
        What it was found in.
    build
        Makes the region of the same layers with other settings.
    work
        Finds gaps: `run_checks`, its engine chosen.
    asked
        Ids of pairs.
    tell
        Told after each step.

    Notes
    -----
    Stability is the share of all runs in which the gap is still found; a kind that does not depend on a
    setting is found whatever it is. See `found_again` for what is the same gap.
    """
    base = gaps[gaps["pairing_id"].isin(asked)].reset_index(drop=True)
    region = region.with_network().with_travel()  # once: most runs share them
    runs = variants(region.settings)
    lost: dict[str, NDArray[np.bool_]] = {}
    for number, variant in enumerate(runs, start=1):

        def tell_run(what: str, done: int, total: int, label: str = f"{number}/{len(runs)}") -> None:
            tell(f"±{STEP:.0%} {label}: {what}", done, total)

        tell_run("boundaries", 0, 1)
        varied = _varied(region, variant, build)
        _, result = work(varied, asked, variant.due, tell=tell_run)
        again = together(result.tables["gaps"], "gaps")
        lost[variant.label] = (base["kind"].isin(variant.due) & ~found_again(base, again)).to_numpy(
            dtype=bool
        )
    times = pd.DataFrame(lost, index=base.index)
    labels = np.array(list(lost), dtype=object)
    table = base[["gap_id", "pairing_id"]].assign(
        stability=1 - times.sum(axis=1) / len(runs),
        runs=len(runs),
        lost_with=[labels[row].tolist() for row in times.to_numpy(dtype=bool)],
    )
    return pd.DataFrame(table[list(TABLES["sensitivity"].column_names)])


def found_again(gaps: pd.DataFrame, again: pd.DataFrame) -> pd.Series[bool]:
    """Return by row of `gaps` whether it is among the gaps `again` of another run.

    The same gap has the same `gap_id`. Those whose id may move (BY_PLACE) are the same where pairing, kind,
    side and what are, and the segments overlap; or, off every border, the `gap_id`.
    """
    same_id = gaps["gap_id"].isin(again["gap_id"])
    placed = gaps["kind"].isin(BY_PLACE) & gaps["segment_from"].notna()
    both = alike(gaps[placed], again[again["segment_from"].notna()])
    meets = shared_segments(both) > 0
    same_place = pd.Series(gaps.index.isin(both.loc[meets.to_numpy(dtype=bool), "row"]), gaps.index)
    return same_id.where(~placed, same_place)


def alike(gaps: pd.DataFrame, again: pd.DataFrame) -> pd.DataFrame:
    """Return each pair of a gap and one of `again` with the same pairing, kind, side and what.

    Columns are those of both, the second's with `_again`, and the labels of their rows: `row`, `row_again`.
    """
    objects = dict.fromkeys(
        ALIKE, object
    )  # merging takes missing `what` for equal, and objects for comparable
    here, there = gaps.reset_index(names="row"), again.reset_index(names="row_again")
    return pd.DataFrame(here.astype(objects).merge(there.astype(objects), on=ALIKE, suffixes=("", "_again")))


def shared_segments(both: pd.DataFrame) -> pd.Series[int]:
    """Return how many segments the two gaps of each row of `alike` have in common; none off the border."""
    last = both[["segment_to", "segment_to_again"]].astype(float).min(axis=1, skipna=False)
    first = both[["segment_from", "segment_from_again"]].astype(float).max(axis=1, skipna=False)
    return (last - first + 1).clip(lower=0).fillna(0).astype(int)


def to_vary(last: Mapping[str, Any] | None, key: str, pairings: Sequence[str] | None) -> bool:
    """Return whether the stability of the gaps of `pairings` (None: all) is not known of the state `key`."""
    known = _known(last, key)
    if known is None:
        return True
    covered = known["pairings"]
    return covered is not None and (pairings is None or not set(pairings) <= set(covered))


def record_of(
    last: Mapping[str, Any] | None, key: str, pairings: Sequence[str] | None, *, varied: bool
) -> dict[str, Any] | None:
    """Return what run.json says of the table: the state it is of, and for which pairings (None: all)."""
    known = _known(last, key)
    if not varied:
        return known
    if pairings is None or (known is not None and known["pairings"] is None):
        return {"key": key, "pairings": None}
    before = known["pairings"] if known is not None else []
    return {"key": key, "pairings": sorted({*before, *pairings})}


def kept(
    table: pd.DataFrame, gaps: pd.DataFrame, last: Mapping[str, Any] | None, key: str, *, but: Collection[str]
) -> pd.DataFrame:
    """Return the rows of the last `table` that still hold: of the state `key`, not of the pairs `but`."""
    if _known(last, key) is None:
        return table.iloc[:0]
    return table[table["gap_id"].isin(gaps["gap_id"]) & ~table["pairing_id"].isin(but)]


def in_order_of(gaps: pd.DataFrame, parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of all `parts` in the order of the table of gaps."""
    rows: pd.DataFrame = together(parts, "sensitivity")
    place = pd.Series(range(len(gaps)), index=gaps["gap_id"])
    return rows.iloc[np.argsort(rows["gap_id"].map(place).to_numpy(), kind="stable")].reset_index(drop=True)


def _known(last: Mapping[str, Any] | None, key: str) -> dict[str, Any] | None:
    entry = None if last is None else last.get("sensitivity")
    return entry if entry is not None and entry["key"] == key else None


def _scaled(settings: Settings, names: Sequence[str], factor: float) -> dict[str, Any]:
    """Return the settings `names`, each number in them times `factor`."""
    values = {name: getattr(settings, name) for name in names}
    return {
        name: {key: number * factor for key, number in value.items()}
        if isinstance(value, dict)
        else value * factor
        for name, value in values.items()
    }


def _varied(region: Region, variant: Variant, build: Callable[[Settings], Region]) -> Region:
    """Return the region of a variant; the network, and where nothing of it differs, the travel times stay."""
    names = set(variant.names)
    travel = None if names & {*BORDER, *TRAVEL} else region.travel
    network = None if names & set(NETWORK) else region.network
    if names <= set(TRAVEL):
        return replace(region, settings=variant.settings, network=network, travel=None)
    return replace(build(variant.settings), network=network, travel=travel)
