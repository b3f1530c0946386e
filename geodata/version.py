"""Which program made a result: versions of the libraries, and a digest of our own code."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("geopandas", "shapely", "pyproj", "pandas", "numpy", "scipy", "pyogrio", "pyarrow")
_PACKAGES = ("geodata", "layers")  # what results depend on; the dashboard only shows them


@cache
def program_digest() -> str:
    """Return a digest of the code that results depend on: another digest, and they are computed again."""
    root = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for package in _PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            if "sample" not in path.parts:
                digest.update(path.relative_to(root).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def versions() -> dict[str, str]:
    """Return the versions a run is recorded with."""
    return {
        "bordergap": version("bordergap"),
        "code": program_digest(),
        "python": platform.python_version(),
        **{library: version(library) for library in LIBRARIES},
    }
