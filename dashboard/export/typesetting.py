"""Typst, and nothing else: pages from templates and data, in a process that need not know maps or tables."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import typst

from geodata.errors import BordergapError

# Scripts that the Chinese type lacks (Arabic, Hebrew, smileys) are set in the type of matplotlib.
_FONT_PACKAGES = {"pylopdf_fonts_zh_cn": "", "matplotlib": "mpl-data/fonts/ttf"}


def set_pages(data: str, main: Path, path: Path, *, timestamp: int, **options: Any) -> None:
    """Write the pages of the template `main` to `path` as PDF.

    Parameters
    ----------
    data
        JSON text: all that the template sets. Nothing of it is read as markup.
    main
        The template, in a folder with the pictures it shows.
    timestamp
        Seconds since 1970 that the file says it was made: the same data make the same bytes.
    options
        Further ones of `typst.compile`, such as `pdf_standards`.

    Raises
    ------
    BordergapError
        If the pages cannot be set or written.
    """
    try:
        typst.compile(
            main,
            output=path,
            root=main.parent,
            font_paths=font_folders(),
            ignore_system_fonts=True,
            sys_inputs={"report": data},
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
    """Return the folders of the fonts of the program's packages; the machine's own are not used."""
    folders = []
    for package, inside in _FONT_PACKAGES.items():
        found = importlib.util.find_spec(package)
        if found is None or found.origin is None:
            raise BordergapError(
                f"the package {package} is missing, and its fonts with it; install bordergap again"
            )
        folders.append(Path(found.origin).parent / inside)
    return folders
