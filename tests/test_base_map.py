"""A base map from a server that is not to be trusted: what is asked of it, what is handed on, what is not."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from dashboard import base_map
from dashboard.app import create_app
from dashboard.base_map import BaseMapError, BaseMapSource, tile_address
from dashboard.maps.base_style import vector_styles
from geodata.display import BaseMap
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 32
KEY = "a&b=c/../d"
# By zoom, what the provider answers.
ANSWERS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "1": (200, {"Content-Type": "image/png"}, PNG),
    "2": (302, {"Location": "http://127.0.0.1:9/secret"}, b""),
    "3": (404, {}, b""),
    "4": (200, {"Content-Type": "text/html"}, b"<script>alert(1)</script>"),
    "5": (200, {"Content-Type": "image/svg+xml"}, b"<svg onload='alert(1)'/>"),
    "6": (200, {"Content-Type": "image/png"}, b"0" * (base_map.LARGEST_BYTES + 1)),
    "7": (500, {}, b"down"),
    "8": (200, {"Content-Type": "image/png", "Content-Encoding": "br"}, PNG),
}


class Provider(BaseHTTPRequestHandler):
    """A tile server; `asked` collects the paths and the names of the headers."""

    asked: list[tuple[str, set[str]]]

    def do_GET(self) -> None:
        """Answer by the zoom that stands first in the path."""
        self.asked.append((self.path, {name.lower() for name in self.headers}))
        status, headers, body = ANSWERS[self.path.split("/")[1]]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    Provider.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("TILE_KEY", KEY)
    yield f"http://127.0.0.1:{server.server_port}/{{z}}/{{x}}/{{y}}?tk={{key}}"
    server.shutdown()
    thread.join()
    server.server_close()


def tile(provider: str, zoom: int) -> base_map.Tile | None:
    return BaseMapSource().tile(BaseMap((provider,), "local", key="TILE_KEY"), 0, (zoom, 0, 1))


def test_a_picture_is_handed_on_and_nothing_of_the_reader_is_told(provider: str) -> None:
    found = tile(provider, 1)

    assert found == base_map.Tile(PNG, "image/png", None)
    (path, headers) = Provider.asked[0]
    assert path == "/1/0/1?tk=a%26b%3Dc%2F..%2Fd"
    assert headers <= {"host", "user-agent", "accept-encoding", "connection"}


def test_what_the_provider_lacks_is_no_failure(provider: str) -> None:
    assert tile(provider, 3) is None


@pytest.mark.parametrize(
    ("zoom", "told"),
    [
        (2, "answers 302"),
        (4, "text/html, which is no picture"),
        (5, "svg"),
        (6, "more than"),
        (7, "answers 500"),
        (8, "packed as br"),
    ],
)
def test_what_is_no_tile_stays_outside(provider: str, zoom: int, told: str) -> None:
    with pytest.raises(BaseMapError, match=told) as refused:
        tile(provider, zoom)

    assert KEY not in str(refused.value)
    assert [path for path, _ in Provider.asked] == [f"/{zoom}/0/1?tk=a%26b%3Dc%2F..%2Fd"]


def test_nobody_waits_twice_for_a_provider_that_is_down(provider: str) -> None:
    source, asked = BaseMapSource(), BaseMap((provider,), "local", key="TILE_KEY")
    for _ in range(3):
        with pytest.raises(BaseMapError):
            source.tile(asked, 0, (7, 0, 0))

    assert len(Provider.asked) == 1


def test_a_key_that_is_not_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TILE_KEY", raising=False)

    with pytest.raises(BaseMapError, match="environment variable TILE_KEY"):
        tile_address(BaseMap(("https://tiles.example/{z}/{x}/{y}?{key}",), "x", key="TILE_KEY"), 0, (1, 0, 0))


def test_the_browser_sees_neither_provider_nor_key(provider: str, tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "w")
    client = create_app(workspace.path).server.test_client()
    assert client.get("/basemap/0/1/0/1").status_code == 404  # none unless configured
    (workspace.path / "display.toml").write_text(
        f'[base_map]\ntiles = "{provider}"\nkey = "TILE_KEY"\nattribution = "<b>local</b>"\nmax_zoom = 8\n'
    )

    (row,) = [row for row in client.get("/layers.zh.json").get_json()["layers"] if row["group"] == "base"]
    assert row["state"] == "ready"
    assert row["sources"]["base-map-0"]["tiles"] == ["basemap/0/{z}/{x}/{y}"]
    assert "127.0.0.1" not in str(row)
    answer = client.get("/basemap/0/1/0/1")
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/png", PNG)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "max-age" in answer.headers["Cache-Control"]
    assert client.get("/basemap/0/3/0/1").status_code == 404
    assert client.get("/basemap/0/4/0/1").status_code == 503
    for outside in ("0/9/0/1", "1/1/0/1", "0/1/2/0", "0/-1/0/0", "0/1/0/1.png", "0/1e0/0/1"):
        assert client.get(f"/basemap/{outside}").status_code == 404
    assert len(Provider.asked) == 3


def test_a_vector_style_asks_for_nothing_elsewhere() -> None:
    layers: list[dict[str, Any]] = [
        {"id": "sky", "type": "background", "paint": {"background-color": "#fff"}},
        {
            "id": "water",
            "type": "fill",
            "source": "osm",
            "source-layer": "water",
            "paint": {"fill-color": "#abc"},
        },
        {
            "id": "wood",
            "type": "fill",
            "source": "osm",
            "source-layer": "w",
            "paint": {"fill-pattern": "tree"},
        },
        {
            "id": "names",
            "type": "symbol",
            "source": "osm",
            "source-layer": "place",
            "layout": {"text-field": "{name}", "text-font": ["Remote Sans"], "icon-image": "dot"},
        },
        {
            "id": "shields",
            "type": "symbol",
            "source": "osm",
            "source-layer": "r",
            "layout": {"icon-image": "s"},
        },
        {"id": "hills", "type": "hillshade", "source": "dem"},
    ]

    water, wood, names = vector_styles(layers)

    assert (water["source"], water["source-layer"], water["paint"]) == (
        "base-map",
        "water",
        {"fill-color": "#abc"},
    )
    assert wood["paint"] == {}
    assert "icon-image" not in names["layout"]
    assert "Remote Sans" not in names["layout"]["text-font"]
