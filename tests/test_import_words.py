"""What importing says, in Chinese."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dashboard.import_words import SAID, imported

INGEST = Path(__file__).parents[1] / "geodata" / "ingest"


@pytest.mark.parametrize(
    ("said", "chinese"),
    [
        ("people is missing or of no use; fill it", "缺少 people 或其值不可用，请补填"),
        (
            "3 of 20 places of roads lie outside all districts; kept, but of no district",
            "道路 20 处中有 3 处在所有区县之外，予以保留，但不属于任何区县",
        ),
        ("columns not used: name_en, <b>note</b>", "未使用的列：name_en, <b>note</b>"),
        ("{0.__class__} is missing or of no use; fill it", "缺少 {0.__class__} 或其值不可用，请补填"),
        ("surveyed by hand in 2021", "surveyed by hand in 2021"),
    ],
)
def test_sentences_of_an_import_are_chinese(said: str, chinese: str) -> None:
    assert imported(said, "zh") == chinese
    assert imported(said, "en") == said


def test_every_sentence_is_one_that_importing_writes() -> None:
    root = INGEST.parents[1]
    files = [path for folder in ("geodata", "dashboard") for path in sorted((root / folder).rglob("*.py"))]
    files.remove(root / "dashboard" / "import_words.py")
    code = "".join(path.read_text(encoding="utf-8") for path in files)

    for english in SAID:
        longest = max(re.split(r"\{[a-z]+\}", english), key=len)
        assert longest.strip(" ;") in code, english
