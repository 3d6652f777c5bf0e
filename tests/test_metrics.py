"""The figures, against scikit-learn, known answers and simulated truth."""

from types import SimpleNamespace

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, f1_score, precision_recall_fscore_support

from wirestance.model.artifact import Stance
from wirestance.model.labels import LABELS
from wirestance.training.judge import unscaled
from wirestance.training.metrics import (
    bootstrap,
    calibration_error,
    calibration_floor,
    choose_threshold,
    classes,
    confusion,
    expecting,
    false_alarms,
    fit_temperature,
    macro_f1,
    most_confident,
    own_share,
    precision_recall_f1,
    prior_weights,
    reliability,
    risk_coverage,
    share_of,
    soften,
)


def sure(confidences):
    """Probabilities, shape (statements, 3), that give class 0 the confidence."""
    first = np.asarray(confidences, dtype=float)
    return np.stack([first, (1 - first) / 2, (1 - first) / 2], axis=1)


def simulate(size, temperature=1.0, seed=0):
    """Probabilities and a truth that follows them after the temperature."""
    random = np.random.default_rng(seed)
    logits = random.normal(scale=2, size=(size, 3))
    stated = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    chances = np.exp(logits / temperature)
    chances /= chances.sum(axis=1, keepdims=True)
    truth = (random.random((size, 1)) > chances.cumsum(axis=1)[:, :2]).sum(axis=1)
    return truth, stated


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("kinds", [(3, 3), (3, 2), (2, 3), (1, 1), (2, 1)])
def test_macro_f1_is_scikit_learns(seed, kinds):
    random = np.random.default_rng(seed)
    truth, guess = (random.integers(0, kind, 40) for kind in kinds)
    assert macro_f1(truth, guess) == pytest.approx(f1_score(truth, guess, average="macro", zero_division=0))


@pytest.mark.parametrize("kinds", [(3, 3), (3, 2), (2, 3), (1, 1)])
def test_precision_and_recall_are_scikit_learns(kinds):
    random = np.random.default_rng(0)
    truth, guess = (random.integers(0, kind, 50) for kind in kinds)
    counts = confusion(truth, guess)
    assert (counts == confusion_matrix(truth, guess, labels=[0, 1, 2])).all()
    expected = precision_recall_fscore_support(truth, guess, labels=[0, 1, 2], zero_division=0)[:3]
    np.testing.assert_allclose(precision_recall_f1(counts), np.transpose(expected))


def test_macro_f1_of_nothing_is_0():
    assert macro_f1(classes([]), classes([])) == 0


def test_classes_are_positions_in_labels():
    assert classes([LABELS[2], LABELS[0], LABELS[1]]).tolist() == [2, 0, 1]


def test_false_alarms_are_neutral_statements_called_partisan():
    assert false_alarms(np.array([2, 2, 2, 2, 0, 1]), np.array([2, 0, 2, 2, 1, 2])) == 0.25
    assert np.isnan(false_alarms(np.array([0, 1]), np.array([0, 1])))


@pytest.mark.parametrize("temperature", [0.5, 1.0, 1.7, 4.0])
def test_a_known_temperature_is_recovered(temperature):
    truth, stated = simulate(20_000, temperature)
    assert fit_temperature(truth, stated) == pytest.approx(temperature, rel=0.06)


def test_softening_divides_the_logits():
    _, stated = simulate(50)
    np.testing.assert_allclose(soften(stated, 1.0), stated)
    np.testing.assert_allclose(soften(sure([0.9]), 2.0)[0, 0], 3 / (3 + 2 * 0.5**0.5), rtol=1e-9)
    np.testing.assert_allclose(soften(stated, 3.0).sum(axis=1), 1)


def test_a_calibrated_answer_has_no_calibration_error():
    truth = np.array([0] * 7 + [1] * 3 + [0] * 9 + [2])
    assert calibration_error(truth, sure([0.7] * 10 + [0.9] * 10)) == pytest.approx(0)
    assert calibration_error(*simulate(20_000)) < 0.015


@pytest.mark.parametrize(("right", "error"), [(5, 0.4), (9, 0.0), (10, 0.1), (0, 0.9)])
def test_the_calibration_error_is_the_distance_to_the_accuracy(right, error):
    assert calibration_error(np.array([0] * right + [1] * (10 - right)), sure([0.9] * 10)) == pytest.approx(error)


