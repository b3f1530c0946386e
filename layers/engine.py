"""Where the work is done: in this process, or on all cores of this machine."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeVar

from geodata.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

Engine = Literal["serial", "processes"]
ENGINES: tuple[Engine, ...] = ("serial", "processes")

P = ParamSpec("P")
T = TypeVar("T")


class SerialExecutor(Executor):
    """Runs each call at once, in this process: for debugging and small workspaces."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Return a finished future; an error is raised here and now."""
        future: Future[T] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def executor(engine: Engine, workers: int | None, setup: Callable[..., None], *given: Any) -> Executor:
    """Return the executor of `engine`, each of its processes set up by `setup(*given)` once.

    Processes are spawned, never forked: GEOS and GDAL keep threads and locks of their own.

    Raises
    ------
    UsageError
        For an engine that does not exist.
    """
    if engine == "serial":
        setup(*given)
        return SerialExecutor()
    if engine == "processes":
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(workers or os.cpu_count(), context, setup, given)
    raise UsageError(f"unknown engine {engine!r}; choose one of {', '.join(ENGINES)}")
