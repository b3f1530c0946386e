"""The work on one block: its checks in order, and what is made beside the gaps; in whatever process."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from geodata.memory import give_back
from layers.crossings import crossings
from layers.kinds import KINDS, LACKS
from layers.parks import counterpart_park_duplicate
from layers.profile import profiles
from layers.score import gaps as scored

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from layers.findings import CheckResult
    from layers.frame import BorderFrame
    from layers.held import Block, Held

CROSSINGS = "crossings"
PROFILES = "profiles"
PARKS = "park_duplicate"  # the only kind that looks at members that do not touch
TABLES_BY_BLOCK = ("gaps", "not_computed", PROFILES)


@dataclass
class BlockResult:
    """What one block gave: tables by name, seconds by check."""

    tables: dict[str, list[pd.DataFrame]] = field(
        default_factory=lambda: {name: [] for name in TABLES_BY_BLOCK}
    )
    crossings: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, other: BlockResult) -> None:
        """Take in the result of another block."""
        for name, parts in other.tables.items():
            self.tables[name] += parts
        self.crossings |= other.crossings
        for name, seconds in other.seconds.items():
            self.seconds[name] = self.seconds.get(name, 0.0) + seconds


def run_block(
    held: Held, block: Block, due: Sequence[str], tell: Callable[[Block, str], None] | None = None
) -> BlockResult:
    """Return what is due in one block: kinds of gap, and what is made beside them; `tell` before each."""
    frame = held.frame(block)
    result = BlockResult()
    for name in due:
        if tell is not None:
            tell(block, name)
        start = time.perf_counter()
        if name == PROFILES:
            result.tables[PROFILES].append(profiles(frame))
        elif name == CROSSINGS:
            result.crossings |= _crossings(frame)
        else:
            _check(frame, name, result)
        result.seconds[name] = time.perf_counter() - start
    del frame
    give_back()  # a worker has many blocks before it, and what it held for one is of no use for the next
    return result


def run_far(frame: BorderFrame) -> BlockResult:
    """Return what is found between members that do not touch: parks of the same industries."""
    result = BlockResult()
    parks = frame.layer("parks")
    if parks is None:
        result.tables["not_computed"].append(_lacking(frame, PARKS, "parks"))
        return result
    trusted = frame.provenance("parks")
    found = counterpart_park_duplicate(frame.pairs, frame.sides, frame.districts, parks, provenance=trusted)
    _take(frame, found, result)
    return result


def _check(frame: BorderFrame, name: str, result: BlockResult) -> None:
    """Run one check, or say which layers it lacks."""
    kind = KINDS[name]
    lacking, stops = kind.lacking(frame.layers)
    result.tables["not_computed"] += [_lacking(frame, name, layers) for layers in lacking]
    if not stops:
        _take(frame, kind.check(frame), result)


def _take(frame: BorderFrame, found: CheckResult, result: BlockResult) -> None:
    if len(found.findings):  # mostly there are none
        result.tables["gaps"].append(scored(frame, found.findings))
    result.tables["not_computed"].append(found.not_computed)


def _lacking(frame: BorderFrame, check: str, layers: str) -> pd.DataFrame:
    reason = f"{LACKS}{layers}"
    return pd.DataFrame(
        {
            "pairing_id": frame.pairs["pairing_id"],
            "check": check,
            "what": layers,
            "count": None,
            "reason": reason,
        }
    )


def _crossings(frame: BorderFrame) -> dict[str, int]:
    """Return the number of crossings by pairing; nothing without roads."""
    if frame.layer("roads") is None:
        return {}
    found = crossings(frame)
    counts = found.groupby("pair")["count"].sum().reindex(frame.pairs.index, fill_value=0)
    return dict(zip(frame.pairs["pairing_id"], counts.astype(int), strict=True))
