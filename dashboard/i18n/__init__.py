"""Chinese and English text of the screen: two catalogues with the same keys, and the choice between them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from layers.wording import LANGS, Lang

FILES: dict[Lang, str] = {"zh": "zh-CN.json", "en": "en.json"}
TAGS: dict[Lang, str] = {"zh": "zh-CN", "en": "en"}  # for the lang attribute and Accept-Language
FALLBACK: Lang = "en"  # for browsers that ask for neither


# Characters that turn the writing direction of what follows, or break lines: names must not. Halves of
# pairs and what is no character can stand in no file.
_UNSEEN = dict.fromkeys(
    (
        *(*range(0x20), 0x7F, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)),
        *(*range(0xD800, 0xE000), 0xFFFE, 0xFFFF),
    ),
    None,
)


def plain(text: str) -> str:
    """Return text from outside without control characters that would change what stands around it."""
    return text.translate(_UNSEEN)


@dataclass(frozen=True)
class Text:
    """The catalogue of one language; `text(key, count=3)` fills the sentence in."""

    lang: Lang

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of `key` with `values` in its places; KeyError for an unknown key."""
        return catalogue(self.lang)[key].format(**values)

    def of(self, group: str, name: str) -> str:
        """Return the text of a value of an open vocabulary; one without text stays as it is."""
        return catalogue(self.lang).get(f"{group}.{name}", str(name).replace("_", " "))


@cache
def catalogue(lang: Lang) -> dict[str, str]:
    """Return key -> text of one language."""
    path = Path(__file__).with_name(FILES[lang])
    return cast("dict[str, str]", json.loads(path.read_text(encoding="utf-8")))


def language(asked: str | None, accept_language: str = "") -> Lang:
    """Return the language to answer in: what the address asks for, else what the browser prefers.

    Parameters
    ----------
    asked
        `lang` of the address; anything but a known language counts as not asked.
    accept_language
        The request's Accept-Language header.
    """
    if asked in LANGS:
        return asked
    for tag, _ in parse_accept_header(accept_language, LanguageAccept):
        for lang in LANGS:
            if tag.lower().split("-")[0] == lang:
                return lang
    return FALLBACK
