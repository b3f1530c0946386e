"""A page of ours as a test drives it: with the token, and with work done before the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flask

from dashboard import jobs
from dashboard.access import TOKEN_HEADER, guard
from dashboard.data_routes import data_routes
from dashboard.people import People, PersonalResults
from geodata.access_settings import AccessSettings
from geodata.database import Database

if TYPE_CHECKING:
    from pathlib import Path

    from dashboard.jobs import Start

LOCAL = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}


class OwnPage:
    """A page of ours that sends what it is told to."""

    def __init__(self, workspace: Path, start: Start = jobs.here) -> None:
        self.app = flask.Flask(__name__)
        cache = PersonalResults(workspace)
        self.app.register_blueprint(data_routes(cache, start))
        people = People(cache, AccessSettings(), Database(workspace))
        guard(self.app, people)
        self.client = self.app.test_client()
        with self.app.app_context():
            self.headers = {**LOCAL, TOKEN_HEADER: people.token()}

    def post(self, path: str, json: Any = None) -> Any:
        """Send JSON and return the answer."""
        return self.client.post(f"/data/{path}", json=json or {}, headers=self.headers)

    def get(self, path: str) -> Any:
        """Return what an address says."""
        return self.client.get(f"/data/{path}").get_json()

    def send(self, content: bytes, name: str) -> Any:
        """Send a file."""
        return self.client.post(
            "/data/uploads",
            query_string={"name": name},
            data=content,
            content_type="application/octet-stream",
            headers=self.headers,
        )

    def looked(self, path: Path) -> tuple[str, dict[str, Any]]:
        """Send a file, have it read, and return its id and what is proposed."""
        number = self.send(path.read_bytes(), path.name).get_json()["id"]
        assert self.post(f"uploads/{number}/look").status_code == 202
        assert self.get("job")["job"]["state"] == "done"
        return number, self.get(f"uploads/{number}/proposal")