def test_bins_are_weighted_by_their_statements():
    truth = np.array([1, 1, 0, 0, 0, 0, 0, 0])  # the two bins err in opposite directions
    assert calibration_error(truth, sure([0.61] * 2 + [0.68] * 6)) == pytest.approx(0.61 * 2 / 8 + 0.32 * 6 / 8)
    assert calibration_error(*simulate(20_000, temperature=3.0)) > 0.1


def test_weights_stand_for_as_many_statements():
    truth, stated = np.array([0, 1, 2, 0, 2]), sure([0.9, 0.9, 0.9, 0.6, 0.6])
    weights = np.array([3, 1, 0, 2, 1])
    counted = np.repeat(np.arange(5), weights)
    assert calibration_error(truth, stated, weights) == pytest.approx(
        calibration_error(truth[counted], stated[counted])
    )
    np.testing.assert_allclose(reliability(truth, stated, weights), reliability(truth[counted], stated[counted]))
    np.testing.assert_allclose(reliability(truth, stated), reliability(truth, stated, np.full(5, 0.3)))
    right, among = truth == 0, np.array([True, True, True, False, True])
    assert share_of(right, among) == 1 / 4
    assert share_of(right, among, weights) == 3 / 5
    assert np.isnan(share_of(right, truth == 3, weights))


@pytest.mark.parametrize("expected", [1 / 3, 0.75, 0.05])
def test_a_calibrated_model_errs_as_chance_alone_does(expected):
    """Its probabilities expect one share of neutral statements, the sets have another: a third."""
    share, errors, unweighted, overconfident = 1 / 3, [], [], []
    for seed in range(400):
        truth, stated = simulate(200, seed=seed)
        weights, told = prior_weights(truth, share, expected), expecting(stated, share, expected)
        errors.append(calibration_error(truth, told, weights))
        unweighted.append(calibration_error(truth, told))
        overconfident.append(calibration_error(truth, soften(told, 0.5), weights))
    floors = [
        calibration_floor(expecting(simulate(200, seed=seed)[1], share, expected), share, expected)
        for seed in range(20)
    ]
    assert np.mean(errors) == pytest.approx(np.mean(floors), rel=0.05)
    assert np.mean(overconfident) > 1.5 * np.mean(floors)
    assert expected == share or np.mean(unweighted) > 1.2 * np.mean(errors)  # the other share would count as an error


def test_a_set_of_one_kind_is_weighted_to_no_other_share():
    assert own_share(np.array([2, 0, 2, 1]), 0.75) == 0.5
    assert own_share(np.array([2, 2]), 0.75) == own_share(np.array([0, 1]), 0.75) == 0.75


@pytest.mark.parametrize("precision", [0.8, 0.9, 0.95])
@pytest.mark.parametrize("seed", range(5))
def test_the_threshold_is_the_lowest_that_reaches_the_precision(precision, seed):
    random = np.random.default_rng(seed)
    confidence = random.permutation(np.repeat(0.5005 + 0.004 * np.arange(120), 2))  # answered in pairs
    truth = (random.random(240) > confidence).astype(int)
    threshold = choose_threshold(truth, sure(confidence), np.ones(240), precision, precision)
    cuts = {cut: float(np.mean(truth[confidence >= cut] == 0)) for cut in confidence}
    reached = [cut for cut in cuts if cuts[cut] >= precision]
    assert threshold == (min(reached) if reached else max(cuts))


def test_the_threshold_is_the_highest_confidence_if_none_reaches_the_precision():
    assert choose_threshold(np.array([1, 1, 0]), sure([0.9555, 0.8, 0.7]), np.ones(3)) == 0.9555


def test_the_threshold_lets_everything_through_that_is_right():
    assert choose_threshold(np.zeros(3, dtype=int), sure([0.9, 0.6005, 0.8]), np.ones(3)) == 0.6005


def test_partisan_answers_have_a_precision_of_their_own():
    """All in all three of four are right from 0.6 on, of the partisan answers only one of two."""
    found = np.array([[0.9, 0.05, 0.05], [0.05, 0.15, 0.8], [0.15, 0.15, 0.7], [0.2, 0.6, 0.2]])
    truth, weights = np.array([0, 2, 2, 2]), np.ones(4)
    assert choose_threshold(truth, found, weights, 0.75, 0.5) == 0.6
    assert choose_threshold(truth, found, weights, 0.75, 0.75) == 0.7


