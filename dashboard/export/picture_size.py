"""Sizes and scales of pictures as people write them: 180x120mm, 1600x900px, 1:50000."""

from __future__ import annotations

import re

from geodata.errors import UsageError

MM_PER_INCH = 25.4
LEAST_MM, MOST_MM = 30.0, 1_200.0  # a stamp; A0
MOST_PIXELS = 60_000_000
LEAST_DPI, MOST_DPI = 50, 600
SCALES = (1_000, 50_000_000)
_SIZE = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*[x×*]\s*(\d{1,6}(?:\.\d{1,3})?)\s*(mm|px)", re.IGNORECASE)
_SCALE = re.compile(r"1\s*[:：/]\s*(\d[\d\s,]{0,12})")


def size_mm(text: str, dpi: float) -> tuple[float, float]:
    """Return width and height in millimetres of a size in millimetres or pixels (`dpi` make an inch).

    Raises
    ------
    UsageError
        For another way of writing, or a size that is no picture's.
    """
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"{text!r} is no size; write it as 180x120mm or 1600x900px")
    per_unit = 1.0 if found[3].lower() == "mm" else MM_PER_INCH / dpi
    return checked((float(found[1]) * per_unit, float(found[2]) * per_unit), dpi)


def checked(size: tuple[float, float], dpi: float) -> tuple[float, float]:
    """Return a size in millimetres that a picture can have at `dpi`.

    Raises
    ------
    UsageError
        If it is too small, too large, or of too many pixels.
    """
    if not LEAST_DPI <= dpi <= MOST_DPI:
        raise UsageError(f"{dpi:g} dots per inch are not possible; give {LEAST_DPI} to {MOST_DPI}")
    if not all(LEAST_MM <= side <= MOST_MM for side in size):
        shown = " x ".join(f"{side:.0f}" for side in size)
        raise UsageError(f"{shown} mm is no picture; give {LEAST_MM:.0f} to {MOST_MM:.0f} mm a side")
    if size[0] * size[1] * (dpi / MM_PER_INCH) ** 2 > MOST_PIXELS:
        raise UsageError(
            f"more than {MOST_PIXELS // 1_000_000} million pixels; take a smaller size or fewer dpi"
        )
    return size


def scale(text: str) -> int:
    """Return the denominator of a scale: 50000 of 1:50000.

    Raises
    ------
    UsageError
        For another way of writing, or a scale beyond those of maps.
    """
    found = _SCALE.fullmatch(text.strip())
    denominator = int(re.sub(r"\D", "", found[1])) if found else 0
    if not SCALES[0] <= denominator <= SCALES[1]:
        raise UsageError(f"{text!r} is no scale; write it as 1:50000, from 1:{SCALES[0]} to 1:{SCALES[1]}")
    return denominator
