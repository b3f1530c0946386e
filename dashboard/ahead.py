"""Bodies made before somebody asks for them: in each worker, in the background, the worst pairings first."""

from __future__ import annotations

import gc
import logging
import threading
import time
from functools import partial
from typing import TYPE_CHECKING

from dashboard import bundle, frame, page_routes, routes
from geodata.errors import BordergapError
from layers.wording import LANGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dashboard.packing import Packed
    from dashboard.results import Results, ResultsCache

LOG = logging.getLogger(__name__)
REST = 3.0  # rests this many times as long as it works: who asks goes first
LOOKS_S = 5.0  # between two looks whether another run has replaced the results
PAIRINGS = 100  # those that are opened first; the others are made when they are asked for


def make_ahead(cache: ResultsCache) -> None:
    """Begin to make bodies in a thread of this process: of these results, and of those that replace them."""
    threading.Thread(target=_keep_on, args=(cache,), name="bodies made ahead", daemon=True).start()


def read_before(cache: ResultsCache) -> None:
    """Read what pairings are shown from before the workers part, who share it.

    Garbage is not looked for among it afterwards: with all of China that halted an answer for 0.3 s.
    """
    try:
        cache.current().read()
    except BordergapError as error:  # as below: pages tell the reader
        LOG.warning("nothing is read ahead: %s", error)
    gc.collect()
    gc.freeze()


def bodies(results: Results) -> Iterator[Callable[[], Packed]]:
    """Return what makes each body, in the order in which readers come to ask for them."""
    for part in bundle.PARTS:
        yield partial(bundle.packed, part)
    for lang in LANGS:
        yield partial(frame.packed, results, lang, results.workspace.display)
    for name in routes.IN_EVERY_LANGUAGE:
        yield partial(routes.packed, results, name)
    for lang in LANGS:
        yield partial(routes.packed, results, "overview", lang)
        yield partial(page_routes.packed, results, page_routes.FIRST, lang)
    for key in results.summary.index[:PAIRINGS]:
        for name in ("pairing", "profiles"):
            for lang in LANGS:
                yield partial(routes.packed, results, name, lang, key)


def _keep_on(cache: ResultsCache) -> None:
    made_of: Results | None = None
    while True:
        try:
            results = cache.current()
            if results is not made_of:
                made_of = results
                _make(cache, results)
        except BordergapError as error:  # an import under way, say; pages that ask for it tell the reader
            LOG.warning("nothing is made ahead: %s", error)
        time.sleep(LOOKS_S)


def _make(cache: ResultsCache, results: Results) -> None:
    results.read()
    for make in bodies(results):
        begun = time.perf_counter()
        make()
        time.sleep(REST * (time.perf_counter() - begun))
        if cache.current() is not results:
            return
