"""What importing says of rows and layers, in the reader's language: geodata writes it in English."""

from __future__ import annotations

import json
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

from dashboard.i18n import catalogue, plain
from geodata.model import LAYERS
from layers import wording

if TYPE_CHECKING:
    from layers.wording import Lang

FILE = Path(__file__).parent / "i18n" / "imports.zh-CN.json"
PLACE = re.compile(r"\{([a-z]+)\}")
_DEPTH = 3  # sentences within sentences
# Places that hold sentences of ours; what stands in the others comes from outside, as names and columns do.
_SENTENCES = {"about", "change", "remedy", "said", "system", "wanted", "what", "where", "whose", "why"}
_INTRODUCED = {"said", "why"}  # places at the end of an introduction, for a sentence that also stands alone
_OF_ROWS = {"row", "rows"}
_NUMBERS = re.compile(r"[\d, …]+")


def imported(said: str, lang: Lang) -> str:
    """Return a note or reason of an import in the reader's language; the user's own stay as they are."""
    return plain(_chinese(said, _DEPTH) if lang == "zh" else said)


def told(message: str, lang: Lang) -> str:
    """Return a message of several lines, each in the reader's language."""
    lines = message.split("\n")
    return "\n".join(
        f"{line[: len(line) - len(line.lstrip())]}{imported(line.strip(), lang)}" for line in lines
    )


@cache
def sentences() -> dict[str, str]:
    """Return sentences of imports -> the same in Chinese; `{name}` is any text, `{column}` a field."""
    return cast("dict[str, str]", json.loads(FILE.read_text(encoding="utf-8")))


@lru_cache(maxsize=4096)  # a file may give the same reason for each of its rows
def _chinese(said: str, depth: int) -> str:
    for parts, chinese in _candidates(said[:1], said[-1:]):
        places = _matched(said, parts)
        if places is not None:
            return chinese.format(**{name: _filled(name, text, depth) for name, text in places.items()})
    return said


def _filled(name: str, text: str, depth: int) -> str:
    """Return what stands in a place: layers and fields by their names, sentences in Chinese."""
    if name == "layer" and text in LAYERS:
        return wording.word(wording.LAYER_WORDS, text, "zh")
    if name == "column":
        return catalogue("zh").get(f"field.{text}", text)
    return _chinese(text, depth - 1) if depth and name in _SENTENCES else text


@lru_cache(maxsize=1024)  # a look at each pattern for each of many reasons takes long
def _candidates(first: str, last: str) -> list[tuple[tuple[str, ...], str]]:
    """Return the patterns that may fit a text which begins and ends with these letters."""
    return [
        (parts, chinese)
        for parts, chinese in _patterns()
        if parts[0][:1] in {"", first} and parts[-1][-1:] in {"", last}
    ]


@cache
def _patterns() -> list[tuple[tuple[str, ...], str]]:
    """Return texts and names of places by turns, with the Chinese.

    What introduces another sentence ("row {rows}: {why}") comes before all that might take the introduction
    for a name of its own; then those that say most.
    """
    split = [(tuple(PLACE.split(english)), chinese) for english, chinese in sentences().items()]
    return sorted(split, key=lambda pattern: (not _introduces(pattern[0]), -sum(map(len, pattern[0][::2]))))


def _introduces(parts: tuple[str, ...]) -> bool:
    return len(parts) > 1 and parts[-1] == "" and parts[-2] in _INTRODUCED


def _matched(said: str, parts: tuple[str, ...]) -> dict[str, str] | None:
    """Return what stands in the places of a pattern, each as short as can be; None where it does not fit.

    By hand: names come from outside, and a regular expression of several places takes for ever over some.
    """
    first, last = parts[0], parts[-1]
    end = len(said) - len(last)
    if not said.startswith(first) or not said.endswith(last) or len(first) > end:
        return {} if said == first and len(parts) == 1 else None
    if len(parts) == 1:
        return None
    places: dict[str, str] = {}
    at = len(first)
    for name, text in zip(parts[1:-2:2], parts[2:-1:2], strict=True):
        found = said.find(text, at + 1, end)
        if found < 0:
            return None
        places[name] = said[at:found]
        at = found + len(text)
    if at >= end:
        return None
    places[parts[-2]] = said[at:end]
    return places if all(_NUMBERS.fullmatch(places[name]) for name in _OF_ROWS & places.keys()) else None
