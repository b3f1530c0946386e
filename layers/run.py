"""All checks of a workspace: block by block, in order; what has not changed is not computed again."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from geodata.errors import UsageError, WorkspaceError
from geodata.model import LAYERS, STORED_CRS, TABLES
from geodata.version import versions
from layers.crossings import crossings
from layers.engine import Engine, executor
from layers.kinds import KINDS
from layers.profile import profiles
from layers.region import Block, Region, region_of
from layers.score import gaps as scored
from layers.score import worst_first
from layers.summary import pairing_summary

if TYPE_CHECKING:
    from geodata.workspace import Workspace
    from layers.frame import BorderFrame

Progress = Callable[[str, int, int], None]  # what is being done, steps done, steps in all

# Result tables that are made beside the gaps, and what they depend on.
PROFILES = "profiles"
CORE_LAYERS = ("districts", "pairings")
BLOCK_TABLES = ("gaps", "not_computed", PROFILES)
CROSSINGS = "crossings"
OWNERS = {"travel_time": "service_wall"}  # rows of `not_computed` that are no kind's own: who makes them


@dataclass
class BlockResult:
    """What one block gave: tables by name, seconds by check."""

    tables: dict[str, list[pd.DataFrame]] = field(default_factory=lambda: {name: [] for name in BLOCK_TABLES})
    crossings: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, other: BlockResult) -> None:
        """Take in the result of another block."""
        for name, parts in other.tables.items():
            self.tables[name] += parts
        self.crossings |= other.crossings
        for name, seconds in other.seconds.items():
            self.seconds[name] = self.seconds.get(name, 0.0) + seconds


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
        rows = _selected(region, pairings)
        result = _computed(region, rows, due, engine=engine, workers=workers, tell=tell)
        if last is not None:
            _keep(workspace, result, due, None if pairings is None else region.pairs["pairing_id"].iloc[rows])
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


def run_block(region: Region, block: Block, due: Sequence[str]) -> BlockResult:
    """Return what is due in one block: kinds of gap, and what is made beside them."""
    frame = region.frame(block)
    result = BlockResult()
    for name in due:
        start = time.perf_counter()
        if name == PROFILES:
            result.tables[PROFILES].append(profiles(frame))
        elif name == CROSSINGS:
            result.crossings |= _crossings(frame)
        else:
            _check(frame, name, result)
        result.seconds[name] = time.perf_counter() - start
    return result


def _check(frame: BorderFrame, name: str, result: BlockResult) -> None:
    """Run one check, or say which layers it lacks."""
    kind = KINDS[name]
    lacking, stops = kind.lacking(frame.layers)
    result.tables["not_computed"] += [_lacking(frame, name, layers) for layers in lacking]
    if not stops:
        found = kind.check(frame)
        result.tables["gaps"].append(scored(frame, found.findings))
        result.tables["not_computed"].append(found.not_computed)


def _lacking(frame: BorderFrame, check: str, layers: str) -> pd.DataFrame:
    reason = f"not computed: no {layers}"
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
    keys[PROFILES] = key(tuple(inputs), tuple(settings))
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


def _selected(region: Region, pairings: Sequence[str] | None) -> list[int]:
    """Return the rows of `region.pairs` that the asked pairings consist of."""
    if pairings is None:
        return list(range(len(region.pairs)))
    _require_known(pairings, region.pairings["pairing_id"])
    asked = region.pairings[region.pairings["pairing_id"].isin(pairings)]
    inner = {pair for pairs in asked["inner"] for pair in pairs}
    return [row for row, pair in enumerate(region.pairs["pairing_id"]) if pair in inner]


def _require_known(pairings: Sequence[str], known: pd.Series) -> None:
    """Raise UsageError for ids that are not among `known`."""
    if unknown := sorted(set(pairings) - set(known)):
        raise UsageError(
            f"no pairing {', '.join(unknown)}; there are {len(known)}, such as {', '.join(known.head(5))}"
        )


def _computed(
    region: Region,
    rows: Sequence[int],
    due: Sequence[str],
    *,
    engine: Engine,
    workers: int | None,
    tell: Progress,
) -> BlockResult:
    """Return the results of all blocks; network and travel times once, before them."""
    result = BlockResult()
    reads = {layer for name in due if name in KINDS for layer in KINDS[name].layers} | (
        set(region.layers) if PROFILES in due else set()
    )
    for what, wanted, prepare in (
        ("network", "roads" in reads, Region.with_network),
        ("travel", bool({"facilities", "population"} & reads), Region.with_travel),
    ):
        if wanted:
            start = time.perf_counter()
            tell(what, 0, 1)
            region = prepare(region)
            result.seconds[what] = time.perf_counter() - start
    blocks = region.blocks(rows)
    tell("checks", 0, len(blocks))
    with executor(engine, workers, _set_up, region) as pool:
        for done, part in enumerate(pool.map(_run_in_worker, blocks, [tuple(due)] * len(blocks)), start=1):
            result.add(part)
            tell("checks", done, len(blocks))
    return result


_worker: dict[str, Region] = {}  # what this process was set up with: sent once, not with every block


def _set_up(region: Region) -> None:
    _worker["region"] = region


def _run_in_worker(block: Block, due: Sequence[str]) -> BlockResult:
    return run_block(_worker["region"], block, due)


def _keep(workspace: Workspace, result: BlockResult, due: Sequence[str], selected: pd.Series | None) -> None:
    """Take over from the last results what was not due: other checks, other pairings."""
    for name in BLOCK_TABLES:
        rows = workspace.read_table(name)
        if name == PROFILES:
            mine = pd.Series(PROFILES in due, index=rows.index)
        else:
            made_by = rows["kind" if name == "gaps" else "check"].replace(OWNERS)
            mine = made_by.isin(list(due))
        if selected is not None:
            mine &= rows["pairing_id"].isin(selected)
        result.tables[name].append(rows[~mine.to_numpy(dtype=bool)])
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
        "pairing_summary": pairing_summary(region.pairings, borders, segments, gaps, not_computed),
    }


def _together(parts: Sequence[pd.DataFrame], name: str) -> Any:
    """Return the rows of all blocks in the columns of table `name`."""
    table = TABLES[name]
    columns = [*table.column_names, *(["geometry"] if table.geometry else [])]
    filled = [part[columns] for part in parts if len(part)]
    rows = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=columns, dtype=object)
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=STORED_CRS) if table.geometry else rows
