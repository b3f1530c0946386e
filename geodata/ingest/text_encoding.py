"""Which encoding a text is in: declared, proven by its bytes, or asked for; never guessed."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from geodata.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = 1 << 20


def encoding_of(path: Path, name: str, encoding: str | None) -> str:
    """Return the encoding a file is in; all of it is looked at.

    Raises
    ------
    SourceError
        If `encoding` is unknown or does not fit, or none is declared and the bytes prove none.
    """
    chosen = encoding or proven_encoding(path)[0]
    if chosen is None:
        raise SourceError(name, ["its letters are neither UTF-8 nor plain GBK; name them with --encoding"])
    try:
        wrong = _first_misfit(path, chosen)
    except LookupError as error:
        raise SourceError(name, [f"encoding {chosen!r} is not known; use utf-8 or gb18030"]) from error
    if wrong is not None:
        raise SourceError(name, [f"byte {wrong} is not {chosen}; name the right one with --encoding"])
    return chosen


def proven_encoding(path: Path, start: int = 0) -> tuple[str | None, bool]:
    """Return the encoding a file can only be in (None where several might fit), and whether it is ASCII.

    Western texts hardly ever form pairs of the 6 763 common characters of GB 2312; text that is made of
    nothing else is Chinese. What stands before the byte `start` is left out.
    """
    with path.open("rb") as file:
        file.seek(start)
        head = file.read(4)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, False
    for tried, encoding in (("utf-8", "utf-8"), ("gb2312", "gb18030")):
        if _first_misfit(path, tried, start) is None:
            return encoding, tried == "utf-8" and all(chunk.isascii() for chunk in _chunks(path, start))
    return None, False


def _first_misfit(path: Path, encoding: str, start: int = 0) -> int | None:
    """Return the position of the first byte that does not fit an encoding, None where all do."""
    decoder = codecs.getincrementaldecoder(encoding)()
    at = start
    for chunk in _chunks(path, start):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            return at - pending + error.start
        at += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return at
    return None


def _chunks(path: Path, start: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while chunk := file.read(_CHUNK):
            yield chunk
