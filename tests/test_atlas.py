"""Reports on many pairings in the browser: a stream that tells how far it is, and ends with the file."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from typing import TYPE_CHECKING, Any

import orjson
import psutil
import pytest
import shown_world

from dashboard import atlas_routes
from dashboard.app import create_app
from dashboard.atlas import Order, _write, streamed
from dashboard.export import report_files
from dashboard.gap_filters import Filters

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient

WAIT_S = 120.0  # until something that must happen has happened, on a busy machine
# Has an atlas written, tells the number of the process that does, and waits to be killed.
HOST = """
import sys, tempfile
import psutil
from dashboard.atlas import Order, streamed
from dashboard.gap_filters import Filters
tempfile.tempdir = sys.argv[2]
stream = streamed(Order(sys.argv[1], None, ["A--B", "A--C"], ".pdf", "en", Filters()))
next(stream), next(stream)
print(*(one.pid for one in psutil.Process().children(recursive=True)), flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shown_world.make(tmp_path_factory.mktemp("atlas") / "world").path


@pytest.fixture(scope="module")
def client(world: Path) -> FlaskClient:
    made: FlaskClient = create_app(world).server.test_client()
    return made


@pytest.fixture(autouse=True)
def scratch(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Let files be written into a folder of the test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def order(world: Path, **asked: Any) -> Order:
    usual = {"only": None, "pairings": ["A--B", "A--C"], "ending": ".html", "lang": "en"}
    return Order(str(world), **{**usual, "filters": Filters(), **asked})


def read(stream: Iterator[bytes]) -> tuple[list[dict[str, Any]], bytes]:
    """Return what the lines say, the last of them included, and what comes after."""
    said, whole = [], b"".join(stream)
    while whole:
        line, _, whole = whole.partition(b"\n")
        said.append(orjson.loads(line or b"{}"))
        if "name" in said[-1]:
            break
    return [line for line in said if line], whole


def until(done: Any) -> None:
    end = time.monotonic() + WAIT_S
    while not done():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_an_atlas_has_a_chapter_a_pairing_and_comes_whole(client: FlaskClient, scratch: Path) -> None:
    with client.get("/atlas.pdf?lang=en") as answer:
        (*steps, last), file = read(answer.response)

    done = [step["done"] / step["total"] for step in steps]
    assert done == sorted(done)
    assert done[-1] == 1
    assert last == {"name": "bordergap-atlas.pdf", "bytes": len(file)}
    assert file.startswith(b"%PDF")
    assert file.rstrip().endswith(b"%%EOF")
    assert list(scratch.iterdir()) == []


def test_one_district_has_its_own_pairings(client: FlaskClient) -> None:
    with client.get("/atlas.html?lang=en&district=B&severity=1") as answer:
        _, page = read(answer.response)

    assert b"A--B" in page
    assert b"A--C" not in page


@pytest.mark.parametrize(
    ("asked", "status"), [("district=none", 404), ("km=1-2", 400), ("kind=ghosts", 400), ("severity=x", 400)]
)
def test_what_cannot_be_reported_is_told(client: FlaskClient, asked: str, status: int) -> None:
    assert client.get(f"/atlas.pdf?{asked}").status_code == status


def test_one_atlas_is_written_at_a_time(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_: Order) -> Iterator[bytes]:
        return iter(())

    monkeypatch.setattr(atlas_routes, "streamed", nothing)
    first = client.get("/atlas.pdf")
    assert client.get("/atlas.pdf").status_code == 503
    first.close()
    with client.get("/atlas.pdf") as answer:
        assert answer.status_code == 200


def test_filters_and_limits_reach_the_file(world: Path) -> None:
    _, every = read(streamed(order(world)))
    _, own = read(streamed(order(world, only=["A--C"], pairings=["A--C"])))
    _, none = read(streamed(order(world, filters=Filters(99.9, domains=("parks",)))))

    assert b"service_wall" in every
    assert b"A--B" not in own
    assert b"service_wall" not in none


def test_what_fails_is_in_the_log(world: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert read(streamed(order(world, pairings=["no--such"]))) == ([], b"")
    assert "no--such" in caplog.text

    stream = streamed(order(world))
    next(stream)
    next(stream)
    (child,) = writers()
    child.kill()
    read(stream)
    assert "without a word" in caplog.text


def test_more_chapters_than_a_volume_has_come_as_an_archive(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_files, "PAGE_VOLUME", 1)
    packed = _write(tmp_path, order(world))

    assert packed.name == "bordergap-atlas.zip"
    with zipfile.ZipFile(io.BytesIO(packed.read_bytes())) as archive:
        assert archive.namelist() == ["bordergap-atlas-1.html", "bordergap-atlas-2.html"]


def test_who_calls_it_off_ends_the_work(world: Path, scratch: Path) -> None:
    stream = streamed(order(world, ending=".pdf"))
    next(stream)
    assert writers() == []
    next(stream)
    (child,) = writers()
    working = [child, *child.children(recursive=True)]
    stream.close()  # type: ignore[attr-defined]

    assert [process for process in psutil.wait_procs(working, timeout=WAIT_S)[1] if _works(process)] == []
    assert list(scratch.iterdir()) == []


def test_a_server_that_is_killed_takes_the_work_with_it(world: Path, scratch: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOST, str(world), str(scratch)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as host:
        assert host.stdout
        working = [psutil.Process(int(pid)) for pid in host.stdout.readline().split()]
        assert working
        os.kill(host.pid, signal.SIGKILL)

    until(lambda: not any(_works(process) for process in working))
    until(lambda: list(scratch.iterdir()) == [])


def writers() -> list[psutil.Process]:
    """Return the processes that write atlases for this one, whatever else it has started."""
    found = []
    for one in psutil.Process().children():
        with contextlib.suppress(psutil.Error):  # it has ended
            if "dashboard.atlas" in " ".join(one.cmdline()):
                found.append(one)
    return found


def _works(process: psutil.Process) -> bool:
    """Return whether a process goes on; one that ended may still be listed until its parent looks."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
