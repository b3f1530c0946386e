"""Where the work is done changes nothing: serial, processes, a real Dask cluster; and how it is stopped."""

from __future__ import annotations

import json
import multiprocessing
import operator
import os
import pickle
import re
import signal
import subprocess
import sys
import time
import weakref
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import distributed
import drawn
import numpy as np
import pandas as pd
import psutil
import pytest
import rich_world
import world as hand
from click.testing import CliRunner
from shapely.geometry import LineString, box

from dashboard.cli import STOPPED, main
from geodata.errors import BordergapError, UsageError
from geodata.reader import StoredLayers
from geodata.settings import Settings
from geodata.workspace import Workspace
from layers import cluster, region, run
from layers.block import CROSSINGS
from layers.engine import require_engine, team
from layers.kinds import KINDS
from layers.results import result_tables
from layers.work import run_checks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from layers.region import Region

WAIT_S = 120.0  # generous: the machine may be busy
WORKERS = 2
DASK = [sys.executable, "-m"]
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
# A team of two at work for an hour, for the tests that stop it; it says when both are up.
AT_WORK = """
import time
from layers.engine import require_engine, team
if __name__ == "__main__":
    with team(3600, engine="processes", workers=2) as (submit, _):
        quick = [submit(divmod, 60) for _ in range(2)]
        print([future.result() for future in quick], flush=True)
        [future.result() for future in [submit(time.sleep) for _ in range(4)]]
"""


@pytest.fixture(scope="module")
def world() -> Region:
    return region.region_of(rich_world.layers(), Settings(), {}, pairings_only=False)


