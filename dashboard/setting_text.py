"""Settings as a person reads them: values with their units, things by their words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layers import wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboard.i18n import Text


def setting_text(value: Any, unit: str, text: Text) -> str:
    """Return a setting's value with its unit."""
    said = "" if not unit else f" {wording.word(wording.UNIT_WORDS, unit, text.lang)}"
    if isinstance(value, bool):
        return text("yes" if value else "no")
    if isinstance(value, dict):
        parts = [f"{_thing(key, text)} {setting_text(each, '', text)}" for key, each in value.items()]
        return (wording.listed(parts, text.lang) + said) if parts else text("method.default")
    if isinstance(value, list):
        return wording.listed([_item(each, text) for each in value], text.lang) if value else text("none")
    return f"{wording.number(value)}{said}" if isinstance(value, int | float) else text(f"value.{value}")


def _item(value: Any, text: Text) -> str:
    parts: Sequence[Any] = value if isinstance(value, list) else [value]
    return " × ".join(_thing(part, text) if isinstance(part, str) else str(part) for part in parts)


def _thing(name: str, text: Text) -> str:
    if name in wording.THING_WORDS:
        return wording.thing(name, text.lang)
    return wording.word(wording.VALUE_WORDS, name, text.lang)
