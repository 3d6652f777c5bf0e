"""The fit: a pretrained encoder with untrained layers on top becomes a stance network."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from torch import Tensor, nn
from transformers import (
    DataCollatorWithPadding,
    EarlyStoppingCallback,
    EvalPrediction,
    PreTrainedTokenizerBase,
    Trainer,
    TrainingArguments,
    set_seed,
)
from transformers.trainer import TRAINER_STATE_NAME
from transformers.trainer_utils import get_last_checkpoint

from wirestance.model.encoder import load_encoder
from wirestance.model.network import StanceNetwork
from wirestance.training.metrics import macro_f1
from wirestance.training.recipe import Recipe


class StanceTrainer(Trainer):
    """A `Trainer` with a weight for each statement and a rate for each layer."""

    def __init__(self, recipe: Recipe, network: StanceNetwork, **arguments: Any) -> None:
        """Take the recipe, the network and the arguments of `Trainer`."""
        super().__init__(model=network, **arguments)
        self.recipe, self.network = recipe, network

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,  # noqa: ARG002  # of the signature
    ) -> Tensor | tuple[Tensor, Any]:
        """Cross entropy of the stance, each statement by its weight, and of the voice where it is known."""
        labels, weight, voice = inputs.pop("labels"), inputs.pop("weight"), inputs.pop("voice")
        outputs = model(**inputs)
        losses = nn.functional.cross_entropy(
            outputs.logits, labels, reduction="none", label_smoothing=self.recipe.label_smoothing
        )
        loss = (losses * weight).mean()
        if (known := voice >= 0).any():
            heard = nn.functional.binary_cross_entropy_with_logits(outputs.voice[known], voice[known].float())
            loss = loss + self.recipe.voice_weight * heard
        return (loss, outputs) if return_outputs else loss

    def create_optimizer(self, *_: Any) -> torch.optim.Optimizer:
        """AdamW, without decay for biases and norms."""
        self.optimizer = torch.optim.AdamW(list(_parameter_groups(self.network, self.recipe)), foreach=True)
        return self.optimizer


def _parameter_groups(network: StanceNetwork, recipe: Recipe) -> Iterator[dict[str, Any]]:
    """The trained parameters with their rates: one for what lies on top, another falling layer by layer below it.

    As in Howard and Ruder (2018): the lower a layer, the more general what it has learned.
    """
    layers = len(network.distilbert.transformer.layer)
    trained = ((name, weight) for name, weight in network.named_parameters() if weight.requires_grad)
    for name, parameter in trained:
        layer = re.search(r"transformer\.layer\.(\d+)", name)
        below = layers - int(layer[1]) if layer else layers + 1
        yield {
            "params": [parameter],
            "lr": recipe.head_learning_rate
            if not name.startswith("distilbert")
            else recipe.learning_rate * recipe.layer_decay**below,
            "weight_decay": recipe.weight_decay if parameter.ndim > 1 else 0.0,
        }


def figures(prediction: EvalPrediction) -> dict[str, float]:
    """Macro-F1 and accuracy of the stance against classes; predictions are the network's outputs in their order."""
    guesses = np.argmax(prediction.predictions[0], axis=1)
    truth = np.asarray(prediction.label_ids)
    return {
        "macro_f1": macro_f1(truth, guesses),
        "accuracy": float(np.mean(guesses == truth)),
    }


def build_network(recipe: Recipe) -> tuple[StanceNetwork, PreTrainedTokenizerBase]:
    """The recipe's encoder with untrained layers on top, and its tokenizer."""
    set_seed(recipe.seed)
    encoder, tokenizer = load_encoder(recipe.base, recipe.dropout)
    network = StanceNetwork.on(encoder)
    network.dropout.p = recipe.dropout
    network.distilbert.embeddings.word_embeddings.requires_grad_(not recipe.freeze_words)
    return network, tokenizer


def fit(
    recipe: Recipe,
    network: StanceNetwork,
    tokenizer: PreTrainedTokenizerBase,
    train: Dataset,
    validation: Dataset,
    directory: Path,
) -> None:
    """Train the network in place; it ends with the weights of its best evaluation.

    Checkpoints are written to the directory. If it holds one already, training goes on from there.
    """
    steps = max(1, int(len(train) / recipe.batch_size * recipe.epochs))
    every = max(1, int(len(train) / recipe.batch_size / recipe.evaluations))
    trainer = StanceTrainer(
        recipe,
        network,
        args=TrainingArguments(
            output_dir=str(directory),
            max_steps=steps,
            per_device_train_batch_size=recipe.batch_size,
            per_device_eval_batch_size=64,
            learning_rate=recipe.learning_rate,
            lr_scheduler_type="linear",
            warmup_steps=int(steps * recipe.warmup),
            train_sampling_strategy="group_by_length",
            eval_strategy="steps",
            eval_steps=every,
            save_steps=every,
            save_total_limit=2,
            load_best_model_at_end=True,
            restore_callback_states_from_checkpoint=True,
            metric_for_best_model="macro_f1",
            logging_steps=max(1, every // 4),
            remove_unused_columns=False,
            label_names=["labels"],
            use_cpu=not torch.cuda.is_available(),
            bf16=_has_bf16(),
            seed=recipe.seed,
            data_seed=recipe.seed,
            report_to="none",
        ),
        train_dataset=train,
        eval_dataset=validation,
        data_collator=DataCollatorWithPadding(tokenizer),
        processing_class=tokenizer,
        compute_metrics=figures,
        callbacks=[EarlyStoppingCallback(recipe.patience)],
    )
    trainer.train(resume_from_checkpoint=_last_whole(directory))
    network.train(False)


def _last_whole(directory: Path) -> str | None:
    """The last checkpoint that was written to its end, which is its state; one that was cut short is removed."""
    while directory.is_dir() and (last := get_last_checkpoint(str(directory))):
        if (Path(last) / TRAINER_STATE_NAME).is_file():
            return str(last)
        shutil.rmtree(last)
    return None


def _has_bf16() -> bool:
    """Whether the processor multiplies bfloat16 matrices in hardware; emulated, it is slower than float32."""
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported())
    capability: dict[str, bool] = getattr(torch.cpu, "get_capabilities", dict)()
    return bool(capability.get("avx512_bf16") or capability.get("amx_bf16"))
