"""What importing says, in Chinese."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dashboard.import_words import PLACE, imported, sentences, told
from geodata.sample import facts

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
SPEAKING = [
    *sorted((ROOT / "geodata" / "ingest").glob("*.py")),
    ROOT / "geodata" / "errors.py",
    ROOT / "geodata" / "intake_store.py",
    ROOT / "geodata" / "record_sheet.py",
    ROOT / "dashboard" / "jobs.py",
    ROOT / "dashboard" / "data_routes.py",
    ROOT / "dashboard" / "ledger_sheets.py",
    ROOT / "dashboard" / "uploads.py",
]
NAMES = {"Apache-2.0", "CC BY 4.0", "GeoNames"}  # the same in every language
GAP = "\0"  # stands where a value stands in a sentence
CHINESE = re.compile("[\u4e00-\u9fff]")
WORDS = re.compile(r"[A-Za-z]{2,}")
FEW = 3  # words that make a sentence
ENGLISH = re.compile(r"(?:\b[A-Za-z]{2,}\b[ ,;:]*){3,}")
# Not said to readers: what programs say to each other, and a file that is written in English.
FOR_PROGRAMS = (
    re.compile(r"\s*SELECT\b.*", re.DOTALL),
    re.compile(r"-c statement_timeout="),
    re.compile(r"module \0 has no attribute \0"),
    re.compile(r"# How a source is read: .*", re.DOTALL),
    re.compile(r"\(\?P<before>.*", re.DOTALL),
)


@pytest.mark.parametrize(
    ("said", "chinese"),
    [
        ("people is missing or of no use; fill it", "缺少人数，或其值不可用，请补填"),
        (
            "3 of 20 places of roads lie outside all districts; kept, but of no district",
            "道路 20 处中有 3 处在所有区县之外，予以保留，但不属于任何区县",
        ),
        ("columns not used: name_en, <b>note</b>", "未使用的列：name_en, <b>note</b>"),
        ("{0.__class__} is missing or of no use; fill it", "缺少{0.__class__}，或其值不可用，请补填"),
        ("surveyed by hand in 2021", "surveyed by hand in 2021"),
        (
            "row 3, 7: its Polygon cannot be read: a line needs two positions or more",
            "第 3, 7 行：Polygon 无法读取：线至少需要两个位置，请补全",
        ),
        (
            "feature_id 'a' is already taken by row 2; give each its own",
            "feature_id 'a' 已被第 2 行占用，编号不能重复，请改正",
        ),
        (
            "it may be --crs EPSG:3857 (Web Mercator): would lie around 106.540, 29.520",
            "可能是 --crs EPSG:3857（Web 墨卡托）：位于 106.540, 29.520 附近",
        ),
    ],
)
def test_sentences_of_an_import_are_chinese(said: str, chinese: str) -> None:
    assert imported(said, "zh") == chinese
    assert imported(said, "en") == said


@pytest.mark.parametrize("name", sorted(facts.SOURCES))
def test_what_the_sample_says_of_itself_is_chinese(name: str) -> None:
    told = facts.SOURCES[name]

    for said in [told["source"], *told.get("notes", ())]:
        assert CHINESE.search(imported(said, "zh")), said
    credits_ = [part.strip() for part in (told["attribution"] or "").split(";") if part.strip()]
    for said in [told["licence"], *credits_]:
        assert CHINESE.search(imported(said, "zh")) or said in NAMES, said


def test_a_message_is_chinese_line_by_line() -> None:
    message = "医院.csv cannot be used:\n  line 1 is empty; it must name the columns"

    assert told(message, "zh") == "医院.csv 无法使用：\n  第 1 行是空的，应写列名，请补上"


def test_a_long_name_takes_no_time_to_speak_of() -> None:
    """A pattern of four places, each tried at each letter, would take for ever."""
    said = f"longitude and latitude of {' of ' * 50_000} look swapped"

    assert imported(said, "zh") == said


@pytest.mark.parametrize(
    ("said", "chinese"),
    [
        (
            "row houses.shp is not used: its format is none that is read",
            "row houses.shp 未使用：不是可读取的格式",
        ),
        (
            "there is no table 'Web Mercator'; there are draw it again",
            "没有数据表 'Web Mercator'，现有：draw it again",
        ),
        ("facility 'row 3' has no name", "facility 'row 3' has no name"),
    ],
)
def test_names_from_outside_stay_as_they_are(said: str, chinese: str) -> None:
    assert imported(said, "zh") == chinese


def test_a_sentence_that_another_introduces_is_chinese_as_it_is_alone() -> None:
    """But for what introduces itself; places at its beginning do not take the introduction for a name."""
    for english in sentences():
        said = PLACE.sub("7", english)
        if imported(said, "zh") != said and not english.endswith(("{why}", "{said}")):
            assert imported(f"row 1, 2: {said}", "zh") == f"第 1, 2 行：{imported(said, 'zh')}"
            assert imported(f"a.shp is not used: {said}", "zh") == f"a.shp 未使用：{imported(said, 'zh')}"


def test_a_new_sentence_with_the_end_of_another_is_no_chinese() -> None:
    known = [PLACE.sub(GAP, english) for english in sentences()]

    assert not is_chinese("its moon is in the seventh house; export the file again", known)


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the texts in a file, GAP where a value is filled in, without docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
        if part is not node
    }
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) in inside or id(node) in alone:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        elif isinstance(node, ast.JoinedStr):
            parts = [str(part.value) if isinstance(part, ast.Constant) else GAP for part in node.values]
            yield node.lineno, "".join(parts)


def is_sentence(text: str) -> bool:
    return " " in text and len(WORDS.findall(text)) >= FEW


def is_chinese(text: str, known: list[str]) -> bool:
    """Return whether a text is a sentence of the table, or put together of parts of such.

    A sentence that ends as others do is not Chinese by that: nothing English may be left of it.
    """
    chinese = imported(text.replace(GAP, "7"), "zh")
    if CHINESE.search(chinese) and not ENGLISH.search(chinese):
        return True
    return all(any(part in sentence for sentence in known) for part in text.split(GAP) if is_sentence(part))


def test_every_sentence_of_an_import_has_its_chinese() -> None:
    known = [PLACE.sub(GAP, english) for english in sentences()]
    lacking = [
        f"{path.name}:{line}: {text}"
        for path in SPEAKING
        for line, text in literals(path)
        if is_sentence(text)
        and not any(pattern.match(text) for pattern in FOR_PROGRAMS)
        and not is_chinese(text, known)
    ]

    assert lacking == []


def test_every_sentence_is_one_that_importing_writes() -> None:
    code = "\n".join(
        text
        for folder in ("geodata", "dashboard")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for _, text in literals(path)
    )
    spoken = {"Expecting value", "Extra data"}  # by the json module, inside our own

    for english in set(sentences()) - spoken:
        clauses = [part.strip(" ;:,()") for part in re.split(r"\{[a-z]+\}|[;:,] ", english)]
        telling = [part for part in clauses if is_sentence(part)] or [max(clauses, key=len)]
        assert any(part in code for part in telling), english


def test_the_same_values_stand_in_both_languages() -> None:
    for english, chinese in sentences().items():
        assert set(PLACE.findall(chinese)) <= set(PLACE.findall(english)), english
