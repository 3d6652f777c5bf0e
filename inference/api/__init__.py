"""wirestance: the partisanship of news-wire statements about the Armenia–Azerbaijan conflict.

>>> from wirestance import StanceClassifier
>>> StanceClassifier.load().predict("Azerbaijani forces repelled an attack.").label
'pro-azerbaijan'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wirestance.inference.classifier import StanceClassifier
    from wirestance.inference.explain import Explanation, Word
    from wirestance.inference.lean import Lean, Measure, lean
    from wirestance.inference.prediction import Prediction
    from wirestance.inference.ray_data import StanceBatches
    from wirestance.inference.rows import read_scored
    from wirestance.inference.scoring import Scored, score_wires
    from wirestance.inference.wires.read import read_wires
    from wirestance.inference.wires.record import Rejection, Wire
    from wirestance.model.errors import ArtifactError, ConfigError, CorpusError, InputError, WirestanceError
    from wirestance.model.labels import LABELS

_HOMES = {
    "wirestance.inference.classifier": ("StanceClassifier",),
    "wirestance.inference.explain": ("Explanation", "Word"),
    "wirestance.inference.lean": ("Lean", "Measure", "lean"),
    "wirestance.inference.prediction": ("Prediction",),
    "wirestance.inference.ray_data": ("StanceBatches",),
    "wirestance.inference.rows": ("read_scored",),
    "wirestance.inference.scoring": ("Scored", "score_wires"),
    "wirestance.inference.wires.read": ("read_wires",),
    "wirestance.inference.wires.record": ("Rejection", "Wire"),
    "wirestance.model.errors": ("ArtifactError", "ConfigError", "CorpusError", "InputError", "WirestanceError"),
    "wirestance.model.labels": ("LABELS",),
}
"""Where each public name is defined: it is loaded when it is first used, so that importing wirestance takes no time."""

__all__ = [
    "LABELS",
    "ArtifactError",
    "ConfigError",
    "CorpusError",
    "Explanation",
    "InputError",
    "Lean",
    "Measure",
    "Prediction",
    "Rejection",
    "Scored",
    "StanceBatches",
    "StanceClassifier",
    "Wire",
    "WirestanceError",
    "Word",
    "lean",
    "read_scored",
    "read_wires",
    "score_wires",
]


def __getattr__(name: str) -> Any:
    """Load a public name."""
    for module, names in _HOMES.items():
        if name in names:
            value = getattr(import_module(module), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """The public names."""
    return __all__
