"""What people keep in the workspace that is served: follow-up of gaps, items of the programme."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from geodata.pairings import member_id_of
from geodata.programme_items import ProgrammeItems

if TYPE_CHECKING:
    from dashboard.results import Results, ResultsCache
    from geodata.ledger import Ledger


class Kept:
    """Ledger and programme of the workspace that is served."""

    def __init__(self, cache: ResultsCache) -> None:
        self._cache = cache

    @property
    def results(self) -> Results:
        """The results of the last complete run."""
        return self._cache.current()

    @property
    def ledger(self) -> Ledger:
        """The follow-up of gaps."""
        return self.results.workspace.ledger

    @cached_property
    def programme(self) -> ProgrammeItems:
        """The items of the programme."""
        return ProgrammeItems(
            self.results.workspace.database,
            lambda: self.results.workspace.read_layer("programme"),
            self.member_ids,
        )

    def member_ids(self, pairing_id: str) -> list[str]:
        """Return the ids of the members of a pairing, none for one that is not there."""
        return [member_id_of(member) for member in self.results.members.get(pairing_id, [])]
