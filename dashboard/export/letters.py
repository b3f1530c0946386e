"""Text as files of offices hold it: without letters that XML forbids, lines ended alike in cells."""

from __future__ import annotations

import re

# XML 1.0, 2.2: no file may hold any other letter, escaped or not.
_NO_LETTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_END = re.compile("\r\n?")  # XlsxWriter writes a \r as _x000D_, and so it is read back


def written(text: object) -> str:
    """Return text without the letters that XML cannot hold."""
    return _NO_LETTER.sub("", str(text))


def in_cell(text: object) -> str:
    """Return text as a cell of a workbook holds it, and gives it back."""
    return _LINE_END.sub("\n", written(text))


def is_in_cell(cell: object, text: object) -> bool:
    """Return whether a cell still holds a text that was written into it; space around it says nothing."""
    return in_cell(cell).strip() == in_cell(text).strip()
