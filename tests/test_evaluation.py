"""A classifier is judged on labelled statements and on the contrast suite."""

import json
from dataclasses import replace

import numpy as np
import pytest

from wirestance import LABELS, InputError, StanceClassifier
from wirestance.model.labels import NEUTRAL
from wirestance.training.corpus import CONTRAST, load_directory
from wirestance.training.evaluate import Capability, contrast_rows, evaluate, evaluate_contrast, plain, probabilities


@pytest.fixture(scope="module")
def classifier(tiny_model):
    return StanceClassifier.load(tiny_model)


def test_an_evaluation_adds_up(classifier, tiny_parts):
    found = evaluate(classifier, tiny_parts.test)
    assert sum(map(sum, found.confusion)) == found.statements == len(tiny_parts.test)
    assert found.accuracy.value == sum(found.confusion[i][i] for i in range(3)) / found.statements
    assert found.macro_f1.low <= found.macro_f1.value <= found.macro_f1.high
    assert set(found.classes) == set(LABELS)
    assert json.loads(json.dumps(plain(found)))["statements"] == found.statements


def test_a_classifier_told_the_share_of_a_set_has_the_figure_given_for_it(classifier, tiny_parts):
    labels = [statement.label for statement in tiny_parts.test]
    sure = StanceClassifier(replace(classifier.stance, temperature=0.1), classifier._runtime)  # else all are neutral
    told, unaware = sure.expecting(labels.count(NEUTRAL) / len(labels)), sure.expecting(0.9)
    here, there = evaluate(told, tiny_parts.test), evaluate(unaware, tiny_parts.test)
    assert there.macro_f1_at_own_share == here.macro_f1_at_own_share == here.macro_f1 != there.macro_f1


def test_a_classifier_finds_the_share_of_a_set_whatever_it_expects(classifier, tiny_parts):
    sure = StanceClassifier(replace(classifier.stance, temperature=0.1), classifier._runtime)
    here, there = evaluate(sure.expecting(0.2), tiny_parts.test), evaluate(sure.expecting(0.9), tiny_parts.test)
    assert here.estimated_share == pytest.approx(there.estimated_share)
    found = sure.estimate_neutral_share([statement.text for statement in tiny_parts.test])
    assert here.estimated_share == pytest.approx(found.share)
    told = evaluate(sure.expecting(found.share), tiny_parts.test)
    assert told.macro_f1.value == pytest.approx(here.macro_f1_at_estimated_share.value)
    assert there.macro_f1_at_estimated_share.value == pytest.approx(here.macro_f1_at_estimated_share.value)
    assert there.macro_f1_at_estimated_share.value != there.macro_f1.value


def test_answered_is_what_gets_a_label(classifier, tiny_parts):
    expected = 0.3  # so few neutral ones that even this network finds partisan ones
    sure = StanceClassifier(replace(classifier.stance, threshold=0.4, neutral_share=expected), classifier._runtime)
    found, truth = evaluate(sure, tiny_parts.test), [statement.label for statement in tiny_parts.test]
    answers = [answer.label for answer in sure.predict_batch([statement.text for statement in tiny_parts.test])]
    given = [(answer, label) for answer, label in zip(answers, truth, strict=True) if answer]
    partisan = [(answer, label) for answer, label in given if answer != NEUTRAL]
    assert found.answered.value == len(given) / len(truth)
    assert found.answered_precision.value == np.mean([answer == label for answer, label in given])
    assert found.answered_partisan == len(partisan) > 0
    assert found.answered_partisan_precision.value == np.mean([answer == label for answer, label in partisan])
    share = truth.count(NEUTRAL) / len(truth)
    weights = [expected / share if label == NEUTRAL else (1 - expected) / (1 - share) for _, label in partisan]
    weighted = np.average([answer == label for answer, label in partisan], weights=weights)
    assert found.expected_partisan_precision.value == pytest.approx(weighted)
    called = [label for _, label in partisan].count(NEUTRAL)
    assert found.answered_false_alarms.value == called / truth.count(NEUTRAL)
    for figure in (found.answered, found.answered_precision, found.answered_partisan_precision):
        assert figure.low < figure.value < figure.high


def test_a_model_that_answers_nothing_has_no_precision(classifier, tiny_parts):
    sure = StanceClassifier(replace(classifier.stance, threshold=0.999), classifier._runtime)
    found = plain(evaluate(sure, tiny_parts.test))
    assert found["answered"] == {"value": 0, "low": 0, "high": 0}
    assert found["answered_partisan"] == 0
    assert found["answered_partisan_precision"] == dict.fromkeys(("value", "low", "high"))


def test_a_statement_that_is_not_read_is_named(classifier):
    with pytest.raises(InputError, match=r"^text 1: 'Войска отошли\.' cannot be judged: not in Latin script"):
        probabilities(classifier, ["Talks went on.", "Войска отошли."])


@pytest.mark.parametrize("figure", [16 / 2902, 1 / 74])
def test_a_figure_is_not_rounded_twice(figure):
    assert f"{plain(figure):.3f}" == f"{figure:.3f}"


def test_the_contrast_suite_is_judged_by_capability(classifier):
    items = load_directory(CONTRAST)
    found = evaluate_contrast(classifier, items)
    assert sum(capability.items for capability in found.values()) == len(items)
    for capability in found.values():
        assert len(capability.worst) == min(3, capability.failures)
        assert all(worst["label"] != worst["answer"] for worst in capability.worst)


def test_capabilities_are_summed_up():
    found = {"a": Capability(4, 1, ()), "b": Capability(6, 0, ())}
    assert contrast_rows(found) == [("a", 4, 1, "25.0%"), ("b", 6, 0, "0.0%"), ("all", 10, 1, "10.0%")]
