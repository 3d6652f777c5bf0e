"""The network: a DistilBERT that classifies the first token's state; one more linear layer reads the voice."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import DistilBertConfig, DistilBertForSequenceClassification, DistilBertModel
from transformers.utils.generic import ModelOutput

from wirestance.model.labels import LABELS


@dataclass
class StanceOutput(ModelOutput):
    """What the network makes of statements."""

    logits: Tensor | None = None
    """Of the stance: shape (statements, 3), in the order of `LABELS`."""
    voice: Tensor | None = None
    """Logit of reported speech against the outlet's own voice: shape (statements,)."""


class StanceNetwork(DistilBertForSequenceClassification):
    """Oriented statements in, logits of stance and voice out.

    Its stance is that of a `DistilBertForSequenceClassification`: `AutoModelForSequenceClassification` reads the same
    weights to the same logits, and leaves out the voice. The first token's state is classified, so that the last layer
    has to be computed for that token alone.
    """

    def __init__(self, config: DistilBertConfig) -> None:
        """Build the network with fresh weights; `config` is the encoder's."""
        config.num_labels = len(LABELS)
        config.id2label = dict(enumerate(LABELS))
        config.label2id = {label: index for index, label in enumerate(LABELS)}
        super().__init__(config)
        self.voice = nn.Linear(config.dim, 1)
        self.post_init()  # type: ignore[no-untyped-call]  # of the library

    @classmethod
    def on(cls, encoder: DistilBertModel) -> "StanceNetwork":
        """A network on a pretrained encoder, with fresh layers on top."""
        network = cls(encoder.config)
        network.distilbert.load_state_dict(encoder.state_dict())
        return network

    def forward(self, input_ids: Tensor, attention_mask: Tensor, **_: Any) -> StanceOutput:
        """Classify a batch.

        Args:
            input_ids: shape (statements, tokens), padded.
            attention_mask: shape (statements, tokens), 1 for a token and 0 for padding.
        """
        states = self.distilbert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        first = states[:, 0]
        stance = self.dropout(torch.relu(self.pre_classifier(first)))
        return StanceOutput(logits=self.classifier(stance), voice=self.voice(self.dropout(first)).squeeze(-1))
