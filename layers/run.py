"""An analysis of a workspace: what has changed is computed, the rest is kept, all is written at once."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from geodata.errors import UsageError, WorkspaceError
from geodata.model import LAYERS
from geodata.reader import StoredLayers
from geodata.version import versions
from layers.compare import comparisons
from layers.due import COMPARISONS, SENSITIVITY, keys
from layers.engine import Engine, require_engine
from layers.follow_up import hold_ledger
from layers.history import HISTORY, history
from layers.region import Region, region_of
from layers.results import keep_last, result_tables
from layers.sensitivity import in_order_of, kept, record_of, sensitivity, to_vary
from layers.work import Progress, run_checks, tell_nobody

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from geodata.settings import Settings
    from geodata.workspace import Workspace

Run = dict[str, Any]


def analyse(
    workspace: Workspace,
    *,
    pairings: Sequence[str] | None = None,
    engine: Engine = "processes",
    workers: int | None = None,
    scheduler: str | None = None,
    stability: bool = False,
    progress: Progress | None = None,
    force: bool = False,
) -> Run:
    """Run the checks of `workspace` whose inputs or settings have changed and write its results.

    Parameters
    ----------
    pairings
        Ids of pairings to look at; all unless given. The gaps of the others stay as they were found last.
    engine, workers, scheduler
        Where the work is done; see `layers.engine.team`. Results do not depend on it.
    stability
        Look for the gaps again with settings varied; see `layers.sensitivity`. What it said last is kept for
        as long as nothing changes.
    progress
        Told after each step.
    force
        Compute everything, changed or not.

    Returns
    -------
    run
        The record written as run.json: inputs by content hash, settings, versions, seconds by check.

    Raises
    ------
    WorkspaceError
        If there are no districts, or another process has the workspace.
    UsageError
        If a pairing is unknown, or the engine cannot be used.
    DatabaseError
        If the results are written, and the ledger cannot be held against them.
    """
    tell = progress or tell_nobody
    with workspace.lock():
        inputs = {name: workspace.layer_hash(name) for name in LAYERS if workspace.has_layer(name)}
        now = keys(inputs, asdict(workspace.settings))
        state = now.pop(SENSITIVITY)
        last = workspace.run_record()
        valid = _valid(now, last)
        due = [name for name in now if force or name not in valid]
        vary = stability and (force or to_vary(last, state, pairings))
        if last is not None and not due and not vary:
            _require_known(pairings or (), workspace.read_table("pairing_summary")["pairing_id"])
            hold_ledger(workspace)
            return last
        layers = StoredLayers(workspace, inputs)
        require_engine(engine, workers, scheduler, layers)
        tell("read", 0, 1)
        build = _builder(workspace, layers)
        region = build(workspace.settings)
        asked = _asked(region, pairings)
        work = partial(run_checks, engine=engine, workers=workers, scheduler=scheduler)
        region, result = work(region, asked, due, tell=tell)
        if COMPARISONS in due:
            beside = (workspace.read_layer(name) for name in ("indicators", "programme"))
            result.tables[COMPARISONS] = [comparisons(region, *beside)]
        if last is not None:
            keep_last(workspace, region, result, due=due, asked=asked)
        tables = result_tables(region, result)
        stable = [
            kept(workspace.read_table(SENSITIVITY), tables["gaps"], last, state, but=asked if vary else ())
        ]
        if vary:
            start = time.perf_counter()
            stable.append(sensitivity(tables["gaps"], region, build, work, asked=asked, tell=tell))
            result.seconds[SENSITIVITY] = time.perf_counter() - start
        tables[SENSITIVITY] = in_order_of(tables["gaps"], stable)
        # To the microsecond: no two runs end at the same time.
        finished = datetime.now(UTC).isoformat(timespec="microseconds")
        known, found_before = workspace.read_table(HISTORY), workspace.read_table("gaps")
        tables[HISTORY] = history(known, found_before, last, tables["gaps"], finished, looked_at=asked)
        run = {
            "finished": finished,
            "previous": None if last is None else last["finished"],
            "inputs": inputs,
            "keys": now if pairings is None else valid,
            "pairings": None if pairings is None else list(pairings),
            "sensitivity": record_of(last, state, pairings, varied=vary),
            "settings": asdict(workspace.settings),
            "versions": versions(),
            "seconds": {name: round(seconds, 3) for name, seconds in sorted(result.seconds.items())},
        }
        workspace.write_results(tables, run)
        hold_ledger(workspace)
        return run


def _valid(now: Mapping[str, str], last: Run | None) -> dict[str, str]:
    """Return what of the last results is of the state of `now`, with its key."""
    before = {} if last is None else last["keys"]
    return {name: key for name, key in now.items() if before.get(name) == key}


def _builder(workspace: Workspace, layers: StoredLayers) -> Callable[[Settings], Region]:
    """Return what makes the region of the workspace's layers with any settings."""
    if "districts" not in layers:
        raise WorkspaceError(f"{workspace.name} has no districts; import the layer `districts` first")
    provenance = {
        name: record.provenance for name in layers.names if (record := workspace.intake_of(name)) is not None
    }
    only = workspace.pairings_only
    return lambda settings: region_of(layers, settings, provenance, pairings_only=only)


def _asked(region: Region, pairings: Sequence[str] | None) -> set[str]:
    """Return the ids of the pairs, near and far, of the asked pairings; of all where none is asked."""
    if pairings is not None:
        _require_known(pairings, region.pairings["pairing_id"])
    wanted = region.pairings["pairing_id"].isin(
        region.pairings["pairing_id"] if pairings is None else pairings
    )
    return {pair for pairs in region.pairings["inner"][wanted] for pair in pairs}


def _require_known(pairings: Sequence[str], known: pd.Series) -> None:
    """Raise UsageError for ids that are not among `known`."""
    if unknown := sorted(set(pairings) - set(known)):
        raise UsageError(
            f"no pairing {', '.join(unknown)}; there are {len(known)}, such as {', '.join(known.head(5))}"
        )
