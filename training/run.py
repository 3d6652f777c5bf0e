"""The whole way from a recipe to an artifact: corpus, split, fit, export, calibration."""

import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from transformers import AutoTokenizer, DataCollatorWithPadding, PreTrainedTokenizerBase

from wirestance import StanceClassifier
from wirestance.inference.runtime import Runtime
from wirestance.model.artifact import NETWORK, Stance, save_stance, write_whole
from wirestance.model.errors import ConfigError
from wirestance.model.labels import EXCHANGED, NEUTRAL
from wirestance.model.mirror import Mirror
from wirestance.model.network import StanceNetwork
from wirestance.training.corpus import SEEDS, Statement, corpus_digest
from wirestance.training.data import encode
from wirestance.training.evaluate import as_array, probabilities
from wirestance.training.export import quantise
from wirestance.training.fit import build_network, fit
from wirestance.training.full_precision import load_full_precision
from wirestance.training.metrics import choose_threshold, classes, fit_temperature, prior_weights
from wirestance.training.recipe import RECIPE, Recipe, load_mirror
from wirestance.training.split import SPLIT, Split, corpus_split, split_digest

CHECKPOINTS = ".checkpoints"
"""Behind the name of a model's directory: the one beside it where an unfinished training is kept."""

MADE_FROM = "made-from.json"
"""In that directory: what the unfinished model is made from."""

CALIBRATE_WITH = 512
"""Training statements that show the quantiser the range of every activation."""

EXPECTED_NEUTRAL = 0.75
"""Share of neutral statements that a model expects by default: that of the corpus's `feed-*` files, which have a feed's
natural proportions."""

LOWEST_THRESHOLD = 1e-9
"""Every answer reaches it but those that are withheld at any threshold."""

CORPUS, EXPORTED = "corpus_sha256", "exported"
"""Under which a model's provenance has what it was made from, and where its 8-bit file is from."""

LIBRARIES = ("torch", "transformers", "onnxruntime", "tokenizers")


def train(recipe: Recipe, directory: Path, parts: Split | None = None) -> StanceClassifier:
    """Make an artifact; a run that was interrupted goes on from its last checkpoint.

    Args:
        recipe: what to make.
        directory: where to write; the checkpoints beside it stay, for the caller to remove when all is done.
        parts: the statements; by default the split of the whole corpus.

    Raises:
        ConfigError: the checkpoints are those of another recipe, of other statements or of other names.
    """
    parts = parts or corpus_split()
    mirror = load_mirror()
    made_from = provenance(recipe, parts)
    network, tokenizer = build_network(recipe)
    rows = encode(parts.train, mirror, tokenizer, recipe.max_tokens, recipe.low_confidence_weight)
    validation = encode(parts.validation, mirror, tokenizer, recipe.max_tokens)
    checkpoints = checkpoints_of(directory)
    _claim(
        checkpoints,
        {key: made_from[key] for key in (RECIPE, SPLIT, CORPUS)} | {"names": mirror.rows},
    )
    fit(recipe, network, tokenizer, rows, validation, checkpoints)
    network.save_pretrained(directory)
    tokenizer.save_pretrained(directory)
    return export(recipe, directory, parts, mirror, made_from)


def checkpoints_of(directory: Path) -> Path:
    """Where the checkpoints of the model that is written to a directory lie."""
    return directory.with_name(directory.name + CHECKPOINTS)


def _claim(checkpoints: Path, made_from: dict[str, Any]) -> None:
    """Mark a directory of checkpoints as those of one training; one that holds none yet is free.

    Raises:
        ConfigError: they are those of another, which must not go on with this one's recipe or statements.
    """
    mark, wanted = checkpoints / MADE_FROM, json.dumps(made_from)
    if mark.is_file():
        other = _differences(json.loads(mark.read_text(encoding="utf-8")), json.loads(wanted))
    else:
        other = [f"no {MADE_FROM}"] if any(checkpoints.glob("checkpoint-*")) else []
    if other:
        raise ConfigError(
            f"{checkpoints}: holds an interrupted training by another recipe, from other statements or with other "
            f"names ({'; '.join(other)}); remove it to start anew"
        )
    checkpoints.mkdir(parents=True, exist_ok=True)
    write_whole(mark, wanted)


