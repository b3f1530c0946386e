"""How much one person may ask for in a while: more is answered with 429, which costs the server nothing."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from limits import RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

if TYPE_CHECKING:
    from limits import RateLimitItem

# What is asked for -> how often, in each process; a map that is moved asks for some thirty tiles at once.
PACES: dict[str, RateLimitItem] = {
    "tile": RateLimitItemPerSecond(300, 5),
    "picture": RateLimitItemPerMinute(60),
    "file": RateLimitItemPerMinute(40),
    "other": RateLimitItemPerSecond(300, 5),
}
KINDS = {
    "layers.tile": "tile",
    "layers.base_map": "tile",
    "pictures.picture": "picture",
    "embed.picture": "picture",
    "embed.page": "picture",
    "share.report": "file",
    "atlas.written": "file",
    "downloads.gaps": "file",
    "downloads.quarantine": "file",
    "share.embed": "file",
    "sheets.export": "file",
    "sheets.programme": "file",
    "office.record_file": "file",
    "office.password": "file",
    "office.add": "file",
}


class Pace:
    """Counts what each client asks for, in this process."""

    def __init__(self) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        # Two hits at once may start the storage's clean-up twice, which raises RuntimeError.
        self._lock = threading.Lock()

    def allows(self, endpoint: str, client: str) -> bool:
        """Return whether `client` may ask for one more, and count it."""
        kind = KINDS.get(endpoint, "other")
        with self._lock:
            return self._limiter.hit(PACES[kind], kind, client)
