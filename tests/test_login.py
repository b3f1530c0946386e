"""The way in and out, as a browser goes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import argon2
import pytest
import shown_world
from asking import OURS, with_token

from dashboard.app import create_app
from geodata import passwords
from geodata.accounts import Accounts
from geodata.database import Database
from geodata.logins import LIMITS

if TYPE_CHECKING:
    import flask
    from flask.testing import FlaskClient

PASSWORD = "three words and more"  # noqa: S105  # of a test


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> flask.Flask:
    world = shown_world.make(tmp_path_factory.mktemp("login") / "world").path
    with pytest.MonkeyPatch.context() as patch:
        weak = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "HASHER", weak)
        accounts = Accounts(Database(world))
        accounts.add("lin", "administrator", password=PASSWORD)
        accounts.add("wang", "viewer", password=PASSWORD)
    return create_app(world).server


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare as weakly as can be."""
    monkeypatch.setattr(passwords, "HASHER", argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    passwords._nobodys.cache_clear()  # noqa: SLF001


@pytest.fixture
def client(server: flask.Flask) -> FlaskClient:
    return server.test_client()


def enter(client: FlaskClient, name: str = "lin", password: str = PASSWORD, **more: Any) -> Any:
    headers = more.pop("headers", None) or with_token(client)
    return client.post("/login", json={"name": name, "password": password, **more}, headers=headers)


def test_a_stranger_is_shown_the_way_in_and_comes_back(client: FlaskClient) -> None:
    asked = client.get("/pairing?id=A--B&lang=zh")
    assert asked.location == "/login?next=/pairing%3Fid%3DA--B%26lang%3Dzh"

    page = client.get(asked.location, headers={"Accept-Language": "zh-CN"}).text
    assert 'data-next="/pairing?id=A--B&amp;lang=zh"' in page
    assert "<script>" not in page
    answer = enter(client, next="/pairing?id=A--B&lang=zh")

    assert answer.get_json() == {"next": "/pairing?id=A--B&lang=zh"}
    assert client.get("/pairing?id=A--B&lang=zh").status_code == 200
    assert client.get("/access/me").get_json()["person"]["name"] == "lin"


def test_the_cookie_is_kept_from_scripts_and_other_sites(client: FlaskClient) -> None:
    (plain,) = enter(client).headers.getlist("Set-Cookie")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(plain.split("; "))
    assert "Secure" not in plain

    base = "https://localhost"
    token = client.get("/access/me", base_url=base).get_json()["token"]
    headers = {**OURS, "Origin": base, "X-Bordergap-Token": token}
    sent = client.post("/login", json={"name": "lin", "password": PASSWORD}, headers=headers, base_url=base)
    (safe,) = sent.headers.getlist("Set-Cookie")
    assert safe.startswith("__Host-bordergap-")
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Secure"} <= set(safe.split("; "))


@pytest.mark.parametrize(
    "next_",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/x\r\nSet-Cookie: a=b",
        "http:evil.example",
        "///evil.example",
        "",
        None,
        ["/"],
        "/login?next=/login",
        "http://[",
    ],
)
def test_no_link_leads_from_the_login_elsewhere(client: FlaskClient, next_: Any) -> None:
    assert enter(client, next=next_).get_json() == {"next": "/"}
    if isinstance(next_, str):
        page = client.get("/login", query_string={"next": next_})
        assert 'data-next="/"' in page.text


def test_a_wrong_name_and_a_wrong_password_are_told_alike(client: FlaskClient) -> None:
    wrong = [enter(client, "lin", "x" * 20), enter(client, "nobody", PASSWORD)]

    assert [answer.status_code for answer in wrong] == [401, 401]
    assert wrong[0].get_json() == wrong[1].get_json()
    assert not any("Set-Cookie" in answer.headers for answer in wrong)


def test_guessing_ends(server: flask.Flask) -> None:
    client = server.test_client()
    come = {"REMOTE_ADDR": "203.0.113.9"}
    headers = with_token(client)

    def guess(password: str) -> int:
        asked = {"name": "wang", "password": password}
        return client.post("/login", json=asked, headers=headers, environ_base=come).status_code

    assert [guess(f"guess number {k}") for k in range(LIMITS["both"] + 1)] == [401] * LIMITS["both"] + [429]
    assert guess(PASSWORD) == 429  # even the right one
    assert enter(client, "wang").status_code == 200  # elsewhere


def test_a_login_cannot_be_given_to_a_browser_beforehand(client: FlaskClient, server: flask.Flask) -> None:
    """Session fixation: what was there before the login opens nothing after it."""
    before = enter(client, "wang").headers["Set-Cookie"].split(";")[0].split("=")[1]
    name = client._cookies.popitem()[1].key if hasattr(client, "_cookies") else ""  # noqa: SLF001
    client.set_cookie(name, before)
    after = enter(client).headers["Set-Cookie"].split(";")[0].split("=")[1]

    assert before != after
    other = server.test_client()
    other.set_cookie(name, before)
    assert other.get("/layers.en.json").status_code == 401


def test_who_leaves_is_out(client: FlaskClient, server: flask.Flask) -> None:
    secret = enter(client).headers["Set-Cookie"].split(";")[0].split("=")
    answer = client.post("/logout", headers=with_token(client))

    assert answer.get_json()["next"] == "/login"
    assert client.get("/").status_code == 302
    again = server.test_client()
    again.set_cookie(*secret)
    assert again.get("/").status_code == 302


def test_one_changes_one_s_own_password(client: FlaskClient, server: flask.Flask) -> None:
    enter(client, "wang")
    elsewhere = server.test_client()
    enter(elsewhere, "wang")

    def change(old: str, new: str) -> Any:
        asked = {"old": old, "new": new}
        return client.post("/access/password", json=asked, headers=with_token(client))

    assert change("wrong", "other words and more").get_json()["error"] == "old"
    assert change(PASSWORD, "short").get_json()["error"] == "weak"
    assert change(PASSWORD, "other words and more").status_code == 200
    assert client.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    assert change("other words and more", PASSWORD).status_code == 200


def test_what_was_done_is_noted_without_passwords(server: flask.Flask, client: FlaskClient) -> None:
    enter(client, "lin")
    enter(client, "lin", "a secret that is wrong", headers=with_token(client))
    asked = {"pairing": "A--B", "seconds": 86_400, "lang": "en"}
    assert client.post("/share/embed", json=asked, headers=with_token(client)).status_code == 200

    entries = server.extensions["bordergap-people"].audit.entries(3)

    assert [(entry["who"], entry["what"]) for entry in entries] == [
        ("lin", "share.embed"),
        ("", "login.wrong"),
        ("lin", "login"),
    ]
    assert {entry["address"] for entry in entries} == {"127.0.0.0/24"}
    assert "secret" not in str(entries)


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example"])
def test_only_the_server_s_own_names_are_answered(client: FlaskClient, host: str) -> None:
    assert client.get("/login", headers={"Host": host}).status_code == 403
    assert client.get("/login", headers={"Host": "192.0.2.7:8050"}).status_code == 200
