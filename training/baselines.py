"""What the model is compared with, trained on oriented statements as it is: majority, TF-IDF, the frozen encoder."""

import random
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from wirestance.model.encoder import load_encoder
from wirestance.model.labels import EXCHANGED
from wirestance.model.mirror import Mirror
from wirestance.training.corpus import Statement
from wirestance.training.metrics import Classes, classes

Guesser = Callable[[Sequence[str]], Classes]
"""Texts in, classes out."""

LogOdds = Callable[[Sequence[str]], npt.NDArray[np.float64]]
"""Oriented texts in, logarithms of the probabilities of their classes out, shape (texts, 3)."""

BATCH = 32
MOST_TOKENS = 256

MOST_EMBEDDED = 10_000
"""Statements, drawn at random, that the logistic regression on the frozen encoder learns from: to embed all of them
would take most of an evaluation's time."""

SAMPLED = f"The frozen encoder's regression learns from {MOST_EMBEDDED:,} training statements at most, drawn at random."
"""Told where its figures stand."""


def majority(train: Sequence[Statement]) -> Guesser:
    """The commonest class, whatever the text."""
    commonest = int(np.bincount(classes([statement.label for statement in train])).argmax())
    return lambda texts: np.full(len(texts), commonest, dtype=np.int64)


def tfidf(train: Sequence[Statement], mirror: Mirror, neutral_shift: float = 0.0) -> Guesser:
    """Words and pairs of words, weighted by rarity, and logistic regression."""
    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True), _regression())
    return _oriented(train, mirror, neutral_shift, lambda texts, labels: model.fit(texts, labels).predict_log_proba)


def frozen_encoder(train: Sequence[Statement], mirror: Mirror, base: str, neutral_shift: float = 0.0) -> Guesser:
    """The pretrained encoder as it is, its mean token state, and logistic regression on a sample of `train`.

    The packaged encoder was pretrained to put a sentence's meaning into the mean (Reimers and Gurevych 2019).
    """
    encoder, tokenizer = load_encoder(base)
    encoder.eval()
    model = _regression()

    @torch.inference_mode()
    def embed(texts: Sequence[str]) -> torch.Tensor:
        ids = tokenizer(list(texts), truncation=True, max_length=MOST_TOKENS)["input_ids"]
        order = sorted(range(len(ids)), key=lambda index: len(ids[index]))
        states = torch.zeros(len(texts), encoder.config.dim)
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            inputs = tokenizer.pad({"input_ids": [ids[index] for index in batch]}, return_tensors="pt")
            weights = inputs["attention_mask"].unsqueeze(-1)
            states[batch] = (encoder(**inputs).last_hidden_state * weights).sum(dim=1) / weights.sum(dim=1)
        return states

    def fit(texts: Sequence[str], labels: Classes) -> LogOdds:
        model.fit(embed(texts), labels)
        return lambda more: np.asarray(model.predict_log_proba(embed(more)))

    sample = random.Random(0).sample(train, min(len(train), MOST_EMBEDDED))
    return _oriented(sample, mirror, neutral_shift, fit)


def _regression() -> LogisticRegression:
    return LogisticRegression(C=10, max_iter=2000)


def _oriented(
    train: Sequence[Statement],
    mirror: Mirror,
    neutral_shift: float,
    fit: Callable[[Sequence[str], Classes], LogOdds],
) -> Guesser:
    """A baseline that sees, in training and in use, the oriented texts that the model sees.

    Args:
        train: what it learns from.
        mirror: orients.
        neutral_shift: what is added to the logarithm of the neutral class (`Stance.neutral_shift`).
        fit: oriented texts and their classes to what it has learned.
    """
    exchanged = np.array(EXCHANGED)

    def orient(texts: Sequence[str]) -> tuple[list[str], np.ndarray]:
        oriented = [mirror.orient(text) for text in texts]
        return [read.text for read in oriented], np.array([read.turned for read in oriented], dtype=bool)

    texts, turned = orient([statement.text for statement in train])
    labels = classes([statement.label for statement in train])
    log_odds = fit(texts, np.where(turned, exchanged[labels], labels))

    def guesser(texts: Sequence[str]) -> Classes:
        oriented, turned = orient(texts)
        found = np.argmax(log_odds(oriented) + np.array([0.0, 0.0, neutral_shift]), axis=1)
        return np.asarray(np.where(turned, exchanged[found], found))

    return guesser
