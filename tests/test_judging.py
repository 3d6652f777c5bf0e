"""The judging half of training: evaluation, contrast suite, voice, plots, card, and its command line."""

import json
import shutil
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner

import wirestance.training.curve
import wirestance.training.judge
import wirestance.training.split
from wirestance import LABELS, ArtifactError, InputError, Prediction, StanceClassifier
from wirestance.model.artifact import CARD, METRICS, SHIPPED, WEIGHTS
from wirestance.model.errors import ConfigError, CorpusError
from wirestance.training.__main__ import training
from wirestance.training.card import card
from wirestance.training.corpus import CONTRAST, Statement, labelled, load_directory
from wirestance.training.curve import CURVE, PLOT, first_families, keep_curve
from wirestance.training.evaluate import evaluate, evaluate_contrast, plain, probabilities
from wirestance.training.judge import unscaled
from wirestance.training.run import RECIPE, agreement, export
from wirestance.training.split import SPLIT, families
from wirestance.training.voice import evaluate_voice


@pytest.fixture(scope="module")
def classifier(tiny_model):
    return StanceClassifier.load(tiny_model)


@pytest.fixture
def few(tiny_parts, monkeypatch):
    """A small corpus in place of the whole one."""
    monkeypatch.setattr(wirestance.training.split, "corpus_split", lambda: tiny_parts)
    return tiny_parts


@pytest.fixture
def wires(tmp_path):
    """A labelled file from elsewhere."""
    path = tmp_path / "wires.jsonl"
    lines = [{"text": f"Baku blamed Yerevan {number} times.", "label": LABELS[number % 3]} for number in range(9)]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


def command(*arguments):
    found = CliRunner().invoke(training, [str(argument) for argument in arguments], catch_exceptions=False)
    assert found.exit_code == 0
    return found.output


def test_an_evaluation_adds_up(classifier, tiny_parts):
    found = evaluate(classifier, tiny_parts.test)
    assert sum(map(sum, found.confusion)) == found.statements == len(tiny_parts.test)
    assert found.accuracy.value == sum(found.confusion[i][i] for i in range(3)) / found.statements
    assert found.macro_f1.low <= found.macro_f1.value <= found.macro_f1.high
    assert set(found.classes) == set(LABELS)
    assert json.loads(json.dumps(plain(found)))["statements"] == found.statements


def test_answered_is_what_gets_a_label(classifier, tiny_parts):
    found = evaluate(classifier, tiny_parts.test)
    answers = classifier.predict_batch([statement.text for statement in tiny_parts.test])
    assert found.answered == np.mean([answer.label is not None for answer in answers])


def test_a_statement_that_is_not_read_is_named(classifier):
    with pytest.raises(InputError, match=r"statement 2, 'Войска отошли\.', cannot be judged: not in Latin script"):
        probabilities(classifier, ["Talks went on.", "Войска отошли."])


def test_the_contrast_suite_is_judged_by_capability(classifier):
    items = load_directory(CONTRAST)
    found = evaluate_contrast(classifier, items)
    assert sum(capability.items for capability in found.values()) == len(items)
    for capability in found.values():
        assert len(capability.worst) == min(3, capability.failures)
        assert all(worst["label"] != worst["answer"] for worst in capability.worst)


def test_a_record_is_the_figures_the_plots_and_the_card(tiny_model, few, wires, tmp_path):
    model = shutil.copytree(tiny_model, tmp_path / "model")
    shown = command("record", "--model", model, wires)
    classifier, figures = StanceClassifier.load(model), json.loads((model / METRICS).read_text(encoding="utf-8"))
    assert list(figures["evaluation"]) == ["test", "article", "wires"]
    assert figures["evaluation"]["test"] == plain(evaluate(classifier, few.test))
    assert figures["agreement"] == agreement(classifier, model, few.test)
    assert set(figures["baselines"]["TF-IDF + logistic regression"]) == {"test", "article", "wires"}
    assert (model / CARD).read_text(encoding="utf-8") == card(classifier.stance, figures)
    kinds = ("confusion", "reliability", "risk-coverage")
    plots = {path.name for path in (model / "plots").iterdir()}
    assert plots == {f"{name}-{kind}.png" for name in figures["evaluation"] for kind in kinds}
    assert "wires: by label" in shown
    (model / WEIGHTS).unlink()
    made = {key: classifier.stance.provenance[key] for key in (SPLIT, RECIPE)}
    curve = {"shares": [0.5, 1.0], "macro_f1": {"test": [0.25, 0.375]}, **made}
    (model / "plots" / CURVE).write_text(json.dumps(curve), encoding="utf-8")
    with pytest.raises(ArtifactError, match=f"has no {WEIGHTS}"):
        export(None, model, few, None, {})
    with pytest.raises(ArtifactError, match=f"has no {WEIGHTS}"):
        agreement(classifier, model, few.test)
    command("record", "--model", model, wires)
    assert json.loads((model / METRICS).read_text(encoding="utf-8")) == figures | {"learning_curve": curve}
    assert "| 100% | 0.375 |" in (model / CARD).read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["evaluate", "record", "audit", "errors", "curve"])
