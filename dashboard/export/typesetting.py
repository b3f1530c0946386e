"""Typst, and nothing else: pages from templates and data, in a process that need not know maps or tables."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import typst

from geodata.errors import BordergapError

# Emoji are set in the type that ships here, other scripts that the Chinese type lacks in that of matplotlib.
_FONTS = Path(__file__).with_name("fonts")
_FONT_PACKAGES = {"pylopdf_fonts_zh_cn": "", "matplotlib": "mpl-data/fonts/ttf"}


LEAST_MM = 80.0  # from the upper edge: where less of the last page is used, it is nearly empty


def set_pages(
    data: str, main: Path, path: Path, *, timestamp: int, fitted: bool = False, **options: Any
) -> None:
    """Write the pages of the template `main` to `path` as PDF.

    Parameters
    ----------
    data
        JSON text: all that the template sets. Nothing of it is read as markup.
    main
        The template, in a folder with the pictures it shows.
    timestamp
        Seconds since 1970 that the file says it was made: the same data make the same bytes.
    fitted
        Set the pages closer where the last one would hold a few lines alone: they are laid out twice.
    options
        Further ones of `typst.compile`, such as `pdf_standards`.

    Raises
    ------
    BordergapError
        If the pages cannot be set or written.
    """
    world: dict[str, Any] = {
        "root": main.parent,
        "font_paths": font_folders(),
        "ignore_system_fonts": True,
        "sys_inputs": {"report": data},
    }
    try:
        if fitted:
            end = json.loads(typst.query(main, "<end>", field="value", one=True, **world))
            if end["page"] > 1 and end["y_mm"] < LEAST_MM:
                world["sys_inputs"]["tight"] = "yes"
        typst.compile(
            main,
            output=path,
            **world,
            format="pdf",
            timestamp=timestamp,
            **options,
        )
    except typst.TypstError as error:
        raise BordergapError(
            f"the pages were not written: {error}; check the folder and the free space"
        ) from error


def set_apart(_shared: None, data: str, main: Path, path: Path, timestamp: int) -> None:
    """Do the same as the work of `layers.engine.team`."""
    set_pages(data, main, path, timestamp=timestamp)


def font_folders() -> list[Path]:
    """Return the folders of the fonts of the program and its packages; the machine's own are not used."""
    folders = [_FONTS]
    for package, inside in _FONT_PACKAGES.items():
        found = importlib.util.find_spec(package)
        if found is None or found.origin is None:
            raise BordergapError(
                f"the package {package} is missing, and its fonts with it; install bordergap again"
            )
        folders.append(Path(found.origin).parent / inside)
    return folders
