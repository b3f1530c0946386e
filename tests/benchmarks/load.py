"""Fifty people move maps, open borders and edit the ledger; then tiles are asked for without end.

    python tests/benchmarks/load.py WORKSPACE [--people 50] [--minutes 2] [--flood 500]

Serves a copy of WORKSPACE on this machine and asks nobody else. Everybody does one thing every 5 s: opens
the overview or a border, moves the map, takes a list away, or changes an entry of the ledger. Told are
median and 95th percentile of what an action takes, errors, and the server's memory. It ends by itself after
the minutes asked for, and half a minute of flood.
"""

from __future__ import annotations

import argparse
import http.client
import json
import math
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import requests
from measuring import table

from dashboard.results import ResultsCache

if TYPE_CHECKING:
    from collections.abc import Iterator

EVERY_S = 5.0
FLOOD_S = 30.0
FLOODERS = 8
TILES_S, AGAIN_S = 600.0, 0.5
TIMEOUT_S = 30.0
WARM_UP = 0.25  # of the time: memory is compared from then on
ZOOMS = (8, 9, 10, 11, 12)
TILES_A_MOVE = 6
REFUSED = 429  # a flood is told to wait: no error of the server
NO_ANSWER = 0
LAST_LINES = 40  # of what the server said, where something failed
FOUND = (200, 204, 304)
# How often which action is done.
ACTIONS = {"border": 8, "map": 8, "overview": 3, "edit": 4, "ledger": 2, "list": 1}
LIST = "csv"


@dataclass
class Told:
    """What actions took, and what went wrong."""

    seconds: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def done(self, action: str, at: float, seconds: float) -> None:
        """Note an action that went well."""
        with self.lock:
            self.seconds.setdefault(action, []).append((at, seconds))

    def failed(self, what: str) -> None:
        """Note one that did not."""
        with self.lock:
            self.errors[what] += 1

    def all(self, since: float = 0.0, until: float = float("inf")) -> list[float]:
        """Return the seconds of all actions begun between two times."""
        return [took for rows in self.seconds.values() for at, took in rows if since <= at < until]


def _prepared(address: str) -> list[dict[str, Any]]:
    """Return the layers of a server once all their tiles are made."""
    until = time.monotonic() + TILES_S
    while True:
        layers = requests.get(f"{address}layers.en.json", timeout=TIMEOUT_S).json()["layers"]
        waiting = [layer for layer in layers if layer.get("state") == "preparing"]
        if not waiting:
            return list(layers)
        if time.monotonic() > until:
            raise SystemExit(f"the tiles were not made in {TILES_S:.0f} s")
        time.sleep(AGAIN_S)


@dataclass(frozen=True)
class Site:
    """Where things are on the server, as a page finds them out."""

    address: str
    bodies: dict[str, str]
    tiles: str
    pairings: tuple[str, ...]
    gaps: tuple[str, ...]
    box: tuple[float, float, float, float]

    @classmethod
    def of(cls, address: str, workspace: Path) -> Site:
        """Return the addresses of a served workspace."""
        layout = requests.get(f"{address}_dash-layout", timeout=TIMEOUT_S).text.replace("\\u002f", "/")
        frame = re.search(r"frame/\w+\.en\.json", layout)
        if frame is None:
            raise SystemExit("the page names no frame")
        text = requests.get(address + frame[0], timeout=TIMEOUT_S).text.replace("\\u002f", "/")
        bodies = dict(re.findall(r'"(\w+)":\s*"((?:geo|export)/\w+/[\w.]+)"', text))
        layers = _prepared(address)
        tiles = [
            one
            for layer in layers
            for source in layer.get("sources", {}).values()
            for one in source.get("tiles", ())
        ]
        if not tiles:
            raise SystemExit("no layer of this workspace comes as tiles; take the sample, or a larger one")
        results = ResultsCache(workspace).current()
        box = tuple(results.workspace.read_layer("districts").total_bounds.tolist())
        return cls(
            address,
            bodies,
            tiles[0],
            tuple(results.summary.index),
            tuple(results.gaps["gap_id"]),
            box,
        )

    def tile(self, chance: random.Random, zoom: int | None = None) -> str:
        """Return the path of a tile somewhere on the map."""
        zoom = zoom or chance.choice(ZOOMS)
        west, south, east, north = self.box
        lon, lat = chance.uniform(west, east), math.radians(chance.uniform(south, north))
        column = int((lon + 180) / 360 * 2**zoom)
        row = int((1 - math.asinh(math.tan(lat)) / math.pi) / 2 * 2**zoom)
        return self.tiles.format(z=zoom, x=column, y=row)


