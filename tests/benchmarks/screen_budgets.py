"""Measures what a reader waits for, in headless Chromium, next to a plain Dash app on the same workspace.

    python tests/benchmarks/screen_budgets.py WORKSPACE [WORKSPACE ...] [--rounds 7] [--no-plain]

Bytes are what the network carried (compressed, headers included), without the libraries that a browser gets
once. Times are medians; software draws the map here, a graphics card is faster. The server's time is from
the end of the question to the first byte of the answer. Both apps run on the program's own production server.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
import psutil
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

from measuring import table

from dashboard.results import ResultsCache

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Browser, Page, Request

ROOT = Path(__file__).parents[2]
KB, MB = 1000, 1_000_000
PATIENCE_MS = 180_000
REST_S = 5  # a server that works less than `REST_SHARE` of a core for so long has made what it makes ahead
REST_SHARE = 0.03
FIRST_REST_MS = 6_000  # after the first map: the programs that draw borders are made by then
REST_MS = 1_000  # between two things that a reader does: what the last one left is drawn by then
LIBRARIES = ("/lib/", "/_dash-component-suites/")
ARGUMENTS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

# Each starts a change, waits until it is drawn, and returns milliseconds.
OURS = """() => new Promise((done) => {
  const map = bordergap.maplibre, head = document.getElementById("pairing-head");
  const before = head.textContent, begin = performance.now();
  const isSeen = () => %(seen)s;
  const look = () => (map.loaded() && map.areTilesLoaded() ? finish() : again());
  const again = () => (map.once("render", look), map.triggerRepaint());
  const finish = () => requestAnimationFrame(() => done(performance.now() - begin));
  %(act)s;
  const poll = () => (isSeen() ? again() : setTimeout(poll, 2));
  poll();
})"""
# Heading, list and profile are those of another pairing; the map is awaited besides.
OPENED = """((shown) => head.textContent !== before && shown?.id === bordergap.now().pairing
  && shown.gaps.every(({ id }, i) => i || document.querySelector(`#gaps-grid [row-id="${id}"]`))
  && (!shown.profiles || bordergap.calls.profileShown?.pairing === shown))(bordergap.calls.pairingShown)"""
PLAIN = """([id, properties]) => new Promise((done) => {
  const plot = document.querySelector("#map .js-plotly-plot");
  const before = plot._fullData, begin = performance.now();
  const look = () => {
    const map = plot._fullLayout.map._subplot.map;
    const finish = () => requestAnimationFrame(() => done(performance.now() - begin));
    if (map.loaded() && map.areTilesLoaded()) return finish();
    map.once("render", look);
    map.triggerRepaint();
  };
  const poll = () => (plot._fullData !== before ? look() : setTimeout(poll, 2));
  dash_clientside.set_props(id, properties);
  poll();
})"""


class Meter:
    """What the network carries for a page and its workers, question by question."""

    def __init__(self, page: Page) -> None:
        self._ended: list[Request] = []
        page.on("requestfinished", lambda asked: self._ended.append(asked))  # noqa: PLW0108  # it is marked

    def taken(self) -> tuple[float, float]:
        """Return the bytes besides the libraries and the longest wait for the server (ms) since last time."""
        ended, self._ended[:] = list(self._ended), []
        own = [
            asked
            for asked in ended
            if asked.url.startswith("http") and not any(part in asked.url for part in LIBRARIES)
        ]
        sizes = [asked.sizes() for asked in own]
        waits = [asked.timing["responseStart"] - asked.timing["requestStart"] for asked in own]
        return sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes), max(
            waits, default=0.0
        )


@contextmanager
def served(command: Sequence[str]) -> Iterator[str]:
    """Run a server and give its address once it takes questions and is at rest."""
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            assert process.stdout
            address = next(
                (word for line in process.stdout for word in line.split() if word.startswith("http")), ""
            )
            _until_rest(psutil.Process(process.pid))
            yield address.rstrip("/")
        finally:
            process.terminate()


def _until_rest(server: psutil.Process) -> None:
    while True:
        before = _worked(server)
        time.sleep(REST_S)
        if _worked(server) - before < REST_SHARE * REST_S:
            return


def _worked(server: psutil.Process) -> float:
    """Return the CPU seconds of a process and those it has begun."""
    return sum(
        sum(each.cpu_times()[:2]) for each in (server, *server.children(recursive=True)) if each.is_running()
    )


def measure_ours(browser: Browser, base: str, pairings: Sequence[str], rounds: int) -> dict[str, float]:
    """Return the medians of this program."""
    found: dict[str, list[float]] = {}
    for _ in range(min(rounds, 3)):
        page = opened(browser)
        meter = Meter(page)
        page.goto(f"{base}/")
        page.wait_for_timeout(500)
        _until(
            page, "window.bordergap?.maplibre?.loaded() && document.querySelector('#pairings-grid .ag-row')"
        )
        found.setdefault("first", []).append(meter.taken()[0])
        page.wait_for_timeout(FIRST_REST_MS)
        for metric in ("people", "share") * 2:
            act = f"bordergap.go({{metric: '{metric}'}})"
            found.setdefault("repaint", []).append(_acted(page, act, "true"))
        meter.taken()
        for key in pairings[:rounds]:
            found.setdefault("open", []).append(_acted(page, f"bordergap.open({json.dumps(key)})", OPENED))
            size, waited = meter.taken()
            found.setdefault("open_size", []).append(size)
            found.setdefault("open_server", []).append(waited)
        for severity in (20, 0, 40, 0, 60, 0):
            found.setdefault("filter", []).append(
                _acted(page, f"bordergap.go({{severity: {severity}}})", "true")
            )
        found.setdefault("filter_size", []).append(meter.taken()[0])
        page.context.close()
    return {name: statistics.median(values) for name, values in found.items()}


def measure_plain(browser: Browser, base: str, pairings: Sequence[str], rounds: int) -> dict[str, float]:
    """Return the medians of the plain app."""
    found: dict[str, list[float]] = {}
    page = opened(browser)
    meter = Meter(page)
    page.goto(f"{base}/")
    _until(page, "document.querySelector('#map .js-plotly-plot')?._fullLayout?.map?._subplot?.map?.loaded()")
    page.wait_for_timeout(FIRST_REST_MS)
    found["first"] = [meter.taken()[0]]
    for name, asked in (
        ("filter", [["severity", {"value": value}] for value in (20, 0, 40, 0)]),
        ("open", [["pairing", {"value": key}] for key in pairings[:rounds]]),
    ):
        for each in asked:
            page.wait_for_timeout(REST_MS)
            found.setdefault(name, []).append(page.evaluate(PLAIN, each))
            size, waited = meter.taken()
            found.setdefault(f"{name}_size", []).append(size)
            found.setdefault(f"{name}_server", []).append(waited)
    page.context.close()
    return {name: statistics.median(values) for name, values in found.items()}


def opened(browser: Browser) -> Page:
    """Return a page of a new reader, who has nothing yet."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="zh-CN", reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    return page


