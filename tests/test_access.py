"""Who may ask for what: the table of addresses, the guard, changes that only our own pages may make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import shown_world
from asking import OURS, with_token
from flask import Flask, request

from dashboard.access import TOKEN_HEADER, Person, current, guard, requires
from dashboard.access_table import ASKING, ENDPOINTS, QUESTIONS, STREAMS, WHOLE
from dashboard.app import create_app
from dashboard.i18n import catalogue
from dashboard.people import LOCAL, People, PersonalResults
from geodata.access_settings import AccessSettings
from geodata.database import Database
from geodata.workspace import Workspace
from layers.wording import LANGS

if TYPE_CHECKING:
    from pathlib import Path

    import dash
    from flask.testing import FlaskClient

    from layers.wording import Lang


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shown_world.make(tmp_path_factory.mktemp("access") / "world").path


@pytest.fixture(scope="module")
def app(world: Path) -> dash.Dash:
    return create_app(world)


@pytest.fixture
def client(app: dash.Dash) -> FlaskClient:
    return app.server.test_client()


@pytest.fixture(scope="module")
def small_server(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Return a server whose one change is classified, and whose other address nobody has thought of."""
    folder = tmp_path_factory.mktemp("small") / "world"
    Workspace.create(folder)
    (folder / "display.toml").write_text('address = "https://maps.example/atlas/"')
    server = Flask("small", static_folder=None)
    people = People(PersonalResults(folder), AccessSettings(), Database(folder))
    people.is_starting = False
    guard(server, people)

    @server.route("/change", methods=["POST", "PUT", "PATCH", "DELETE"], endpoint="share.embed")
    def change() -> str:
        return f"{current().name} {request.get_json(silent=True)}"

    @server.get("/me", endpoint="access.me")
    def me() -> dict[str, Any]:
        return {"token": people.token()}

    @server.get("/forgotten")
    def forgotten() -> str:
        raise AssertionError("nobody may come here")

    return server


def test_every_address_is_classified(app: dash.Dash) -> None:
    there = {rule.endpoint for rule in app.server.url_map.iter_rules()}

    assert there == set(ENDPOINTS), "say in dashboard/access_table.py who may ask for it"
    assert set(QUESTIONS | STREAMS | WHOLE) <= there


def test_what_only_asks_is_never_a_change(app: dash.Dash) -> None:
    """An address that changes something takes no GET, which a foreign page could make a browser send."""
    for rule in app.server.url_map.iter_rules():
        methods = set(rule.methods or ())
        assert not (methods - ASKING and "GET" in methods), rule.endpoint


@pytest.mark.parametrize("lang", LANGS)
def test_every_change_that_is_noted_has_words(app: dash.Dash, lang: Lang) -> None:
    """What the administrator's page changes is noted by what it is, not by the address."""
    changing = {
        rule.endpoint
        for rule in app.server.url_map.iter_rules()
        if set(rule.methods or ()) - ASKING and ENDPOINTS[rule.endpoint] != "public"
    }
    told = {each for each in changing - QUESTIONS if not each.startswith("office.")}

    assert told >= {"data.undo", "ledger.change"}
    assert {f"record.what.{each}" for each in told} <= set(catalogue(lang))


