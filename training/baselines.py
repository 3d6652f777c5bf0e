"""What the model is compared with, trained on the same oriented statements: majority, TF-IDF, the frozen encoder."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from wirestance.model.encoder import load_encoder
from wirestance.model.labels import EXCHANGED
from wirestance.model.mirror import Mirror
from wirestance.model.network import mean_state
from wirestance.training.corpus import Statement
from wirestance.training.metrics import Classes, classes

Guesser = Callable[[Sequence[str]], Classes]
"""Texts in, classes out."""

BATCH = 32


def majority(train: Sequence[Statement]) -> Guesser:
    """The commonest class, whatever the text."""
    commonest = int(np.bincount(classes([statement.label for statement in train])).argmax())
    return lambda texts: np.full(len(texts), commonest, dtype=np.int64)


def tfidf(train: Sequence[Statement], mirror: Mirror) -> Guesser:
    """Words and pairs of words, weighted by rarity, and logistic regression."""
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        LogisticRegression(C=10, max_iter=2000, class_weight="balanced"),
    )
    return _oriented(train, mirror, lambda texts, labels: model.fit(texts, labels).predict)


def frozen_encoder(train: Sequence[Statement], mirror: Mirror, base: str) -> Guesser:
    """The pretrained encoder as it is, its mean token state, and logistic regression."""
    encoder, tokenizer = load_encoder(base)
    encoder.eval()
    model = LogisticRegression(C=10, max_iter=2000, class_weight="balanced")

    @torch.inference_mode()
    def embed(texts: Sequence[str]) -> torch.Tensor:
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        states = torch.zeros(len(texts), encoder.config.dim)
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            inputs = tokenizer(
                [texts[i] for i in batch], padding=True, truncation=True, max_length=256, return_tensors="pt"
            )
            states[batch] = mean_state(encoder(**inputs).last_hidden_state, inputs["attention_mask"])
        return states

    def fit(texts: Sequence[str], labels: Classes) -> Guesser:
        model.fit(embed(texts), labels)
        return lambda more: np.asarray(model.predict(embed(more)))

    return _oriented(train, mirror, fit)


def _oriented(train: Sequence[Statement], mirror: Mirror, fit: Callable[[Sequence[str], Classes], Guesser]) -> Guesser:
    """A baseline that sees, in training and in use, the oriented texts that the model sees."""
    exchanged = np.array(EXCHANGED)

    def orient(texts: Sequence[str]) -> tuple[list[str], np.ndarray]:
        oriented = [mirror.orient(text) for text in texts]
        return [read.text for read in oriented], np.array([read.turned for read in oriented], dtype=bool)

    texts, turned = orient([statement.text for statement in train])
    labels = classes([statement.label for statement in train])
    guess = fit(texts, np.where(turned, exchanged[labels], labels))

    def guesser(texts: Sequence[str]) -> Classes:
        oriented, turned = orient(texts)
        found = np.asarray(guess(oriented))
        return np.where(turned, exchanged[found], found)

    return guesser
