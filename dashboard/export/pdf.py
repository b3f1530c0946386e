"""A report as PDF on A4, set by Typst: vector maps, embedded Chinese type, tagged for screen readers."""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import segno

from dashboard.export.cartography.lettering import drawable
from dashboard.export.report_model import Chapter, Finding, Picture, Report
from dashboard.export.report_pictures import Progress, Size, draw_pictures, pictures_of
from dashboard.export.typesetting import set_apart, set_pages
from dashboard.i18n import Text, catalogue
from dashboard.maps.palette import SEVERITY, SHAPES, SIDE_A, SIDE_B, SIDE_INK
from layers.engine import team

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.results import Results

TEMPLATES = Path(__file__).with_name("templates")
MAIN = "report.typ"
# Paper the pictures get, millimetres; the templates place them in columns of these widths.
SIZES_MM: dict[str, tuple[float, float]] = {
    "overview": (174.0, 205.0),
    "map": (174.0, 120.0),
    "locator": (82.0, 54.0),
}
PROFILE_MM = {"along": (116.0, 40.0), "across": (54.0, 40.0)}
_WORDS = ("report.", "side.")  # texts the templates set, by the start of their keys


def write_pdf(report: Report, results: Results, path: Path, progress: Progress | None = None) -> None:
    """Write `report` to `path`; what was written before an error is of no use.

    The pictures of an atlas are drawn on all cores; they wait in a folder of their own, not in memory.

    Raises
    ------
    BordergapError
        If the pages cannot be set or written.
    """
    with tempfile.TemporaryDirectory(prefix="bordergap-") as name:
        folder = Path(name)
        files = _draw(report, results, folder, progress)
        steps = len(files) + 1  # each picture, and the pages
        if progress is not None:
            progress(Text(report.lang)("report.progress_pages"), len(files), steps)
        _set(report, files, folder, path)
        if progress is not None:
            progress(Text(report.lang)("report.progress_pages"), steps, steps)


def _set(report: Report, files: Mapping[Picture, str], folder: Path, path: Path, **options: Any) -> None:
    """Set the pages of `report`, whose pictures are `files` in `folder`.

    Those of an atlas in a process of its own: Typst keeps what it has set for the next time, and the memory
    with it.
    """
    for template in TEMPLATES.glob("*.typ"):
        shutil.copy(template, folder)
    data = orjson.dumps(page_data(report, files, _code(report, folder))).decode()
    made = 0 if report.made is None else int(report.made.timestamp())
    if not report.atlas:
        set_pages(data, folder / MAIN, path, timestamp=made, fitted=True, **options)
        return
    with team(None, engine="processes", workers=1) as (submit, _):
        submit(set_apart, data, folder / MAIN, path, made).result()


def _draw(report: Report, results: Results, folder: Path, progress: Progress | None) -> dict[Picture, str]:
    """Draw the pictures of `report` into `folder`; return the name of each one's file."""
    files = {picture: f"{number}.svg" for number, picture in enumerate(pictures_of(report))}
    wanted = {picture: (folder / file, _size(picture)) for picture, file in files.items()}
    draw_pictures(report, results, wanted, progress)
    return files


def _size(picture: Picture) -> Size:
    return PROFILE_MM[str(picture.direction)] if picture.kind == "profile" else SIZES_MM[picture.kind]


def _code(report: Report, folder: Path) -> dict[str, str] | None:
    """Draw the QR code of the view's address; None where it has none."""
    address = report.appendix.address
    if address is None:
        return None
    segno.make(address, error="m", micro=False).save(
        str(folder / "code.svg"), border=0, dark="#20302B", nl=False
    )
    return {"file": "code.svg", "alt": Text(report.lang)("report.alt_code", address=address)}


def page_data(report: Report, files: Mapping[Picture, str], code: dict[str, str] | None) -> dict[str, Any]:
    """Return what the templates set: texts, and pictures by the names of their files."""
    words = {
        key.removeprefix("report."): text
        for key, text in catalogue(report.lang).items()
        if key.startswith(_WORDS)
    }
    return {
        **_plain(report, files, without=("chapters", "made", "filters", "review")),
        "review": report.review.text,
        "atlas": report.atlas,
        "chapters": [_chapter_data(chapter, files) for chapter in report.chapters],
        "words": words,
        "colours": {"sides": (SIDE_A, SIDE_B), "side_ink": SIDE_INK["light"], "severity": SEVERITY["light"]},
        "shapes": SHAPES,
        "code": code,
    }


def _chapter_data(chapter: Chapter, files: Mapping[Picture, str]) -> dict[str, Any]:
    shown = ("findings", "worst")
    return {
        **_plain(chapter, files, without=shown),
        "findings": [
            _finding_data(each, files, without=("evidence", "locator")) for each in chapter.findings
        ],
        "worst": [_finding_data(each, files) for each in chapter.worst],
    }


def _finding_data(
    finding: Finding, files: Mapping[Picture, str], without: tuple[str, ...] = ()
) -> dict[str, Any]:
    return {
        **_plain(finding, files, without=without),
        "severity": f"{finding.severity:.1f}",
        "class": finding.severity_class,
    }


def _plain(value: Any, files: Mapping[Picture, str], without: tuple[str, ...] = ()) -> Any:
    """Return a part of the model as JSON values, its texts in letters that the type has.

    A picture is the name of its file with its words.
    """
    if isinstance(value, Picture):
        return {"file": files[value], "alt": value.alt}
    if dataclasses.is_dataclass(value):
        names = (each.name for each in dataclasses.fields(value) if each.name not in without)
        return {name: _plain(getattr(value, name), files) for name in names}
    if isinstance(value, tuple | list):
        return [_plain(each, files) for each in value]
    if isinstance(value, dict):
        return {key: _plain(each, files) for key, each in value.items()}
    return drawable(value) if isinstance(value, str) else value
