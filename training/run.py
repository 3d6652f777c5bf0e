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
from wirestance.model.artifact import CARD, METRICS, NETWORK, Stance, save_stance, write_whole
from wirestance.model.errors import ConfigError
from wirestance.model.labels import EXCHANGED, NEUTRAL
from wirestance.model.mirror import Mirror
from wirestance.model.network import StanceNetwork
from wirestance.training.corpus import Statement, corpus_digest
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
"""In that directory: the provenance of the unfinished model, and its names."""

CALIBRATE_WITH = 512
"""Training statements that show the quantiser the range of every activation."""

EXPECTED_NEUTRAL = 0.7
"""Share of neutral statements that a model expects by default: between that of a raw feed, some 0.8, and of statements
that are about the conflict, some 0.4."""

LOWEST_THRESHOLD = 1e-9
"""Every answer reaches it but those that are withheld at any threshold."""

CORPUS, COMMIT, EXPORTED = "corpus_sha256", "commit", "exported"
"""Under which a model's provenance has what it was made from, where it began, and where its 8-bit file is from."""

NAMES = "names"
"""Under which the mark of an unfinished model has the rows of its mirror."""

LIBRARIES = ("torch", "transformers", "onnxruntime", "tokenizers")

TREE = Path(__file__).resolve().parents[1]
"""Where the sources lie; of an editable install the repository, not the links to its files."""

SOURCES = ("model", "training", "inference", "configs", "seeds", ":(exclude)model/shipped")
"""What a model is made by and from, in it."""


def train(recipe: Recipe, directory: Path, parts: Split | None = None) -> StanceClassifier:
    """Make an artifact; a run that was interrupted goes on from its last checkpoint.

    The commit that the artifact tells is the one at which the training began.

    Args:
        recipe: what to make.
        directory: where to write; the checkpoints beside it stay, for the caller to remove when all is done.
        parts: the statements; by default the split of the whole corpus.

    Raises:
        ConfigError: the checkpoints are those of another recipe, other statements, other names or other libraries.
    """
    parts = parts or corpus_split()
    mirror = load_mirror()
    network, tokenizer = build_network(recipe)
    rows = encode(parts.train, mirror, tokenizer, recipe.max_tokens, recipe.low_confidence_weight)
    validation = encode(parts.validation, mirror, tokenizer, recipe.max_tokens)
    checkpoints = checkpoints_of(directory)
    made_from = _claim(checkpoints, provenance(recipe, parts), mirror)
    fit(recipe, network, tokenizer, rows, validation, checkpoints)
    network.save_pretrained(directory)
    tokenizer.save_pretrained(directory)
    return export(recipe, directory, parts, mirror, made_from)


def checkpoints_of(directory: Path) -> Path:
    """Where the checkpoints of the model that is written to a directory lie."""
    directory = directory.resolve()  # `.` has no name
    return directory.with_name(directory.name + CHECKPOINTS)


def _claim(checkpoints: Path, made_from: Mapping[str, Any], mirror: Mirror) -> dict[str, Any]:
    """Mark a directory of checkpoints as those of one training, and return its provenance; none yet, and it is free.

    Raises:
        ConfigError: they are those of another, which must not go on with this one's recipe, statements or libraries.
    """
    mark, begun = checkpoints / MADE_FROM, any(checkpoints.glob("checkpoint-*"))
    wanted = json.dumps({**made_from, NAMES: mirror.rows})
    told: dict[str, Any] = json.loads(mark.read_text(encoding="utf-8") if mark.is_file() else wanted)
    other = _differences(told, json.loads(wanted))
    if begun and not mark.is_file():
        other = [f"no {MADE_FROM}"]
    if other:
        raise ConfigError(
            f"{checkpoints}: holds an interrupted training by another recipe, from other statements, with other names "
            f"or other libraries ({'; '.join(other)}); remove it to start anew"
        )
    if not begun:
        checkpoints.mkdir(parents=True, exist_ok=True)
        write_whole(mark, wanted)
        told = json.loads(wanted)
    return {key: told[key] for key in made_from}


def _differences(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """The keys in which two trainings differ, but for the commit, and what they are in each.

    The settings of the recipe and the libraries are told one by one.
    """
    there, here = _settings(found), _settings(wanted)
    return [
        f"{key}: there {there.get(key)!r:.40}, here {here.get(key)!r:.40}"
        for key in sorted((there.keys() | here.keys()) - {COMMIT})
        if there.get(key) != here.get(key)
    ]


def _settings(told: Mapping[str, Any]) -> dict[str, Any]:
    parts = (value if isinstance(value, dict) else {key: value} for key, value in told.items())
    return {key: value for part in parts for key, value in part.items()}


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

    The temperature is that of the adversarial statements, if there are any: the others are easier than real wires are,
    and would have the probabilities too high on these.

    Figures and card of an earlier model are removed: until this one is judged, it has none.
    The threshold is chosen on what users get: answers that are withheld at any threshold do not count.
    """
    runtime = Runtime(directory, stance.max_tokens, None)
    texts, truth = [statement.text for statement in validation], classes([statement.label for statement in validation])
    found = probabilities(StanceClassifier(stance, runtime), texts)
    hard = np.array([statement.adversarial for statement in validation])
    chosen = hard if hard.any() else ~hard
    temperature = fit_temperature(truth[chosen], found[chosen])
    calibrated = replace(stance, temperature=temperature, neutral_share=EXPECTED_NEUTRAL)
    answers = StanceClassifier(calibrated, runtime).predict_batch(texts, threshold=LOWEST_THRESHOLD)
    given = np.array([answer.label is not None for answer in answers])
    weights = prior_weights(truth, neutral_share(validation), EXPECTED_NEUTRAL)
    threshold = choose_threshold(truth[given], as_array(texts, answers)[given], weights[given])
    for told in (METRICS, CARD):  # of the model that lay there before
        (directory / told).unlink(missing_ok=True)
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
    return {COMMIT: _commit(TREE), "libraries": {name: version(name) for name in LIBRARIES}}


def _commit(tree: Path) -> str | None:
    """The commit of a tree, where it lies in a repository; `-dirty` behind it where its sources differ from it.

    So do sources that were never committed, but not what git ignores, nor the shipped model.
    """
    try:
        commit = _git(tree, "rev-parse", "HEAD")
        return f"{commit}-dirty" if _git(tree, "status", "--porcelain", "--", *SOURCES) else commit
    except (OSError, subprocess.CalledProcessError):
        return None


def _git(tree: Path, *arguments: str) -> str:
    command = ["git", "-C", str(tree), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
