"""A database that drips, or falls silent: reading ends in its time with a reason, and nothing is stored."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from geodata.errors import SourceError, UsageError
from geodata.ingest import import_source, postgis
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE_S = 20  # then the proxy lets go of whoever still waits: told by the reason, which is another
DRIP_S = 0.05
FACILITIES = """
CREATE TABLE facilities AS SELECT k AS id, 'clinic' AS kind, 'Clinic ' || k AS name, 1.0 AS lon, 2.0 AS lat
FROM generate_series(1, 12000) AS k
"""


class Proxy:
    """Stands before a server: from a question that holds `at` on, its answers come drop by drop, or stop.

    Parameters
    ----------
    address
        Of the server.
    at
        What a question holds.
    whole
        Bytes of the answer that still come as they are.
    drips
        Whether a byte comes now and then, or none.
    """

    def __init__(self, address: str, at: bytes, *, whole: int, drips: bool) -> None:
        self._server = psycopg.conninfo.conninfo_to_dict(address)
        self._at, self._whole, self._drips = at, whole, drips
        self._slow = threading.Event()
        self._over = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.drops = 0
        self.asked = bytearray()
        port = self._listening.getsockname()[1]
        self.address = f"postgresql://{self._server['user']}@127.0.0.1:{port}/{self._server['dbname']}"
        self._run(self._accept)

    def end(self) -> None:
        """Let go of all who are connected."""
        self._over.set()
        self._listening.close()

    def _run(self, work: Callable[..., None], *given: Any) -> None:
        threading.Thread(target=work, args=given, daemon=True).start()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.create_connection((self._server["host"], int(self._server["port"])))
            self._run(self._ask, client, server)
            self._run(self._answer, server, client)

    def _ask(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := client.recv(1 << 16):
                self.asked += piece
                if self._at in piece:
                    self._slow.set()
                server.sendall(piece)
        self._shut(client, server)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := server.recv(1 << 16):
                if not self._slow.is_set():
                    client.sendall(piece)
                    continue
                client.sendall(piece[: self._whole])
                self._drop(client, piece[self._whole :])
                self._whole = max(0, self._whole - len(piece))
        self._shut(client, server)

    def _drop(self, client: socket.socket, rest: bytes) -> None:
        """Hand over what is left a byte at a time, or not at all, until the test is over."""
        end = time.monotonic() + PATIENCE_S
        for byte in rest:
            if self._drips:
                client.sendall(bytes([byte]))
                self.drops += 1
            if self._over.wait(DRIP_S if self._drips else PATIENCE_S) or time.monotonic() > end:
                raise OSError

    @staticmethod
    def _shut(*ends: socket.socket) -> None:
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextlib.contextmanager
def before(address: str, at: bytes, *, whole: int = 0, drips: bool) -> Iterator[Proxy]:
    proxy = Proxy(address, at, whole=whole, drips=drips)
    try:
        yield proxy
    finally:
        proxy.end()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "ws")


def kept(workspace: Workspace) -> dict[str, bytes]:
    files = (path for path in workspace.path.rglob("*") if path.is_file() and "lock" not in path.name)
    return {str(path): path.read_bytes() for path in files}


@pytest.mark.parametrize("drips", [True, False])
def test_a_server_that_is_late_ends_in_its_time_and_nothing_is_stored(
    postgres: str, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, *, drips: bool
) -> None:
    with psycopg.connect(postgres) as connection:
        connection.execute(FACILITIES)
    import_source(workspace, postgres, table="facilities")
    before_it = kept(workspace)
    monkeypatch.setattr(postgis, "CONNECT_S", 2)
    monkeypatch.setattr(postgis, "STATEMENT_S", 1)
    monkeypatch.setattr(postgis, "ON_ITS_WAY_S", 1)

    for at, whole, said in (
        (b"bordergap", 0, "timeout expired; see that the server runs"),
        (b"pg_class", 10, "the answer did not come whole within 2 s"),
        (
            b"FETCH FORWARD 5000",
            10_000,
            "row 21 or one soon after it: the answer did not come whole within 2 s",
        ),
    ):
        with before(postgres, at, whole=whole, drips=drips) as proxy:
            with pytest.raises(SourceError, match=said):
                import_source(workspace, proxy.address, table="facilities")
            assert drips == (proxy.drops > 0)

        assert kept(workspace) == before_it


def test_rows_of_much_geometry_come_in_small_pieces(
    postgres: str, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a slow line has each in time."""
    with psycopg.connect(postgres) as connection:
        connection.execute(
            "CREATE TABLE roads AS SELECT k AS id, 'primary' AS class, ST_Segmentize(ST_SetSRID("
            "ST_MakeLine(ST_MakePoint(k, 30), ST_MakePoint(k, 31)), 4326), 0.01) AS geom "
            "FROM generate_series(1, 100) AS k"
        )
    monkeypatch.setattr(postgis, "_PIECE_BYTES", 20_000)

    with before(postgres, b"nothing that is asked", drips=False) as proxy:
        (record,) = import_source(workspace, proxy.address, table="roads")
        asked = [int(rows) for rows in re.findall(rb"FETCH FORWARD (\d+)", bytes(proxy.asked))]

    assert record.accepted == 100
    assert asked[0] == 20
    assert 5 < max(asked[1:]) < 15  # rows of some 1.6 to 2 kB


def test_a_table_whose_every_piece_is_in_time_ends_in_all(
    postgres: str, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(postgres) as connection:
        connection.execute(
            "CREATE VIEW facilities AS SELECT k AS id, 'clinic' AS kind, 106.5 AS lon, 29.5 AS lat, "
            "pg_sleep(0.05)::text AS slept FROM generate_series(1, 60) AS k"
        )
    before_it = kept(workspace)
    monkeypatch.setenv(postgis.WHOLE_S, "0.5")

    with pytest.raises(SourceError, match=rf"only 20 rows have come within 0\.5 s; .* {postgis.WHOLE_S}"):
        import_source(workspace, postgres, table="facilities")
    assert kept(workspace) == before_it

    monkeypatch.delenv(postgis.WHOLE_S)
    assert postgis.longest() == 3_600
    (record,) = import_source(workspace, postgres, table="facilities")
    assert record.accepted == 60


@pytest.mark.parametrize("told", ["an hour", "0", "-5", "nan", "inf"])
def test_a_limit_that_is_none_is_told(told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(postgis.WHOLE_S, told)

    with pytest.raises(UsageError, match=f"{postgis.WHOLE_S} is {told!r}, no number of seconds"):
        postgis.longest()
