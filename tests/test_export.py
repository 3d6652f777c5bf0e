"""The export: the 8-bit graph says what the network says, its rounding is the better one, and it can be made again."""

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from click.testing import CliRunner
from transformers import AutoModelForSequenceClassification, AutoTokenizer

import wirestance.training.__main__
import wirestance.training.run
import wirestance.training.split
from wirestance import StanceClassifier
from wirestance.inference.runtime import open_session
from wirestance.model.artifact import NETWORK, PART, STANCE, digest, load_stance, save_stance
from wirestance.model.labels import LABELS
from wirestance.training.export import CHANNELS, EXACT, PRODUCT, WEIGHT, WEIGHT_STEPS
from wirestance.training.full_precision import load_full_precision, read_back
from wirestance.training.rounding import round_weights
from wirestance.training.smooth import Inputs, divisors

IDS = np.random.default_rng(0).integers(1000, 20000, (3, 17)).astype(np.int32)


@pytest.fixture(scope="module")
def session(tiny_model):
    return open_session(str(tiny_model / NETWORK))


def test_the_graph_says_what_the_network_says(tiny_model, tiny_parts, session):
    """Of statements; the ranges of 8 bits are made for them, not for words at random."""
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    rows = tokenizer([statement.text for statement in tiny_parts.test], truncation=True, max_length=17)["input_ids"]
    ids = torch.tensor([row for row in rows if len(row) == 17])
    logits, voice = session.run(None, {"input_ids": ids.numpy().astype(np.int32)})
    with torch.inference_mode():
        exact = load_full_precision(tiny_model)(ids, torch.ones_like(ids))
    for found, wanted in ((logits, exact.logits), (voice, exact.voice)):
        assert np.square(found - wanted.numpy()).mean() < 0.02 * float(wanted.var())


def test_others_read_the_same_stance_from_the_weights(tiny_model):
    """With the class that `transformers` has for such a directory, which knows of no voice."""
    ids = torch.tensor(IDS, dtype=torch.int64)
    with torch.inference_mode():
        others = AutoModelForSequenceClassification.from_pretrained(tiny_model)
        found = others(ids, attention_mask=torch.ones_like(ids)).logits
        wanted = load_full_precision(tiny_model)(ids, torch.ones_like(ids)).logits
    torch.testing.assert_close(found, wanted)
    assert list(others.config.id2label.values()) == list(LABELS)


def test_an_answer_does_not_depend_on_its_batch(session):
    together, _ = session.run(None, {"input_ids": IDS})
    alone = [session.run(None, {"input_ids": IDS[row : row + 1]})[0][0] for row in range(len(IDS))]
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_the_weights_can_be_read_back_from_the_graph(tiny_model, tmp_path):
    """Without `model.safetensors`, as the shipped model comes."""
    for name in ("config.json", NETWORK):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((tiny_model / name).read_bytes())
    read, exact = read_back(tmp_path).state_dict(), load_full_precision(tiny_model).state_dict()
    assert list(read) == list(exact)
    ids = torch.tensor(IDS, dtype=torch.int64)
    with torch.inference_mode():
        found = read_back(tmp_path)(ids, torch.ones_like(ids)).logits
        wanted = load_full_precision(tiny_model)(ids, torch.ones_like(ids)).logits
    np.testing.assert_allclose(found, wanted, atol=0.1 * float(wanted.std()))


def test_no_product_overflows_where_pairs_are_added_in_16_bits(tiny_model):
    graph = onnx.load(str(tiny_model / NETWORK)).graph
    stored = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
    products = [node.name for node in graph.node if node.op_type == PRODUCT]
    assert len(products) == 6 * 2  # the matrices of the two layers
    for name in products:
        assert 255 * 2 * int(np.abs(stored[name + WEIGHT].astype(int)).max()) < 2**15
        if name + CHANNELS in stored:
            assert len(stored[name + CHANNELS]) == EXACT
            assert not stored[name + WEIGHT][stored[name + CHANNELS]].any()


def test_statements_of_one_and_of_many_lengths_are_answered_alike(tiny_model):
    classifier = StanceClassifier.load(tiny_model, threads=2)
    texts = [f"Baku said {'very ' * (number % 9)}little {number}." for number in range(60)]
    alone = [classifier.predict(text) for text in texts]
    for one, other in zip(classifier.predict_batch(texts), alone, strict=True):
        assert one.scores == pytest.approx(other.scores, abs=1e-5)


def test_rounding_keeps_what_weights_put_out():
    """Against each weight rounded by itself, where the inputs go together."""
    random = np.random.default_rng(0)
    states = random.normal(size=(2000, 8)) @ random.normal(size=(8, 64)) + 0.1 * random.normal(size=(2000, 64))
    weight = random.normal(size=(32, 64))
    scale = np.abs(weight).max(axis=1) / WEIGHT_STEPS
    rounded = round_weights(weight, scale, states.T @ states, WEIGHT_STEPS)
    plain = np.rint(weight / scale[:, None])

    def error(steps):
        return float(np.square(states @ (steps * scale[:, None] - weight).T).mean())

    assert rounded.dtype == np.int8
    assert np.abs(rounded.astype(int)).max() <= WEIGHT_STEPS
    assert error(rounded) < error(plain) / 3


def test_smoothing_makes_channels_more_alike():
    low, high = np.array([-1.0, -100.0, 0.0]), np.array([2.0, 50.0, 0.1])
    inputs, weight = Inputs(low, high, np.eye(3)), np.ones((4, 3))
    smoothed = inputs.times(1 / divisors(inputs, weight))
    sizes = np.maximum(-smoothed.low, smoothed.high)
    assert sizes.max() / sizes.min() == pytest.approx((100 / 0.1) ** 0.2)


def half_written(path, content):
    with path.open("wb") as file:
        file.write(content[: len(content) // 2])
    raise KeyboardInterrupt


def interrupted(*_):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("where", "what", "interruption", "replaced"),
    [
        (Path, "write_bytes", half_written, False),
        (wirestance.training.run, "fit_temperature", interrupted, True),
        (wirestance.training.run, "save_stance", interrupted, True),
    ],
)
def test_an_export_that_is_cut_short_can_be_made_again(
    tiny_model, tiny_parts, tmp_path, monkeypatch, where, what, interruption, replaced
):
    monkeypatch.setattr(wirestance.training.split, "corpus_split", lambda: tiny_parts)
    monkeypatch.setattr(wirestance.training.__main__, "_record", lambda *_: None)
    model = shutil.copytree(tiny_model, tmp_path / "model")
    (model / NETWORK).write_bytes(b"of another version")
    save_stance(model, load_stance(tiny_model))
    arguments = ["export", str(model)]
    with monkeypatch.context() as patch:
        patch.setattr(where, what, interruption)
        assert CliRunner().invoke(wirestance.training.__main__.training, arguments).output.endswith("Aborted!\n")
    assert digest(model / NETWORK) == digest(tiny_model / NETWORK) or not replaced
    assert (model / NETWORK).read_bytes() == b"of another version" or replaced
    assert CliRunner().invoke(wirestance.training.__main__.training, arguments).exit_code == 0
    assert digest(model / NETWORK) == digest(tiny_model / NETWORK)
    assert StanceClassifier.load(model).stance == load_stance(tiny_model)
    assert not [name for name in json.loads((model / STANCE).read_bytes())["files"] if name.endswith(PART)]
