"""Embeds a workspace has given out, and the secrets that sign them: one file that only its owner reads."""

from __future__ import annotations

import dataclasses
import json
import secrets
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import filelock

from geodata.errors import WorkspaceError
from geodata.private_file import SECRET_BYTES, is_weak, require_private, write_private
from geodata.store import read_json, told_of_refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FILE = "embeds.json"
KEPT_SECRETS = 2  # the one in use, and the one before it
MOST_LINKS = 1000
WAIT_S = 10.0
_LOCK = ".embeds.lock"  # not that of the workspace, which an analysis holds for its whole time


@dataclass(frozen=True)
class EmbedLink:
    """What one signed address may show.

    Parameters
    ----------
    id
        By which it is listed and revoked.
    pairing, gap
        The border, or one gap of it.
    layers
        Context layers of its map; None: those that suit it.
    lang
        Language it speaks.
    expires
        Seconds since 1970, the first at which it is refused.
    """

    id: str
    pairing: str
    gap: str | None
    layers: tuple[str, ...] | None
    lang: str
    expires: int


@dataclass(frozen=True)
class Embeds:
    """The file's content: id of the workspace, secrets (newest first), links given out and not revoked."""

    workspace: str
    secrets: tuple[str, ...] = field(repr=False)
    links: tuple[EmbedLink, ...] = ()

    def link(self, link_id: str) -> EmbedLink | None:
        """Return the link of that id; None where it was revoked, or never given out."""
        return next((link for link in self.links if link.id == link_id), None)


class EmbedStore:
    """Reads and writes the embeds of the workspace in folder `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._path = root / FILE

    def read(self) -> Embeds | None:
        """Return what the file holds, None where nothing was ever given out.

        Raises
        ------
        WorkspaceError
            If it is damaged, holds a short secret, or others may read it.
        """
        if not require_private(self._path, "signs links", "all links end"):
            return None
        return _embeds(read_json(self._path))

    def add(self, link: EmbedLink, now: int) -> Embeds:
        """Note a link given out; those past their time are forgotten.

        Raises
        ------
        WorkspaceError
            As `read`; or if there are too many, or the folder cannot be written.
        """
        return self._change(
            lambda embeds: dataclasses.replace(
                embeds, links=(*(each for each in embeds.links if each.expires > now), link)
            )
        )

    def revoke(self, link_id: str) -> bool:
        """Forget a link, so that it is refused from now on; return whether there was one."""
        before = self.read()
        if before is None or before.link(link_id) is None:
            return False
        self._change(
            lambda embeds: dataclasses.replace(
                embeds, links=tuple(each for each in embeds.links if each.id != link_id)
            )
        )
        return True

    def revoke_all(self) -> int:
        """Forget all links and both secrets; return how many links there were."""
        before = self.read()
        if before is None:
            return 0
        self._change(lambda embeds: dataclasses.replace(embeds, links=(), secrets=(_secret(),)))
        return len(before.links)

    def rotate(self) -> None:
        """Sign with a new secret from now on; what the last one signed still holds, older ones do not."""
        self._change(
            lambda embeds: dataclasses.replace(
                embeds, secrets=(_secret(), *embeds.secrets[: KEPT_SECRETS - 1])
            )
        )

    def _change(self, change: Callable[[Embeds], Embeds]) -> Embeds:
        with self._writing():
            changed = change(self.read() or Embeds(uuid.uuid4().hex, (_secret(),)))
            if len(changed.links) > MOST_LINKS:
                raise WorkspaceError(
                    f"{MOST_LINKS:,} links are in use; revoke some (bordergap embed --list, --revoke)"
                )
            write_private(self._path, json.dumps(dataclasses.asdict(changed), ensure_ascii=False, indent=1))
        return changed

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with told_of_refusal(self._root.name):
            try:
                with filelock.FileLock(self._root / _LOCK, timeout=WAIT_S):
                    yield
            except filelock.Timeout as error:
                raise WorkspaceError("links are being changed by another bordergap; try again") from error


def _secret() -> str:
    return secrets.token_hex(SECRET_BYTES)


def _embeds(values: dict[str, Any]) -> Embeds:
    """Return the content of the file, checked."""
    remedy = f"restore {FILE} from a copy, or delete it: all links end"
    try:
        kept = tuple(str(secret) for secret in values["secrets"])
        links = tuple(_link(each) for each in values["links"])
        workspace = str(values["workspace"])
    except (KeyError, TypeError, ValueError) as error:
        raise WorkspaceError(f"{FILE} is damaged; {remedy}") from error
    if not kept or any(is_weak(secret) for secret in kept):
        raise WorkspaceError(f"{FILE} holds a secret shorter than {SECRET_BYTES} random bytes; {remedy}")
    return Embeds(workspace, kept, links)


def _link(values: dict[str, Any]) -> EmbedLink:
    layers = values["layers"]
    return EmbedLink(
        id=str(values["id"]),
        pairing=str(values["pairing"]),
        gap=None if values["gap"] is None else str(values["gap"]),
        layers=None if layers is None else tuple(map(str, layers)),
        lang=str(values["lang"]),
        expires=int(values["expires"]),
    )
