"""Exports that break off, by Ctrl-C, a full disk or a reader who goes: no half file, nothing left behind."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING

import psutil
import pytest
import reported_world

from dashboard.app import create_app
from dashboard.cli import STOPPED
from dashboard.export.report_files import RENDERERS
from dashboard.export.whole import written_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

WAIT_S = 120.0  # until something that must happen has happened, on a busy machine
ROOM = 3000  # bytes a file may have on a disk that is as good as full; no export is that small
EXPORTS = {
    **{f"report{ending}": ["report", "--pairing", "A--B"] for ending in RENDERERS},
    **{f"map.{ending}": ["map", "--pairing", "A--B"] for ending in ("png", "svg", "pdf")},
    **{f"gaps.{ending}": ["gaps"] for ending in ("xlsx", "csv", "geojson", "gpkg", "parquet")},
    "ledger.xlsx": ["ledger", "export"],
}
# All in one process, which takes its time to load.
WRITE_ALL = """
import json, sys
from click.testing import CliRunner
from dashboard.cli import main
for words in json.loads(sys.argv[1]):
    result = CliRunner().invoke(main, words)
    print(result.exit_code, "Traceback" in result.output, words[-1])
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return reported_world.make(tmp_path_factory.mktemp("breaking") / "world").path


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """Return an empty folder for temporary files, beside one for exports."""
    (tmp_path / "out").mkdir()
    (tmp_path / "scratch").mkdir()
    return tmp_path / "scratch"


def left(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def words_of(world: Path, out: Path, names: Iterable[str]) -> list[list[str]]:
    """Return the commands that write exports of these names into `out`."""
    found = []
    for name in names:
        command, *options = EXPORTS[name]
        found.append([command, str(world), *options, "-o", str(out / name)])
    return found


def test_a_full_disk_leaves_what_stood_there_and_no_more(world: Path, scratch: Path) -> None:
    out = scratch.with_name("out")
    for name in EXPORTS:
        (out / name).write_bytes(b"before")

    def nearly_full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM))

    ran = subprocess.run(
        [sys.executable, "-c", WRITE_ALL, json.dumps(words_of(world, out, EXPORTS))],
        env={**os.environ, "TMPDIR": str(scratch)},
        preexec_fn=nearly_full,  # before any thread of it begins
        capture_output=True,
        text=True,
        check=True,
    )

    told = [line.split(" ", 2) for line in ran.stdout.splitlines()]
    assert [(code, traceback) for code, traceback, _ in told] == [("1", "False")] * len(EXPORTS), ran.stdout
    assert left(out) == sorted(EXPORTS)
    assert {(out / name).read_bytes() for name in EXPORTS} == {b"before"}
    assert left(scratch) == []


def test_ctrl_c_ends_reports_whose_workers_are_at_work(world: Path, scratch: Path) -> None:
    out = scratch.with_name("out")
    words = [sys.executable, "-m", "dashboard.cli", "report", str(world), "--all", "-o", f"{out}/many/"]
    # Started in the background, a shell lets its programs ignore Ctrl-C, and these theirs.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        running = subprocess.Popen(
            words,
            env={**os.environ, "TMPDIR": str(scratch)},
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
    finally:
        signal.signal(signal.SIGINT, before)
    with running:
        try:
            until(lambda: any((out / "many").glob(".*/*/*.svg")) or running.poll() is not None)
            assert running.poll() is None, "it was done before it was stopped"
            workers = psutil.Process(running.pid).children(recursive=True)
            os.killpg(running.pid, signal.SIGINT)
            said = running.stderr.read() if running.stderr is not None else ""
            assert running.wait(WAIT_S) == STOPPED, said
        finally:
            running.kill()

    assert psutil.wait_procs(workers, timeout=WAIT_S)[1] == []
    assert all(path.suffix == ".pdf" for path in (out / "many").iterdir())  # those that were finished
    assert [name for name in left(out) if "/." in name or name.startswith(".")] == []
    assert left(scratch) == []


def until(done: Callable[[], bool]) -> None:
    """Wait until `done()`."""
    end = time.monotonic() + WAIT_S
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_two_exports_of_one_name_do_not_meet(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    with written_whole(path) as one, written_whole(path) as other:
        one.write_bytes(b"one" * 1000)
        other.write_bytes(b"other")

    assert path.read_bytes() == b"one" * 1000  # the last to be finished, whole
    assert left(tmp_path) == ["report.pdf"]


@pytest.mark.parametrize("address", ["/report/A--B.html", "/ledger/export.xlsx", "/report/A--B.xlsx"])
def test_a_reader_who_goes_leaves_nothing(
    world: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    client = create_app(world).server.test_client()

    answer = client.get(address)  # not read: as the server has it when the connection breaks
    assert answer.status_code == 200
    assert left(scratch)
    answer.response.close()  # type: ignore[attr-defined]  # what the server closes then
    answer.close()
    assert left(scratch) == []
