"""Statements as the network learns from them: oriented, tokenised, with the label exchanged where the text was turned.

The usual augmentation, a mirrored copy of every statement with its label exchanged, is contained in the orientation: a
statement and its mirrored copy are the same row. Both sides are learned from each, at half the cost.
"""

from collections.abc import Sequence

from datasets import Dataset
from transformers import PreTrainedTokenizerBase

from wirestance.model.labels import EXCHANGED, LABELS
from wirestance.model.mirror import Mirror
from wirestance.training.corpus import Statement

VOICE_CLASSES = {"own": 0, "reported": 1, None: -1}
"""Classes of the voice; None where it was not annotated."""


def encode(
    statements: Sequence[Statement],
    mirror: Mirror,
    tokenizer: PreTrainedTokenizerBase,
    max_tokens: int,
    low_confidence_weight: float = 1.0,
) -> Dataset:
    """One row a statement: `input_ids`, `labels` (a class of the oriented text), `weight` in the loss, `voice`."""
    oriented = [mirror.orient(statement.text) for statement in statements]
    classes = [LABELS.index(statement.label) for statement in statements]
    return Dataset.from_dict(
        {
            "input_ids": tokenizer(
                [read.text for read in oriented], truncation=True, max_length=max_tokens, return_attention_mask=False
            )["input_ids"],
            "labels": [
                EXCHANGED[label] if read.turned else label for label, read in zip(classes, oriented, strict=True)
            ],
            "voice": [VOICE_CLASSES[statement.voice] for statement in statements],
            "weight": [low_confidence_weight if statement.confidence == "low" else 1.0 for statement in statements],
        }
    )
