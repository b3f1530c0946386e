"""What pairings do together, kind by kind: one table that forms, checks and documentation are made from."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from geodata.ledger_fields import UnfitError, date_of, links_of, money_of, text_of
from geodata.records import Problem, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# `day` is a date as 2027-03-31, `time` one that may lack day or month; `shares` is {member id: share}.
Type = Literal[
    "text", "long", "day", "time", "number", "percent", "money", "choice", "texts", "shares", "item", "web"
]

LONGEST_LINE = 300
LONGEST_TEXT = 5_000
MOST_TEXTS = 50
MOST = 1e15  # of a number: beyond it, whole ones are no longer told apart
_TIME = re.compile(r"[12]\d{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_ROUNDING = 1e-6  # shares given in per cent with decimals


@dataclass(frozen=True)
class Field:
    """One field of an item.

    Parameters
    ----------
    name
        Of the column of layer `programme`, or of the detail.
    type
        How it is written and checked.
    detail
        Whether it is kept beside the columns of the layer, which do not have it.
    choices
        Values of type `choice`.
    unit
        Of a number.
    required
        Whether an item without it is refused.
    """

    name: str
    type: Type = "text"
    detail: bool = False
    choices: tuple[str, ...] = ()
    unit: str | None = None
    required: bool = False


@dataclass(frozen=True)
class Kind:
    """One kind of item: `fields` are its own, beside those that all kinds have."""

    name: str
    fields: tuple[Field, ...]

    @property
    def all_fields(self) -> tuple[Field, ...]:
        """The fields of its form, in order."""
        return (*FIRST, *self.fields, *LAST)


def _detail(name: str, type: Type = "text", **more: Any) -> Field:  # noqa: A002
    return Field(name, type, detail=True, **more)


_WORK = ("planned", "begun", "building", "operating", "done", "stopped")
_STANDING = ("planned", "running", "stopped")
_AMOUNT = Field("amount_cny", "money", unit="CNY")
_SHARES = Field("shares", "shares")
_COUNT = Field("count", "number")
_SECTOR = Field("sector")
_PARTIES = Field("parties", "texts")
_TAX = _detail("tax_shares", "shares")
_AREA = _detail("area_ha", "number", unit="ha")
_MEETINGS = (_detail("last", "day"), _detail("next", "day"), _detail("rhythm"))

FIRST = (Field("title", required=True),)
LAST = (
    Field("start", "time"),
    Field("end", "time"),
    _detail("lead"),
    Field("source"),
    _detail("web", "web"),
    _detail("notes", "long"),
)

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "meeting",
            (
                *_MEETINGS,
                Field("status", "choice", choices=_STANDING),
                _detail("chair"),
                _PARTIES,
                _detail("agreed", "long"),
            ),
        ),
        Kind(
            "working_group",
            (*_MEETINGS, Field("status", "choice", choices=_STANDING), _PARTIES, _detail("task", "long")),
        ),
        Kind(
            "department_pair",
            (
                _SECTOR,
                _detail("party_a"),
                _detail("party_b"),
                *_MEETINGS,
                Field("status", "choice", choices=_STANDING),
            ),
        ),
        Kind(
            "project",
            (
                Field("status", "choice", choices=_WORK),
                _detail("progress", "percent"),
                _AMOUNT,
                _detail("paid_cny", "money", unit="CNY"),
                _SHARES,
                _SECTOR,
                _COUNT,
                Field("part_of", "item"),
                _PARTIES,
            ),
        ),
        Kind(
            "park",
            (
                Field("status", "choice", choices=_WORK),
                _AMOUNT,
                _SHARES,
                _TAX,
                _AREA,
                _detail("industries", "texts"),
                _detail("operator"),
                _SECTOR,
                _COUNT,
                Field("part_of", "item"),
                _PARTIES,
            ),
        ),
        Kind(
            "enclave",
            (
                Field("status", "choice", choices=_WORK),
                _detail("host"),
                _detail("sender"),
                _AMOUNT,
                _SHARES,
                _TAX,
                _detail("accounting", "long"),
                _AREA,
                _COUNT,
                Field("part_of", "item"),
                _PARTIES,
            ),
        ),
        Kind(
            "paired_institution",
            (
                Field("sector"),
                _detail("party_a"),
                _detail("party_b"),
                Field("status", "choice", choices=_STANDING),
                _detail("what", "long"),
                _COUNT,
                Field("part_of", "item"),
            ),
        ),
        Kind(
            "exchange",
            (
                _COUNT,
                _detail("direction", "choice", choices=("a_to_b", "b_to_a", "both")),
                _detail("posts"),
                Field("status", "choice", choices=_STANDING),
                _SECTOR,
                Field("part_of", "item"),
            ),
        ),
        Kind(
            "compensation",
            (
                _AMOUNT,
                _detail("payer"),
                _detail("payee"),
                _detail("basis", "long"),
                Field("status", "choice", choices=_STANDING),
                Field("part_of", "item"),
            ),
        ),
        Kind(
            "fund",
            (_AMOUNT, _detail("paid_cny", "money", unit="CNY"), _SHARES, _SECTOR, Field("part_of", "item")),
        ),
        Kind(
            "enterprise",
            (
                _SECTOR,
                _detail("place"),
                _detail("needs", "long"),
                _detail("offers", "long"),
                _detail("matched", "choice", choices=("open", "in_talks", "matched", "dropped")),
            ),
        ),
        Kind("jobs", (_COUNT, _SECTOR, Field("part_of", "item"))),
    )
}


def checked(item_id: str, kind: str, values: Mapping[str, Any], members: Sequence[str]) -> dict[str, Any]:
    """Return the values of an item as they are kept: trimmed, numbers as numbers, what is empty as None.

    Parameters
    ----------
    item_id
        Of the item, for the error.
    kind
        One of `KINDS`.
    values
        Field -> value; fields that are left out are not in the answer.
    members
        Ids of the members of the pairing: whose shares there may be.

    Raises
    ------
    Refused
        If the kind is unknown, or any value is not of its field; names every problem.
    """
    if kind not in KINDS:
        raise Refused(item_id, [Problem("kind", "no_choice", f"take one of {', '.join(KINDS)}")])
    fields = {field.name: field for field in KINDS[kind].all_fields}
    problems: list[Problem] = []
    kept: dict[str, Any] = {}
    for name, value in values.items():
        try:
            kept[name] = _value(fields, name, value, members)
        except UnfitError as unfit:
            problems.append(Problem(str(name)[:LONGEST_LINE], unfit.code, str(unfit), unfit.values))
    start, end = kept.get("start"), kept.get("end")
    if start and end and end[: len(start)] < start[: len(end)]:
        problems.append(Problem("end", "order", "it is before the beginning; correct one of the two"))
    if kept.get("part_of") == item_id:
        problems.append(Problem("part_of", "itself", "it cannot be part of itself; name another one"))
    if problems:
        raise Refused(item_id, problems)
    return kept


def _value(fields: Mapping[str, Field], name: str, value: Any, members: Sequence[str]) -> Any:
    field = fields.get(name)
    if field is None:
        raise UnfitError("unknown_field", f"there is no such field; take one of {', '.join(fields)}")
    told = _READ[field.type](value, field, members)
    if field.required and told is None:
        raise UnfitError("required", "it is empty; fill it in")
    return told


def _number(value: Any, field: Field, _members: Sequence[str]) -> float | None:
    if value is None or value == "":
        return None
    most = 100.0 if field.type == "percent" else MOST
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise UnfitError("no_number", f"{value!r} is no number; write digits", value=str(value))
    if not 0 <= number <= most:
        raise UnfitError("out_of_range", f"it must lie between 0 and {most:,.0f}", most=f"{most:,.0f}")
    return number + 0.0  # no minus zero


def _time(value: Any, _field: Field, _members: Sequence[str]) -> str | None:
    said = text_of(value, LONGEST_LINE)
    if said is None:
        return None
    if not _TIME.fullmatch(said):
        raise UnfitError(
            "no_time", f"{said!r} is no time; write it as 2027, 2027-03 or 2027-03-31", value=said
        )
    return date_of(said) if said.count("-") == 2 else said  # noqa: PLR2004  # year, month and day


def _choice(value: Any, field: Field, _members: Sequence[str]) -> str | None:
    if value is None or value == "":
        return None
    if value not in field.choices:
        raise UnfitError("no_choice", f"{value!r} is none of {', '.join(field.choices)}", value=str(value))
    return str(value)


def _texts(value: Any, _field: Field, _members: Sequence[str]) -> list[str] | None:
    if value is None or value == "":
        return None
    if not isinstance(value, list) or len(value) > MOST_TEXTS:
        raise UnfitError("no_texts", f"write at most {MOST_TEXTS} texts", most=MOST_TEXTS)
    told = [text_of(each, LONGEST_LINE) for each in value]
    return list(dict.fromkeys(each for each in told if each)) or None


def _shares(value: Any, _field: Field, members: Sequence[str]) -> dict[str, float] | None:
    if value is None or value in ("", {}):
        return None
    given = (
        {}
        if not isinstance(value, dict)
        else {key: share for key, share in value.items() if share is not None}
    )
    sound = isinstance(value, dict) and all(
        isinstance(share, int | float) and not isinstance(share, bool) and 0 <= share <= 1
        for share in given.values()
    )
    if not sound or not set(given) <= set(members) or sum(given.values()) > 1 + _ROUNDING:
        raise UnfitError(
            "no_shares", f"write shares from 0 to 1, at most 1 together, of {', '.join(members)}"
        )
    return {key: float(share) for key, share in given.items()} or None


def _web(value: Any, _field: Field, _members: Sequence[str]) -> str | None:
    return None if value in (None, "") else links_of([{"url": value}])[0]["url"]


_READ: dict[Type, Callable[[Any, Field, Sequence[str]], Any]] = {
    "text": lambda value, _field, _members: text_of(value, LONGEST_LINE),
    "long": lambda value, _field, _members: text_of(value, LONGEST_TEXT),
    "item": lambda value, _field, _members: text_of(value, LONGEST_LINE),
    "day": lambda value, _field, _members: date_of(value),
    "time": _time,
    "number": _number,
    "percent": _number,
    "money": lambda value, _field, _members: money_of(value),
    "choice": _choice,
    "texts": _texts,
    "shares": _shares,
    "web": _web,
}
