"""The administrator's page: accounts, links given out, and the record, as its addresses answer."""

from __future__ import annotations

import csv
import io
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import argon2
import pytest
import shown_world
from asking import with_token

from dashboard.app import create_app
from dashboard.commands.account import _way
from dashboard.embed import new_embed
from dashboard.i18n import Text
from dashboard.office import TERMINAL, rights
from dashboard.office_routes import _about, _account
from dashboard.results import ResultsCache
from geodata import passwords
from geodata.account import LONGEST_NAME, ONCE_S, Account
from geodata.accounts import Accounts
from geodata.database import Database
from geodata.logins import LONGEST_ABOUT

if TYPE_CHECKING:
    import flask
    from flask.testing import FlaskClient

PASSWORD = "three words and more"  # noqa: S105  # of a test


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash as weakly as can be."""
    monkeypatch.setattr(passwords, "HASHER", argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    passwords._nobodys.cache_clear()  # noqa: SLF001


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shown_world.make(tmp_path_factory.mktemp("office") / "world").path


@pytest.fixture
def world(tmp_path: Path, drawn: Path) -> Path:
    made = Path(shutil.copytree(drawn, tmp_path / "world"))
    Accounts(Database(made)).add("lin", "administrator", password=PASSWORD)
    return made


@pytest.fixture
def server(world: Path) -> flask.Flask:
    return create_app(world).server


@pytest.fixture
def client(server: flask.Flask) -> FlaskClient:
    return entered(server, "lin", PASSWORD)


def entered(server: flask.Flask, name: str, password: str, **more: str) -> FlaskClient:
    client = server.test_client()
    answer = client.post(
        "/login", json={"name": name, "password": password, **more}, headers=with_token(client)
    )
    assert answer.status_code == 200, answer.text
    return client


def send(client: FlaskClient, method: str, path: str, json: Any = None) -> Any:
    return client.open(f"/office/{path}", method=method, json=json, headers=with_token(client))


def accounts_of(client: FlaskClient) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in client.get("/office/accounts?lang=en").get_json()["accounts"]}


def new(client: FlaskClient, name: str, role: str = "editor", **more: Any) -> tuple[str, str]:
    """Add an account; return its id and the password for its first login."""
    told = send(client, "POST", "accounts", {"name": name, "role": role, **more})
    assert told.status_code == 200, told.text
    return told.get_json()["account"]["id"], told.get_json()["password"]


def test_a_password_for_once_opens_the_way_to_ones_own_and_nothing_else(
    server: flask.Flask, client: FlaskClient
) -> None:
    _, once = new(client, "wang", regions=["A"], sees="own")
    assert accounts_of(client)["wang"]["way"] == "once"

    guest = server.test_client()
    asked = {"name": "wang", "password": once}
    first = guest.post("/login", json=asked, headers=with_token(guest))
    assert (first.status_code, first.get_json()["error"]) == (403, "fresh")
    assert guest.get("/ledger/entries").status_code == 401
    for weak in (once, "short", "my name is wang"):
        told = guest.post("/login", json={**asked, "new": weak}, headers=with_token(guest))
        assert (told.status_code, told.get_json()["error"]) == (400, "weak")
    own = entered(server, "wang", once, new="words of my own")

    assert own.get("/access/me").get_json()["person"]["role"] == "edit"
    again = guest.post("/login", json=asked, headers=with_token(guest))
    assert again.status_code == 401
    assert accounts_of(client)["wang"] | {"id": ""} == {
        "id": "",
        "name": "wang",
        "role": "editor",
        "regions": ["A"],
        "sees": "own",
        "way": "password",
        "closed": None,
        "own": False,
    }


def test_a_password_for_once_ends_after_a_week(
    client: FlaskClient, world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, once = new(client, "wang")
    accounts = Accounts(Database(world))
    assert accounts.checked("wang", once)

    later = time.time() + ONCE_S + 1
    monkeypatch.setattr("time.time", lambda: later)
    assert accounts.checked("wang", once) is None
    account = accounts.named("wang")
    assert (_account(account, "")["way"], _way(account)) == ("ended", "nothing: password for once has ended")


@pytest.mark.parametrize("way", ["/login", "/access/password"])
def test_a_reset_that_comes_while_another_password_is_chosen_stands(
    server: flask.Flask, client: FlaskClient, world: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    _, once = new(client, "wang")
    guest, accounts, hashed = server.test_client(), Accounts(Database(world)), passwords.hashed
    asked = {"name": "wang", "password": once, "new": "words of my own"}
    if way == "/access/password":
        guest = entered(server, "wang", once, new="words of my own")
        asked = {"old": "words of my own", "new": "other words of mine"}

    def late(password: str) -> str:
        monkeypatch.setattr(passwords, "hashed", hashed)
        accounts.set_password("wang", "words of the office", once=True)
        return hashed(password)

    monkeypatch.setattr(passwords, "hashed", late)

    assert guest.post(way, json=asked, headers=with_token(guest)).status_code in (401, 403)

    assert accounts.checked("wang", asked["new"]) is None
    account = accounts.checked("wang", "words of the office")
    assert account is not None
    assert account.once
    assert guest.get("/ledger/entries").status_code == 401


def test_who_is_closed_is_out_at_once_and_comes_back_as_before(
    server: flask.Flask, client: FlaskClient
) -> None:
    id_, once = new(client, "wang")
    own = entered(server, "wang", once, new="words of my own")
    assert own.get("/ledger/entries").status_code == 200

    assert send(client, "PATCH", f"accounts/{id_}", {"closed": True}).status_code == 200
    assert own.get("/ledger/entries").status_code == 401
    guest = server.test_client()
    told = guest.post(
        "/login", json={"name": "wang", "password": "words of my own"}, headers=with_token(guest)
    )
    assert told.status_code == 401
    assert send(client, "PATCH", f"accounts/{id_}", {"closed": False}).status_code == 200
    entered(server, "wang", "words of my own")


def test_a_reset_ends_the_old_password_and_all_logins(server: flask.Flask, client: FlaskClient) -> None:
    id_, once = new(client, "wang")
    own = entered(server, "wang", once, new="words of my own")

    reset = send(client, "POST", f"accounts/{id_}/password").get_json()["password"]

    assert own.get("/ledger/entries").status_code == 401
    again = entered(server, "wang", reset, new="other words of mine")
    assert again.get("/ledger/entries").status_code == 200
    assert send(client, "POST", f"accounts/{id_}/logout").get_json() == {"ended": 1}
    assert again.get("/ledger/entries").status_code == 401


def test_nobody_takes_the_administration_from_everybody(server: flask.Flask, client: FlaskClient) -> None:
    own = accounts_of(client)["lin"]["id"]
    for asked in ({"closed": True}, {"role": "viewer"}):
        told = send(client, "PATCH", f"accounts/{own}", asked)
        assert (told.status_code, told.get_json()["error"]) == (400, "own")
    assert send(client, "POST", f"accounts/{own}/password").status_code == 400
    id_, once = new(client, "wang", "administrator")
    other = entered(server, "wang", once, new="words of my own")

    assert send(other, "PATCH", f"accounts/{own}", {"closed": True}).status_code == 200
    assert send(client, "PATCH", f"accounts/{id_}", {"closed": True}).status_code == 401  # he is out already
    with pytest.raises(Exception, match="last administrator"):
        Accounts(Database(server.extensions["bordergap-people"].accounts._database.root)).close("wang")  # noqa: SLF001


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"name": "LIN", "role": "viewer"}, "taken"),
        ({"name": "<b>", "role": "viewer"}, "name"),
        *(({"name": name, "role": "viewer"}, "name") for name in ("", " ", "-", "_.-")),
        ({"name": "wang", "role": "viewer", "regions": ["nowhere"]}, "region"),
        ({"name": "wang", "role": "administrator", "regions": ["A"]}, "everywhere"),
        ({"name": "wang", "role": "king"}, "request"),
        ({"name": "wang", "role": "viewer", "regions": "A"}, "request"),
        ({"name": "wang"}, "request"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_made(
    client: FlaskClient, asked: dict[str, Any], error: str
) -> None:
    told = send(client, "POST", "accounts", asked)

    assert (told.status_code, told.get_json()["error"]) == (400, error)
    assert list(accounts_of(client)) == ["lin"]


@pytest.mark.parametrize(
    "asked",
    [
        {"role": "editor"},
        {"role": "editor", "regions": ["A"]},
        {"role": "editor", "sees": "own"},
        {"role": "editor", "regions": None, "sees": "own"},
        {"regions": ["A"], "sees": "own"},
        {"closed": "true"},
        {"closed": 1},
        {"closed": None},
        {},
    ],
)
def test_a_change_that_is_not_told_whole_changes_nothing(client: FlaskClient, asked: dict[str, Any]) -> None:
    id_, _ = new(client, "wang", regions=["A"], sees="own")
    send(client, "PATCH", f"accounts/{id_}", {"closed": True})
    before = accounts_of(client)

    told = send(client, "PATCH", f"accounts/{id_}", asked)

    assert (told.status_code, told.get_json()["error"]) == (400, "request")
    assert accounts_of(client) == before


def test_links_are_listed_without_their_tokens_and_taken_back(world: Path, client: FlaskClient) -> None:
    link, token = new_embed(ResultsCache(world).current(), shown_world.PAIRING, lang="en", lasts_s=86_400)
    address = f"/embed/{shown_world.PAIRING}?token={token}"
    assert client.get(address).status_code == 200

    told = client.get("/office/links?lang=en")
    assert [each["id"] for each in told.get_json()["links"]] == [link.id]
    assert token not in told.text
    assert send(client, "DELETE", f"links/{link.id}").status_code == 200

    assert client.get(address).status_code == 403
    assert client.get("/office/links").get_json()["links"] == []
    assert send(client, "DELETE", f"links/{link.id}").status_code == 404


def test_the_record_is_read_by_who_and_what_and_taken_away(client: FlaskClient) -> None:
    new(client, "wang", regions=["A"], sees="own")
    people = client.application.extensions["bordergap-people"]
    people.audit.note("=1+1", "login", "=cmd()", "203.0.113.77")

    told = client.get("/office/record?lang=zh").get_json()
    assert [(row["who"], row["what"]) for row in told["rows"]] == [
        ("=1+1", "login"),
        ("lin", "account.add"),
        ("lin", "login"),
    ]
    assert told["rows"][1]["about"] == "wang · 编辑者 · A · 看不到其他结对"
    assert (told["who"], told["what"]) == (["=1+1", "lin"], ["account.add", "login"])
    of_lin = client.get("/office/record?who=lin&what=login").get_json()["rows"]
    assert len(of_lin) == 1
    older = client.get(f"/office/record?before={of_lin[0]['number'] + 1}").get_json()["rows"]
    assert [row["number"] for row in older] == [of_lin[0]["number"]]
    file = client.get("/office/record.csv?lang=en&who=%3D1%2B1")
    head, row = csv.reader(io.StringIO(file.data.decode("utf-8-sig")))
    assert head == ["Time", "Who", "What", "About", "Network"]
    assert row[1:] == ["'=1+1", "Logged in", "'=cmd()", "203.0.113.0/24"]
    people.audit.note(TERMINAL, "data.undo", "")
    file = client.get("/office/record.csv?lang=zh&what=data.undo")
    assert next(csv.DictReader(io.StringIO(file.data.decode("utf-8-sig"))))["谁"] == "（终端）"
    assert PASSWORD not in client.get("/office/record.csv").text


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("wang editor, sees nothing else, A, B", "wang · Editor · A, B · sees nothing else"),
        ("wang editor, A, B, sees nothing else", "wang · Editor · A, B · sees nothing else"),
        ("li si viewer, everywhere", "li si · Viewer · Everywhere"),
        ("wang editor, A, B and 1,200 more", "wang · Editor · A, B and 1,200 more"),
        ("wang", "wang"),
    ],
)
def test_rights_in_the_record_are_said_in_the_reader_s_words(kept: str, said: str) -> None:
    assert _about({"what": "account.set", "about": kept}, Text("en")) == said


def test_however_many_regions_the_record_keeps_what_else_is_seen() -> None:
    regions = tuple(f"{500_000 + number}--{500_001 + number}" for number in range(500))
    account = Account("", "w" * LONGEST_NAME, "administrator", regions, "own")

    kept = f"{account.name} {rights(account)}"

    assert len(kept) <= LONGEST_ABOUT
    said = _about({"what": "account.add", "about": kept}, Text("zh"))
    assert "500000--500001, 500001--500002" in said
    assert said.endswith("等另外 479 处 · 看不到其他结对")


def test_the_first_account_is_made_at_the_terminal(drawn: Path) -> None:
    client = create_app(drawn).server.test_client()

    told = send(client, "POST", "accounts", {"name": "lin", "role": "administrator"})

    assert (told.status_code, told.get_json()["error"]) == (409, "first")
