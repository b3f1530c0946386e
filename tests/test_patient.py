"""Clients that send or read as slowly as they can, against a real `bordergap serve`."""

from __future__ import annotations

import errno
import json
import os
import re
import selectors
import socket
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING, cast

import pytest
import shown_world
from gunicorn.config import Config
from gunicorn.workers.gthread import TConn

from dashboard.patient import MOST_WAITING, PATIENCE_S, SLOWEST, WHOLE_BODY, Line, PatientWorker, _ends

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Connect = Callable[[], tuple[TConn, socket.socket]]

EACH = 12  # slow clients of each kind; the server has 4 threads
ANSWERED_S, ENDED_S = (
    60,
    120,
)  # far beyond what either takes; a server that waits for slow clients never comes


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """Start `bordergap serve` with one worker, and give its host and port."""
    world: Path = shown_world.make(tmp_path_factory.mktemp("patient") / "world").path
    command = [sys.executable, "-m", "dashboard.cli", "serve", str(world), "--port", "0", "--workers", "1"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=dict(os.environ)) as process:
        assert process.stderr is not None
        try:
            port = next(int(found[1]) for line in process.stderr if (found := re.search(r":(\d+)/", line)))
            yield "127.0.0.1", port
        finally:
            process.terminate()
            process.communicate()


def get(server: tuple[str, int], path: str) -> bytes:
    with urllib.request.urlopen(f"http://{server[0]}:{server[1]}{path}", timeout=ANSWERED_S) as answer:
        assert answer.status == 200
        body: bytes = answer.read()
    return body


def begun(server: tuple[str, int], sent: str, within: ExitStack) -> socket.socket:
    """Open a connection that sends the beginning of a request, and reads as little at a time as can be."""
    client = within.enter_context(socket.socket())
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(server)
    client.sendall(sent.replace("\n", "\r\n").encode())
    client.settimeout(0)
    return client


def largest(server: tuple[str, int]) -> str:
    """Return the address of the largest library of the page."""
    found = re.findall(r'"([^"]*plotly[^"]*\.js)"', get(server, "/").decode())
    return max(found, key=lambda path: len(get(server, path)))


def drip(clients: list[socket.socket]) -> list[socket.socket]:
    """Let each client send one byte more; return those that the server has not ended."""
    left = []
    for client in clients:
        try:
            client.send(b"x")
            while client.recv(65536):
                pass
        except BlockingIOError:
            left.append(client)
        except OSError:
            pass
    return left


def test_slow_clients_keep_nobody_waiting_and_are_ended(server: tuple[str, int]) -> None:
    host = f"Host: {server[0]}:{server[1]}\n"
    heads = f"GET / HTTP/1.1\n{host}X-Slow: "
    json_ = f"Origin: http://{server[0]}:{server[1]}\nContent-Type: application/json\n"
    bodies = f"POST /login HTTP/1.1\n{host}{json_}Content-Length: 900000\n\n{{"
    told = f"POST /login HTTP/1.1\n{host}{json_}Expect: 100-continue\nContent-Length: 900\n\n{{"
    chunks = f"POST /login HTTP/1.1\n{host}{json_}Transfer-Encoding: chunked\n\n1\n{{\n"
    second = f"GET /healthz HTTP/1.1\n{host}\nGET /healthz HTTP/1.1\nX-Slow: "
    plotly = largest(server)
    with ExitStack() as within:
        slow = [
            begun(server, sent, within)
            for sent in (heads, bodies, told, chunks, second, heads.replace("GET", "\n\nGET"))
            for _ in range(EACH)
        ]
        for _ in range(EACH):  # these read nothing
            begun(server, f"GET {plotly} HTTP/1.1\n{host}\n", within)

        for _ in range(5):  # while they drip
            drip(slow)
            get(server, "/")
            assert json.loads(get(server, "/access/me"))["person"]["id"] == "local"
        assert len(drip(slow)) >= 2 * EACH  # they are still there

        ends = time.monotonic() + ENDED_S
        while slow := drip(slow):
            assert time.monotonic() < ends, f"{len(slow)} slow clients are served for ever"
            time.sleep(0.2)
        get(server, "/")


def test_an_answer_is_whole_however_slowly_it_is_read(server: tuple[str, int]) -> None:
    path = largest(server)
    wanted = get(server, path)

    with ExitStack() as within:
        request = f"GET {path} HTTP/1.1\nHost: {server[0]}:{server[1]}\nConnection: close\n\n"
        client = begun(server, request, within)
        client.settimeout(ANSWERED_S)
        got = bytearray()
        while piece := client.recv(1 << 16):
            got += piece

    assert bytes(got).endswith(wanted)


def test_requests_follow_one_another_on_a_line(server: tuple[str, int]) -> None:
    with ExitStack() as within:
        one = f"GET /healthz HTTP/1.1\nHost: {server[0]}:{server[1]}\n"
        client = begun(server, f"{one}\n{one}Connection: close\n\n", within)
        client.settimeout(ANSWERED_S)
        got = b""
        while piece := client.recv(1 << 16):
            got += piece

    assert got.count(b"HTTP/1.1 200 OK") == 2


@pytest.mark.parametrize(
    ("come", "lacking"),
    [
        (b"", None),
        (b"GET / HTTP/1.1\r\n", None),
        (b"\r\n\r\nGET / HTTP/1.1\r\n", None),
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 0),
        (b"POST / HTTP/1.1\r\nCONTENT-LENGTH:  5 \r\n\r\nab", 3),
        (b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nabGET", 0),
        (b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (WHOLE_BODY + 1), 0),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 0),
        (b"GET / HTTP/1.1\r\n\r\nContent-Length: 5\r\n\r\n", 0),
    ],
)
def test_what_a_thread_would_wait_for(come: bytes, lacking: int | None) -> None:
    found = _ends(bytearray(come))

    assert (None if found is None else max(0, found[1] - len(come))) == lacking


