"""What the menu "Share" asks the server for: whole files, and links only our own page may have made."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Any

import pytest
import shown_world
from asking import with_token

from dashboard import share_routes
from dashboard.access import TOKEN_HEADER
from dashboard.app import create_app
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

ASKED = {"pairing": shown_world.PAIRING, "seconds": 86_400, "lang": "en"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shown_world.make(tmp_path_factory.mktemp("share") / "world").path


@pytest.fixture(scope="module")
def client(world: Path) -> FlaskClient:
    made: FlaskClient = create_app(world).server.test_client()
    return made


@pytest.fixture
def writing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Let files be written into a folder of the test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_report_is_sent_whole_and_its_file_goes(client: FlaskClient, writing: Path) -> None:
    answer = client.get("/report/A--B.pdf?lang=en&severity=10&kind=service_wall,service_desert")

    assert answer.data.startswith(b"%PDF")
    assert answer.data.rstrip().endswith(b"%%EOF")
    assert "filename=bordergap-A--B-" in answer.headers["Content-Disposition"]
    answer.close()
    assert list(writing.iterdir()) == []


def test_a_report_has_what_passes_the_filters_of_the_ledger(client: FlaskClient, world: Path) -> None:
    workspace = Workspace.open(world)
    gap_id = workspace.read_table("gaps")["gap_id"].iloc[0]
    workspace.ledger.change(gap_id, {"status": "confirmed"}, version=0, author="Li")

    def listed(status: str) -> str:
        with client.get(f"/report/A--B.html?lang=en&status={status}") as answer:
            return str(answer.text)

    assert f'"{gap_id}"' in listed("confirmed")
    assert "follow-up: confirmed" in listed("confirmed")
    assert f'"{gap_id}"' not in listed("found,assigned")


def test_a_report_that_fails_leaves_nothing(
    client: FlaskClient, writing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_report: Any, _results: Any, path: Path) -> None:
        path.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(share_routes, "write_report", full)

    assert client.get("/report/A--B.pdf").status_code == 500
    assert list(writing.iterdir()) == []


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/report/none.pdf", 404),
        ("/report/A--B.pdf?severity=101", 400),
        ("/report/A--B.pdf?severity=much", 400),
        ("/report/A--B.pdf?kind=ghosts", 400),
        ("/report/A--B.pdf?km=3-1", 400),
        ("/report/A--B.pdf?status=gone", 400),
    ],
)
def test_what_cannot_be_reported_is_told(client: FlaskClient, address: str, status: int) -> None:
    assert client.get(address).status_code == status


def test_too_many_reports_at_once_are_asked_to_wait(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(share_routes, "PATIENCE_S", 0)
    with share_routes._TURNS:  # noqa: SLF001  # another report is being written
        assert client.get("/report/A--B.pdf").status_code == 503
    with client.get("/report/A--B.pdf") as answer:
        assert answer.status_code == 200


def test_a_link_made_by_our_page_opens(client: FlaskClient) -> None:
    answer = client.post("/share/embed", json=ASKED, headers=with_token(client)).get_json()

    assert answer["framable"] is False
    assert client.get(answer["link"]).status_code == 200
    assert answer["link"] in answer["iframe"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": ""},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {TOKEN_HEADER: ""},
    ],
)
def test_no_other_site_has_links_made(client: FlaskClient, world: Path, headers: dict[str, str]) -> None:
    before = Workspace.open(world).embeds.read()

    sent = {**with_token(client), **headers}
    assert client.post("/share/embed", json=ASKED, headers=sent).status_code == 403
    assert Workspace.open(world).embeds.read() == before


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"data": "pairing=A--B", "content_type": "text/plain"}, 415),
        ({"json": []}, 400),
        ({"json": {**ASKED, "pairing": "none"}}, 400),
        ({"json": {**ASKED, "seconds": "30d"}}, 400),
        ({"json": {**ASKED, "seconds": 10}}, 400),
        ({"json": {**ASKED, "gap": ["x"]}}, 400),
        ({"json": {**ASKED, "pairing": "x" * 30_000}}, 413),
    ],
)
def test_what_is_no_link_is_refused(client: FlaskClient, asked: dict[str, Any], status: int) -> None:
    assert client.post("/share/embed", headers=with_token(client), **asked).status_code == status
