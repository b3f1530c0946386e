"""What the server tells of itself, to whom; and that it tells nothing of anybody."""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import shown_world
from limits import RateLimitItemPerMinute

from dashboard.app import create_app
from dashboard.embed import new_embed
from dashboard.pace import PACES, Pace
from dashboard.results import ResultsCache
from dashboard.watching import FOLDER, REQUESTS, TOKEN, counting_together, log_to
from geodata.accounts import Accounts
from geodata.database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

    import flask

COLLECTOR = "x" * 40
SAID = ("endpoint", "method", "status", "ms", "network")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shown_world.make(tmp_path_factory.mktemp("watching") / "world").path


@pytest.fixture(scope="module")
def server(world: Path) -> flask.Flask:
    Accounts(Database(world)).add("lin", "administrator", password=None)
    return create_app(world).server


def test_health_is_told_to_all_and_says_no_more(server: flask.Flask) -> None:
    assert server.test_client().get("/healthz").get_json() == {"alive": True, "ready": True}


def test_a_server_whose_database_is_broken_is_not_ready(world: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(world, tmp_path / "copy")
    served = create_app(copy).server
    for path in copy.glob("ledger.sqlite*"):
        path.unlink()
    (copy / "ledger.sqlite").write_bytes(b"no database at all" * 100)

    answer = served.test_client().get("/healthz")

    assert answer.status_code == 503
    assert "sqlite" not in answer.text
    assert served.test_client().get("/").status_code == 503  # nobody is let in


@pytest.mark.parametrize("before", [None, "kept by the operator"])
def test_a_server_that_has_ended_leaves_no_folder_to_count_in(
    before: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(FOLDER, raising=False)
    if before:
        monkeypatch.setenv(FOLDER, before)

    with counting_together():
        assert before is not None or Path(os.environ[FOLDER]).is_dir()

    assert os.environ.get(FOLDER) == before


def test_a_worker_that_ends_leaves_the_others_their_folder_to_count_in() -> None:
    script = """
import os, sys
from dashboard.watching import FOLDER, counting_together
with counting_together():
    folder = os.environ[FOLDER]
    if (worker := os.fork()) == 0:
        sys.exit()
    os.waitpid(worker, 0)
    print(os.path.isdir(folder))
print(os.path.isdir(folder))
"""
    without = {name: value for name, value in os.environ.items() if name != FOLDER}

    told = subprocess.run([sys.executable, "-c", script], env=without, capture_output=True, check=True)

    assert told.stdout.split() == [b"True", b"False"]


@pytest.mark.usefixtures("often_switched")
def test_many_who_ask_at_the_same_moment_are_counted_without_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PACES, "other", RateLimitItemPerMinute(500))
    pace, together, allowed = Pace(), threading.Barrier(8), list[bool]()

    def ask() -> None:
        for _ in range(100):
            time.sleep(0.012)  # the clean-up after the last ones has ended, and each would begin another
            together.wait()
            allowed.append(pace.allows("watching.health", "same"))

    with ThreadPoolExecutor(8) as threads:
        for each in [threads.submit(ask) for _ in range(8)]:
            each.result()

    assert (len(allowed), sum(allowed)) == (800, 500)


@pytest.fixture
def often_switched() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_figures_are_for_collectors_alone(server: flask.Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client, elsewhere = server.test_client(), {"REMOTE_ADDR": "203.0.113.9"}
    host = {"Host": "192.0.2.1"}

    assert 'bordergap_requests_total{endpoint="watching.health"' in client.get("/metrics").text
    assert client.get("/metrics", environ_base=elsewhere, headers=host).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404
    monkeypatch.setenv(TOKEN, COLLECTOR)
    for token, status in ((COLLECTOR, 200), (COLLECTOR[:-1] + "y", 404), ("", 404)):
        sent = {**host, "Authorization": f"Bearer {token}"}
        assert client.get("/metrics", environ_base=elsewhere, headers=sent).status_code == status
    monkeypatch.setenv(TOKEN, "short")
    sent = {**host, "Authorization": "Bearer short"}
    assert client.get("/metrics", environ_base=elsewhere, headers=sent).status_code == 404


def test_logs_tell_of_nobody(server: flask.Flask, world: Path, tmp_path: Path) -> None:
    _, token = new_embed(ResultsCache(world).current(), shown_world.PAIRING, lang="en", lasts_s=86_400)
    log_to(str(tmp_path / "requests.log"))
    try:
        client = server.test_client()
        client.get(f"/embed/{shown_world.PAIRING}?token={token}", environ_base={"REMOTE_ADDR": "203.0.113.9"})
        client.get("/pairing?id=A--B&find=Somebody")
        client.post("/login", json={"name": "somebody", "password": "a secret"})
    finally:
        for handler in list(REQUESTS.handlers):
            REQUESTS.removeHandler(handler)
            handler.close()
        REQUESTS.setLevel(logging.NOTSET)

    lines = [json.loads(line) for line in (tmp_path / "requests.log").read_text().splitlines()]
    assert len(lines) == 3
    for line in lines:
        assert set(line) == {
            "asctime",
            "levelname",
            "message",
            "endpoint",
            "method",
            "status",
            "ms",
            "network",
        }
    said = json.dumps(lines).lower()
    assert not any(word in said for word in (token.lower(), "somebody", "secret", "203.0.113.9", "a--b"))
    assert lines[0]["network"] == "203.0.113.0/24"


def test_a_flood_of_tiles_is_refused_cheaply_and_others_are_served(
    server: flask.Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PACES, "tile", RateLimitItemPerMinute(20))
    people = server.extensions["bordergap-people"]
    clients = []
    for name in ("flood", "viewer"):
        account = people.accounts.add(name, "viewer", password=None)
        client = server.test_client()
        client.set_cookie(people.cookie_name, people.sessions.begin(account))
        clients.append(client)
    flood, viewer = clients
    tile = "/tiles/0/roads/3/2/1.mvt"

    told = [flood.get(tile).status_code for _ in range(45)]

    assert set(told) == {404, 429}
    assert told.count(404) <= 40  # a minute may end meanwhile
    assert flood.get(tile).headers.get("Retry-After", "5") == "5"
    assert viewer.get(tile).status_code == 404
    assert flood.get("/layers.en.json").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/tiles/0/roads/23/0/0.mvt",
        "/tiles/0/roads/2/4/0.mvt",
        "/tiles/0/roads/-1/0/0.mvt",
        "/tiles/0/roads/1e3/0/0.mvt",
        "/tiles/0/roads/NaN/0/0.mvt",
        "/tiles/0/roads/99999999999999999999/0/0.mvt",
        "/tiles/0/../0/0/0.mvt",
        "/map/A--B.png?w=99999",
        "/map/A--B.png?w=-1",
        "/map/A--B.png?w=1e3",
        "/map/A--B.png?w=NaN",
        "/map/A--B.png?h=４００",
        "/map/A--B.png?layers=planets",
    ],
)
def test_addresses_out_of_range_are_refused(server: flask.Flask, address: str) -> None:
    people = server.extensions["bordergap-people"]
    client = server.test_client()
    client.set_cookie(people.cookie_name, people.sessions.begin(people.accounts.named("lin")))

    assert client.get(address).status_code in (400, 404)
