"""Training end to end, tiny: fit, export, calibrate, save, load, predict, resume, repeat."""

import json
import shutil
import subprocess
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import wirestance.training.__main__
from wirestance import LABELS, StanceClassifier
from wirestance.inference.runtime import Runtime
from wirestance.model.artifact import CARD, METRICS, NETWORK, STANCE, digest, load_stance, save_stance
from wirestance.model.errors import ConfigError, CorpusError
from wirestance.model.labels import NEUTRAL
from wirestance.model.mirror import Mirror
from wirestance.training import run
from wirestance.training.__main__ import main, training
from wirestance.training.card import _export
from wirestance.training.evaluate import probabilities
from wirestance.training.fit import StanceTrainer, _last_whole
from wirestance.training.metrics import classes, fit_temperature
from wirestance.training.run import EXPORTED, MADE_FROM, _commit, agreement, calibrate, checkpoints_of, export, train


def test_a_trained_model_loads_and_predicts(tiny_model):
    classifier = StanceClassifier.load(tiny_model)
    prediction = classifier.predict("Azerbaijani forces repelled an attack.", threshold=0)
    assert prediction.label in LABELS
    assert np.isclose(sum(prediction.scores.values()), 1)


def test_the_recipe_is_saved_with_the_model(tiny_model, tiny_recipe):
    recipe = StanceClassifier.load(tiny_model).stance.provenance["recipe"]
    assert recipe["base"] == tiny_recipe.base
    assert recipe["learning_rate"] == tiny_recipe.learning_rate == 1e-3


