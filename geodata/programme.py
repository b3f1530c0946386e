"""The programme kept in the database: items of all kinds, versioned as the entries of the ledger are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geodata.records import Ask, Conflict, Record, Records, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from geodata.database import Database
    from geodata.records import Cause, Change

REMOVED = "removed"  # field of an item that was struck off; its history stays


class Programme:
    """The items kept in a database, beside the layer `programme`, whose rows are read-only.

    An item is a `Record` of the kind item: `id`, `version`, `fields`. An id that is not kept yet, asked for
    with version 0, is a new item.

    Parameters
    ----------
    check
        Makes of an item and the changes asked for the values to keep, plain JSON, `pairing_id` among them for
        a new one; raises `Refused` where they do not fit.
    fresh
        Makes the fields of items that a change with version 0 may take over, by id: rows of the layer. Those
        it does not know begin empty.
    """

    def __init__(
        self,
        database: Database,
        check: Callable[[Record, Mapping[str, Any]], dict[str, Any]],
        fresh: Callable[[Collection[str]], Mapping[str, Mapping[str, Any]]] = lambda _ids: {},
    ) -> None:
        self._fresh_fields = fresh
        self._records = Records(database, "item", check, self._fresh)

    def items(self, *, removed: bool = False) -> list[Record]:
        """Return the items kept, by pairing and id; those struck off only where asked for."""
        return [each for each in self._records.all() if removed or not each.fields.get(REMOVED)]

    def item(self, item_id: str) -> Record | None:
        """Return an item kept, None where there is none."""
        found = self._records.get(item_id)
        return found if found is not None and found.version else None

    def history(self, item_id: str) -> list[Change]:
        """Return every change of an item, the first one first."""
        return self._records.history(item_id)

    def change(
        self,
        item_id: str,
        changes: Mapping[str, Any],
        *,
        version: int,
        author: str,
        key: str | None = None,
    ) -> Record:
        """Change or add (version 0) one item and return it; see `Ledger.change`.

        Raises
        ------
        Conflict
            If somebody changed it meanwhile.
        Refused
            If values do not fit.
        DatabaseError
            If the database cannot be written.
        """
        (outcome,) = self.change_many([Ask(item_id, changes, version)], author=author, key=key)
        if not isinstance(outcome, Record):
            raise outcome
        return outcome

    def change_many(
        self, asks: Sequence[Ask], *, author: str, key: str | None = None, cause: Cause = "person"
    ) -> list[Record | Conflict | Refused]:
        """Change several items at once, each wholly or not at all; see `Records.change`."""
        return self._records.change(asks, author=author, key=key, cause=cause)

    def values_at(self, versions: Mapping[str, int]) -> dict[str, dict[str, Any]]:
        """Return what items said in an earlier version, by id; see `Records.fields_at`."""
        return self._records.fields_at(versions)

    def _fresh(self, ids: Collection[str]) -> dict[str, Record]:
        known = self._fresh_fields(ids)
        return {
            each: Record(each, str(known.get(each, {}).get("pairing_id", "")), 0, dict(known.get(each, {})))
            for each in ids
        }
