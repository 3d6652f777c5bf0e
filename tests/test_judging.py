"""The judging half of training: evaluation, contrast suite, card, and its command line."""

import json

import pytest
from click.testing import CliRunner

from wirestance import LABELS, StanceClassifier
from wirestance.training.__main__ import training
from wirestance.training.corpus import CONTRAST, load_directory
from wirestance.training.evaluate import COVERAGE, evaluate, evaluate_contrast, plain


@pytest.fixture(scope="module")
def classifier(tiny_model):
    return StanceClassifier.load(tiny_model)


def test_an_evaluation_adds_up(classifier, tiny_parts):
    found = evaluate(classifier, tiny_parts.test)
    assert sum(map(sum, found.confusion)) == found.statements == len(tiny_parts.test)
    assert found.accuracy.value == sum(found.confusion[i][i] for i in range(3)) / found.statements
    assert found.macro_f1.low <= found.macro_f1.value <= found.macro_f1.high
    assert set(found.classes) == set(LABELS)
    assert 0 < COVERAGE < 1
    assert json.loads(json.dumps(plain(found)))["statements"] == found.statements


def test_the_contrast_suite_is_judged_by_capability(classifier):
    items = load_directory(CONTRAST)
    found = evaluate_contrast(classifier, items)
    assert sum(capability.items for capability in found.values()) == len(items)
    for capability in found.values():
        assert len(capability.worst) == min(3, capability.failures)
        assert all(worst["label"] != worst["answer"] for worst in capability.worst)


def test_the_audit_command_takes_unlabelled_statements(tiny_model, tmp_path):
    path = tmp_path / "wires.jsonl"
    path.write_text('{"text": "Armenia fired on Tovuz."}\n{"text": "Talks resume in Geneva."}\n', encoding="utf-8")
    found = CliRunner().invoke(training, ["audit", "--model", str(tiny_model), str(path)], catch_exceptions=False)
    assert found.exit_code == 0
    assert "exchange-consistency" in found.output
    assert "recall gap" not in found.output


def test_a_broken_line_is_named(tiny_model, tmp_path):
    path = tmp_path / "wires.jsonl"
    path.write_text('{"text": "Talks resume."}\n{"text": ""}\n', encoding="utf-8")
    found = CliRunner().invoke(training, ["audit", "--model", str(tiny_model), str(path)])
    assert found.exit_code == 1
    assert f"{path}:2" in str(found.exception)
