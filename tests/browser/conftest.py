"""A real browser, the dashboard served to it, and what no page may do: complain, or ask another host."""

from __future__ import annotations

import re
import shutil
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import shown_world
from playwright.sync_api import expect
from werkzeug.serving import WSGIRequestHandler, make_server

from dashboard.app import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

LOOPBACK = "127.0.0.1"
SIZES = {"wide": {"width": 1440, "height": 900}, "narrow": {"width": 390, "height": 844}}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# Software drawing of the map; nothing of the browser's own talks to anybody.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE_MS = 60_000  # a map drawn by software on a busy machine
# How many gaps have their mark on the map: those that filters leave out are there, too, and not seen.
MARKS_SHOWN = """bordergap.maplibre.queryRenderedFeatures({ layers: ["gap-marks"] })
  .filter((feature) => !feature.state.out).length"""
OWN = re.compile(r"^(blob:|data:)")


expect.set_options(timeout=PATIENCE_MS)


class Quiet(WSGIRequestHandler):
    """A request handler that writes no log."""

    def log_request(self, *_: object) -> None:
        """Say nothing."""


@dataclass
class Screen:
    """A page of the dashboard, and all that went wrong on it."""

    page: Page
    base: str
    wrong: list[str]
    forgiven: tuple[str, ...] = ()  # what a test provokes, whenever it is told of

    def open(self, address: str) -> None:
        """Go to an address and wait until its map is drawn."""
        self.page.goto(self.base + address)
        self.settled()

    def settled(self) -> None:
        """Wait until the map has drawn what it was told."""
        self.page.wait_for_function("window.bordergap?.maplibre?.loaded() && !bordergap.maplibre.isMoving()")

    @property
    def address(self) -> str:
        """Return what stands in the address bar, without the host."""
        return self.page.url.removeprefix(self.base)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the system's Chromium."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt-get install chromium fonts-noto-cjk")
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": ARGUMENTS}


@pytest.fixture(scope="session")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the small world on a free port."""
    with served(shown_world.make(tmp_path_factory.mktemp("browser") / "world").path) as address:
        yield address


@contextmanager
def served(workspace: Path) -> Iterator[str]:
    """Serve a workspace on a free port, whose address is given."""
    server = make_server(LOOPBACK, 0, create_app(workspace).server, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://{LOOPBACK}:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["zh", "en"])
def lang(request: pytest.FixtureRequest) -> str:
    """Language of the browser."""
    return str(request.param)


@pytest.fixture(params=list(SIZES))
def size(request: pytest.FixtureRequest) -> str:
    """Size of the window."""
    return str(request.param)


@pytest.fixture
def browser_context_args(
    browser_context_args: dict[str, Any], request: pytest.FixtureRequest
) -> dict[str, Any]:
    """Open windows in the language and size a test asks for; Chinese and wide unless it asks."""
    asked = request.fixturenames
    lang = request.getfixturevalue("lang") if "lang" in asked else "zh"
    size = request.getfixturevalue("size") if "size" in asked else "wide"
    return {
        **browser_context_args,
        "viewport": SIZES[size],
        "locale": {"zh": "zh-CN", "en": "en-GB"}[lang],
        "reduced_motion": "reduce",
    }


@pytest.fixture
def screen(page: Page, base_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Screen]:
    """Return a page of the dashboard; whatever it complains of, or asks of another host, fails the test."""
    wrong: list[str] = []
    # Playwright's own asks by `eval` inside the page, which our content policy forbids.
    monkeypatch.setattr(page, "wait_for_function", lambda asked: _until(page, asked))
    page.set_default_timeout(PATIENCE_MS)
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request", lambda asked: None if _is_own(asked.url, base_url) else wrong.append(f"asks {asked.url}")
    )
    page.on(
        "response", lambda given: wrong.append(f"{given.status} {given.url}") if given.status >= 500 else None
    )
    shown = Screen(page, base_url, wrong)
    yield shown
    assert [said for said in wrong if not any(part in said for part in shown.forgiven)] == []


def _until(page: Page, asked: str) -> None:
    """Wait until the JavaScript expression `asked` is true."""
    end = time.monotonic() + PATIENCE_MS / 1000
    while not page.evaluate(asked):
        if time.monotonic() > end:
            pytest.fail(f"never true: {asked}")
        page.wait_for_timeout(50)


def _is_own(url: str, base: str) -> bool:
    return url.startswith(f"{base}/") or bool(OWN.match(url))
