"""The artifact: the directory that training writes and inference reads; the only door between the two.

It is a Hugging Face model directory (`config.json`, `tokenizer.json`, `model.safetensors`, `README.md`) with two
things more: the quantised ONNX network that the runtime runs, and `stance.json`, which says how its outputs are to be
read and carries a digest of every other file but the plots.
"""

import hashlib
import json
from collections.abc import Container, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from math import inf, log
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from wirestance.model.errors import ArtifactError, ConfigError
from wirestance.model.labels import LABELS
from wirestance.model.mirror import Mirror, Row

FORMAT = 3
"""The version of this layout; a reader refuses any other."""

STANCE = "stance.json"
NETWORK = "onnx/model_quantized.onnx"
TOKENIZER = "tokenizer.json"
WEIGHTS = "model.safetensors"
CARD = "README.md"
METRICS = "metrics.json"
PLOTS = "plots"
"""A directory of pictures for its card; a digest of them would tell nothing about the model."""

MOST_TOKENS = 512
"""Positions that a BERT has."""

PART = ".part"
"""Behind the name of a file that is being written; one that is left behind is no part of the model."""

NEEDED = (NETWORK, TOKENIZER)
"""What the runtime cannot do without; of the other files, those that are there must be unchanged."""

SHIPPED = Path(__file__).resolve().parent / "shipped"
"""The artifact that comes with the package; of an editable install, the one in the tree, not the links to its files."""


@dataclass(frozen=True)
class Stance:
    """How the network is fed and how its logits are read: the content of `stance.json`."""

    names: tuple[Row, ...]
    """The rows of the mirror."""
    max_tokens: int
    """Longest input of the network, with the two special tokens."""
    temperature: float
    """Logits are divided by it before the softmax (Guo et al. 2017)."""
    threshold: float
    """Lowest probability with which a label is given; below it the answer is "can't tell"."""
    trained_share: float
    """Share of neutral statements among those that the network was trained on."""
    neutral_share: float
    """Share of neutral statements that is expected in use, unless the user gives another."""
    provenance: Mapping[str, Any] = field(default_factory=dict)
    """Recipe, corpus digest, commit and library versions of the training; commit and libraries of the export."""
    labels: tuple[str, ...] = LABELS
    format: int = FORMAT

    @property
    def neutral_shift(self) -> float:
        """What the expected share of neutral statements adds to the neutral logit.

        The prior correction of Saerens et al. (2002), from the trained share to the expected one.
        """
        return log(self.neutral_share / (1 - self.neutral_share)) - log(self.trained_share / (1 - self.trained_share))

    def probabilities(self, logits: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """The calibrated probabilities of the network's logits, both of shape (statements, 3)."""
        scaled = logits.astype(np.float64) / self.temperature + [0.0, 0.0, self.neutral_shift]
        odds = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=1, keepdims=True))

    @cached_property
    def mirror(self) -> Mirror:
        """The mirror that the network was trained with."""
        return Mirror(self.names)


def save_stance(directory: Path, stance: Stance) -> None:
    """Write `stance.json`, with the digests of the files that lie beside it: the last act of saving a model."""
    files = sorted(path.relative_to(directory) for path in directory.rglob("*") if path.is_file())
    told = [file for file in files if file.name != STANCE and file.suffix != PART and file.parts[0] != PLOTS]
    content = asdict(stance) | {"files": {file.as_posix(): digest(directory / file) for file in told}}
    write_whole(directory / STANCE, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file of the artifact; whatever interrupts, what lies there is the old one or the whole new one."""
    part = path.with_name(path.name + PART)
    part.write_bytes(content.encode() if isinstance(content, str) else content)
    part.replace(path)


def load_stance(directory: Path, unchecked: Container[str] = (WEIGHTS,)) -> Stance:
    """Verify an artifact and read its `stance.json`.

    Args:
        directory: where it lies.
        unchecked: files that the caller does not read, as inference never reads the weights in full precision, or is
            about to write anew: left by another training or by a try that was cut short, they may not be those that
            `stance.json` tells of.

    Raises:
        ArtifactError: not an artifact, an incomplete or changed one, another label order, or another format.
    """
    path = directory / STANCE
    if not directory.is_dir():
        raise ArtifactError(f"{directory}: no such model directory")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        version, labels, files = content["format"], tuple(content["labels"]), dict(content.pop("files"))
    except FileNotFoundError:
        raise ArtifactError(f"{directory}: not a wirestance model, it has no {STANCE}") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ArtifactError(f"{path}: not a valid {STANCE}: {error!r}") from error
    if version != FORMAT:
        raise ArtifactError(f"{path}: format is {version!r}, this version of wirestance reads format {FORMAT}")
    if labels != LABELS:
        raise ArtifactError(f"{path}: the labels are {list(labels)}, they must be {list(LABELS)}, in this order")
    for name in NEEDED:
        if name not in files:
            raise ArtifactError(f"{path}: lists no digest of {name}")
    for name, expected in files.items():
        if name not in unchecked:
            _check(directory / name, expected, needed=name in NEEDED)
    return _read(path, content)


def _check(path: Path, expected: str, *, needed: bool) -> None:
    if not path.is_file():
        if needed:
            raise ArtifactError(f"{path}: missing from the model")
    elif (found := digest(path)) != expected:
        raise ArtifactError(f"{path}: changed since it was saved, SHA-256 is {found}, recorded is {expected}")


def _read(path: Path, content: dict[str, Any]) -> Stance:
    try:
        if not isinstance(content["names"], list) or not content["names"]:
            raise ConfigError("names is no list of rows")
        stance = Stance(**content | {"names": tuple(content["names"]), "labels": LABELS})
        _ = stance.mirror  # refuses rows that are no table of names
        sound = (
            isinstance(stance.max_tokens, int)
            and isinstance(stance.provenance, Mapping)
            and 2 < stance.max_tokens <= MOST_TOKENS
            and 1e-3 < stance.temperature < inf
            and 0 <= stance.threshold < 1
            and 0 < stance.trained_share < 1
            and 0 < stance.neutral_share < 1
        )
    except (KeyError, TypeError, AttributeError, ConfigError) as error:
        raise ArtifactError(f"{path}: not a valid {STANCE}: {error}") from error
    if not sound:
        raise ArtifactError(
            f"{path}: max_tokens {stance.max_tokens} (allowed: 3 to {MOST_TOKENS}), temperature "
            f"{stance.temperature} (above 0.001, finite), provenance {stance.provenance!r:.40} (a mapping), "
            f"threshold {stance.threshold} (from 0 to below 1), trained_share {stance.trained_share} or neutral_share "
            f"{stance.neutral_share} (between 0 and 1) is out of range"
        )
    return stance


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
