"""Degrees as people write them: decimal, with minutes and seconds, with the side of the equator."""

from __future__ import annotations

import re
import unicodedata

_SIDE = r"(东经|西经|北纬|南纬|[NSEWnsew])?"
_NUMBER = r"(\d{1,3}(?:\.\d+)?)"
_SECONDS = rf"(?:{_NUMBER}\s*(?:[\"”秒]|''|’’)?)?"
_MINUTES = rf"(?:{_NUMBER}\s*['’分]\s*{_SECONDS})?"
_MARKED = re.compile(rf"{_SIDE}\s*{_NUMBER}\s*(?:[°度˚]\s*{_MINUTES})?\s*{_SIDE}")
_BARE = re.compile(rf"{_SIDE}\s*(\d{{1,3}})([ :-])\s*(\d{{1,2}})\3\s*{_NUMBER}\s*{_SIDE}")
_MARKS = str.maketrans({"″": '"', "′": "'", "º": "°"})  # which NFKC would take apart
_LONGEST = 60  # letters of an angle: patterns take long over what is none
_SIXTY = 60
_BELOW = ("s", "w", "南纬", "西经")


def in_degrees(text: str) -> str:
    """Return what a person wrote as a decimal number; any other text as it is, in half-width letters."""
    if len(text) > _LONGEST:
        return text
    plain = unicodedata.normalize("NFKC", text.translate(_MARKS)).strip()
    found, bare = _MARKED.fullmatch(plain), _BARE.fullmatch(plain)
    if bare:
        before, degrees, _, minutes, seconds, after = bare.groups()
    elif found:
        before, degrees, minutes, seconds, after = found.groups()
    else:
        return plain
    parts = [float(part or 0) for part in (degrees, minutes, seconds)]
    if (before and after) or max(parts[1:]) >= _SIXTY or (minutes and "." in degrees):
        return plain
    value = parts[0] + parts[1] / _SIXTY + parts[2] / _SIXTY**2
    return repr(-value if (before or after or "").lower() in _BELOW else value)
