"""What a change calls for: which checks depend on which layers, settings and program."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from geodata.model import LAYERS
from geodata.version import versions
from layers.block import CROSSINGS, PROFILES
from layers.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COMPARISONS = "comparisons"
SENSITIVITY = "sensitivity"
CORE_LAYERS = ("districts", "pairings")


def keys(inputs: Mapping[str, str | None], settings: Mapping[str, Any]) -> dict[str, str]:
    """Return by kind of gap, and by table beside them, a digest of all it depends on.

    Parameters
    ----------
    inputs
        Content hashes by layer, of the layers there are.
    settings
        Every setting by name.
    """

    def key(layers: Sequence[str], names: Sequence[str]) -> str:
        content = {
            "code": versions(),
            "layers": {name: inputs.get(name) for name in sorted({*CORE_LAYERS, *layers})},
            "settings": {name: settings[name] for name in sorted(names)},
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]

    found = {name: key(layers_of(name), kind.settings) for name, kind in KINDS.items()}
    found[CROSSINGS] = key(layers_of(CROSSINGS), KINDS["road_step_change"].settings)
    for name in (PROFILES, COMPARISONS, SENSITIVITY):
        found[name] = key(tuple(inputs), tuple(settings))
    return found


def layers_of(name: str) -> tuple[str, ...]:
    """Return the layers that a kind of gap, or a table beside the gaps, is made of."""
    if name in KINDS:
        return KINDS[name].layers
    return ("roads",) if name == CROSSINGS else tuple(LAYERS)
