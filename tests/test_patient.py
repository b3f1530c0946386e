"""Clients that send or read as slowly as they can, against a real `bordergap serve`."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
import shown_world

from dashboard.patient import WHOLE_BODY, _lacking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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
        deaf = [begun(server, f"GET {plotly} HTTP/1.1\n{host}\n", within) for _ in range(EACH)]

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
        assert len(deaf) == EACH


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
    assert _lacking(bytearray(come)) == lacking