class Visitor:
    """One person with a browser that keeps what it has."""

    def __init__(self, site: Site, told: Told, seed: int) -> None:
        self._site, self._told = site, told
        self._chance = random.Random(seed)  # noqa: S311  # no secret
        self._http = requests.Session()
        self._kept: set[str] = set()
        self._token = self._http.get(f"{site.address}access/me", timeout=TIMEOUT_S).json()["token"]

    def stay(self, until: float) -> None:
        """Do something every 5 s until then, and go."""
        with self._http:
            self._act(until)

    def _act(self, until: float) -> None:
        time.sleep(self._chance.uniform(0, EVERY_S))
        while time.monotonic() < until:
            began = time.monotonic()
            action = self._chance.choices(list(ACTIONS), list(ACTIONS.values()))[0]
            try:
                getattr(self, f"_{action}")()
            except (requests.RequestException, OSError) as error:
                self._told.failed(f"{action}: {error}")
            else:
                self._told.done(action, began, time.monotonic() - began)
            time.sleep(max(0.0, EVERY_S - (time.monotonic() - began)))

    def _get(self, path: str) -> requests.Response:
        """Ask for an address, unless the browser has it: addresses that name content never change."""
        answer = self._http.get(self._site.address + path, timeout=TIMEOUT_S)
        answer.raise_for_status()
        return answer

    def _once(self, path: str) -> None:
        if path not in self._kept:
            answer = self._get(path)
            if "immutable" in answer.headers.get("Cache-Control", ""):
                self._kept.add(path)

    def _overview(self) -> None:
        for path in ("", "_dash-layout", "_dash-dependencies", "layers.en.json"):
            self._get(path)
        for name in ("districts", "borders", "overview", "find"):
            self._once(self._site.bodies[name])

    def _border(self) -> None:
        pairing = self._chance.choice(self._site.pairings)
        for name in ("pairing", "profiles"):
            self._once(f"{self._site.bodies[name]}?id={requests.utils.quote(pairing)}")

    def _map(self) -> None:
        zoom = self._chance.choice(ZOOMS)
        for _ in range(TILES_A_MOVE):
            self._once(self._site.tile(self._chance, zoom))

    def _ledger(self) -> None:
        self._get("ledger/entries?lang=zh")

    def _list(self) -> None:
        self._get(f"{self._site.bodies['export']}.{LIST}")

    def _edit(self) -> None:
        """Change an entry; where somebody else was faster, look at theirs and say it again."""
        path = f"{self._site.address}ledger/entry/{self._chance.choice(self._site.gaps)}"
        while True:
            found = self._http.get(path, timeout=TIMEOUT_S)
            found.raise_for_status()
            answer = self._http.patch(
                path,
                data=json.dumps(
                    {
                        "changes": {"notes": f"seen at {time.time():.3f}"},
                        "version": found.json()["entry"]["version"],
                        "key": str(uuid.uuid4()),
                    }
                ),
                headers={
                    "Content-Type": "application/json",
                    "Origin": self._site.address.rstrip("/"),
                    "X-Bordergap-Token": self._token,
                },
                timeout=TIMEOUT_S,
            )
            if answer.status_code != 409:
                answer.raise_for_status()
                return