def test_the_export_tells_where_it_is_from(tiny_model, tmp_path):
    """Old models, which do not tell it, load all the same."""
    stance = load_stance(tiny_model)
    made_from, exported = dict(stance.provenance), stance.provenance[EXPORTED]
    assert exported == {key: made_from[key] for key in ("commit", "libraries")}
    old = replace(stance, provenance={key: made_from[key] for key in made_from if key != EXPORTED})
    later = replace(stance, provenance=made_from | {EXPORTED: {"commit": "another", "libraries": {"torch": "9.9"}}})
    for one in (old, later):
        shutil.copytree(tiny_model, tmp_path / "model", dirs_exist_ok=True)
        save_stance(tmp_path / "model", one)
        assert load_stance(tmp_path / "model") == one
    assert _export(stance) == _export(old) == ""
    told = _export(later)
    assert f"Trained with torch {made_from['libraries']['torch']}, transformers" in told
    assert told.endswith("exported to 8 bits at commit `another` with torch 9.9.")


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
    monkeypatch.setattr(run, "_commit", lambda _: "first")
    with pytest.raises(KeyboardInterrupt):
        train(tiny_recipe, tmp_path / "model", tiny_parts)
    monkeypatch.setattr(run, "_commit", lambda _: "later")
    made_from = train(tiny_recipe, tmp_path / "model", tiny_parts).stance.provenance
    assert (made_from["commit"], made_from[EXPORTED]["commit"]) == ("first", "later")
    assert made_from.keys() == load_stance(tiny_model).provenance.keys()
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

    monkeypatch.setattr(run, "_commit", lambda _: "first")
    monkeypatch.setattr(StanceTrainer, "training_step", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train(tiny_recipe, tmp_path / "model", tiny_parts)
    for recipe, parts, told in (
        (replace(tiny_recipe, epochs=1.0), tiny_parts, r"\(epochs: there 2\.0, here 1\.0\)"),
        (tiny_recipe, tiny_parts._replace(train=tiny_parts.test), r"\(split_sha256: there '\w+, here '\w+\)"),
    ):
        with pytest.raises(ConfigError, match="an interrupted training by another recipe, .*" + told):
            train(recipe, tmp_path / "model", parts)
    with monkeypatch.context() as names:
        names.setattr(run, "load_mirror", lambda: Mirror([{"azerbaijan": ["Baku"], "armenia": ["Yerevan"]}]))
        with pytest.raises(ConfigError, match=r"with other names or other libraries \(names: there \["):
            train(tiny_recipe, tmp_path / "model", tiny_parts)
    with monkeypatch.context() as libraries:
        libraries.setattr(run, "version", lambda name: "9.9" if name == "torch" else version(name))
        with pytest.raises(ConfigError, match=r"other libraries \(torch: there '[^']+', here '9\.9'\)"):
            train(tiny_recipe, tmp_path / "model", tiny_parts)
    with pytest.raises(KeyboardInterrupt):
        train(tiny_recipe, tmp_path / "model", tiny_parts)
    mark = checkpoints_of(tmp_path / "model") / MADE_FROM
    made_from = json.loads(mark.read_text(encoding="utf-8"))
    mark.unlink()  # as a training leaves it that ends before its first step
    with pytest.raises(KeyboardInterrupt):
        train(tiny_recipe, tmp_path / "model", tiny_parts)
    assert json.loads(mark.read_text(encoding="utf-8")) == made_from
    mark.unlink()
    (mark.parent / "checkpoint-8").mkdir()
    with pytest.raises(ConfigError, match=f"no {MADE_FROM}"):
        train(tiny_recipe, tmp_path / "model", tiny_parts)


def test_a_commit_is_dirty_where_the_sources_differ_from_it(tmp_path):
    def git(*arguments):
        subprocess.run(["git", "-C", tmp_path, "-c", "user.name=a", "-c", "user.email=a@b", *arguments], check=True)

    assert _commit(tmp_path) is None
    (tmp_path / "seeds").mkdir()
    (tmp_path / ".gitignore").write_text("*.checkpoints/\n", encoding="utf-8")
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "one")
    commit = _commit(tmp_path)
    assert len(commit) == 40
    for name, dirty in (
        ("README.md", False),
        ("model/shipped/stance.json", False),
        ("seeds/a.checkpoints/checkpoint-1", False),
        ("seeds/new.jsonl", True),
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")
        assert _commit(tmp_path) == commit + "-dirty" * dirty


def test_the_checkpoints_lie_beside_a_directory_however_it_is_named(tmp_path, monkeypatch):
    (tmp_path / "model").mkdir()
    monkeypatch.chdir(tmp_path / "model")
    for path in (tmp_path / "model", Path(), Path("../model")):
        assert checkpoints_of(path) == tmp_path / "model.checkpoints"


def test_the_temperature_is_that_of_the_adversarial_statements(tiny_model, tiny_parts, tmp_path):
    directory = shutil.copytree(tiny_model, tmp_path / "model")
    stance = replace(load_stance(directory), temperature=1.0, neutral_share=load_stance(directory).trained_share)
    plain = [replace(statement, adversarial=False) for statement in tiny_parts.validation]
    mixed = [replace(statement, adversarial=place % 3 == 0) for place, statement in enumerate(plain)]
    untouched = StanceClassifier(stance, Runtime(directory, stance.max_tokens, 1))

    def fitted(statements):
        truth = classes([statement.label for statement in statements])
        return fit_temperature(truth, probabilities(untouched, [statement.text for statement in statements]))

    assert calibrate(directory, stance, plain).stance.temperature == pytest.approx(fitted(plain), rel=1e-3)
    assert calibrate(directory, stance, mixed).stance.temperature == pytest.approx(fitted(mixed[::3]), rel=1e-3)
    assert fitted(mixed[::3]) != pytest.approx(fitted(plain), rel=1e-3)


def test_an_export_has_no_card_of_the_model_before(tiny_model, tiny_recipe, tiny_parts, tmp_path):
    model, stance = shutil.copytree(tiny_model, tmp_path / "model"), load_stance(tiny_model)
    for name in (CARD, METRICS):
        (model / name).write_text("of another model", encoding="utf-8")
    export(tiny_recipe, model, tiny_parts, stance.mirror, stance.provenance)
    assert not (model / CARD).exists()
    assert not (model / METRICS).exists()
    assert not {CARD, METRICS} & json.loads((model / STANCE).read_bytes())["files"].keys()


@pytest.mark.parametrize("command", ["train", "evaluate", "curve", "bench", "load"])
def test_an_output_that_is_a_file_is_refused_at_once(tmp_path, command):
    path = tmp_path / "file"
    path.touch()
    found = CliRunner().invoke(training, [command, "--out", str(path)])
    assert found.exit_code == 2
    assert "is a file" in found.output


@pytest.mark.parametrize("name", ["torch", "torch.utils"])
def test_a_missing_library_is_told_with_its_extra(monkeypatch, capsys, name):
    def missing():
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(wirestance.training.__main__, "training", missing)
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 1
    assert capsys.readouterr().err == 'wirestance.training: needs torch: pip install "wirestance[train]"\n'


def test_a_training_whose_judging_fails_is_not_lost(tiny_recipe, tiny_model, tiny_parts, tmp_path, monkeypatch):
    steps, step, out = [], StanceTrainer.training_step, tmp_path / "model"
    monkeypatch.setattr(StanceTrainer, "training_step", lambda *one, **more: steps.append(1) or step(*one, **more))
    monkeypatch.setattr(run, "corpus_split", lambda: tiny_parts)
    settings = ("base", "epochs", "learning_rate", "max_tokens")
    arguments = ["train", "--out", str(out), *(f"--set={key}={getattr(tiny_recipe, key)}" for key in settings)]

    def failing(*_):
        raise ConfigError("no such thing")

    monkeypatch.setattr(wirestance.training.__main__, "_record", failing)
    assert isinstance(CliRunner().invoke(training, arguments).exception, ConfigError)
    assert len(steps) == 16
    monkeypatch.setattr(wirestance.training.__main__, "_record", lambda *_: None)
    assert CliRunner().invoke(training, arguments).exit_code == 0
    assert len(steps) == 16  # none anew
    assert not checkpoints_of(out).exists()
    assert digest(out / "model.safetensors") == digest(tiny_model / "model.safetensors")


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({}, "2: the field 'text' is missing"),
        ({"text": "Войска отошли.", "label": NEUTRAL}, "2: cannot be judged: not in Latin script"),
        ({"text": "Yerevan сказал", "label": NEUTRAL}, "2: cannot be judged: not in Latin script"),
        ({"text": "12 – 3", "label": NEUTRAL}, "2: cannot be judged: the statement has no words"),
    ],
)
def test_a_broken_file_is_told_before_the_training(tmp_path, record, reason):
    path = tmp_path / "wires.jsonl"
    path.write_text(json.dumps({"text": "Talks.", "label": NEUTRAL}) + "\n" + json.dumps(record), encoding="utf-8")
    found = CliRunner().invoke(training, ["train", "--out", str(tmp_path / "model"), "--evaluate", str(path)])
    assert isinstance(found.exception, CorpusError)
    assert str(found.exception).startswith(f"{path}:{reason}")
    assert not (tmp_path / "model").exists()