@pytest.fixture(autouse=True)
def blocks_of_one_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the small world come to three blocks."""
    monkeypatch.setattr(region, "BATCH_PAIRS", 1)


def contents(world: Region, **where: Any) -> dict[str, bytes]:
    """Return the result tables as bytes, every digit of them."""
    asked = {*world.pairs["pairing_id"], *world.far["pairing_id"]}
    tables = result_tables(*run_checks(world, asked, [*KINDS, CROSSINGS], **where))
    return {
        name: pd.DataFrame(rows.to_wkb(hex=True) if "geometry" in rows else rows).to_csv(index=False).encode()
        for name, rows in tables.items()
    }


@pytest.fixture(scope="module")
def serial(world: Region) -> dict[str, bytes]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(region, "BATCH_PAIRS", 1)
        return contents(world, engine="serial")


def children_of(pid: int) -> list[psutil.Process]:
    """Return the worker processes of a process: not the one that tracks its semaphores."""
    try:
        found = psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    return [child for child in found if "spawn_main" in " ".join(child.cmdline())]


def wait_for(condition: Any) -> None:
    end = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


# --- the same results --------------------------------------------------------------------------------------


def test_there_is_something_to_share_out(world: Region, serial: dict[str, bytes]) -> None:
    assert len(world.blocks(range(len(world.pairs)))) == 3
    assert serial["gaps"].count(b"\n") > 100


@pytest.mark.parametrize("workers", [1, 2])
def test_processes_find_the_same(workers: int, world: Region, serial: dict[str, bytes]) -> None:
    assert contents(world, engine="processes", workers=workers) == serial


def test_a_region_goes_to_another_process_whole(world: Region, serial: dict[str, bytes]) -> None:
    assert contents(pickle.loads(pickle.dumps(world)), engine="serial") == serial  # noqa: S301  # our own


@contextmanager
def running_scheduler(file: Path) -> Iterator[str]:
    """Give the address of a scheduler without workers, written to `file`."""
    words = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
    process = subprocess.Popen([*DASK, "distributed.cli.dask_scheduler", *words], **QUIET)
    try:
        wait_for(lambda: file.exists() and file.read_text().endswith("}"))
        yield str(json.loads(file.read_text())["address"])
    finally:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a cluster of three processes on this machine: a scheduler and two workers."""
    file = tmp_path_factory.mktemp("cluster") / "scheduler.json"
    with running_scheduler(file) as address:
        words = [address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
        worker = [*DASK, "distributed.cli.dask_worker", "--host", "127.0.0.1", *words]
        running = [subprocess.Popen(worker, **QUIET, cwd=file.parent) for _ in range(WORKERS)]
        try:
            yield address
        finally:
            for process in running:
                process.kill()
            for process in running:
                process.wait()


@pytest.mark.filterwarnings("default:::distributed", "default:::tornado")
@pytest.mark.parametrize("workers", [1, None])
def test_a_cluster_finds_the_same(
    workers: int | None, scheduler: str, world: Region, serial: dict[str, bytes]
) -> None:
    assert contents(world, engine="dask", scheduler=scheduler, workers=workers) == serial


@pytest.mark.filterwarnings("default:::distributed", "default:::tornado")
def test_both_workers_of_a_cluster_work(scheduler: str) -> None:
    client = distributed.Client(scheduler, set_as_default=False)
    client.wait_for_workers(WORKERS, timeout=WAIT_S)
    client.close()
    parent = ["sh", "-c", "sleep 0.5; echo $PPID"]  # tells the process that called it
    with team(parent, engine="dask", scheduler=scheduler) as (submit, _):
        pids = {future.result(WAIT_S) for future in [submit(subprocess.check_output) for _ in range(8)]}

    assert len(pids) == WORKERS
    assert str(os.getpid()).encode() not in {pid.strip() for pid in pids}


def stored(workspace: Workspace) -> StoredLayers:
    return StoredLayers(workspace, {name: workspace.layer_hash(name) for name in workspace.layer_names()})


@pytest.mark.filterwarnings("default:::distributed", "default:::tornado")
def test_workers_read_the_workspace_themselves(
    scheduler: str, tmp_path: Path, serial: dict[str, bytes]
) -> None:
    workspace = rich_world.make(tmp_path / "atlas")
    there = region.region_of(stored(workspace), Settings(), {}, pairings_only=False)

    with workspace.lock():
        assert contents(there, engine="serial") == serial
        assert contents(there, engine="processes", workers=2) == serial
        assert contents(there, engine="dask", scheduler=scheduler) == serial
    assert list(workspace.path.glob(".staging-*")) == []


def test_what_workers_have_the_sender_need_not_keep(tmp_path: Path) -> None:
    workspace = rich_world.make(tmp_path / "atlas")
    numbers = np.arange(10_000.0)
    kept = weakref.ref(numbers)
    shared = {"numbers": numbers}
    del numbers

    with (
        workspace.lock(),
        team(shared, engine="processes", workers=1, layers=stored(workspace)) as (submit, held),
    ):
        del shared
        assert kept() is None
        assert held["numbers"].sum() == 49_995_000
        there = submit(operator.getitem, "numbers").result(WAIT_S)

    np.testing.assert_array_equal(there, np.arange(10_000.0))


@pytest.mark.filterwarnings("default:::distributed", "default:::tornado")
def test_a_cluster_that_does_not_see_the_workspace_is_refused(scheduler: str, tmp_path: Path) -> None:
    workspace = rich_world.make(tmp_path / "atlas")
    layers = stored(workspace)
    require_engine("dask", scheduler=scheduler, layers=layers)
    workspace.path.rename(tmp_path / "elsewhere")
    with pytest.raises(
        UsageError, match=r"the worker tcp://\S+ cannot read the workspace: .* all workers share"
    ):
        require_engine("dask", scheduler=scheduler, layers=layers)


# --- what cannot be used is said ---------------------------------------------------------------------------


def gather(**where: Any) -> list[int]:
    with team(5, **where) as (submit, _):
        return [submit(divmod, 3).result(WAIT_S)[0]]


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ({"engine": "threads"}, r"unknown engine 'threads'; choose one of serial, processes, dask"),
        ({"engine": "serial", "workers": 0}, r"0 workers cannot work; give 1 or more"),
        ({"engine": "serial", "scheduler": "tcp://127.0.0.1:1"}, r"knows no scheduler; add --engine dask"),
        ({"engine": "dask"}, r"--scheduler tcp://HOST:8786"),
        ({"engine": "dask", "scheduler": "nonsense://x"}, r"no Dask scheduler answers at nonsense://x"),
    ],
)
def test_what_cannot_be_is_the_commands_fault(where: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        gather(**where)
    with pytest.raises(UsageError, match=said):
        require_engine(**where)


def test_an_engine_that_cannot_be_used_is_told_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "region_of", lambda *_, **__: pytest.fail("work was begun"))
    workspace = rich_world.make(tmp_path / "atlas")
    result = CliRunner().invoke(main, ["analyse", str(workspace.path), "--engine", "dask"])

    assert result.exit_code == 2
    assert "--scheduler tcp://HOST:8786" in result.stderr