def test_what_is_held_out_must_be_known(tiny_model, few, tmp_path, monkeypatch, command):
    """A model that was made with another split may have been trained on what is held out by this one."""
    other = few._replace(train=few.test, test=few.train)
    monkeypatch.setattr(wirestance.training.split, "corpus_split", lambda: other)
    model = shutil.copytree(tiny_model, tmp_path / "model")
    plot = model / "plots" / "test-confusion.png"
    plot.parent.mkdir(exist_ok=True)
    plot.write_bytes(b"")
    found = CliRunner().invoke(training, [command, "--model", str(model)])
    assert plot.exists()
    assert isinstance(found.exception, ConfigError)
    assert "may have been trained on those that are held out here" in str(found.exception)


def test_the_curve_of_another_model_is_removed(tiny_model, tmp_path):
    stance = StanceClassifier.load(tiny_model).stance
    own = {"shares": [1.0], "macro_f1": {"test": [0.5]}} | {key: stance.provenance[key] for key in (SPLIT, RECIPE)}
    for curve, kept in ((own, {CURVE, PLOT}), (own | {SPLIT: "another"}, set()), (own | {RECIPE: {}}, set())):
        for name in (PLOT, "old-confusion.png"):
            (tmp_path / name).write_bytes(b"")
        (tmp_path / CURVE).write_text(json.dumps(curve), encoding="utf-8")
        assert keep_curve(tmp_path, stance) == (curve if kept else None)
        assert {path.name for path in tmp_path.iterdir()} == kept


def test_a_record_that_is_cut_short_leaves_the_model_as_it_was(tiny_model, few, wires, tmp_path, monkeypatch):
    model = shutil.copytree(tiny_model, tmp_path / "model")
    before = {path: path.read_bytes() for path in model.rglob("*") if path.is_file()}

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(wirestance.training.judge, "evaluate_baselines", interrupted)
    CliRunner().invoke(training, ["record", "--model", str(model), str(wires)])
    assert {path: path.read_bytes() for path in model.rglob("*") if path.is_file()} == before


def test_a_record_holds_no_text_from_outside(tiny_model, few, wires, tmp_path):
    model = shutil.copytree(tiny_model, tmp_path / "model")
    command("record", "--model", model, wires)
    for path in (model / METRICS, model / CARD):
        assert "Baku blamed Yerevan" not in path.read_text(encoding="utf-8")


def test_a_broken_file_is_told_before_the_training(tmp_path):
    path = tmp_path / "wires.jsonl"
    path.write_text("{}", encoding="utf-8")
    found = CliRunner().invoke(training, ["train", "--out", str(tmp_path / "model"), "--evaluate", str(path)])
    assert isinstance(found.exception, CorpusError)
    assert not (tmp_path / "model").exists()


def test_the_card_names_what_the_model_was_made_from(tiny_model, few):
    figures = json.loads((SHIPPED / METRICS).read_text(encoding="utf-8"))
    stance = StanceClassifier.load(tiny_model).stance
    assert f"base_model: {stance.provenance['recipe']['base']}\n" in card(stance, figures)


def test_an_evaluation_is_written(tiny_model, few, wires, tmp_path):
    shown = command("evaluate", "--model", tiny_model, "--out", tmp_path / "out", wires)
    figures = json.loads((tmp_path / "out" / METRICS).read_text(encoding="utf-8"))
    assert figures["evaluation"]["wires"]["statements"] == 9
    assert f"{figures['evaluation']['wires']['macro_f1']['value']:.3f}" in shown


