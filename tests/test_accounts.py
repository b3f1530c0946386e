"""Accounts, logins, attempts and the record of who did what, in both databases."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import argon2
import pytest
import shown_world
from click.testing import CliRunner

from dashboard.cli import main
from dashboard.people import pairings_of
from geodata import logins, passwords
from geodata.accounts import Accounts
from geodata.database import Database
from geodata.errors import UsageError
from geodata.logins import LIMITS, Attempts, Audit, Sessions, shortened
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PASSWORD = "three words and more"  # noqa: S105  # of a test


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Give an empty database of either kind."""
    address = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    workspace = Workspace.create(tmp_path / "atlas")
    made = Database(workspace.path, address)
    yield made
    made.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash as weakly as can be: what is tried here is not how long it takes."""
    monkeypatch.setattr(passwords, "HASHER", argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    passwords._nobodys.cache_clear()  # noqa: SLF001


@pytest.mark.usefixtures("quick")
def test_who_knows_name_and_password_comes_in(database: Database) -> None:
    accounts = Accounts(database)
    assert not accounts.any()

    made = accounts.add("Lin Mei", "editor", password=PASSWORD, regions=["09"], sees="own")

    assert accounts.checked("lin mei", PASSWORD) == made
    assert (made.role, made.regions, made.sees) == ("editor", ("09",), "own")
    for name, password in (("lin mei", PASSWORD + "x"), ("lin", PASSWORD), ("", ""), ("lin mei", "")):
        assert accounts.checked(name, password) is None
    with pytest.raises(UsageError, match="already"):
        accounts.add("LIN MEI", "viewer", password=None)


@pytest.mark.usefixtures("quick")
def test_a_password_is_kept_as_a_hash_of_today(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = Accounts(database)
    accounts.add("lin", "editor", password=PASSWORD)
    stronger = argon2.PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "HASHER", stronger)

    assert accounts.checked("lin", PASSWORD)

    with database.reading() as connection:
        (kept,) = connection.exec_driver_sql("SELECT password FROM accounts").one()
    assert kept.startswith("$argon2id$")
    assert not stronger.check_needs_rehash(kept)
    assert PASSWORD not in kept


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaaaaaa", "lin is my name", "x" * 300])
def test_a_password_that_is_easy_to_guess_is_refused(tmp_path: Path, password: str) -> None:
    accounts = Accounts(Database(Workspace.create(tmp_path / "atlas").path))

    with pytest.raises(UsageError, match="password"):
        accounts.add("lin", "editor", password=password)
    assert not accounts.any()


def test_accounts_of_old_that_are_called_a_sign_are_given_passwords() -> None:
    passwords.require_good(passwords.for_once("-"), "-")


def test_passwords_are_hashed_by_a_current_standard() -> None:
    """RFC 9106 asks for Argon2id with 64 MiB and three passes where memory is scarce."""
    kept = passwords.hashed(PASSWORD)

    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.is_right(kept, PASSWORD)
    assert not passwords.is_right(None, "no account has this one")


def test_somebody_is_left_to_let_others_in(database: Database) -> None:
    accounts = Accounts(database)
    accounts.add("lin", "administrator", password=None)
    accounts.add("wang", "viewer", password=None)

    for change in (lambda: accounts.remove("lin"), lambda: accounts.change("lin", role="viewer")):
        with pytest.raises(UsageError, match="last administrator"):
            change()
    accounts.change("wang", role="administrator")
    accounts.remove("lin")
    accounts.remove("wang")
    assert accounts.all() == []


@pytest.mark.usefixtures("quick")
def test_a_login_ends_with_password_and_account(database: Database) -> None:
    accounts, sessions = Accounts(database), Sessions(database, idle_s=3600, longest_s=7200)
    account = accounts.add("lin", "editor", password=PASSWORD)
    first, second = sessions.begin(account), sessions.begin(account)
    known = sessions.of(second)
    assert known is not None

    accounts.set_password("lin", PASSWORD + "!", keep=known.digest)
    assert sessions.of(first) is None
    assert sessions.of(second) == known
    with database.reading() as connection:  # what is kept opens nothing
        (digest,) = connection.exec_driver_sql("SELECT digest FROM sessions").one()
    assert sessions.of(digest) is None
    assert sessions.end_of(account) == 1
    third = sessions.begin(account)
    accounts.remove("lin")
    assert sessions.of(third) is None


@pytest.mark.parametrize("passed", [60, 3599, 3600, 7200])
def test_a_clock_set_back_or_on_ends_logins_and_makes_none_longer(
    database: Database, monkeypatch: pytest.MonkeyPatch, passed: int
) -> None:
    now = 2_000_000_000
    monkeypatch.setattr("time.time", lambda: now)
    sessions = Sessions(database, idle_s=3600, longest_s=7200)
    secret = sessions.begin(Accounts(database).add("lin", "editor", password=None))

    monkeypatch.setattr("time.time", lambda: now + passed)
    assert (sessions.of(secret) is not None) == (passed < 3600)
    monkeypatch.setattr("time.time", lambda: now - passed)
    assert (sessions.of(secret) is not None) == (passed <= 60)


def test_attempts_are_counted_for_all_processes(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 2_000_000_000
    monkeypatch.setattr("time.time", lambda: now)
    one, other = Attempts(database), Attempts(Database(database.root, database._address))  # noqa: SLF001

    tries = [(one, other)[k % 2].begin("lin", "10.0.0.1") for k in range(LIMITS["both"] + 2)]
    assert tries == [True] * LIMITS["both"] + [False] * 2
    assert not other.begin("LIN ", "10.0.0.1")  # another way to write it
    assert other.begin("lin", "10.0.0.2")  # who sits elsewhere is not locked out by it
    assert other.begin("wang", "10.0.0.1")

    names = [one.begin(f"name {k}", "10.0.0.1") for k in range(LIMITS["address"])]
    assert not names[-1]  # guessing at many names ends, too
    monkeypatch.setattr("time.time", lambda: now + logins.WINDOW_S)
    assert one.begin("lin", "10.0.0.1")
    other._database.close()  # noqa: SLF001


def test_who_gets_in_is_no_longer_counted(database: Database) -> None:
    attempts = Attempts(database)

    for _ in range(3 * LIMITS["address"]):
        assert attempts.begin("lin", "10.0.0.1")
        attempts.succeeded("lin", "10.0.0.1")


def test_the_record_is_kept_for_its_time_with_shortened_addresses(database: Database) -> None:
    Audit(database, days=10).note("lin", "login", "", "203.0.113.77")
    assert [(entry["who"], entry["address"]) for entry in Audit(database, days=10).entries()] == [
        ("lin", "203.0.113.0/24")
    ]

    Audit(database, days=-1).note("wang", "login")
    assert [entry["who"] for entry in Audit(database, days=10).entries()] == ["wang"]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),
        ("no address", ""),
    ],
)
def test_addresses_are_shortened(address: str, network: str) -> None:
    assert shortened(address) == network


def test_a_region_is_all_pairings_a_district_takes_part_in() -> None:
    members = {
        "A--B": [["A"], ["B"]],
        "A--C": [["A"], ["C"]],
        "ring": [["B", "C"], ["D"]],
        "D--E": [["D"], ["E"]],
    }

    assert pairings_of(["C"], members) == {"A--C", "ring"}
    assert pairings_of(["D--E", "A"], members) == {"A--B", "A--C", "D--E"}
    assert pairings_of(["none"], members) == frozenset()


@pytest.mark.usefixtures("quick")
def test_the_command(tmp_path: Path) -> None:
    world = shown_world.make(tmp_path / "world").path

    def run(*asked: str, typed: str = "") -> str:
        result = CliRunner().invoke(main, ["account", str(world), *asked], input=typed)
        assert result.exit_code == (2 if typed == "refused" else 0), result.output
        return result.output

    assert "without a login" in run("list")
    assert "first account" in run("add", "wang", "--role", "viewer", typed="refused")
    run("add", "lin", typed=PASSWORD + "\n")
    assert "no district" in run("add", "wang", "--role", "editor", "--region", "Z", typed="refused")
    assert "everywhere" in run("add", "wang", "--role", "administrator", "--region", "A", typed="refused")
    run("add", "wang", "--role", "editor", "--region", "A", "--region", "B--C", typed=PASSWORD + "\n")
    listed = json.loads(run("list", "--json"))
    assert [(row["name"], row["role"], row["regions"], row["sees"]) for row in listed] == [
        ("lin", "administrator", None, "all"),
        ("wang", "editor", ["A", "B--C"], "own"),
    ]
    run("set", "wang", "--role", "viewer", "--sees", "all")
    run("set", "wang", "--everywhere")
    run("password", "wang", typed="other words and more\n")
    assert "12 to" in run("password", "wang", typed="refused")
    assert Accounts(Database(world)).checked("wang", "other words and more")
    run("logout", "wang")
    assert "last administrator" in run("remove", "lin", typed="refused")
    run("remove", "wang")
    assert "no account" in run("remove", "wang", typed="refused")
    told = run("audit")
    assert [word in told for word in ("account.add", "account.password", "account.remove")] == [True] * 3
    assert PASSWORD not in told
