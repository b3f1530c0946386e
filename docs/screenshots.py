"""Takes the pictures in docs/images/ from a workspace: `python docs/screenshots.py bordergap-demo`."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from playwright.sync_api import sync_playwright

from dashboard.results import ResultsCache

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dashboard.results import Results

IMAGES = Path(__file__).with_name("images")
SIZE = {"width": 1440, "height": 900}
READY = ("#map canvas:visible", ".ag-row:visible")  # map and list are there
DRAWN = "window.bordergap?.maplibre?.loaded() && !bordergap.maplibre.isMoving()"
SETTLED_MS = 4000  # what fades in has done so
CHROMIUM = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--hide-scrollbars"]


def main() -> None:
    """Take every picture."""
    if len(sys.argv) != 2:  # noqa: PLR2004  # the program and its argument
        sys.exit("usage: python docs/screenshots.py WORKSPACE")
    workspace = Path(sys.argv[1])
    IMAGES.mkdir(exist_ok=True)
    with serving(workspace) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        for name, path in pictures(ResultsCache(workspace).current()):
            page = browser.new_page(viewport=SIZE, color_scheme="light")
            page.goto(address + path)
            for part in READY:
                page.locator(part).first.wait_for()
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(SETTLED_MS)
            while not page.evaluate(DRAWN):  # the content policy forbids what wait_for_function does
                page.wait_for_timeout(100)
            page.screenshot(path=IMAGES / f"{name}.png")
            page.close()
        browser.close()


def pictures(results: Results) -> list[tuple[str, str]]:
    """Return name and address of each picture; the gap shown is an orchard served on one side."""
    gaps = results.gaps
    shown = gaps[(gaps["kind"] == "use_contrast") & (gaps["what"] == "orchard")].iloc[0]
    pairing = {"id": shown["pairing_id"], "layers": "assets,landuse,roads", "gap": shown["gap_id"]}
    return [
        (f"{page}-{lang}", f"{'' if page == 'overview' else page}?{urlencode({**query, 'lang': lang})}")
        for page, query in (("overview", {}), ("pairing", pairing))
        for lang in ("zh", "en")
    ]


@contextmanager
def serving(workspace: Path) -> Iterator[str]:
    """Serve `workspace` as its users do and give its address."""
    words = [sys.executable, "-m", "dashboard.cli", "serve", str(workspace), "--port", "0"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as server:  # noqa: S603  # our own command
        try:
            said = server.stderr.readline() if server.stderr else ""
            address = re.search(r"http://\S+/", said)
            if address is None:
                sys.exit(said)
            yield address[0]
        finally:
            server.send_signal(signal.SIGINT)


if __name__ == "__main__":
    main()
