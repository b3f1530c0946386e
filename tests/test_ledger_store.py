"""What the ledger's databases bear: kills, crowds, full disks, damage, old files, clocks set back."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import sys
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from test_ledger import gaps

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))
from ledger_kills import POINTS, kill

from geodata import database as database_module
from geodata import records
from geodata.database import FILE, REVISION, Database
from geodata.database_copy import backup, restore
from geodata.database_errors import DatabaseError, masked
from geodata.ledger import Ledger
from geodata.migrations.running import MIGRATIONS
from geodata.records import Ask, Conflict

if TYPE_CHECKING:
    from collections.abc import Iterator

OLD = Path(__file__).parent / "old" / "ledger-0001.sqlite"
EDITS = 500  # of each of two processes


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest) -> str:
    """Return the address of an empty database of each kind; empty for SQLite."""
    return "" if request.param == "sqlite" else str(request.getfixturevalue("postgres"))


OPENED: list[Database] = []


def ledger_of(root: Path, address: str = "") -> Ledger:
    OPENED.append(Database(root, address))
    return Ledger(OPENED[-1], lambda: gaps("g1", "g2", "g3"))


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    """Close what a test opened; a server does not drop a database that is in use."""
    yield
    while OPENED:
        OPENED.pop().close()


def test_no_acknowledged_write_is_lost_or_doubled_by_kills(tmp_path: Path, address: str) -> None:
    told = kill(2 * len(POINTS), tmp_path, address, seed=7)

    assert (told.lost, told.doubled) == (0, 0)
    assert told.acknowledged > 0
    assert told.kept_unacknowledged > 0  # killed between commit and answer: the key alone tells


def _edit(root: Path, address: str, author: str) -> None:
    """Change one field of one entry again and again, and note what was acknowledged."""
    ledger = ledger_of(root, address)
    done: list[str] = []
    conflicts = 0
    while len(done) < EDITS:
        entry = ledger.entry("g1")
        assert entry is not None
        text = f"{author}{len(done)}"
        (outcome,) = ledger.change_many([Ask("g1", {"notes": text}, entry.version)], author=author)
        if isinstance(outcome, Conflict):
            conflicts += 1
        else:
            done.append(text)
    (root / f"{author}.done").write_text("\n".join(done))
    os._exit(0)


def test_of_conflicting_edits_none_is_lost_unseen(tmp_path: Path, address: str) -> None:
    ledger = ledger_of(tmp_path, address)
    ledger.change("g1", {"notes": "first"}, version=0, author="c")
    writers = [get_context("fork").Process(target=_edit, args=(tmp_path, address, name)) for name in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    acknowledged = {text for name in "ab" for text in (tmp_path / f"{name}.done").read_text().split()}
    history = ledger.history("g1")
    assert {each.new for each in history} == acknowledged | {"first"}
    assert len(history) == 2 * EDITS + 1
    # Each edit follows from what its author saw: nobody wrote over what they had not read.
    assert [each.old for each in history[1:]] == [each.new for each in history[:-1]]


def test_a_copy_is_brought_back_and_what_was_there_is_kept(tmp_path: Path, address: str) -> None:
    ledger = ledger_of(tmp_path, address)
    ledger.change("g1", {"notes": "old"}, version=0, author="王", key="k")
    backup(ledger.database, tmp_path / "copy.sqlite")
    ledger.change("g1", {"notes": "new"}, version=1, author="王")
    with pytest.raises(DatabaseError, match="exists already"):
        backup(ledger.database, tmp_path / "copy.sqlite")

    kept = restore(ledger.database, tmp_path / "copy.sqlite")

    entry = ledger.entry("g1")
    assert entry is not None
    assert (entry.values["notes"], entry.version) == ("old", 1)
    again = ledger.change("g1", {"notes": "old"}, version=0, author="王", key="k")
    assert again.version == 1  # the key came along
    later = ledger.change("g1", {"notes": "later"}, version=1, author="王")
    assert [each.new for each in ledger.history("g1")] == ["old", "later"]
    assert kept is not None
    restore(ledger.database, kept)
    assert [each.new for each in ledger.history("g1")] == ["old", "new"]
    assert later.version == 2


def test_the_history_refuses_to_be_changed(tmp_path: Path) -> None:
    ledger_of(tmp_path).change("g1", {"notes": "x"}, version=0, author="王")
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        for statement in ("UPDATE changes SET author = 'x'", "DELETE FROM changes"):
            with pytest.raises(sqlite3.IntegrityError, match="only added to"):
                connection.execute(statement)


def test_a_damaged_file_is_told_and_makes_way_for_a_copy(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path)
    ledger.change("g1", {"notes": "x"}, version=0, author="王")
    backup(ledger.database, tmp_path / "copy.sqlite")
    ledger.database.close()
    (tmp_path / FILE).write_bytes(b"no database at all" * 1000)

    with pytest.raises(DatabaseError, match=r"damaged; bring back a copy with: bordergap ledger"):
        ledger.entries()
    aside = restore(ledger.database, tmp_path / "copy.sqlite")
    assert aside is not None
    assert aside.read_bytes().startswith(b"no database")
    assert len(ledger.entries()) == 1


@pytest.mark.parametrize("content", [b"", b"no database", None])
def test_what_is_no_copy_is_refused(tmp_path: Path, content: bytes | None) -> None:
    ledger = ledger_of(tmp_path)
    ledger.change("g1", {"notes": "x"}, version=0, author="王")
    if content is not None:
        (tmp_path / "copy.sqlite").write_bytes(content)

    with pytest.raises(DatabaseError):
        restore(ledger.database, tmp_path / "copy.sqlite")
    assert len(ledger.entries()) == 1


def _until_refused(ledger: Ledger, acknowledged: list[int]) -> None:
    while True:
        said = {"notes": "x" * 3000 + str(acknowledged[-1])}
        acknowledged.append(ledger.change("g1", said, version=acknowledged[-1], author="a").version)


def _fill(root: Path) -> None:
    """Write more than the disk takes: files may grow by a little only."""
    ledger = ledger_of(root)
    acknowledged = [ledger.change("g1", {"notes": "0"}, version=0, author="a").version]
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    for more in (0, 4096, 8192, 40960):  # the first write of a change fails, the second, a later one
        size = max(path.stat().st_size for path in root.glob(f"{FILE}*"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + more, resource.RLIM_INFINITY))
        with pytest.raises(DatabaseError, match="nothing was changed"):
            _until_refused(ledger, acknowledged)
        ledger.database.close()
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    kept = ledger.entry("g1")
    assert kept is not None
    assert kept.version == acknowledged[-1]
    assert len(ledger.history("g1")) == len(acknowledged)
    ledger.change("g1", {"notes": "room again"}, version=kept.version, author="a")
    os._exit(0)


def test_a_full_disk_is_told_and_nothing_is_half(tmp_path: Path) -> None:
    writer = get_context("fork").Process(target=_fill, args=(tmp_path,))
    writer.start()
    writer.join()

    assert writer.exitcode == 0
    assert len(ledger_of(tmp_path).entries()) == 1


@pytest.mark.parametrize("now", [("2000-01-01T00:00:00.000000+00:00"), ("2096-02-29T23:59:59.999999+00:00")])
def test_clocks_do_not_order_the_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: str) -> None:
    ledger = ledger_of(tmp_path)
    ledger.change("g1", {"notes": "1"}, version=0, author="王")
    monkeypatch.setattr(records, "utc_now", lambda: now)
    ledger.change("g1", {"notes": "2"}, version=1, author="王")

    assert [each.new for each in ledger.history("g1")] == ["1", "2"]
    assert ledger.history("g1")[1].at == now


def test_an_unreachable_server_is_told_without_its_password(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, "postgresql://planner:s3cret@127.0.0.1:1/office")

    with pytest.raises(DatabaseError, match="cannot be reached") as told:
        ledger.entries()
    assert "s3cret" not in str(told.value)
    assert "***" in str(told.value)
    assert masked("postgresql://a:b@h/d password=x") == "postgresql://a:***@h/d password=***"
    with pytest.raises(DatabaseError, match="must begin with postgresql"):
        ledger_of(tmp_path, "mysql://a@h/d").entries()


def test_a_child_makes_connections_of_its_own(tmp_path: Path, address: str) -> None:
    ledger = ledger_of(tmp_path, address)
    ledger.change("g1", {"notes": "parent"}, version=0, author="a")
    child = os.fork()
    if child == 0:
        ledger.change("g1", {"notes": "child"}, version=1, author="b")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

    assert [each.new for each in ledger.history("g1")] == ["parent", "child"]


# --- migrations -----------------------------------------------------------------------------------------


def test_the_program_knows_its_last_migration() -> None:
    steps = sorted((MIGRATIONS / "versions").glob("v*.py"))

    assert steps[-1].name.startswith(f"v{REVISION}_")


def test_a_file_of_the_first_version_is_still_read(tmp_path: Path) -> None:
    shutil.copy(OLD, tmp_path / FILE)
    ledger = ledger_of(tmp_path)

    entry = ledger.entry("g1")
    assert entry is not None
    assert (entry.status, entry.version) == ("in_progress", 2)
    assert [each.author for each in ledger.history("g1")] == ["王", "王", "李"]
    assert ledger.change("g1", {"notes": "x"}, version=2, author="李").version == 3


NEXT = "9999"
NEXT_STEP = '''
"""A next version."""
import os, signal
import sqlalchemy as sa
from alembic import op
revision, down_revision = "NEXT", "LAST"

def upgrade():
    op.add_column("records", sa.Column("colour", sa.Text))
    if os.environ.get("DIE_AT") == "1":
        os.kill(os.getpid(), signal.SIGKILL)
    op.execute("UPDATE records SET colour = 'red'")
    if os.environ.get("DIE_AT") == "2":
        os.kill(os.getpid(), signal.SIGKILL)
'''


def test_a_migration_killed_half_way_begins_anew_and_a_copy_is_kept(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger_of(tmp_path, address).change("g1", {"notes": "x"}, version=0, author="a")
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    step = NEXT_STEP.replace("NEXT", NEXT).replace("LAST", REVISION)
    (folder / "versions" / "v9999_next.py").write_text(step)
    monkeypatch.setattr("geodata.migrations.running.MIGRATIONS", folder)
    monkeypatch.setattr(database_module, "REVISION", NEXT)

    for place in "12":
        child = os.fork()
        if child == 0:
            os.environ["DIE_AT"] = place
            ledger_of(tmp_path, address).entries()
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    database = Database(tmp_path, address)
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT colour FROM records").scalar() == "red"
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == NEXT
    database.close()
    copies = sorted(tmp_path.glob(f"ledger-before-{NEXT}-*.sqlite"))
    assert len(copies) == 3

    # The earlier program says so, and leaves it alone.
    monkeypatch.undo()
    with pytest.raises(DatabaseError, match="later version"):
        ledger_of(tmp_path, address).entries()
