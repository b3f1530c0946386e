"""On paper stands what was found, in full, and nothing to press."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pypdfium2
from playwright.sync_api import expect
from shown_world import PAIRING

from dashboard.i18n import catalogue

if TYPE_CHECKING:
    from conftest import Screen

    from layers.wording import Lang

A4_POINTS = (595, 842)


def printed(screen: Screen) -> tuple[pypdfium2.PdfDocument, str]:
    """Return the page as a PDF, and its text without line breaks and spaces."""
    document = pypdfium2.PdfDocument(screen.page.pdf(prefer_css_page_size=True))
    text = "".join(page.get_textpage().get_text_range() for page in document)
    return document, re.sub(r"\s", "", text)


def test_a_pairing_prints_whole(screen: Screen, lang: Lang, size: str) -> None:
    words = catalogue(lang)
    screen.open(f"/pairing?id={PAIRING}")
    screen.page.locator("#gaps-grid .ag-row").first.click()
    expect(screen.page.locator("#detail h2")).to_be_visible()
    sentences = screen.page.locator("#detail .sentence").all_inner_texts()

    document, text = printed(screen)

    width, height = document[0].get_size()
    assert (round(width), round(height)) == A4_POINTS, size
    for told in (*sentences, words["print.sentence"], words["map.not_reviewed"], f"id={PAIRING}"):
        assert re.sub(r"\s|🙂", "", told) in text  # its picture has no letter in a PDF
    assert text.count(re.sub(r"\s", "", {"zh": "断头路", "en": "Dead-end road"}[lang])) >= 1
    for button in ("share", "filters.reset", "detail.copy", "layers"):
        assert re.sub(r"\s", "", words[button]) not in text


def test_a_page_that_is_read_prints_whole(screen: Screen) -> None:
    screen.page.goto(f"{screen.base}/method")
    expect(screen.page.get_by_role("heading", level=1)).to_be_visible()
    last = screen.page.locator("#document tr").last.inner_text()

    document, text = printed(screen)

    assert len(document) > 1
    assert re.sub(r"\s", "", last) in text
