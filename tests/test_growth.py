"""Memory over many requests: what a server has answered a hundred times it holds no more of than before."""

from __future__ import annotations

import gc
import itertools
import tracemalloc
from typing import TYPE_CHECKING

import pytest
import shown_world
from asking import with_token

from dashboard.app import RESULTS, create_app

if TYPE_CHECKING:
    import flask

ROUNDS, IN_A_ROUND = 3, 40
MOST_BYTES = 40_000  # a round more than the one before; anything kept of each of 280 requests would be more


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> flask.Flask:
    return create_app(shown_world.make(tmp_path_factory.mktemp("growth") / "world").path).server


def test_answering_again_and_again_takes_no_more_memory(server: flask.Flask) -> None:
    gap = str(server.extensions[RESULTS].current().gaps["gap_id"].iloc[0])
    pairing = shown_world.PAIRING

    def one(number: int) -> None:
        client = server.test_client()
        for path in (
            "/",
            f"/pairing?id={pairing}&find={number}",
            "/ledger/entries?lang=zh",
            f"/ledger/history/{gap}",
            "/programme/items?lang=en",
            f"/no-such-page/{number}",
            f"/map/{number}.png",
        ):
            with client.get(path) as answer:
                assert answer.status_code < 500
        with client.patch(
            f"/ledger/entry/{gap}",
            json={"changes": {"notes": "x"}, "version": 0, "key": f"k{number}"},
            headers=with_token(client),
        ) as answer:
            assert answer.status_code in (200, 409)

    for number in range(IN_A_ROUND):  # what is kept for all, is kept by then
        one(number)
    tracemalloc.start()
    sizes = []
    for place in range(ROUNDS):
        for number in range(IN_A_ROUND):
            one(1000 * place + number)
        gc.collect()
        sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()

    grown = [after - before for before, after in itertools.pairwise(sizes)]
    assert min(grown) < MOST_BYTES, grown