def _acted(page: Page, act: str, seen: str) -> float:
    page.wait_for_timeout(REST_MS)
    milliseconds: float = page.evaluate(OURS % {"act": act, "seen": seen})
    return milliseconds


def _until(page: Page, asked: str) -> None:
    while not page.evaluate(f"Boolean({asked})"):
        page.wait_for_timeout(50)


def rows_of(ours: dict[str, float], plain: dict[str, float] | None) -> list[list[str]]:
    """Return the table of a workspace: what, this program, the plain app."""

    def row(what: str, name: str, unit: str, per: float, other: str | None = "") -> list[str]:
        compared = (
            "" if plain is None else "no such" if other is None else f"{plain[other or name] / per:.3g}"
        )
        return [f"{what} ({unit})", f"{ours[name] / per:.3g}", compared]

    return [
        row("first map besides libraries", "first", "MB", MB),
        row("another colouring, to repaint", "repaint", "ms", 1, None),
        row("filter, to repaint", "filter", "ms", 1),
        row("filter, sent", "filter_size", "kB", KB),
        row("opening a pairing", "open", "ms", 1),
        row("opening a pairing, sent", "open_size", "kB", KB),
        row("opening a pairing, wait for the server", "open_server", "ms", 1),
    ]


def main() -> None:
    """Print a table for each workspace."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("workspaces", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--no-plain", action="store_true")
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    for workspace in given.workspaces:
        path = workspace.resolve()
        results = ResultsCache(path).current()
        worst = results.gaps["pairing_id"].drop_duplicates().tolist()
        # Those with most to show first, then the others.
        pairings = [key for key in [*worst, *results.borders.index] if key in results.borders.index]
        pairings = list(dict.fromkeys(pairings))[: given.rounds]
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            serve = [sys.executable, "-m", "dashboard.cli", "serve", str(path), "--port", "0"]
            with served(serve) as base:
                ours = measure_ours(browser, base, pairings, given.rounds)
            click.echo(f"{path.name}, bordergap: {ours}", err=True)  # the plain app may take very long
            plain = None
            if not given.no_plain:
                with served(
                    [sys.executable, str(Path(__file__).with_name("plain_dash.py")), str(path)]
                ) as base:
                    plain = measure_plain(browser, base, pairings, given.rounds)
            browser.close()
        head = [
            f"{path.name}: {len(results.districts)} districts, {len(results.borders)} borders",
            "bordergap",
            "plain Dash",
        ]
        click.echo(f"\n{table(head, rows_of(ours, plain))}")


if __name__ == "__main__":
    main()
