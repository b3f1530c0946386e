"""Columns of the list in a report's workbook, and its rows: what was found, and what is done about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dashboard.export.ledger_columns import follow_up_cells
from dashboard.export.xlsx import readable_rows
from dashboard.i18n import Text, plain
from layers.wording import LANGS

if TYPE_CHECKING:
    import geopandas as gpd

    from dashboard.results import Results
    from layers.wording import Lang


@dataclass(frozen=True)
class Column:
    """A column: key of its name, width in letters, number format (None: text).

    Parameters
    ----------
    wraps
        Its text goes on in further lines, and rows are as high as it needs.
    own
        It is filled in by hand, and read back by `bordergap ledger import`.
    hidden
        It is there to be read back, not to be seen.
    """

    key: str
    width: int
    number: str | None = None
    wraps: bool = False
    own: bool = False
    hidden: bool = False

    @property
    def is_date(self) -> bool:
        """Whether its cells are days."""
        return self.key == "due"

    def head(self, text: Text) -> str:
        """Return its head, units with it."""
        if self.own or self.hidden:
            return text(f"ledger_file.{self.key}")
        if self.key.startswith("sentence_"):
            return text(f"workbook.{self.key}")
        return text(f"xlsx.{self.key}")


SAID = (
    Column("rank", 6, "0"),
    Column("severity", 9, "0.0"),
    Column("kind", 15, wraps=True),
    Column("what", 12, wraps=True),
    Column("pairing", 17, wraps=True),
    Column("side", 11, wraps=True),
    Column("value_a", 10, "0.0"),
    Column("value_b", 10, "0.0"),
    Column("unit", 9, wraps=True),
    Column("people", 10, "#,##0"),
    Column("chainage", 12, "0.0"),
    Column("length", 11, "0.0"),
    Column("sentence", 46, wraps=True),
    Column("provenance", 10, wraps=True),
)
FOLLOWED = (
    Column("status", 11, own=True),
    Column("todo", 30, wraps=True, own=True),
    Column("lead", 15, wraps=True, own=True),
    Column("owner_a", 15, wraps=True, own=True),
    Column("owner_b", 15, wraps=True, own=True),
    Column("due", 12, "yyyy-mm-dd", own=True),
    Column("cost_cny", 14, "#,##0", own=True),
    Column("consequence", 24, wraps=True, own=True),
    Column("notes", 26, wraps=True, own=True),
)
COLUMNS = (
    *SAID,
    *FOLLOWED,
    Column("sentence_other", 52, wraps=True),
    Column("gap_id", 19),
    Column("version", 9, "0", hidden=True),
)


def list_rows(gaps: gpd.GeoDataFrame, results: Results, lang: Lang) -> list[dict[str, Any]]:
    """Return the rows of the list, in the order of `gaps`, with what the ledger says of each.

    Parameters
    ----------
    gaps
        As `dashboard.export.gis.with_sentences` returns them.
    """
    text, other = Text(lang), next(name for name in LANGS if name != lang)
    told = zip(readable_rows(gaps, results, lang), gaps[f"sentence_{other}"].tolist(), strict=True)
    keys = set(gaps["pairing_id"])
    entries = {entry.gap_id: entry for entry in results.workspace.ledger.entries(pairings=keys)}
    return [
        {**row, "sentence_other": plain(sentence), **follow_up_cells(entries.get(row["gap_id"]), text)}
        for row, sentence in told
    ]
