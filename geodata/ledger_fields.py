"""What an entry of the ledger says: its fields, what fits into them, which status may follow which."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, get_args
from urllib.parse import urlsplit

from geodata.records import Problem, Record, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Status = Literal["found", "confirmed", "assigned", "in_progress", "resolved", "rejected"]
FieldType = Literal["status", "text", "long", "date", "money", "links"]
STATUSES: tuple[Status, ...] = get_args(Status)

# What may follow. Work may begin at once, and a step may be taken back; but what was resolved or rejected is
# opened again first, so that nobody works on a gap that the list shows as done.
NEXT: dict[Status, tuple[Status, ...]] = {
    "found": ("confirmed", "assigned", "in_progress", "resolved", "rejected"),
    "confirmed": ("found", "assigned", "in_progress", "resolved", "rejected"),
    "assigned": ("confirmed", "in_progress", "resolved", "rejected"),
    "in_progress": ("confirmed", "assigned", "resolved", "rejected"),
    "resolved": ("confirmed", "in_progress"),
    "rejected": ("found", "confirmed"),
}
RESPONSIBLE = ("lead", "owner_a", "owner_b")  # one of them at least, for a gap that is assigned
MOST_LETTERS = {"text": 200, "long": 4000}
MOST_LINKS, MOST_TITLE, MOST_ADDRESS = 20, 200, 2000
MOST_CNY = 1e12
FIRST_YEAR, LAST_YEAR = 1990, 2199


@dataclass(frozen=True)
class Field:
    """One field of an entry: what it takes, and what it holds before anybody says anything."""

    type: FieldType
    default: Any = None


FIELDS: dict[str, Field] = {
    "status": Field("status", "found"),
    "todo": Field("long"),  # what is to be done
    "owner_a": Field("text"),  # who is responsible on side a
    "owner_b": Field("text"),
    "lead": Field("text"),  # who leads
    "due": Field("date"),  # ISO
    "cost_cny": Field("money"),
    "notes": Field("long"),
    "manages_who": Field("text"),
    "manages_what": Field("long"),
    "manages_how": Field("long"),
    "consequence": Field("long"),  # what happens if it is not done
    "links": Field("links", []),  # attachments: {title, url}
}


class UnfitError(ValueError):
    """A value that a field cannot take: a code for translation, the sentence, what stands in it."""

    def __init__(self, code: str, text: str, **values: Any) -> None:
        super().__init__(text)
        self.code = code
        self.values = values


def checked(record: Record, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of `changes` as they are kept.

    Raises
    ------
    Refused
        With every reason at once.
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, value in changes.items():
        try:
            values[name] = value_of(name, value)
        except UnfitError as unfit:
            problems.append(Problem(name, unfit.code, str(unfit), unfit.values))
    problems += _status_problems(record, values)
    if problems:
        raise Refused(record.id, problems)
    return values


def value_of(name: str, value: Any) -> Any:
    """Return the value of a field in its canonical form: plain JSON, None where nothing is said.

    Raises
    ------
    UnfitError
        If the field does not take it, or there is no such field.
    """
    if name not in FIELDS:
        raise UnfitError("unknown_field", f"there is no such field; take one of {', '.join(FIELDS)}")
    return _READ[FIELDS[name].type](value)


def text_of(value: Any, most: int) -> str | None:
    """Return a text without space around it, None for an empty one; line breaks and tabs stay.

    Raises
    ------
    UnfitError
        If it is too long, or has letters that no screen shows.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise UnfitError("no_text", f"{value!r} is no text")
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip()
    if any(unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\n\t" for letter in text):
        raise UnfitError("control", "it holds control characters; type it anew")
    if len(text) > most:
        raise UnfitError(
            "too_long", f"it has {len(text):,} letters; at most {most:,} fit", letters=len(text), most=most
        )
    return text or None


def date_of(value: Any) -> str | None:
    """Return a day as ISO text (2027-03-31).

    Raises
    ------
    UnfitError
        If it is no day, or of a year that is a slip of the pen.
    """
    if value is None or value == "":
        return None
    try:
        day = date.fromisoformat(value.strip()) if isinstance(value, str) else _day(value)
    except ValueError:
        raise UnfitError("no_date", f"{value!r} is no day; write 2027-03-31", value=str(value)) from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise UnfitError("far_date", f"the year {day.year} is a slip; look at it again", year=day.year)
    return day.isoformat()


def money_of(value: Any) -> float | None:
    """Return an amount in yuan.

    Raises
    ------
    UnfitError
        If it is no number, negative, or without bounds.
    """
    if value is None or value == "":
        return None
    try:
        amount = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        amount = math.nan
    if not math.isfinite(amount):
        raise UnfitError(
            "no_number", f"{value!r} is no number; write yuan in digits, as 1200000", value=str(value)
        )
    if not 0 <= amount <= MOST_CNY:
        raise UnfitError("out_of_range", f"it must lie between 0 and {MOST_CNY:,.0f} yuan", most=MOST_CNY)
    return round(amount, 2) + 0.0  # no minus zero


def links_of(value: Any) -> list[dict[str, str]]:
    """Return attachments as `title` and `url`, http or https; without a title, the host stands for it.

    Raises
    ------
    UnfitError
        If one of them is no address that a browser may be sent to.
    """
    if value is None or value == "":
        return []
    if not isinstance(value, list | tuple) or not all(isinstance(link, dict) for link in value):
        raise UnfitError("no_links", "write links as a list of title and url")
    if len(value) > MOST_LINKS:
        raise UnfitError("too_many_links", f"at most {MOST_LINKS} links fit", most=MOST_LINKS)
    return [_link(link) for link in value]


def _link(link: dict[str, Any]) -> dict[str, str]:
    url = text_of(link.get("url"), MOST_ADDRESS) or ""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
    except ValueError:
        sound = False
    if not sound or any(letter.isspace() or letter in '"<>\\' for letter in url):
        raise UnfitError("no_address", f"{url!r} is no address; begin with https://", value=url)
    return {"title": text_of(link.get("title"), MOST_TITLE) or str(parts.hostname), "url": url}


def _status(value: Any) -> Any:
    if value not in STATUSES:
        raise UnfitError(
            "no_status", f"{value!r} is no status; take one of {', '.join(STATUSES)}", value=str(value)
        )
    return value


def _day(value: Any) -> date:
    """Return the day of a date, or of a time without its hours."""
    if not isinstance(value, date):
        raise ValueError(value)  # noqa: TRY004 - the caller says what is wrong for all values alike
    return date(value.year, value.month, value.day)


def _status_problems(record: Record, values: Mapping[str, Any]) -> list[Problem]:
    """Return what speaks against the status that an entry would have."""
    before, after = record.fields["status"], values.get("status", record.fields["status"])
    problems = []
    if after != before and after not in NEXT[before]:
        may = ", ".join(NEXT[before])
        problems.append(
            Problem(
                "status",
                "no_step",
                f"{after} does not follow {before}; it may become {may}",
                {"before": before, "after": after, "may": list(NEXT[before])},
            )
        )
    if after == "assigned" and not any(values.get(name, record.fields.get(name)) for name in RESPONSIBLE):
        problems.append(
            Problem(
                "status",
                "nobody",
                "assigned to nobody; say who leads, or who is responsible on side a or b",
                {},
            )
        )
    return problems


_READ: dict[FieldType, Callable[[Any], Any]] = {
    "status": _status,
    "text": lambda value: text_of(value, MOST_LETTERS["text"]),
    "long": lambda value: text_of(value, MOST_LETTERS["long"]),
    "date": date_of,
    "money": money_of,
    "links": links_of,
}
