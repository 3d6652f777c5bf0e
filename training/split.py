"""The split: by family and stratified by label, so that no family of statements straddles its parts."""

import hashlib
import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from wirestance.model.artifact import Stance
from wirestance.model.errors import ConfigError
from wirestance.training.corpus import Statement, load_corpus
from wirestance.training.recipe import load_mirror

SPLIT = "split_sha256"
"""Under which a model's provenance has the digest of its split."""

FOLDS = 10
"""One fold is held out for the test and one for validation."""

SHARED_WORDS = 10
"""Statements that share this many words in a row belong to one family, whatever their group."""


class Split(NamedTuple):
    """The parts of a corpus."""

    train: list[Statement]
    validation: list[Statement]
    test: list[Statement]


def split(statements: Sequence[Statement], seed: int = 0) -> Split:
    """Eight tenths to train on, a tenth to validate and a tenth to test."""
    labels = [statement.label for statement in statements]
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    parts = [part for _, part in folds.split(np.zeros(len(labels)), labels, families(statements))]
    train = sorted(int(index) for part in parts[2:] for index in part)
    return Split(*([statements[int(index)] for index in part] for part in (train, parts[1], parts[0])))


@cache
def corpus_split() -> Split:
    """The split of the whole corpus: read, checked and divided once a process."""
    return split(load_corpus())


def split_digest(parts: Split) -> str:
    """SHA-256 over the ids of the statements of each part: what a model was trained on, and what is held out."""
    return hashlib.sha256("\n\n".join("\n".join(one.id for one in part) for part in parts).encode()).hexdigest()


def split_of(stance: Stance) -> Split:
    """The split of the whole corpus that a model was made with.

    Raises:
        ConfigError: it was made with another one, so that it may have been trained on what is held out here. Other
            statements, other names and another scikit-learn divide the corpus otherwise.
    """
    parts = corpus_split()
    if stance.provenance.get(SPLIT) != split_digest(parts):
        raise ConfigError(
            f"the model was made with another split (at commit {stance.provenance.get('commit')}): of other statements "
            "than are in seeds/, with other names, or by another scikit-learn; it may have been trained on those that "
            "are held out here; make it anew, or use the tree and the scikit-learn that it is of"
        )
    return parts


def families(statements: Sequence[Statement]) -> list[str]:
    """The family of each statement: its group, joined with every group that shares ten words in a row with it.

    Shorter statements share all their words. Punctuation is no word, and the names are turned as
    for the network, so that a statement and its mirror image are of one family.
    """
    mirror = load_mirror()
    parent: dict[str, str] = {}

    def root(group: str) -> str:
        while (above := parent.setdefault(group, group)) != group:
            group = above
        return group

    first_with: dict[str, str] = {}
    for statement in statements:
        words = re.findall(r"\w+", mirror.orient(statement.text).text.casefold())
        for start in range(max(1, len(words) - SHARED_WORDS + 1)):
            run = " ".join(words[start : start + SHARED_WORDS])
            parent[root(statement.group)] = root(first_with.setdefault(run, statement.group))
    return [root(statement.group) for statement in statements]
