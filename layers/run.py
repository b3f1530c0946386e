"""All checks of a workspace: block by block, in order; what has not changed is not computed again."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from geodata.errors import UsageError, WorkspaceError
from geodata.model import LAYERS, STORED_CRS, TABLES
from geodata.version import versions
from layers.block import (
    CROSSINGS,
    PARKS,
    PROFILES,
    TABLES_BY_BLOCK,
    BlockResult,
    run_far,
    run_in_worker,
    set_up,
)
from layers.compare import comparisons
from layers.engine import Engine, executor
from layers.kinds import KINDS
from layers.region import Region, region_of
from layers.score import worst_first
from layers.summary import pairing_summary

if TYPE_CHECKING:
    from geodata.workspace import Workspace

Progress = Callable[[str, int, int], None]  # what is being done, steps done, steps in all

CORE_LAYERS = ("districts", "pairings")
COMPARISONS = "comparisons"
OWNERS = {"travel_time": "service_wall"}  # rows of `not_computed` that are no kind's own: who makes them


def analyse(
    workspace: Workspace,
    *,
    pairings: Sequence[str] | None = None,
    engine: Engine = "processes",
    workers: int | None = None,
    progress: Progress | None = None,
    force: bool = False,
) -> dict[str, Any]:
    """Run the checks of `workspace` whose inputs or settings have changed and write its results.

    Parameters
    ----------
    pairings
        Ids of pairings to look at; all unless given. The gaps of the others stay as they were found last.
    engine, workers
        Where the work is done; see `layers.engine`. Results do not depend on it.
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
        If a pairing is unknown.
    """
    tell = progress or (lambda _what, _done, _total: None)
    with workspace.lock():
        inputs = {name: workspace.layer_hash(name) for name in LAYERS if workspace.has_layer(name)}
        keys = _keys(inputs, asdict(workspace.settings))
        last = workspace.run_record()
        due = [name for name in keys if force or last is None or last["keys"].get(name) != keys[name]]
        if last is not None and not due:
            _require_known(pairings or (), workspace.read_table("pairing_summary")["pairing_id"])
            return last
        tell("read", 0, 1)
        region = _region(workspace)
        asked = _asked(region, pairings)
        region, result = _computed(region, asked, due, engine=engine, workers=workers, tell=tell)
        if COMPARISONS in due:
            beside = (workspace.read_layer(name) for name in ("indicators", "programme"))
            result.tables[COMPARISONS] = [comparisons(region, *beside)]
        if last is not None:
            _keep(workspace, result, due, asked)
        tables = _tables(region, result)
        run = {
            "finished": datetime.now(UTC).isoformat(timespec="seconds"),
            "inputs": inputs,
            "keys": keys if pairings is None else {},
            "pairings": None if pairings is None else list(pairings),
            "settings": asdict(workspace.settings),
            "versions": versions(),
            "seconds": {name: round(seconds, 3) for name, seconds in sorted(result.seconds.items())},
        }
        workspace.write_results(tables, run)
        return run


def _keys(inputs: Mapping[str, str | None], settings: Mapping[str, Any]) -> dict[str, str]:
    """Return by kind of gap (and table beside them) a digest of all it depends on."""

    def key(layers: Sequence[str], names: Sequence[str]) -> str:
        content = {
            "code": versions(),
            "layers": {name: inputs.get(name) for name in sorted({*CORE_LAYERS, *layers})},
            "settings": {name: settings[name] for name in sorted(names)},
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]

    keys = {name: key(kind.layers, kind.settings) for name, kind in KINDS.items()}
    keys[CROSSINGS] = key(("roads",), KINDS["road_step_change"].settings)
    keys[PROFILES] = keys[COMPARISONS] = key(tuple(inputs), tuple(settings))
    return keys


def _region(workspace: Workspace) -> Region:
    layers = {
        name: rows for name in workspace.layer_names() if (rows := workspace.read_layer(name)) is not None
    }
    if "districts" not in layers or layers["districts"].empty:
        raise WorkspaceError(f"{workspace.name} has no districts; import the layer `districts` first")
    provenance = {
        name: record.provenance for name in layers if (record := workspace.intake_of(name)) is not None
    }
    return region_of(layers, workspace.settings, provenance, pairings_only=workspace.pairings_only)


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


def _computed(
    region: Region,
    asked: set[str],
    due: Sequence[str],
    *,
    engine: Engine,
    workers: int | None,
    tell: Progress,
) -> tuple[Region, BlockResult]:
    """Return the results of all blocks, and the region with network and travel times, made before them."""
    result = BlockResult()
    reads = {layer for name in due for layer in _layers_of(name)}
    for what, layer, prepare in (
        ("network", "roads", Region.with_network),
        ("travel", "facilities", Region.with_travel),
    ):
        if layer in reads:
            start = time.perf_counter()
            tell(what, 0, 1)
            region = prepare(region)
            result.seconds[what] = time.perf_counter() - start
    by_block = [name for name in due if name != COMPARISONS]
    rows = [row for row, pair in enumerate(region.pairs["pairing_id"]) if pair in asked]
    blocks = region.blocks(rows) if by_block else []
    tell("checks", 0, len(blocks))
    with executor(engine, workers, set_up, region) as pool:
        for done, part in enumerate(pool.map(run_in_worker, blocks, [by_block] * len(blocks)), start=1):
            result.add(part)
            tell("checks", done, len(blocks))
    far = region.far_frame(asked) if PARKS in due else None
    if far is not None:
        result.add(run_far(far))
    return region, result


def _layers_of(name: str) -> tuple[str, ...]:
    """Return the layers that a kind of gap, or a table beside the gaps, is made of."""
    if name in KINDS:
        return KINDS[name].layers
    return ("roads",) if name == CROSSINGS else tuple(LAYERS)


def _keep(workspace: Workspace, result: BlockResult, due: Sequence[str], asked: set[str]) -> None:
    """Take over from the last results what was not due: other checks, other pairings."""
    for name in TABLES_BY_BLOCK:
        rows = workspace.read_table(name)
        if name == PROFILES:
            made_by = pd.Series(PROFILES, index=rows.index)
        else:
            made_by = rows["kind" if name == "gaps" else "check"].replace(OWNERS)
        new = made_by.isin(list(due)) & (rows["pairing_id"].isin(asked) | rows["pairing_id"].isna())
        result.tables[name].append(rows[~new.to_numpy(dtype=bool)])
    if COMPARISONS not in due:
        result.tables[COMPARISONS] = [workspace.read_table(COMPARISONS)]
    borders = workspace.read_table("borders")
    known = borders[borders["crossings"].notna()]
    kept = dict(zip(known["pairing_id"], known["crossings"].astype(int), strict=True))
    result.crossings = kept | result.crossings


def _tables(region: Region, result: BlockResult) -> dict[str, pd.DataFrame]:
    """Return the result tables of the whole workspace."""
    gaps = _together(result.tables["gaps"], "gaps")
    not_computed = _together(result.tables["not_computed"], "not_computed").drop_duplicates(ignore_index=True)
    borders, segments = region.borders(result.crossings), region.segments()
    return {
        "borders": borders,
        "segments": segments,
        "gaps": worst_first(gaps),
        "not_computed": not_computed.sort_values(["pairing_id", "check", "what"], ignore_index=True),
        "profiles": _together(result.tables["profiles"], "profiles"),
        COMPARISONS: _together(result.tables.get(COMPARISONS, []), COMPARISONS),
        "pairing_summary": pairing_summary(region.pairings, borders, segments, gaps, not_computed),
    }


def _together(parts: Sequence[pd.DataFrame], name: str) -> Any:
    """Return the rows of all blocks in the columns of table `name`."""
    table = TABLES[name]
    columns = [*table.column_names, *(["geometry"] if table.geometry else [])]
    filled = [part[columns] for part in parts if len(part)]
    rows = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=columns, dtype=object)
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=STORED_CRS) if table.geometry else rows
