"""The production server: gunicorn in this process, the application loaded once and shared."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import sys
import webbrowser
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication

from geodata.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

LOOPBACK = "127.0.0.1"
PORT = 8050
PORTS_TRIED = 20  # a port nobody asked for gives way to the next free one
THREADS = 4
TIMEOUT_S = 120  # the first page of a large workspace reads its results
PRIVILEGED = 1024


def listening_socket(host: str, port: int | None) -> socket.socket:
    """Return a socket that listens on `host`.

    Parameters
    ----------
    host
        Name or address.
    port
        That port and no other; None for the first free one from 8050 on.

    Raises
    ------
    UsageError
        If the port is taken or not allowed, or the host is not one of this machine.
    """
    tries = range(PORT, PORT + PORTS_TRIED) if port is None else (port,)
    for number in tries:
        try:
            return socket.create_server((host, number), family=_family(host), backlog=512)
        except PermissionError as error:
            raise UsageError(f"port {number} is not allowed here; use one from {PRIVILEGED} on") from error
        except socket.gaierror as error:
            raise UsageError(
                f"{host} is not a known host; use {LOOPBACK} or an address of this machine"
            ) from error
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise UsageError(f"cannot listen on {host}: {error.strerror}; use {LOOPBACK}") from error
    if port is None:
        raise UsageError(
            f"ports {PORT} to {PORT + PORTS_TRIED - 1} are all taken; name a free one with --port"
        )
    raise UsageError(f"port {port} is taken by another program; name another one, such as --port {port + 1}")


def address_of(listening: socket.socket) -> str:
    """Return the web address of a listening socket, as a browser on this machine reaches it."""
    host, port = listening.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = LOOPBACK if listening.family == socket.AF_INET else "::1"
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def is_loopback(listening: socket.socket) -> bool:
    """Return whether only this machine can reach the socket."""
    return ipaddress.ip_address(listening.getsockname()[0]).is_loopback


def has_display() -> bool:
    """Return whether a browser window can open here."""
    return sys.platform in ("darwin", "win32") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn publishes no types
    """gunicorn with settings from here alone: no configuration file, no environment.

    Parameters
    ----------
    application
        What is served; loaded before the workers part, so that they share its memory.
    listening
        Socket that takes the requests; handed over for good.
    workers
        Number of processes, each with 4 threads.
    ready
        Called once requests are taken.
    begun
        Called in each worker once it is about to take requests.
    """

    def __init__(
        self,
        application: Any,
        listening: socket.socket,
        *,
        workers: int,
        ready: Callable[[], None],
        begun: Callable[[], None],
    ) -> None:
        self._application = application
        self._options = {
            "bind": f"fd://{listening.detach()}",  # gunicorn keeps and closes it
            "workers": workers,
            "worker_class": "dashboard.patient.PatientWorker",
            "threads": THREADS,
            "sendfile": False,  # it would wait for the reader, in a thread
            "preload_app": True,
            "timeout": TIMEOUT_S,
            "loglevel": "warning",
            "proc_name": "bordergap",
            "control_socket_disable": True,  # nobody steers it but the terminal
            "when_ready": lambda _: ready(),
            "post_worker_init": lambda _: begun(),
        }
        super().__init__()

    def load_config(self) -> None:
        """Hand gunicorn its settings."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Return the application."""
        return self._application


def serve(
    application: Any,
    listening: socket.socket,
    *,
    workers: int,
    ready: Callable[[], None],
    begun: Callable[[], None] = lambda: None,
) -> None:
    """Serve `application` until Ctrl-C or a termination signal; see `Server` for the parameters."""
    parent = os.getpid()
    try:
        Server(application, listening, workers=workers, ready=ready, begun=begun).run()
    except SystemExit as ended:
        if ended.code or os.getpid() != parent:  # a worker ends here too
            raise


def open_browser(address: str) -> None:
    """Open `address` in the user's browser where there is a screen; failing to is no fault."""
    if has_display():
        webbrowser.open(address)


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
