"""Where the work is done: in this process, on all cores of this machine, or on a Dask cluster."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar

from geodata.errors import BordergapError, UsageError
from layers.cluster import mapped, on_cluster, packed, require_cluster, unpacked

if TYPE_CHECKING:
    from geodata.reader import Layers

Engine = Literal["serial", "processes", "dask"]
ENGINES: tuple[Engine, ...] = ("serial", "processes", "dask")
Submit = Callable[..., Future[Any]]

P = ParamSpec("P")
T = TypeVar("T")

_held: dict[str, Any] = {}  # what this process was given when it started: sent once, not with every call


class SerialExecutor(Executor):
    """Runs each call at once, in this process: for debugging and small workspaces."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Return a finished future; an error is raised here and now."""
        future: Future[T] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def team(
    shared: Any,
    *,
    engine: Engine,
    workers: int | None = None,
    scheduler: str | None = None,
    layers: Layers | None = None,
) -> AbstractContextManager[tuple[Submit, Any]]:
    """Give what hands out work, and `shared` as it is sent.

    `submit(function, *args)` is the future of `function(shared, *args)`. Whoever takes `shared` from here and
    lets go of its own has the large arrays in memory once, with the workers.

    Leaving by an error or Ctrl-C cancels what is not done and ends the processes that were started.

    Parameters
    ----------
    shared
        What every call needs; each worker gets it once, and its large arrays by a file in the workspace that
        all of them map, where there is one.
    engine
        `serial`: this process; `processes`: others of this machine; `dask`: the workers of `scheduler`.
    workers
        How many to use at most; as many as there are cores, or workers of the cluster, unless given.
    scheduler
        Address of the Dask scheduler, such as `tcp://10.0.0.1:8786`.
    layers
        What the work reads, where it is done.

    Raises
    ------
    UsageError
        For an engine that does not exist, or a cluster that cannot be used or does not see `layers`.
    BordergapError
        If a worker ended before its work was done.
    """
    _require_sense(engine, workers, scheduler)
    if engine == "serial":
        pool = SerialExecutor()
        return nullcontext((lambda function, *args: pool.submit(function, shared, *args), shared))
    if engine == "processes":
        return _in_processes(shared, workers or _cores(), layers)
    return on_cluster(shared, workers=workers, scheduler=scheduler, layers=layers)


def require_engine(
    engine: Engine, workers: int | None = None, scheduler: str | None = None, layers: Layers | None = None
) -> None:
    """Raise what `team` would, before work is prepared that nobody could do."""
    _require_sense(engine, workers, scheduler)
    if engine == "dask":
        require_cluster(scheduler, layers)


def _require_sense(engine: Engine, workers: int | None, scheduler: str | None) -> None:
    if engine not in ENGINES:
        raise UsageError(f"unknown engine {engine!r}; choose one of {', '.join(ENGINES)}")
    if workers is not None and workers < 1:
        raise UsageError(f"{workers} workers cannot work; give 1 or more")
    if scheduler is not None and engine != "dask":
        raise UsageError(f"the engine {engine} knows no scheduler; add --engine dask")


@contextmanager
def _in_processes(shared: Any, workers: int, layers: Layers | None) -> Iterator[tuple[Submit, Any]]:
    """Give `submit` to processes of this machine; as many are started as there is work for.

    They are spawned, never forked: GEOS and GDAL keep threads and locks of their own.
    """
    sending = packed(shared, layers)
    del shared  # its arrays are in the file: held here, they would be in memory twice
    with sending as message:
        yield from _pool_of(message, workers)


def _pool_of(message: Any, workers: int) -> Iterator[tuple[Submit, Any]]:
    """Give `submit` to processes that hold what `message` says; they are gone when this ends."""
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _hold, (message,))

    def submit(function: Callable[..., Any], *args: Any) -> Future[Any]:
        with _interrupt_held():
            return pool.submit(_with_held, function, *args)

    try:
        yield submit, mapped(message)
    except BaseException as error:
        for process in set(multiprocessing.active_children()) - others:
            process.terminate()
        if isinstance(error, BrokenProcessPool):
            raise BordergapError(
                "a worker process was ended from outside, mostly for want of memory; "
                "free some, or take fewer with --workers"
            ) from error
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _interrupt_held() -> Iterator[None]:
    """Let Ctrl-C wait: a process started inside never gets it; whoever started it says when to stop."""
    if not hasattr(signal, "pthread_sigmask"):
        yield  # Windows: the process itself looks away, once it is up
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _hold(message: Any) -> None:
    """Set up a worker process: keep what it is sent, leave Ctrl-C to the parent, and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _held["shared"] = unpacked(message)


def _end_with_parent() -> None:
    """End this process when its parent is gone, killed too: nobody would tell it to stop."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _with_held(function: Callable[..., T], *args: Any) -> T:
    return function(_held["shared"], *args)


def _cores() -> int:
    """Return the number of cores this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)  # not on macOS and Windows
    return len(allowed(0)) if allowed else os.cpu_count() or 1
