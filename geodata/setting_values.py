"""Turns outside values (TOML, JSON) into the types of the settings, collecting what does not fit."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

SHOWN = 60  # letters of an unsuitable value that a message repeats; it may be a whole file


class ValueChecker:
    """Checks one setting; `problems` has a sentence for each thing that does not fit.

    Parameters
    ----------
    name
        The setting as the user wrote it.
    zero
        Whether 0 is allowed where a number is asked; below 0 never is.
    """

    def __init__(self, name: str, *, zero: bool) -> None:
        self.name = name
        self.zero = zero
        self.problems: list[str] = []

    def checked(self, value: Any, wanted: Any, where: str = "", *, signed: bool = False) -> Any:
        """Return `value` as the type `wanted`; what does not fit is noted and returned as it is.

        `where` is the place inside the setting, `signed` allows any finite number.
        """
        origin, arguments = get_origin(wanted), get_args(wanted)
        if origin is dict:
            return self._table(value, arguments[1], where)
        if origin is list:
            return self._list(value, arguments[0], where)
        if wanted is float:
            return self._number(value, where, signed=signed)
        if origin is Literal:
            fits = isinstance(value, str) and value in arguments
            return self._kept(value, where, f"one of {', '.join(arguments)}", fits=fits)
        if wanted is bool:
            return self._kept(value, where, "true or false", fits=isinstance(value, bool))
        return self._kept(value, where, "a text", fits=isinstance(value, str) and bool(value.strip()))

    def _table(self, value: Any, wanted: Any, where: str) -> Any:
        if not isinstance(value, Mapping):
            return self._kept(value, where, "a table of names and values", fits=False)
        return {str(key): self.checked(item, wanted, f"{where}.{key}") for key, item in value.items()}

    def _list(self, value: Any, wanted: Any, where: str) -> Any:
        if not isinstance(value, list | tuple):
            return self._kept(value, where, "a list", fits=False)
        # Coordinates are the only numbers in lists, and may be negative.
        return [self.checked(item, wanted, f"{where}[{k}]", signed=True) for k, item in enumerate(value)]

    def _number(self, value: Any, where: str, *, signed: bool) -> Any:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        try:
            number = float(value) if is_number else math.nan
        except OverflowError:  # an integer of hundreds of digits
            number = math.nan
        fits = math.isfinite(number) and (signed or number > 0 or (self.zero and number == 0))
        limit = "" if signed else " of 0 or more" if self.zero else " above 0"
        self._kept(value, where, f"a number{limit}", fits=fits)
        return number if fits else value

    def _kept(self, value: Any, where: str, wanted: str, *, fits: bool) -> Any:
        if not fits:
            shown = repr(value) if len(repr(value)) <= SHOWN else f"{repr(value)[:SHOWN]}…"
            self.problems.append(f"{self.name}{where}: {shown} does not fit; give {wanted}")
        return value
