"""The network: a DistilBERT whose token states are averaged; one linear layer reads the stance, another the voice."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers import DistilBertConfig, DistilBertModel, DistilBertPreTrainedModel
from transformers.utils.generic import ModelOutput

from wirestance.model.labels import LABELS


@dataclass
class StanceOutput(ModelOutput):
    """What the network makes of statements."""

    logits: Tensor | None = None
    """Of the stance: shape (statements, 3), in the order of `LABELS`."""
    voice: Tensor | None = None
    """Logit of reported speech against the outlet's own voice: shape (statements,)."""


class StanceNetwork(DistilBertPreTrainedModel):
    """Oriented statements in, logits of stance and voice out.

    The mean of the token states is classified, not the first token's state: the packaged encoder was pretrained to put
    a sentence's meaning there (Reimers and Gurevych 2019).
    """

    def __init__(self, config: DistilBertConfig) -> None:
        """Build the network with fresh weights; `config` is the encoder's."""
        super().__init__(config)
        config.num_labels = len(LABELS)
        config.id2label = dict(enumerate(LABELS))
        config.label2id = {label: index for index, label in enumerate(LABELS)}
        self.distilbert = DistilBertModel(config)
        self.dropout = nn.Dropout(config.seq_classif_dropout)
        self.classifier = nn.Linear(self.distilbert.embeddings.word_embeddings.embedding_dim, len(LABELS))
        self.voice = nn.Linear(self.classifier.in_features, 1)
        self.post_init()  # type: ignore[no-untyped-call]  # of the library

    @classmethod
    def on(cls, encoder: DistilBertModel) -> "StanceNetwork":
        """A network on a pretrained encoder, with fresh layers on top."""
        network = cls(encoder.config)
        network.distilbert.load_state_dict(encoder.state_dict())
        return network

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> StanceOutput:
        """Classify a batch.

        Args:
            input_ids: shape (statements, tokens), padded.
            attention_mask: shape (statements, tokens), 1 for a token and 0 for padding.
        """
        states = self.distilbert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mean = self.dropout(mean_state(states, attention_mask))
        return StanceOutput(logits=self.classifier(mean), voice=self.voice(mean).squeeze(-1))


def mean_state(states: Tensor, attention_mask: Tensor) -> Tensor:
    """The mean of the token states without the padding: (statements, tokens, units) to (statements, units)."""
    weights = attention_mask.unsqueeze(-1).to(states.dtype)
    return (states * weights).sum(dim=1) / torch.clamp(weights.sum(dim=1), min=1.0)
