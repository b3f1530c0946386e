"""Canonical layers read where they are needed: the columns and the ground that a reader asks for."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Protocol

from geodata.errors import WorkspaceError
from geodata.model import LAYERS
from geodata.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    import pandas as pd

    from geodata.workspace import Box


class Layers(Protocol):
    """The canonical layers of a workspace that have rows: one without says no more than none."""

    @property
    def names(self) -> tuple[str, ...]:
        """Their names."""

    def __contains__(self, name: object) -> bool:
        """Return whether there is a layer of that name."""

    def read(self, name: str, bbox: Box | None = None, columns: Sequence[str] | None = None) -> Any:
        """Return a layer with its geometry, EPSG:4326; the index is the row's position in the whole layer.

        Parameters
        ----------
        bbox
            Rows that do not meet it may be left out; degrees.
        columns
            Only these, and the geometry.
        """

    def parts(self, name: str, columns: Sequence[str]) -> Iterator[Any]:
        """Give a layer as `read` does, part after part, in any order: for one too large to hold whole."""

    def values(self, name: str, columns: Sequence[str]) -> pd.DataFrame:
        """Return those of `columns` that a layer has, without its geometry."""

    def problem(self) -> str | None:
        """Return why this process cannot read the layers; None where it can."""

    def run_folder(self) -> AbstractContextManager[Path | None]:
        """Give a folder for what the processes of a run share; None where there is no place for one."""


class GivenLayers:
    """Layers held in memory: drawn by hand, say. See `Layers`."""

    def __init__(self, layers: Mapping[str, Any]) -> None:
        self._layers = {name: rows for name, rows in layers.items() if len(rows)}

    @property
    def names(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self._layers)

    def __contains__(self, name: object) -> bool:
        """Return whether there is a layer of that name."""
        return name in self._layers

    def read(
        self,
        name: str,
        bbox: Box | None = None,  # noqa: ARG002  # all of it is in memory anyway
        columns: Sequence[str] | None = None,
    ) -> Any:
        """Return a layer; see `Layers.read`."""
        rows = self._layers[name]
        return rows if columns is None else rows[[*_of(rows, columns), "geometry"]]

    def parts(self, name: str, columns: Sequence[str]) -> Iterator[Any]:
        """Give a layer; see `Layers.parts`. It is in memory, so whole."""
        yield self.read(name, columns=columns)

    def values(self, name: str, columns: Sequence[str]) -> pd.DataFrame:
        """Return columns of a layer; see `Layers.values`."""
        rows: pd.DataFrame = self._layers[name]
        return rows[_of(rows, columns)]

    def problem(self) -> None:
        """Return None: who has them can read them."""

    def run_folder(self) -> AbstractContextManager[None]:
        """Give None: there is no workspace."""
        return nullcontext()


class StoredLayers:
    """Layers in the files of a workspace; goes to another process as the folder's path. See `Layers`.

    Parameters
    ----------
    workspace
        Where they are.
    hashes
        Content hash by layer, as `Workspace.layer_hash` gave it when the run began; what has another one
        since is not read.
    """

    def __init__(self, workspace: Workspace, hashes: Mapping[str, str | None]) -> None:
        self.workspace = Workspace(workspace.path.resolve(), workspace.name)
        self.hashes = dict(hashes)
        self.names = tuple(name for name in self.hashes if _says_something(workspace, name))
        self._same: set[str] = set()

    def __getstate__(self) -> dict[str, Any]:
        """Let every process look for itself whether the layers are the same."""
        return {**self.__dict__, "_same": set()}

    def __contains__(self, name: object) -> bool:
        """Return whether there is a layer of that name."""
        return name in self.names

    def read(self, name: str, bbox: Box | None = None, columns: Sequence[str] | None = None) -> Any:
        """Return a layer; see `Layers.read`.

        Raises
        ------
        WorkspaceError
            If it is not there, damaged, or has changed since the run began.
        """
        self._require_same(name)
        return self.workspace.read_layer(name, bbox, None if columns is None else list(columns))

    def parts(self, name: str, columns: Sequence[str]) -> Iterator[Any]:
        """Give a layer part after part; see `Layers.parts`. Raises as `read` does."""
        self._require_same(name)
        yield from self.workspace.layer_parts(name, list(columns))

    def values(self, name: str, columns: Sequence[str]) -> pd.DataFrame:
        """Return columns of a layer; see `Layers.values`."""
        self._require_same(name)
        return self.workspace.read_values(name, columns)

    def problem(self) -> str | None:
        """Return why this process cannot read the layers; None where it can."""
        try:
            for name in self.names:
                self._require_same(name)
        except WorkspaceError as error:
            return str(error)
        return None

    @contextmanager
    def run_folder(self) -> Iterator[Path]:
        """Give a folder in the workspace, gone afterwards; after a kill, the next writer removes it."""
        with self.workspace.scratch() as folder:
            yield folder

    def _require_same(self, name: str) -> None:
        """Raise WorkspaceError unless the layer is as it was when the run began; asked once a process.

        Bordergap itself changes nothing meanwhile: the run holds the workspace's lock.
        """
        if name in self._same:
            return
        found = self.workspace.layer_hash(name)
        if found is None:
            raise WorkspaceError(
                f"there is no layer {name} in {self.workspace.path} here; put the workspace into a folder "
                "that all workers share, under the same path"
            )
        if found != self.hashes[name]:
            raise WorkspaceError(
                f"the layer {name} in {self.workspace.path} is not what it was when the analysis began; "
                "analyse again"
            )
        self._same.add(name)


def _of(rows: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    return [name for name in columns if name in rows]


def _says_something(workspace: Workspace, name: str) -> bool:
    """Return whether a layer has rows, and of what they are it says something for any: else it is none."""
    if not workspace.row_count(name):
        return False
    expected = LAYERS[name].expected
    return not expected or bool(workspace.read_values(name, expected).notna().any(axis=None))
