"""A worker of the server that gives no thread to clients who send or read slowly."""

from __future__ import annotations

import contextlib
import errno
import re
import selectors
import socket
import time
from functools import partial
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

WHOLE_BODY = 1_100_000  # bytes of a body that is awaited before a thread takes the request; JSON is smaller
LARGEST_HEAD = 64 * 1024  # bytes; who sends a longer one is cut off
PIECE = 64 * 1024
ARRIVE_S = 20.0  # within which head and small body of a request are there
MOST_WAITING = 8 << 20  # bytes of an answer that wait for its reader; the rest is made as they are read
MOST_KEPT = 64 << 20  # bytes of all requests and answers that wait, of a worker
SLOWEST = 8 * 1024  # bytes a second at which an answer has to be read
PATIENCE_S = 30.0  # by which a reader may fall behind that
REST_S = 0.05  # for what is left of a body that nobody asked for
LINGER_S = 2.0  # in which a client may see the last of an answer before the line is cut
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,12})[ \t]*\r\n", re.IGNORECASE)
_ANNOUNCED = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)


class Line:
    """A client's socket: of what it does not read at once MOST_WAITING waits here, and the thread goes on.

    Of a larger answer a thread waits until so much is left, as long as it is read at SLOWEST.

    Parameters
    ----------
    own
        The socket.
    """

    def __init__(self, own: socket.socket) -> None:
        self.own = own
        self.waiting = bytearray()
        self._patience_s = PATIENCE_S  # that are left to the reader of an answer

    def __getattr__(self, name: str) -> Any:
        """Return what the socket itself has."""
        return getattr(self.own, name)

    def setblocking(self, flag: bool) -> None:  # noqa: FBT001  # as sockets have it
        """Wait, but not for ever."""
        self.own.settimeout(PATIENCE_S if flag else 0.0)

    def recv(self, size: int) -> bytes:
        """Return what has come; a client that sends nothing for too long counts as gone."""
        try:
            return self.own.recv(size)
        except TimeoutError as error:
            raise ConnectionResetError(errno.ECONNRESET, "sent nothing for too long") from error

    def sendall(self, data: bytes) -> None:
        """Send what the client takes now and keep the rest, up to MOST_WAITING; beyond that, wait for it."""
        if not self.waiting:
            self._patience_s = PATIENCE_S
        self.waiting += data
        self.flush()
        while len(self.waiting) > MOST_WAITING:
            begun = time.monotonic()
            self.own.settimeout(self._patience_s)
            try:
                sent = self.own.send(memoryview(self.waiting)[:PIECE].tobytes())
            except (TimeoutError, BlockingIOError) as error:
                raise ConnectionResetError(errno.ECONNRESET, "read too slowly") from error
            del self.waiting[:sent]
            # What is read faster makes good for earlier, not for later: nobody saves up hours.
            left_s = self._patience_s - (time.monotonic() - begun) + sent / SLOWEST
            self._patience_s = min(max(left_s, 0.0), PATIENCE_S)
        self.own.settimeout(PATIENCE_S)

    def flush(self) -> None:
        """Send what the client takes now."""
        self.own.settimeout(0.0)
        with contextlib.suppress(BlockingIOError):
            while self.waiting:
                sent = self.own.send(memoryview(self.waiting)[:PIECE].tobytes())
                del self.waiting[:sent]
        self.own.settimeout(PATIENCE_S)


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn publishes no types
    """Waits for requests, and for answers to be read, in the main loop: threads only work.

    A thread gets a request once its head is there, and its body, unless that is large: those are files and
    workbooks, of which `dashboard/uploads.py` lets few come at a time, and none too slowly.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._until: dict[TConn, float] = {}  # connections that the main loop holds, the oldest first
        self._come: dict[TConn, bytearray] = {}  # what has come of their requests
        self._ends: dict[TConn, int] = {}  # where they end, once their heads are there

    # --- requests ---------------------------------------------------------------------------------------

    def enqueue_req(self, conn: TConn) -> None:
        """Await the whole request of a connection, new or kept alive."""
        if not isinstance(conn.sock, Line):
            conn.sock = Line(conn.sock)
        parser = conn.parser
        self._come[conn] = bytearray(b"" if parser is None else parser.unreader.take_buffered())
        self._hold(conn, selectors.EVENT_READ, self._read, ARRIVE_S)
        self._go_on(conn)

    def _read(self, conn: TConn, _line: Line) -> None:
        if conn not in self._come:
            return  # dropped a moment ago
        try:
            piece = conn.sock.own.recv(PIECE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            piece = b""
        if not piece:
            self._drop(conn)
            return
        self._come[conn] += piece
        if len(self._come[conn]) > PIECE:
            self._keep_within_bounds()
        if conn in self._come:
            self._go_on(conn)

    def _go_on(self, conn: TConn) -> None:
        """Give the request to a thread once it is there."""
        come = self._come[conn]
        if conn not in self._ends and not self._has_head(conn, come):
            if len(come) > LARGEST_HEAD:
                self._drop(conn)
        elif len(come) >= self._ends[conn]:
            self._let_go(conn)
            del self._ends[conn]
            conn.data_ready = True
            work = self.tpool.submit(self._work, conn, bytes(self._come.pop(conn)))
            work.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))

    def _has_head(self, conn: TConn, come: bytearray) -> bool:
        """Return whether the head is there; note where its request ends, and let the body come."""
        found = _ends(come)
        if found is None:
            return False
        head, self._ends[conn] = found
        if len(come) < self._ends[conn] and _ANNOUNCED.search(come, 0, head):
            with contextlib.suppress(OSError):  # it sends the body either way, or goes
                conn.sock.own.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        return True

    def _work(self, conn: TConn, come: bytes) -> Any:
        conn.init()
        conn.parser.unreader.unread(come)
        return self.handle(conn)

    def _keepalive_after(self, conn: TConn, keepalive: bool) -> bool:  # noqa: FBT001  # as gunicorn calls it
        """Return whether another request may follow: not where the rest of this one would be waited for."""
        return bool(keepalive and conn.parser.finish_body(deadline=time.monotonic() + REST_S))

    # --- answers ----------------------------------------------------------------------------------------

    def finish_request(self, conn: TConn, fs: Any) -> None:
        """Go on with a connection once what waits of its answer has been read."""
        if conn.sock.waiting and fs.exception() is None:
            patience_s = PATIENCE_S + len(conn.sock.waiting) / SLOWEST
            self._hold(conn, selectors.EVENT_WRITE, partial(self._write, fs), patience_s)
            self._keep_within_bounds()
        elif fs.exception() is None and fs.result():
            super().finish_request(conn, fs)
        else:
            self._linger(conn)

    def _write(self, done: Any, conn: TConn, _line: Line) -> None:
        if conn not in self._until:
            return  # dropped a moment ago
        try:
            conn.sock.flush()
        except OSError:
            self._drop(conn)
            return
        if not conn.sock.waiting:
            self._let_go(conn)
            self.finish_request(conn, done)

    def _keep_within_bounds(self) -> None:
        """Give up those that have waited longest, where what all of them keep takes too much memory."""
        sizes = {conn: len(conn.sock.waiting) + len(self._come.get(conn, b"")) for conn in self._until}
        kept = sum(sizes.values())
        for conn, size in sizes.items():
            if kept <= MOST_KEPT:
                break
            if size > PIECE:
                kept -= size
                self._drop(conn)

    def _linger(self, conn: TConn) -> None:
        """End a connection so that the client sees all of the answer (RFC 9112, 9.6)."""
        try:
            conn.sock.own.shutdown(socket.SHUT_WR)
        except OSError:
            self.nr_conns -= 1
            conn.close()
            return
        self._hold(conn, selectors.EVENT_READ, self._pour_out, LINGER_S)

    def _pour_out(self, conn: TConn, _line: Line) -> None:
        if conn not in self._until:
            return  # dropped a moment ago
        try:
            if conn.sock.own.recv(PIECE):
                return
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            pass  # it has gone
        self._drop(conn)

    # --- the main loop ----------------------------------------------------------------------------------

    def murder_pending(self) -> None:
        """End what the main loop has held for too long, at the end of the worker all that only comes.

        gunicorn calls this each time round.
        """
        super().murder_pending()
        now = time.monotonic()
        for conn, until in list(self._until.items()):
            is_unasked = not self.alive and conn in self._come
            if until <= now or is_unasked:
                self._drop(conn)

    def _hold(self, conn: TConn, event: int, act: Any, patience_s: float) -> None:
        conn.sock.own.settimeout(0.0)
        self._until[conn] = time.monotonic() + patience_s
        self.poller.register(conn.sock, event, partial(act, conn))

    def _let_go(self, conn: TConn) -> None:
        del self._until[conn]
        self.poller.unregister(conn.sock)

    def _drop(self, conn: TConn) -> None:
        self._let_go(conn)
        self._come.pop(conn, None)
        self._ends.pop(conn, None)
        self.nr_conns -= 1
        conn.close()


def _ends(come: bytearray) -> tuple[int, int] | None:
    """Return where the head ends, and where all that a thread would wait for; None while the head is cut.

    Of a body that is large, or whose length is not told, nothing is awaited.
    """
    start = len(come) - len(come.lstrip(b"\r\n"))
    end = come.find(_END, start)
    if end < 0:
        return None
    length = _LENGTH.search(come, start, end + 2)
    size = int(length[1]) if length else 0
    head = end + len(_END)
    return head, head + (0 if size > WHOLE_BODY else size)