@pytest.mark.filterwarnings("default:::distributed", "default:::tornado")
def test_an_unreachable_scheduler_is_the_commands_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_S", 0.5)
    with pytest.raises(UsageError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:1; start one"):
        gather(engine="dask", scheduler="tcp://127.0.0.1:1")


def test_a_missing_dask_is_told_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"pip install 'bordergap\[dask\]'"):
        gather(engine="dask", scheduler="tcp://127.0.0.1:1")


@pytest.mark.filterwarnings("default:::distributed", "default:::tornado")
def test_workers_with_another_program_are_refused(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    own = cluster.versions()
    # By value, so that the workers answer truly; only what they are compared with is another.
    monkeypatch.setattr(cluster, "own_versions", lambda: {**own, "code": "another"})
    with pytest.raises(UsageError, match=r"has other versions of code; install the same there"):
        gather(engine="dask", scheduler=scheduler)


@pytest.mark.filterwarnings("default:::distributed", "default:::tornado")
def test_a_scheduler_without_workers_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_S", 5.0)
    with running_scheduler(tmp_path / "alone.json") as alone:
        words = f"the scheduler at {alone} has no workers; start some: dask worker {alone} --nthreads 1"
        with pytest.raises(UsageError, match=re.escape(words)):
            gather(engine="dask", scheduler=alone)


@pytest.mark.filterwarnings("default:::distributed", "default:::tornado")
def test_the_command_takes_engine_scheduler_and_workers(scheduler: str, tmp_path: Path) -> None:
    workspace = rich_world.make(tmp_path / "atlas")
    words = ["--engine", "dask", "--scheduler", scheduler, "--workers", "1", "--pairing", "A--C"]
    result = CliRunner().invoke(main, ["analyse", str(workspace.path), *words])

    assert result.exit_code == 0, result.output
    assert set(workspace.read_table("gaps")["pairing_id"]) == {"A--C"}


# --- progress ----------------------------------------------------------------------------------------------


def test_in_one_process_every_check_of_every_block_is_told(world: Region) -> None:
    told: list[tuple[str, int, int]] = []
    asked = set(world.pairs["pairing_id"])
    run_checks(
        world,
        asked,
        ["boundary_gap", "park_duplicate"],
        engine="serial",
        tell=lambda *step: told.append(step),
    )

    steps = [
        f"{check}, block {block} of 3" for block in (1, 2, 3) for check in ("boundary_gap", "park_duplicate")
    ]
    assert told == [(what, done, 6) for done, what in enumerate(steps)]


def test_in_processes_every_block_is_told(world: Region) -> None:
    told: list[tuple[str, int, int]] = []
    asked = set(world.pairs["pairing_id"])
    run_checks(
        world, asked, ["boundary_gap"], engine="processes", workers=2, tell=lambda *step: told.append(step)
    )

    assert [step[1:] for step in told] == [(done, 3) for done in range(4)]
    assert {what for what, *_ in told[1:]} == {f"1 checks, block {number} of 3" for number in (1, 2, 3)}


# --- stopping ----------------------------------------------------------------------------------------------


def test_an_error_in_the_work_is_raised_here() -> None:
    with pytest.raises(ZeroDivisionError), team(5, engine="processes", workers=1) as (submit, _):
        submit(divmod, 0).result(WAIT_S)
    assert multiprocessing.active_children() == []


def test_a_worker_killed_is_said_with_a_remedy() -> None:
    with (
        pytest.raises(BordergapError, match="want of memory; free some, or take fewer with --workers"),
        team(-signal.SIGKILL, engine="processes", workers=1) as (submit, _),
    ):
        submit(_kill_oneself).result(WAIT_S)


def _kill_oneself(number: int) -> None:
    os.kill(os.getpid(), -number)


@contextmanager
def started(words: list[Any], **pipes: Any) -> Iterator[subprocess.Popen[str]]:
    """Give a program as one starts it in a terminal, where Ctrl-C reaches it; ended in any case.

    Started in the background, a shell lets its programs ignore Ctrl-C, and these theirs: a handler here gives
    them back what a terminal would.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        program = subprocess.Popen(words, text=True, start_new_session=True, **pipes)
    finally:
        signal.signal(signal.SIGINT, before)
    with program:
        try:
            yield program
        finally:
            program.kill()


@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9), (signal.SIGTERM, -15)]
)
def test_no_worker_outlives_its_team(sent: signal.Signals, code: int) -> None:
    words = [sys.executable, "-c", AT_WORK]
    with started(words, stdout=subprocess.PIPE) as working:
        assert working.stdout is not None
        assert "[(60, 0), (60, 0)]" in working.stdout.readline()
        workers = children_of(working.pid)
        if sent == signal.SIGINT:
            os.killpg(working.pid, sent)  # as a terminal does: to all of them
        else:
            working.send_signal(sent)
        assert working.wait(WAIT_S) in {code, -sent}
    assert 1 <= len(workers) <= 2
    assert psutil.wait_procs(workers, timeout=WAIT_S)[1] == []


def test_ctrl_c_leaves_the_last_results_in_place(tmp_path: Path) -> None:
    workspace = chain(tmp_path / "atlas")
    program = Path(sys.executable).with_name("bordergap")
    first = ["analyse", str(workspace.path), "--pairing", "00--01"]
    assert CliRunner().invoke(main, first).exit_code == 0
    before, gaps = workspace.results_version(), workspace.read_table("gaps")
    workspace.write_settings(Settings(segment_m=500.0))
    words = [program, "analyse", str(workspace.path), "--workers", "2"]
    with started(words, stderr=subprocess.PIPE) as running:
        assert running.stderr is not None
        wait_for(lambda: children_of(running.pid) or running.poll() is not None)
        workers = children_of(running.pid)
        os.killpg(running.pid, signal.SIGINT)
        said = running.stderr.read()
        assert running.wait(WAIT_S) == STOPPED, said
    assert "Stopped. What was complete before is still in place." in said
    assert "Traceback" not in said
    assert workers
    assert psutil.wait_procs(workers, timeout=WAIT_S)[1] == []
    assert Workspace.open(workspace.path).results_version() == before
    pd.testing.assert_frame_equal(workspace.read_table("gaps"), gaps)


def chain(path: Path) -> Workspace:
    """Return a workspace of enough borders for two blocks: 70 districts in a row, with a road along them."""
    shapes = {f"{number:02}": box(2000 * number, 0, 2000 * number + 2000, 3000) for number in range(70)}
    road = {"road_class": "primary", "geometry": LineString([(100, 1500), (139_900, 1500)])}
    workspace = Workspace.create(path)
    rich_world.write(workspace, "districts", drawn.districts(shapes))
    roads = hand.STRIP.unproject_frame(hand.layer("roads", [road]))
    rich_world.write(workspace, "roads", roads)
    return workspace
