"""Pages drawn by the server: what data the workspace holds, what is measured how, a place for accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.pages.accounts import accounts_page
from dashboard.pages.data import data_page
from dashboard.pages.method import method_page
from dashboard.pages.still import Still, still

if TYPE_CHECKING:
    from dashboard.i18n import Text
    from dashboard.results import Results

PAGES = {"data": data_page, "method": method_page, "accounts": accounts_page}


def page(name: str | None, results: Results, text: Text) -> Still:
    """Return the content of a page by its name; none for the pages with a map."""
    return still(*(PAGES[name](results, text) if name in PAGES else []))
