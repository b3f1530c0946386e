"""What is kept of where a layer came from (METHOD 9)."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geodata.model import Provenance


@dataclass(frozen=True)
class IntakeRecord:
    """One row of the table `intake`; None where the source does not say.

    `accepted` counts rows of the source, repaired ones among them: a multi-line that becomes several roads
    is one. Rows read are accepted or quarantined, there is no third way. `changes` is what differs from the
    version before, as `versions.Changes` writes it; None for the first.
    """

    layer: str
    source: str | None = None
    licence: str | None = None
    attribution: str | None = None
    date: str | None = None
    rows_read: int = 0
    accepted: int = 0
    repaired: int = 0
    quarantined: int = 0
    crs: str | None = None
    datum: str | None = None
    provenance: Provenance | None = None
    notes: tuple[str, ...] = ()
    changes: str | None = None

    def __post_init__(self) -> None:
        """Refuse counts that lose a row."""
        if self.accepted + self.quarantined != self.rows_read or self.repaired > self.accepted:
            raise ValueError(
                f"{self.layer}: {self.rows_read} rows read are not {self.accepted} accepted "
                f"({self.repaired} repaired) and {self.quarantined} quarantined"
            )

    def as_dict(self) -> dict[str, Any]:
        """Return the record as plain JSON values, by column."""
        return {**dataclasses.asdict(self), "notes": list(self.notes)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> IntakeRecord:
        """Return the record that `as_dict` was made of."""
        return cls(**{**values, "notes": tuple(values.get("notes") or ())})
