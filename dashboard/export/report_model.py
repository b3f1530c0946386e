"""The report model: what a border-gap report says, in plain text and numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from dashboard.gap_filters import Filters
from geodata.model import PROVENANCES
from layers.wording import is_missing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from dashboard.approval import ReviewNote
    from layers.wording import Lang

MARKED = ("fallback", "generated")  # provenances that are said wherever something is shown
WORST = 5  # findings shown with their evidence and a map of their place

PictureKind = Literal["overview", "map", "locator", "profile"]


@dataclass(frozen=True)
class Fact:
    """A figure with its name; `mark` says that it rests on generated data or an estimate."""

    label: str
    value: str
    mark: str = ""


@dataclass(frozen=True)
class Picture:
    """A picture to be drawn by `dashboard.export.pictures`; `alt` says in words what it shows.

    `gaps` are the ids of the gaps on a map, numbered from 1 as the list has them; `numbered` the pairings of
    an overview, numbered from 1 as the contents have them.
    """

    kind: PictureKind
    alt: str
    pairing_id: str | None = None
    gap_id: str | None = None
    measurable: str | None = None
    direction: str | None = None
    gaps: tuple[str, ...] = ()
    numbered: tuple[str, ...] = ()


@dataclass(frozen=True)
class Side:
    """A member of a pairing of two: drawn in blue as `a`, in orange as `b`."""

    letter: Literal["a", "b"]
    name: str


@dataclass(frozen=True)
class Finding:
    """One gap as the report lists it; texts are those of the grid and the detail of the dashboard.

    Parameters
    ----------
    people, people_short
        Those affected, with and without the unit.
    way
        How the border shows itself in it: jump, depression, or nothing.
    rank
        Place in the list of its chapter, from 1.
    severity_class
        0 to 4, the steps of the colour ramp.
    evidence
        Rows of `dashboard.evidence`: `label` with `value`, with `a` and `b`, or with `heads` and `rows`.
    """

    rank: int
    gap_id: str
    pairing_id: str
    kind: str
    domain: str
    side: str
    way: str
    severity: float
    severity_class: int
    provenance: str
    title: str
    sentence: str
    side_text: str
    place: str
    people: str
    people_short: str
    value_a: str
    value_b: str
    provenance_text: str
    stability: str
    severity_sum: str
    evidence: tuple[dict[str, Any], ...]
    locator: Picture


@dataclass(frozen=True)
class Profile:
    """One measurable along the border and across it; `verdict` says whether it is a jump or a depression."""

    measurable: str
    label: str
    unit: str
    along: Picture
    across: Picture
    verdict: str = ""


@dataclass(frozen=True)
class ComparisonTable:
    """Members side by side: `heads` of the value columns, rows of label, values and mark.

    A row of one value concerns the members together.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...], str], ...]


@dataclass(frozen=True)
class NotComputed:
    """A check that could not be made: about what, how often, why."""

    check: str
    what: str
    count: str
    reason: str


@dataclass(frozen=True)
class Item:
    """Something the members do together."""

    title: str
    about: str


@dataclass(frozen=True)
class Chapter:
    """What a report says of one pairing; `findings` are the gaps that pass the filters, worst first.

    `worst` are the first of them, shown with evidence; `all_gaps` counts those before the filters.
    """

    pairing_id: str
    kind: str
    kind_text: str
    title: str
    sides: tuple[Side, ...]
    members: tuple[str, ...]
    summary: tuple[str, ...]
    facts: tuple[Fact, ...]
    map: Picture
    findings: tuple[Finding, ...]
    worst: tuple[Finding, ...]
    all_gaps: int
    people: str
    provenance: str
    profiles: tuple[Profile, ...]
    comparison: ComparisonTable | None
    programme: tuple[Item, ...]
    not_computed: tuple[NotComputed, ...]


@dataclass(frozen=True)
class SettingLine:
    """One parameter in force; `changed` from its default or not."""

    meaning: str
    value: str
    name: str
    changed: bool


@dataclass(frozen=True)
class Definition:
    """What a kind of gap is."""

    kind: str
    domain: str
    text: str


@dataclass(frozen=True)
class Source:
    """Where a layer came from, and what was done to its rows."""

    layer: str
    facts: tuple[Fact, ...]
    provenance: str
    provenance_text: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Appendix:
    """What the findings rest on; `address` opens the view in the dashboard, None where none is known."""

    method: tuple[Fact, ...]
    formula: str
    settings: tuple[SettingLine, ...]
    definitions: tuple[Definition, ...]
    sources: tuple[Source, ...]
    marks: tuple[str, ...]
    run: tuple[Fact, ...]
    view: str
    address: str | None


@dataclass(frozen=True)
class Report:
    """A border-gap report; `atlas` where it has several chapters.

    `mark` warns on every page of generated data or estimates, `review` says whether its maps may be shown.
    """

    lang: Lang
    title: str
    subject: str
    workspace: str
    date: str
    made: datetime | None
    provenance: str
    mark: str
    review: ReviewNote
    filtered: str
    overview: Picture | None
    chapters: tuple[Chapter, ...]
    appendix: Appendix
    filters: Filters = field(default_factory=Filters)

    @property
    def atlas(self) -> bool:
        """Whether it has a cover, contents and an overview."""
        return len(self.chapters) > 1


def worst(provenances: Sequence[Any]) -> str:
    """Return the least trustworthy of some provenances; unknown ones count as measured."""
    ranks = [PROVENANCES.index(name) for name in provenances if not is_missing(name)]
    return PROVENANCES[max(ranks, default=0)]
