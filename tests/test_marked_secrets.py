"""Secrets with marks of their own stand where they were given out, and nowhere else."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import argon2
import shown_world
from asking import with_token

from dashboard.app import create_app
from dashboard.watching import REQUESTS, log_to
from geodata import passwords
from geodata.accounts import Accounts
from geodata.database import Database

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PASSWORD, WRONG, OWN = "marked password one", "marked password two", "marked password three"  # of a test


def test_secrets_stand_nowhere_but_where_they_are_given_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(passwords, "HASHER", argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    caplog.set_level(logging.DEBUG)
    world = shown_world.make(tmp_path / "world").path
    Accounts(Database(world)).add("lin", "administrator", password=PASSWORD)
    log = tmp_path / "requests.log"
    monkeypatch.setattr(REQUESTS, "handlers", [])
    monkeypatch.setattr(REQUESTS, "propagate", True)
    log_to(str(log))
    server = create_app(world).server
    client = server.test_client()
    said: list[str] = []

    def ask(method: str, path: str, json: object = None) -> tuple[dict[str, str], str]:
        """Ask, keep what is said, and return it."""
        headers = with_token(client) if method != "GET" else {}
        with client.open(path, method=method, json=json, headers=headers) as answer:
            told = f"{answer.headers}\n{answer.get_data().decode(errors='replace')}"
            return dict(answer.headers), told

    _, wrong = ask("POST", "/login", {"name": "lin", "password": WRONG})
    headers, entered = ask("POST", "/login", {"name": "lin", "password": PASSWORD})
    session = headers["Set-Cookie"].split(";")[0].partition("=")[2]
    _, added = ask("POST", "/office/accounts", {"name": "wang", "role": "viewer"})
    once = added.split('"password":"')[1].split('"')[0]
    _, shared = ask("POST", "/share/embed", {"pairing": shown_world.PAIRING, "seconds": 86_400, "lang": "en"})
    token = shared.split("token=")[1].split('"')[0].split("\\")[0]
    ask("POST", "/access/password", {"old": PASSWORD, "new": OWN})
    said += [wrong, entered.replace(session, "")]
    embed = f"/embed/{shown_world.PAIRING}?token={token}"
    for path in (
        embed,
        f"{embed}x",
        "/",
        "/office/accounts",
        "/office/links",
        "/office/record",
        "/office/record.csv",
        "/access/me",
        "/metrics",
        "/healthz",
        f"/nowhere?token={token}",
        f"/report/{shown_world.PAIRING}.html",
        "/atlas.html",
    ):
        _, told = ask("GET", path)
        said.append(told if not path.startswith("/embed") else told.replace(token, ""))
    logging.getLogger("bordergap").debug("%r", server.extensions)
    said += [caplog.text, log.read_text(encoding="utf-8"), repr(Accounts(Database(world)).all())]
    (handler,) = REQUESTS.handlers
    handler.close()
    kept = {file: file.read_bytes() for file in world.rglob("*") if file.is_file()}

    secrets = {
        "password": PASSWORD,
        "wrong": WRONG,
        "own": OWN,
        "session": session,
        "once": once,
        "token": token,
    }
    assert all(len(secret) > 10 for secret in secrets.values())
    found = {
        name: place for name, secret in secrets.items() for place, text in enumerate(said) if secret in text
    }
    assert found == {}
    assert [
        (name, str(file))
        for name, secret in secrets.items()
        for file, content in kept.items()
        if secret.encode() in content
    ] == []
    assert "lin" in "".join(said)  # what is looked through is not empty
