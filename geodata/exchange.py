"""What the processes of one run share: objects by message, their numbers in one file that all of them map."""

from __future__ import annotations

import mmap
import uuid
from dataclasses import dataclass, field
from io import BytesIO
from multiprocessing.reduction import ForkingPickler
from typing import TYPE_CHECKING, Any

from geodata.errors import WorkspaceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LEAST_BYTES = 512  # a smaller array costs more to find in a file than to send
ALIGNED = 64  # bytes: where arrays begin
_PROTOCOL = 5  # of messages with buffers beside them (PEP 574)


@dataclass(frozen=True)
class Packed:
    """A value ready to be sent to other processes, each of which unpacks it once.

    Parameters
    ----------
    message
        The value without its large arrays. It goes from process to process and into no file, since what
        reads it builds objects from it.
    file
        Numbers only: the arrays, one after the other.
    sizes
        Bytes of each array.
    """

    message: bytes = field(repr=False)
    file: Path
    sizes: tuple[int, ...] = field(repr=False)

    def unpack(self) -> Any:
        """Return the value. Its arrays are pages of the file: read when needed, in memory once for all.

        Raises
        ------
        WorkspaceError
            If this process does not see the file.
        """
        try:
            with self.file.open("rb") as opened:
                # A private mapping: arrays may be written to, which changes them here alone.
                pages = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_COPY)
        except OSError as error:
            raise WorkspaceError(
                f"a worker does not see {self.file} ({error.strerror}); put the workspace into a folder that "
                "all workers share, under the same path"
            ) from error
        whole = memoryview(pages)
        buffers = (whole[start : start + size] for start, size in _places(self.sizes))
        return ForkingPickler.loads(self.message, buffers=buffers)


def pack(value: Any, folder: Path) -> Packed:
    """Return `value` packed; its arrays are written to a new file in `folder`."""
    file = folder / f"{uuid.uuid4().hex}.numbers"
    sizes: list[int] = []
    message = BytesIO()
    with file.open("wb") as opened:

        def keep(buffer: Any) -> bool:
            """Write a large array to the file; say whether it goes with the message instead."""
            raw = buffer.raw()
            if raw.nbytes < LEAST_BYTES:
                return True
            opened.write(raw)
            opened.write(bytes(-raw.nbytes % ALIGNED))
            sizes.append(raw.nbytes)
            return False

        ForkingPickler(message, _PROTOCOL, True, keep).dump(value)  # noqa: FBT003  # takes no names
        if not sizes:
            opened.write(bytes(ALIGNED))  # an empty file cannot be mapped
    return Packed(message.getvalue(), file, tuple(sizes))


def _places(sizes: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    start = 0
    for size in sizes:
        yield start, size
        start += size + -size % ALIGNED
