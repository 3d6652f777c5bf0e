"""wirestance: the partisanship of news-wire statements about the Armenia–Azerbaijan conflict.

>>> from wirestance import StanceClassifier
>>> StanceClassifier.load().predict("Azerbaijani forces repelled an attack.").label
'pro-azerbaijan'
"""

from wirestance.inference.classifier import StanceClassifier
from wirestance.inference.explain import Explanation, Word
from wirestance.inference.prediction import Prediction
from wirestance.model.errors import ArtifactError, ConfigError, CorpusError, InputError, WirestanceError
from wirestance.model.labels import LABELS

__all__ = [
    "LABELS",
    "ArtifactError",
    "ConfigError",
    "CorpusError",
    "Explanation",
    "InputError",
    "Prediction",
    "StanceClassifier",
    "WirestanceError",
    "Word",
]
