"""A connection to PostgreSQL that waits for no answer longer than it may, though drops of it come.

The server's own limit of a statement ends with the server: what comes slowly, or no more, from there on is
seen by the one who waits alone.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg

if TYPE_CHECKING:
    from collections.abc import Generator

_Answer = TypeVar("_Answer")


class LateError(psycopg.OperationalError):
    """An answer that did not come whole in its time; the connection is closed."""


class Punctual(psycopg.Connection[Any]):
    """A connection whose every statement is answered within `answer_s`, or ends with LateError."""

    answer_s = float("inf")

    def wait(self, gen: Generator[Any, Any, _Answer], *given: Any, **named: Any) -> _Answer:
        """Return what psycopg waits for: a statement, a piece of a result, the end of a transaction."""
        try:
            return super().wait(self._in_time(gen), *given, **named)
        except LateError:
            self.close()  # the rest of the answer would come in place of the next one
            raise

    def _in_time(self, gen: Generator[Any, Any, _Answer]) -> Generator[Any, Any, _Answer]:
        """Hand through what `gen` asks for until the time is over: psycopg comes by ten times a second."""
        end = time.monotonic() + self.answer_s
        ready = None
        while True:
            try:
                asked = gen.send(ready)
            except StopIteration as done:
                answer: _Answer = done.value
                return answer
            ready = yield asked
            if time.monotonic() > end:
                gen.close()
                raise LateError(f"the answer did not come whole within {self.answer_s:g} s")
