"""Shared by the tests: the shipped classifier, and a tiny model made by the real training code."""

import os

os.environ["HF_HUB_OFFLINE"] = "1"  # nothing may be downloaded in a test
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["OMP_NUM_THREADS"] = "1"  # of torch: the tests run on every core already

from pathlib import Path

import pytest

from wirestance import StanceClassifier

REPOSITORY = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shipped():
    return StanceClassifier.load()


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory):
    """A random DistilBERT of 2 layers of 32 units, with the real vocabulary; its weights are large enough to attend."""
    import torch
    from transformers import AutoTokenizer, DistilBertConfig, DistilBertModel

    from wirestance.model.encoder import packaged_minilm

    directory = tmp_path_factory.mktemp("base")
    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(packaged_minilm())
    config = DistilBertConfig(
        vocab_size=len(tokenizer), dim=32, n_layers=2, n_heads=2, hidden_dim=64, initializer_range=0.2
    )
    DistilBertModel(config).save_pretrained(directory)
    tokenizer.save_pretrained(directory)
    return directory


@pytest.fixture(scope="session")
def tiny_parts():
    from wirestance.training.corpus import load_corpus
    from wirestance.training.split import Split, split

    parts = split(load_corpus()[::30])
    return Split(parts.train[:256], parts.validation[:48], parts.test[:48])


@pytest.fixture(scope="session")
def tiny_recipe(tiny_base):
    from wirestance.training.recipe import load_recipe

    overrides = [f"base={tiny_base}", "epochs=2", "learning_rate=1e-3", "max_tokens=64"]
    return load_recipe("minilm-l6", overrides)


@pytest.fixture(scope="session")
def tiny_model(tiny_recipe, tiny_parts, tmp_path_factory):
    """The directory of a model that the real training code made in a few steps."""
    from wirestance.training.run import train

    directory = tmp_path_factory.mktemp("tiny") / "model"
    train(tiny_recipe, directory, tiny_parts)
    return directory
