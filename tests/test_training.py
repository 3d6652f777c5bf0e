"""Training end to end, tiny: fit, export, calibrate, save, load, predict, resume, repeat."""

from dataclasses import replace

import numpy as np
import pytest

from wirestance import LABELS, StanceClassifier
from wirestance.model.artifact import NETWORK, digest
from wirestance.model.errors import ConfigError
from wirestance.model.mirror import Mirror
from wirestance.training import run
from wirestance.training.fit import StanceTrainer, _last_whole
from wirestance.training.run import CHECKPOINTS, agreement, train


def test_a_trained_model_loads_and_predicts(tiny_model):
    classifier = StanceClassifier.load(tiny_model)
    prediction = classifier.predict("Azerbaijani forces repelled an attack.", threshold=0)
    assert prediction.label in LABELS
    assert np.isclose(sum(prediction.scores.values()), 1)
    assert not tiny_model.with_name(tiny_model.name + CHECKPOINTS).exists()


def test_the_recipe_is_saved_with_the_model(tiny_model, tiny_recipe):
    recipe = StanceClassifier.load(tiny_model).stance.provenance["recipe"]
    assert recipe["base"] == tiny_recipe.base
    assert recipe["learning_rate"] == tiny_recipe.learning_rate == 1e-3


def test_the_8_bit_network_agrees_with_full_precision(tiny_model, tiny_parts):
    assert agreement(StanceClassifier.load(tiny_model), tiny_model, tiny_parts.test) >= 0.9


def test_the_same_seed_gives_the_same_model(tiny_model, tiny_recipe, tiny_parts, tmp_path):
    train(tiny_recipe, tmp_path / "again", tiny_parts)
    for name in ("model.safetensors", NETWORK):
        assert digest(tmp_path / "again" / name) == digest(tiny_model / name)


def test_an_interrupted_training_goes_on_and_ends_the_same(tiny_model, tiny_recipe, tiny_parts, tmp_path, monkeypatch):
    steps, step = [], StanceTrainer.training_step

    def interrupted(trainer, *arguments, **options):
        steps.append(trainer.state.global_step)
        if len(steps) == 11:
            raise KeyboardInterrupt
        return step(trainer, *arguments, **options)

    monkeypatch.setattr(StanceTrainer, "training_step", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train(tiny_recipe, tmp_path / "model", tiny_parts)
    train(tiny_recipe, tmp_path / "model", tiny_parts)
    assert steps[10] > steps[11] > 0  # from the last checkpoint, not from the start
    assert digest(tmp_path / "model" / "model.safetensors") == digest(tiny_model / "model.safetensors")


def test_a_checkpoint_that_was_cut_short_is_passed_over(tmp_path):
    for step in (10, 20):
        (tmp_path / f"checkpoint-{step}").mkdir()
    (tmp_path / "checkpoint-10" / "trainer_state.json").write_text("{}")
    assert _last_whole(tmp_path) == str(tmp_path / "checkpoint-10")
    assert not (tmp_path / "checkpoint-20").exists()
    assert _last_whole(tmp_path / "none") is None


def test_the_checkpoints_of_another_training_are_refused(tiny_recipe, tiny_parts, tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(StanceTrainer, "training_step", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train(tiny_recipe, tmp_path / "model", tiny_parts)
    others = (replace(tiny_recipe, epochs=1.0), tiny_parts), (tiny_recipe, tiny_parts._replace(train=tiny_parts.test))
    for recipe, parts in others:
        with pytest.raises(ConfigError, match="an interrupted training by another recipe, from other statements"):
            train(recipe, tmp_path / "model", parts)
    with monkeypatch.context() as names:
        names.setattr(run, "load_mirror", lambda: Mirror([{"azerbaijan": ["Baku"], "armenia": ["Yerevan"]}]))
        with pytest.raises(ConfigError, match="or with other names"):
            train(tiny_recipe, tmp_path / "model", tiny_parts)
    with pytest.raises(KeyboardInterrupt):
        train(tiny_recipe, tmp_path / "model", tiny_parts)