def test_the_threshold_can_always_be_loaded():
    assert choose_threshold(np.array([0, 1]), sure([1.0, 0.9]), np.ones(2)) == 0.999


def test_the_threshold_is_chosen_for_the_expected_share_of_neutral_statements():
    truth = np.array([0, 1, 2, 2])
    assert prior_weights(truth, 0.5, 0.8).tolist() == pytest.approx([0.4, 0.4, 1.6, 1.6])
    found = np.array(
        [[0.9, 0.05, 0.05], [0.8, 0.1, 0.1], [0.1, 0.1, 0.7], [0.6, 0.2, 0.2]]
    )  # right, wrong, right, wrong
    weights = prior_weights(truth, 0.5, 0.1)  # the neutral one that is right hardly counts
    assert choose_threshold(truth, found, weights, 0.6, 0) == 0.9
    assert choose_threshold(truth, found, np.ones(4), 0.6, 0) == 0.7


def test_a_bootstrap_interval_holds_the_value():
    values = np.random.default_rng(1).normal(5, 2, 400)
    figure = bootstrap(400, lambda chosen: float(values[chosen].mean()))
    assert figure.value == pytest.approx(values.mean())
    assert figure.low < figure.value < figure.high
    assert figure.high - figure.low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.1)
    assert figure == bootstrap(400, lambda chosen: float(values[chosen].mean()))
    assert figure != bootstrap(400, lambda chosen: float(values[chosen].mean()), seed=1)
    assert str(figure) == f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"


def test_a_figure_of_nothing_has_no_interval():
    figure = bootstrap(3, lambda chosen: float("nan"))
    assert np.isnan([figure.value, figure.low, figure.high]).all()


def test_whole_families_are_drawn():
    """Four of a hundred each, all alike: the interval is that of four values, not of four hundred."""
    values = np.repeat([0.0, 0.0, 1.0, 1.0], 100)
    families = [f"family {number // 100}" for number in range(400)]
    seen = []
    figure = bootstrap(
        400, lambda drawn: seen.append(np.bincount(drawn, minlength=400)) or values[drawn].mean(), 0, families
    )
    assert (figure.low, figure.value, figure.high) == (0, 0.5, 1)
    assert all((counts.reshape(4, 100) == counts.reshape(4, 100)[:, :1]).all() for counts in seen)
    assert bootstrap(400, lambda drawn: values[drawn].mean()).high < 0.6


def test_the_risk_is_counted_from_the_most_confident_answer_on():
    curve, area = risk_coverage(np.array([1, 0, 0, 1]), sure([0.8, 0.9, 0.7, 0.6]))
    np.testing.assert_allclose(curve, [0, 1 / 2, 1 / 3, 2 / 4])
    assert area == pytest.approx((0 + 1 / 2 + 1 / 3 + 2 / 4) / 4)


@pytest.mark.parametrize(("coverage", "kept"), [(1.0, [1, 0, 2, 3]), (0.5, [1, 0]), (0.0, [1])])
def test_the_most_confident_are_kept(coverage, kept):
    assert most_confident(sure([0.8, 0.9, 0.7, 0.6]), coverage).tolist() == kept


def test_another_share_of_neutral_statements_can_be_expected():
    probabilities = np.array([[0.2, 0.2, 0.6], [0.1, 0.6, 0.3]])
    found = expecting(probabilities, expected=0.75, share=0.5)
    np.testing.assert_allclose(found[0], [0.2, 0.2, 0.2] / np.float64(0.6))
    np.testing.assert_allclose(expecting(found, expected=0.5, share=0.75), probabilities)


def test_what_was_scaled_can_be_unscaled():
    stance = Stance(
        names=(), max_tokens=8, temperature=1.3, threshold=0.5, trained_share=0.4, neutral_share=0.8, provenance={}
    )
    logits = np.random.default_rng(0).normal(size=(20, 3))
    odds = np.exp(logits)
    found = unscaled(SimpleNamespace(stance=stance), stance.probabilities(logits))
    np.testing.assert_allclose(found, odds / odds.sum(axis=1, keepdims=True))
