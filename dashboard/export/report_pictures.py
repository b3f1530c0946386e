"""The pictures of a report as files: one after the other, those of an atlas on all cores."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from dashboard.export.pictures import Format, map_picture, profile_picture
from dashboard.i18n import Text
from dashboard.results import Results
from layers.engine import team

if TYPE_CHECKING:
    from pathlib import Path

    from dashboard.export.report_model import Chapter, Picture, Report
    from layers.engine import Engine
    from layers.wording import Lang

Progress = Callable[[str, int, int], None]
Size = tuple[float, float]
DPI = 200.0  # of pictures made of pixels, where nobody asks for more


def pictures_of(report: Report) -> list[Picture]:
    """Return every picture of a report once, in the order of its pages."""
    front = [] if report.overview is None else [report.overview]
    return list(
        dict.fromkeys([*front, *(each for chapter in report.chapters for each in _of_chapter(chapter))])
    )


def _of_chapter(chapter: Chapter) -> Iterable[Picture]:
    yield chapter.map
    for finding in chapter.worst:
        yield finding.locator
    for profile in chapter.profiles:
        yield profile.along
        yield profile.across


def draw_pictures(
    report: Report,
    results: Results,
    wanted: Mapping[Picture, tuple[Path, Size]],
    progress: Progress | None = None,
    *,
    dpi: float = DPI,
) -> None:
    """Draw pictures of `report`, each as a file of the format of its ending and a size in millimetres."""
    # Processes of their own have to load the program first: not worth it for one chapter.
    engine: Engine = "processes" if report.atlas else "serial"
    shared = (
        Results(results.workspace, results.stamp, results.only) if report.atlas else results,
        report.lang,
    )
    with team(shared, engine=engine) as (submit, _):
        drawn = [submit(_draw_one, picture, path, size, dpi) for picture, (path, size) in wanted.items()]
        for done, future in enumerate(drawn, start=1):
            future.result()
            if progress is not None:
                progress(Text(report.lang)("report.progress_pictures"), done, len(drawn) + 1)


def _draw_one(shared: tuple[Results, Lang], picture: Picture, path: Path, size: Size, dpi: float) -> None:
    results, lang = shared
    kind = cast("Format", path.suffix.removeprefix("."))
    path.write_bytes(_drawn(results, picture, lang, size_mm=size, format=kind, dpi=dpi))


def _drawn(results: Results, picture: Picture, lang: Lang, **options: Any) -> bytes:
    if picture.kind == "profile":
        return profile_picture(
            results,
            str(picture.pairing_id),
            str(picture.measurable),
            str(picture.direction),
            lang=lang,
            **options,
        )
    gaps = picture.gaps if picture.kind == "map" else None
    numbers = {key: number for number, key in enumerate(picture.numbered, start=1)} or None
    return map_picture(
        results, picture.pairing_id, lang=lang, gap_id=picture.gap_id, gaps=gaps, numbers=numbers, **options
    )
