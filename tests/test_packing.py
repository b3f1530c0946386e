"""Bodies reach every browser whole, in the coding it takes."""

from __future__ import annotations

import gzip
import json
import random

import brotli
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from dashboard.packing import LONG, pack, packed_answer


def _walk(steps: int) -> bytes:
    """Return a line as GeoJSON has it: each place is near the one before."""
    chance, x, y = random.Random(7), 106_500, 29_500  # noqa: S311  # thousandths of a degree
    places = []
    for _ in range(steps):
        x, y = x + chance.randint(-9, 9), y + chance.randint(-9, 9)
        places.append([x / 1000, y / 1000])
    return json.dumps(places, separators=(",", ":")).encode()


PLACES = _walk(4000)


@given(body=st.binary(max_size=2000), ahead=st.booleans())
def test_every_coding_holds_the_body(body: bytes, *, ahead: bool) -> None:
    packed = pack(body, ahead=ahead)

    assert packed.br is not None
    assert brotli.decompress(packed.br) == gzip.decompress(packed.gzip) == body


def test_a_body_made_ahead_is_smaller_unless_it_is_long() -> None:
    small, long = PLACES, PLACES * (LONG // len(PLACES) + 1)

    assert len(pack(small, ahead=True).br or b"") < len(pack(small).br or b"")
    assert pack(long, ahead=True) == pack(long)


@pytest.mark.parametrize(
    ("takes", "gets"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("identity", None),
        ("", None),
    ],
)
def test_a_browser_gets_the_best_it_takes(takes: str, gets: str | None) -> None:
    packed = pack(PLACES)
    with Flask(__name__).test_request_context(headers={"Accept-Encoding": takes}):
        answer = packed_answer(packed)

    read = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[gets]
    assert answer.headers.get("Content-Encoding") == gets
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert read(answer.data) == PLACES
