"""What every answer carries, whatever was asked; and that nothing is sent twice."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
import shown_world

from dashboard.app import create_app
from dashboard.compression import MIMETYPES
from dashboard.headers import content_policy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import dash
    from flask.testing import FlaskClient

NAMED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
# A value for each part of an address; one that is missing here fails the test, and so asks to be thought of.
PARTS = {
    "filename": "favicon.ico",
    "package_name": "dash",
    "package": "dash",
    "fingerprinted_path": "deps/react.js",
    "file": "deps/react.js",
    "path": "data",
    "stamp": "0",
    "version": "0",
    "digest": "0",
    "name": "0",
    "lang": "zh",
    "_anything": "0",
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shown_world.make(tmp_path_factory.mktemp("headers") / "world").path


@pytest.fixture(scope="module")
def app(world: Path) -> dash.Dash:
    return create_app(world)


@pytest.fixture
def client(app: dash.Dash) -> FlaskClient:
    return app.server.test_client()


def every_address(app: dash.Dash) -> Iterator[tuple[str, str]]:
    """Give each method and address of the application's own map, with a value for each part."""
    adapter = app.server.url_map.bind("localhost")
    for rule in app.server.url_map.iter_rules():
        values: dict[str, Any] = {}
        for name, converter in rule._converters.items():  # noqa: SLF001  # werkzeug has no public way
            kinds = {"AnyConverter": min(getattr(converter, "items", ["0"])), "IntegerConverter": 0}
            values[name] = kinds.get(type(converter).__name__, PARTS.get(name, "0"))
        for method in (rule.methods or set()) - {"OPTIONS"}:
            yield method, adapter.build(rule.endpoint, values, method=method)


def test_every_route_carries_the_headers(app: dash.Dash, client: FlaskClient) -> None:
    asked = {*every_address(app), ("GET", "/nothing/../there"), ("DELETE", "/"), ("GET", "/lib/0/no")}

    for method, address in asked:
        with client.open(address, method=method, json={} if method == "POST" else None) as answer:
            for name, value in NAMED.items():
                assert answer.headers[name] == value, (method, address, answer.status)
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert answer.headers["X-Frame-Options"] == "DENY"
    assert len(asked) > len({rule.endpoint for rule in app.server.url_map.iter_rules()})


def test_no_script_but_ours_runs(client: FlaskClient) -> None:
    answer = client.get("/")
    policy = answer.headers["Content-Security-Policy"]
    scripts = re.search("script-src ([^;]*);", policy)

    assert scripts
    assert "unsafe" not in scripts[1]
    inline = re.findall(r"<script(?![^>]*(?:src=|application/json))[^>]*>", answer.get_data(as_text=True))
    assert len(inline) == scripts[1].count("'sha256-") == 1


def test_an_origin_cannot_bring_a_rule_of_its_own() -> None:
    assert content_policy([], ["https://a.example"]).endswith("frame-ancestors https://a.example")
    for origin in ("https://a.example; script-src *", "https://a.example 'self'", "", "https://a,b"):
        with pytest.raises(ValueError, match="no origin"):
            content_policy([], [origin])


def test_who_is_named_may_frame_embeds_alone(world: Path, tmp_path: Path) -> None:
    workspace = shutil.copytree(world, tmp_path / "world")
    display = workspace / "display.toml"
    client = create_app(workspace).server.test_client()

    display.write_text('frame_ancestors = ["https://portal.example"]')
    answer = client.get("/embed/A--B")
    assert answer.headers["Content-Security-Policy"].endswith("frame-ancestors https://portal.example")
    assert "X-Frame-Options" not in answer.headers
    assert client.get("/").headers["X-Frame-Options"] == "DENY"

    display.write_text("frame_ancestors = 1")  # whoever reads it is told; until it is mended, nobody may
    assert client.get("/embed/A--B").headers["X-Frame-Options"] == "DENY"


def test_libraries_have_versioned_addresses_and_are_kept(client: FlaskClient) -> None:
    page = client.get("/").get_data(as_text=True)
    scripts = [part.split('"')[0] for part in page.split('src="')[1:]]
    preloaded = page.split('rel="preload" as="script" href="')[1].split('"')[0]

    assert all(address.startswith(("/lib/", "/bundle/")) for address in scripts)
    core = next(address for address in scripts if "dash_core_components.v" in address)
    later = core.rsplit("/", 1)[0] + "/async-graph.js"  # as Dash's own loader makes it
    for address in (preloaded, core, later):
        assert "immutable" in client.get(address).headers["Cache-Control"]
    other = re.sub("/lib/[0-9a-f]+/", "/lib/000000000000/", later)
    assert client.get(other).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "/_dash-component-suites/os/path.py",
        "/_dash-component-suites/dash/../../etc/passwd",
        "/_dash-component-suites/dash/dash.py",
    ],
)
def test_what_is_no_library_is_not_there(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_second_visit_gets_the_page_alone(client: FlaskClient) -> None:
    for address in ("/_dash-layout", "/_dash-dependencies"):
        first = client.get(address, headers={"Accept-Encoding": "gzip"})
        again = client.get(
            address, headers={"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]}
        )
        assert again.status_code == 304
        assert first.headers["Cache-Control"] == "no-cache"
    given = json.dumps(client.get("/_dash-layout").get_json())
    for frame in re.findall(r"frame/[0-9a-f]+\.(?:zh|en)\.json", given):
        answer = client.get(f"/{frame}")
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.get_json()["props"]["tree"][0][1]["id"] == "shell"
    assert client.get("/frame/000000000000.zh.json").status_code == 404


def test_texts_are_compressed(client: FlaskClient) -> None:
    page = client.get("/", headers={"Accept-Encoding": "gzip"})

    assert page.headers["Content-Encoding"] == "gzip"
    assert "application/json" in MIMETYPES


def test_a_callback_that_fails_tells_the_reader_and_only_that(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    asked = {
        "output": "document.children",
        "outputs": {"id": "document", "property": "children"},
        "inputs": [{"id": "document-name", "property": "data", "value": "data"}],
        "changedPropIds": ["document-name.data"],
        "state": [{"id": "boot", "property": "data", "value": {}}],  # it lacks the language
    }

    answer = client.post("/_dash-update-component", json=asked)

    assert answer.status_code < 500
    assert answer.get_json()["sideUpdate"] == {"failure": {"data": {"key": "error.failed"}}}
    assert "KeyError" not in answer.get_data(as_text=True)
    assert "KeyError" in caplog.text
