"""Texts that a spreadsheet would run: harmless in tables handed out, as they were when these return."""

from __future__ import annotations

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the start of a formula


def neutral(text: str) -> str:
    """Return `text` as a cell that no spreadsheet runs: an apostrophe before what starts like a formula."""
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) else text


def restored(text: str) -> str:
    """Return what `neutral` was given: one apostrophe taken off what goes on like a formula."""
    is_neutral = text.startswith("'") and text.lstrip("'").startswith(FORMULA_STARTS)
    return text[1:] if is_neutral else text
