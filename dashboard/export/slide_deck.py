"""The deck that slides are added to: our own, or a user's file with its layouts and without its slides."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR
from pptx.exc import PackageNotFoundError
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.opc.oxml import serialize_part_xml
from pptx.oxml import parse_xml
from pptx.oxml.ns import qn
from pptx.oxml.xmlchemy import OxmlElement
from pptx.util import Pt

from dashboard.export.office import CHINESE, LATIN
from dashboard.maps.palette import PAPER, SEVERITY, SIDE_A, SIDE_B
from geodata.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

WIDE = (960.0, 540.0)  # points: 16:9
MARGIN = 44.0
LARGEST = 300_000_000  # bytes of a template, unpacked
TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)
RUNNING = (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER)
# Placeholders of our own layouts: type -> left, top, width, height (points), letters (points).
PLACES: dict[Any, tuple[float, float, float, float, float]] = {
    PP_PLACEHOLDER.TITLE: (MARGIN, 26, WIDE[0] - 2 * MARGIN, 48, 26),
    PP_PLACEHOLDER.CENTER_TITLE: (MARGIN + 24, 150, WIDE[0] - 2 * MARGIN - 24, 130, 40),
    PP_PLACEHOLDER.SUBTITLE: (MARGIN + 24, 292, WIDE[0] - 2 * MARGIN - 24, 70, 18),
    PP_PLACEHOLDER.BODY: (MARGIN, 96, WIDE[0] - 2 * MARGIN, 390, 18),
    PP_PLACEHOLDER.SLIDE_NUMBER: (WIDE[0] - MARGIN - 60, 510, 60, 18, 10),
}
KEPT = ("title", "titleOnly")
# The colours charts and shapes take of themselves: the sides first, then the ramp of severity.
THEME = {
    "dk1": PAPER["light"].ink,
    "lt1": "#FFFFFF",
    "dk2": "#5B6461",
    "lt2": "#F3F5F4",
    "accent1": SIDE_A,
    "accent2": SIDE_B,
    "accent3": SEVERITY["light"][3],
    "accent4": SEVERITY["light"][2],
    "accent5": SEVERITY["light"][1],
    "accent6": SEVERITY["light"][4],
}


def new_deck() -> Any:
    """Return an empty deck of our own, 16:9, with the layouts `KEPT`."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = (Pt(side) for side in WIDE)
    _drop(deck.part.package, RELATIONSHIP_TYPE.THUMBNAIL)
    _drop(deck.part, RELATIONSHIP_TYPE.PRINTER_SETTINGS)
    for layout in list(deck.slide_layouts):
        if layout.element.get("type") not in KEPT:
            deck.slide_layouts.remove(layout)
    _set_theme(deck)
    for holder in (deck.slide_master, *deck.slide_layouts):
        for shape in list(holder.placeholders):
            _place(shape)
    return deck


def opened(path: Path) -> Any:
    """Return the deck of a user's template without its slides; its masters and layouts stay.

    Raises
    ------
    SourceError
        If the file is no presentation, too large, has macros or no layout.
    """
    _require_harmless(path)
    try:
        deck = Presentation(str(path))
    except (PackageNotFoundError, ValueError, KeyError, SyntaxError) as error:
        raise SourceError(path.name, [f"it is no presentation ({error}); save it as .pptx"]) from error
    _forget_slides(deck)
    if not any(len(master.slide_layouts) for master in deck.slide_masters):
        raise SourceError(path.name, ["it has no slide layout; add one in the slide master view"])
    return deck


def _forget_slides(deck: Any) -> None:
    """Remove the slides, and the sections and shows that list them: python-pptx has no way to do so."""
    _drop(deck.part, RELATIONSHIP_TYPE.SLIDE)
    listing = ("sldId", "custShowLst", "sectionLst")
    for element in list(deck.element.iter()):
        if isinstance(element.tag, str) and element.tag.rpartition("}")[2] in listing:
            element.getparent().remove(element)


