"""Maps and profiles as pictures for documents: SVG, PDF or PNG, drawn on paper of a given size."""

from __future__ import annotations

import importlib
import io
from typing import TYPE_CHECKING, Any, Literal

import matplotlib as mpl
from matplotlib.figure import Figure

from dashboard.export.cartography.profile import ProfileSheet
from dashboard.export.cartography.sheet import MapSheet
from dashboard.export.cartography.subject import subject_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dashboard.results import Results
    from layers.wording import Lang

Format = Literal["svg", "png", "pdf"]
FORMATS: tuple[Format, ...] = ("svg", "png", "pdf")
POINTS_PER_INCH = 72
# Loaded when asked for: that of PDF takes most of a second to load.
CANVASES: dict[Format, tuple[str, str]] = {
    "svg": ("matplotlib.backends.backend_svg", "FigureCanvasSVG"),
    "png": ("matplotlib.backends.backend_agg", "FigureCanvasAgg"),
    "pdf": ("matplotlib.backends.backend_pdf", "FigureCanvasPdf"),
}
UNDATED: dict[Format, dict[str, None]] = {
    "svg": dict.fromkeys(("Date", "Creator", "Format", "Type")),
    "png": {"Software": None},
    "pdf": dict.fromkeys(("CreationDate", "Creator", "Producer")),
}
# The same picture is the same file: no dates, names made of content. Letters are outlines in SVG, so that
# they look alike everywhere, and embedded type in PDF, so that they can be searched.
mpl.rcParams.update({"svg.hashsalt": "bordergap", "svg.fonttype": "path", "pdf.fonttype": 42})


def map_picture(
    results: Results,
    pairing_id: str | None,
    *,
    lang: Lang,
    size_mm: tuple[float, float],
    gap_id: str | None = None,
    format: Format = "svg",  # noqa: A002  # as matplotlib calls it
    dpi: float = 200,
    scale: int | None = None,
    layers: Sequence[str] | None = None,
    legend: bool = True,
    title: str | None = None,
    gaps: Sequence[str] | None = None,
    numbers: Mapping[str, int] | None = None,
    note: str = "",
) -> bytes:
    """Return a map as a file: of a pairing, of one of its gaps, or (`pairing_id` None) of the workspace.

    Parameters
    ----------
    size_mm
        Width and height of the paper.
    gap_id
        The map is of this gap: large, with a small map of where on the border it lies.
    dpi
        Pixels per inch of a PNG.
    scale
        Denominator (50 000 for 1:50 000); fitted to the paper without.
    layers
        Context layers and `zones` to draw; a choice that suits the map without.
    legend
        Draw a legend where the paper has room for one.
    title
        Written above the map.
    gaps
        Ids of the gaps to show, numbered from 1 in this order; all, worst first, without.
    numbers
        Of a map of many borders: pairing -> number that stands on its border; the ten worst, ranked, without.
    note
        Written below the map, before the review note.

    Raises
    ------
    UsageError
        For a pairing, gap or layer that the workspace does not have.
    """
    subject = subject_of(results, pairing_id, gap_id, gaps)
    sheet = MapSheet(
        subject,
        lang,
        size_mm,
        scale=scale,
        layers=layers,
        legend=legend,
        title=title,
        numbers=numbers,
        note=note,
    )
    return _rendered(sheet, format, dpi)


def profile_picture(
    results: Results,
    pairing_id: str,
    measurable: str,
    direction: str,
    *,
    lang: Lang,
    size_mm: tuple[float, float],
    format: Format = "svg",  # noqa: A002  # as matplotlib calls it
    dpi: float = 200,
) -> bytes:
    """Return the profile of a measurable "along" or "across" a border as a file.

    Raises
    ------
    UsageError
        For a pairing, measurable or direction without a profile.
    """
    sheet = ProfileSheet(results, pairing_id, measurable, direction, lang=lang, size_mm=size_mm)
    return _rendered(sheet, format, dpi)


def _rendered(sheet: MapSheet | ProfileSheet, format: Format, dpi: float) -> bytes:  # noqa: A002
    """Return a sheet as a file; the same sheet gives the same bytes."""
    figure = Figure(
        figsize=(sheet.width / POINTS_PER_INCH, sheet.height / POINTS_PER_INCH), facecolor="white"
    )
    sheet.draw(figure)
    file = io.BytesIO()
    dots = dpi if format == "png" else POINTS_PER_INCH
    module, name = CANVASES[format]
    canvas: Any = getattr(importlib.import_module(module), name)(figure)
    canvas.print_figure(file, format=format, metadata=UNDATED[format], dpi=dots, facecolor="white")
    return file.getvalue()
