"""The words that our scripts say: the frame brings these, and none of those that the server says itself."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from dashboard import bundle
from dashboard.i18n import catalogue

if TYPE_CHECKING:
    from layers.wording import Lang

# A key stands in a script as it is, or as a beginning that a value follows: `status.${status}`.
_WHOLE = re.compile(r"""["'`]([a-z0-9_.]+)["'`]""")
_BEGUN = re.compile(r"`([a-z0-9_]+\.[a-z0-9_.]*)\$\{")


@lru_cache
def spoken(lang: Lang) -> dict[str, str]:
    """Return the words by their keys."""
    scripts = "".join(bundle.whole(part).decode() for part in bundle.PARTS if part.endswith(".js"))
    whole, begun = set(_WHOLE.findall(scripts)), tuple(set(_BEGUN.findall(scripts)))
    return {key: word for key, word in catalogue(lang).items() if key in whole or key.startswith(begun)}