def test_an_address_nobody_thought_of_is_refused(small_server: Flask) -> None:
    answer = small_server.test_client().get("/forgotten")

    assert (answer.status_code, answer.get_json()["error"]) == (403, "unclassified")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_our_page_changes(small_server: Flask, method: str) -> None:
    client = small_server.test_client()
    headers = {**OURS, TOKEN_HEADER: client.get("/me").get_json()["token"]}

    assert client.open("/change", method=method, json={"a": 1}, headers=headers).text == "local {'a': 1}"
    there = {**headers, "Origin": "https://maps.example"}  # the address of display.toml
    assert client.open("/change", method=method, json={}, headers=there).status_code == 200
    assert client.open("/change", method=method, headers=headers).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"Origin": None}, "origin"),
        ({"Origin": "null"}, "origin"),
        ({"Origin": "https://evil.example"}, "origin"),
        ({"Origin": "http://localhost.evil.example"}, "origin"),
        ({"Origin": "http://localhost:81"}, "origin"),
        ({"Sec-Fetch-Site": "cross-site"}, "origin"),
        ({"Sec-Fetch-Site": "same-site"}, "origin"),
        ({TOKEN_HEADER: None}, "token"),
        ({TOKEN_HEADER: ""}, "token"),
        ({TOKEN_HEADER: "é"}, "token"),
        ({"Content-Type": "text/plain"}, "type"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, "type"),
        ({"Content-Type": "multipart/form-data"}, "type"),
    ],
)
def test_no_other_page_changes(
    small_server: Flask, method: str, changed: dict[str, str | None], error: str
) -> None:
    client = small_server.test_client()
    token = client.get("/me").get_json()["token"]
    headers = {**OURS, TOKEN_HEADER: token, "Content-Type": "application/json", **changed}

    answer = client.open(
        "/change", method=method, data="{}", headers={k: v for k, v in headers.items() if v is not None}
    )

    assert answer.get_json()["error"] == error


def test_a_token_with_one_letter_changed_is_none(small_server: Flask) -> None:
    client = small_server.test_client()
    token = client.get("/me").get_json()["token"]

    for at in range(len(token)):
        other = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        assert client.post("/change", json={}, headers={**OURS, TOKEN_HEADER: other}).status_code == 403


@pytest.mark.parametrize("host", ["localhost", "localhost:8050", "127.0.0.1", "127.1.2.3:9", "[::1]:8050"])
def test_this_machine_needs_no_login(client: FlaskClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "[::2]", "a b"],
)
def test_a_name_that_was_turned_to_this_machine_is_refused(client: FlaskClient, host: str) -> None:
    """A page of another site may give its own name this machine's address (DNS rebinding)."""
    for address in ("/", "/access/me", "/layers.en.json", "/assets/ask.js"):
        answer = client.get(address, headers={"Host": host})
        assert answer.status_code in (400, 403)
        assert "token" not in answer.text


@pytest.mark.parametrize(
    "come",
    [
        {"environ_base": {"REMOTE_ADDR": "10.0.0.7"}},
        {"headers": {"X-Forwarded-For": "10.0.0.7"}},
        {"headers": {"Forwarded": "for=10.0.0.7"}},
        {"headers": {"X-Real-IP": "127.0.0.1"}},
    ],
)
def test_who_comes_from_elsewhere_needs_an_account(client: FlaskClient, come: dict[str, Any]) -> None:
    answer = client.get("/", **come)

    assert answer.status_code == 403
    assert "bordergap account" in answer.get_json()["message"]


def test_dash_asks_for_pages_from_our_pages_alone(client: FlaskClient) -> None:
    headers = {"Origin": "https://evil.example"}

    assert client.post("/_dash-update-component", json={}, headers=headers).status_code == 403
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert client.post("/_dash-update-component", json={}, headers=headers).status_code == 403


def test_who_one_is_is_told_to_our_page(client: FlaskClient) -> None:
    answer = client.get("/access/me")

    assert answer.get_json()["person"] == {
        "id": "local",
        "name": "local",
        "role": "administer",
        "password": False,
    }
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.post("/share/embed", json={}, headers=with_token(client)).status_code == 400  # let in


def test_rights_are_of_a_role_and_of_pairings() -> None:
    editor = Person("1", "an editor", "edit", sees=frozenset({"A--B", "A--C"}), holds=frozenset({"A--B"}))

    assert LOCAL.may("administer", "A--B")
    assert [editor.may(action) for action in ("see", "edit", "administer")] == [True, True, False]  # type: ignore[arg-type]
    assert [editor.may("edit", key) for key in ("A--B", "A--C", "B--C")] == [True, False, False]
    assert [editor.may("see", key) for key in ("A--B", "A--C", "B--C")] == [True, True, False]


def test_rights_are_asked_for_inside_a_request(app: dash.Dash) -> None:
    with app.server.test_request_context("/", environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        app.server.preprocess_request()
        assert requires("edit", "A--B") is LOCAL