def _require_harmless(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as package:
            names, size = package.namelist(), sum(part.file_size for part in package.infolist())
    except (OSError, zipfile.BadZipFile) as error:
        raise SourceError(path.name, [f"it is no .pptx file ({error}); save it as .pptx"]) from error
    if any(Path(name).name.lower().startswith("vbaproject") for name in names):
        raise SourceError(path.name, ["it has macros; save it as .pptx, without them"])
    if size > LARGEST:
        raise SourceError(path.name, [f"it is {size:,} bytes unpacked; no more than {LARGEST:,} are read"])


def layouts(deck: Any) -> Iterator[Any]:
    """Give every layout of every master."""
    for master in deck.slide_masters:
        yield from master.slide_layouts


def layout_for(deck: Any, wanted: str) -> Any:
    """Return the layout for a slide: of the type `wanted` ("title", "titleOnly"), else the nearest there is.

    Nearest is one with a title and as little else as possible; without any title the emptiest.
    """
    every = list(layouts(deck))
    for layout in every:
        if layout.element.get("type") == wanted and title_of(layout) is not None:
            return layout
    if wanted == "title":
        return layout_for(deck, "titleOnly")
    return min(every, key=lambda layout: (title_of(layout) is None, len(_content(layout))))


def title_of(holder: Any) -> Any | None:
    """Return the title placeholder of a layout or slide; None without."""
    return next((each for each in holder.placeholders if each.placeholder_format.type in TITLES), None)


def _content(layout: Any) -> list[Any]:
    others = (*TITLES, *RUNNING)
    return [each for each in layout.placeholders if each.placeholder_format.type not in others]


def _drop(part: Any, kind: str) -> None:
    relations = part._rels  # noqa: SLF001
    for key in [key for key, relation in relations.items() if relation.reltype == kind]:
        relations.pop(key)


def _set_theme(deck: Any) -> None:
    """Put our colours and type into the theme, so that what a user adds later looks alike."""
    part = deck.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    theme: Any = parse_xml(part.blob)
    for name, colour in THEME.items():
        slot = theme.find(f".//{qn('a:clrScheme')}/{qn(f'a:{name}')}")
        for child in list(slot):
            slot.remove(child)
        _added(slot, "a:srgbClr", val=colour.removeprefix("#"))
    for fonts in theme.iter(qn("a:majorFont"), qn("a:minorFont")):
        fonts.find(qn("a:latin")).set("typeface", LATIN)
        fonts.find(qn("a:ea")).set("typeface", CHINESE)
        for font in fonts.findall(qn("a:font")):
            if font.get("script") in ("Hans", "Hant"):
                font.set("typeface", CHINESE)
    part._blob = serialize_part_xml(theme)  # noqa: SLF001


def _place(shape: Any) -> None:
    """Put a placeholder where it belongs on a wide slide; those that have no place go."""
    kind = shape.placeholder_format.type
    if kind not in PLACES:
        shape.element.getparent().remove(shape.element)
        return
    *box, size = PLACES[kind]
    shape.left, shape.top, shape.width, shape.height = (Pt(value) for value in box)
    frame = shape.text_frame
    number = kind == PP_PLACEHOLDER.SLIDE_NUMBER
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.vertical_anchor = {
        PP_PLACEHOLDER.TITLE: MSO_ANCHOR.MIDDLE,
        PP_PLACEHOLDER.CENTER_TITLE: MSO_ANCHOR.BOTTOM,
    }.get(kind, MSO_ANCHOR.TOP)
    styles = frame._txBody.find(qn("a:lstStyle"))  # noqa: SLF001
    for old in list(styles):
        styles.remove(old)
    level = _added(styles, "a:lvl1pPr", algn="r" if number else "l", marL="0", indent="0")
    _added(level, "a:buNone")
    run = _added(level, "a:defRPr", sz=str(round(size * 100)), b="1" if kind in TITLES else "0")
    _added(_added(run, "a:solidFill"), "a:schemeClr", val="tx1" if kind in TITLES else "tx2")


def _added(parent: Any, tag: str, **attributes: str) -> Any:
    """Add an element with these attributes, and return it."""
    element: Any = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(name, value)
    parent.append(element)
    return element
