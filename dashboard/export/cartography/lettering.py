"""Letters of pictures: one Chinese type that ships with the program, measured and drawn alike everywhere."""

from __future__ import annotations

import textwrap
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import pylopdf_fonts_zh_cn
from matplotlib import font_manager, patheffects
from matplotlib.ft2font import FT2Font
from matplotlib.textpath import TextToPath

from dashboard.i18n import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes

# Under names of our own: another file of the same family on this machine must not be taken instead.
FAMILIES = {
    "bordergap": Path(pylopdf_fonts_zh_cn.__file__).parent / "NotoSansSC-Regular.otf",
    "bordergap emoji": Path(__file__).parents[1] / "fonts" / "NotoEmoji-Regular.ttf",
    "bordergap more": Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf",  # Arabic, Hebrew, …
}
UNKNOWN = "\ufffd"  # stands for letters that none has
HALOS = 8.4  # their place in the order of drawing
LINE_HEIGHT = 1.25  # of the letters' size
LONG_CHINESE = 7  # letters; such names are written in two lines
LONGEST_NAME = 48  # letters; longer ones are cut
_JOINERS = frozenset({"\u200b", "\u200c", "\u200d", "\ufe0e", "\ufe0f", "\ufeff"})


@cache
def font(size: float) -> font_manager.FontProperties:
    """Return the type of all pictures at `size` (points)."""
    known = {entry.name for entry in font_manager.fontManager.ttflist}
    for name, path in FAMILIES.items():
        if name not in known:
            entry = font_manager.FontEntry(
                fname=str(path),
                name=name,
                style="normal",
                variant="normal",
                weight=400,
                stretch="normal",
                size="scalable",
            )
            font_manager.fontManager.ttflist.append(entry)
    return font_manager.FontProperties(family=list(FAMILIES), size=size)


@cache
def _letters() -> frozenset[int]:
    """Return every letter that can be drawn."""
    return frozenset(code for path in FAMILIES.values() for code in FT2Font(str(path)).get_charmap())


def legible(text: str, longest: int = LONGEST_NAME) -> str:
    """Return text from outside as one line that can be drawn: unknown letters as one mark, long text cut."""
    line = drawable(" ".join(plain(text.replace("\n", " ").replace("\r", " ").replace("\t", " ")).split()))
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def drawable(text: str) -> str:
    """Return text with a run of letters that the program's type does not have as one mark; lines stay."""
    letters: list[str] = []
    for letter in text:
        if letter in _JOINERS:
            continue
        unassigned = unicodedata.category(letter) in {"Cs", "Cn", "Co"}
        drawn = letter if letter in "\n\t" or (ord(letter) in _letters() and not unassigned) else UNKNOWN
        if drawn != UNKNOWN or letters[-1:] != [UNKNOWN]:
            letters.append(drawn)
    return "".join(letters)


@lru_cache(maxsize=4096)
def width(text: str, size: float) -> float:
    """Return how wide `text` is drawn, in points."""
    if not text:
        return 0.0
    return float(TextToPath().get_text_width_height_descent(text, font(size), ismath=False)[0])


def broken(text: str, size: float, limit: float) -> list[str]:
    """Return `text` in lines of at most `limit` points: broken at spaces and between Chinese letters.

    A word that is longer than a line is broken where the line ends.
    """
    lines, line = [], ""
    for part in _pieces(text, size, limit):
        if line and width(line + part.rstrip(), size) > limit:
            lines.append(line.rstrip())
            line = part.lstrip()
        else:
            line += part
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str, size: float, limit: float) -> Iterator[str]:
    """Give the parts of a text, letter by letter those that are longer than a line."""
    for part in _parts(text):
        if width(part.rstrip(), size) > limit:
            yield from part
        else:
            yield part


def _parts(text: str) -> list[str]:
    """Return what stays together: words with the space after them, Chinese letters with what closes."""
    parts: list[str] = []
    together = ""
    for position, letter in enumerate(text):
        together += letter
        following = text[position + 1 : position + 2]
        closing = following in tuple("，。；：、）》」”’,.;:)%")
        wide = unicodedata.east_asian_width(letter) in "WF" and letter not in "（《「“‘("
        wide_next = bool(following) and unicodedata.east_asian_width(following) in "WF"
        if not closing and (letter == " " or wide or (wide_next and letter.isalnum())):
            parts.append(together)
            together = ""
    return [*parts, together] if together else parts


def fitted(text: str, size: float, limit: float) -> str:
    """Return `text`, cut where it would be wider than `limit` points."""
    if width(text, size) <= limit:
        return text
    kept = text
    while kept and width(f"{kept}…", size) > limit:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def two_lines(name: str, letters: int = 12, chinese: int = LONG_CHINESE) -> str:
    """Return a long name in two lines of about the same length: of words, or of Chinese letters."""
    if len(name) >= chinese and all(unicodedata.east_asian_width(letter) in "WF" for letter in name):
        half = (len(name) + 1) // 2
        return f"{name[:half]}\n{name[half:]}"
    if len(name) <= letters or " " not in name:
        return name
    lines = textwrap.wrap(name, width=max(letters, len(name) * 2 // 3), break_long_words=False)
    return "\n".join(lines)


def write(
    axes: Axes,
    place: tuple[float, float],
    text: str,
    *,
    size: float,
    colour: str,
    halo: str | None = None,
    align: str = "left",
    base: str = "baseline",
    turn: float = 0.0,
    order: float = 10.0,
) -> None:
    """Write `text`, taken as it is and no formula, at `place` in the axes' units; line feeds part lines."""
    style: dict[str, Any] = {
        "fontproperties": font(size),
        "ha": align,
        "va": base,
        "rotation": turn,
        "parse_math": False,
        "linespacing": LINE_HEIGHT,
        "clip_on": False,
    }
    if halo is not None:  # below all letters, so that none is hidden by a neighbour's
        below = axes.text(*place, text, color=halo, zorder=HALOS, **style)
        wide = max(1.4, size / 4.5)
        below.set_path_effects([patheffects.Stroke(linewidth=wide, foreground=halo, joinstyle="round")])
    axes.text(*place, text, color=colour, zorder=order, **style)
