"""JSON read piece by piece: the members of the outermost object, and the items of one list in it."""

from __future__ import annotations

import codecs
import json
import math
import re
from typing import TYPE_CHECKING, Any

from geodata.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CHUNK = 1 << 20  # bytes read at a time; more for a value that is longer
_BLANK = re.compile(r"[ \t\n\r]*")
_SEPARATORS = re.compile(r"[ \t\n\r\x1e]*")  # RFC 8142 begins each text of a sequence with a record separator


def read_json_text(path: Path, name: str) -> Any:
    """Return what a JSON file holds; NaN and infinity, which JSON has not, become NaN."""
    stream = JsonStream(path, name)
    value = stream.value()
    stream.require_end()
    return value


class JsonStream:
    """The text of a JSON file and a position in it.

    Parameters
    ----------
    path, name
        The file, and what messages call it.
    encoding
        As the user says; JSON is UTF-8, and what its first bytes mark as UTF-16 is that.

    Raises
    ------
    SourceError
        If the encoding is not known.
    """

    def __init__(self, path: Path, name: str, encoding: str | None = None) -> None:
        self.name = name
        self._file = path.open("rb")
        head = self._file.read(2)
        self._file.seek(0)
        marked = head in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}
        self._encoding = encoding or ("utf-16" if marked else "utf-8-sig")
        try:
            self._decoder = codecs.getincrementaldecoder(self._encoding)()
        except LookupError as error:
            problem = f"encoding {encoding!r} is not known; use utf-8 or gb18030"
            raise SourceError(name, [problem]) from error
        self._json = json.JSONDecoder(parse_constant=lambda _: math.nan)
        self._text = ""
        self._at = 0
        self._bytes = 0  # decoded
        self._lines = 0  # before the text in memory
        self._column = 0  # letters before it in its first line
        self._ended = False

    def peek(self, blank: re.Pattern[str] = _BLANK) -> str:
        """Return the next letter that is no blank, "" at the end."""
        while True:
            found = blank.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def expect(self, letters: str, what: str) -> str:
        """Step over one of `letters` and return it."""
        found = self.peek()
        if not found or found not in letters:
            raise self._wrong(f"Expecting {what}", self._at)
        self._at += 1
        return found

    def value(self) -> Any:
        """Return the next value, whole."""
        self.peek()
        while True:
            try:
                value, end = self._json.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._more(len(self._text)):
                    continue  # cut in the middle, perhaps
                raise self._wrong(error.msg, error.pos) from error
            except RecursionError as error:
                problem = "its values are nested too deeply; export the file again"
                raise SourceError(self.name, [problem]) from error
            except ValueError as error:  # numbers of thousands of digits
                raise SourceError(self.name, [f"{error}; export the file again"]) from error
            # A number at the end of what was read may go on.
            if end == len(self._text) and isinstance(value, int | float) and self._more():
                continue
            self._at = end
            return value

    def members(self) -> Iterator[str]:
        """Yield the names of the next object's members; take the value of each before the next name."""
        self.expect("{", "value")
        if self.peek() == "}":
            self._at += 1
            return
        while True:
            if self.peek() != '"':
                raise self._wrong("Expecting property name enclosed in double quotes", self._at)
            name = self.value()
            self.expect(":", "':' delimiter")
            yield str(name)
            if self.expect(",}", "',' delimiter") == "}":
                return

    def items(self) -> Iterator[Any]:
        """Yield the values of the next list."""
        self.expect("[", "value")
        if self.peek() == "]":
            self._at += 1
            return
        while True:
            yield self.value()
            if self.expect(",]", "',' delimiter") == "]":
                return

    def at_end(self) -> bool:
        """Return whether nothing follows but blanks and separators of records."""
        return self.peek(_SEPARATORS) == ""

    def require_end(self) -> None:
        """Raise SourceError if anything follows."""
        if self.peek():
            raise self._wrong("Extra data", self._at)

    def line(self) -> str:
        """Return what is left of the line, and step over it."""
        while (end := self._text.find("\n", self._at)) < 0:
            if not self._more(len(self._text)):
                end = len(self._text)
                break
        text = self._text[self._at : end].rstrip("\r")
        self._at = end
        return text

    def _more(self, at_least: int = 0) -> bool:
        """Read on, forget what lies behind; return whether there was more."""
        if self._ended:
            return False
        chunk = self._file.read(max(_CHUNK, at_least))
        try:
            fresh = self._decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            place = self._bytes + error.start
            problem = f"byte {place} is not {self._encoding}; name the right one with --encoding"
            if self._encoding == "utf-8-sig":
                problem = (
                    f"byte {place}: not UTF-8, which JSON must be; save it as UTF-8, "
                    "or name its encoding with --encoding"
                )
            raise SourceError(self.name, [problem]) from error
        self._bytes += len(chunk)
        behind = self._text[: self._at]
        breaks = behind.count("\n")
        self._lines += breaks
        self._column = len(behind) - behind.rfind("\n") - 1 if breaks else self._column + len(behind)
        self._text, self._at = self._text[self._at :] + fresh, 0
        if not chunk:
            self._ended = True
            self._file.close()
        return bool(fresh) or not self._ended

    def _wrong(self, reason: str, position: int) -> SourceError:
        before = self._text[:position]
        breaks = before.count("\n")
        column = len(before) - before.rfind("\n") if breaks else self._column + len(before) + 1
        place = f"line {self._lines + breaks + 1}, column {column}"
        return SourceError(self.name, [f"{place}: its content is not JSON ({reason}); export it again"])
