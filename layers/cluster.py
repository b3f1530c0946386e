"""A Dask cluster as a team of workers: found, checked, and given what its workers share."""

from __future__ import annotations

import importlib
import threading
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

from geodata.errors import BordergapError, UsageError
from geodata.exchange import Packed, pack
from geodata.version import versions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from geodata.reader import Layers

CONNECT_S = 20.0  # for the scheduler to answer, and for a first worker to be there
SAME = frozenset({"bordergap", "code", "geopandas", "shapely", "pyproj", "pandas", "numpy", "scipy"})

T = TypeVar("T")

_turn = threading.Lock()
_unpacked: dict[Path, Any] = {}  # by file: what this worker process is working on


@contextmanager
def packed(shared: Any, layers: Layers | None) -> Iterator[Any]:
    """Give what is sent to workers for `shared`: itself, or where there is a workspace, `Packed`."""
    with nullcontext() if layers is None else layers.run_folder() as folder:
        message = shared if folder is None else pack(shared, folder)
        del shared
        yield message


def mapped(message: Any) -> Any:
    """Return for the sender what workers make of `message`."""
    return message.unpack() if isinstance(message, Packed) else message


def unpacked(sent: Any) -> Any:
    """Return what `packed` made `sent` of; a worker unpacks it once, and forgets what it had before."""
    if not isinstance(sent, Packed):
        return sent
    if sent.file not in _unpacked:
        _unpacked.clear()
        _unpacked[sent.file] = sent.unpack()
    return _unpacked[sent.file]


@contextmanager
def on_cluster(
    shared: Any, *, workers: int | None, scheduler: str | None, layers: Layers | None = None
) -> Iterator[tuple[Callable[..., Future[Any]], Any]]:
    """Give `submit` to the workers of a Dask cluster; see `layers.engine.team`.

    Every worker must have this program with the same libraries: results do not depend on who computes them.

    Raises
    ------
    UsageError
        If Dask is not installed, no scheduler answers, it has no workers, or they have another program or do
        not see `layers`.
    BordergapError
        If the cluster lost its workers before the work was done.
    """
    distributed = _distributed()
    client = _client(distributed, scheduler)
    opened = ExitStack()
    try:
        chosen = _workers(client, scheduler, layers)[:workers]
        message = opened.enter_context(packed(shared, layers))
        del shared
        (held,) = client.scatter([message], workers=chosen, broadcast=True, hash=False)
        pool = client.get_executor(pure=False, workers=chosen)
        try:
            yield lambda function, *args: pool.submit(_in_turn, function, held, *args), mapped(message)
        except (distributed.KilledWorker, CancelledError) as error:
            raise BordergapError(
                f"the cluster at {scheduler} lost its workers; see their logs, mostly it is want of memory"
            ) from error
        finally:
            pool.shutdown(wait=False)  # in the end nothing is left to wait for; after an error nobody does
    finally:
        opened.close()
        client.close()


def require_cluster(scheduler: str | None, layers: Layers | None = None) -> None:
    """Raise UsageError unless the cluster at `scheduler` can be used; see `on_cluster`."""
    client = _client(_distributed(), scheduler)
    try:
        _workers(client, scheduler, layers)
    finally:
        client.close()


def _in_turn(function: Callable[..., T], sent: Any, *args: Any) -> T:
    """Call `function` while no other thread of this worker does: what they share is not made for threads."""
    with _turn:
        return function(unpacked(sent), *args)


def own_versions() -> dict[str, str]:
    """Return the versions of this process, which the workers' are compared with."""
    return versions()


def _distributed() -> Any:
    """Return the module `distributed`."""
    try:
        return importlib.import_module("distributed")
    except ImportError as error:
        raise UsageError("the engine dask is not installed; run: pip install 'bordergap[dask]'") from error


def _client(distributed: Any, scheduler: str | None) -> Any:
    """Return a client of the scheduler at an address."""
    if not scheduler:
        raise UsageError("the engine dask needs the address of its scheduler: --scheduler tcp://HOST:8786")
    try:
        return distributed.Client(scheduler, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:  # no answer, or no address
        raise UsageError(
            f"no Dask scheduler answers at {scheduler}; start one (dask scheduler) or correct the address"
        ) from error


def _workers(client: Any, scheduler: str | None, layers: Layers | None) -> list[str]:
    """Return the addresses of the workers, all of which can do the work."""
    try:
        client.wait_for_workers(1, timeout=CONNECT_S)
        found = client.run(versions)
    except TimeoutError as error:
        raise UsageError(
            f"the scheduler at {scheduler} has no workers; start some: dask worker {scheduler} --nthreads 1"
        ) from error
    except ImportError as error:
        raise UsageError(
            f"the workers of {scheduler} lack bordergap ({error}); install it where they run"
        ) from error
    own = own_versions()
    for worker, theirs in sorted(found.items()):
        if unlike := sorted(name for name in SAME if theirs.get(name) != own[name]):
            raise UsageError(
                f"the worker {worker} has other versions of {', '.join(unlike)}; install the same there"
            )
    if layers is not None:
        for worker, problem in sorted(client.run(layers.problem).items()):
            if problem:
                raise UsageError(f"the worker {worker} cannot read the workspace: {problem}")
    return sorted(found)