class _Broken(socket.socket):
    """A socket of whose other side the network tells a fault."""

    number = 0

    def recv(self, _size: int, _flags: int = 0) -> bytes:
        raise OSError(self.number, os.strerror(self.number))


class _Reader:
    """A socket whose other side takes `rate` bytes a second, a step of `step_s` at a time."""

    def __init__(self, rate: float, step_s: float) -> None:
        self.rate, self.step_s = rate, step_s
        self.now = 0.0
        self.taken = 0
        self._timeout_s = 0.0

    def monotonic(self) -> float:
        return self.now

    def settimeout(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s

    def send(self, data: bytes) -> int:
        if self._timeout_s < self.step_s:
            self.now += self._timeout_s
            raise TimeoutError if self._timeout_s else BlockingIOError
        self.now += self.step_s
        taken = min(len(data), int(self.rate * self.step_s))
        self.taken += taken
        return taken


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> _Reader:
    made = _Reader(2 * SLOWEST, 1.0)
    monkeypatch.setattr("dashboard.patient.time", made)
    return made


def line_to(reader: _Reader) -> Line:
    return Line(cast("socket.socket", reader))


@pytest.mark.parametrize("pieces", [1, 1000])
def test_who_reads_a_large_answer_a_little_at_a_time_holds_no_thread(reader: _Reader, pieces: int) -> None:
    reader.rate, reader.step_s = 100.0, PATIENCE_S - 1
    line = line_to(reader)
    each = 2 * MOST_WAITING // pieces

    def answer() -> None:
        for _ in range(pieces):
            line.sendall(bytes(each))

    with pytest.raises(ConnectionResetError):
        answer()

    assert reader.now <= 2 * PATIENCE_S


def test_who_reads_a_large_answer_fast_enough_gets_it(reader: _Reader) -> None:
    line_to(reader).sendall(bytes(MOST_WAITING + 200 * SLOWEST))

    assert reader.taken >= 200 * SLOWEST
    assert reader.now >= 3 * PATIENCE_S


def test_who_read_fast_may_not_be_slow_for_as_long(reader: _Reader) -> None:
    line = line_to(reader)
    line.sendall(bytes(MOST_WAITING + 1000 * SLOWEST))
    begun, reader.rate = reader.now, 1.0

    with pytest.raises(ConnectionResetError):
        line.sendall(bytes(1000 * SLOWEST))

    assert reader.now - begun <= 2 * PATIENCE_S


@pytest.fixture
def worker() -> Iterator[PatientWorker]:
    made = PatientWorker(0, os.getpid(), [], None, 30, Config(), None)
    with selectors.DefaultSelector() as made.poller, ThreadPoolExecutor(1) as made.tpool:
        made.alive = True
        yield made
    made.tmp.close()


@pytest.fixture
def connected(worker: PatientWorker) -> Iterator[Connect]:
    """Give connections of the worker, and the clients at their other ends."""
    with ExitStack() as within:

        def connect() -> tuple[TConn, socket.socket]:
            ours, client = (within.enter_context(each) for each in socket.socketpair())
            worker.nr_conns += 1
            return TConn(worker.cfg, Line(ours), ("127.0.0.1", 1), ("127.0.0.1", 2)), client

        yield connect


def done(result: object) -> Future[object]:
    future = Future[object]()
    future.set_result(result)
    return future


def test_an_answer_that_nobody_reads_is_given_up(
    worker: PatientWorker, connected: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    conn, _client = connected()
    conn.sock.sendall(bytes(1_000_000))  # more than the machine keeps of a line
    monkeypatch.setattr("dashboard.patient.PATIENCE_S", -1e6)  # it is over as it begins
    worker.finish_request(conn, done(result=True))
    assert worker.nr_conns == 1

    worker.murder_pending()

    assert (worker.nr_conns, conn.sock.fileno(), len(worker.poller.get_map())) == (0, -1, 0)


@pytest.mark.parametrize("number", [errno.ETIMEDOUT, errno.EHOSTUNREACH, errno.ECONNRESET])
def test_a_line_that_breaks_at_its_end_ends_no_worker(
    worker: PatientWorker, connected: Connect, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    conn, client = connected()
    conn.sock.own = _Broken(fileno=conn.sock.own.detach())
    monkeypatch.setattr(_Broken, "number", number)
    worker.finish_request(conn, done(result=False))

    client.send(b"x")
    worker.wait_for_and_dispatch_events(ANSWERED_S)

    assert (worker.nr_conns, len(worker.poller.get_map())) == (0, 0)


@pytest.mark.parametrize(
    ("head", "told"),
    [(b"", b""), (b"Expect: 100-continue\r\n", b"HTTP/1.1 100 Continue\r\n\r\n")],
)
def test_whether_a_body_waits_to_be_told_is_seen_by_its_head_once(
    worker: PatientWorker, connected: Connect, head: bytes, told: bytes
) -> None:
    conn, client = connected()
    worker.enqueue_req(conn)

    begin = b"POST / HTTP/1.1\r\nContent-Length: 900\r\n" + head + b"\r\n"
    for piece in (begin, b"\r\nExpect: 100-continue\r\n", b"\r\nExpect: 100-continue\r\n"):
        client.send(piece)
        worker.wait_for_and_dispatch_events(ANSWERED_S)

    conn.sock.own.shutdown(socket.SHUT_WR)
    assert client.recv(1 << 16) == told
    assert worker.nr_conns == 1