def test_errors_are_looked_for_in_the_validation_part(tiny_model, few, wires):
    shown = command("errors", "--model", tiny_model, wires)
    assert "validation: errors by voice" in shown
    assert "test" not in shown


def test_the_curve_trains_on_growing_shares(tiny_model, few, wires, tmp_path, monkeypatch):
    trained = []

    def train(recipe, directory, parts):
        trained.append(parts.train)
        return StanceClassifier.load(tiny_model)

    monkeypatch.setattr(wirestance.training.curve, "train", train)
    command("curve", "--model", tiny_model, "--out", tmp_path, wires)
    quarter, half = trained
    assert set(families(quarter)) < set(families(few.train))
    assert len(quarter) == pytest.approx(len(few.train) / 4, abs=20)
    assert len(half) == pytest.approx(len(few.train) / 2, abs=20)
    curves = json.loads((tmp_path / "learning-curve.json").read_text(encoding="utf-8"))
    assert curves["shares"] == [round(len(part) / len(few.train), 4) for part in (quarter, half, few.train)]
    assert {name: len(values) for name, values in curves["macro_f1"].items()} == {"test": 3, "wires": 3}
    assert (tmp_path / "learning-curve.png").read_bytes().startswith(b"\x89PNG")


def test_a_share_cuts_no_family():
    statements = [Statement(str(n), f"Statement {n}.", LABELS[2], f"family {n // 5}") for n in range(100)]
    part = first_families(statements, 0.5)
    assert len(part) == 50
    assert all(sum(one.group == family for one in part) == 5 for family in {one.group for one in part})


def test_what_was_scaled_can_be_unscaled(classifier):
    stance = replace(classifier.stance, temperature=1.3, trained_share=0.4, neutral_share=0.8)
    logits = np.random.default_rng(0).normal(size=(20, 3))
    odds = np.exp(logits)
    found = unscaled(SimpleNamespace(stance=stance), stance.probabilities(logits))
    np.testing.assert_allclose(found, odds / odds.sum(axis=1, keepdims=True))


def test_every_speaker_that_is_shown_counts():
    """One right, one wrong, one where nobody was named, one not shown since the voice is called the outlet's own."""
    heard = [
        ("Baku was right, Aliyev said.", "Aliyev", 0.9),
        ("Baku was right, Aliyev said.", "Pashinyan", 0.9),
        ("Baku was right, Aliyev said.", None, 0.9),
        ("Baku was right, Aliyev said.", "Aliyev", 0.1),
        ("Shells fell.", None, 0.1),
    ]
    fake = SimpleNamespace(
        answer=lambda texts, threshold: [Prediction(LABELS[2], 1.0, {}, reported) for _, _, reported in heard]
    )
    found = evaluate_voice(
        fake,
        [Statement(str(n), text, LABELS[2], "a", "reported", speaker=who) for n, (text, who, _) in enumerate(heard)],
    )
    assert found.accuracy.value == 3 / 5
    assert (found.speaker_given, found.speaker_right) == (2 / 3, 1 / 3)


@pytest.mark.parametrize("names", [("test.jsonl",), ("a/x.jsonl", "b/x.jsonl")])
def test_two_sets_of_one_name_are_refused(wires, names):
    paths = [wires.parent / name for name in names]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        shutil.copy(wires, path)
    with pytest.raises(CorpusError, match="another set of statements is called"):
        labelled(paths)


def test_the_audit_command_takes_unlabelled_statements(tiny_model, tmp_path):
    path = tmp_path / "wires.jsonl"
    path.write_text('{"text": "Armenia fired on Tovuz."}\n{"text": "Talks resume in Geneva."}\n', encoding="utf-8")
    shown = command("audit", "--model", tiny_model, path)
    assert "exchange-consistency" in shown
    assert "recall gap" not in shown


def test_a_broken_line_is_named(tiny_model, tmp_path):
    path = tmp_path / "wires.jsonl"
    path.write_text('{"text": "Talks resume."}\n{"text": ""}\n', encoding="utf-8")
    found = CliRunner().invoke(training, ["audit", "--model", str(tiny_model), str(path)])
    assert found.exit_code == 1
    assert f"{path}:2" in str(found.exception)
