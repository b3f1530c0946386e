"""The method as a reader gets it: text of either language with the values in force in their places."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from dashboard.i18n import FILES, Text
from dashboard.setting_text import setting_text
from geodata.settings import Settings
from layers import wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.wording import Lang

# {zone_m}, a multiple {2*zone_m}, or a part {zone_m/2}
PLACE = re.compile(r"\{(?:(\d+)\*)?([a-z_]+)(?:/(\d+))?\}")


class Value(NamedTuple):
    """A setting in the text: how it reads, its name, and whether it differs from the default."""

    text: str
    name: str
    changed: bool


@cache
def method_content(lang: Lang) -> dict[str, Any]:
    """Return the text of the method: `sections`, `kinds` (how each is measured, its magnitude), `sources`."""
    path = Path(__file__).with_name("i18n") / f"method.{FILES[lang]}"
    return cast("dict[str, Any]", json.loads(path.read_text(encoding="utf-8")))


def filled(template: str, settings: Settings, lang: Lang) -> list[str | Value]:
    """Return a text as pieces: words as they stand, settings as they are in force.

    Raises
    ------
    AttributeError
        If the text names a setting there is none of.
    """
    pieces: list[str | Value] = []
    end = 0
    for found in PLACE.finditer(template):
        times, name, parts = found.groups()
        value = getattr(settings, name)
        shown = value * int(times or 1) / int(parts or 1) if times or parts else value
        pieces += [
            template[end : found.start()],
            Value(_said(name, shown, lang), name, name in settings.changed()),
        ]
        end = found.end()
    return [piece for piece in (*pieces, template[end:]) if piece]


def thresholds(settings: Settings, lang: Lang) -> Sequence[tuple[str, Value]]:
    """Return within how many minutes each kind of facility serves."""
    changed = settings.changed().get("thresholds_min", {})
    return [
        (wording.thing(kind, lang), Value(wording.minutes(minutes, lang), "thresholds_min", kind in changed))
        for kind, minutes in settings.thresholds_min.items()
    ]


def _said(name: str, value: Any, lang: Lang) -> str:
    if name.endswith("_m"):
        return wording.distance(value, lang).replace(".0 ", " ")  # settings are round
    if name.endswith("_min"):
        return wording.minutes(value, lang)
    return setting_text(value, _unit(name), Text(lang))


def _unit(name: str) -> str:
    fields: Any = Settings.__dataclass_fields__
    return str(fields[name].metadata["unit"])
