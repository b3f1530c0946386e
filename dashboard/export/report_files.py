"""Reports as files: which formats there are, written beside and renamed, names that every system bears."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import re
import tempfile
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboard.export.report import report_of, require_pairings
from dashboard.export.report_model import Report
from dashboard.export.whole import written_whole
from dashboard.i18n import Text
from dashboard.results import Results
from geodata.errors import UsageError
from layers.engine import team

if TYPE_CHECKING:
    from dashboard.commands.terminal import Progress
    from dashboard.gap_filters import Filters
    from layers.engine import Engine
    from layers.wording import Lang

Renderer = Callable[[Report, Results, Path, "Progress | None"], None]

# ending -> "module:function" that writes a report to a path; loaded when it is asked for.
RENDERERS: dict[str, str] = {
    ".pdf": "dashboard.export.pdf:write_pdf",
    ".html": "dashboard.export.page:write_page",
    ".pptx": "dashboard.export.slides:write_pptx",
    ".docx": "dashboard.export.document:write_docx",
    ".xlsx": "dashboard.export.workbook:write_xlsx",
}

TEMPLATED = (".pptx",)  # formats that take a file of the user's as `template`

VOLUME = 100  # chapters of an atlas: some 600 pages, and as many megabytes while they are set
PAGE_VOLUME = 20  # of one that is a page: some 10 MB, what a browser opens at once
LONGEST_NAME = 160  # bytes of a file name, its ending aside
# Windows opens devices under these names, whatever their ending.
_DEVICES = re.compile(r"con|prn|aux|nul|com\d|lpt\d")


def renderer(ending: str) -> Renderer:
    """Return what writes reports of the format with this ending; UsageError where there is none."""
    require_format(ending)
    module, _, function = RENDERERS[ending.lower()].partition(":")
    found: Renderer = getattr(importlib.import_module(module), function)
    return found


def require_format(ending: str, template: Path | None = None) -> None:
    """Raise an error for an ending without a format, or one that takes no `template`."""
    if ending.lower() not in RENDERERS:
        said = ending or "a name without an ending"
        raise UsageError(f"{said}: reports have no such format; use one of {', '.join(RENDERERS)}")
    if template is not None and ending.lower() not in TEMPLATED:
        raise UsageError(f"{ending}: only {', '.join(TEMPLATED)} takes a template; leave --template out")


def render(report: Report, results: Results, ending: str) -> bytes:
    """Return `report` in the format with this ending (".pdf")."""
    with tempfile.TemporaryDirectory(prefix="bordergap-") as folder:
        path = Path(folder) / f"report{ending.lower()}"
        renderer(ending)(report, results, path, None)
        return path.read_bytes()


def write_report(
    report: Report,
    results: Results,
    path: Path,
    progress: Progress | None = None,
    *,
    template: Path | None = None,
) -> None:
    """Write `report` to `path` in the format of its ending; whole, or not at all.

    Parameters
    ----------
    template
        A file of the user's whose look the slides take.

    Raises
    ------
    UsageError
        For an ending without a format or without templates, or a folder that does not exist.
    BordergapError
        If it cannot be written; what stood under its name is still there.
    """
    require_format(path.suffix, template)
    write: Any = renderer(path.suffix)
    options = {} if template is None else {"template": template}
    with written_whole(path) as beside:
        write(report, results, beside, progress, **options)


def write_reports(
    results: Results,
    pairing_ids: Sequence[str],
    folder: Path,
    ending: str,
    *,
    lang: Lang,
    filters: Filters | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    template: Path | None = None,
) -> dict[str, Path]:
    """Write one report a pairing into `folder`, on all cores; return pairing -> file.

    Each file is whole or missing: those finished before an error or Ctrl-C stay. All that is written on the
    way lies in one folder inside `folder`, which goes in any case, also where a worker was ended at its work.

    Raises
    ------
    UsageError
        For a pairing or ending that does not exist, or where `folder` cannot be made.
    """
    require_format(ending, template)
    require_pairings(results, pairing_ids)
    if not folder.parent.is_dir() or (folder.exists() and not folder.is_dir()):
        raise UsageError(f"{folder} is no folder and cannot be made one; choose another")
    folder.mkdir(exist_ok=True)
    ids = list(dict.fromkeys(pairing_ids))
    paths = {key: folder / f"{name}{ending}" for key, name in zip(ids, safe_names(ids), strict=True)}
    # Processes of their own have to load the program first: not worth it for one report.
    engine: Engine = "processes" if len(ids) > 1 else "serial"
    with (
        tempfile.TemporaryDirectory(prefix=".", dir=folder) as scratch,
        team(
            (Results(results.workspace, results.stamp, results.only), lang, filters, template, Path(scratch)),
            engine=engine,
            workers=workers if len(ids) > 1 else None,
        ) as (submit, _),
    ):
        futures = [submit(_write_one, key, path) for key, path in paths.items()]
        for done, (key, future) in enumerate(zip(paths, futures, strict=True), start=1):
            future.result()
            if progress is not None:
                progress(key, done, len(futures))
    return paths


def write_atlas(
    results: Results,
    pairing_ids: Sequence[str],
    path: Path,
    *,
    lang: Lang,
    filters: Filters | None = None,
    progress: Progress | None = None,
    template: Path | None = None,
) -> dict[Path, list[str]]:
    """Write one report on all these pairings; return file -> its pairings.

    More than `VOLUME` chapters, of a page more than `PAGE_VOLUME`, come in volumes, `atlas-1.pdf` and so on,
    one after the other, so that memory does not grow with the number of pairings.

    Raises
    ------
    UsageError
        For a pairing or ending that does not exist.
    """
    require_format(path.suffix, template)
    require_pairings(results, pairing_ids)
    ids = list(pairing_ids)
    volume_of = PAGE_VOLUME if path.suffix.lower() == ".html" else VOLUME
    count = -(-len(ids) // volume_of)
    if count == 1:
        report = report_of(results, ids, lang=lang, filters=filters)
        write_report(report, results, path, progress, template=template)
        return {path: ids}
    written: dict[Path, list[str]] = {}
    for number in range(count):
        part = ids[number * volume_of : (number + 1) * volume_of]
        report = report_of(results, part, lang=lang, filters=filters)
        subject = Text(lang)("report.volume", subject=report.subject, number=number + 1, count=count)
        volume = path.with_stem(f"{path.stem}-{number + 1}")
        report = dataclasses.replace(report, subject=subject)
        write_report(report, results, volume, _of_volumes(progress, number, count), template=template)
        written[volume] = part
    return written


def _of_volumes(progress: Progress | None, number: int, count: int) -> Progress | None:
    """Return what tells how far all volumes are, from how far the one of this number is."""
    if progress is None:
        return None
    return lambda what, done, total: progress(what, number * total + done, count * total)


def _write_one(
    shared: tuple[Results, Lang, Filters | None, Path | None, Path], pairing_id: str, path: Path
) -> None:
    results, lang, filters, template, scratch = shared
    report = report_of(results, [pairing_id], lang=lang, filters=filters)
    before, tempfile.tempdir = tempfile.tempdir, str(scratch)
    try:
        write_report(report, results, scratch / path.name, template=template)
    finally:
        tempfile.tempdir = before
    (scratch / path.name).replace(path)


def safe_names(texts: Sequence[str]) -> list[str]:
    """Return a file name (without ending) for each text: legible, none twice, harmless on every system.

    A text that had to be changed gets a few letters of its hash, so that its name stays the same.
    """
    return [_safe_name(text) for text in texts]


def _safe_name(text: str) -> str:
    kept = re.sub(r"[^\w+-]+", "_", unicodedata.normalize("NFC", text)).strip("_")
    kept = kept.encode()[:LONGEST_NAME].decode(errors="ignore")
    # Upper and lower case are one name on some systems.
    if kept and kept == text and kept == kept.lower() and not _DEVICES.fullmatch(kept):
        return kept
    return f"{kept}-{hashlib.sha256(text.encode()).hexdigest()[:8]}".lstrip("-")
