"""The work of an analysis: what all blocks share first, then block by block, wherever that is done."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import as_completed
from typing import TYPE_CHECKING

from geodata.memory import give_back
from layers.block import PARKS, BlockResult, run_block, run_far
from layers.due import COMPARISONS, layers_of
from layers.engine import Engine, team
from layers.region import Region

if TYPE_CHECKING:
    from collections.abc import Container, Sequence
    from concurrent.futures import Future

    from layers.held import Block

Progress = Callable[[str, int, int], None]  # what is being done, steps done, steps in all

OWNERS = {"travel_time": "service_wall"}  # rows of `not_computed` that are no kind's own: who makes them


def tell_nobody(_what: str, _done: int, _total: int) -> None:
    """Take no notice of progress."""


def run_checks(
    region: Region,
    asked: Container[str],
    due: Sequence[str],
    *,
    engine: Engine = "processes",
    workers: int | None = None,
    scheduler: str | None = None,
    tell: Progress = tell_nobody,
) -> tuple[Region, BlockResult]:
    """Return the results of all blocks, and the region with network and travel times, made before them.

    Parameters
    ----------
    region
        The workspace, prepared.
    asked
        Ids of the pairs to look at, near and far.
    due
        Kinds of gap, and what is made beside them.
    engine, workers, scheduler
        Where the blocks are done; see `layers.engine.team`.
    tell
        Told after each step: a check of a block where they are done in this process, else a block.
    """
    region, result = _prepared(region, due, tell)
    if region.travel is not None and any(owner in due for owner in OWNERS.values()):
        result.tables["not_computed"].append(region.travel.not_computed)  # of the workspace, not of a block
    by_block = [name for name in due if name != COMPARISONS]
    rows = [row for row, pair in enumerate(region.pairs["pairing_id"]) if pair in asked]
    blocks = region.blocks(rows) if by_block else []
    if len(blocks) == 1 and engine == "processes":
        engine = "serial"  # nothing to share out: a process would take longer to start than it saves
    if blocks:
        with team(region.held, engine=engine, workers=workers, scheduler=scheduler, layers=region.layers) as (
            submit,
            held,
        ):
            region = region.sharing(held)
            give_back()
            steps = None if engine != "serial" else _Steps(tell, len(blocks) * len(by_block))
            for part in _in_order(submit, blocks, by_block, tell, steps):
                result.add(part)
    far = region.far_frame(asked) if PARKS in due else None
    if far is not None:
        result.add(run_far(far))
    return region, result


def _prepared(region: Region, due: Sequence[str], tell: Progress) -> tuple[Region, BlockResult]:
    """Return the region with the network and travel times that are due, and the seconds they took."""
    result = BlockResult()
    reads = {layer for name in due for layer in layers_of(name)}
    for what, layer, prepare in (
        ("network", "roads", Region.with_network),
        ("travel", "facilities", Region.with_travel),
    ):
        if layer in reads:
            start = time.perf_counter()
            tell(what, 0, 1)
            region = prepare(region)
            result.seconds[what] = time.perf_counter() - start
    give_back()  # all roads at once were here; from now on the workers need the room
    return region, result


class _Steps:
    """Counts checks done in this process, and tells of them."""

    def __init__(self, tell: Progress, total: int) -> None:
        self.tell = tell
        self.total = total
        self.done = 0

    def __call__(self, block: Block, check: str) -> None:
        self.tell(f"{check}, {block.label}", self.done, self.total)
        self.done += 1


def _in_order(
    submit: Callable[..., Future[BlockResult]],
    blocks: Sequence[Block],
    due: Sequence[str],
    tell: Progress,
    steps: _Steps | None,
) -> list[BlockResult]:
    """Return the results in the order of `blocks`, whichever is done first; the largest begin."""
    order = sorted(range(len(blocks)), key=lambda number: -len(blocks[number].rows))
    if steps is None:
        tell(f"{len(due)} checks, {len(blocks)} blocks", 0, len(blocks))
    futures = {submit(run_block, blocks[number], due, steps): number for number in order}
    parts: dict[int, BlockResult] = {}
    for future in as_completed(futures):
        number = futures[future]
        parts[number] = future.result()
        if steps is None:
            tell(f"{len(due)} checks, {blocks[number].label}", len(parts), len(blocks))
    return [parts[number] for number in range(len(blocks))]