def _differences(found: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """The keys in which two trainings differ, those of the recipe one by one, and what they are in each."""
    there, here = ({**told[RECIPE], **{key: told[key] for key in told if key != RECIPE}} for told in (found, wanted))
    return [
        f"{key}: there {there.get(key)!r:.40}, here {here.get(key)!r:.40}"
        for key in sorted(there.keys() | here.keys())
        if there.get(key) != here.get(key)
    ]


def export(
    recipe: Recipe, directory: Path, parts: Split, mirror: Mirror, made_from: Mapping[str, Any]
) -> StanceClassifier:
    """Make an artifact of the trained network in a directory: its 8-bit file, and how that is to be read.

    Args:
        recipe: what it was trained by.
        directory: where it lies.
        parts: the split that it was trained with.
        mirror: the one that it was trained with.
        made_from: its provenance; where this export is from is told beside it.

    Raises:
        ArtifactError: the directory has no weights in full precision.
    """
    network = load_full_precision(directory)
    tokenizer = AutoTokenizer.from_pretrained(directory)
    write(network, encode(parts.train, mirror, tokenizer, recipe.max_tokens), directory)
    stance = Stance(
        names=mirror.rows,
        max_tokens=recipe.max_tokens,
        temperature=1.0,
        threshold=0.0,
        trained_share=neutral_share(parts.train),
        neutral_share=neutral_share(parts.train),
        provenance={**made_from, EXPORTED: _here()},
    )
    return calibrate(directory, stance, parts.validation)


def write(network: StanceNetwork, rows: Dataset, directory: Path) -> None:
    """Write the network in 8 bits, its scales fixed on some of the training rows."""
    (directory / NETWORK).parent.mkdir(exist_ok=True)
    sample = list(rows.shuffle(seed=0).select(range(min(CALIBRATE_WITH, len(rows))))["input_ids"])
    quantise(network, directory / NETWORK, sample)


def calibrate(directory: Path, stance: Stance, validation: list[Statement]) -> StanceClassifier:
    """Fit temperature and threshold to the quantised network's answers on the validation part, and save.

    The threshold is chosen on what users get: answers that are withheld at any threshold do not count.
    """
    runtime = Runtime(directory, stance.max_tokens, None)
    texts, truth = [statement.text for statement in validation], classes([statement.label for statement in validation])
    found = probabilities(StanceClassifier(stance, runtime), texts)
    calibrated = replace(stance, temperature=fit_temperature(truth, found), neutral_share=EXPECTED_NEUTRAL)
    answers = StanceClassifier(calibrated, runtime).predict_batch(texts, threshold=LOWEST_THRESHOLD)
    given = np.array([answer.label is not None for answer in answers])
    weights = prior_weights(truth, neutral_share(validation), EXPECTED_NEUTRAL)
    threshold = choose_threshold(truth[given], as_array(texts, answers)[given], weights[given])
    save_stance(directory, replace(calibrated, threshold=threshold))
    return StanceClassifier.load(directory)


def neutral_share(statements: Sequence[Statement]) -> float:
    """The share of neutral statements."""
    return sum(statement.label == NEUTRAL for statement in statements) / len(statements)


def agreement(classifier: StanceClassifier, directory: Path, statements: list[Statement]) -> float:
    """Share of the labels in which the artifact's 8-bit network and the one in full precision agree.

    Raises:
        ArtifactError: the directory has no weights in full precision.
    """
    network = load_full_precision(directory)
    tokenizer = AutoTokenizer.from_pretrained(directory)
    mirror = classifier.stance.mirror
    rows = encode(statements, mirror, tokenizer, classifier.stance.max_tokens)
    found = classifier.stance.probabilities(full_precision(network, tokenizer, rows))
    turned = np.array([mirror.orient(statement.text).turned for statement in statements])
    found[turned] = found[turned][:, EXCHANGED]
    quantised = probabilities(classifier, [statement.text for statement in statements])
    return float(np.mean(found.argmax(axis=1) == quantised.argmax(axis=1)))


@torch.inference_mode()
def full_precision(network: StanceNetwork, tokenizer: PreTrainedTokenizerBase, rows: Dataset) -> Any:
    """The logits of the network in full precision, shape (statements, 3)."""
    collate = DataCollatorWithPadding(tokenizer)
    batches = [
        collate([{"input_ids": ids} for ids in rows[start : start + 32]["input_ids"]])
        for start in range(0, len(rows), 32)
    ]
    return np.concatenate([network(**batch).logits.numpy() for batch in batches])


def provenance(recipe: Recipe, parts: Split) -> dict[str, Any]:
    """What the model is made from and with."""
    return {
        RECIPE: asdict(recipe),
        CORPUS: corpus_digest(),
        SPLIT: split_digest(parts),
        **_here(),
        "python": platform.python_version(),
    }


def _here() -> dict[str, Any]:
    """The commit and the libraries that are at work."""
    return {"commit": _commit(), "libraries": {name: version(name) for name in LIBRARIES}}


def _commit() -> str | None:
    """The commit of the seeds, where they lie in a repository; `-dirty` behind it where files differ from it."""
    command = ["git", "-C", str(SEEDS), "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
