"""Which encoding a text is in: declared, proven by its bytes, or asked for; never guessed."""

from __future__ import annotations

import codecs

from geodata.errors import SourceError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decoded(content: bytes, name: str, encoding: str | None) -> tuple[str, str]:
    """Return the text of `content` and the encoding it is in.

    Raises
    ------
    SourceError
        If `encoding` is unknown or does not fit, or none is declared and the bytes prove none.
    """
    chosen = encoding or proven_encoding(content)
    if chosen is None:
        raise SourceError(name, ["its letters are neither UTF-8 nor plain GBK; name them with --encoding"])
    try:
        return content.decode(chosen), chosen
    except LookupError as error:
        raise SourceError(name, [f"encoding {chosen!r} is not known; use utf-8 or gb18030"]) from error
    except UnicodeDecodeError as error:
        raise SourceError(
            name, [f"byte {error.start} is not {chosen}; name the right one with --encoding"]
        ) from error


def proven_encoding(content: bytes) -> str | None:
    """Return the encoding that `content` can only be in, None where several might fit.

    Western texts hardly ever form pairs of the 6 763 common characters of GB 2312; text that is made of
    nothing else is Chinese.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding
    for tried, encoding in (("utf-8", "utf-8"), ("gb2312", "gb18030")):
        try:
            content.decode(tried)
        except UnicodeDecodeError:
            continue
        return encoding
    return None
