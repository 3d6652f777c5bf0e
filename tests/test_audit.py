"""The audit finds a bias where there is one, and none where there is none."""

import json
from types import SimpleNamespace
from unicodedata import normalize

import pytest
from click.testing import CliRunner

import wirestance.training.tables
from wirestance import LABELS, Prediction, StanceClassifier
from wirestance.model.artifact import SHIPPED
from wirestance.model.labels import ARMENIA, AZERBAIJAN, NEUTRAL
from wirestance.training.__main__ import training
from wirestance.training.audit import audit, audit_statements
from wirestance.training.corpus import load_labelled
from wirestance.training.recipe import load_mirror

TEXTS = [
    "Armenia fired on Tovuz.",
    "Azerbaijan fired on Tavush.",
    "Baku and Yerevan agreed.",
    "Baku blamed Yerevan.",
    "It rained.",
]
TRUTH = [AZERBAIJAN, ARMENIA, NEUTRAL, AZERBAIJAN, NEUTRAL]


def fake(answer):
    """A classifier that answers every text by a function of it: text to the scores of the labels."""
    mirror = load_mirror()

    def predict_batch(texts, threshold=None):
        found = [dict(zip(LABELS, answer(text), strict=True)) for text in texts]
        return [Prediction(max(scores, key=scores.get), max(scores.values()), scores) for scores in found]

    return SimpleNamespace(stance=SimpleNamespace(mirror=mirror), predict_batch=predict_batch)


def test_a_classifier_that_always_sides_with_one_side_is_found_out():
    found = audit(fake(lambda text: (0.8, 0.1, 0.1)), TEXTS, TRUTH)
    assert found.statements == 5
    assert found.mirrored == 4
    assert found.consistency.value == 0
    assert found.lean.value == pytest.approx(0.7)
    assert found.recall_gap.value == 1
    assert found.false_positive_gap.value == 1
    assert len(found.worst) == 4


def test_the_intervals_draw_whole_families():
    """All of one family: it is drawn whole or not at all, so there is nothing to vary."""
    found = audit(fake(lambda text: (0.8, 0.1, 0.1) if "Baku" in text else (0.2, 0.1, 0.7)), TEXTS, TRUTH, ["a"] * 5)
    assert found.lean.low == found.lean.value == found.lean.high
    assert found.recall_gap.low == found.recall_gap.value == found.recall_gap.high


def test_letters_in_parts_are_mirrored_as_they_are_read():
    text = normalize("NFD", "Türkiye blamed Yerevan.")
    found = audit(fake(lambda text: (0.8, 0.1, 0.1) if text.startswith("Tür") else (0.1, 0.8, 0.1)), [text])
    assert found.consistency.value == 1


def test_a_mirrored_bias_has_the_other_sign():
    found = audit(fake(lambda text: (0.1, 0.8, 0.1)), TEXTS, TRUTH)
    assert found.lean.value == pytest.approx(-0.7)
    assert found.recall_gap.value == found.false_positive_gap.value == -1


def test_a_statement_is_drawn_with_its_mirror_image():
    """A classifier that treats both sides alike, right or wrong, shows no gap however its statements are drawn."""
    mirror = load_mirror()
    texts = ["Baku blamed Yerevan.", "Armenia fired on Tovuz.", "Aliyev spoke.", "Pashinyan left.", "Baku slept."]
    called_first = {text: number % 2 == 0 for number, text in enumerate(texts)}
    called_first |= {mirror(text): not first for text, first in called_first.items()}
    truth = [AZERBAIJAN, ARMENIA, AZERBAIJAN, AZERBAIJAN, ARMENIA]
    found = audit(fake(lambda text: (0.8, 0.1, 0.1) if called_first[text] else (0.1, 0.8, 0.1)), texts, truth)
    assert (found.recall_gap.low, found.recall_gap.value, found.recall_gap.high) == (0, 0, 0)
    assert found.observed_recall_gap.low < found.observed_recall_gap.high


def test_neutral_statements_that_turn_partisan_when_mirrored_are_counted_by_side():
    found = audit(fake(lambda text: (0.7, 0.1, 0.2) if text.startswith("Yerevan") else (0.1, 0.1, 0.8)), TEXTS)
    assert found.neutral_to_azerbaijan == 2
    assert found.neutral_to_armenia == 0
    assert found.recall_gap is None


def test_an_even_handed_classifier_passes():
    found = audit(fake(lambda text: (0.1, 0.1, 0.8)), TEXTS, TRUTH)
    assert found.consistency.value == 1
    assert found.lean.value == found.gap.value == 0


def test_statements_without_names_are_left_out():
    found = audit(fake(lambda text: (0.8, 0.1, 0.1)), ["It rained."])
    assert found.mirrored == 0
    assert found.worst == []


def test_any_trained_model_is_even_handed_by_construction(tiny_model, tiny_parts):
    found = audit_statements(StanceClassifier.load(tiny_model), tiny_parts.test)
    assert found.consistency.value == 1
    assert abs(found.lean.value) < 1e-6
    assert found.recall_gap is not None


def audit_command(model, path):
    return CliRunner().invoke(training, ["audit", "--model", str(model), str(path)])


def test_the_audit_command_takes_unlabelled_statements(tiny_model, tmp_path):
    path = tmp_path / "wires.jsonl"
    path.write_text('{"text": "Armenia fired on Tovuz."}\n{"text": "Talks resume in Geneva."}\n', encoding="utf-8")
    shown = audit_command(tiny_model, path).output
    assert "exchange-consistency" in shown
    assert "recall gap" not in shown


def test_the_audit_command_draws_families_of_labelled_statements(shipped, tiny_parts, tmp_path, monkeypatch):
    found, path = [], tmp_path / "wires.jsonl"
    monkeypatch.setattr(wirestance.training.tables, "print_audit", lambda _, one: found.append(one))
    rows = [
        {"text": one.text, "label": one.label, "group": f"family {number // 8}"}
        for number, one in enumerate(tiny_parts.test)
    ]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert audit_command(SHIPPED, path).exit_code == 0
    statements = load_labelled(path)
    assert found[0].observed_recall_gap == audit_statements(shipped, statements).observed_recall_gap
    texts, labels = [one.text for one in statements], [one.label for one in statements]
    assert found[0].observed_recall_gap != audit(shipped, texts, labels).observed_recall_gap


def test_a_broken_line_is_named(tiny_model, tmp_path):
    path = tmp_path / "wires.jsonl"
    path.write_text('{"text": "Talks resume."}\n{"text": ""}\n', encoding="utf-8")
    found = audit_command(tiny_model, path)
    assert found.exit_code == 1
    assert f"{path}:2" in str(found.exception)
