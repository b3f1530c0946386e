"""What the server tells of itself: whether it is well, how much it does; nothing of anybody."""

from __future__ import annotations

import hmac
import logging
import os
import shutil
import tempfile
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, g, jsonify, request
from pythonjsonlogger.json import JsonFormatter

from dashboard.access import is_loopback
from dashboard.people import FORWARDED
from geodata.errors import BordergapError
from geodata.logins import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    import flask
    from prometheus_client import CollectorRegistry

    from dashboard.people import People

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # environment variable by which processes count together
TOKEN = "BORDERGAP_METRICS_TOKEN"  # noqa: S105  # environment variable; lets a collector elsewhere ask
SHORTEST_TOKEN = 32  # letters
REQUESTS = logging.getLogger("bordergap.requests")
BOUNDS_S = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)


@contextmanager
def counting_together() -> Iterator[None]:
    """Let the processes of a server count together; entered before the first counter is made."""
    if os.environ.get(FOLDER):
        yield
        return
    own, folder = os.getpid(), tempfile.mkdtemp(prefix="bordergap-metrics-")
    os.environ[FOLDER] = folder
    try:
        yield
    finally:
        del os.environ[FOLDER]
        if os.getpid() == own:  # workers are forked within, and each comes by here as it ends
            shutil.rmtree(folder, ignore_errors=True)


def watch(server: flask.Flask, people: People) -> None:
    """Count the requests of `server`, log them, and open the addresses that tell of it."""
    from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest  # noqa: PLC0415
    from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415 - after the folder is known

    own = CollectorRegistry()
    count = Counter("bordergap_requests", "Requests answered", ["endpoint", "method", "status"], registry=own)
    took = Histogram("bordergap_seconds", "Seconds to answer", ["endpoint"], registry=own, buckets=BOUNDS_S)
    routes = Blueprint("watching", __name__)

    @server.before_request
    def begun() -> None:
        g.begun = time.perf_counter()

    @server.after_request
    def ended(response: flask.Response) -> flask.Response:
        seconds = time.perf_counter() - g.get("begun", time.perf_counter())
        endpoint = request.endpoint or "none"
        count.labels(endpoint, request.method, response.status_code).inc()
        took.labels(endpoint).observe(seconds)
        # The rule, not the address: that may hold a token, a name, or what somebody looks for.
        said = {
            "endpoint": endpoint,
            "method": request.method,
            "status": response.status_code,
            "ms": round(seconds * 1000, 1),
            "network": shortened(request.remote_addr or ""),
        }
        REQUESTS.info("request", extra=said)
        return response

    @routes.get("/healthz")
    def health() -> tuple[flask.Response, int]:
        """Say whether workspace and database can be read: 503 where not, and nothing of why."""
        try:
            people.look_after()
        except (BordergapError, OSError):
            logging.getLogger(__name__).exception("the server is not ready")
            return jsonify({"alive": True, "ready": False}), 503
        return jsonify({"alive": True, "ready": True}), 200

    @routes.get("/metrics")
    def metrics() -> flask.Response:
        if not _may_collect():
            abort(404)
        registry: CollectorRegistry = own
        if os.environ.get(FOLDER):
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return Response(generate_latest(registry), mimetype="text/plain")

    server.register_blueprint(routes)


def log_to(place: str) -> None:
    """Write one line of JSON a request to the file `place`, or to the terminal for "-"."""
    handler: logging.Handler = logging.StreamHandler() if place == "-" else logging.FileHandler(place)
    handler.setFormatter(JsonFormatter("%(asctime)s %(levelname)s %(message)s", json_ensure_ascii=False))
    REQUESTS.addHandler(handler)
    REQUESTS.setLevel(logging.INFO)
    REQUESTS.propagate = False


def _may_collect() -> bool:
    """Return whether a collector asks: on this machine itself, or with the token."""
    token = os.environ.get(TOKEN, "")
    sent = request.authorization.token if request.authorization else None
    if len(token) >= SHORTEST_TOKEN and sent:
        return hmac.compare_digest(sent.encode(), token.encode())
    return is_loopback(request.remote_addr or "") and not any(name in request.headers for name in FORWARDED)
