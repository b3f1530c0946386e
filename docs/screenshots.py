"""Takes the pictures in docs/images/ from a workspace: `python docs/screenshots.py bordergap-demo`."""

from __future__ import annotations

import logging
import shutil
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from dashboard.app import create_app
from dashboard.results import ResultsCache
from dashboard.server import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dashboard.results import Results

IMAGES = Path(__file__).with_name("images")
SIZE = {"width": 1440, "height": 900}
READY = "#map canvas"
SETTLED_MS = 4000  # tiles and fonts have come, the map stands still
CHROMIUM = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--hide-scrollbars"]


def main() -> None:
    """Take every picture."""
    if len(sys.argv) != 2:  # noqa: PLR2004  # the program and its argument
        sys.exit("usage: python docs/screenshots.py WORKSPACE")
    workspace = Path(sys.argv[1])
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    IMAGES.mkdir(exist_ok=True)
    with serving(workspace) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        for name, path in pictures(ResultsCache(workspace).current()):
            page = browser.new_page(viewport=SIZE, color_scheme="light")
            page.goto(f"{address}{path}")
            page.wait_for_selector(READY)
            page.wait_for_timeout(SETTLED_MS)
            page.screenshot(path=IMAGES / f"{name}.png")
            page.close()
        browser.close()


def pictures(results: Results) -> list[tuple[str, str]]:
    """Return name and address of each picture; the gap shown is an orchard served on one side."""
    gaps = results.gaps
    shown = gaps[(gaps["kind"] == "use_contrast") & (gaps["what"] == "orchard")].iloc[0]
    pairing = {"id": shown["pairing_id"], "gap": shown["gap_id"]}
    return [
        (f"{page}-{lang}", f"{'' if page == 'overview' else page}?{urlencode({**query, 'lang': lang})}")
        for page, query in (("overview", {}), ("pairing", pairing))
        for lang in ("zh", "en")
    ]


@contextmanager
def serving(workspace: Path) -> Iterator[str]:
    """Serve `workspace` in a thread and give its address."""
    server = make_server(LOOPBACK, 0, create_app(workspace).server, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()


if __name__ == "__main__":
    main()