class Flood:
    """Asks for tiles at a steady rate from a few connections, whatever comes back."""

    def __init__(self, site: Site, a_second: int) -> None:
        self._site, self._a_second = site, a_second
        self.answers: Counter[int] = Counter()
        self._lock = threading.Lock()

    def run(self, seconds: float) -> None:
        """Ask for that long."""
        until = time.monotonic() + seconds
        threads = [threading.Thread(target=self._ask, args=(seed, until)) for seed in range(FLOODERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _ask(self, seed: int, until: float) -> None:
        host = self._site.address.removeprefix("http://").rstrip("/")
        chance = random.Random(seed)  # noqa: S311
        connection = http.client.HTTPConnection(host, timeout=TIMEOUT_S)
        pause = FLOODERS / self._a_second
        due = time.monotonic()
        while (now := time.monotonic()) < until:
            if now < due:
                time.sleep(due - now)
            due = max(due + pause, now - 1.0)  # what was late is not made up for beyond a second
            try:
                connection.request("GET", f"/{self._site.tile(chance)}")
                answer = connection.getresponse()
                answer.read()
                status = answer.status
            except (OSError, http.client.HTTPException):
                connection.close()  # the next request opens it again
                status = NO_ANSWER
            with self._lock:
                self.answers[status] += 1
        connection.close()


class Memory:
    """What the server's processes hold together over time; shared pages counted once."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self.held: list[tuple[float, int]] = []

    def watch(self, over: threading.Event) -> None:
        """Look every 2 s until it is over."""
        while not over.wait(2.0):
            family = [self._process, *self._process.children(recursive=True)]
            self.held.append((time.monotonic(), sum(_pss(member) for member in family)))


def _pss(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0


@contextmanager
def serving(workspace: Path, said: list[str]) -> Iterator[tuple[str, int]]:
    """Serve `workspace` as its users do; give address and process; what the server says goes to `said`."""
    words = [sys.executable, "-m", "dashboard.cli", "serve", str(workspace), "--port", "0"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as server:
        found = None
        for line in server.stderr or ():
            found = re.search(r"http://127\.0\.0\.1:\d+/", line)
            if found:
                break
        if found is None:
            raise SystemExit("the server did not start")
        listener = threading.Thread(target=said.extend, args=(server.stderr,))
        listener.start()
        try:
            yield found[0], server.pid
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()
            listener.join()


def percentile(values: list[float], share: float) -> float:
    """Return the value below which that share of `values` lies; 0 of none."""
    if len(values) < 2:
        return values[0] if values else 0.0
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]


def measure(
    workspace: Path, *, people: int, minutes: float, flood: int, flood_s: float = FLOOD_S
) -> dict[str, Any]:
    """Return what people found: seconds by action, errors, memory, and the same during a flood of tiles."""
    told, over, said = Told(), threading.Event(), list[str]()
    with serving(workspace, said) as (address, pid):
        site = Site.of(address, workspace)
        memory = Memory(pid)
        watcher = threading.Thread(target=memory.watch, args=(over,))
        watcher.start()
        began = time.monotonic()
        flooded_at = began + minutes * 60
        until = flooded_at + flood_s
        visitors = [Visitor(site, told, seed) for seed in range(people)]
        threads = [threading.Thread(target=visitor.stay, args=(until,)) for visitor in visitors]
        for thread in threads:
            thread.start()
        time.sleep(max(0.0, flooded_at - time.monotonic()))
        tiles = Flood(site, flood)
        tiles.run(flood_s)
        for thread in threads:
            thread.join()
        over.set()
        watcher.join()
    calm, stormy = told.all(until=flooded_at), told.all(since=flooded_at)
    warm = [held for at, held in memory.held if began + WARM_UP * minutes * 60 <= at < flooded_at]
    half = len(warm) // 2
    return {
        "actions": {
            name: [took for at, took in rows if at < flooded_at] for name, rows in told.seconds.items()
        },
        "calm": calm,
        "stormy": stormy,
        "errors": dict(told.errors),
        "said": "".join(said[-LAST_LINES:]) if told.errors else "",
        "peak_gb": max((held for _, held in memory.held), default=0) / 1e9,
        "growth_mb": (statistics.mean(warm[half:]) - statistics.mean(warm[:half])) / 1e6 if half else 0.0,
        "tiles_a_second": sum(tiles.answers.values()) / flood_s,
        "tiles_refused": tiles.answers[REFUSED],
        "tiles_failed": sum(tiles.answers.values()) - sum(tiles.answers[code] for code in (*FOUND, REFUSED)),
    }


def report(found: dict[str, Any]) -> str:
    """Return the tables of a measurement in Markdown."""
    rows = [
        (name, len(took), f"{percentile(took, 0.5) * 1000:.0f}", f"{percentile(took, 0.95) * 1000:.0f}")
        for name, took in [
            *sorted(found["actions"].items()),
            ("**all**", found["calm"]),
            ("all, during the flood", found["stormy"]),
        ]
    ]
    lines = [
        table(("action", "times", "p50, ms", "p95, ms"), rows),
        "",
        f"Errors: {sum(found['errors'].values())}.",
        f"Server: at most {found['peak_gb']:.2f} GB, {found['growth_mb']:+.0f} MB from first to second half.",
        f"Flood: {found['tiles_a_second']:.0f} answers a second.",
        f"Of these {found['tiles_refused']} were told to wait, {found['tiles_failed']} failed.",
        *[f"- {count} × {what}" for what, count in sorted(found["errors"].items())],
        found["said"],
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--flood", type=int, default=500, help="tiles a second")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bordergap-load-") as folder:
        copy = Path(shutil.copytree(asked.workspace, Path(folder) / "workspace"))
        sys.stdout.write(
            report(measure(copy, people=asked.people, minutes=asked.minutes, flood=asked.flood)) + "\n"
        )


if __name__ == "__main__":
    main()
